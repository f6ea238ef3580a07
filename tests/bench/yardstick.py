"""The yardstick: what plain Python takes on this machine, so that a gate set on another one means the same here.

A SHARE sets Python beside P-256, and machines differ in how fast the one is relative to the other. The work is
PyJWT's own part of reading a token with 1,000 characters of payload: split, base64url by a Python generator, two JSON
objects, claims. One check of a signature is taken off, so that what is left is Python.

    python_us ÷ verify_us     here, in the same round as the case
    68 µs ÷ 60 µs             on the reference machine: PyJWT 2.15 took 128 µs, one check 60 µs

The reference machine is a Xeon with 2 cores, Python 3.11.7 and cryptography 50; its signature takes 21 µs. It has JSON
figures too, but the document that they were taken with is not kept, and two of one length differ four times.
"""

import itertools
from functools import lru_cache

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from tests.bench.meters import spend

REFERENCE_VERIFY_US, REFERENCE_PYTHON_US = 60.0, 128.0 - 60.0
TOKENS, LENGTH = 32, 1_000


def python_us(verify_us: float, *, seconds: float) -> float:
    """Return the microseconds of plain Python in one reading, where one check of a signature takes `verify_us`."""
    public, tokens = _tokens()
    turn = itertools.cycle(tokens)
    read = spend(lambda _: jwt.decode(next(turn), public, algorithms=["ES256"]), seconds=seconds)
    return max(read.cpu_us - verify_us, 1.0)


def factor(verify_us: float, python_us: float) -> float:
    """Return how many times dearer Python is here, held against P-256, than on the reference machine."""
    return (python_us / verify_us) / (REFERENCE_PYTHON_US / REFERENCE_VERIFY_US)


@lru_cache
def _tokens() -> tuple[ec.EllipticCurvePublicKey, tuple[str, ...]]:
    key = ec.generate_private_key(ec.SECP256R1())
    payloads = [{"at": at, "text": "a" * LENGTH} for at in range(TOKENS)]
    return key.public_key(), tuple(jwt.encode(payload, key, "ES256") for payload in payloads)
