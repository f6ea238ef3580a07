"""What a holder calls: what they hold, and showing it."""

from typing import Annotated, Any

from certhub_verifier.report import kind_names
from fastapi import APIRouter, Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from certhub.api.http.answering import JSONResponse
from certhub.api.http.deps import Acting, TheHub
from certhub.api.http.direct import direct
from certhub.api.http.driving import answered
from certhub.api.routes import answers
from certhub.api.routes.models import CERTIFICATE_ID, Consent, Dispute, NewPresentation, ShownItem
from certhub.api.routes.qr import qr_svg
from certhub.errors import Unavailable
from certhub.flows.people import looks
from certhub.flows.verification import consent, preview, show
from certhub.flows.verification.look_ahead import requirements_out
from certhub.hub import Hub
from certhub.records.certificates.rules import CHINA
from certhub.records.certificates.summary import shown_state
from certhub.verification.tickets.item import TicketItem

router = APIRouter(prefix="/api/v1/me", tags=["holder"])

RequestCodeInPath = Annotated[str, Path(min_length=1, max_length=64)]
LookIdInPath = Annotated[str, Path(pattern=CERTIFICATE_ID)]
MatterCodeInPath = Annotated[str, Path(min_length=1, max_length=48)]


@router.get("/certificates", responses={200: {"model": answers.HeldList}})
def list_my_certificates(
    by: Acting,
    hub: TheHub,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Return what you hold, and what those hold for whom you act, oldest first."""
    held, following = show.held_page(by, limit=limit, after=cursor, hub=hub)
    return JSONResponse({"items": [_held(one, hub) for one in held], "next_cursor": following})


@router.post("/presentations", status_code=201, responses={201: {"model": answers.PresentationOut}})
@direct
async def show_certificates(body: NewPresentation, by: Acting, hub: TheHub) -> Response:
    """Make a code that a clerk scans once; `warnings` names what the clerk will object to.

    With a matter the code is for that matter alone, and `requirements` says what of it this would meet. Without one
    it is a glance: the clerk sees the face of each certificate, who issued it, and until when it is good.
    """
    shown = await answered(show.presentation(_choice(body), by=by, hub=hub), hub)
    drawn = await run_in_threadpool(qr_svg, shown.code)  # it takes longer than all else here together
    return JSONResponse(
        status_code=201,
        content={
            "code": shown.code,
            "expires_at": shown.expires_at.astimezone(CHINA).isoformat(timespec="seconds"),
            "qr_svg": drawn,
            "warnings": [
                {"certificate_id": certificate_id, "state": state} for certificate_id, state in shown.warnings
            ],
            "requirements": requirements_out(shown.materials),
        },
    )


@router.post("/presentations/preview", responses={200: {"model": answers.PreviewOut}})
def preview_presentation(body: NewPresentation, by: Acting, hub: TheHub) -> Response:
    """Return what a counter would see of a choice, and what of the matter it would meet; nothing is written."""
    return JSONResponse(preview.preview(_choice(body), by=by, hub=hub).to_dict())


@router.get("/matters/{code}", responses={200: {"model": answers.ProposalsOut}})
def propose_for_matter(code: MatterCodeInPath, by: Acting, hub: TheHub) -> Response:
    """Return which of your certificates each requirement of a matter would take, and what you do not have."""
    return JSONResponse({"requirements": preview.proposals(code, by=by, hub=hub)})


@router.get("/requests/{code}", responses={200: {"model": answers.OfferOut}})
def see_request(code: RequestCodeInPath, by: Acting, hub: TheHub) -> Response:
    """Return what a counter asks of you, where, and what you could show; from now on the request is yours alone."""
    return JSONResponse(consent.offer(code, by=by, hub=hub), headers={"Cache-Control": "no-store"})


@router.post("/requests/{code}/consent", responses={200: {"model": answers.ConsentOut}})
def consent_to_request(code: RequestCodeInPath, body: Consent, by: Acting, hub: TheHub) -> Response:
    """Show what you choose to the counter that asks; the wrong pair of digits voids the request."""
    return JSONResponse(consent.consent(code, _items(body.items), body.match, by=by, hub=hub))


@router.post("/requests/{code}/refusal", responses={200: {"model": answers.ConsentOut}})
def refuse_request(code: RequestCodeInPath, by: Acting, hub: TheHub) -> Response:
    """Refuse a request: nothing is shown."""
    return JSONResponse(consent.refuse(code, by=by, hub=hub))


@router.get("/looks", responses={200: {"model": answers.LookPage}})
def list_my_looks(
    by: Acting,
    hub: TheHub,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Return who looked at what you hold, newest first, here and in other regions."""
    items, following = looks.looks(limit=limit, before=cursor, by=by, hub=hub)
    return JSONResponse({"items": items, "next_cursor": following}, headers={"Cache-Control": "no-store"})


@router.post("/looks/{look_id}/dispute", responses={200: {"model": answers.DisputeState}})
def dispute_look(look_id: LookIdInPath, by: Acting, hub: TheHub, body: Dispute | None = None) -> Response:
    """Object to a look: it was not you. Operator, agency and the hub that looked are told; once is enough."""
    return JSONResponse(looks.dispute(look_id, None if body is None else body.note, by=by, hub=hub))


def _choice(body: NewPresentation) -> show.Choice:
    return show.Choice(_items(body.items), show.Mode(body.mode), body.matter)


def _items(items: list[ShownItem]) -> tuple[TicketItem, ...]:
    return tuple(
        TicketItem(item.certificate_id, None if item.fields is None else tuple(item.fields)) for item in items
    )


def _held(held: show.Held, hub: Hub) -> dict[str, Any]:
    certificate = held.certificate
    name, name_en = kind_names(certificate.kind, hub.catalogue, version=certificate.kind_version)
    told: dict[str, Any] = {
        "id": certificate.certificate_id,
        "kind": certificate.kind,
        "kind_name": name,
        "name": name,
        "name_en": name_en,
        "state": shown_state(certificate, hub.now()),
        "number": certificate.record.number,
        "valid_from": certificate.valid_from.isoformat(),
        "valid_to": None if certificate.valid_to is None else certificate.valid_to.isoformat(),
        "agency": certificate.agency,
        "agency_name": _agency_name(certificate.agency, hub),
    }
    return told if held.acting_for is None else {**told, "acting_for": held.acting_for}


def _agency_name(uscc: str, hub: Hub) -> str:
    """Without a trust list what one holds can still be seen; only the agency's name is missing."""
    try:
        known = hub.trust.agency(uscc)
    except Unavailable:
        return ""
    return "" if known is None else known.name
