"""Which keys may sign between regions now: shared by asking and answering."""

from datetime import timedelta

from certhub_schemas.purposes import Purpose
from certhub_verifier.errors import UnknownKey
from certhub_verifier.trust import Standing, TrustedKey

from certhub.hub import Hub

LIFE, SKEW = timedelta(seconds=60), timedelta(seconds=60)
NO_AGREEMENT = "NO_AGREEMENT"


def exchange_key(kid: str | None, region: str | None, *, hub: Hub) -> TrustedKey:
    """Return the exchange key that a message names; raises UnknownKey when it may not sign one now."""
    key = hub.trust.key(kid)
    if (
        key is None
        or key.purpose is not Purpose.EXCHANGE
        or region not in (None, key.region)
        or key.may_have_signed(hub.now()) is not Standing.YES
    ):
        raise UnknownKey(f"no exchange key {kid!r} that may sign now")
    return key
