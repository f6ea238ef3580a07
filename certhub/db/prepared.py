"""A statement that is built once from Core and compiled once for each database; afterwards the driver takes it.

A select that is built anew costs 117 µs, one that SQLAlchemy keeps 28, the driver 5; an insert 321, 41 and 7. So the
statements of what people wait for stand at the top of their store, as values:

    _BY_HASH = Prepared(select(_TICKET).where(_TICKET.c.code_hash == bindparam("code_hash")))
    rows = unit.rows(_BY_HASH, code_hash=code_hash)

Values pass through the types of their columns in both directions, as in Core. A row is a named tuple: `row.state`,
and `row.of(column)` where two tables of a join have a column of one name.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Self

from sqlalchemy import Dialect, LargeBinary, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ClauseElement

from certhub.db.columns import Instant

Read = Callable[[Any], Any]
Bound = tuple[Any, ...] | dict[str, Any]
"""What the driver is given beside the text: values in order (SQLite) or by name (PostgreSQL)."""


class PlainRow(tuple[Any, ...]):
    """A row as the driver gave it, its values read by their types; each statement has a class of its own."""

    __slots__ = ()
    _fields: tuple[str, ...] = ()
    _places: Mapping[Any, int] = {}

    @classmethod
    def _named(cls, names: Sequence[str], columns: Sequence[Any]) -> type[Self]:
        """Return the class of one statement's rows: a property for each name, a place for each column."""
        body: dict[str, Any] = {name: _getter(place) for place, name in enumerate(names)}
        places = {column: place for place, column in enumerate(columns)}
        return type("Row", (cls,), {"__slots__": (), "_fields": tuple(names), "_places": places, **body})

    @property
    def _mapping(self) -> dict[str, Any]:
        """The row by name."""
        return dict(zip(self._fields, self, strict=True))

    @classmethod
    def place(cls, column: Any) -> int:
        """Return where in each row the value of a column of a table stands."""
        return cls._places[column]

    def of(self, column: Any) -> Any:
        """Return the value of a column of a table."""
        return self[self.place(column)]


def _getter(place: int) -> property:
    return property(lambda row: row[place])


@dataclass(frozen=True, slots=True)
class Text:
    """A statement for one database: its text, how values are bound, how rows are read."""

    sql: str
    binders: tuple[tuple[str, Read | None, Any], ...]
    by_name: bool
    readers: tuple[Read | None, ...]
    row: type[PlainRow]

    def bind(self, values: Mapping[str, Any]) -> Bound:
        """Return what the driver takes for these values; raises KeyError where one is missing."""
        bound = [
            fixed if fixed is not None else values[name] if as_is is None else as_is(values[name])
            for name, as_is, fixed in self.binders
        ]
        return (
            {each[0]: value for each, value in zip(self.binders, bound, strict=True)}
            if self.by_name
            else tuple(bound)
        )

    def read(self, rows: Iterable[Sequence[Any]]) -> list[Any]:
        """Return rows of the driver as rows of ours."""
        row, readers = self.row, self.readers
        if not any(readers):
            return [row(each) for each in rows]
        return [
            row(
                value if read is None or value is None else read(value)
                for read, value in zip(readers, each, strict=True)
            )
            for each in rows
        ]


@dataclass(frozen=True, slots=True)
class Filled:
    """A statement for one database with the values of many rows: all that is left to do is to run it.

    Another process may have made it: it holds nothing but text and values.
    """

    sql: str
    values: Sequence[Bound]

    def only(self, places: Sequence[int]) -> "Filled":
        """Return the same statement with the rows at these places alone."""
        return Filled(self.sql, [self.values[at] for at in places])


class Prepared:
    """A statement whose values are all named: no `in_` over a list, whose text depends on how long the list is."""

    def __init__(self, statement: ClauseElement | Callable[[Dialect], ClauseElement]) -> None:
        """Take a statement, or what makes it for one database's dialect where Core spells it in two ways."""
        self._statement, self._texts = statement, dict[str, Text]()

    def text(self, dialect: Dialect) -> Text:
        """Return the statement for a database, compiled at its first use."""
        known = self._texts.get(dialect.name)
        if known is None:
            known = self._texts[dialect.name] = self._compiled(dialect)
        return known

    def filled(self, dialect: Dialect, rows: Iterable[Mapping[str, Any]]) -> Filled:
        """Return the statement with the values of these rows."""
        text = self.text(dialect)
        return Filled(text.sql, [text.bind(row) for row in rows])

    def _compiled(self, dialect: Dialect) -> Text:
        made = self._statement if isinstance(self._statement, ClauseElement) else self._statement(dialect)
        compiled: Any = made.compile(dialect=dialect)
        if compiled.post_compile_params or compiled.literal_execute_params:
            raise TypeError("a prepared statement names every value; this one holds a list")
        names = compiled.positiontup if compiled.positional else tuple(compiled.bind_names.values())
        kinds = {name: parameter for parameter, name in compiled.bind_names.items()}
        binders = []
        for name in names:
            as_is = _binder(kinds[name].type, dialect)
            fixed = None if kinds[name].required else kinds[name].effective_value
            binders.append((name, as_is, fixed if fixed is None or as_is is None else as_is(fixed)))
        columns = compiled._result_columns  # the one place where Core says what each value that comes back is
        named = PlainRow._named([one.keyname for one in columns], [_column(one.objects) for one in columns])
        readers = tuple(_reader(one.type, dialect) for one in columns)
        return Text(compiled.string, tuple(binders), not compiled.positional, readers, named)


def _binder(kind: Any, dialect: Dialect) -> Read | None:
    if isinstance(kind, LargeBinary):
        return None  # both drivers take bytes; the view that Core makes of them cannot leave the process
    made: Read | None = kind.dialect_impl(dialect).bind_processor(dialect)
    # Writing a moment as text costs 4 µs, and the rows of one unit share it; equal moments are written alike.
    return lru_cache(64)(made) if made is not None and isinstance(kind, Instant) else made


def _reader(kind: Any, dialect: Dialect) -> Read | None:
    made: Read | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return made


def _column(objects: Sequence[Any]) -> Any:
    """Return the column of a table that a value comes from; what else it may be is no key."""
    return next((one for one in objects if getattr(one, "table", None) is not None), objects[0])


@cache
def inserting(table: Table, names: tuple[str, ...]) -> Prepared:
    """Return the plain insert of one row with these columns."""
    return Prepared(lambda _: _inserted(table.insert(), names))


@cache
def inserting_new(table: Table, names: tuple[str, ...]) -> Prepared:
    """Return the insert of one row unless its primary key is there; the key comes back where the row is new."""

    def made(dialect: Dialect) -> ClauseElement:
        kind = postgresql if dialect.name == "postgresql" else sqlite
        statement = _inserted(kind.insert(table), names)
        new: ClauseElement = statement.on_conflict_do_nothing().returning(*table.primary_key.columns)
        return new

    return Prepared(made)


def _inserted(insert: Any, names: tuple[str, ...]) -> Any:
    return insert.values({name: bindparam(name) for name in names})
