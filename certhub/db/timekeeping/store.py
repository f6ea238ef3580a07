"""The queries of the timekeeping noun."""

from dataclasses import asdict

from sqlalchemy import select, update

from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.statements import insert_new
from certhub.db.timekeeping.rules import Record
from certhub.db.timekeeping.tables import ClockRow

_CLOCK = table_of(ClockRow)


def read(unit: Unit) -> Record | None:
    """Return the time on record; None before the worker's first round."""
    row = unit.sql.execute(select(_CLOCK)).first()
    if row is None:
        return None
    return Record(
        row.at,
        row.doubt_seconds,
        row.steady_seconds,
        row.jumped_at,
        row.jump_seconds,
        row.unwitnessed_seconds or 0.0,  # none: a row of the release before
    )


def keep(unit: Unit, record: Record) -> None:
    """Put the time on record."""
    if not insert_new(unit, _CLOCK, [{"only": 1, **asdict(record)}]):
        unit.sql.execute(update(_CLOCK).values(**asdict(record)))
