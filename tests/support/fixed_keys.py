"""Keys and randomness that follow from a name, so that tests need neither the key store nor chance."""

from collections.abc import Callable
from hashlib import sha256, shake_256
from itertools import count

from certhub_schemas.algorithms import ES256, Algorithm

from tests.support.signing import NumberedKey


def fixed_key(kid: str, algorithm: Algorithm = ES256) -> NumberedKey:
    """Return the key that goes with `kid`: another id, another key."""
    return NumberedKey(kid, algorithm, int.from_bytes(sha256(kid.encode()).digest(), "big") >> 1)


def fixed_random(seed: str = "") -> Callable[[int], bytes]:
    """Return a source of bytes that gives the same in every run, and never the same twice."""
    turn = count()
    return lambda size: shake_256(f"{seed} {next(turn)}".encode()).digest(size)
