"""Status lists: ours, signed and put on the shelf; those of peers, verified and kept for the offline bundle.

status/<n>                   ours, application/statuslist+jwt
peers/<region>/status/<n>    a peer's, as it signed it; never replaced by an older one
"""

import json
from collections.abc import Collection
from datetime import timedelta

from certhub_schemas.purposes import Purpose
from certhub_verifier.errors import VerifierError
from certhub_verifier.formats import jose
from certhub_verifier.formats.statuslist import (
    StatusList,
    parse_statement,
    parse_status_uri,
    statement,
    status_uri,
)
from certhub_verifier.trust import Standing

from certhub.errors import NotFound
from certhub.hub import Hub
from certhub.peers.network import PeerDown
from certhub.status import store as status
from certhub.status.store import ListState

TYP = "statuslist+jwt"
TTL_SECONDS, LIFE = 30, timedelta(hours=24)
FAST = 1  # zlib level: a list changes often and is small; level 9 costs 16 times as much for 13 % fewer bytes
FETCH_TIMEOUT = 3.0


def publish_due(hub: Hub, changed: Collection[int] = ()) -> list[int]:
    """Sign and shelve every list that `changed`, is new, or whose signature has aged; return their numbers.

    Which lists changed is the outbox's to say: a time of change cannot, since a transaction may commit after
    a list that was read later had been published.
    """
    with hub.reading() as unit:
        resign = timedelta(seconds=hub.settings.status_resign_seconds)
        due = [
            (one, status.spoken(unit, one.list_no))
            for one in status.lists(unit)
            if one.list_no in changed or one.published_at is None or unit.now >= one.published_at + resign
        ]
        as_of = unit.now
    for one, spoken in due:
        token = _signed(one, spoken, int(as_of.timestamp()), hub)
        hub.shelf.put(f"status/{one.list_no}", token.encode("ascii"))
    if due:
        with hub.writing() as unit:
            for one, _ in due:
                status.published(unit, one.list_no, as_of)
    return [one.list_no for one, _ in due]


def _signed(one: ListState, spoken: dict[int, int], at: int, hub: Hub) -> str:
    packed = StatusList.blank(one.size).with_statuses(spoken)
    payload = statement(
        sub=status_uri(hub.region, one.list_no),
        bits=packed.bits,
        lst=packed.pack(FAST),
        iat=at,
        exp=at + int(LIFE.total_seconds()),
        ttl=TTL_SECONDS,
    )
    return jose.sign(payload, typ=TYP, key=hub.signer(Purpose.STATUS))


def fetch_peer_lists(hub: Hub) -> int:
    """Fetch every list of every other region; keep those that verify and are not older than what we hold."""
    kept = 0
    for code, region in hub.trust.regions.items():
        if code == hub.region or region.url is None:
            continue
        try:
            index = json.loads(hub.network.get(f"{region.url}/status/", timeout=FETCH_TIMEOUT))
            for uri in index["status_lists"]:
                found, list_no = parse_status_uri(uri)
                if found == code:
                    token = hub.network.get(f"{region.url}/status/{list_no}", timeout=FETCH_TIMEOUT)
                    kept += _keep(token, uri, f"peers/{code}/status/{list_no}", hub)
        except (PeerDown, VerifierError, ValueError, KeyError, TypeError):
            continue  # a peer that is down or talks nonsense leaves us with what we hold, and its age
    return kept


def _keep(token: bytes, uri: str, name: str, hub: Hub) -> int:
    issued = _issued_at(token, uri, hub)
    try:
        held = _issued_at(hub.shelf.get(name), uri, hub)
    except (NotFound, VerifierError):
        held = 0
    if issued < held:
        return 0
    hub.shelf.put(name, token)
    return 1


def _issued_at(token: bytes, uri: str, hub: Hub) -> int:
    """Return when a list was signed, once it is certain that its region signed it; raises VerifierError."""
    parsed = jose.parse(token, TYP)
    key = hub.trust.key(parsed.header.kid)
    region, _ = parse_status_uri(uri)
    if key is None or key.purpose is not Purpose.STATUS or key.region != region:
        raise VerifierError("signed by a key that may not sign this list")
    said = parse_statement(jose.verify(parsed, key))
    if said.sub != uri or key.may_have_signed(hub.now()) is not Standing.YES:
        raise VerifierError("a list under another name, or of a key out of its term")
    return said.iat
