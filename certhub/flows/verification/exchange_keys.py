"""Which keys may sign between regions, and under which agreement: shared by asking and answering."""

from datetime import UTC, datetime, timedelta

from certhub_verifier.errors import UnknownKey
from certhub_verifier.formats.exchange import envelope
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.agreement import Agreement
from certhub_verifier.trust import Standing, TrustedKey

from certhub.hub.trip import Trip

LIFE, SKEW = timedelta(seconds=60), timedelta(seconds=60)
NO_AGREEMENT, UPGRADE_NEEDED = "NO_AGREEMENT", "UPGRADE_NEEDED"


def exchange_key(message: jws.Parsed, region: str | None, *, trip: Trip) -> TrustedKey:
    """Return the key that a message names, of `region` or (None) of whichever region signed it.

    The message's date is read before its signature is checked; the caller checks the signature, and how old the
    message is.

    Raises:
        UnknownKey: there is no such key, or it may not have signed such a message then.
    """
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
