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
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from hmac import compare_digest
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlmodel import Field, SQLModel

from certhub.db.columns import table_of
from certhub.db.engine import Unit

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


def signed(unit: Unit, model: type[Granting], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row's values with the MAC over them; every covered column must be among them."""
    return {**values, "mac": unit.vault.mac(message(table_of(model).name, model.bound(), values))}


def believed(unit: Unit, model: type[Granting], query: Select[Any]) -> list[Row[Any]]:
    """Run a query over a granting table, alone or joined, and return the rows that carry our MAC.

    A row without one, or with another, is counted, told in the log by its table, and left out.
    """
    return [row for row in unit.sql.execute(query) if is_ours(unit, model, row)]


def is_ours(unit: Unit, model: type[Granting], row: Row[Any]) -> bool:
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


def _fits(unit: Unit, model: type[Granting], row: Row[Any]) -> bool:
    found, (name, mac_column, columns) = row._mapping, _columns(model)
    mac = found[mac_column]
    values = {column: found[at] for column, at in columns}
    expected = unit.vault.mac(message(name, model.bound(), values))
    return mac is not None and compare_digest(expected, bytes(mac))


@cache
def _columns(model: type[Granting]) -> tuple[str, Any, tuple[tuple[str, Any], ...]]:
    """Return a table's name, its MAC's column and its covered columns by name: looked up once, not for each row."""
    table = table_of(model)
    return table.name, table.c.mac, tuple((name, table.c[name]) for name in model.bound())


def message(table: str, names: Sequence[str], values: Mapping[str, Any]) -> bytes:
    """Return what the MAC is over: unambiguous, whatever the values hold."""
    parts = [_label(table)]
    for name in names:
        value = values[name]
        if value is not None:
            letter, data = _typed(value)
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


def _typed(value: object) -> tuple[bytes, bytes]:
    """Return a value's type, one letter, and its bytes."""
    match value:
        case bytes():
            return b"b", value
        case str():
            return b"s", value.encode()
        case int():
            return b"i", str(value).encode()
        case datetime():
            return b"t", value.astimezone(UTC).isoformat(timespec="microseconds").encode()
        case date():
            return b"d", value.isoformat().encode()
        case UUID():
            return b"u", value.bytes
    raise TypeError(f"no way to write a {type(value).__name__} into a MAC")
