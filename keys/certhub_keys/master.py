"""store.json: the master key of a store, sealed by its passphrase.

    {"argon2id": {"memory_kib", "passes", "lanes", "salt"}, "format": "certhub-store-1", "nonce", "sealed"}

The parameters are bound to what they seal, and bounded before anything is spent on them.
"""

import base64
from pathlib import Path

from certhub_keys.cost import SALT_BYTES, Cost
from certhub_keys.envelope import Envelope
from certhub_keys.errors import BadKeyFile, NotAvailable, WrongPassphrase
from certhub_keys.randomness import Random, draw

FORMAT = "certhub-store-1"


def wrap(master: bytes, passphrase: bytes, *, random: Random, cost: Cost) -> bytes:
    """Return the store.json that seals `master` (32 bytes) by `passphrase`, under a fresh salt.

    Raises:
        NotAvailable: the passphrase is empty.
    """
    if not passphrase:
        raise NotAvailable("a key store is not made without a passphrase")
    salt = draw(random, SALT_BYTES)
    parameters = {
        "memory_kib": cost.memory_kib,
        "passes": cost.passes,
        "lanes": cost.lanes,
        "salt": base64.b64encode(salt).decode(),
    }
    clear = {"format": FORMAT, "argon2id": parameters}
    return Envelope.seal(clear, master, key=cost.derive(passphrase, salt), random=random).to_bytes()


def unwrap(data: bytes, passphrase: bytes, *, folder: Path) -> tuple[bytes, Cost]:
    """Return the master key and what was paid for it.

    Raises:
        BadKeyFile: store.json is damaged.
        WrongPassphrase: it does not open; whether passphrase or file is at fault cannot be told.
    """
    where = str(folder / "store.json")
    envelope = Envelope.parse(data, where=where, format_=FORMAT, members=frozenset({"argon2id"}))
    try:
        parameters = dict(envelope.clear["argon2id"])
        salt = base64.b64decode(parameters.pop("salt"), validate=True)
        cost = Cost(**parameters)
    except (ValueError, TypeError, KeyError) as broken:
        raise BadKeyFile(where, "its Argon2id parameters cannot be used") from broken
    if len(salt) != SALT_BYTES:
        raise BadKeyFile(where, "its salt has another length")
    try:
        return envelope.open(cost.derive(passphrase, salt), where=where), cost
    except BadKeyFile as broken:
        raise WrongPassphrase(folder) from broken
