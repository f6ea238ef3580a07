"""The connections that units of work run on.

    sqlite       kept: taken from the engine once, given from unit to unit; BEGIN and COMMIT go straight to the driver
    postgresql   the engine's pool, which asks each connection whether it still lives

A line runs prepared statements on the driver and all else through Core, in one transaction. What the driver raises
comes out as SQLAlchemy's errors, as if Core had run it.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError

from certhub.db.prepared import Bound

BEGUN = "certhub_begun"
"""The execution option of a connection whose transaction was begun on the driver."""


@dataclass(frozen=True, slots=True)
class Line:
    """A connection as Core has it (`sql`) and as the driver has it."""

    sql: Connection
    driver: Any
    dialect: Dialect

    @classmethod
    def over(cls, sql: Connection) -> "Line":
        """Return the line over a connection of Core."""
        return cls(sql, sql.connection.driver_connection, sql.dialect)

    def run(self, text: str, values: Bound = ()) -> Sequence[Sequence[Any]]:
        """Run a statement on the driver; return its rows, none where it returns none."""
        try:
            cursor = self.driver.execute(text, values)
            return () if cursor.description is None else cursor.fetchall()
        except self.dialect.loaded_dbapi.Error as broken:
            raise self._as_core_says(broken, text) from broken

    def run_many(self, text: str, values: Sequence[Bound]) -> None:
        """Run a statement for each of these values."""
        try:
            if len(values) == 1:
                self.driver.execute(text, values[0])
            elif values:
                self.driver.cursor().executemany(text, values)
        except self.dialect.loaded_dbapi.Error as broken:
            raise self._as_core_says(broken, text) from broken

    def run_each(self, text: str, values: Sequence[Bound]) -> list[Sequence[Sequence[Any]]]:
        """Run a statement that returns rows for each of these values; return for each its rows."""
        try:
            if self.dialect.name == "sqlite":
                return [self.driver.execute(text, one).fetchall() for one in values]
            if not values:
                return []
            cursor, found = self.driver.cursor(), []
            cursor.executemany(
                text, values, returning=True
            )  # psycopg sends them all before it reads an answer
            for _ in values:
                found.append(cursor.fetchall())
                cursor.nextset()
            return found
        except self.dialect.loaded_dbapi.Error as broken:
            raise self._as_core_says(broken, text) from broken

    def _as_core_says(self, broken: Any, text: str) -> BaseException:
        errors = self.dialect.loaded_dbapi.Error
        is_gone = self.dialect.is_disconnect(broken, self.driver, None)
        said: BaseException = DBAPIError.instance(
            text,
            None,
            broken,
            errors,
            hide_parameters=True,
            connection_invalidated=is_gone,
            dialect=self.dialect,
        )
        return said


class Lines:
    """Gives units of work their lines; `writer` is held by the process's one writer, where there can be only one."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._kept, self.writer = engine, deque[Line](), Lock()
        self._keeps = engine.dialect.name == "sqlite"

    @contextmanager
    def begun(self, *, writes: bool) -> Iterator[Line]:
        """Give a line in a transaction: committed when the block ends without an exception, else rolled back."""
        if not self._keeps:
            with self._engine.connect() as connection, connection.begin():
                yield Line.over(connection)
            return
        line = self._taken()
        try:
            line.run("BEGIN IMMEDIATE" if writes else "BEGIN")
            yield line
            _end(line, keep=True)
        except BaseException:
            _let_go(line)
            raise
        self._kept.append(line)

    def _taken(self) -> Line:
        try:
            return self._kept.pop()
        except IndexError:
            return Line.over(self._engine.connect().execution_options(**{BEGUN: True}))

    def close(self) -> None:
        """Let go of every kept line."""
        while self._kept:
            self._kept.pop().sql.close()


def _end(line: Line, *, keep: bool) -> None:
    if line.sql.in_transaction():  # Core ran something too, and thinks that it began
        line.sql.commit() if keep else line.sql.rollback()
    elif keep:
        line.run("COMMIT")
    if line.driver.in_transaction:
        line.driver.rollback()


def _let_go(line: Line) -> None:
    """Roll back and close: what failed once is not kept for the next unit."""
    try:
        _end(line, keep=False)
    finally:
        line.sql.close()
