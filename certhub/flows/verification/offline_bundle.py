"""The offline bundle: what a counter needs to go on without a network.

1 trust     the files in force, as bytes; the matters in force on that day
2 public files  every status list held, ours and our peers', as signed
3 signer    the bundle, good for 12 hours, in the highest format that our own entry of the trust list names
"""

from datetime import timedelta

from certhub_schemas.purposes import Purpose
from certhub_verifier.formats.exchange import bundle, versions
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status.statuslist import status_uri

from certhub.history.events.bodies import Bundled
from certhub.history.events.catalogue import BUNDLE_ISSUED, Event
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.parties.people import Actor

LIFE = timedelta(hours=12)


def offline_bundle(*, by: Actor, hub: Hub) -> str:
    """Return the region's offline bundle, a compact JWS."""
    trip = hub.at(by)
    hub.step("bundle:1")
    now = trip.now
    hub.step("bundle:2")
    ours = trip.trust.regions[hub.region]
    contents = bundle.BundleContents(
        region=hub.region,
        version=int(now.timestamp() * 1000),
        issued_at=int(now.timestamp()),
        expires=int((now + LIFE).timestamp()),
        trust=trip.trust_files(),
        matters=trip.matters(),
        status=held_lists(trip),
        format=ours.highest_format("bundle", versions.BUNDLE) or versions.FIRST,
    )
    with hub.writing() as unit:
        body = Bundled(lists=len(contents.status))
        append(unit, Event(BUNDLE_ISSUED, by.key, str(contents.version), body))
    hub.step("bundle:3")
    return jws.sign(contents.to_payload(), typ=bundle.TYP, key=trip.signer(Purpose.BUNDLE))


def held_lists(trip: Trip) -> dict[str, str]:
    """Return every list among the public files, ours and our peers', by its URI."""
    lists = {
        status_uri(trip.region, int(n)): trip.public_files.get(f"status/{n}").decode("ascii")
        for n in trip.public_files.names("status")
    }
    for code in trip.trust.regions:
        for n in trip.public_files.names(f"peers/{code}/status"):
            lists[status_uri(code, int(n))] = trip.public_files.get(f"peers/{code}/status/{n}").decode(
                "ascii"
            )
    return lists
