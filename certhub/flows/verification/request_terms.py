"""What both sides of a counter's request work with: what the holder's hub is told, and how it is shown. Pure."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from certhub_verifier.formats.exchange.receipt import IdentityCheck
from certhub_verifier.formats.exchange.request import CounterRequest, Place

from certhub.db.ids import public_id
from certhub.flows.verification.shown_item import Shown
from certhub.hub.trip import Trip
from certhub.verification.requests.store import Check, CounterRequestFile

PAIRS = 3
NOTHING_SETTLED: Mapping[str, str] = MappingProxyType({})
SAME, OTHER = "same", "other"


def counter_request(
    file: CounterRequestFile,
    home: str,
    case: str | None,
    *,
    settled: Mapping[str, str] = NOTHING_SETTLED,
    trip: Trip,
) -> CounterRequest:
    """Return what a holder's home hub is told of a request; nothing of an identity check stands in it.

    `settled` are the requirements for which nothing is asked any more.
    """
    order, matter = file.order, trip.matter(file.order.matter)
    return CounterRequest(
        asker=trip.region,
        home=home,
        issued_at=int(trip.now.timestamp()),
        expires=int(file.expires_at.timestamp()),
        jti=public_id(trip.random),
        request=file.request_id,
        unit=trip.region,
        office=Place("", order.office),
        window=Place("", order.window),
        matter=matter.code,
        matter_digest=matter.digest,
        case=case,
        mode=matter.mode,
        match=order.match,
        declared=order.declared,
        settled=settled,
    )


def pairs_to_pick_from(match: str, random: Callable[[int], bytes]) -> tuple[str, ...]:
    """Return three pairs of digits in a random order, one of which the counter shows."""
    found = [match]
    while len(found) < PAIRS:
        pair = f"{int.from_bytes(random(2), 'big') % 90 + 10}"
        if pair not in found:
            found.append(pair)
    place = random(1)[0] % PAIRS
    return tuple(found[-place:] + found[:-place]) if place else tuple(found)


def how_shown(request: CounterRequest, check: Check | None, identity: str | None) -> Shown:
    """Return how certificates are shown by a request: requested, or in person where an identity was checked.

    `identity` tells whether the number that was read is the consenting holder's; None where none was compared.
    """
    return Shown(
        is_for_matter=True,
        reached="L2" if check is None else "L3",
        only_seen=check is not None and identity is None,
        declared=request.declared,
        by_another=identity == OTHER,
    )


def compared_check(check: Check | None, identity: str | None) -> Check | None:
    """Return the check that counts: a number that nobody compared with who consents is no check of this holder.

    The clerk may read it while the holder's answer is under way; then the home hub has not seen it.
    """
    is_uncompared = check is not None and check.id_number is not None and identity is None
    return None if is_uncompared else check


def recorded_check(check: Check | None) -> IdentityCheck | None:
    """Return an identity check as a receipt has it."""
    return None if check is None else IdentityCheck(check.method, check.at)
