"""Base32 with Crockford's alphabet: digits and upper-case letters without I, L, O and U.

Every scanner, keyboard and QR code (alphanumeric mode) carries it unchanged, and the letters that people
confuse read as what they meant: O is 0, I and L are 1. Bytes are read five bits at a time from the most
significant end; the bits that the last character carries beyond the bytes are zero.
"""

import base64
import re

from certhub_verifier.errors import Malformed

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

_RFC4648 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_TO_CROCKFORD = str.maketrans(_RFC4648, ALPHABET)
_TO_INT = str.maketrans(ALPHABET, "0123456789abcdefghijklmnopqrstuv")
_WORD = re.compile(f"[{ALPHABET}]*")

_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_SAME = {"O": "0", "I": "1", "L": "1"} | dict.fromkeys(_HYPHENS, "")
_FULL_WIDTH_OFFSET = 0xFEE0  # from ! to ！: what an input method makes of ASCII


def _meanings() -> dict[int, str]:
    """Return what each character that is not itself stands for."""
    found = {ord(character): _SAME.get(character, character) for character in _HYPHENS}
    for code in range(0x21, 0x7F):
        meant = chr(code).upper()
        found[code] = found[code + _FULL_WIDTH_OFFSET] = _SAME.get(meant, meant)
    return found


_MEANT = _meanings()


def normalise(text: str) -> str:
    """Return `text` as it was meant: narrow, upper case, no spaces or hyphens, O as 0, I and L as 1.

    Nothing else is touched, so what is no code stays none; the case of letters beyond ASCII too.
    """
    return "".join(text.split()).translate(_MEANT)


def is_word(text: str) -> bool:
    """Say whether every character of `text`, already normalised, is of the alphabet."""
    return _WORD.fullmatch(text) is not None


def text_length(size: int) -> int:
    """Return how many characters `size` bytes take."""
    return (size * 8 + 4) // 5


def encode(data: bytes) -> str:
    """Return `data` as `text_length(len(data))` characters."""
    return base64.b32encode(data).decode("ascii").rstrip("=").translate(_TO_CROCKFORD)


def decode(text: str) -> bytes:
    """Return the bytes that `text` spells, after `normalise`.

    Raises:
        Malformed: a character of another alphabet, a length that no bytes have, or bits beyond the last byte.
    """
    word = normalise(text)
    size = len(word) * 5 // 8
    if not is_word(word) or text_length(size) != len(word):
        raise Malformed("not Crockford base32")
    value, beyond = number(word) if word else 0, len(word) * 5 - size * 8
    if value & ((1 << beyond) - 1):
        raise Malformed("base32 with bits beyond its last byte")
    return (value >> beyond).to_bytes(size, "big")


def digits(number: int, length: int) -> str:
    """Return `number`, 0 ≤ number < 32**length, as exactly `length` characters, most significant first.

    Raises:
        ValueError: it does not fit; a fault of the caller.
    """
    if not 0 <= number < 32**length:
        raise ValueError(f"{number} does not fit {length} base32 characters")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))


def number(text: str) -> int:
    """Return the number that `text`, already normalised, spells, most significant character first.

    Raises:
        Malformed: a character of another alphabet, or none at all.
    """
    if not text or not is_word(text):
        raise Malformed("not Crockford base32 digits")
    return int(text.translate(_TO_INT), 32)
