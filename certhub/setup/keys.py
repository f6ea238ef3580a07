"""Make a hub's keys: the one place of the hub that knows how a key store in files is made.

Everybody else opens what there is by its URI, and is lent signers (`certhub_keys.uri`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from certhub_keys.cost import Cost
from certhub_keys.signer import Signer
from certhub_keys.software import KeyStore
from certhub_schemas.purposes import KEY_PURPOSES, Purpose
from certhub_verifier.formats.trust.listedkey import KeyState, ListedKey

A_LITTLE_BEFORE = timedelta(minutes=5)
"""A new key signs since then: another region's clock may be behind ours."""


@dataclass(frozen=True)
class NewKeys:
    """A new key store in files, while keys are made for it; `now` is when they are."""

    now: datetime
    random: Callable[[int], bytes]
    _store: KeyStore

    @classmethod
    def begin(
        cls,
        folder: Path,
        passphrase: bytes,
        *,
        now: datetime,
        random: Callable[[int], bytes],
        cost: Cost = Cost.STANDARD,
    ) -> Self:
        """Make an empty store in a folder.

        Raises:
            KeyExists: a store stands there already; it was left alone.
            NotAvailable: the passphrase is empty, or the disk refused.
        """
        return cls(now, random, KeyStore.create(folder, passphrase, random=random, cost=cost))

    def key(self, kid: str, purpose: Purpose) -> ListedKey:
        """Make a key, and return its public half as the trust list names it.

        Its algorithm and its life are those of its purpose.

        Raises:
            BadKeyName, KeyExists: nothing was made.
        """
        row = KEY_PURPOSES[purpose]
        made = self._store.make(kid, row.algorithm, purpose, random=self.random)
        start = (self.now - A_LITTLE_BEFORE).replace(microsecond=0)
        return ListedKey(
            kid=kid,
            jwk=dict(made.jwk),
            algorithm=row.algorithm,
            purpose=purpose,
            from_=start,
            until=start + row.signs_for,
            verify_until=start + row.checked_for,
            state=KeyState.ACTIVE,
        )

    def secret(self, name: str) -> None:
        """Make a symmetric key; raises as `key` does."""
        self._store.make_secret(name, random=self.random)

    def signer(self, kid: str) -> Signer:
        """Return the signer of a key that was made; raises NoSuchKey where it was not."""
        return self._store.signer(kid)
