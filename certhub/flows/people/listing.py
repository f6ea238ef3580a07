"""Say in the trust list what the organisation says: which agencies may issue, what, and until when.

    1 outbox   word of agencies that came, changed or ended
    2 keys     a seal for each that may issue and has none; it is found again where this trip was cut short
    3 file     issuers.json is written whole: what stood there, and what the agencies' rows say now
    4 event    one transaction: an event for each agency, and the word is taken away

The file is derived from the rows. It never loses a kind, since what was issued once is checked for years. An agency
that ended has a seal that signs nothing from that day on.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from certhub_verifier.formats.trust import trustlist
from certhub_verifier.formats.trust.listedkey import ListedKey
from certhub_verifier.formats.trust.trustlist import Issuer, RegionIssuers

from certhub.adapters.public_files import PublicFiles
from certhub.db import outbox
from certhub.errors import NotFound
from certhub.history.events.catalogue import AGENCY_LISTED, Event
from certhub.history.events.organisation import AgencyListed
from certhub.history.events.store import append
from certhub.hub import TRUST, Hub
from certhub.hub.trip import Trip
from certhub.people.organisation import store as organisation
from certhub.people.organisation.nodes import Agency, NodeKind
from certhub.records.certificates.rules import starts
from certhub.setup.keys import A_LITTLE_BEFORE, seal_key

SECOND = timedelta(seconds=1)
ACTOR = "trust list"
"""How the history names what follows from somebody's deed by itself."""


def list_agencies(hub: Hub) -> int:
    """List what waits, and return how many agencies that were."""
    trip = hub.at(None)
    hub.step("listing:1")
    with hub.reading() as unit:
        posted = outbox.posted(unit, outbox.ISSUERS)
        keys = [(code,) for code in {ref for _, ref in posted}]
        found = organisation.find_all(unit, NodeKind.AGENCY, keys)
    agencies = [
        node
        for node in found.values()
        if isinstance(node, Agency) and node.kinds and not is_listed_elsewhere(node.code, trip)
    ]
    if not posted:
        return 0
    hub.step("listing:2")
    public_files, path = PublicFiles(hub.settings.data / TRUST), trustlist.issuers_path(hub.region)
    standing = _standing(public_files, path, hub.region)
    new = {agency.code: _issuer(agency, standing.get(agency.code), trip) for agency in agencies}
    hub.step("listing:3")
    if any(standing.get(code) != issuer for code, issuer in new.items()):
        issuers = tuple({**standing, **new}.values())
        public_files.put(path, RegionIssuers(region=hub.region, issuers=issuers).to_bytes())
    hub.step("listing:4")
    with hub.writing() as unit:
        append(unit, *(_event(issuer, found[issuer.agency,].until) for issuer in new.values()))
        outbox.done(unit, [row_id for row_id, _ in posted])
    return len(new)


def is_listed_elsewhere(agency: str, trip: Trip) -> bool:
    """Tell whether the trust list has an agency in another region: a list in which it stands twice is refused whole."""
    listed = trip.trust.agencies.get(agency)
    return listed is not None and listed.region != trip.region


def _standing(public_files: PublicFiles, path: str, region: str) -> Mapping[str, Issuer]:
    """Return the agencies that the trust list of this region has, by USCC."""
    try:
        listed = RegionIssuers.from_bytes(public_files.get(path))
    except NotFound:
        listed = RegionIssuers(region=region, issuers=())
    return {issuer.agency: issuer for issuer in listed.issuers}


def _issuer(agency: Agency, standing: Issuer | None, trip: Trip) -> Issuer:
    """Return how the trust list has an agency, whose seal is made where it has none."""
    seals: tuple[ListedKey, ...]
    if standing is None:
        since = max(starts(agency.since), trip.now - A_LITTLE_BEFORE)
        seals = (seal_key(trip.hub.keys, agency.code, since=since, random=trip.random),)
        kinds = agency.kinds
    else:
        seals, kinds = standing.keys, tuple(dict.fromkeys((*standing.kinds, *agency.kinds)))
    if agency.until is not None:
        seals = tuple(_ended(seal, starts(agency.until)) for seal in seals)
    return Issuer(
        agency=agency.code, name=agency.name, name_en=agency.name_en or agency.name, kinds=kinds, keys=seals
    )


def _ended(seal: ListedKey, at: datetime) -> ListedKey:
    """Return a seal that signs nothing from a moment on; one that would end before it began lasts a second."""
    return seal if seal.until <= at else replace(seal, until=max(at, seal.from_ + SECOND))


def _event(issuer: Issuer, until: date | None) -> Event[AgencyListed]:
    body = AgencyListed(
        kinds=issuer.kinds, seal=issuer.keys[-1].kid, until=None if until is None else until.isoformat()
    )
    return Event(AGENCY_LISTED, ACTOR, issuer.agency, body)
