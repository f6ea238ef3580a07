"""Inserts: of rows that are new, and of rows unless they are there, which Core spells for each database by itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table

from certhub.db.engine import FarPen, Unit
from certhub.db.prepared import Filled, inserting, inserting_new

CHUNK = 500  # rows a statement: SQLite takes 32,766 parameters


def insert(unit: Unit, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, all with the same columns; raises IntegrityError where one is there."""
    if rows:
        unit.insert(inserting(table, tuple(rows[0])), rows)


def filled(pen: FarPen, table: Table, rows: Sequence[Mapping[str, Any]]) -> Filled:
    """Return the insert of rows, all with the same columns, ready for the driver."""
    return pen.filled(inserting(table, tuple(rows[0])), rows) if rows else Filled("", [])


def insert_new(unit: Unit, table: Table, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """Insert the rows whose primary key is not there yet (INSERT … ON CONFLICT DO NOTHING).

    Returns:
        The primary keys of the rows that were new. One row at a time this is how anything is used once: a key
        that comes back is yours, none was somebody's.
    """
    # Told by what comes back, never by rowcount: on PostgreSQL that is -1 for such an insert, which is not 1
    # and yet true, and this decides whether a code was used before.
    if not rows:
        return []
    found = unit.returned(inserting_new(table, tuple(rows[0])), rows)
    return [tuple(row) for new in found for row in new]
