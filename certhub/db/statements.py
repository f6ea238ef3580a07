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
    # Counted by what comes back, never by rowcount: on PostgreSQL that is -1 for such an insert, which is not 1
    # and yet true, and this count decides whether a code was used before.
    key = list(table.primary_key.columns)
    return sum(
        len(
            unit.sql.execute(
                dialect.insert(table)
                .values(list(rows[at : at + CHUNK]))
                .on_conflict_do_nothing()
                .returning(*key)
            ).all()
        )
        for at in range(0, len(rows), CHUNK)
    )
