"""Which keys may sign between regions, and under which agreement: shared by asking and answering."""

from datetime import UTC, datetime, timedelta

from certhub_verifier.errors import UnknownKey
from certhub_verifier.formats import jose
from certhub_verifier.trust import Standing, TrustedKey

from certhub.hub import Hub

LIFE, SKEW = timedelta(seconds=60), timedelta(seconds=60)
NO_AGREEMENT = "NO_AGREEMENT"


def exchange_key(message: jose.Parsed, region: str | None, *, hub: Hub) -> TrustedKey:
    """Return the key that a message names, of `region` or (None) of whichever region signed it.

    The message's date is read before its signature is checked; the caller checks the signature, and how old the
    message is.

    Raises:
        UnknownKey: there is no such key, or it may not have signed such a message then.
    """
    key = hub.trust.key(message.header.kid)
    dated = datetime.fromtimestamp(message.payload["iat"], UTC)
    if (
        key is None
        or key.may_have_signed(message.header.typ, by=region or key.region, at=dated) is not Standing.YES
    ):
        raise UnknownKey(f"no exchange key {message.header.kid!r} that may have signed this")
    return key
