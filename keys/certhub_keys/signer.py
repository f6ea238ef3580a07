"""The one small door to a private key.

A caller holds a `Signer` and never the key: a file, a token of PKCS#11 or another process may stand
behind it. What every one of them owes is written as a test, `certhub_keys.testing.check_signer`.
"""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from certhub_schemas.algorithms import Algorithm


@runtime_checkable
class Signer(Protocol):
    """Signs with one key. Safe to use from several threads."""

    @property
    def kid(self) -> str:
        """The key's name, as the `kid` header says it."""
        ...

    @property
    def algorithm(self) -> Algorithm:
        """The suite; a key has exactly one."""
        ...

    @property
    def jwk(self) -> Mapping[str, str]:
        """The public key: the members kty, crv, x (and y where the curve has one), nothing else."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature over `message` as it stands on the wire.

        `algorithm.signature_bytes` raw bytes: r‖s big-endian with s at most half the order where the
        suite has an order (RFC 7518 §3.4), the 64 bytes of RFC 8032 for EdDSA. Hashing is the
        suite's own business: the whole message is handed in.

        Raises:
            KeysError: no signature was made; there is no other way to fail.
        """
        ...
