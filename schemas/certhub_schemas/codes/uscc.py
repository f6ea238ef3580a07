"""Unified social credit codes (统一社会信用代码), as GB 32100-2015 lays them out.

    1  1  420700  MB9999001  1
    │  │  │       │          └ check character
    │  │  │       └ 4 organisation code, 9 characters
    │  │  └ region of the registering office, 6
    │  └ category
    └ registering department

The alphabet leaves out I, O, S, V and Z. The check character is (31 − Σ cᵢ·3ⁱ⁻¹ mod 31) mod 31 over
the first 17 characters.
"""

from certhub_schemas.errors import BadCode

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, position, 31) for position in range(LENGTH - 1))


def check_character(body: str) -> str:
    """Return the 18th character for the 17 characters of `body`.

    Raises:
        BadCode: CODE_LENGTH or CODE_ALPHABET.
    """
    if len(body) != LENGTH - 1:
        raise BadCode("CODE_LENGTH", body)
    try:
        total = sum(_VALUES[character] * weight for character, weight in zip(body, _WEIGHTS, strict=True))
    except KeyError:
        raise BadCode("CODE_ALPHABET", body) from None
    return ALPHABET[(31 - total % 31) % 31]


def parse(text: str) -> str:
    """Return the canonical 18 characters of `text`.

    Raises:
        BadCode: CODE_LENGTH, CODE_ALPHABET or USCC_CHECK_DIGIT.
    """
    if len(text) != LENGTH:
        raise BadCode("CODE_LENGTH", text)
    if any(character not in _VALUES for character in text):
        raise BadCode("CODE_ALPHABET", text)
    if check_character(text[:-1]) != text[-1]:
        raise BadCode("USCC_CHECK_DIGIT", text)
    return text
