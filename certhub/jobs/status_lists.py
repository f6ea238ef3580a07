"""Our own status lists: signed, and put among the public files as status/<n>, application/statuslist+jwt.

A list that changed is published in the next round, and every list is signed anew each 15 seconds; a decoy turns
about once an hour.
"""

import logging
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from certhub_schemas.purposes import Purpose
from certhub_verifier.checks.status import read_list
from certhub_verifier.errors import VerifierError
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status.statuslist import (
    StatusList,
    statement,
    status_uri,
)

from certhub.db import outbox
from certhub.db.engine import Unit
from certhub.errors import NotFound
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.records.status import rules
from certhub.records.status import store as status
from certhub.records.status.packing import pack
from certhub.records.status.store import ListState

log = logging.getLogger("certhub.jobs")

TYP = "statuslist+jwt"
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
TTL_SECONDS, LIFE = 30, timedelta(hours=24)
PUBLISH_SECONDS = 0.5


@dataclass(frozen=True)
class _Said:
    """What a list says: packed, and each slot that does not say 0: {index: status}."""

    statuses: StatusList
    values: Mapping[int, int]


@dataclass(frozen=True)
class _Last:
    """A list that this process signed itself, under which trust list, and what it says."""

    token: bytes
    trust: str
    said: _Said


_LAST: dict[str, _Last] = {}
"""The last list by its address: what is published byte for byte need not be verified and inflated again."""


def publish(hub: Hub) -> int:
    """Publish what is due and clear the outbox of what that settled; what has to wait a moment stays in it.

    Word of what is no list of ours was left by somebody who wrote the database: it is told, counted and taken away.

    Returns:
        How many lists were published.
    """
    turn_decoys(hub, seconds=PUBLISH_SECONDS, topic=outbox.STATUS_LISTS)
    with hub.reading() as unit:
        posted = outbox.posted(unit, outbox.STATUS_LISTS)
        known = {str(status_list.list_no): status_list.list_no for status_list in status.lists(unit)}
    published = set(publish_due(hub, {known[ref] for _, ref in posted if ref in known}))
    strange = [row_id for row_id, ref in posted if ref not in known]
    settled = [row_id for row_id, ref in posted if known.get(ref) in published]
    if settled or strange:
        with hub.writing() as unit:
            outbox.done(unit, settled + strange)
            unit.refused["outbox"] += len(strange)
    if strange:
        log.warning("worker: %d rows of the outbox name no list; somebody wrote the database", len(strange))
    return len(published)


def turn_decoys(hub: Hub, *, seconds: float, topic: str) -> None:
    """Give each list its decoys before it is first published, and turn one now and then.

    `seconds` is how long ago that was done last. Word is left under `topic`, as by a real change, so that
    nothing about when it is published tells them apart.
    """
    with hub.reading() as unit:
        lists = status.lists(unit)
        without = status.bare_lists(unit)
    bare = [status_list for status_list in lists if status_list.list_no in without]
    turning = [
        (status_list, rules.next_value(hub.random, seconds=seconds))
        for status_list in lists
        if status_list.list_no not in without
    ]
    turning = [(status_list, value) for status_list, value in turning if value is not None]
    if not bare and not turning:
        return
    with hub.writing() as unit:
        for status_list in bare:
            status.add_decoys(unit, status_list, rules.first_values(unit.random))
            outbox.post(unit, topic, str(status_list.list_no))
        for status_list, value in turning:
            if (
                status.add_decoys(unit, status_list, [value])
                if value
                else status.reinstate_decoy(unit, status_list)
            ):
                outbox.post(unit, topic, str(status_list.list_no))


def publish_due(hub: Hub, changed: Collection[int] = ()) -> list[int]:
    """Sign and publish every list that `changed`, is new, or whose signature has aged; return their numbers.

    Which lists changed is the outbox's to say: a time of change cannot, since a transaction may commit after
    a list that was read later had been published. A list speaks once a second: two that bear one time and
    say different things are what a peer refuses, so the second waits for its turn.
    """
    with hub.reading() as unit:
        known = status.lists(unit)
    lost = _lost(known, hub)
    if lost:
        _bring_back(lost, hub.at(None))
    with hub.reading() as unit:
        known = status.lists(unit) if lost else known
        due = [one for one in known if _is_due(one, unit.now, changed, hub)]
        if not due:
            return []
        trip = hub.at(None)
        said = [(one, _said_now(unit, one, trip)) for one in due]
        as_of = unit.now
    for status_list, now_said in said:
        token = _signed(status_list, now_said.statuses, int(as_of.timestamp()), trip).encode("ascii")
        trip.public_files.put(f"status/{status_list.list_no}", token)
        _LAST[status_uri(trip.region, status_list.list_no)] = _Last(token, trip.trust.digest, now_said)
    with hub.writing() as unit:
        for status_list in due:
            status.published(unit, status_list, as_of)
    return [status_list.list_no for status_list in due]


def _is_due(status_list: ListState, now: datetime, changed: Collection[int], hub: Hub) -> bool:
    """Tell whether a list is new, changed in another second than it spoke in, altered, or signed long ago."""
    published = status_list.published_at
    if published is None or published > now:  # dated ahead, by a clock that was: nobody believes it
        return True
    if now >= published + timedelta(seconds=hub.settings.status_resign_seconds):
        return True
    is_other = status_list.list_no in changed or status_list.is_altered
    return is_other and int(now.timestamp()) != int(published.timestamp())


def _lost(lists: Collection[ListState], hub: Hub) -> list[int]:
    """Return the numbers of published lists without a row: one that was taken away would never be published again."""
    known = {status_list.list_no for status_list in lists}
    named = (int(name) for name in hub.public_files.names("status") if _NUMBER.fullmatch(name))
    return [list_no for list_no in named if list_no not in known]


def _bring_back(lost: Collection[int], trip: Trip) -> None:
    """Give each list that we signed its row back."""
    ours = [list_no for list_no in lost if _before(list_no, trip) is not None]
    if ours:
        with trip.writing() as unit:
            for list_no in ours:
                status.bring_back(unit, list_no)


def _said_now(unit: Unit, status_list: ListState, trip: Trip) -> _Said:
    """Return what a list says now: what was published before, and every change that can be believed.

    Somebody who writes the database without our keys can neither take a revocation back nor make one. A list never
    has fewer slots than were published, and what these said is compared slot by slot.
    """
    before = _before(status_list.list_no, trip)
    if before is None:
        values = status.believable(unit, status_list)
        return _Said(StatusList.blank(status_list.size).with_statuses(values), values)
    statuses = _at_least(status_list.size, before.statuses)
    values = status.values_of(unit, status_list.list_no, below=statuses.size)
    if values == before.values:
        return _Said(statuses, before.values)
    said_before = before.values.get
    changed = {at for at, value in values.items() if said_before(at) != value}
    changed |= before.values.keys() - values.keys()
    held = status.held_back(unit, status_list, {at: before.values.get(at, 0) for at in sorted(changed)})
    values = {at: value for at, value in (values | held).items() if value}
    return _Said(statuses.with_statuses({at: values.get(at, 0) for at in changed}), values)


def _at_least(size: int, statuses: StatusList) -> StatusList:
    """Return a list with more slots that say 0 where it has fewer than `size`."""
    missing = len(StatusList.blank(size).data) - len(statuses.data)
    return statuses if missing <= 0 else StatusList(statuses.bits, statuses.data + bytes(missing))


def _before(list_no: int, trip: Trip) -> _Said | None:
    """Return what our published list says; None where none is there that we signed."""
    uri, trust = status_uri(trip.region, list_no), trip.trust
    try:
        token = trip.public_files.get(f"status/{list_no}")
        last = _LAST.get(uri)
        if last is not None and (last.token, last.trust) == (token, trust.digest):
            return last.said
        statuses = read_list(token, uri, trust=trust).statuses
    except (NotFound, VerifierError):
        return None
    blank = StatusList(statuses.bits, bytes(len(statuses.data)))
    return _Said(statuses, {at: statuses.get(at) for at in statuses.differing(blank)})


def _signed(status_list: ListState, packed: StatusList, at: int, trip: Trip) -> str:
    payload = statement(
        sub=status_uri(trip.region, status_list.list_no),
        bits=packed.bits,
        lst=pack(packed),
        iat=at,
        exp=at + int(LIFE.total_seconds()),
        ttl=TTL_SECONDS,
    )
    return jws.sign(payload, typ=TYP, key=trip.signer(Purpose.STATUS))
