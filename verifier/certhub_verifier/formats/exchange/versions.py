"""Which format a message or a kept thing is in: the member `format`, a whole number; without it the format is 1.

    question, answer    1 to 3   messages: a hub reads its own format and those before
    device bundle       1 to 3
    receipt             1 to 3   kept things: every format that was ever written is read for ever

Format 1 is told by the absence of the member and by nothing else, as its first readers refuse a member that they
do not know. The number is looked at before anything else in the payload: what a newer format means by its other
members nobody here can know, and it is neither altered nor judged (`UpgradeNeeded`).
"""

from typing import Any

from certhub_verifier.errors import Malformed, UpgradeNeeded
from certhub_verifier.formats.jose.object_schema import Check, one_of_numbers

FIRST = 1
EXCHANGE = (1, 2, 3)
"""The formats of questions and answers between regions that are read and written here."""
REQUEST = (1,)
"""The formats of a counter's request that are read here."""
NOTICE = (1,)
"""The formats of a notice between hubs that are read here."""
BUNDLE = (1, 2, 3)
"""The formats of the device bundle that are read here."""
RECEIPT = (1, 2, 3)
"""The formats of the receipt that are read here: all that there ever were."""


def format_of(payload: Any, known: tuple[int, ...], where: str) -> int:
    """Return the format that `payload` states, one of `known`.

    Raises:
        Malformed: `format` is no whole number above 1.
        UpgradeNeeded: it is a newer one than those of `known`.
    """
    if type(payload) is not dict or "format" not in payload:
        return FIRST
    stated = payload["format"]
    if type(stated) is not int or stated <= FIRST:
        raise Malformed(f"{where}.format: a whole number above 1 expected, or no such member")
    if stated > known[-1]:
        raise UpgradeNeeded(where, stated, known[-1])
    return stated


def format_member(number: int) -> dict[str, Any]:
    """Return the member that states a format: none for format 1."""
    return {} if number == FIRST else {"format": number}


def member(number: int) -> dict[str, Check]:
    """Return the check of that member in the payload of format `number`."""
    return {} if number == FIRST else {"format": one_of_numbers(number)}
