"""Status lists: ours, signed and put on the shelf; those of peers, verified and kept for the offline bundle.

status/<n>                   ours, application/statuslist+jwt
peers/<region>/status/<n>    a peer's, as it signed it; never replaced by an older one
"""

import json
import logging
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from certhub_schemas.purposes import Purpose
from certhub_verifier.checks.status import read_list
from certhub_verifier.errors import VerifierError
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status.statuslist import (
    DatedAhead,
    RolledBack,
    StatusList,
    parse_status_uri,
    statement,
    status_uri,
)

from certhub.adapters.network import PeerDown
from certhub.db import outbox
from certhub.db.engine import Unit
from certhub.db.timekeeping import store as timekeeping
from certhub.errors import NotFound
from certhub.hub import Hub
from certhub.records.status import rules
from certhub.records.status import store as status
from certhub.records.status.store import ListState
from certhub.regions.peers import contact

log = logging.getLogger("certhub.jobs")

TYP = "statuslist+jwt"
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
TTL_SECONDS, LIFE = 30, timedelta(hours=24)
FAST = 1  # zlib level: a list changes often and is small; level 9 costs 16 times as much for 13 % fewer bytes
FETCH_TIMEOUT = 3.0


@dataclass(frozen=True)
class _Last:
    """A list that this process signed itself, under which trust list, and what it says."""

    token: bytes
    trust: str
    statuses: StatusList


_LAST: dict[str, _Last] = {}
"""The last list by its address: what stands on the shelf byte for byte need not be verified and inflated again."""


def stir(hub: Hub, *, seconds: float, topic: str) -> None:
    """Give each list its decoys before it is first published, and turn one now and then.

    `seconds` is how long ago that was done last. Word is left under `topic`, as by a real change, so that
    nothing about when it is published tells them apart.
    """
    with hub.reading() as unit:
        lists = status.lists(unit)
        bare = [one for one in lists if not status.has_decoys(unit, one.list_no)]
    turning = [(one, rules.next_value(hub.random, seconds=seconds)) for one in lists if one not in bare]
    turning = [(one, value) for one, value in turning if value is not None]
    if not bare and not turning:
        return
    with hub.writing() as unit:
        for one in bare:
            status.add_decoys(unit, one, rules.first_values(unit.random))
            outbox.post(unit, topic, str(one.list_no))
        for one, value in turning:
            if status.add_decoys(unit, one, [value]) if value else status.reinstate_decoy(unit, one):
                outbox.post(unit, topic, str(one.list_no))


def publish_due(hub: Hub, changed: Collection[int] = ()) -> list[int]:
    """Sign and shelve every list that `changed`, is new, or whose signature has aged; return their numbers.

    Which lists changed is the outbox's to say: a time of change cannot, since a transaction may commit after
    a list that was read later had been published. A list speaks once a second: two that bear one time and
    say different things are what a peer refuses, so the second waits for its turn.
    """
    _bring_back(hub)
    with hub.reading() as unit:
        resign = timedelta(seconds=hub.settings.status_resign_seconds)
        due = [
            (one, _statuses(unit, one, hub))
            for one in status.lists(unit)
            if one.published_at is None
            or one.published_at > unit.now  # dated ahead, by a clock that was: nobody believes it
            or (
                (one.list_no in changed or one.is_altered)
                and int(unit.now.timestamp()) != int(one.published_at.timestamp())
            )
            or unit.now >= one.published_at + resign
        ]
        as_of = unit.now
    for one, statuses in due:
        token = _signed(one, statuses, int(as_of.timestamp()), hub)
        hub.shelf.put(f"status/{one.list_no}", token.encode("ascii"))
        _LAST[status_uri(hub.region, one.list_no)] = _Last(token.encode("ascii"), hub.trust.digest, statuses)
    if due:
        with hub.writing() as unit:
            for one, _ in due:
                status.published(unit, one, as_of)
    return [one.list_no for one, _ in due]


def _bring_back(hub: Hub) -> None:
    """See that every list on our shelf has its row: one that was taken away would never be published again."""
    with hub.reading() as unit:
        known = {one.list_no for one in status.lists(unit)}
    named = [int(name) for name in hub.shelf.names("status") if _NUMBER.fullmatch(name)]
    gone = [n for n in named if n not in known and _before(n, hub) is not None]
    if gone:
        with hub.writing() as unit:
            for list_no in gone:
                status.bring_back(unit, list_no)


def _statuses(unit: Unit, one: ListState, hub: Hub) -> StatusList:
    """Return what a list says now: what was published before, and every change that can be believed.

    Somebody who writes the database without our keys can neither take a revocation back nor make one. A list never
    has fewer slots than were published, and what these said is compared slot by slot.
    """
    before = _before(one.list_no, hub)
    if before is None:
        return StatusList.blank(one.size).with_statuses(status.believable(unit, one))
    size = max(one.size, before.size)
    said = StatusList.blank(size)
    before = StatusList(before.bits, before.data.ljust(len(said.data), b"\0"))
    spoken = status.spoken(unit, one.list_no)
    said = said.with_statuses({at: value for at, value in spoken.items() if 0 <= at < size})
    changed = {index: before.get(index) for index in said.differing(before)}
    return said.with_statuses(status.held_back(unit, one, changed)) if changed else said


def _before(list_no: int, hub: Hub) -> StatusList | None:
    """Return what the list on our own shelf says; None where none is there that we signed."""
    uri, trust = status_uri(hub.region, list_no), hub.trust
    try:
        token = hub.shelf.get(f"status/{list_no}")
        last = _LAST.get(uri)
        if last is not None and (last.token, last.trust) == (token, trust.digest):
            return last.statuses
        return read_list(token, uri, trust=trust).statuses
    except (NotFound, VerifierError):
        return None


def _signed(one: ListState, packed: StatusList, at: int, hub: Hub) -> str:
    payload = statement(
        sub=status_uri(hub.region, one.list_no),
        bits=packed.bits,
        lst=packed.pack(FAST),
        iat=at,
        exp=at + int(LIFE.total_seconds()),
        ttl=TTL_SECONDS,
    )
    return jws.sign(payload, typ=TYP, key=hub.signer(Purpose.STATUS))


def fetch_peer_lists(hub: Hub) -> int:
    """Fetch every list of every other region; keep those that verify and are newer than what we hold.

    Whether it answered is put on record (regions/peers/contact.py), so that a region that went silent is seen.
    """
    kept, now = 0, _vouched(hub)
    for code, region in hub.trust.regions.items():
        if code == hub.region or region.url is None:
            continue
        try:
            kept += _fetch(code, region.url, now, hub)
        except (PeerDown, NotFound, VerifierError, ValueError, KeyError, TypeError) as refused:
            # A peer that is down or talks nonsense leaves us with what we hold, and its age.
            cause = "PEER_DOWN" if isinstance(refused, PeerDown) else contact.NOT_BELIEVED
            contact.failed(hub.shelf, code, hub.now(), cause)
    return kept


def _fetch(code: str, url: str, now: int, hub: Hub) -> int:
    kept, oldest = 0, None
    index = json.loads(hub.network.get(f"{url}/status/", timeout=FETCH_TIMEOUT))
    for uri in index["status_lists"]:
        found, list_no = parse_status_uri(uri)
        if found == code:
            name = f"peers/{code}/status/{list_no}"
            token = hub.network.get(f"{url}/status/{list_no}", timeout=FETCH_TIMEOUT)
            kept += _keep(token, uri, name, now, hub)
            at = datetime.fromtimestamp(read_list(hub.shelf.get(name), uri, trust=hub.trust).iat, UTC)
            oldest = at if oldest is None else min(oldest, at)
    contact.answered(hub.shelf, code, hub.now(), oldest)
    return kept


def _vouched(hub: Hub) -> int:
    """Return the time in seconds by which lists are judged: that on record while our own clock is in doubt."""
    with hub.reading() as unit:
        record = timekeeping.read(unit)
        return int((unit.now if record is None else record.vouched(unit.now)).timestamp())


def _keep(token: bytes, uri: str, name: str, now: int, hub: Hub) -> int:
    """Put a peer's list on the shelf unless we hold that one, or a newer; tell how many that makes."""
    try:
        held = read_list(hub.shelf.get(name), uri, trust=hub.trust)
    except (NotFound, VerifierError):
        held = None
    try:
        newer = read_list(token, uri, trust=hub.trust).newer_than(held, now=now)
    except RolledBack as older:
        log.warning("worker: %s is not what its region said before: %s; what we hold stays", uri, older)
        return 0
    except DatedAhead:
        log.warning("worker: %s is dated ahead: compare the clocks; what we hold stays", uri)
        return 0
    if newer:
        hub.shelf.put(name, token)
    return int(newer)
