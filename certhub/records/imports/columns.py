"""Which column of a file is which place of a draft, and back (names of GB/T 36903, in columns.json).

    证照类型代码 ─ /kind      持证主体 ─ /holders/*/name      any other known name ─ /claims/<title>

Several holders stand in one row, joined by ^ in both of their columns; one type code may serve them all.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from certhub_schemas import Kind

from certhub.adapters.spreadsheets import Header, SpreadsheetRefused, match_header
from certhub.errors import Fault
from certhub.records.imports.faults import BadFile

_CLAIMS = "/claims/"
_HOLDERS = "/holders"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the core: `place` is its name here, `pointer` None where a draft has no room for it."""

    column: str
    place: str
    pointer: str | None
    required: bool


@dataclass(frozen=True, slots=True)
class Columns:
    """A header that was understood, the claim titles in it, and those of them that are codes in some kind.

    A code is a resident ID or a unified social credit code.
    """

    header: Header
    claims: tuple[str, ...]
    codes: frozenset[str]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns in the order of the file."""
        return self.header.names


@dataclass(frozen=True, slots=True)
class Cells:
    """A row's text, put where a draft has it: what the catalogue's `accept` reads."""

    kind: str
    agency: str
    holders: Sequence[tuple[str, str, str]]
    number: str
    issued_on: str
    valid_from: str
    valid_to: str | None
    claims: Mapping[str, str]


def read_header(header: Sequence[str], kinds: Iterable[Kind]) -> Columns:
    """Understand the header row of a file that may hold any of `kinds`.

    At least one kind must find all its required claims.

    Raises:
        BadFile: HEADER_NOT_FOUND, COLUMN_UNNAMED, COLUMN_UNKNOWN, COLUMN_DOUBLED or COLUMN_MISSING.
    """
    catalogue = tuple(kinds)
    titles = {field.title for kind in catalogue for field in kind.fields}
    required = [column.column for column in _core().values() if column.required]
    try:
        matched = match_header(header, (*titles, *_core()), required=required)
    except SpreadsheetRefused as refused:
        raise BadFile.of(refused) from refused
    _refuse_missing(matched.names, catalogue)
    codes = {
        field.title for kind in catalogue for field in kind.fields if field.format in ("resident_id", "uscc")
    }
    claims = tuple(name for name in matched.names if name not in _core())
    return Columns(matched, claims, frozenset(codes.intersection(claims)))


def cells_of(row: Mapping[str, str]) -> tuple[Cells, tuple[Fault, ...]]:
    """Return the text of `row` (column name -> text) as `accept` reads it.

    The faults say where the holders' columns do not pair up; they only add to what `accept` finds, and the
    cells are filled so that it finds nothing else wrong because of them. Blank claims are left out.
    """
    core = _core()
    text = {column.place: row.get(column.column, "") for column in core.values()}
    holders, faults = _pair(text["name"], text["id_type"], text["id_number"])
    claims = {
        title: value for title, value in row.items() if title not in core and value and not value.isspace()
    }
    cells = Cells(
        kind=text["kind"],
        agency=text["agency"],
        holders=holders,
        number=text["number"],
        issued_on=text["issued_on"],
        valid_from=text["valid_from"],
        valid_to=text["valid_to"],
        claims=claims,
    )
    return cells, faults


def column_of(pointer: str) -> str:
    """Return the name of the column that `pointer` (RFC 6901, into a draft) came from; empty if from none."""
    if pointer.startswith(_CLAIMS):
        return pointer.removeprefix(_CLAIMS).replace("~1", "/").replace("~0", "~")
    if pointer.startswith(_HOLDERS):
        member = pointer.rpartition("/")[2]
        pointer = f"/holders/*/{member}" if member in ("id_type", "id_number") else "/holders/*/name"
    return _by_pointer().get(pointer, "")


def _pair(name: str, id_type: str, id_number: str) -> tuple[list[tuple[str, str, str]], tuple[Fault, ...]]:
    names, types, numbers = _split(name), _split(id_type), _split(id_number)
    nameless = len(names) == 1 and not names[0].strip()
    count = len(numbers) if nameless else len(names)
    if nameless:
        names *= count
    if len(types) == 1:
        types *= count
    faults = tuple(
        Fault(
            f"/holders/0/{member}",
            "HOLDER_COUNT",
            {"why": "pairing", "names": str(count), "here": str(len(found))},
        )
        for member, found in (("id_type", types), ("id_number", numbers))
        if len(found) != count and "".join(found).strip()
    )
    return list(zip(names, _filled(types, count), _filled(numbers, count), strict=True)), faults


def _split(text: str) -> list[str]:
    for separator in _separators():
        text = text.replace(separator, "^")
    return text.split("^")


def _filled(values: list[str], count: int) -> list[str]:
    return (values + [""] * count)[:count]


def _refuse_missing(names: Sequence[str], kinds: Sequence[Kind]) -> None:
    lacking = [_lacking(kind, names) for kind in kinds]
    if all(lacking):
        # The file is meant for the kind of which it has most; that kind's first missing claim is named.
        nearest = max(zip(kinds, lacking, strict=True), key=lambda each: len(each[0].fields) - len(each[1]))
        raise BadFile("COLUMN_MISSING", nearest[1][0])


def _lacking(kind: Kind, names: Sequence[str]) -> list[str]:
    return [field.title for field in kind.fields if field.required and field.title not in names]


@cache
def _data() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(
        files("certhub.records.imports").joinpath("columns.json").read_text(encoding="utf-8")
    )
    return found


@cache
def _core() -> Mapping[str, Column]:
    return {each["column"]: Column(**each) for each in _data()["columns"]}


@cache
def _by_pointer() -> Mapping[str, str]:
    return {each.pointer: each.column for each in _core().values() if each.pointer is not None}


@cache
def _separators() -> tuple[str, ...]:
    return tuple(_data()["holder_separators"])
