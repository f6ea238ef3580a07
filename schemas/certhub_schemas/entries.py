"""Strict reading of the JSON files that this distribution carries, or that an operator adds.

Every member is asked for by name and shape; what nobody asked for is refused, so that a slip in a
member's name is told instead of being ignored. All refusals are `BadEntry`, naming entry and field.
"""

import json
import re
from collections.abc import Iterable, Mapping
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from certhub_schemas.errors import BadEntry
from certhub_schemas.text import unfit

T = TypeVar("T", bound=str)


def read_object(file: Traversable, entry: str) -> dict[str, Any]:
    """Return the JSON object in `file`: UTF-8, no member twice, no NaN or Infinity.

    Raises:
        BadEntry: the file is missing, is not JSON or is not an object; `field` is the file's name.
    """
    if not file.is_file():
        raise BadEntry(entry, file.name, "is missing")
    try:
        value = json.loads(
            file.read_bytes().decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_no_constant,
        )
    except (OSError, ValueError, RecursionError) as broken:
        raise BadEntry(entry, file.name, f"is not readable as JSON: {broken}") from broken
    if not isinstance(value, dict):
        raise BadEntry(entry, file.name, "is not a JSON object")
    return value


class Members:
    """The members of one object of an entry, each asked for once; whatever does not fit is a BadEntry."""

    def __init__(self, value: object, *, entry: str, at: str = "") -> None:
        if not isinstance(value, Mapping):
            raise BadEntry(entry, at or "(whole)", "is not an object")
        self._value, self._entry, self._at = value, entry, at
        self._asked: set[str] = set()

    def bad(self, name: str, why: str) -> BadEntry:
        """Return the refusal of the member `name`, for the caller to raise."""
        return BadEntry(self._entry, self._path(name), why)

    def has(self, name: str) -> bool:
        """Say whether the member is there; asking does not take it."""
        return name in self._value

    def take(self, name: str) -> Any:
        """Return a member of any shape. Raises BadEntry when it is missing."""
        self._asked.add(name)
        if name not in self._value:
            raise self.bad(name, "is missing")
        return self._value[name]

    def text(self, name: str, *, most: int = 200, pattern: str | None = None) -> str:
        """Return a text of 1 to `most` printable characters without outer spaces, fitting `pattern`."""
        return self._text(name, self.take(name), most=most, pattern=pattern)

    def texts(self, name: str, *, most: int = 200, pattern: str | None = None) -> tuple[str, ...]:
        """Return a list of different texts; it may be empty. Raises: BadEntry."""
        value = self.take(name)
        if not isinstance(value, list | tuple):
            raise self.bad(name, "is not a list")
        found = tuple(self._text(name, each, most=most, pattern=pattern) for each in value)
        if len(set(found)) != len(found):
            raise self.bad(name, "names something twice")
        return found

    def integer(self, name: str, *, least: int, most: int) -> int:
        """Return a whole number from `least` to `most`, both included. Raises: BadEntry."""
        value = self.take(name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.bad(name, f"is not a whole number from {least} to {most}")
        return value

    def boolean(self, name: str) -> bool:
        """Return true or false. Raises: BadEntry."""
        value = self.take(name)
        if not isinstance(value, bool):
            raise self.bad(name, "is neither true nor false")
        return value

    def one_of(self, name: str, allowed: Iterable[T]) -> T:
        """Return the member of `allowed` that the text names. Raises: BadEntry."""
        value = self.take(name)
        closed = tuple(allowed)
        for each in closed:
            if isinstance(value, str) and value == each:
                return each
        raise self.bad(name, f"is none of {', '.join(closed)}")

    def objects(self, name: str) -> tuple["Members", ...]:
        """Return a list of objects. Raises: BadEntry."""
        value = self.take(name)
        if not isinstance(value, list | tuple):
            raise self.bad(name, "is not a list")
        return tuple(
            Members(each, entry=self._entry, at=f"{self._path(name)}[{index}]")
            for index, each in enumerate(value)
        )

    def within(self, name: str) -> "Members":
        """Return an object."""
        return Members(self.take(name), entry=self._entry, at=self._path(name))

    def items(self) -> Iterable[tuple[str, "Members"]]:
        """Return every member as an object, in the order of the file."""
        for name in self._value:
            yield name, self.within(name)

    def done(self) -> None:
        """Refuse the members that nobody asked for."""
        for name in self._value:
            if name not in self._asked:
                raise self.bad(str(name), "is not known here")

    def _path(self, name: str) -> str:
        return f"{self._at}.{name}" if self._at else name

    def _text(self, name: str, value: object, *, most: int, pattern: str | None) -> str:
        if not isinstance(value, str) or not 1 <= len(value) <= most:
            raise self.bad(name, f"is not a text of 1 to {most} characters")
        if not value.isprintable() or unfit(value) or value != value.strip():
            raise self.bad(name, "holds characters that cannot be seen, or outer spaces")
        if pattern is not None and not re.fullmatch(pattern, value):
            raise self.bad(name, f"does not have the form {pattern}")
        return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
