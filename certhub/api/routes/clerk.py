"""What a clerk calls: matters, verifying and how it ended, receipts, and what a counter needs without a network."""

import json
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from certhub.api.http.answering import JSONResponse
from certhub.api.http.deps import Acting, TheHub
from certhub.api.http.direct import direct
from certhub.api.http.driving import answered, answered_each, answered_in_turn, read
from certhub.api.http.problems import problem_of
from certhub.api.http.watching import Watch, event
from certhub.api.routes import answers
from certhub.api.routes.models import (
    CERTIFICATE_ID,
    VERIFICATION_ID,
    BatchItem,
    HolderAsked,
    IdentityCheckOrder,
    NewBatch,
    NewOutcome,
    NewRequest,
    NewVerification,
    RevealOrder,
)
from certhub.api.routes.qr import qr_svg
from certhub.flows.regions import elsewhere
from certhub.flows.verification import case, counter_request, offline_bundle, outcome, results, reveal, verify
from certhub.flows.verification.counter_request import CheckOrder, RequestOrder
from certhub.flows.verification.filing import VerificationRequest
from certhub.hub import Hub
from certhub.records.certificates.rules import CHINA
from certhub.verification.receipts.result import Result

router = APIRouter(prefix="/api/v1", tags=["relying party"])

VerificationId = Annotated[str, Path(pattern=VERIFICATION_ID)]
RequestId = Annotated[str, Path(pattern=CERTIFICATE_ID)]
CaseId = Annotated[str, Path(pattern=CERTIFICATE_ID)]
Latest = Annotated[int, Query(ge=1, le=50)]


@router.get("/matters", responses={200: {"model": answers.ItemList}})
def list_matters(hub: TheHub) -> Response:
    """Return the matters in force today; a matter decides what is seen and how old the news may be.

    `elsewhere` says by region which requirements your region's certificates cannot meet there; none: it can be done.
    """
    return JSONResponse({"items": [_matter(one) for one in elsewhere.matters(hub=hub)]})


@router.post("/verifications", responses={200: {"model": answers.ReportOut}})
@direct
async def verify_code(body: NewVerification, by: Acting, hub: TheHub) -> Response:
    """Verify a code; whatever the verdict, the answer is a report, and the same id gets it again."""
    question = VerificationRequest(
        body.code,
        body.matter,
        body.window,
        body.case_number,
        body.verification_id,
        tuple(dict.fromkeys(body.not_applicable)),
    )
    return JSONResponse(await answered(verify.verification(question, by=by, hub=hub), hub))


@router.post("/verifications/batch", responses={200: {"model": answers.BatchOut}})
@direct
async def verify_batch(body: NewBatch, request: Request, by: Acting, hub: TheHub) -> Response:
    """Verify up to a thousand codes or credentials; an item that cannot be acted on is a problem in its place.

    Where no answer came, send the items again, one by one or together: each id gets its stored report. The items of one
    case are verified one after another, since each is judged with those before it.
    """
    silences = verify.Silences()
    flows = [
        verify.verification(_asked(body, item), by=by, hub=hub, silences=silences) for item in body.items
    ]
    together = answered_each if body.case_number is None else answered_in_turn
    ended = await together(flows, hub)
    return JSONResponse(
        {
            "items": [
                problem_of(one, request.scope) if isinstance(one, BaseException) else one for one in ended
            ]
        }
    )


def _asked(body: NewBatch, item: BatchItem) -> VerificationRequest:
    text = item.code or item.credential or ""
    return VerificationRequest(
        text,
        body.matter,
        body.window,
        body.case_number,
        item.verification_id,
        is_credential=item.credential is not None,
    )


@router.get("/verifications", responses={200: {"model": answers.VerificationList}})
def list_verifications(by: Acting, hub: TheHub, limit: Latest = 10) -> Response:
    """Return your latest verifications and how each ended, newest first; names are covered."""
    return JSONResponse({"items": outcome.latest(limit=limit, by=by, hub=hub)})


@router.get("/verifications/{verification_id}", responses={200: {"model": answers.ReportOut}})
@direct
async def get_verification(verification_id: VerificationId, by: Acting, hub: TheHub) -> Response:
    """Return the report of a verification that you made."""
    return JSONResponse(await read(partial(results.stored, verification_id, by=by, hub=hub), hub))


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


@router.post("/requests", status_code=201, responses={201: {"model": answers.RequestOut}})
def open_request(body: NewRequest, by: Acting, hub: TheHub) -> Response:
    """Open a request: its code stands on the counter's second screen for ten minutes, and a holder answers it once."""
    order = RequestOrder(
        body.matter,
        body.window,
        body.case_number,
        tuple(dict.fromkeys(body.not_applicable)),
        body.declared,
        None if body.identity_check is None else _check(body.identity_check),
    )
    opened = counter_request.open_counter_request(order, by=by, hub=hub)
    return JSONResponse(
        status_code=201,
        content={
            "request_id": opened.request_id,
            "code": opened.code,
            "qr_svg": qr_svg(opened.code),
            "expires_at": opened.expires_at.astimezone(CHINA).isoformat(timespec="seconds"),
        },
        headers={"Cache-Control": "no-store"},
    )


@router.get("/requests/{request_id}", responses={200: {"model": answers.RequestStandingOut}})
def get_request(request_id: RequestId, by: Acting, hub: TheHub) -> Response:
    """Return how a request of yours stands; the two digits from `seen` on, the report once it is answered."""
    return JSONResponse(counter_request.standing(request_id, by=by, hub=hub))


@router.get(
    "/requests/{request_id}/events",
    response_class=Response,
    responses={
        200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Its changes"}
    },
)
async def follow_request(request_id: RequestId, request: Request, by: Acting, hub: TheHub) -> Response:
    """Stream how a request of yours changes, as server-sent events, until it ends.

    `state` is what GET gives without the report, now and after each change; `report` comes once, when it is answered.
    """
    read = partial(counter_request.standing, request_id, by=by, hub=hub)
    await run_in_threadpool(read)
    watch = _watch(request, hub)

    async def stream() -> AsyncIterator[bytes]:
        standing: dict[str, Any] = {}
        async for _ in watch.follow(request_id):
            standing = await run_in_threadpool(read)
            told = {name: value for name, value in standing.items() if name != "report"}
            yield event("state", json.dumps(told, ensure_ascii=False))
        if (report := standing.get("report")) is not None:  # written with the last state, in one transaction
            yield event("report", json.dumps(report, ensure_ascii=False))

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # a proxy passes each event on at once
    return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)


@router.post("/requests/{request_id}/identity-check", responses={200: {"model": answers.RequestStandingOut}})
def check_identity(request_id: RequestId, body: IdentityCheckOrder, by: Acting, hub: TheHub) -> Response:
    """Put on record that you checked the identity of who stands there; a number goes to their home hub alone."""
    return JSONResponse(counter_request.check_identity(request_id, _check(body), by=by, hub=hub))


@router.get("/cases/{case_id}", responses={200: {"model": answers.CaseOut}})
def get_case(case_id: CaseId, by: Acting, hub: TheHub) -> Response:
    """Return a case of your office: what was verified in it, and what its matter still lacks, judged now."""
    return JSONResponse(case.case_of(case_id, by=by, hub=hub), headers={"Cache-Control": "no-store"})


@router.get("/cases/{case_id}/known", responses={200: {"model": answers.KnownOut}})
def get_known(case_id: CaseId, by: Acting, hub: TheHub) -> Response:
    """Return which requirements earlier receipts of a case satisfy, before anything more is shown."""
    return JSONResponse(case.known(case_id, by=by, hub=hub))


@router.post("/cases/{case_id}/known", responses={200: {"model": answers.KnownOut}})
def ask_about_holder(case_id: CaseId, body: HolderAsked, by: Acting, hub: TheHub) -> Response:
    """Return what a holder could show of what a case still needs, yes or no; they see that it was asked."""
    return JSONResponse(case.ask_holder(case_id, (body.id_type, body.id_number), by=by, hub=hub))


def _check(order: IdentityCheckOrder) -> CheckOrder:
    return CheckOrder(order.method, order.id_type, order.id_number)


def _watch(request: Request, hub: Hub) -> Watch:
    """Return the process's one poller of requests, made when the first page waits."""
    state = request.app.state
    if getattr(state, "requests_watch", None) is None:
        state.requests_watch = Watch(
            lambda ids: counter_request.states_of(ids, hub=hub), counter_request.LAST_STATES
        )
    found: Watch = state.requests_watch
    return found


@router.get("/offline-bundle", responses={200: {"model": answers.BundleOut}})
def get_offline_bundle(by: Acting, hub: TheHub) -> Response:
    """Return the trust list, the matters and every status list as one signed token, good for twelve hours."""
    return JSONResponse({"bundle": offline_bundle.offline_bundle(by=by, hub=hub)})


def _matter(across: elsewhere.MatterElsewhere) -> dict[str, Any]:
    """Return a matter as it is told: beside the code of each kind stands what the kind is called."""
    form = across.matter.to_json()
    for requirement in form["requirements"]:
        requirement["accepts"] = [_with_name(way, across.kind_names) for way in requirement["accepts"]]
    return form | {"elsewhere": {region: list(ids) for region, ids in across.elsewhere.items()}}


def _with_name(way: dict[str, Any], names: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    name, name_en = names[way["kind"]]
    return {"kind": way["kind"], "kind_name": name, "kind_name_en": name_en, **way}
