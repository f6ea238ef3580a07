"""Citizens' identity numbers (公民身份号码), as GB 11643-1999 lays them out.

    420799  19000101  001  5
    │       │         │    └ check character, ISO 7064 MOD 11-2: 0-9 or X
    │       │         └ sequence; odd = male
    │       └ date of birth
    └ region at first registration; not looked up here, since regions are abolished and people are not

A spreadsheet that took the number for a number has destroyed it: see `is_excel_number`.
"""

import re
from datetime import date

from certhub_schemas.errors import BadCode

LENGTH = 18

_DIGITS = frozenset("0123456789")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_YEARS = range(1800, 2200)  # nobody alive was born outside; catches digits that slipped
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]{1,16})?E\+?(?:1[4-9]|20)")


def check_character(body: str) -> str:
    """Return the 18th character for the 17 digits of `body`.

    Raises:
        BadCode: CODE_LENGTH or CODE_ALPHABET.
    """
    if len(body) != LENGTH - 1:
        raise BadCode("CODE_LENGTH", body)
    if not _DIGITS.issuperset(body):
        raise BadCode("CODE_ALPHABET", body)
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def parse(text: str) -> str:
    """Return the canonical 18 characters of `text`.

    The check character is judged before the date: a mistyped digit is told as such wherever it stands.

    Raises:
        BadCode: CODE_LENGTH, CODE_ALPHABET, ID_CHECK_DIGIT or ID_DATE.
    """
    if len(text) != LENGTH:
        raise BadCode("CODE_LENGTH", text)
    if text[-1] not in _CHECK:
        raise BadCode("CODE_ALPHABET", text)
    if check_character(text[:-1]) != text[-1]:
        raise BadCode("ID_CHECK_DIGIT", text)
    if not _date_exists(text[6:14]):
        raise BadCode("ID_DATE", text)
    return text


def is_excel_number(text: str) -> bool:
    """Say whether `text` is what a spreadsheet leaves of an identity number that it took for a number.

    Either scientific notation (4.20799E+17), or 18 digits whose last three became 000 because a double
    holds 15, so that the check digit no longer fits. A true number that ends in 000 is not one.
    """
    if _SCIENTIFIC.fullmatch(text):
        return True
    if len(text) != LENGTH or not _DIGITS.issuperset(text) or not text.endswith("000"):
        return False
    return check_character(text[:-1]) != text[-1]


def _date_exists(digits: str) -> bool:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    if year not in _YEARS:
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
