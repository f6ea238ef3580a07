"""What a payload may hold: exact members, exact types, and an error that names the member.

    POINT = object_of({"x": integer(0, 99), "label": text(16)}, optional={"note": text(64)})
    POINT(value, "point")     {"x": …, "label": …, "note": … or None}, or
                              Malformed("point.x: a whole number from 0 to 99 expected")

A check takes a value and the place where it stood, and returns the typed value. Every payload of ours is
read through one of these, and printed through it too, so that nothing is signed that its reader would
refuse. A value never stands in an error: it may be personal data.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from certhub_schemas.text import unfit

from certhub_verifier.errors import Malformed

Check = Callable[[Any, str], Any]

# C0 and C1 controls, line and paragraph separators, and the characters that turn the writing direction: what the
# first releases looked for. Everything else is screened by certhub_schemas.text.
_ONCE_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)

_TELLABLE = re.compile(r"[A-Za-z_]{1,24}").fullmatch  # a name of a member, and nobody's name or number


def object_of(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with all of `required`, any of `optional` (None when absent), and nothing else."""
    optional = optional or {}
    known = {**required, **optional}
    needed, possible = required.keys(), known.keys()

    def _strange(value: Mapping[str, Any]) -> str:
        for name in value:
            if name not in known:
                return f"unknown member {name if _TELLABLE(name) else 'of another shape'}"
        return f"member {next(name for name in required if name not in value)} is missing"

    def check(value: Any, where: str) -> dict[str, Any]:
        if type(value) is not dict:
            raise Malformed(f"{where}: an object expected")
        if not needed <= value.keys() <= possible:
            raise Malformed(f"{where}: {_strange(value)}")
        if len(value) == len(known):
            return {name: known[name](member, f"{where}.{name}") for name, member in value.items()}
        found: dict[str, Any] = dict.fromkeys(optional)
        for name, member in value.items():
            found[name] = known[name](member, f"{where}.{name}")
        return found

    return check


def listing(item: Check, *, at_most: int, at_least: int = 0) -> Check:
    """An array of `item`, read as a tuple."""

    def check(value: Any, where: str) -> tuple[Any, ...]:
        if type(value) is not list or not at_least <= len(value) <= at_most:
            raise Malformed(f"{where}: an array of {at_least} to {at_most} elements expected")
        return tuple(item(element, f"{where}[{i}]") for i, element in enumerate(value))

    return check


def table(key: Check, item: Check, *, at_most: int) -> Check:
    """An object with free names: every name is read by `key`, every value by `item`."""

    def check(value: Any, where: str) -> dict[Any, Any]:
        if type(value) is not dict or len(value) > at_most:
            raise Malformed(f"{where}: an object of at most {at_most} members expected")
        return {
            key(name, f"{where}, name {i}"): item(member, f"{where}, member {i}")
            for i, (name, member) in enumerate(value.items())
        }

    return check


def nullable(item: Check) -> Check:
    """Null, or what `item` reads."""
    return lambda value, where: None if value is None else item(value, where)


def text(at_most: int, *, at_least: int = 1) -> Check:
    """A string of so many characters, none of which is hidden or private: the screen of every text (schemas.text)."""
    return _text(at_most, at_least, unfit)


def kept_text(at_most: int, *, at_least: int = 1) -> Check:
    """The same by the narrower screen of the first releases, for what they signed and everybody keeps for ever.

    What it lets through and `text` does not is no forgery; whoever shows it screens it.
    """
    return _text(at_most, at_least, _ONCE_UNPRINTABLE.search)


def _text(at_most: int, at_least: int, bad: Callable[[str], object]) -> Check:
    def check(value: Any, where: str) -> str:
        if type(value) is not str or not at_least <= len(value) <= at_most or bad(value):
            raise Malformed(f"{where}: {at_least} to {at_most} printable characters expected")
        return value

    return check


def pattern(expression: str, what: str) -> Check:
    """A string that `expression` matches whole; `what` names the shape in the error."""
    matches = re.compile(expression).fullmatch

    def check(value: Any, where: str) -> str:
        if type(value) is not str or not matches(value):
            raise Malformed(f"{where}: {what} expected")
        return value

    return check


def one_of(*words: str) -> Check:
    """One of a closed list of words."""

    def check(value: Any, where: str) -> str:
        if type(value) is not str or value not in words:
            raise Malformed(f"{where}: one of {', '.join(words)} expected")
        return value

    return check


def integer(lowest: int, highest: int) -> Check:
    """A whole number in the range, both ends in it; true and 1.0 are not whole numbers."""

    def check(value: Any, where: str) -> int:
        if type(value) is not int or not lowest <= value <= highest:
            raise Malformed(f"{where}: a whole number from {lowest} to {highest} expected")
        return value

    return check


def one_of_numbers(*numbers: int) -> Check:
    """One of a closed list of whole numbers; true is none of them."""

    def check(value: Any, where: str) -> int:
        if type(value) is not int or value not in numbers:
            raise Malformed(f"{where}: one of {', '.join(map(str, numbers))} expected")
        return value

    return check


def printed(check: Check, payload: dict[str, Any], where: str) -> dict[str, Any]:
    """Return a payload once its own reader takes it, so that nothing is written that nobody could read."""
    check(payload, where)
    return payload


def anything(value: Any, where: str) -> Any:
    """Any JSON value: the reader of the member judges it."""
    return value
