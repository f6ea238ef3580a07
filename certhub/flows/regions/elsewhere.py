"""Which matters can be done in another region with our certificates, and here with its: known before one travels.

1 trust, catalogue  the matters in force, and the agreement that is live with each other region
2 peers             with a region that is stopped here nothing can be done, whatever is agreed
3 coverage          the requirements of each matter that cannot be met, and what of them is not agreed
"""

from collections.abc import Mapping
from dataclasses import dataclass

from certhub_schemas import Matter
from certhub_verifier.formats.trust.agreement import Agreement
from certhub_verifier.report import kind_names
from certhub_verifier.trust import RegionTrust

from certhub.errors import NotFound
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.regions.peers import store as peers
from certhub.regions.trust.coverage import Gap, gaps, unmet


@dataclass(frozen=True)
class MatterElsewhere:
    """A matter; what its kinds are called, by code; and what cannot be met of it in each other region, by its code.

    `elsewhere` holds ids of requirements: those that our certificates cannot meet at that region's counters.
    """

    matter: Matter
    kind_names: Mapping[str, tuple[str, str]]
    elsewhere: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class MatterAcross:
    """A matter between this region and another one: what cannot be met `there` with ours, and `here` with theirs."""

    matter: Matter
    kind_names: Mapping[str, tuple[str, str]]
    there: tuple[Gap, ...]
    here: tuple[Gap, ...]


@dataclass(frozen=True)
class RegionAcross:
    """Another region, whether it is stopped here, the agreement that is live with it, and every matter."""

    region: RegionTrust
    is_stopped: bool
    agreement: Agreement | None
    matters: tuple[MatterAcross, ...]


def matters(*, hub: Hub) -> list[MatterElsewhere]:
    """Return the matters in force, in display order, each with what cannot be met of it in other regions."""
    trip = hub.at(None)
    hub.step("elsewhere:1")
    regions = [code for code in sorted(trip.trust.regions) if code != trip.region]
    hub.step("elsewhere:2")
    stopped = _stopped(trip)
    usable = {code: None if code in stopped else _agreement(code, trip=trip) for code in regions}
    hub.step("elsewhere:3")
    return [
        MatterElsewhere(
            matter,
            _kind_names(matter, trip=trip),
            {code: unmet(matter, usable[code], asker=code, provider=trip.region) for code in regions},
        )
        for matter in trip.matters()
    ]


def across(region: str, *, hub: Hub) -> RegionAcross:
    """Return the matters in force between this region and another one, in both directions, each with why not.

    Raises:
        NotFound: the trust list has no such other region.
    """
    trip = hub.at(None)
    hub.step("elsewhere:1")
    named = trip.trust.region(region)
    if named is None or region == trip.region:
        raise NotFound(f"region {region} is not in the trust list")
    agreement = _agreement(region, trip=trip)
    hub.step("elsewhere:2")
    is_stopped = region in _stopped(trip)
    usable = None if is_stopped else agreement
    hub.step("elsewhere:3")
    found = tuple(
        MatterAcross(
            matter,
            _kind_names(matter, trip=trip),
            there=gaps(matter, usable, asker=region, provider=trip.region),
            here=gaps(matter, usable, asker=trip.region, provider=region),
        )
        for matter in trip.matters()
    )
    return RegionAcross(named, is_stopped, agreement, found)


def _agreement(region: str, *, trip: Trip) -> Agreement | None:
    return trip.trust.agreement(trip.region, region, trip.now)


def _stopped(trip: Trip) -> frozenset[str]:
    with trip.reading() as unit:
        return peers.stopped(unit)


def _kind_names(matter: Matter, *, trip: Trip) -> dict[str, tuple[str, str]]:
    """Return what the kinds of a matter are called today, Chinese and English, by code."""
    codes = dict.fromkeys(way.kind for one in matter.requirements for way in one.accepts)
    today = {code: trip.catalogue.kind(code, on=trip.day) for code in codes}
    return {
        code: kind_names(code, trip.catalogue, version=None if kind is None else kind.version)
        for code, kind in today.items()
    }
