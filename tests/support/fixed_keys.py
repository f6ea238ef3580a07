"""Keys that follow from their name, so that tests need neither the key store nor chance."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256, shake_256
from itertools import count

from certhub_schemas.algorithms import EDDSA, ES256, Algorithm
from certhub_verifier.formats import base64url
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256


@dataclass(frozen=True)
class FixedKey:
    """A signing key and its public half; it satisfies SigningKey and VerifyingKey."""

    kid: str
    algorithm: Algorithm = ES256
    seed: str = ""

    @property
    def _secret(self) -> bytes:
        return sha256(f"{self.algorithm.name} {self.seed or self.kid}".encode()).digest()

    @property
    def _private(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(self._secret, "big") >> 1, ec.SECP256R1())

    @property
    def jwk(self) -> Mapping[str, str]:
        """The public members."""
        if self.algorithm is EDDSA:
            public = ed25519.Ed25519PrivateKey.from_private_bytes(self._secret).public_key()
            return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(public.public_bytes_raw())}
        point = self._private.public_key().public_numbers()
        return {
            "kty": "EC",
            "crv": "P-256",
            "x": base64url.encode(point.x.to_bytes(32, "big")),
            "y": base64url.encode(point.y.to_bytes(32, "big")),
        }

    def sign(self, message: bytes) -> bytes:
        """Return the raw signature, low-S."""
        if self.algorithm is EDDSA:
            return ed25519.Ed25519PrivateKey.from_private_bytes(self._secret).sign(message)
        r, s = decode_dss_signature(self._private.sign(message, ec.ECDSA(SHA256())))
        assert ES256.order is not None
        s = min(s, ES256.order - s)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def fixed_random(seed: str = "") -> Callable[[int], bytes]:
    """Return a source of bytes that gives the same in every run, and never the same twice."""
    turn = count()
    return lambda size: shake_256(f"{seed} {next(turn)}".encode()).digest(size)
