"""Bring a hub's database to this version, and adopt its rows of before once (certhub/db/adoption.py).

    DATA/adopted.json   {"format": 1, "at": ISO time, "rows": {table: n}, "left": {table: n}, "accounts": [id, …]}

That it was done stands in the hub's folder, not in the database: somebody who writes the database could otherwise
turn its version back, add a row, and have the next `certhub migrate` make it ours.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from certhub.adapters import private
from certhub.db import adoption, migrate
from certhub.db.adoption import Adoption
from certhub.db.engine import Database, open_engine
from certhub.errors import Conflict
from certhub.hub import database_url, keys_of, vault_of
from certhub.records.certificates import search, terms
from certhub.settings import Settings
from certhub.setup import state_history

FILE = "adopted.json"


class AlreadyAdopted(Conflict):
    """The rows of this hub were adopted before, and its database is again one of before."""

    code = "ALREADY_ADOPTED"


def bring_up(
    settings: Settings,
    *,
    now: datetime,
    random: Callable[[int], bytes],
    restored: bool = False,
    step: Callable[[str], None] = lambda name: None,
) -> Adoption | None:
    """Bring the database of a hub to this version; the key store is opened only when there are rows to adopt.

    `restored` says that an old copy of the database was put back on purpose: its rows are adopted again.

    Returns:
        What was adopted; None where there was nothing to adopt. A database that is newer than this version, and may
        be served by it, is left as it is.

    Raises:
        AlreadyAdopted: there are rows of before although they were adopted, and nobody said that this is right.
        DatabaseTooNew: the database is of a newer version, and this one cannot work with it.
    """
    done: list[Adoption] = []

    def adopt(engine: Engine) -> None:
        if (settings.data / FILE).exists() and not restored:
            raise AlreadyAdopted(
                "the rows of this hub were adopted before, and its database is one of before again; if an old"
                " copy was put back on purpose, say so with --restored"
            )
        done.append(adoption.adopt(engine, vault_of(keys_of(settings), random), step=step))

    stands = migrate.bring_up(database_url(settings), schema=settings.database_schema, adopt=adopt)
    if stands.is_newer:
        return None
    _fill(settings, now=now, random=random)
    if done or not (settings.data / FILE).exists():
        note(settings, done[0] if done else None, now=now)
    return done[0] if done else None


def newer_revision(settings: Settings) -> str | None:
    """Return the revision of a hub's database where it is newer than this version; None where it is not."""
    engine = open_engine(database_url(settings), schema=settings.database_schema)
    try:
        stands = migrate.standing(engine)
        return stands.revision if stands.is_newer else None
    finally:
        engine.dispose()


@dataclass(frozen=True)
class _Stopped:
    """The time of one command."""

    time: datetime

    def now(self) -> datetime:
        """Return when the command began."""
        return self.time

    def monotonic(self) -> float:
        """Nothing is measured."""
        return 0.0


def _fill(settings: Settings, *, now: datetime, random: Callable[[int], bytes]) -> None:
    """Fill in what tables of today know of rows of before, some in a transaction; run again it goes on.

    The key store is opened only where something is missing.
    """
    engine = open_engine(database_url(settings), schema=settings.database_schema)

    @cache
    def database() -> Database:
        vault = vault_of(keys_of(settings), random)
        return Database(engine, vault, _Stopped(now), random)

    try:
        with engine.connect() as connection:
            is_complete = terms.is_complete(connection)
        if not is_complete:
            _fill_index(database())
        state_history.fill_all(engine, database)
    finally:
        engine.dispose()


def _fill_index(database: Database) -> None:
    """Put certificates of before into the search index."""
    last: UUID | None = None
    while True:
        with database.writing() as unit:
            last = search.fill(unit, before=last)
        if last is None:
            return


def note(settings: Settings, adopted: Adoption | None, *, now: datetime) -> None:
    """Write down, in the hub's folder, that nothing is left to adopt."""
    told: dict[str, Any] = {"format": 1, "at": now.isoformat(timespec="seconds")} | (
        {"rows": {}, "left": {}, "accounts": []} if adopted is None else to_dict(adopted)
    )
    private.write(settings.data / FILE, json.dumps(told, indent=1).encode())


def to_dict(adopted: Adoption) -> dict[str, Any]:
    """Return an adoption as JSON, without names."""
    return {
        "rows": {table: n for table, n in adopted.rows.items() if n},
        "left": {table: n for table, n in adopted.left.items() if n},
        "accounts": [str(account.id) for account in adopted.accounts],
    }
