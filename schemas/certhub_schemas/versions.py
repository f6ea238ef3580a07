"""Versions of one kind or of one matter: where each is kept, from which day it is in force, and which one counts.

    food-permit           the first version that is kept
    food-permit@2         another one; the number is the entry's own `version`
    "in_force_from"       ISO date in China; absent: from always

The version in force on a day is the newest whose first day is not later than that day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Generic, Protocol, TypeVar

from certhub_schemas.entries import Members
from certhub_schemas.errors import BadEntry

MAX_VERSION = 999

_MARK = "@"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


class Versioned(Protocol):
    """What has versions."""

    @property
    def code(self) -> str:
        """What the versions have in common."""
        ...

    @property
    def version(self) -> int:
        """Which of them it is, from 1."""
        ...

    @property
    def in_force_from(self) -> date | None:
        """The first day on which it counts, in China; None: from always."""
        ...


V = TypeVar("V", bound=Versioned)


@dataclass(frozen=True, slots=True)
class Kept(Generic[V]):
    """A version and the folder or file that holds it: `entry` is its whole name, `base` the name without its mark."""

    entry: str
    base: str
    value: V


def base_of(name: str) -> str:
    """Return the name that all versions of an entry share: `food-permit` of `food-permit@2`."""
    return name.partition(_MARK)[0]


def read_version(top: Members, name: str, *, absent: int | None = None) -> int:
    """Return an entry's version, `absent` where it states none and may; a marked name states the same one.

    Raises:
        BadEntry: it is no version, or another one than the name says.
    """
    if absent is not None and not top.has("version"):
        version = absent
    else:
        version = top.integer("version", least=1, most=MAX_VERSION)
    _, marked, number = name.partition(_MARK)
    if marked and number != str(version):
        raise top.bad("version", f"is {version} where the name says {number!r}")
    return version


def read_in_force_from(top: Members) -> date | None:
    """Return the first day on which an entry counts; None where it states none. Raises: BadEntry."""
    if not top.has("in_force_from"):
        return None
    text = top.text("in_force_from", pattern=_DAY)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise top.bad("in_force_from", "is no day of the calendar") from None


def refuse_clashes(entries: Sequence[Kept[V]]) -> None:
    """Refuse versions that contradict each other.

    Raises:
        BadEntry: two bases have one code, one base has two codes, a code has a version twice, or a newer version
            is in force no later than an older one; `entry` is the one that comes second.
    """
    first: dict[str, Kept[V]] = {}
    bases: dict[str, Kept[V]] = {}
    for one in entries:
        twin = first.setdefault(one.value.code, one)
        if twin.base != one.base:
            raise BadEntry(one.entry, "code", f"is also the code of {twin.entry}")
        if bases.setdefault(one.base, one).value.code != one.value.code:
            raise BadEntry(one.entry, "code", f"is not the code of {bases[one.base].entry}")
    for code in first:
        _refuse_disorder(sorted((one for one in entries if one.value.code == code), key=_number))


def in_force(versions: Iterable[V], on: date) -> V | None:
    """Return the newest version whose first day is not later than `on`, or None."""
    begun = [one for one in versions if one.in_force_from is None or one.in_force_from <= on]
    return max(begun, key=lambda one: one.version, default=None)


def _number(entry: Kept[V]) -> int:
    return entry.value.version


def _refuse_disorder(versions: Sequence[Kept[V]]) -> None:
    for older, newer in pairwise(versions):
        if older.value.version == newer.value.version:
            raise BadEntry(
                newer.entry, "version", f"{newer.value.version} is also the version of {older.entry}"
            )
        before, day = older.value.in_force_from, newer.value.in_force_from
        if day is None:
            raise BadEntry(newer.entry, "in_force_from", f"is missing: {older.entry} is an older version")
        if before is not None and day <= before:
            when = "on the same day as" if day == before else "earlier than"
            raise BadEntry(
                newer.entry, "in_force_from", f"is in force {when} {older.entry}, an older version"
            )
