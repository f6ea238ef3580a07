"""Watches which statements a deed sends to a database."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event


def statements_of(deed: Callable[[], object], engine: Engine) -> list[str]:
    """Do `deed`; return the statements that it sent over `engine`, without BEGIN."""
    sent: list[str] = []

    def look(connection: object, cursor: object, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", look)
    try:
        deed()
    finally:
        event.remove(engine, "before_cursor_execute", look)
    return sent
