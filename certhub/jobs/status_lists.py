"""Our own status lists: signed, and put among the public files as status/<n>, application/statuslist+jwt.

A list that changed is published in the next round, and every list is signed anew each 15 seconds; a decoy turns
about once an hour.
"""

import logging
import re
from collections.abc import Collection
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
from certhub.records.status.store import ListState

log = logging.getLogger("certhub.jobs")

TYP = "statuslist+jwt"
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
TTL_SECONDS, LIFE = 30, timedelta(hours=24)
PUBLISH_SECONDS = 0.5
FAST = 1  # zlib level: a list changes often and is small; level 9 costs 16 times as much for 13 % fewer bytes


@dataclass(frozen=True)
class _Last:
    """A list that this process signed itself, under which trust list, and what it says."""

    token: bytes
    trust: str
    statuses: StatusList


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
        bare = [status_list for status_list in lists if not status.has_decoys(unit, status_list.list_no)]
    turning = [
        (status_list, rules.next_value(hub.random, seconds=seconds))
        for status_list in lists
        if status_list not in bare
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
    lost = _lost(hub)
    trip = hub.at(None) if lost else None
    if trip is not None:
        _bring_back(lost, trip)
    with hub.reading() as unit:
        due = [one for one in status.lists(unit) if _is_due(one, unit.now, changed, hub)]
        if not due:
            return []
        trip = trip or hub.at(None)
        said = [(one, _statuses(unit, one, trip)) for one in due]
        as_of = unit.now
    for status_list, statuses in said:
        token = _signed(status_list, statuses, int(as_of.timestamp()), trip)
        trip.public_files.put(f"status/{status_list.list_no}", token.encode("ascii"))
        uri = status_uri(trip.region, status_list.list_no)
        _LAST[uri] = _Last(token.encode("ascii"), trip.trust.digest, statuses)
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


def _lost(hub: Hub) -> list[int]:
    """Return the numbers of published lists without a row: one that was taken away would never be published again."""
    with hub.reading() as unit:
        known = {status_list.list_no for status_list in status.lists(unit)}
    named = (int(name) for name in hub.public_files.names("status") if _NUMBER.fullmatch(name))
    return [list_no for list_no in named if list_no not in known]


def _bring_back(lost: Collection[int], trip: Trip) -> None:
    """Give each list that we signed its row back."""
    ours = [list_no for list_no in lost if _before(list_no, trip) is not None]
    if ours:
        with trip.writing() as unit:
            for list_no in ours:
                status.bring_back(unit, list_no)


def _statuses(unit: Unit, status_list: ListState, trip: Trip) -> StatusList:
    """Return what a list says now: what was published before, and every change that can be believed.

    Somebody who writes the database without our keys can neither take a revocation back nor make one. A list never
    has fewer slots than were published, and what these said is compared slot by slot.
    """
    before = _before(status_list.list_no, trip)
    if before is None:
        return StatusList.blank(status_list.size).with_statuses(status.believable(unit, status_list))
    size = max(status_list.size, before.size)
    said = StatusList.blank(size)
    before = StatusList(before.bits, before.data.ljust(len(said.data), b"\0"))
    values = status.values_of(unit, status_list.list_no)
    said = said.with_statuses({at: value for at, value in values.items() if 0 <= at < size})
    changed = {index: before.get(index) for index in said.differing(before)}
    return said.with_statuses(status.held_back(unit, status_list, changed)) if changed else said


def _before(list_no: int, trip: Trip) -> StatusList | None:
    """Return what our published list says; None where none is there that we signed."""
    uri, trust = status_uri(trip.region, list_no), trip.trust
    try:
        token = trip.public_files.get(f"status/{list_no}")
        last = _LAST.get(uri)
        if last is not None and (last.token, last.trust) == (token, trust.digest):
            return last.statuses
        return read_list(token, uri, trust=trust).statuses
    except (NotFound, VerifierError):
        return None


def _signed(status_list: ListState, packed: StatusList, at: int, trip: Trip) -> str:
    payload = statement(
        sub=status_uri(trip.region, status_list.list_no),
        bits=packed.bits,
        lst=packed.pack(FAST),
        iat=at,
        exp=at + int(LIFE.total_seconds()),
        ttl=TTL_SECONDS,
    )
    return jws.sign(payload, typ=TYP, key=trip.signer(Purpose.STATUS))
