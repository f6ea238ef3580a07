"""The status lists of other regions: fetched, verified and kept for the offline bundle.

peers/<region>/status/<n>    a peer's, as it signed it; never replaced by an older one
"""

import json
import logging
from datetime import UTC, datetime

from certhub_verifier.checks.status import read_list
from certhub_verifier.errors import VerifierError
from certhub_verifier.formats.status.statuslist import DatedAhead, RolledBack, parse_status_uri

from certhub.adapters.network import PeerDown
from certhub.db.timekeeping import store as timekeeping
from certhub.errors import NotFound
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.regions.peers import contact

log = logging.getLogger("certhub.jobs")

FETCH_TIMEOUT = 3.0


def fetch_peer_lists(hub: Hub) -> int:
    """Fetch every list of every other region; keep those that verify and are newer than what we hold.

    Whether it answered is put on record (regions/peers/contact.py), so that a region that went silent is seen.
    """
    trip = hub.at(None)
    kept, now = 0, _vouched(hub)
    for code, region in trip.trust.regions.items():
        if code == hub.region or region.url is None:
            continue
        try:
            kept += _fetch(code, region.url, now, trip)
        except (PeerDown, NotFound, VerifierError, ValueError, KeyError, TypeError) as refused:
            # A peer that is down or talks nonsense leaves us with what we hold, and its age.
            cause = "PEER_DOWN" if isinstance(refused, PeerDown) else contact.NOT_BELIEVED
            contact.failed(hub.public_files, code, hub.now(), cause)
    return kept


def _fetch(code: str, url: str, now: int, trip: Trip) -> int:
    kept, oldest = 0, None
    index = json.loads(trip.network.get(f"{url}/status/", timeout=FETCH_TIMEOUT))
    for uri in index["status_lists"]:
        found, list_no = parse_status_uri(uri)
        if found == code:
            name = f"peers/{code}/status/{list_no}"
            token = trip.network.get(f"{url}/status/{list_no}", timeout=FETCH_TIMEOUT)
            kept += _keep(token, uri, name, now, trip)
            at = datetime.fromtimestamp(
                read_list(trip.public_files.get(name), uri, trust=trip.trust).iat, UTC
            )
            oldest = at if oldest is None else min(oldest, at)
    contact.answered(trip.public_files, code, trip.moment(), oldest)
    return kept


def _vouched(hub: Hub) -> int:
    """Return the time in seconds by which lists are judged: that on record while our own clock is in doubt."""
    with hub.reading() as unit:
        record = timekeeping.read(unit)
        return int((unit.now if record is None else record.vouched(unit.now)).timestamp())


def _keep(token: bytes, uri: str, name: str, now: int, trip: Trip) -> int:
    """Put a peer's list among the public files unless we hold that one, or a newer; tell how many that makes."""
    try:
        held = read_list(trip.public_files.get(name), uri, trust=trip.trust)
    except (NotFound, VerifierError):
        held = None
    try:
        newer = read_list(token, uri, trust=trip.trust).newer_than(held, now=now)
    except RolledBack as older:
        log.warning("worker: %s is not what its region said before: %s; what we hold stays", uri, older)
        return 0
    except DatedAhead:
        log.warning("worker: %s is dated ahead: compare the clocks; what we hold stays", uri)
        return 0
    if newer:
        trip.public_files.put(name, token)
    return int(newer)
