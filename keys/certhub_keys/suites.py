"""The suites that software signs with here: ES256 and EdDSA.

A suite makes a private key out of a source of randomness, prints it as PKCS#8, reads it back, tells its
public JWK, signs, and checks a signature under a JWK. ECDSA signatures leave as raw r‖s with the low s
of the two (ours are minted once; the twin s would be a second text of the same token).
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from certhub_schemas.algorithms import EDDSA, ES256, Algorithm
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from certhub_keys.errors import BadProof, NotAvailable
from certhub_keys.randomness import Random, draw

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

_CURVE = ec.SECP256R1()
_ECDSA = ec.ECDSA(hashes.SHA256())
_ECDSA_OF_RFC6979 = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
_MAX_DRAWS = 64  # P-256 refuses one draw in 2^32: a source that fails 64 times is not random


@dataclass(frozen=True, slots=True)
class Suite:
    """What software can do with the keys of one algorithm."""

    algorithm: Algorithm
    generate: Callable[[Random], PrivateKey]
    jwk: Callable[[Any], Mapping[str, str]]
    sign: Callable[[Any, bytes, bool], bytes]
    check: Callable[[Mapping[str, str], bytes, bytes], None]

    def to_pkcs8(self, key: PrivateKey) -> bytes:
        """Print a private key as PKCS#8 DER, in clear: the caller seals it."""
        return key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def from_pkcs8(self, der: bytes) -> PrivateKey:
        """Read a private key of this suite.

        Raises:
            ValueError: it is not PKCS#8, or a key of another suite.
        """
        try:
            key = serialization.load_der_private_key(der, password=None)
        except (TypeError, UnsupportedAlgorithm) as broken:
            raise ValueError("not a private key that we can read") from broken
        if not isinstance(key, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
            raise ValueError("a private key of a suite that we do not have")
        try:
            same = self.jwk(key)["crv"] == self.algorithm.curve
        except (AttributeError, ValueError):
            same = False
        if not same:
            raise ValueError(f"not a key of {self.algorithm.name}")
        return key


def suite(algorithm: Algorithm) -> Suite:
    """Return what software can do for `algorithm`.

    Raises:
        NotAvailable: software here has no such keys.
    """
    try:
        return _SUITES[algorithm.name]
    except KeyError:
        raise NotAvailable(
            f"software keys for {algorithm.name} are not built; there are {' and '.join(_SUITES)}"
        ) from None


def check_signature(
    algorithm: Algorithm, jwk: Mapping[str, str], *, message: bytes, signature: bytes
) -> None:
    """Return when `signature` (raw) over `message` verifies under `jwk`, with the low s of the two.

    For proofs of possession and for the contract of signers. Tokens are verified by certhub_verifier.

    Raises:
        BadProof: it does not, or the key cannot be read.
        NotAvailable: software here has no such keys.
    """
    used = suite(algorithm)
    if len(signature) != algorithm.signature_bytes:
        raise BadProof(f"a signature of {algorithm.name} has {algorithm.signature_bytes} bytes")
    try:
        used.check(jwk, message, signature)
    except (InvalidSignature, ValueError, KeyError) as broken:
        raise BadProof("the signature does not verify under the public key") from broken


def _p256_generate(random: Random) -> PrivateKey:
    """Draw until a number lies in 1 … n-1: rejection, so that every key is equally likely."""
    order = _order()
    for _ in range(_MAX_DRAWS):
        scalar = int.from_bytes(draw(random, ES256.coordinate_bytes))
        if 0 < scalar < order:
            return ec.derive_private_key(scalar, _CURVE)
    raise NotAvailable("the source of randomness gives no number that could be a key")


def _p256_jwk(key: ec.EllipticCurvePrivateKey) -> Mapping[str, str]:
    if key.curve.name != _CURVE.name:
        raise ValueError(f"not a P-256 key: {key.curve.name}")
    numbers = key.public_key().public_numbers()
    size = ES256.coordinate_bytes
    return MappingProxyType(
        {
            "kty": ES256.key_type,
            "crv": ES256.curve,
            "x": encode(numbers.x.to_bytes(size)),
            "y": encode(numbers.y.to_bytes(size)),
        }
    )


def _p256_sign(key: ec.EllipticCurvePrivateKey, message: bytes, deterministic: bool) -> bytes:
    r, s = decode_dss_signature(key.sign(message, _ECDSA_OF_RFC6979 if deterministic else _ECDSA))
    size = ES256.coordinate_bytes
    return r.to_bytes(size) + min(s, _order() - s).to_bytes(size)


def _p256_check(jwk: Mapping[str, str], message: bytes, signature: bytes) -> None:
    if jwk["kty"] != ES256.key_type or jwk["crv"] != ES256.curve:
        raise ValueError("not a P-256 key")
    size = ES256.coordinate_bytes
    r, s = int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
    if s > _order() // 2:
        raise ValueError("the high s of the two")
    x, y = (int.from_bytes(decode(jwk[name])) for name in ("x", "y"))
    key = ec.EllipticCurvePublicNumbers(x, y, _CURVE).public_key()
    key.verify(encode_dss_signature(r, s), message, _ECDSA)


def _order() -> int:
    order = ES256.order
    if order is None:  # pragma: no cover - the registry gives P-256 its order
        raise NotAvailable("the registry has no order for ES256")
    return order


def _ed25519_generate(random: Random) -> PrivateKey:
    """Every 32 bytes are a key (RFC 8032 §5.1.5)."""
    return ed25519.Ed25519PrivateKey.from_private_bytes(draw(random, EDDSA.coordinate_bytes))


def _ed25519_jwk(key: ed25519.Ed25519PrivateKey) -> Mapping[str, str]:
    raw = key.public_key().public_bytes_raw()
    return MappingProxyType({"kty": EDDSA.key_type, "crv": EDDSA.curve, "x": encode(raw)})


def _ed25519_sign(key: ed25519.Ed25519PrivateKey, message: bytes, deterministic: bool) -> bytes:
    """Ed25519 is deterministic by construction, whatever is asked for (RFC 8032 §5.1.6)."""
    return key.sign(message)


def _ed25519_check(jwk: Mapping[str, str], message: bytes, signature: bytes) -> None:
    if jwk["kty"] != EDDSA.key_type or jwk["crv"] != EDDSA.curve:
        raise ValueError("not an Ed25519 key")
    ed25519.Ed25519PublicKey.from_public_bytes(decode(jwk["x"])).verify(signature, message)


def encode(data: bytes) -> str:
    """Base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Read what `encode` printed.

    Raises:
        ValueError: it is spelled in any other way.
    """
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(data) != text:
        raise ValueError("not canonical base64url")
    return data


_SUITES: Mapping[str, Suite] = MappingProxyType(
    {
        ES256.name: Suite(ES256, _p256_generate, _p256_jwk, _p256_sign, _p256_check),
        EDDSA.name: Suite(EDDSA, _ed25519_generate, _ed25519_jwk, _ed25519_sign, _ed25519_check),
    }
)
