"""Make a hub's signing keys: the one place of the hub that knows how a key store in files is made.

Everybody else opens what there is by its URI, and is lent signers (`certhub_keys.uri`).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from certhub_keys.cost import Cost
from certhub_keys.software import KeyStore
from certhub_schemas.purposes import KEY_PURPOSES, Purpose
from certhub_verifier.formats.trust.listedkey import KeyState, ListedKey

A_LITTLE_BEFORE = timedelta(minutes=5)
"""A new key signs since then: another region's clock may be behind ours."""


def new_store(
    folder: Path, passphrase: bytes, *, random: Callable[[int], bytes], cost: Cost = Cost.STANDARD
) -> KeyStore:
    """Return an empty store, made in a folder.

    Raises:
        KeyExists: a store stands there already; it was left alone.
        NotAvailable: the passphrase is empty, or the disk refused.
    """
    return KeyStore.create(folder, passphrase, random=random, cost=cost)


def new_key(
    store: KeyStore, kid: str, purpose: Purpose, *, now: datetime, random: Callable[[int], bytes]
) -> ListedKey:
    """Make a key in a store, and return its public half as the trust list names it.

    Its algorithm and its life are those of its purpose.

    Raises:
        BadKeyName, KeyExists: nothing was made.
    """
    row = KEY_PURPOSES[purpose]
    made = store.make(kid, row.algorithm, purpose, random=random)
    start = (now - A_LITTLE_BEFORE).replace(microsecond=0)
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
