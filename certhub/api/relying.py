"""What a clerk calls: the matters, verifying, receipts, and what a counter needs without a network."""

from typing import Annotated

from certhub_schemas import matters
from fastapi import APIRouter, Path
from starlette.responses import JSONResponse, Response

from certhub.api import answers
from certhub.api.deps import Acting, TheHub
from certhub.api.models import VERIFICATION_ID, NewVerification
from certhub.flows import bundle, verify

router = APIRouter(prefix="/api/v1", tags=["relying party"])

VerificationId = Annotated[str, Path(pattern=VERIFICATION_ID)]


@router.get("/matters", responses={200: {"model": answers.ItemList}})
def list_matters() -> Response:
    """Return the matters; a matter decides what is seen and how old the news may be."""
    return JSONResponse({"items": [matter.to_json() for matter in matters()]})


@router.post("/verifications", responses={200: {"model": answers.ReportOut}})
def verify_code(body: NewVerification, by: Acting, hub: TheHub) -> Response:
    """Verify a code; whatever the verdict, the answer is a report, and the same id gets it again."""
    question = verify.Question(body.code, body.matter, body.window, body.case_number, body.verification_id)
    return JSONResponse(verify.verify(question, by=by, hub=hub))


@router.get("/verifications/{verification_id}", responses={200: {"model": answers.ReportOut}})
def get_verification(verification_id: VerificationId, by: Acting, hub: TheHub) -> Response:
    """Return the report of a verification that you made."""
    return JSONResponse(verify.stored(verification_id, by=by, hub=hub))


@router.get("/verifications/{verification_id}/receipt", responses={200: {"model": answers.ReceiptOut}})
def get_receipt(verification_id: VerificationId, by: Acting, hub: TheHub) -> Response:
    """Return the receipt of a verification that you made, to be filed with the case."""
    return JSONResponse(verify.receipt(verification_id, by=by, hub=hub))


@router.get("/offline-bundle", responses={200: {"model": answers.BundleOut}})
def get_offline_bundle(by: Acting, hub: TheHub) -> Response:
    """Return the trust list, the matters and every status list as one signed token, good for twelve hours."""
    return JSONResponse({"bundle": bundle.offline_bundle(by=by, hub=hub)})
