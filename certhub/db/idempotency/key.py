"""The key of a request that must have one effect."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Key:
    """One Idempotency-Key in its scope, and the digest of the request that came with it (32 bytes each)."""

    key_hash: bytes
    request_hash: bytes
