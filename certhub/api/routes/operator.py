"""What an operator calls: the other regions, what works, and what clerks reported.

Nothing here shows what a certificate says; a report's note is what the clerk wrote for the operator.
"""

from typing import Annotated, Any

from certhub_verifier.formats.exchange.notice import Settlement
from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from certhub.api.http.answering import JSONResponse
from certhub.api.http.deps import Acting, TheHub
from certhub.api.routes import answers
from certhub.api.routes.checks import explained
from certhub.api.routes.models import REGION, NewSettlement, PeerOrder
from certhub.flows.people import disputes
from certhub.flows.regions import switch
from certhub.flows.verification import outcome
from certhub.records.certificates.rules import CHINA
from certhub.setup.health import all_checks

router = APIRouter(prefix="/api/v1", tags=["operator"])

DisputeId = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{16,64}$")]
RegionCode = Annotated[str, Path(pattern=REGION)]


@router.get("/peers", responses={200: {"model": answers.PeerList}})
def list_peers(hub: TheHub) -> Response:
    """Return the other regions of the trust list, and which of them are stopped here."""
    return JSONResponse({"items": [_peer(neighbour) for neighbour in switch.others(hub=hub)]})


@router.post("/peers/{region}/suspension", responses={200: {"model": answers.PeerOut}})
def stop_peer(region: RegionCode, by: Acting, hub: TheHub, body: PeerOrder | None = None) -> Response:
    """Neither ask nor answer a region from now on, whatever is published."""
    stopped = switch.switch(region, is_stopped=True, reason=_why(body), by=by.key, hub=hub)
    return JSONResponse(_peer(stopped))


@router.post("/peers/{region}/resumption", responses={200: {"model": answers.PeerOut}})
def resume_peer(region: RegionCode, by: Acting, hub: TheHub, body: PeerOrder | None = None) -> Response:
    """Take this hub's stop of a region away; what the agreement allows is allowed again."""
    resumed = switch.switch(region, is_stopped=False, reason=_why(body), by=by.key, hub=hub)
    return JSONResponse(_peer(resumed))


@router.get("/health", responses={200: {"model": answers.HealthOut}})
def get_health(hub: TheHub) -> Response:
    """Return every check with its details; 200 also when some fail."""
    return JSONResponse(explained(all_checks(hub)))


@router.get("/incidents", responses={200: {"model": answers.IncidentPage}})
def list_incidents(
    hub: TheHub,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Return what clerks reported, newest first."""
    items, following = outcome.reported(limit=limit, before=cursor, hub=hub)
    return JSONResponse({"items": items, "next_cursor": following})


@router.get("/disputes", responses={200: {"model": answers.DisputePage}})
def list_disputes(
    by: Acting,
    hub: TheHub,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=128)] = None,
) -> Response:
    """Return what holders object to: an operator sees all of it, an agency what is about its certificates."""
    return JSONResponse(disputes.disputes(limit=limit, after=cursor, by=by, hub=hub))


@router.post("/disputes/{home}/{dispute_id}/settlement", responses={200: {"model": answers.DisputeOut}})
def settle_dispute(
    home: RegionCode, dispute_id: DisputeId, body: NewSettlement, by: Acting, hub: TheHub
) -> Response:
    """Settle a dispute about a look that was made here; the holder is told what was found, not the note."""
    finding = Settlement(body.finding)
    return JSONResponse(disputes.settle(home, dispute_id, finding, body.note, by=by, hub=hub))


def _peer(neighbour: switch.Neighbour) -> dict[str, Any]:
    region, agreement = neighbour.region, neighbour.agreement
    return {
        "code": region.code,
        "name": region.name,
        "name_en": region.name_en,
        "state": region.state.value,
        "url": region.url,
        "stopped": neighbour.is_stopped,
        "waiting_notices": neighbour.waiting,
        "agreement": None
        if agreement is None
        else {
            "id": agreement.id,
            "n": agreement.n,
            "until": agreement.until.astimezone(CHINA).isoformat(timespec="seconds"),
        },
    }


def _why(body: PeerOrder | None) -> str | None:
    return None if body is None else body.reason
