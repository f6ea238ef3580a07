"""Keys for tests: made of a number, so that every run signs the same bytes (RFC 6979)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from certhub_schemas.algorithms import EDDSA, ES256, Algorithm
from certhub_verifier.formats.jose import base64url
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils


@dataclass(frozen=True, slots=True)
class NumberedKey:
    """A signing key and its public half; `number` is the whole secret."""

    kid: str
    algorithm: Algorithm = ES256
    number: int = 1

    @property
    def jwk(self) -> Mapping[str, str]:
        """The public members."""
        return _jwk(self.algorithm.name, self.number)

    def sign(self, message: bytes) -> bytes:
        """Return the raw signature, low-S."""
        secret = _secret(self.algorithm.name, self.number)
        if isinstance(secret, ed25519.Ed25519PrivateKey):
            return secret.sign(message)
        r, s = utils.decode_dss_signature(
            secret.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        )
        return r.to_bytes(32, "big") + min(s, ES256.order - s).to_bytes(32, "big")


@dataclass(frozen=True)
class KnownKey:
    """A public key somebody published."""

    jwk: dict[str, str]
    algorithm: Algorithm = ES256
    kid: str = "known"


def twin(signature: bytes) -> bytes:
    """Return the other valid ES256 signature, (r, n-s)."""
    s = ES256.order - int.from_bytes(signature[32:], "big")
    return signature[:32] + s.to_bytes(32, "big")


@lru_cache
def _secret(name: str, number: int) -> ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey:
    if name == EDDSA.name:
        return ed25519.Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big"))
    return ec.derive_private_key(number, ec.SECP256R1())


@lru_cache
def _jwk(name: str, number: int) -> Mapping[str, str]:
    public = _secret(name, number).public_key()
    if isinstance(public, ed25519.Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(public.public_bytes_raw())}
    point = public.public_numbers()
    x, y = (base64url.encode(one.to_bytes(32, "big")) for one in (point.x, point.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}
