"""Bring a database to the newest schema, or ask where it stands. The migrations ship in the wheel."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from certhub.db.adoption import REVISION as ADOPTING
from certhub.db.engine import NoDatabase, open_engine

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, *, schema: str = "", revision: str = "head") -> None:
    """Create or migrate the tables; on PostgreSQL in `schema` when one is named."""
    with engine.connect() as connection:
        writer = connection.execution_options(certhub_writes=True)
        with writer.begin():
            if schema:
                writer.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
            command.upgrade(_config(connection=writer), revision)


def bring_up(url: str, *, schema: str = "", adopt: Callable[[Engine], None] | None = None) -> None:
    """Bring the database at `url` to this version, and be sure that it is there.

    `adopt` gives rows of before their MAC, halfway (certhub/db/adoption.py); it is called only for a database that
    is not younger than that.

    Raises:
        NoDatabase: it is of a newer version than this one, or has rows to adopt and nobody to do it.
    """
    engine = open_engine(url, schema=schema)
    try:
        if _has_rows_of_before(engine):
            if adopt is None:
                raise NoDatabase("the database has rows of an earlier version: run `certhub migrate`")
            upgrade(engine, schema=schema, revision=ADOPTING)
            adopt(engine)
        upgrade(engine, schema=schema)
        check(engine)
    except CommandError as unknown:
        raise NoDatabase("the database was made by a newer version than this one: run that one") from unknown
    finally:
        engine.dispose()


def _has_rows_of_before(engine: Engine) -> bool:
    scripts = ScriptDirectory(str(MIGRATIONS))
    older = {script.revision for script in scripts.walk_revisions("base", ADOPTING)}
    return _revision(engine) in older


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def downgrade(engine: Engine, revision: str) -> None:
    """Take migrations back to `revision` (`base` for none)."""
    with engine.connect() as connection:
        writer = connection.execution_options(certhub_writes=True)
        with writer.begin():
            command.downgrade(_config(connection=writer), revision)


def check(engine: Engine) -> None:
    """Refuse a database that is missing or not at this version's schema.

    Raises:
        NoDatabase: says which revision it has and what to run.
    """
    found = _revision(engine)
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if found != head:
        raise NoDatabase(
            f"the database is at {found or 'nothing'}, this version needs {head}: run `certhub migrate`"
        )


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
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
