"""Insert unless it is there: how anything is used once."""

from sqlalchemy import func, select

from certhub.db.columns import table_of
from certhub.db.queue_tables import LeaseRow
from certhub.db.statements import CHUNK, insert_new
from certhub.records.status.tables import SlotRow

_LEASE, _SLOT = table_of(LeaseRow), table_of(SlotRow)


def test_the_first_is_told_that_it_was_new_and_the_second_nothing(database):
    """One row: its key, then none; and the first one's values stand."""
    with database.writing() as unit:
        row = {"name": "worker", "holder": "first", "beat": 1}
        assert [("worker",)] == insert_new(unit, _LEASE, [row])
    with database.writing() as unit:
        assert [] == insert_new(unit, _LEASE, [row | {"holder": "second"}])
        assert "first" == unit.sql.scalar(select(_LEASE.c.holder))


def test_among_many_only_the_new_ones_come_back(database):
    """More rows than one statement takes; keys of two columns; a third of them there before."""
    with database.writing() as unit:
        rows = [
            {"list_no": 1, "list_index": n, "value": 0, "bucket": 7, "certificate": unit.new_id()}
            for n in range(2 * CHUNK + 1)
        ]
        assert {(1, n) for n in range(0, len(rows), 3)} == set(insert_new(unit, _SLOT, rows[::3]))
    with database.writing() as unit:
        assert {(1, n) for n in range(len(rows)) if n % 3} == set(insert_new(unit, _SLOT, rows))
        assert len(rows) == unit.sql.scalar(select(func.count()).select_from(_SLOT))


def test_no_rows_are_no_statement(database):
    """Nothing to insert, nothing new."""
    with database.writing() as unit:
        assert [] == insert_new(unit, _SLOT, [])
