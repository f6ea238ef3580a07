"""Base64url without padding, in its one canonical spelling (RFC 4648 §5, RFC 7515 §2).

The bits that a last character carries beyond the bytes have to be zero: otherwise one token has many
texts (33 of 60,000 random mutants of one token once passed a library that did not look).
"""

import binascii
from collections.abc import Sequence

from certhub_verifier.errors import Malformed

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/\0\0\0")  # what has no place here becomes what has none anywhere
_PADDING = (b"", b"", b"==", b"=")  # by the characters in the last group; of one there is no spelling
# What a text may end in, by the characters in its last group, so that no bits are left behind its last byte.
_LAST: tuple[frozenset[int], ...] = (
    frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
    frozenset(),
    frozenset(b"AQgw"),
    frozenset(b"AEIMQUYcgkosw048"),
)


def encode(data: bytes) -> str:
    """Return `data` as base64url text without padding."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def encode_each(pieces: Sequence[bytes], size: int) -> list[str]:
    """Return each of `pieces`, all of `size` bytes, as base64url text without padding: what `encode` returns for it."""
    # Filled up with zeros a piece takes whole groups; what the zeros spell stands behind its own characters.
    zeros, length = bytes(-size % 3), (size * 8 + 5) // 6
    text = binascii.b2a_base64(b"".join([one + zeros for one in pieces]), newline=False)
    spelled, width = text.translate(_TO_URL).decode("ascii"), (size + len(zeros)) // 3 * 4
    return [spelled[at : at + length] for at in range(0, len(spelled), width)]


def decode_each(texts: bytes, between: bytes) -> list[bytes]:
    """Return the bytes that each of the texts spells, as `decode` reads it; `between` stands between any two.

    Raises:
        Malformed: as `decode`, for any of them.
    """
    pieces, read = texts.translate(_FROM_URL).split(between), binascii.a2b_base64
    try:
        found = [read(one + _PADDING[len(one) & 3], strict_mode=True) for one in pieces]
    except binascii.Error as broken:
        raise Malformed("not unpadded base64url") from broken
    if [one for one in pieces if len(one) & 3 and one[-1] not in _LAST[len(one) & 3]]:
        raise Malformed("not canonical base64url: bits beyond the last byte")
    return found


def decode(text: str | bytes) -> bytes:
    """Return the bytes that `text` spells.

    Raises:
        Malformed: padding, another alphabet, spaces, or bits beyond the last byte.
    """
    try:
        raw = text.encode("ascii") if isinstance(text, str) else text
        group = len(raw) & 3
        data = binascii.a2b_base64(raw.translate(_FROM_URL) + _PADDING[group], strict_mode=True)
    except (UnicodeError, binascii.Error) as broken:
        raise Malformed("not unpadded base64url") from broken
    if raw and raw[-1] not in _LAST[group]:
        raise Malformed("not canonical base64url: bits beyond the last byte")
    return data
