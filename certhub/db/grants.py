"""Rows that grant something carry a keyed MAC over what they grant: who writes the database alone grants nothing.

    mac     = vault.mac("certhub row 1" ‖ table ‖ name ‖ type ‖ value ‖ name ‖ type ‖ value …)
    covered = every column of the table but `mac` and what the class names in `not_bound`, by name
              each part has its length before it (4 bytes); a column that is NULL is left out

A value cannot move to another column, row or table, and a column cannot be set, cleared or changed. Since NULL is
left out, a column that is added later, and is NULL in the rows of before, does not break their MACs.

What a MAC cannot tell: that a row was deleted, or that an older copy of this very row, MAC and all, was put back
(docs/trust.md says what notices it).
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from hmac import compare_digest
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlmodel import Field, SQLModel

from certhub.db.columns import table_of
from certhub.db.engine import Pen, Unit
from certhub.db.prepared import PlainRow, Prepared

log = logging.getLogger("certhub.store")

LABEL = b"certhub row 1"


class Granting(SQLModel):
    """A table whose rows grant something."""

    not_bound: ClassVar[frozenset[str]] = frozenset()
    mac: bytes | None = Field(default=None, max_length=32)

    @classmethod
    @cache
    def bound(cls) -> tuple[str, ...]:
        """Return the names of the columns that the MAC covers, sorted."""
        return tuple(sorted(set(table_of(cls).columns.keys()) - {"mac"} - cls.not_bound))


def signed(pen: Pen, model: type[Granting], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row's values with the MAC over them; every covered column must be among them."""
    return {**values, "mac": pen.vault.mac(message(table_of(model).name, model.bound(), values))}


def believed(
    unit: Unit, model: type[Granting], query: Select[Any] | Prepared, **values: Any
) -> list[Row[Any]]:
    """Run a query over a granting table, alone or joined, and return the rows that carry our MAC.

    `values` are what a prepared query is given. A row without a MAC, or with another, is counted, told in the log by
    its table, and left out.
    """
    rows = unit.rows(query, **values) if isinstance(query, Prepared) else unit.sql.execute(query)
    return [row for row in rows if is_ours(unit, model, row)]


def is_ours(unit: Unit, model: type[Granting], row: Row[Any] | PlainRow) -> bool:
    """Tell whether a row that was read carries our MAC; one that does not is counted and told."""
    if _fits(unit, model, row):
        return True
    name = table_of(model).name
    unit.refused[name] += 1
    log.warning("store: a row of %s does not carry this hub's MAC; it grants nothing", name)
    return False


def count_not_ours(unit: Unit, model: type[Granting]) -> int:
    """Return how many rows of a small table do not carry our MAC; for who looks after the hub, so nothing is told."""
    return sum(not _fits(unit, model, row) for row in unit.sql.execute(select(table_of(model))))


def _fits(unit: Unit, model: type[Granting], row: Row[Any] | PlainRow) -> bool:
    name, mac_column, columns = _columns(model)
    if isinstance(row, PlainRow):
        mac_place, places = _places(model, type(row))
        mac, values = row[mac_place], {column: row[at] for column, at in places}
    else:
        found = row._mapping
        mac, values = found[mac_column], {column: found[at] for column, at in columns}
    expected = unit.vault.mac(message(name, model.bound(), values))
    return mac is not None and compare_digest(expected, bytes(mac))


@cache
def _columns(model: type[Granting]) -> tuple[str, Any, tuple[tuple[str, Any], ...]]:
    """Return a table's name, its MAC's column and its covered columns by name: looked up once, not for each row."""
    table = table_of(model)
    return table.name, table.c.mac, tuple((name, table.c[name]) for name in model.bound())


@cache
def _places(model: type[Granting], rows: type[PlainRow]) -> tuple[int, tuple[tuple[str, int], ...]]:
    """Return where in the rows of a prepared statement a table's MAC and its covered columns stand."""
    _, mac_column, columns = _columns(model)
    return rows.place(mac_column), tuple((name, rows.place(column)) for name, column in columns)


def message(table: str, names: Sequence[str], values: Mapping[str, Any]) -> bytes:
    """Return what the MAC is over: unambiguous, whatever the values hold."""
    parts = [_label(table)]
    for name in names:
        value = values[name]
        if value is not None:
            letter, write = _WRITTEN.get(type(value)) or _written_as(value)
            data = write(value)
            parts += (_head(name, letter), len(data).to_bytes(4, "big"), data)
    return b"".join(parts)


@cache
def _label(table: str) -> bytes:
    """Return how every message of a table begins: made once, as what stands before each value."""
    return _counted(LABEL) + _counted(table.encode())


@cache
def _head(name: str, letter: bytes) -> bytes:
    return _counted(name.encode()) + _counted(letter)


def _counted(part: bytes) -> bytes:
    return len(part).to_bytes(4, "big") + part


def _written_as(value: object) -> tuple[bytes, Callable[[Any], bytes]]:
    """Return a value's type, one letter, and what makes its bytes: a word of a closed list is a str, and so on."""
    written = next((each for kind, each in _WRITTEN.items() if isinstance(value, kind)), None)
    if written is None:
        raise TypeError(f"no way to write a {type(value).__name__} into a MAC")
    return written


@lru_cache(64)  # the rows of one unit share its moment
def _moment(value: datetime) -> bytes:
    return value.astimezone(UTC).isoformat(timespec="microseconds").encode()


_WRITTEN: Mapping[type, tuple[bytes, Callable[[Any], bytes]]] = {
    bytes: (b"b", bytes),
    str: (b"s", str.encode),
    int: (b"i", lambda value: str(value).encode()),
    datetime: (b"t", _moment),
    date: (b"d", lambda value: value.isoformat().encode()),
    UUID: (b"u", lambda value: value.bytes),
}
"""How a value is written, the more special type first: a datetime is a date."""
