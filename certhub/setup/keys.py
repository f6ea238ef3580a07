"""Make a hub's keys: the one place of the hub that knows how a key store in files is made.

Everybody else opens what there is by its URI, and is lent signers (`certhub_keys.uri`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from certhub_keys.cost import Cost
from certhub_keys.errors import NoSuchKey
from certhub_keys.signer import Signer
from certhub_keys.software import KeyRecord, KeyStore
from certhub_keys.uri import Keys
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
        made = self._store.make(kid, KEY_PURPOSES[purpose].algorithm, purpose, random=self.random)
        return listed_key(made, since=self.now - A_LITTLE_BEFORE)

    def secret(self, name: str) -> None:
        """Make a symmetric key; raises as `key` does."""
        self._store.make_secret(name, random=self.random)

    def signer(self, kid: str) -> Signer:
        """Return the signer of a key that was made; raises NoSuchKey where it was not."""
        return self._store.signer(kid)


def seal_key(keys: Keys, agency: str, *, since: datetime, random: Callable[[int], bytes]) -> ListedKey:
    """Return the public half of an agency's first seal key, which is made unless it is there.

    Raises:
        NotAvailable: no key can be made where the keys are.
    """
    kid = f"{agency}-1"
    try:
        made = keys.record(kid)
    except NoSuchKey:
        made = keys.make(kid, KEY_PURPOSES[Purpose.SEAL].algorithm, Purpose.SEAL, random=random)
    return listed_key(made, since=since)


def listed_key(key: KeyRecord, *, since: datetime) -> ListedKey:
    """Return a key as the trust list names it, from a moment on; its life is that of its purpose."""
    row, start = KEY_PURPOSES[key.purpose], since.replace(microsecond=0)
    return ListedKey(
        kid=key.kid,
        jwk=dict(key.jwk),
        algorithm=key.algorithm,
        purpose=key.purpose,
        from_=start,
        until=start + row.signs_for,
        verify_until=start + row.checked_for,
        state=KeyState.ACTIVE,
    )
