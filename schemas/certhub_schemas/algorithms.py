"""The one registry of signature algorithms: a suite is added here and nowhere else.

    name      what the `alg` header says (RFC 7518, RFC 8037; SM2SM3 is private, see docs/glossary.md)
    oid       the signature's object identifier
    hash      the digest that goes with it
    key_type, curve
              the JWK members `kty` and `crv` of its keys
    order     n of the curve, where a signature is a pair (r, s); None where it is not

Signatures stand on the wire as `signature_bytes` raw bytes: r‖s big-endian for pairs (RFC 7518 §3.4),
the 64 bytes of RFC 8032 for EdDSA. This file holds data; it computes nothing, so that the verifier and
the key store can both stand on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


class UnknownAlgorithm(ValueError):
    """The name is not in the registry."""


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One suite: everything that anybody needs to know of it."""

    name: str
    oid: str
    hash: str
    key_type: str
    curve: str
    signature_bytes: int
    coordinate_bytes: int
    order: int | None

    def __hash__(self) -> int:
        return hash(self.name)


ES256 = Algorithm(
    name="ES256",
    oid="1.2.840.10045.4.3.2",  # ecdsa-with-SHA256, RFC 5758 §3.2
    hash="sha256",
    key_type="EC",
    curve="P-256",
    signature_bytes=64,
    coordinate_bytes=32,
    order=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,  # FIPS 186-4 D.1.2.3
)
EDDSA = Algorithm(
    name="EdDSA",
    oid="1.3.101.112",  # id-Ed25519, RFC 8410 §3
    hash="sha512",
    key_type="OKP",
    curve="Ed25519",
    signature_bytes=64,
    coordinate_bytes=32,
    order=None,
)
SM2SM3 = Algorithm(
    name="SM2SM3",
    oid="1.2.156.10197.1.501",  # SM2-with-SM3, GM/T 0006
    hash="sm3",
    key_type="EC",
    curve="SM2",
    signature_bytes=64,
    coordinate_bytes=32,
    order=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123,  # GB/T 32918.5
)

SIGNED_NOTE = EDDSA
"""The suite of logs and witnesses: signed notes know no other of ours (C2SP signed-note, type 0x01)."""

REGISTRY: Mapping[str, Algorithm] = MappingProxyType({a.name: a for a in (ES256, EDDSA, SM2SM3)})


def algorithm(name: str) -> Algorithm:
    """Return the suite called `name`.

    Raises:
        UnknownAlgorithm: no suite has that name; the comparison is exact, case included.
    """
    try:
        return REGISTRY[name]
    except (KeyError, TypeError):
        raise UnknownAlgorithm(f"no such signature algorithm: {name!r}") from None
