"""Watches which statements a hub sends, by Core or to the driver, and asks its database how it would read for them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import event

from certhub.db.engine import Database, Unit
from certhub.db.lines import Line
from certhub.hub import Hub

Values = Sequence[Any] | Mapping[str, Any]
_READS = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
_WHOLE = {
    "sqlite": re.compile(r"\bSCAN (?P<table>[a-z_]+)"),
    "postgresql": re.compile(r"Seq Scan on (?P<table>[a-z_]+)"),
}
"""How a plan says that a table, or an index of it, is read from end to end."""


@dataclass(frozen=True)
class _Driver:
    """A connection of the driver that writes down what it is sent."""

    driver: Any
    sent: dict[str, Values]

    def execute(self, text: str, values: Values = ()) -> Any:
        """Run a statement."""
        self.sent[text] = values
        return self.driver.execute(text, values)

    def cursor(self) -> "_Driver":
        """Return what runs a statement many times."""
        return _Driver(self.driver.cursor(), self.sent)

    def executemany(self, text: str, values: Sequence[Values], **how: Any) -> Any:
        """Run a statement for each of these values."""
        self.sent[text] = values[0]
        return self.driver.executemany(text, values, **how)

    def __getattr__(self, name: str) -> Any:
        """Be the driver in all else: its rows, and what it says of itself."""
        return getattr(self.driver, name)


class _Watched(Database):
    """A database whose units write down what they send to the driver."""

    sent: dict[str, Values]

    def _unit(self, line: Line) -> Unit:
        return super()._unit(replace(line, driver=_Driver(line.driver, self.sent)))


@dataclass(frozen=True)
class Statements:
    """What was sent to a database: each text once, with the values of the last time."""

    sent: dict[str, Values] = field(default_factory=dict)

    def read_whole(self, hub: Hub, tables: frozenset[str]) -> list[str]:
        """Return the statements for which the database would read one of these tables whole, each with its plan."""
        whole = _WHOLE[hub.database.engine.dialect.name]
        return [
            f"{text}\n    {plan}"
            for text, plan in self.plans(hub).items()
            if tables & {one["table"] for one in whole.finditer(plan)}
        ]

    def plans(self, hub: Hub) -> dict[str, str]:
        """Return how the database would read for each statement."""
        with hub.database.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET enable_seqscan = off")  # few rows are read whole anyway
            return {text: _plan(connection, text, values) for text, values in self.sent.items()}


def _plan(connection: Any, text: str, values: Values) -> str:
    asked = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    rows = connection.connection.driver_connection.execute(f"{asked} {text}", values).fetchall()
    return " | ".join(str(row[-1]) for row in rows)


@contextmanager
def watched(hub: Hub) -> Iterator[tuple[Hub, Statements]]:
    """Give a hub over the same database, and what it sends to it."""
    statements = Statements()
    database = _Watched(*(getattr(hub.database, name) for name in ("engine", "vault", "clock", "random")))
    object.__setattr__(database, "sent", statements.sent)

    def look(_: object, __: object, text: str, values: Values, ___: object, is_many: bool) -> None:
        if _READS.match(text):
            statements.sent[text] = values[0] if is_many else values

    event.listen(database.engine, "before_cursor_execute", look)
    try:
        yield replace(hub, database=database), statements
    finally:
        event.remove(database.engine, "before_cursor_execute", look)
        database.lines.close()
        for text in [text for text in statements.sent if not _READS.match(text)]:
            del statements.sent[text]
