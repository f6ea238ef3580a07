"""Stop the exchange with another region, or resume it: for the operator's page and for the command line.

1 trust          the region is one of the trust list
2 peers, events  one transaction: stopped or resumed, and on record

A stop counts from its commit on: what is being asked or answered looks for it once more where it writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from certhub_verifier.formats.trust.agreement import Agreement
from certhub_verifier.trust import RegionTrust

from certhub.db.engine import Unit
from certhub.errors import NotFound
from certhub.history.events.bodies import PeerSwitched
from certhub.history.events.catalogue import PEER_RESUMED, PEER_STOPPED, Event
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.readable import require_readable
from certhub.regions.notices import store as notices
from certhub.regions.peers import store as peers

COMMAND_LINE = "command line"
"""How the history names whoever works on the hub's own machine."""


@dataclass(frozen=True)
class Neighbour:
    """Another region as the trust list has it, whether it is stopped here, and the agreement that is live with it.

    `waiting` is how many notices wait to be sent to it.
    """

    region: RegionTrust
    is_stopped: bool
    agreement: Agreement | None
    waiting: int = 0


def switch(region: str, *, is_stopped: bool, reason: str | None, by: str, hub: Hub) -> Neighbour:
    """Neither ask nor answer a region from now on, or do so again; `by` is the key of an account.

    Returns:
        The region, as it stands now.

    Raises:
        NotFound: the trust list has no such other region.
        TextRefused: the reason cannot be read as it stands.
    """
    trip = hub.at(None)
    require_readable(reason=reason)
    hub.step("switch:1")
    found = trip.trust.region(region)
    if found is None or region == hub.region:
        raise NotFound(f"region {region} is not in the trust list")
    hub.step("switch:2")
    with hub.writing() as unit:
        switch_in(unit, region, is_stopped=is_stopped, reason=reason, by=by)
        waiting = notices.count_waiting(unit)
    return _neighbour(found, is_stopped=is_stopped, waiting=waiting, trip=trip)


def switch_in(unit: Unit, region: str, *, is_stopped: bool, reason: str | None, by: str) -> None:
    """Step 2, in the caller's transaction."""
    if is_stopped:
        peers.stop(unit, region, by=by)
    else:
        peers.resume(unit, region)
    row = PEER_STOPPED if is_stopped else PEER_RESUMED
    append(unit, Event(row, by, region, PeerSwitched(reason=reason)))


def others(*, hub: Hub) -> list[Neighbour]:
    """Return the other regions of the trust list, by code."""
    trip = hub.at(None)
    with hub.reading() as unit:
        stopped, waiting = peers.stopped(unit), notices.count_waiting(unit)
    regions = (region for _, region in sorted(trip.trust.regions.items()))
    return [
        _neighbour(region, is_stopped=region.code in stopped, waiting=waiting, trip=trip)
        for region in regions
        if region.code != trip.region
    ]


def _neighbour(region: RegionTrust, *, is_stopped: bool, waiting: Mapping[str, int], trip: Trip) -> Neighbour:
    live = trip.trust.agreement(trip.region, region.code, trip.now)
    return Neighbour(region, is_stopped, live, waiting.get(region.code, 0))
