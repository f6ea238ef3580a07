"""What a holder calls: what they hold, and showing it."""

from typing import Any

from certhub_verifier.report import kind_names
from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from certhub.api.http.deps import Acting, TheHub
from certhub.api.routes import answers
from certhub.api.routes.models import NewPresentation
from certhub.api.routes.qr import qr_svg
from certhub.errors import Unavailable
from certhub.flows.verification import show
from certhub.hub import Hub
from certhub.records.certificates.rules import CHINA
from certhub.records.certificates.summary import shown_state
from certhub.verification.tickets.item import TicketItem

router = APIRouter(prefix="/api/v1/me", tags=["holder"])


@router.get("/certificates", responses={200: {"model": answers.HeldList}})
def list_my_certificates(by: Acting, hub: TheHub) -> Response:
    """Return what you hold, and what those hold for whom you act."""
    return JSONResponse({"items": [_held(held, hub) for held in show.held_by(by, hub=hub)]})


@router.post("/presentations", status_code=201, responses={201: {"model": answers.PresentationOut}})
def show_certificates(body: NewPresentation, by: Acting, hub: TheHub) -> Response:
    """Make a code that a clerk scans once; `warnings` names what the clerk will object to."""
    items = tuple(
        TicketItem(item.certificate_id, None if item.fields is None else tuple(item.fields))
        for item in body.items
    )
    shown = show.show(show.Choice(items, show.Mode(body.mode), body.matter), by=by, hub=hub)
    return JSONResponse(
        status_code=201,
        content={
            "code": shown.code,
            "expires_at": shown.expires_at.astimezone(CHINA).isoformat(timespec="seconds"),
            "qr_svg": qr_svg(shown.code),
            "warnings": [
                {"certificate_id": certificate_id, "state": state} for certificate_id, state in shown.warnings
            ],
        },
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
