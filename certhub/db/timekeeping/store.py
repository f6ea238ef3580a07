"""The queries of the timekeeping noun."""

from sqlalchemy import select, update

from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.rows import row_of, value_of
from certhub.db.statements import insert_new
from certhub.db.timekeeping.rules import Record
from certhub.db.timekeeping.tables import ClockRow

_CLOCK = table_of(ClockRow)


def read(unit: Unit) -> Record | None:
    """Return the time on record; None before the worker's first round."""
    row = unit.sql.execute(select(_CLOCK)).first()
    if row is None:
        return None
    # none: a row of the release before
    return value_of(Record, row, unwitnessed_seconds=row.unwitnessed_seconds or 0.0)


def keep(unit: Unit, record: Record) -> None:
    """Put the time on record."""
    row = row_of(ClockRow, record, only=1)
    if not insert_new(unit, _CLOCK, [row]):
        unit.sql.execute(update(_CLOCK).values(**row))
