"""Operators and agencies see what holders object to; the side that looked settles it.

disputes   1 looks    an operator sees every dispute, an agency those about its certificates, page by page
settle     1 looks    the dispute: open, and of a look that was made here
           2 looks, events, notices   one transaction: settled once, told; the holder's hub is told, without the note
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from certhub_verifier.formats.exchange.notice import NoticeKind, Settlement

from certhub.errors import BadRequest, Conflict, NotFound
from certhub.flows.people.told import kept_time_out, kind_out, matter_out, region_out, time_out
from certhub.history.events.bodies import Settled
from certhub.history.events.catalogue import DISPUTE_SETTLED, Event
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.looks import store
from certhub.people.looks.store import DisputeFile, DisputePlace, DisputeState
from certhub.people.parties.people import Actor, Role
from certhub.readable import require_readable
from certhub.regions.notices import store as notices

_CURSOR = re.compile(r"(open|settled)\.([0-9]{1,18})\.([1-9][0-9]{5})\.([0-9A-Za-z_-]{16,64})")
_EPOCH, _STEP = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


def disputes(*, limit: int, after: str | None, by: Actor, hub: Hub) -> dict[str, Any]:
    """Return some of the disputes that this account sees: those that wait first, the one that is due first at the top.

    Returns:
        {"items", "next_cursor", "waiting", "overdue"}: how many wait and are overdue of all that it sees, on whatever
        page. Each item is {"id", "home", "home_name", "home_name_en", "looker", "looker_name", "looker_name_en",
        "verification_id", "office", "window", "matter", "matter_name", "matter_name_en", "kind", "kind_name",
        "kind_name_en", "certificate_id", "looked_at", "note", "at", "due_at", "state", "is_overdue", "may_settle",
        "finding", "settled_at"}; a certificate is named to its agency alone.

    Raises:
        BadRequest: CURSOR_UNKNOWN.
    """
    trip = hub.at(by)
    agencies = None if by.role is Role.OPERATOR else by.agencies
    place = None if after is None else _place_of(after)
    hub.step("disputes:1")
    with hub.reading() as unit:
        found, last = store.disputes(unit, agencies, limit=limit, after=place)
        counts = store.count_disputes(unit, agencies)
    return {
        "items": [_out(one, by=by, trip=trip) for one in found],
        "next_cursor": None if last is None else _cursor_of(last),
        "waiting": counts.waiting,
        "overdue": counts.overdue,
    }


def settle(
    home: str, dispute_id: str, finding: Settlement, note: str | None, *, by: Actor, hub: Hub
) -> dict[str, Any]:
    """Settle a dispute of a holder of the region `home`, about a look that was made here.

    Returns:
        The dispute, as `disputes` has it.

    Raises:
        NotFound: no such dispute, or not this agency's.
        Conflict: DISPUTE_SETTLED: it was settled before. DISPUTE_ELSEWHERE: the look was made in another region, whose
            hub settles it.
        TextRefused: the note cannot be read as it stands.
    """
    require_readable(note=note)
    trip = hub.at(by)
    hub.step("settle:1")
    with hub.writing() as unit:
        file = store.disputes_of(unit, home, [dispute_id]).get(dispute_id)
        if file is None or not _sees(file, by):
            raise NotFound("no such dispute")
        if file.looker != trip.region:
            raise Conflict("the region that looked settles this dispute", code="DISPUTE_ELSEWHERE")
        told = {"finding": finding.value, "note": note, "by": by.key, "at": unit.now.isoformat()}
        hub.step("settle:2")
        if not store.settle(unit, file, told):
            raise Conflict("this dispute was settled before", code="DISPUTE_SETTLED")
        body = Settled(home=file.home, finding=finding.value)
        append(unit, Event(DISPUTE_SETTLED, by.key, file.verification, body))
        if file.home != trip.region:
            said = {"dispute": file.id, "finding": finding.value}
            notices.leave(unit, file.home, NoticeKind.SETTLEMENT, file.verification, said)
        settled = store.disputes_of(unit, home, [dispute_id]).get(dispute_id)
    hub.step("settle:3")
    return _out(settled or file, by=by, trip=trip)


def _cursor_of(place: DisputePlace) -> str:
    """Return what a page is gone on from: the place itself, since the dispute that stood there may have moved."""
    return f"{place.state}.{(place.due_at - _EPOCH) // _STEP}.{place.home}.{place.id}"


def _place_of(cursor: str) -> DisputePlace:
    read = _CURSOR.fullmatch(cursor)
    if read is None:
        raise BadRequest("this cursor names nothing of ours", code="CURSOR_UNKNOWN")
    state, due, home, dispute_id = read.groups()
    try:
        return DisputePlace(state, _EPOCH + int(due) * _STEP, home, dispute_id)
    except OverflowError as unreadable:
        raise BadRequest("this cursor names nothing of ours", code="CURSOR_UNKNOWN") from unreadable


def _sees(file: DisputeFile, by: Actor) -> bool:
    return by.role is Role.OPERATOR or (file.agency != "" and file.agency in by.agencies)


def _out(file: DisputeFile, *, by: Actor, trip: Trip) -> dict[str, Any]:
    detail, is_agency = file.detail, by.role is Role.AGENCY
    is_open = file.state is DisputeState.OPEN
    return {
        "id": file.id,
        **region_out("home", file.home, trip=trip),
        **region_out("looker", file.looker, trip=trip),
        **matter_out(detail.matter, trip=trip),
        **kind_out(detail.kind, trip=trip),
        "verification_id": file.verification,
        "office": detail.office,
        "window": detail.window,
        "certificate_id": detail.certificate if is_agency else None,
        "looked_at": kept_time_out(detail.looked_at),
        "note": detail.note,
        "at": time_out(file.opened_at),
        "due_at": time_out(file.due_at),
        "state": file.state.value,
        "is_overdue": is_open and trip.now > file.due_at,
        "may_settle": is_open and file.looker == trip.region,
        "finding": file.settled.get("finding"),
        "settled_at": kept_time_out(file.settled.get("at")),
    }
