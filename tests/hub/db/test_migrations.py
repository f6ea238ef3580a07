"""From nothing to the newest schema, which is the models'; back to nothing, and up again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect
from sqlmodel import SQLModel

import certhub.app  # noqa: F401  every noun's tables are known once the app is
from certhub.db import migrate
from certhub.db.engine import NoDatabase, open_engine

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=DATABASES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database; on PostgreSQL a schema of it."""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        name = server.create()
        engine = open_engine(server.url(name), schema="certhub_420700")
    else:
        engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    try:
        yield engine
    finally:
        engine.dispose()
        if request.param == "postgresql":
            server.drop(name)


def schema_of(engine: Engine) -> str:
    """Where the tables go."""
    return "certhub_420700" if engine.dialect.name == "postgresql" else ""


def tables(engine: Engine) -> set[str]:
    """What is there."""
    return set(inspect(engine).get_table_names(schema=schema_of(engine) or None))


def test_the_newest_schema_is_the_models(empty):
    """Column by column, index by index: a model changed without a migration is found here."""
    migrate.upgrade(empty, schema=schema_of(empty))

    with empty.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert [] == compare_metadata(context, SQLModel.metadata)


def test_up_and_back_and_up(empty):
    """Every step down takes away what its step up made; nothing is left, and it can be made again."""
    migrate.upgrade(empty, schema=schema_of(empty))
    made = tables(empty)
    migrate.downgrade(empty, "base")
    assert {"alembic_version"} == tables(empty)

    migrate.upgrade(empty, schema=schema_of(empty))

    assert made == tables(empty)
    assert {table.name for table in SQLModel.metadata.sorted_tables} == made - {"alembic_version"}


def test_migrating_twice_changes_nothing(empty):
    """The command can be run whenever somebody is unsure."""
    migrate.upgrade(empty, schema=schema_of(empty))
    migrate.upgrade(empty, schema=schema_of(empty))

    migrate.check(empty)


def test_an_empty_database_is_refused_with_what_to_run(empty):
    """`serve` never creates tables."""
    if schema_of(empty):
        migrate.upgrade(empty, schema=schema_of(empty))
        migrate.downgrade(empty, "base")
    with pytest.raises(NoDatabase, match="certhub migrate"):
        migrate.check(empty)


def test_a_database_of_a_newer_version_is_left_alone(tmp_path):
    """An older program does not guess: it says which one to run."""
    url = f"sqlite:///{tmp_path / 'newer.db'}"
    migrate.bring_up(url)
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()

    with pytest.raises(NoDatabase, match="newer version"):
        migrate.bring_up(url)


def test_slots_of_before_keep_their_owners_and_decoys_go_with_the_step_down(empty):
    """0001 to 0002 and back: a certificate's slot is never touched."""
    schema = schema_of(empty)
    migrate.upgrade(empty, schema=schema, revision="0001")
    owned = "INSERT INTO status_slot VALUES (1, 7, 2, 9, '01a20cee17e07e13a5b01242d221a18c')"
    with empty.begin() as connection:
        connection.execution_options(certhub_writes=True).exec_driver_sql(owned)
    migrate.upgrade(empty, schema=schema)
    with empty.begin() as connection:
        connection.exec_driver_sql("INSERT INTO status_slot VALUES (1, 8, 1, NULL, NULL, NULL)")
    migrate.downgrade(empty, "0001")

    with empty.connect() as connection:
        rows = connection.exec_driver_sql("SELECT list_index, value, bucket FROM status_slot").all()
    assert [(7, 2, 9)] == rows


def test_there_is_one_line_of_migrations():
    """No two heads, and every file can be reached."""
    scripts = ScriptDirectory(str(migrate.MIGRATIONS))

    assert 1 == len(scripts.get_heads())
    files = {path.name for path in (migrate.MIGRATIONS / "versions").glob("[0-9]*.py")}
    assert files == {Path(script.path).name for script in scripts.walk_revisions()}
