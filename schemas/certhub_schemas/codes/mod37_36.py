"""The check character of certificate identifiers: ISO 7064 MOD 37,36, by way of GB/T 17710-2008.

What is checked is kind, agency, serial and version run together (GB/T 36904-2018), without the root
and without the dots; digits count 0 to 9, letters 10 to 35.

A second, wrong variant is in shipped code and in millions of numbers: it counts letters one too high
and prints the result one too low. `legacy_check_character` is there to recognise such numbers when
they arrive. Nothing that we issue uses it.
"""

from certhub_schemas.errors import BadCode

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_START = 36
# By a character and what was reckoned before it: what is reckoned after it.
_NEXT = {
    character: tuple(((state + value) % 36 or 36) * 2 % 37 for state in range(37))
    for character, value in _VALUES.items()
}


def check_character(text: str) -> str:
    """Return the character that follows `text`.

    Raises:
        BadCode: CODE_LENGTH (nothing to check) or CODE_ALPHABET.
    """
    if not text:
        raise BadCode("CODE_LENGTH", text)
    return continued(_START, text)


def state_after(text: str) -> int:
    """Return how far the reckoning is after `text`, for `continued`: kinds and agencies begin many identifiers.

    Raises:
        BadCode: CODE_ALPHABET.
    """
    return _reckoned(_START, text)


def continued(state: int, text: str) -> str:
    """Return the character that follows `text`, where `state` is what was reckoned before it.

    Raises:
        BadCode: CODE_ALPHABET.
    """
    return ALPHABET[(37 - _reckoned(state, text)) % 36]


def _reckoned(state: int, text: str) -> int:
    try:
        for character in text:
            state = _NEXT[character][state]
    except KeyError:
        raise BadCode("CODE_ALPHABET", text) from None
    return state


def legacy_check_character(text: str) -> str:
    """Return the character that the wrong variant would print after `text`; for detection only.

    Raises:
        BadCode: CODE_LENGTH or CODE_ALPHABET.
    """
    product = 36
    for value in _values(text):
        miscounted = value + 1 if value > 9 else value
        total = product + miscounted
        if miscounted > 10 and total > 37:
            total %= 37
        if miscounted < 10 and total > 36:
            total %= 36
        product = 2 * (total % 36 or 36) % 37
    return ALPHABET[(37 - product) - 1]


def _values(text: str) -> list[int]:
    if not text:
        raise BadCode("CODE_LENGTH", text)
    try:
        return [_VALUES[character] for character in text]
    except KeyError:
        raise BadCode("CODE_ALPHABET", text) from None
