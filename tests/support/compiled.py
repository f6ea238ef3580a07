"""Compiled statements, shared by the engines of one test process: a hub compiles each once, its tests once an engine.

Each test opens two hubs and a hub has its own engine, so every statement was compiled anew for each test: a sixth of
what a test of a flow costs. What is kept of a statement depends on the database's kind, driver and version alone.
"""

from typing import Any

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.util import LRUCache

KEPT = 2000


class Shared:
    """The mapping that SQLAlchemy's option `compiled_cache` takes; dialects that spell alike are one here."""

    def __init__(self) -> None:
        self._kept: LRUCache[Any, Any] = LRUCache(KEPT)

    def get(self, key: tuple[Any, ...]) -> Any:
        """Return what was compiled, None when it was not yet."""
        return self._kept.get(_alike(key))

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        self._kept[_alike(key)] = compiled


def _alike(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """Put what spells a statement in the place of the dialect, which is an engine's own."""
    dialect: Dialect = key[0]
    return ((dialect.name, dialect.driver, dialect.server_version_info), *key[1:])


def share() -> None:
    """Have every connection of this process, of whichever engine, keep what it compiles in one place."""
    shared: Any = Shared()

    @event.listens_for(Engine, "engine_connect")
    def keep(connection: Connection) -> None:
        connection.execution_options(compiled_cache=shared)
