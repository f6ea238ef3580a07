"""Where a suite of the registry meets the code that computes it: the one file that names algorithms.

    registry name   key object                 checked by
    ES256           EllipticCurvePublicKey     PyJWT's ECAlgorithm, SHA-256 (RFC 7518 §3.4)
    EdDSA           Ed25519PublicKey           PyJWT's OKPAlgorithm (RFC 8037 §3.1)

A suite that stands in the registry and not here, as SM2SM3 does, is known and cannot be computed: nothing
is known of its signatures, so that a fact about them is undetermined. Everything else in this package
takes suites as values of `certhub_schemas.algorithms`; a test reads the sources and says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

from certhub_schemas.algorithms import EDDSA, ES256, Algorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from certhub_verifier.errors import BadSignature, Malformed, SuiteNotAvailable

PublicKey = EllipticCurvePublicKey | Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class _Suite:
    """The code of one suite: coordinates to key, and a check of raw signatures by such a key."""

    algorithm: Algorithm
    load: Callable[..., PublicKey]
    checker: ECAlgorithm | OKPAlgorithm


def _load_p256(x: bytes, y: bytes) -> PublicKey:
    numbers = EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), SECP256R1())
    return numbers.public_key()


_SUITES: Mapping[str, _Suite] = MappingProxyType(
    {
        suite.algorithm.name: suite
        for suite in (
            _Suite(ES256, _load_p256, ECAlgorithm(ECAlgorithm.SHA256, SECP256R1)),
            _Suite(EDDSA, Ed25519PublicKey.from_public_bytes, OKPAlgorithm()),
        )
    }
)


def load(algorithm: Algorithm, *coordinates: bytes) -> PublicKey:
    """Return the key object of x, or of x and y: big-endian, of the length that the suite prescribes.

    Raises:
        SuiteNotAvailable: the suite cannot be computed here.
        Malformed: the coordinates are no point of the suite's curve.
    """
    try:
        return _computable(algorithm).load(*coordinates)
    except ValueError as broken:
        raise Malformed("JWK is not a point of its curve") from broken


def check(algorithm: Algorithm, key: PublicKey, message: bytes, signature: bytes) -> None:
    """Return if the raw `signature` over `message` is by `key`, which `load` made for `algorithm`.

    Raises:
        SuiteNotAvailable: the suite cannot be computed here.
        BadSignature: it is not.
    """
    # mypy sees two suites with a key type each; `load` has paired them by the algorithm.
    if not _computable(algorithm).checker.verify(message, cast(Any, key), signature):
        raise BadSignature("the signature is not this key's over these bytes")


def coordinates(key: object) -> tuple[Algorithm, tuple[bytes, ...]]:
    """Return the suite of a key object from a certificate, and its coordinates; the counterpart of `load`.

    Raises:
        Malformed: no suite of the registry has keys like it.
    """
    if isinstance(key, Ed25519PublicKey):
        return EDDSA, (key.public_bytes_raw(),)
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        point, size = key.public_numbers(), ES256.coordinate_bytes
        return ES256, (point.x.to_bytes(size, "big"), point.y.to_bytes(size, "big"))
    raise Malformed("a key of no suite in the registry")


def _computable(algorithm: Algorithm) -> _Suite:
    try:
        return _SUITES[algorithm.name]
    except KeyError:
        raise SuiteNotAvailable(algorithm.name) from None
