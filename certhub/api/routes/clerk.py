"""What a clerk calls: matters, verifying and how it ended, receipts, and what a counter needs without a network."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import JSONResponse, Response

from certhub.api.http.deps import Acting, TheHub
from certhub.api.routes import answers
from certhub.api.routes.models import VERIFICATION_ID, NewOutcome, NewVerification, RevealOrder
from certhub.flows.verification import offline_bundle, outcome, results, reveal, verify
from certhub.flows.verification.filing import VerificationRequest
from certhub.verification.receipts.result import Result

router = APIRouter(prefix="/api/v1", tags=["relying party"])

VerificationId = Annotated[str, Path(pattern=VERIFICATION_ID)]
Latest = Annotated[int, Query(ge=1, le=50)]


@router.get("/matters", responses={200: {"model": answers.ItemList}})
def list_matters(hub: TheHub) -> Response:
    """Return the matters in force today; a matter decides what is seen and how old the news may be."""
    return JSONResponse({"items": [matter.to_json() for matter in hub.matters(hub.now())]})


@router.post("/verifications", responses={200: {"model": answers.ReportOut}})
def verify_code(body: NewVerification, by: Acting, hub: TheHub) -> Response:
    """Verify a code; whatever the verdict, the answer is a report, and the same id gets it again."""
    question = VerificationRequest(
        body.code, body.matter, body.window, body.case_number, body.verification_id
    )
    return JSONResponse(verify.verify(question, by=by, hub=hub))


@router.get("/verifications", responses={200: {"model": answers.VerificationList}})
def list_verifications(by: Acting, hub: TheHub, limit: Latest = 10) -> Response:
    """Return your latest verifications and how each ended, newest first; names are covered."""
    return JSONResponse({"items": outcome.latest(limit=limit, by=by, hub=hub)})


@router.get("/verifications/{verification_id}", responses={200: {"model": answers.ReportOut}})
def get_verification(verification_id: VerificationId, by: Acting, hub: TheHub) -> Response:
    """Return the report of a verification that you made."""
    return JSONResponse(results.stored(verification_id, by=by, hub=hub))


@router.get("/verifications/{verification_id}/receipt", responses={200: {"model": answers.ReceiptOut}})
def get_receipt(verification_id: VerificationId, by: Acting, hub: TheHub) -> Response:
    """Return the receipt of a verification that you made, to be filed with the case.

    To a page's session `opening` is empty: it holds identifiers, which POST gives and puts on record.
    """
    return JSONResponse(results.receipt(verification_id, by=by, hub=hub))


@router.post("/verifications/{verification_id}/receipt", responses={200: {"model": answers.ReceiptOut}})
def open_receipt(verification_id: VerificationId, by: Acting, hub: TheHub) -> Response:
    """Return the receipt with what opens its digests; that you asked for the identifiers is on record first."""
    return JSONResponse(
        results.opened_receipt(verification_id, by=by, hub=hub), headers={"Cache-Control": "no-store"}
    )


@router.post("/verifications/{verification_id}/outcome", responses={200: {"model": answers.OutcomeOut}})
def conclude_verification(
    verification_id: VerificationId, body: NewOutcome, by: Acting, hub: TheHub
) -> Response:
    """Put on record how a verification of yours ended; the newest result counts, the same again adds nothing."""
    return JSONResponse(outcome.conclude(verification_id, Result(body.result), body.note, by=by, hub=hub))


@router.post("/verifications/{verification_id}/reveal", responses={200: {"model": answers.RevealedOut}})
def reveal_value(verification_id: VerificationId, body: RevealOrder, by: Acting, hub: TheHub) -> Response:
    """Return one disclosed value that pages keep covered; that you asked for it is on record first."""
    return JSONResponse(
        {"value": reveal.reveal(verification_id, body.item, body.field, by=by, hub=hub)},
        headers={"Cache-Control": "no-store"},
    )


@router.get("/offline-bundle", responses={200: {"model": answers.BundleOut}})
def get_offline_bundle(by: Acting, hub: TheHub) -> Response:
    """Return the trust list, the matters and every status list as one signed token, good for twelve hours."""
    return JSONResponse({"bundle": offline_bundle.offline_bundle(by=by, hub=hub)})
