"""Engines and units of work.

Every writing unit on SQLite starts BEGIN IMMEDIATE: with a plain BEGIN four processes failed 1,036 of 1,200
writes, because a reader that turns writer cannot wait. No unit does network or signing inside, and none
holds more than 500 rows. On PostgreSQL the same units run READ COMMITTED: what must be unique rests on
single-row unique inserts, never on an isolation level.

SQLite's connections are kept (lines.py), and the writers of one process wait for each other before they ask the file
for its lock: SQLite lets who waits sleep and try again, so that the unlucky waited half a second.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Dialect, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from certhub.adapters import private
from certhub.adapters.clock import Clock
from certhub.db import ids
from certhub.db.failures import DatabaseBusy, translated
from certhub.db.lines import BEGUN, Line, Lines
from certhub.db.prepared import Filled, Prepared
from certhub.db.sealing import Vault
from certhub.errors import HubError

DATABASE_ERROR = SQLAlchemyError
"""What a database or its address that cannot be used raises, for who may not know SQL."""
BUSY_TIMEOUT_MS = 10_000
POOL, OVERFLOW = 4, 4  # per process: the knee on two cores is 8 connections


class NoDatabase(HubError):
    """The database is not there; `serve` never creates one."""

    code = "NO_DATABASE"


@dataclass(frozen=True, slots=True)
class Pen:
    """What makes rows: `vault` seals them, `now` dates them, `random` gives them their ids and salts."""

    vault: Vault
    now: datetime
    random: Callable[[int], bytes]

    def new_id(self) -> UUID:
        """Return a fresh time-ordered row id."""
        return ids.row_id(self.now, self.random)


@dataclass(frozen=True, slots=True)
class FarPen(Pen):
    """A pen in another process than the writer's: its rows are made ready for the driver of their database."""

    dialect: Dialect

    def filled(self, statement: Prepared, rows: Sequence[Mapping[str, Any]]) -> Filled:
        """Return a prepared statement with the values of these rows."""
        return statement.filled(self.dialect, rows)


@dataclass(frozen=True, slots=True)
class Unit(Pen):
    """One transaction: what the stores of the nouns are handed.

    `line` speaks to the database; `now` is the moment of the whole unit; `refused` counts, by table, the rows that
    were read and not believed since the process began.
    """

    line: Line
    refused: Counter[str]

    @property
    def sql(self) -> Connection:
        """The transaction as Core knows it."""
        return self.line.sql

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.line.dialect.name

    def rows(self, statement: Prepared, **values: Any) -> list[Any]:
        """Return the rows of a prepared statement, or what its insert returns."""
        text = statement.text(self.line.dialect)
        return text.read(self.line.run(text.sql, text.bind(values)))

    def insert(self, statement: Prepared, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows by a prepared statement."""
        self.put(statement.filled(self.line.dialect, rows))

    def put(self, rows: Filled) -> None:
        """Insert rows that are ready for the driver."""
        self.line.run_many(rows.sql, rows.values)

    def returned(self, statement: Prepared, rows: Sequence[Mapping[str, Any]] | Filled) -> list[list[Any]]:
        """Run a prepared statement for each of these rows, in order; return for each what it returns."""
        text = statement.text(self.line.dialect)
        filled = rows if isinstance(rows, Filled) else statement.filled(self.line.dialect, rows)
        return [text.read(found) for found in self.line.run_each(filled.sql, filled.values)]


@dataclass(frozen=True)
class Database:
    """Makes units of work over one engine."""

    engine: Engine
    vault: Vault
    clock: Clock
    random: Callable[[int], bytes]
    refused: Counter[str] = field(default_factory=Counter)
    lines: Lines = field(init=False)

    def __post_init__(self) -> None:
        """Keep the engine's connections."""
        object.__setattr__(self, "lines", Lines(self.engine))

    def pen(self) -> Pen:
        """Return what makes rows now, outside any transaction."""
        return Pen(self.vault, self.clock.now(), self.random)

    def far_pen(self, now: datetime) -> FarPen:
        """Return what makes rows of a moment in another process, for this database."""
        return FarPen(self.vault, now, self.random, self.engine.dialect)

    @contextmanager
    def reading(self) -> Iterator[Unit]:
        """One consistent view; nothing is written."""
        with translated(), self.lines.begun(writes=False) as line:
            yield self._unit(line)

    @contextmanager
    def writing(self) -> Iterator[Unit]:
        """One transaction, all or nothing; committed when the block ends without an exception.

        Raises:
            DatabaseBusy: the other writers of this process took longer than BUSY_TIMEOUT_MS.
        """
        with translated(), self._one_at_a_time(), self.lines.begun(writes=True) as line:
            yield self._unit(line)

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """Let the writers of this process wait for each other, where the database has one writer at a time."""
        if self.engine.dialect.name != "sqlite":
            yield
            return
        if not self.lines.writer.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            raise DatabaseBusy("other writers of this process hold the database")
        try:
            yield
        finally:
            self.lines.writer.release()

    def _unit(self, line: Line) -> Unit:
        return Unit(self.vault, self.clock.now(), self.random, line, self.refused)

    def close(self) -> None:
        """Let go of every connection."""
        self.lines.close()
        self.engine.dispose()


def open_engine(url: str, *, schema: str = "") -> Engine:
    """Open an engine for a SQLAlchemy or libpq URL; `schema` is PostgreSQL's search path."""
    parsed = _with_driver(make_url(url))
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    options: dict[str, Any] = {"options": f"-csearch_path={schema}"} if schema else {}
    return create_engine(
        parsed,
        hide_parameters=True,
        pool_size=POOL,
        max_overflow=OVERFLOW,
        pool_pre_ping=True,
        connect_args=options,
    )


def _with_driver(url: URL) -> URL:
    """A libpq URI (postgresql://…) is taken as it is; psycopg 3 is the driver."""
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgresql", "postgres"} else url


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,  # an error text must not carry a value
        pool_size=POOL,
        max_overflow=40,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
    )

    @event.listens_for(engine, "do_connect")
    def make_private(*_: Any) -> None:
        """SQLite gives its -wal and -shm the mode of the file itself, so that is made first (not its folder)."""
        path = Path(url.database or "")
        if url.database not in {None, "", ":memory:"} and path.parent.is_dir() and not path.exists():
            private.open_file(path, os.O_APPEND).close()

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get(BEGUN):  # a kept line has begun by itself
            connection.exec_driver_sql("BEGIN")

    return engine
