"""What a text that is none of our codes looks like: a guess for a sentence, and nothing rests on it.

    resident ID, USCC       their check characters fit (GB 11643, GB 32100)
    payment code            18 digits, 10-15 or 25-30 at the start (wallets' payment codes, as their guides print them)
    bank card               16-19 digits, the Luhn sum fits (ISO/IEC 7812-1)
    mobile number           11 digits, 13-19 at the start
    goods barcode           13 digits, the check digit fits (EAN-13)
    altered code            begins as ours do, but its length or alphabet is another
    address, JSON, token    by their shape

Pure: the text goes in, a word of a closed list comes out. No part of the text leaves here: it may be somebody's number.
"""

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum

from certhub_schemas.codes import resident_id, uscc
from certhub_schemas.errors import BadCode

from certhub_verifier.formats.codes import crockford

LONGEST = 16_384  # characters that are looked at


class Look(StrEnum):
    """What it looks like; `sentences.json` has the words under `looks`."""

    NOTHING = "nothing"
    ALTERED_CODE = "altered_code"
    ADDRESS = "address"
    JSON = "json"
    JWT = "jwt"
    KEY_FILE = "key_file"
    RESIDENT_ID = "resident_id"
    USCC = "uscc"
    PAYMENT_CODE = "payment_code"
    BANK_CARD = "bank_card"
    MOBILE_NUMBER = "mobile_number"
    BARCODE = "barcode"
    DIGITS = "digits"
    LETTERS_AND_DIGITS = "letters_and_digits"
    UNREADABLE = "unreadable"
    WORDS = "words"


_UNSEEN = {"Cc", "Co", "Cs", "Cn"}
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]{1,20}://|www\.)\S", re.IGNORECASE)
_TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*(?:~[A-Za-z0-9_.~-]*)?")
_OURS = re.compile(r"EC[1-4]")
_PAYMENT = re.compile(r"(?:1[0-5]|2[5-9]|30)\d{16}")
_MOBILE = re.compile(r"(?:86)?1[3-9]\d{9}")


def look_of(text: str) -> Look:
    """Return what `text` looks like."""
    shown = text[:LONGEST].strip().lstrip("\ufeff")
    if not shown:
        return Look.NOTHING
    if any(unicodedata.category(c) in _UNSEEN and c not in "\t\r\n" for c in shown) or "\ufffd" in shown:
        return Look.UNREADABLE
    joined = "".join(unicodedata.normalize("NFKC", shown).split()).replace("-", "").upper()
    return _by_shape(shown) or _by_number(joined)


def _by_shape(text: str) -> Look | None:
    if _ADDRESS.match(text):
        return Look.ADDRESS
    if text.startswith("-----BEGIN "):
        return Look.KEY_FILE
    if text[0] in "{[" and text[-1] in "}]":
        return Look.JSON
    if _TOKEN.fullmatch(text):
        return Look.JWT
    if _OURS.match(crockford.normalise(text[:12])):
        return Look.ALTERED_CODE
    return None


def _by_number(joined: str) -> Look:
    if _fits(resident_id.parse, joined):
        return Look.RESIDENT_ID
    digits = joined.removeprefix("+")
    if digits.isascii() and digits.isdigit():
        return _by_digits(digits)
    if _fits(uscc.parse, joined):
        return Look.USCC
    return Look.LETTERS_AND_DIGITS if joined.isascii() and joined.isalnum() else Look.WORDS


def _by_digits(digits: str) -> Look:
    if _PAYMENT.fullmatch(digits):
        return Look.PAYMENT_CODE
    if _fits(uscc.parse, digits):
        return Look.USCC
    if _MOBILE.fullmatch(digits):
        return Look.MOBILE_NUMBER
    if len(digits) == 13 and _weighted(digits, (1, 3)) % 10 == 0:
        return Look.BARCODE
    return Look.BANK_CARD if 16 <= len(digits) <= 19 and _luhn(digits) else Look.DIGITS


def _fits(parse: Callable[[str], str], text: str) -> bool:
    try:
        parse(text)
    except BadCode:
        return False
    return True


def _weighted(digits: str, weights: tuple[int, int]) -> int:
    return sum(int(digit) * weights[place % 2] for place, digit in enumerate(digits))


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(reversed(digits)))
    return sum(doubled) % 10 == 0
