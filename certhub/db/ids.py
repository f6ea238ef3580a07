"""Identifiers that the hub makes.

row id       UUIDv7 (RFC 9562 §5.7): time-ordered, so that inserts stay cheap; never shown outside
public id    128 random bits as 26 Crockford characters: says nothing, not even when it was made
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from certhub_verifier.formats.codes import crockford

PUBLIC_ID_BYTES = 16


def row_id(now: datetime, random: Callable[[int], bytes]) -> UUID:
    """Make a UUIDv7 from a time and 10 random bytes."""
    milliseconds = int(now.timestamp() * 1000)
    noise = int.from_bytes(random(10), "big")
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76 | (noise >> 62 & 0xFFF) << 64 | 0b10 << 62 | noise & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=value)


def milliseconds(row: UUID) -> int:
    """Return when a row id was made, in milliseconds since 1970."""
    return row.int >> 80


def public_id(random: Callable[[int], bytes]) -> str:
    """Make an identifier for the outside: 128 random bits, 26 characters."""
    return crockford.encode(random(PUBLIC_ID_BYTES))
