"""Two `certhub migrate` at the same time: on PostgreSQL the second waits for the first, and finds it done."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from certhub.db import migrate
from certhub.db.engine import open_engine
from tests.house.source import ROOT
from tests.support.postgres import Postgres

pytestmark = pytest.mark.postgres
SCHEMA = "certhub_420700"
BRING_UP = f"import sys; from certhub.db import migrate; migrate.bring_up(sys.argv[1], schema={SCHEMA!r})"
WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    """An empty database."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


def start(url: str) -> "subprocess.Popen[str]":
    """Bring a database up in a process of its own."""
    command = [sys.executable, "-c", BRING_UP, url]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def waits(connection: Connection, process: "subprocess.Popen[str]") -> bool:
    """Look until the process waits for the lock; False where it ended without."""
    while process.poll() is None:
        if connection.scalar(WAITING):
            return True
    return False


def test_who_comes_second_waits(url):
    """It changes nothing while the first is at work, and ends well after it."""
    engine = open_engine(url, schema=SCHEMA)
    with engine.connect() as connection, connection.begin():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": migrate.lock_key(SCHEMA)})
        process = start(url)
        assert waits(connection, process)
        assert not migrate.has_schema(url, SCHEMA)
    _, said = process.communicate(timeout=60)

    assert 0 == process.returncode, said
    assert "another process brings this database up" in said
    migrate.check(engine)
    engine.dispose()


def test_another_schema_does_not_wait(url):
    """Two regions in one database are brought up independently."""
    engine = open_engine(url)
    with engine.connect() as connection, connection.begin():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": migrate.lock_key("other")})
        process = start(url)
        assert not waits(connection, process)
    _, said = process.communicate(timeout=60)

    assert 0 == process.returncode, said
    engine.dispose()


def test_four_at_once_all_end_well(url):
    """Without the lock all but one failed on a table that was there already."""
    said = [process.communicate(timeout=120)[1] for process in [start(url) for _ in range(4)]]

    assert [] == [text for text in said if "Error" in text]
    engine = open_engine(url, schema=SCHEMA)
    migrate.check(engine)
    engine.dispose()
