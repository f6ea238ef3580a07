"""Bring a database to the newest schema, or ask where it stands. The migrations ship in the wheel.

A database may be newer than the code: then it says itself whether this code may work with it (db/schema_range.py).
One that is older is brought up first; no code works with tables that it no longer expects.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from certhub.db.adoption import REVISION as ADOPTING
from certhub.db.engine import NoDatabase, open_engine
from certhub.db.failures import translated
from certhub.db.schema_range import Range, ranges, refusing

log = logging.getLogger("certhub.store")

MIGRATIONS = Path(__file__).parent / "migrations"


class DatabaseTooNew(NoDatabase):
    """The database was changed by a newer version in a way that this one cannot work with."""

    code = "DATABASE_TOO_NEW"


@dataclass(frozen=True)
class Standing:
    """Where a database stands: its revision, the newest that the code has, and whether it is newer than the code.

    `refused_by` is what a newer database says against this code; None where it may be served.
    """

    revision: str | None
    newest: str
    is_newer: bool = False
    refused_by: Range | None = None

    @property
    def words(self) -> str:
        """Say where a database stands that this code works with."""
        if self.is_newer:
            return f"schema {self.revision}, newer than this version's {self.newest}, which may serve it"
        return "newest schema"

    def require(self) -> None:
        """Refuse a database that this code cannot work with.

        Raises:
            NoDatabase: it is missing, or older than the code; says what to run.
            DatabaseTooNew: it needs newer code; says which.
        """
        if self.refused_by is not None:
            made_by = self.refused_by.applied_by
            run = f"certhub {made_by} or newer" if made_by else "the newer version of certhub that changed it"
            raise DatabaseTooNew(
                f"the database is at {self.revision}, which code older than {self.refused_by.oldest_code} cannot"
                f" work with, and this code is at {self.newest}: run {run}"
            )
        if not self.is_newer and self.revision != self.newest:
            raise NoDatabase(
                f"the database is at {self.revision or 'nothing'}, this version needs {self.newest}:"
                " run `certhub migrate`"
            )


def standing(engine: Engine, *, scripts: Path = MIGRATIONS) -> Standing:
    """Look where a database stands; `scripts` are the migrations of the code that asks."""
    known, ours = _known(scripts)
    with translated(), engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        if found is None or found in known:
            return Standing(found, ours)
        return Standing(found, ours, True, refusing(ranges(connection), found, known))


def check(engine: Engine, *, scripts: Path = MIGRATIONS) -> Standing:
    """Refuse a database that is missing, older than this code, or too new for it; else say where it stands.

    Raises:
        NoDatabase, DatabaseTooNew: as `Standing.require`.
        DatabaseBusy, DatabaseAway: it could not be looked at now.
    """
    found = standing(engine, scripts=scripts)
    found.require()
    return found


def newest(scripts: Path = MIGRATIONS) -> str:
    """Return the newest revision that a folder of migrations has."""
    return _known(scripts)[1]


@cache
def _known(scripts: Path) -> tuple[frozenset[str], str]:
    """Return the revisions that a folder of migrations knows, and the newest of them."""
    found = ScriptDirectory(str(scripts))
    return frozenset(script.revision for script in found.walk_revisions()), found.get_current_head() or ""


def upgrade(engine: Engine, *, schema: str = "", revision: str = "head", scripts: Path = MIGRATIONS) -> None:
    """Create or migrate the tables; on PostgreSQL in `schema` when one is named."""
    with engine.connect() as connection:
        writer = connection.execution_options(certhub_writes=True)
        with writer.begin():
            if schema:
                writer.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
            command.upgrade(_config(scripts, connection=writer), revision)


def bring_up(url: str, *, schema: str = "", adopt: Callable[[Engine], None] | None = None) -> Standing:
    """Bring the database at `url` to this version, and be sure that it is there.

    `adopt` gives rows of before their MAC, halfway (certhub/db/adoption.py); it is called only for a database that
    is not younger than that. A database that is newer than this code, and may be served by it, is left as it is.

    Raises:
        NoDatabase: it has rows to adopt and nobody to do it.
        DatabaseTooNew: it is of a newer version, and this one cannot work with it.
    """
    engine = open_engine(url, schema=schema)
    try:
        with _alone(engine, schema):
            before = standing(engine)
            if before.is_newer:
                before.require()
                return before
            if before.revision in _up_to(ADOPTING):
                if adopt is None:
                    raise NoDatabase("the database has rows of an earlier version: run `certhub migrate`")
                upgrade(engine, schema=schema, revision=ADOPTING)
                adopt(engine)
            upgrade(engine, schema=schema)
            return check(engine)
    finally:
        engine.dispose()


@contextmanager
def _alone(engine: Engine, schema: str) -> Iterator[None]:
    """Let one at a time bring a PostgreSQL schema up; who comes second waits, and finds it done.

    The lock belongs to a transaction that touches no table, so it ends with the process that holds it, also behind a
    pool that hands out transactions. SQLite has no such lock; there each upgrade is one writing transaction.
    """
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect() as connection, connection.begin():
        key = {"key": lock_key(schema)}
        with translated():
            if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), key):
                log.warning("migrate: another process brings this database up; waiting for it")
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), key)
        yield


def lock_key(schema: str) -> int:
    """Return the number of the advisory lock under which a schema is brought up (64 bits, signed)."""
    return int.from_bytes(sha256(f"certhub migrate {schema}".encode()).digest()[:8], "big", signed=True)


def _up_to(revision: str) -> set[str]:
    """Return the revisions up to one, that one included: a database that is there still has rows to adopt."""
    return {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions("base", revision)}


def downgrade(engine: Engine, revision: str, *, scripts: Path = MIGRATIONS) -> None:
    """Take migrations back to `revision` (`base` for none)."""
    with engine.connect() as connection:
        writer = connection.execution_options(certhub_writes=True)
        with writer.begin():
            command.downgrade(_config(scripts, connection=writer), revision)


def _config(scripts: Path, *, connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def has_schema(url: str, schema: str) -> bool:
    """Say whether the PostgreSQL database at a URL has a schema."""
    with _visit(url) as connection:
        found = connection.execute(text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": schema})
        return found.first() is not None


def drop_schema(url: str, schema: str) -> None:
    """Take a schema and everything in it away from the PostgreSQL database at a URL."""
    with _visit(url) as connection:
        connection.execute(text(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'))


@contextmanager
def _visit(url: str) -> Iterator[Connection]:
    """Connect for one transaction and leave nothing open behind."""
    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
