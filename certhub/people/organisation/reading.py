"""A row of an organisation's file into a node: all causes of a row, nothing guessed (columns.json, words.json).

text      as it stands, outer spaces gone        codes   upper case, full width made plain
a day     as departments write days; blank is the day of the import
a word    Chinese as in the file's column, or the English word of the API
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from importlib.resources import files
from typing import Any

from certhub.people.organisation.nodes import CLASSES, Level, Node, NodeKind, OfficeKind
from certhub.people.organisation.tables import CODE, NAME, NAME_EN
from certhub.spelling.codes import read_uscc
from certhub.spelling.days import read_day
from certhub.spelling.file_dates import read_date
from certhub.spelling.row_faults import RowFault, RowFaults
from certhub.spelling.sentences import sentence
from certhub.spelling.text import Unfit, read_code, read_name, read_value

WINDOW_NAME = 20  # characters: what stands in receipts as the window's label
_DIVISION = re.compile(r"[1-9][0-9]{5}(-[A-Z0-9]{2,6})?")
_CODE = re.compile(rf"[A-Z0-9][A-Z0-9_.-]{{0,{CODE - 1}}}")
_JOIN = "^"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file: its name, the field of the node, and how its cell is read."""

    column: str
    field: str
    reads: str
    required: bool = False


@dataclass(frozen=True)
class World:
    """What a cell is read against: the day of the import, and the codes of the kinds that are known."""

    today: date
    kinds: frozenset[str]


Readers = Mapping[str, Callable[[str, World], Any]]
"""How a cell of each sort is read; raises Unfit."""


@cache
def columns_of(kind: NodeKind) -> tuple[Column, ...]:
    """Return the columns of a kind's file, in the order of its template."""
    return tuple(Column(**each) for each in _read("columns.json")[kind.value])


@dataclass(frozen=True)
class Described:
    """A node as a row describes it; `given` are the fields whose cells were not blank."""

    node: Node
    given: frozenset[str]

    def agrees_with(self, standing: Node) -> bool:
        """Tell whether a node on record is what the row describes: a blank cell says nothing against it."""
        return all(getattr(self.node, name) == getattr(standing, name) for name in self.given)


def described(
    kind: NodeKind, cells: Mapping[str, str], world: World
) -> tuple[Described | None, list[tuple[str, Unfit]]]:
    """Return the node that a row describes, None with the fields that are wrong; `cells` is text by field."""
    values, wrong = read_fields(columns_of(kind), cells, READERS, world)
    if wrong:
        return None, wrong
    node = CLASSES[kind](**{"since": world.today, **values})
    if node.until is not None and node.until <= node.since:
        return None, [("until", Unfit("UNTIL_BEFORE_SINCE"))]
    return Described(node, frozenset(values)), []


def read_fields(
    columns: Iterable[Column], cells: Mapping[str, str], readers: Readers, world: World
) -> tuple[dict[str, Any], list[tuple[str, Unfit]]]:
    """Return the values of cells that are not blank, by field, and the fields whose cells cannot be taken."""
    values: dict[str, Any] = {}
    wrong: list[tuple[str, Unfit]] = []
    for column in columns:
        try:
            value = readers[column.reads](cells.get(column.field, ""), world)
            if column.required and not value:
                raise Unfit("REQUIRED_MISSING")
        except Unfit as unfit:
            wrong.append((column.field, unfit))
        else:
            if value:
                values[column.field] = value
    return values, wrong


def faults_of(
    row: int, columns: Iterable[Column], wrong: Iterable[tuple[str, Unfit]], *, of: str = __package__
) -> RowFaults:
    """Return what is wrong with a row, by the names of its columns; `of` is the package with the sentences."""
    names = {column.field: column.column for column in columns}
    return RowFaults(
        row,
        tuple(row_fault(row, names.get(name, ""), unfit.code, unfit.detail, of=of) for name, unfit in wrong),
    )


def row_fault(
    row: int, column: str, code: str, detail: Mapping[str, str] | None = None, *, of: str = __package__
) -> RowFault:
    """Return a fault with its sentence."""
    return RowFault(row, column, code, sentence(code, "zh", detail or {}, of=of))


def _read_division(raw: str, _: World) -> str:
    text = read_code(raw)
    if text and not _DIVISION.fullmatch(text):
        raise Unfit("DIVISION_CODE")
    return text


def _read_own_code(raw: str, _: World) -> str:
    text = read_code(raw)
    if text and not _CODE.fullmatch(text):
        raise Unfit("CODE_FORM")
    return text


def _read_kinds(raw: str, world: World) -> tuple[str, ...]:
    codes = tuple(code for part in raw.split(_JOIN) if (code := read_code(part)))
    if not world.kinds.issuperset(codes):
        raise Unfit("KIND_UNKNOWN")
    return tuple(dict.fromkeys(codes))


def _read_word(
    raw: str, _: World, *, of: str, type_: type[Level] | type[OfficeKind]
) -> Level | OfficeKind | None:
    text = read_name(raw)
    return type_(word_of(text, _words(of))) if text else None


def word_of(text: str, known: Mapping[str, str]) -> str:
    """Return what a word of a closed list means; raises Unfit, which names the words that files use."""
    if text not in known:
        raise Unfit("WORD_UNKNOWN", words="、".join(word for word in known if not word.isascii()))
    return known[text]


def _read_day(raw: str, _: World) -> date | None:
    return read_day(raw, read_date)


READERS: Readers = {
    "uscc": lambda raw, _: read_uscc(raw),
    "division": _read_division,
    "code": _read_own_code,
    "name": lambda raw, _: read_name(raw, max_length=NAME),
    "window_name": lambda raw, _: read_name(raw, max_length=WINDOW_NAME),
    "name_en": lambda raw, _: read_name(raw, max_length=NAME_EN),
    "address": lambda raw, _: read_value(raw, max_length=NAME_EN),
    "level": partial(_read_word, of="level", type_=Level),
    "office_kind": partial(_read_word, of="office_kind", type_=OfficeKind),
    "day": _read_day,
    "kinds": _read_kinds,
}


@cache
def _words(of: str) -> Mapping[str, str]:
    """Return the words of a closed list as files write them, each with ours."""
    listed = _read("words.json")[of]
    return {word: ours for ours, words in listed.items() for word in (*words, ours)}


@cache
def _read(name: str) -> Any:
    return json.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
