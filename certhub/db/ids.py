"""Identifiers that the hub makes.

row id       UUIDv7 (RFC 9562 §5.7): time-ordered, so that inserts stay cheap; shown outside as a cursor alone
public id    128 random bits as 26 Crockford characters: says nothing, not even when it was made
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from certhub_verifier.formats.codes import crockford

from certhub.errors import BadRequest

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


def row_after(cursor: str | None) -> UUID | None:
    """Return the row id that a list's cursor (its hex) names; None where the list begins.

    Raises:
        BadRequest: CURSOR_UNKNOWN.
    """
    if cursor is None:
        return None
    try:
        return UUID(hex=cursor)
    except ValueError as unreadable:
        raise BadRequest("this cursor names nothing of ours", code="CURSOR_UNKNOWN") from unreadable
