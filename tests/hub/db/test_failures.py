"""A database that fails is busy, or it is a fault: told by what SQLite and PostgreSQL really answer."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import IntegrityError

from certhub.db.engine import Database, Unit, open_engine
from certhub.db.failures import DatabaseAway, DatabaseBusy, DatabaseFault
from certhub.errors import HubError, Unavailable
from tests.api.conftest import api_of

SECRET = "诸葛紫嫣7731"
Trouble = Callable[[Database, Path], AbstractContextManager[None]]


def run(unit: Unit, *statements: str) -> None:
    """Run SQL as it stands."""
    for statement in statements:
        unit.sql.exec_driver_sql(statement)


@contextmanager
def over(database: Database, engine: Engine, *pragmas: str) -> Iterator[Database]:
    """The same database through another engine, whose connections begin with pragmas."""

    @event.listens_for(engine, "connect")
    def begin(connection, _):
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    try:
        yield replace(database, engine=engine)
    finally:
        engine.dispose()


def again(database: Database) -> Engine:
    """Another engine over the same database."""
    return open_engine(database.engine.url.render_as_string(hide_password=False))


@contextmanager
def locked(database: Database, folder: Path) -> Iterator[None]:
    """SQLITE_BUSY: another connection writes."""
    with over(database, again(database), "busy_timeout=0") as hasty, database.writing(), hasty.writing():
        yield


@contextmanager
def in_use(database: Database, folder: Path) -> Iterator[None]:
    """SQLITE_LOCKED: this very connection still reads the table that it takes away."""
    with database.writing() as unit:
        run(unit, "CREATE TABLE big (x)", "INSERT INTO big VALUES (1), (2)")
        rows = unit.sql.connection.driver_connection.execute("SELECT x FROM big")  # type: ignore[union-attr]
        rows.fetchone()
        try:
            run(unit, "DROP TABLE big")
        finally:
            rows.close()
    yield


@contextmanager
def full(database: Database, folder: Path) -> Iterator[None]:
    """SQLITE_FULL: not one page more."""
    with database.writing() as unit:
        pages = unit.sql.exec_driver_sql("PRAGMA page_count").scalar_one()
        run(unit, f"PRAGMA max_page_count={pages}", "CREATE TABLE big (x)")
        run(unit, "INSERT INTO big VALUES (zeroblob(100000))")
    yield


@contextmanager
def no_such_folder(database: Database, folder: Path) -> Iterator[None]:
    """SQLITE_CANTOPEN: there is no such folder."""
    nowhere = open_engine(f"sqlite:///{folder / 'no' / 'such' / 'folder.db'}")
    with over(database, nowhere) as gone, gone.reading():
        yield


@contextmanager
def not_writable(database: Database, folder: Path) -> Iterator[None]:
    """SQLITE_READONLY: the file is there, and nobody may write it now."""
    with over(database, again(database), "query_only=ON") as only_read, only_read.writing() as unit:
        run(unit, "CREATE TABLE big (x)")
    yield


@contextmanager
def disk_refuses(database: Database, folder: Path) -> Iterator[None]:
    """SQLITE_IOERR: the system lets no file grow."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with database.writing() as unit:
        run(unit, "CREATE TABLE big (x)")
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
        try:
            run(unit, "INSERT INTO big VALUES (zeroblob(20000000))")
            unit.sql.commit()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    yield


@contextmanager
def gone(database: Database, folder: Path) -> Iterator[None]:
    """nothing: nobody listens there, so that there is no SQLSTATE."""
    nowhere = open_engine("postgresql://127.0.0.1:1/nowhere")
    with over(database, nowhere) as away, away.reading():
        yield


@contextmanager
def no_lock(database: Database, folder: Path) -> Iterator[None]:
    """55P03: somebody else has the table."""
    with database.writing() as other, database.writing() as unit:
        run(other, "LOCK TABLE ticket IN ACCESS EXCLUSIVE MODE")
        run(unit, "LOCK TABLE ticket IN ACCESS SHARE MODE NOWAIT")
    yield


@contextmanager
def stopped(database: Database, folder: Path) -> Iterator[None]:
    """57014: the statement took longer than it may."""
    with database.reading() as unit:
        run(unit, "SET LOCAL statement_timeout = '10ms'", "SELECT pg_sleep(60)")
    yield


@contextmanager
def thrown_out(database: Database, folder: Path) -> Iterator[None]:
    """57P01: the operator ended this connection, or the server stops."""
    with database.reading() as unit:
        run(unit, "SELECT pg_terminate_backend(pg_backend_pid())")
    yield


@contextmanager
def standby(database: Database, folder: Path) -> Iterator[None]:
    """25006: the server takes no writes."""
    with database.writing() as unit:
        run(unit, "SET TRANSACTION READ ONLY", "CREATE TABLE big (x int)")
    yield


@contextmanager
def overtaken(database: Database, folder: Path) -> Iterator[None]:
    """40001: another transaction changed the row."""
    with database.writing() as unit:
        run(unit, "INSERT INTO outbox VALUES (gen_random_uuid(), 'x', '1', now())")
    with database.writing() as unit:
        run(unit, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SELECT * FROM outbox")
        with database.writing() as other:
            run(other, "UPDATE outbox SET ref = '2'")
        run(unit, "UPDATE outbox SET ref = '3'")
    yield


@contextmanager
def no_room(database: Database, folder: Path) -> Iterator[None]:
    """53400: no more room on the disk for what is sorted."""
    with database.reading() as unit:
        run(unit, "SET LOCAL temp_file_limit = '64kB'", "SET LOCAL work_mem = '64kB'")
        run(unit, "SELECT x FROM generate_series(1, 100000) AS x ORDER BY md5(x::text)")
    yield


BUSY: dict[str, list[Trouble]] = {
    "sqlite": [locked, in_use, full],
    "postgresql": [no_lock, stopped, overtaken, no_room],
}
AWAY: dict[str, list[Trouble]] = {
    "sqlite": [no_such_folder, not_writable, disk_refuses],
    "postgresql": [gone, thrown_out, standby],
}


def cases(troubles: dict[str, list[Trouble]]) -> list:
    """Every trouble on its own database."""
    return [
        pytest.param(name, trouble, marks=[pytest.mark.postgres] if name == "postgresql" else [])
        for name, found in troubles.items()
        for trouble in found
    ]


@pytest.mark.parametrize(("engine", "trouble"), cases(BUSY), indirect=["engine"])
def test_locked_and_full_is_busy(database, tmp_path, trouble):
    """503: asking again may help."""
    seen(database, tmp_path, trouble, DatabaseBusy, "DATABASE_BUSY")


@pytest.mark.parametrize(("engine", "trouble"), cases(AWAY), indirect=["engine"])
def test_what_cannot_be_opened_reached_or_written_is_away(database, tmp_path, trouble):
    """503, and not "busy": who may not write a file is told so, and not to ask again in a second."""
    seen(database, tmp_path, trouble, DatabaseAway, "DATABASE_AWAY")


def seen(database: Database, folder: Path, trouble: Trouble, expected: type[HubError], code: str) -> None:
    """The driver's number is the trouble's; the words carry no address, no statement and no value."""
    with pytest.raises(expected) as told, trouble(database, folder):
        pass

    said = told.value.__cause__.orig  # type: ignore[union-attr]
    number = getattr(said, "sqlite_errorname", None) or getattr(said, "sqlstate", None) or "nothing"
    assert number.startswith(trouble.__doc__.split(":")[0])
    assert isinstance(told.value, Unavailable)
    assert code == told.value.code
    assert not {"SELECT", "INSERT", "big", "folder.db", "127.0.0.1"} & set(str(told.value).split())


def test_when_every_connection_is_in_use_it_is_busy(database):
    """The pool gives none in time."""
    one = create_engine(database.engine.url, pool_size=1, max_overflow=0, pool_timeout=0.01)
    with over(database, one) as narrow, narrow.reading(), pytest.raises(DatabaseBusy), narrow.reading():
        pass


WRONG = {
    "a column": ("SELECT nothing FROM ticket", "nothing"),
    "a table": ("SELECT 1 FROM nowhere", "nowhere"),
    "a word": ("SELEC 1 FROM ticket", "SELEC"),
}


@pytest.mark.parametrize("statement", WRONG)
def test_sql_that_does_not_fit_the_tables_is_a_fault(database, caplog, statement):
    """500, never "busy, ask again"; the error and the log name what is not there."""
    sql, name = WRONG[statement]
    for unit_of_work in (database.reading, database.writing):
        with pytest.raises(DatabaseFault, match=name), unit_of_work() as unit:
            run(unit, sql)

    assert not issubclass(DatabaseFault, Unavailable)
    assert 2 == sum(name in line.getMessage() for line in caplog.records if line.name == "certhub.store")


def test_a_fault_never_tells_a_value(database, caplog):
    """What a database says may repeat what was written into it: told are its own numbers."""
    caplog.set_level(logging.DEBUG)
    wrong = "SELECT CAST(:value AS integer)" if _is_postgres(database) else "SELECT nothing, :value"
    with pytest.raises(DatabaseFault) as told, database.reading() as unit:
        unit.sql.execute(text(wrong), {"value": SECRET})

    assert SECRET not in str(told.value) + caplog.text


def _is_postgres(database: Database) -> bool:
    return database.engine.dialect.name == "postgresql"


def test_a_row_that_is_there_already_stays_what_it_is(database):
    """Who inserts knows what that means."""
    row = "INSERT INTO spent_forgotten VALUES (1, '2026-11-24 09:41:00')"
    with pytest.raises(IntegrityError), database.writing() as unit:
        run(unit, row, row)


def test_a_damaged_file_is_a_fault(database, tmp_path):
    """Asking again mends nothing."""
    junk = tmp_path / "junk.db"
    junk.write_bytes(b"this is no database, whatever its name says. " * 100)

    with (
        over(database, open_engine(f"sqlite:///{junk}")) as damaged,
        pytest.raises(DatabaseFault, match="SQLITE_NOTADB"),
        damaged.reading(),
    ):
        pass


def test_what_a_unit_raises_of_its_own_passes(database):
    """A refusal of ours is not the database's."""
    with pytest.raises(HubError, match="ours") as told, database.writing():
        raise HubError("ours")
    assert HubError is type(told.value)


@pytest.mark.parametrize("engine", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_of_two_writers_that_wait_for_each_other_one_is_busy(database):
    """40P01: PostgreSQL ends one of them. SQLite has one writer at a time."""
    with database.writing() as unit:
        run(unit, *(f"INSERT INTO publisher_lease VALUES ('{name}', 'x', 1)" for name in "ab"))
    meet, ended = threading.Barrier(2), []

    def write(first: str, second: str) -> None:
        try:
            with database.writing() as unit:
                run(unit, f"UPDATE publisher_lease SET beat = 2 WHERE name = '{first}'")
                meet.wait()
                run(unit, f"UPDATE publisher_lease SET beat = 2 WHERE name = '{second}'")
            ended.append("written")
        except DatabaseBusy:
            ended.append("busy")

    threads = [threading.Thread(target=write, args=pair) for pair in ("ab", "ba")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ["busy", "written"] == sorted(ended)


def test_the_api_tells_a_fault_from_a_busy_database(home):
    """A table that is not there: 500 DATABASE_FAULT with words of its own, and nothing of SQL."""
    with home.hub.writing() as unit:
        run(unit, "ALTER TABLE certificate RENAME TO elsewhere")
    answer = api_of(home).get("/api/v1/me/certificates", "holder")
    with home.hub.writing() as unit:
        run(unit, "ALTER TABLE elsewhere RENAME TO certificate")

    assert (500, "DATABASE_FAULT") == (answer.status_code, answer.json()["code"])
    assert "Retry-After" not in answer.headers
    assert "数据库的结构与程序不符" in answer.json()["title"] + answer.json().get("title_zh", "")
    assert not {"select", "certificate"} & set(answer.text.lower().split())
    assert 200 == api_of(home).get("/api/v1/me/certificates", "holder").status_code
