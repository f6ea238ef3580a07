"""Units of work: all or nothing, one writer at a time, and what is used once is used once."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from certhub.db.columns import table_of
from certhub.db.engine import open_engine
from certhub.db.statements import insert_new
from certhub.db.timekeeping.tables import ClockRow
from certhub.errors import Unavailable
from certhub.records.status.tables import SlotRow

SLOT, CLOCK = table_of(SlotRow), table_of(ClockRow)


def slot(unit, index: int) -> dict:
    """A row of the slot table."""
    return {"list_no": 9, "list_index": index, "value": 0, "bucket": 1, "certificate": unit.new_id()}


def slots(home) -> list[int]:
    """What is in list 9."""
    with home.hub.reading() as unit:
        return sorted(unit.sql.scalars(select(SLOT.c.list_index).where(SLOT.c.list_no == 9)))


@pytest.mark.disagrees("slots of certificates that are not there")
def test_of_many_who_insert_one_key_one_wins(home):
    """Eight threads, one key: one is told that it was new."""
    won: list[int] = []
    start = threading.Barrier(8)

    def try_(place: int) -> None:
        start.wait()
        with home.hub.writing() as unit:
            if insert_new(unit, SLOT, [slot(unit, 5)]):
                won.append(place)

    threads = [threading.Thread(target=try_, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == len(won)


@pytest.mark.disagrees("slots of certificates that are not there")
def test_writers_wait_for_each_other(home):
    """Eight threads that read, then write the same row: nobody fails, nobody's write is lost."""

    def add() -> None:
        for _ in range(5):
            with home.hub.writing() as unit:
                taken = len(unit.sql.execute(select(SLOT.c.list_index).where(SLOT.c.list_no == 9)).all())
                while not insert_new(unit, SLOT, [slot(unit, taken)]):
                    taken += 1

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert list(range(40)) == slots(home)


@pytest.mark.disagrees("slots of certificates that are not there")
def test_a_reader_sees_one_moment(home):
    """What another unit commits meanwhile is not half seen."""
    if home.hub.settings.database_url:
        pytest.skip(
            "on PostgreSQL each statement sees its own moment (READ COMMITTED); uniqueness rests on inserts"
        )
    with home.hub.reading() as unit:
        before = len(unit.sql.execute(select(SLOT.c.list_index)).all())
        with home.hub.writing() as other:
            insert_new(other, SLOT, [slot(other, 1)])
        assert before == len(unit.sql.execute(select(SLOT.c.list_index)).all())


def test_a_moment_keeps_its_zone(home):
    """Stored in UTC whatever it came in, given back aware; a naive one is refused."""
    noon = datetime(2026, 11, 24, 12, tzinfo=timezone(timedelta(hours=8)))
    with home.hub.writing() as unit:
        unit.sql.execute(CLOCK.insert().values(only=1, at=noon, steady_seconds=0.0))
        found = unit.sql.scalar(select(CLOCK.c.at))
    assert (datetime(2026, 11, 24, 4, tzinfo=UTC), timedelta(0)) == (found, found.utcoffset())

    naive = datetime(2026, 11, 24, 12)  # noqa: DTZ001  on purpose
    with pytest.raises(StatementError, match="naive"), home.hub.writing() as unit:
        unit.sql.execute(CLOCK.insert().values(only=2, at=naive, steady_seconds=0.0))


def test_a_database_that_is_gone_is_unavailable(database, tmp_path):
    """Asking again may help; and the words carry no address, no statement and no value."""
    gone = replace(database, engine=open_engine(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}"))

    for unit_of_work in (gone.reading, gone.writing):
        with pytest.raises(Unavailable) as refused, unit_of_work():
            pass
        assert "folder.db" not in str(refused.value)
        assert "SELECT" not in str(refused.value)


def test_sqlite_is_opened_as_the_design_says(home):
    """WAL, FULL, ten seconds of patience, deleted data overwritten, temporary tables in memory."""
    if home.hub.settings.database_url:
        pytest.skip("this is about SQLite")
    with home.hub.reading() as unit:
        pragmas = {
            name: unit.sql.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "busy_timeout", "secure_delete", "temp_store")
        }
    assert {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 10_000,
        "secure_delete": 1,
        "temp_store": 2,
    } == pragmas
