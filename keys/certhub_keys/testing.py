"""For tests and simulations: keys that are the same every time, and what every signer must pass.

Nothing here protects anything. The keys come from seeds that stand in public code.
"""

from hashlib import sha256
from itertools import count

from certhub_schemas.algorithms import ES256, Algorithm

from certhub_keys.errors import KeysError
from certhub_keys.names import checked
from certhub_keys.randomness import Random
from certhub_keys.signer import Signer
from certhub_keys.software import SoftwareSigner
from certhub_keys.suites import check_signature, suite

MESSAGES = (b"", b"\x00", b"sample", b"test", bytes(range(256)), bytes(1 << 20))
ROUNDS = 16  # with high-s signatures let through, all would be low by luck once in 2^16
_MEMBERS = {"EC": {"kty", "crv", "x", "y"}, "OKP": {"kty", "crv", "x"}}


class BrokenContract(AssertionError):
    """A signer does not do what every signer owes; the message says what."""


def seeded(seed: bytes) -> Random:
    """Return a source that gives the same bytes for the same seed, each call going on from the last."""
    numbers = count()

    def random(size: int) -> bytes:
        given = b""
        while len(given) < size:
            given += sha256(seed + next(numbers).to_bytes(8)).digest()
        return given[:size]

    return random


def fixed_signer(kid: str = "test-seal-1", algorithm: Algorithm = ES256) -> SoftwareSigner:
    """Return a signer whose key follows from `kid` and `algorithm` and who signs the same way each time.

    Raises:
        BadKeyName: `kid` cannot name a key.
        NotAvailable: software has no keys of that algorithm.
    """
    used = suite(algorithm)
    key = used.generate(seeded(f"certhub test key {algorithm.name} {checked(kid)}".encode()))
    return SoftwareSigner(kid, algorithm, used.jwk(key), key, deterministic=True)


def check_signer(signer: Signer) -> None:
    """Return when `signer` keeps the contract of `certhub_keys.signer.Signer`.

    Its name and public key are well formed and its own; whatever is signed, the empty message and a
    large one too, verifies under `jwk`, has the raw length and the low s; other messages get other
    signatures, and no signature is good for another message.

    Raises:
        BrokenContract: it does not; the message says in what.
    """
    if not isinstance(signer, Signer):
        raise BrokenContract("a member of Signer is missing")
    _check_public(signer)
    signatures = [_signed(signer, message) for message in MESSAGES]
    if len(set(signatures)) != len(MESSAGES):
        raise BrokenContract("two messages got one signature")
    for turn in range(ROUNDS):
        _signed(signer, b"round %d" % turn)
    try:
        check_signature(signer.algorithm, signer.jwk, message=b"other", signature=signatures[2])
    except KeysError:
        return
    raise BrokenContract("a signature verifies under another message")


def _check_public(signer: Signer) -> None:
    try:
        checked(signer.kid)
    except KeysError as broken:
        raise BrokenContract(str(broken)) from broken
    jwk, algorithm = dict(signer.jwk), signer.algorithm
    if jwk.keys() != _MEMBERS[algorithm.key_type]:
        raise BrokenContract(f"the public key has the members {sorted(jwk)}")
    if (jwk["kty"], jwk["crv"]) != (algorithm.key_type, algorithm.curve):
        raise BrokenContract("the public key is of another suite")


def _signed(signer: Signer, message: bytes) -> bytes:
    signature = signer.sign(message)
    if type(signature) is not bytes:
        raise BrokenContract("a signature is not bytes")
    try:
        check_signature(signer.algorithm, signer.jwk, message=message, signature=signature)
    except KeysError as broken:
        raise BrokenContract(f"{len(message)} bytes were signed badly: {broken}") from broken
    return signature
