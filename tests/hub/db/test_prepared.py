"""A prepared statement gives what Core gives, and fails as Core fails."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from certhub.db.columns import table_of
from certhub.db.engine import Database
from certhub.db.failures import DatabaseFault
from certhub.db.prepared import Prepared
from certhub.db.statements import insert, insert_new
from certhub.history.events.tables import EventRow
from certhub.verification.tickets.tables import RedemptionRow

EVENT, SPENT = table_of(EventRow), table_of(RedemptionRow)
BY_HASH = Prepared(select(SPENT).where(SPENT.c.token_hash == bindparam("token_hash")))
NOW = datetime(2026, 9, 1, 8, 30, 0, 123456, UTC)


def row(name: bytes, **other: Any) -> dict[str, Any]:
    """Return a row of a use."""
    return {
        "token_hash": name * 32,
        "at": NOW,
        "region": "420700",
        "sealed": b"\x00\xff",
        "keep_until": NOW,
        "answer": None,
    } | other


def test_what_is_read_by_a_prepared_statement_is_what_core_reads(database: Database) -> None:
    """Times, bytes and NULL, by name and by column."""
    with database.writing() as unit:
        insert(unit, SPENT, [row(b"a"), row(b"b", answer=b"said")])
    with database.reading() as unit:
        for name in (b"a", b"b"):
            [ours] = unit.rows(BY_HASH, token_hash=name * 32)
            core = unit.sql.execute(select(SPENT).where(SPENT.c.token_hash == name * 32)).one()
            assert ours._mapping == dict(core._mapping)
            assert (ours.at, ours.of(SPENT.c.answer)) == (core.at, core.answer)
        assert unit.rows(BY_HASH, token_hash=b"c" * 32) == []


def test_a_row_that_is_there_is_told_by_what_comes_back(database: Database) -> None:
    """The key comes back once; the row stays as it was."""
    with database.writing() as unit:
        assert insert_new(unit, SPENT, [row(b"a")]) == [(b"a" * 32,)]
        assert insert_new(unit, SPENT, [row(b"a", region="420100")]) == []
        assert [one.region for one in unit.rows(BY_HASH, token_hash=b"a" * 32)] == ["420700"]


def test_a_plain_insert_of_a_row_that_is_there_is_an_integrity_error(database: Database) -> None:
    """And nothing of its unit stays."""
    with database.writing() as unit:
        insert(unit, SPENT, [row(b"a")])

    def twice() -> None:
        with database.writing() as unit:
            insert(unit, SPENT, [row(b"b")])
            insert(unit, SPENT, [row(b"a")])

    with pytest.raises(IntegrityError):
        twice()
    with database.reading() as unit:
        assert unit.rows(BY_HASH, token_hash=b"b" * 32) == []


def test_a_statement_that_the_tables_do_not_fit_is_a_fault(database: Database) -> None:
    """A column that is not there is no lock that passes."""
    with database.writing() as unit:
        unit.line.run("ALTER TABLE spent RENAME COLUMN region TO place")
    with pytest.raises(DatabaseFault), database.reading() as unit:
        unit.rows(BY_HASH, token_hash=b"a" * 32)


def test_a_naive_time_is_refused_before_the_driver_sees_it(database: Database) -> None:
    """By the type of its column, as in Core."""
    with pytest.raises(ValueError, match="naive"), database.writing() as unit:
        insert(unit, SPENT, [row(b"a", at=NOW.replace(tzinfo=None))])


def test_a_list_is_no_value_of_a_prepared_statement(database: Database) -> None:
    """Its text would depend on how long the list is."""
    listed = Prepared(select(SPENT).where(SPENT.c.region.in_(["420700", "420100"])))
    with pytest.raises(TypeError, match="list"), database.reading() as unit:
        unit.rows(listed)


def test_a_unit_that_core_and_the_driver_share_is_one_transaction(database: Database) -> None:
    """Each sees what the other wrote; both are kept, or neither."""
    with database.writing() as unit:
        insert(unit, SPENT, [row(b"a")])
        assert unit.sql.execute(select(SPENT.c.region)).scalars().all() == ["420700"]
        unit.sql.execute(SPENT.update().values(region="420100"))

    def given_up() -> None:
        with database.writing() as unit:
            unit.sql.execute(SPENT.delete())
            insert(unit, SPENT, [row(b"b")])
            raise KeyError

    with pytest.raises(KeyError):
        given_up()
    with database.reading() as unit:
        assert [one.region for one in unit.sql.execute(select(SPENT))] == ["420100"]


def test_a_line_that_failed_is_not_kept(database: Database) -> None:
    """What failed once is closed, and the next unit takes another line."""
    with pytest.raises(DatabaseFault), database.reading() as unit:
        unit.line.run("SELECT nothing FROM nowhere")
    with database.reading() as unit:
        assert unit.rows(BY_HASH, token_hash=b"a" * 32) == []
