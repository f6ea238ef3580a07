"""What a database that failed is told as: busy, which passes by itself; away; or a fault, which somebody has to mend.

    busy     locked, in use, full                                          DatabaseBusy, 503: ask again
    away     not to be opened, reached, read from its disk or written      DatabaseAway, 503: see where it is
    fault    SQL that does not fit the tables, a damaged file, the rest    DatabaseFault, 500: look into it

The driver's own number decides, never its words: SQLite's result code, PostgreSQL's SQLSTATE. A column that a table
did not have was once told as "busy, ask again", 371 times in one run.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from certhub.errors import HubError, Unavailable

log = logging.getLogger("certhub.store")

SQLITE_BUSY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_PROTOCOL,  # the locks of the write-ahead log were not to be had
        sqlite3.SQLITE_SCHEMA,  # the tables changed between two looks: a migration runs
    }
)
SQLITE_AWAY = frozenset(
    {
        sqlite3.SQLITE_READONLY,  # the file, its disk or its folder may not be written
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
    }
)
"""Primary result codes (https://sqlite.org/rescode.html) that say nothing against the statement."""
POSTGRESQL_BUSY = ("40", "53")
"""SQLSTATE classes: transaction rolled back, no resources."""
POSTGRESQL_BUSY_STATES = frozenset(
    {
        "25P03",  # idle in transaction for too long
        "25P04",  # the transaction took too long
        "55006",  # object in use
        "55P03",  # lock not available
        "57014",  # the statement took too long
    }
)
POSTGRESQL_AWAY = ("08", "57", "58", "25006")
"""SQLSTATE classes: connection, operator's hand, the system below; and read only, as a standby is."""
POSTGRESQL_WRONG_SQL = "42"
POSTGRESQL_DEADLOCK = "40P01"


class DatabaseBusy(Unavailable):
    """The database is locked, in use or full."""

    code = "DATABASE_BUSY"


class Deadlocked(DatabaseBusy):
    """Two transactions waited for each other, and the database ended this one's statement (SQLSTATE 40P01)."""


class DatabaseAway(Unavailable):
    """The database cannot be opened, reached, read from its disk or written."""

    code = "DATABASE_AWAY"


class DatabaseFault(HubError):
    """The database does not do what this program asks: its tables are others, or it is damaged."""

    code = "DATABASE_FAULT"


@contextmanager
def translated() -> Iterator[None]:
    """Raise one of the three for what the driver raises inside.

    A row that is there already (IntegrityError) stays what it is: who inserts knows what that means.

    Raises:
        DatabaseBusy: asking again may help.
        DatabaseAway: it helps once somebody has looked where the database is.
        DatabaseFault: it does not; the log says what the database said of the statement.
    """
    try:
        yield
    except IntegrityError:
        raise
    except PoolTimeout as late:
        raise DatabaseBusy("every connection to the database is in use") from late
    except DBAPIError as broken:
        name = type(broken.orig).__name__
        if is_away(broken):
            raise DatabaseAway(f"the database cannot be reached or written: {name}") from broken
        if getattr(broken.orig, "sqlstate", None) == POSTGRESQL_DEADLOCK:
            raise Deadlocked(f"two transactions waited for each other: {name}") from broken
        if is_busy(broken):
            raise DatabaseBusy(f"the database does not take this now: {name}") from broken
        said = what_was_said(broken)
        log.error("store: the database refused what this program asked: %s", said)
        raise DatabaseFault(f"the database refused what this program asked: {said}") from broken


def is_busy(broken: DBAPIError) -> bool:
    """Say whether a failure may pass by itself."""
    number, state = _number(broken), getattr(broken.orig, "sqlstate", None)
    if number is not None or state is None:
        return number in SQLITE_BUSY
    return state[:2] in POSTGRESQL_BUSY or state in POSTGRESQL_BUSY_STATES


def is_away(broken: DBAPIError) -> bool:
    """Say whether the database is not where it can be used."""
    if broken.connection_invalidated:
        return True
    number, state = _number(broken), getattr(broken.orig, "sqlstate", None)
    if number is not None or isinstance(broken.orig, sqlite3.Error):
        return number in SQLITE_AWAY
    if state is None:  # the server said nothing: there is no connection
        return isinstance(broken, OperationalError | InterfaceError)
    return state not in POSTGRESQL_BUSY_STATES and state.startswith(POSTGRESQL_AWAY)


def _number(broken: DBAPIError) -> int | None:
    """Return SQLite's primary result code; the rest of the number says more of the same."""
    number = getattr(broken.orig, "sqlite_errorcode", None)
    return None if number is None else number & 0xFF


def what_was_said(broken: DBAPIError) -> str:
    """Return the driver's number, and its words where they can name tables and columns alone, never a value."""
    name = getattr(broken.orig, "sqlite_errorname", None)
    state = getattr(broken.orig, "sqlstate", None)
    number = name or state or type(broken.orig).__name__
    is_wrong_sql = name == "SQLITE_ERROR" or (state or "").startswith(POSTGRESQL_WRONG_SQL)
    return f"{number}, {str(broken.orig).splitlines()[0]}" if is_wrong_sql else number
