"""Which key signs what, now: the trust set says which, the key store lends the signer.

The hub itself never holds a private key: it asks a `Signer` by key id, and only certhub_keys knows more.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from certhub_keys.signer import Signer
from certhub_schemas.purposes import Purpose
from certhub_verifier.trust import TrustedKey, TrustSet

from certhub.errors import Unavailable


class NoKey(Unavailable):
    """No key of this purpose may sign now."""

    code = "NO_KEY"


@dataclass
class Keyring:
    """Finds the signer for a purpose in one region."""

    region: str
    lend: Callable[[str], Signer]
    _lent: dict[str, Signer] = field(default_factory=dict)

    def region_signer(self, purpose: Purpose, *, trust: TrustSet, at: datetime) -> Signer:
        """Return the region's signer for a purpose.

        Raises:
            NoKey: the trust set names no active key for it at that time.
        """
        return self._signer(trust.keys_of(self.region, purpose, self.region), at, purpose)

    def seal_signer(self, agency: str, *, trust: TrustSet, at: datetime) -> Signer:
        """Return an agency's seal signer.

        Raises:
            NoKey: the trust set names no active seal key for it at that time.
        """
        return self._signer(trust.keys_of(self.region, Purpose.SEAL, agency), at, f"the seal of {agency}")

    def _signer(self, keys: Iterable[TrustedKey], at: datetime, what: str) -> Signer:
        usable = [key for key in keys if key.may_sign(at)]
        if not usable:
            raise NoKey(f"no active key for {what} at {at:%Y-%m-%d %H:%M}Z: make one and publish it")
        kid = max(usable, key=lambda key: key.from_).kid
        if kid not in self._lent:
            self._lent[kid] = self.lend(kid)
        return self._lent[kid]
