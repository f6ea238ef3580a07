"""An empty store of this test's own, on SQLite and (marked) on PostgreSQL."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from certhub.db import migrate
from certhub.db.engine import Database, open_engine
from certhub.db.sealing import Vault
from tests.support.region import Clock

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture
def vault() -> Vault:
    """A vault with four keys of its own."""
    return Vault(*(secrets.token_bytes(32) for _ in range(4)), secrets.token_bytes)


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine over an empty database."""
    if request.param == "sqlite":
        made = open_engine(f"sqlite:///{tmp_path / 'test.db'}")
        yield made
        made.dispose()
        return
    server = request.getfixturevalue("postgres")
    name = server.create()
    made = open_engine(server.url(name))
    yield made
    made.dispose()
    server.drop(name)


@pytest.fixture
def database(engine: Engine, vault: Vault) -> Database:
    """A migrated database with nothing in it, at a time that stands still."""
    migrate.upgrade(engine)
    return Database(engine, vault, Clock(), secrets.token_bytes)
