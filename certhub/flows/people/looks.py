"""A holder sees who looked at what they hold, and objects.

looks     1 looks, parties   the looks at what the holder, and those they act for, hold; and what they objected to
dispute   1 looks            the look: theirs; an objection of before is given back
          2 looks, events, notices   one transaction: the dispute, told; the hub that looked is told, without the note
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from certhub_verifier.formats.exchange.notice import NoticeKind

from certhub.db.engine import Unit
from certhub.db.ids import row_after
from certhub.errors import NotAllowed, NotFound
from certhub.flows.people.told import kept_time_out, kind_out, matter_out, region_out, time_out
from certhub.history.events.bodies import Disputed
from certhub.history.events.catalogue import LOOK_DISPUTED, Event
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.looks import store
from certhub.people.looks.store import DisputeDetail, DisputeFile, DisputeState, LookFile
from certhub.people.parties import store as parties
from certhub.people.parties.people import Actor
from certhub.readable import require_readable
from certhub.regions.notices import store as notices

ANSWER_WITHIN = store.ANSWER_WITHIN


@dataclass(frozen=True)
class _Holders:
    """Whose looks somebody sees: their own (no name) and those of whom they act for, by blind index."""

    names: Mapping[bytes, str | None]

    @property
    def indexes(self) -> frozenset[bytes]:
        """The blind indexes."""
        return frozenset(self.names)


def looks(*, limit: int, before: str | None, by: Actor, hub: Hub) -> tuple[list[dict[str, Any]], str | None]:
    """Return the looks at what this holder, and those they act for, hold: newest first, and the cursor of what follows.

    Returns:
        [{"id", "at", "region", "region_name", "region_name_en", "office", "window", "matter", "matter_name",
        "matter_name_en", "kind", "kind_name", "kind_name_en", "fields", "predicates", "verdict", "code", "result",
        "acting_for", "disputed", "dispute"}]: verdict and code are None until the side that looked says them. Without a
        kind nothing was seen: a counter asked whether there is anything to be fetched.

    Raises:
        BadRequest: CURSOR_UNKNOWN.
    """
    trip = hub.at(by)
    hub.step("looks:1")
    with hub.reading() as unit:
        holders = _holders_of(unit, by)
        files = store.of_holders(unit, holders.indexes, limit=limit + 1, before=row_after(before))
        disputes = store.disputes_of(unit, trip.region, {one.look_id for one in files})
    shown = files[:limit]
    following = shown[-1].id.hex if len(files) > limit else None
    once = {one.look_id: one for one in reversed(shown)}  # a certificate of two whom one person acts for
    newest = [one for one in shown if once[one.look_id] is one]
    return [_look_out(one, disputes.get(one.look_id), holders, trip=trip) for one in newest], following


def dispute(look_id: str, note: str | None, *, by: Actor, hub: Hub) -> dict[str, Any]:
    """Object to a look: this was not me.

    Returns:
        {"state", "opened_at", "due_at", "finding", "settled_at"}; the same again returns the dispute of before.

    Raises:
        NotFound: no such look at what this holder, or whom they act for, holds.
        TextRefused: the note cannot be read as it stands.
    """
    require_readable(note=note)
    trip = hub.at(by)
    hub.step("dispute:1")
    with hub.writing() as unit:
        look = store.find(unit, _holders_of(unit, by).indexes, look_id)
        if look is None:
            raise NotFound("no such look")
        made = _dispute_of(look, note, at=unit.now, region=trip.region)
        hub.step("dispute:2")
        if not store.open_dispute(unit, made):
            return _dispute_out(store.disputes_of(unit, trip.region, [look_id])[look_id])
        body = Disputed(
            region=look.region, matter=look.detail.matter, kind=look.detail.kind, has_note=note is not None
        )
        append(unit, Event(LOOK_DISPUTED, by.key, look.verification, body))
        if look.region != trip.region:
            told = {"dispute": made.id, "due_at": int(made.due_at.timestamp())}
            notices.leave(unit, look.region, NoticeKind.DISPUTE, look.verification, told)
    hub.step("dispute:3")
    return _dispute_out(made)


def _holders_of(unit: Unit, by: Actor) -> _Holders:
    if by.holder is None:
        raise NotAllowed("this account holds nothing")
    acted = {one.holder: one.name for one in parties.principals(unit, by.holder)}
    return _Holders({**acted, by.holder: None})


def _dispute_of(look: LookFile, note: str | None, *, at: datetime, region: str) -> DisputeFile:
    detail = look.detail
    return DisputeFile(
        home=region,
        id=look.look_id,
        looker=look.region,
        verification=look.verification,
        agency=detail.agency,
        opened_at=at,
        due_at=at + ANSWER_WITHIN,
        state=DisputeState.OPEN,
        detail=DisputeDetail(
            office=detail.office,
            window=detail.window,
            matter=detail.matter,
            kind=detail.kind,
            certificate=detail.certificate or None,
            looked_at=look.at.isoformat(),
            note=note,
        ),
    )


def _look_out(
    look: LookFile, disputed: DisputeFile | None, holders: _Holders, *, trip: Trip
) -> dict[str, Any]:
    detail = look.detail
    return {
        "id": look.look_id,
        "at": time_out(look.at),
        **region_out("region", look.region, trip=trip),
        **matter_out(detail.matter, trip=trip),
        **kind_out(detail.kind, detail.kind_version, trip=trip),
        "office": detail.office,
        "window": detail.window,
        "fields": list(detail.fields),
        "predicates": list(detail.predicates),
        "verdict": look.concluded.get("verdict"),
        "code": look.concluded.get("code"),
        "result": look.ended.get("result"),
        "acting_for": holders.names.get(look.holder),
        "disputed": disputed is not None,
        "dispute": None if disputed is None else _dispute_out(disputed),
    }


def _dispute_out(file: DisputeFile) -> dict[str, Any]:
    return {
        "state": file.state.value,
        "opened_at": time_out(file.opened_at),
        "due_at": time_out(file.due_at),
        "finding": file.settled.get("finding"),
        "settled_at": kept_time_out(file.settled.get("at")),
    }
