"""A hub of the last release (commit 3ae5ef0), as that release left it: tests/hub/db/release-3ae5ef0.tar.xz.

Its code founded the demo's 420700 without the demo's certificates, issued three, suspended one and revoked one with a
reason that names somebody, answered a clerk at home and one of the other region, left a ticket open, and published.
Keys, passphrase and tokens in it open nothing but this made-up hub.

    facts.json   the ids of the certificates, the open ticket, and the receipt that the clerk got
"""

import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, MetaData, create_engine, delete, insert

from certhub.db import migrate
from certhub.db.engine import open_engine
from certhub.settings import FILE, Settings

ARCHIVE = Path(__file__).parents[1] / "hub" / "db" / "release-3ae5ef0.tar.xz"
MIGRATED = {"alembic_version", "schema_range"}
"""Tables that a migration fills by itself."""
REASON, DECISION, CASE, WINDOW = (
    "当事人诸葛紫嫣7731来电",
    "鄂演决字〔2026〕第7731号",
    "案号-7731",
    "七七三一窗",
)
"""Free text that the release kept in clear."""


def unpack(folder: Path, file: Path = ARCHIVE) -> tuple[Path, dict[str, Any]]:
    """Put the hub of an archive into `folder`; return its own folder, and its facts."""
    with tarfile.open(file) as archive:
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Python 3.11.4 brought it
        archive.extractall(folder, **safe)
    made = folder / "420700"
    return made, json.loads((made / "facts.json").read_text(encoding="utf-8"))


def to_postgres(folder: Path, url: str) -> None:
    """Move the unpacked hub's rows to PostgreSQL, at the schema that the release had there."""
    engine = open_engine(url)
    theirs, ours = MetaData(), MetaData()
    with _raw(folder / "certhub.db") as source:
        with source.connect() as old:
            revision = old.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
        migrate.upgrade(engine, revision=revision)
        theirs.reflect(source)
        ours.reflect(engine)
        with source.connect() as old, engine.begin() as new:
            for table in theirs.sorted_tables:
                rows = [_typed(row._mapping, ours.tables[table.name]) for row in old.execute(table.select())]
                if rows and table.name not in MIGRATED:
                    new.execute(
                        delete(ours.tables[table.name])
                    )  # a migration may have written rows of its own
                    new.execute(insert(ours.tables[table.name]), rows)
    engine.dispose()
    (folder / "certhub.db").unlink()
    settings = folder / FILE
    settings.write_text(settings.read_text() + f'database_url = "{url}"\n')
    assert url == Settings.load(folder).database_url


@contextmanager
def _raw(path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{path}")
    try:
        yield engine
    finally:
        engine.dispose()


def _typed(row: Any, table: Any) -> dict[str, Any]:
    """SQLite has times without a zone, which are UTC, and ids as text."""
    return {
        name: _aware(value) if table.c[name].type.python_type.__name__ == "datetime" else value
        for name, value in row.items()
    }


def _aware(value: Any) -> Any:
    from datetime import UTC

    return value if value is None else value.replace(tzinfo=UTC)
