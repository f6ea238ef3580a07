"""The one statement that both databases spell alike but SQLAlchemy does not: insert unless it is there."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from certhub.db.engine import Unit

CHUNK = 500  # rows a statement: SQLite takes 32,766 parameters


def insert_new(unit: Unit, table: Table, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """Insert the rows whose primary key is not there yet (INSERT … ON CONFLICT DO NOTHING).

    Returns:
        The primary keys of the rows that were new. One row at a time this is how anything is used once: a key
        that comes back is yours, none was somebody's.
    """
    dialect = postgresql if unit.dialect == "postgresql" else sqlite
    # Told by what comes back, never by rowcount: on PostgreSQL that is -1 for such an insert, which is not 1
    # and yet true, and this decides whether a code was used before.
    key = list(table.primary_key.columns)
    new: list[tuple[Any, ...]] = []
    for at in range(0, len(rows), CHUNK):
        part = rows[at : at + CHUNK]
        # SQLAlchemy keeps what it compiled for one row, and compiles a statement that spells several each time.
        values = dict(part[0]) if len(part) == 1 else list(part)
        statement = dialect.insert(table).values(values).on_conflict_do_nothing().returning(*key)
        new += [tuple(row) for row in unit.sql.execute(statement)]
    return new
