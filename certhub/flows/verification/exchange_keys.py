"""Which keys may sign between regions, and under which agreement: shared by all who ask, answer and tell."""

from datetime import UTC, datetime, timedelta
from typing import Any

from certhub_verifier.errors import UnknownKey
from certhub_verifier.formats.exchange import envelope
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.agreement import Agreement
from certhub_verifier.trust import Standing, TrustedKey

from certhub.hub.trip import Trip

LIFE, SKEW = timedelta(seconds=60), timedelta(seconds=60)
NO_AGREEMENT, UPGRADE_NEEDED = "NO_AGREEMENT", "UPGRADE_NEEDED"


def verified(
    message: str | bytes, typ: str, region: str | None = None, *, trip: Trip
) -> tuple[dict[str, Any], str]:
    """Return what a message between regions says, and the region that signed it: `region`, or (None) whichever.

    Whether it is meant for us, and of now, is the caller's to judge.

    Raises:
        VerifierError: it is no token of this type, its signature is wrong, or its key may not have signed it.
    """
    parsed = jws.parse(message, typ)
    key = _exchange_key(parsed, region, trip=trip)
    return jws.verify(parsed, key), key.region


def _exchange_key(message: jws.Parsed, region: str | None, *, trip: Trip) -> TrustedKey:
    """Return the key that a message names; its date is read before its signature is checked."""
    key = trip.trust.key(message.header.kid)
    dated = datetime.fromtimestamp(message.payload["iat"], UTC)
    if (
        key is None
        or key.may_have_signed(message.header.typ, by=region or key.region, at=dated) is not Standing.YES
    ):
        raise UnknownKey(f"no exchange key {message.header.kid!r} that may have signed this")
    return key


def agreed(question: envelope.Request, *, trip: Trip) -> Agreement | None:
    """Return the agreement to answer `question` under, or None: the two regions do not hold the same one.

    What the question quotes has to be live by our own list, at the question's date or now: an agreement that took
    over between the two, or between two clocks, is no disagreement. The answer is given under the one that is live
    now, so that nothing goes out that has ended.
    """
    live = trip.trust.agreement(trip.region, question.asker, trip.now)
    at_its_date = trip.trust.agreement(
        trip.region, question.asker, datetime.fromtimestamp(question.issued_at, UTC)
    )
    quotable = {one.reference for one in (live, at_its_date) if one is not None}
    return live if question.agreement in quotable else None
