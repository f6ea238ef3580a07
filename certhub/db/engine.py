"""Engines and units of work.

Every writing unit on SQLite starts BEGIN IMMEDIATE: with a plain BEGIN four processes failed 1,036 of 1,200
writes, because a reader that turns writer cannot wait. No unit does network or signing inside, and none
holds more than 500 rows. On PostgreSQL the same units run READ COMMITTED: what must be unique rests on
single-row unique inserts, never on an isolation level.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from certhub.adapters import private
from certhub.adapters.clock import Clock
from certhub.db import ids
from certhub.db.failures import translated
from certhub.db.sealing import Vault
from certhub.errors import HubError

DATABASE_ERROR = SQLAlchemyError
"""What a database or its address that cannot be used raises, for who may not know SQL."""
BUSY_TIMEOUT_MS = 10_000
POOL, OVERFLOW = 4, 4  # per process: the knee on two cores is 8 connections


class NoDatabase(HubError):
    """The database is not there; `serve` never creates one."""

    code = "NO_DATABASE"


@dataclass
class Unit:
    """One transaction: what the stores of the nouns are handed.

    `sql` speaks to the database, `vault` seals, `now` is the moment of the whole unit; `refused` counts, by
    table, the rows that were read and not believed since the process began.
    """

    sql: Connection
    vault: Vault
    now: datetime
    random: Callable[[int], bytes]
    refused: Counter[str] = field(default_factory=Counter)

    def new_id(self) -> UUID:
        """Return a fresh time-ordered row id."""
        return ids.row_id(self.now, self.random)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.sql.dialect.name


@dataclass(frozen=True)
class Database:
    """Makes units of work over one engine."""

    engine: Engine
    vault: Vault
    clock: Clock
    random: Callable[[int], bytes]
    refused: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def reading(self) -> Iterator[Unit]:
        """One consistent view; nothing is written."""
        with translated(), self.engine.connect() as connection, connection.begin():
            yield self._unit(connection)

    @contextmanager
    def writing(self) -> Iterator[Unit]:
        """One transaction, all or nothing; committed when the block ends without an exception."""
        with translated(), self.engine.connect() as connection:
            writer = connection.execution_options(certhub_writes=True)
            with writer.begin():
                yield self._unit(writer)

    def _unit(self, connection: Connection) -> Unit:
        return Unit(connection, self.vault, self.clock.now(), self.random, self.refused)


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
        writes = connection.get_execution_options().get("certhub_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
