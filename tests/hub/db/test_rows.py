"""A column is named in its table and in its value; whoever forgets one is told by name."""

from dataclasses import dataclass, fields
from enum import StrEnum

import pytest
from sqlalchemy import select

from certhub.db.columns import table_of
from certhub.db.leases import Held
from certhub.db.queue_tables import LeaseRow
from certhub.db.rows import row_of, value_of
from certhub.db.timekeeping.rules import Record
from certhub.db.timekeeping.tables import ClockRow
from certhub.people.parties.people import Actor
from certhub.people.parties.tables import AccountRow
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.tables import CertificateRow
from certhub.records.status.store import ListState
from certhub.records.status.tables import StatusListRow
from certhub.verification.tickets.store import OpenTicket
from certhub.verification.tickets.tables import TicketRow

APART = {
    Certificate: (CertificateRow, {"sealed", "cid"}, {"record", "certificate_id"}),
    Record: (ClockRow, {"only"}, set()),
    OpenTicket: (TicketRow, {"id", "sealed"}, {"items", "matter"}),
    Held: (LeaseRow, {"name"}, set()),
    ListState: (StatusListRow, set(), {"is_altered"}),
    Actor: (
        AccountRow,
        {"id", "sealed", "disabled_at"},
        {"account", "name", "office", "office_code", "window", "is_page"},
    ),
}
"""Values and their tables; columns that are no field, and fields that are no column."""


class Colour(StrEnum):
    """A word of a closed list."""

    RED = "red"


@dataclass(frozen=True)
class Lease:
    """A value with a word where its table has text, and a field that is no column."""

    name: str
    holder: Colour
    more: int = 7


@pytest.mark.parametrize("value", APART, ids=lambda value: value.__name__)
def test_a_value_and_its_table_name_the_same(value):
    """What is in one alone is listed here with the reason that it is sealed, given or a key."""
    model, columns, own = APART[value]
    in_table = set(table_of(model).columns.keys()) - {"mac"}

    assert in_table - columns == {field.name for field in fields(value)} - own


def test_a_row_is_read_as_it_was_written(database):
    """A word of a closed list is text in the row and a word in the value."""
    table = table_of(LeaseRow)
    row = row_of(LeaseRow, Lease("a", Colour.RED), beat=1)
    with database.writing() as unit:
        unit.sql.execute(table.insert().values(row))
        read = value_of(Lease, unit.sql.execute(select(table)).one())

    assert ({"name": "a", "holder": "red", "beat": 1}, str) == (row, type(row["holder"]))
    assert (Lease("a", Colour.RED), Colour) == (read, type(read.holder))


def test_a_column_that_the_value_lacks_is_told_by_name():
    """Before anything is written."""
    with pytest.raises(TypeError, match="Lease has nothing for beat of LeaseRow"):
        row_of(LeaseRow, Lease("a", Colour.RED))


def test_a_field_that_the_table_lacks_is_told_by_name(database):
    """Before anything is made of the row."""
    table = table_of(StatusListRow)
    with database.writing() as unit:
        unit.sql.execute(table.insert().values(list_no=1, size=1, changed_at=unit.now))
        row = unit.sql.execute(select(table)).one()
        with pytest.raises(TypeError, match="missing 2 required positional arguments: 'name' and 'holder'"):
            value_of(Lease, row)


def test_what_is_given_counts(database):
    """Instead of the column, or of the field."""
    table = table_of(LeaseRow)
    with database.writing() as unit:
        unit.sql.execute(table.insert().values(name="a", holder="red", beat=1))
        row = unit.sql.execute(select(table)).one()

    assert Lease("b", Colour.RED, 8) == value_of(Lease, row, name="b", more=8)
    assert "c" == row_of(LeaseRow, Lease("a", Colour.RED), name="c", beat=1)["name"]
