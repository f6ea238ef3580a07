"""The one statement that both databases spell alike but SQLAlchemy does not: insert unless it is there."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from certhub.db.engine import Unit

CHUNK = 500  # rows a statement: SQLite takes 32,766 parameters


def insert_new(unit: Unit, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows whose primary key is not there yet (INSERT … ON CONFLICT DO NOTHING).

    Returns:
        How many were new. One row at a time this is how anything is used once: 1 is yours, 0 was somebody's.
    """
    dialect = postgresql if unit.dialect == "postgresql" else sqlite
    return sum(
        unit.sql.execute(dialect.insert(table).on_conflict_do_nothing(), list(rows[at : at + CHUNK])).rowcount
        if len(rows) == 1
        else unit.sql.execute(dialect.insert(table).values(list(rows[at : at + CHUNK])).on_conflict_do_nothing()).rowcount
        for at in range(0, len(rows), CHUNK)
    )
