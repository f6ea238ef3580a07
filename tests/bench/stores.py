"""Stores that hold certificates: built once by the real import, kept, and copied for each case.

    DIR/sqlite-10000/     two regions of the demo; the first holds that many imported licences
    DIR/postgres-10000/   the same, its tables in the kept server's database `kept_10000`
    DIR/postgres/         the data of a PostgreSQL server that forgets nothing when the power goes
    DIR/copies/           what is being measured; taken away at the end, and at the next beginning
    made.json             beside the regions: what made the store, and how far it is

A store whose fingerprint is not that of this code is built anew. An import that was interrupted goes on.
"""

import fcntl
import io
import itertools
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path

from certhub_keys.cost import Cost
from sqlalchemy import func, select, text

from certhub.db.columns import table_of
from certhub.demo.region_file import chosen
from certhub.demo.regions import Plan, prepare
from certhub.flows.records.import_ import import_file
from certhub.jobs.status_lists import publish
from certhub.records.certificates.tables import CertificateRow
from certhub.settings import FILE, Profile
from tests.bench import made
from tests.support.postgres import Postgres, run_postgres
from tests.support.region import Region, RunningClock, Wire, open_region

ROOT = Path(__file__).parents[2]
MAKERS = (
    "certhub/db/migrations/versions/*.py",
    "certhub/db/sealing.py",
    "certhub/demo/region_files/*",
    "certhub/records/certificates/record.py",
    "certhub/records/credentials/build.py",
    "tests/bench/made.py",
)
"""What a store depends on: its tables, how rows are sealed, and what is imported."""
FILE_ROWS = 10_000
"""Rows of one imported file: an interrupted build goes on with the next."""


class Backend(StrEnum):
    """Which database."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


def default_folder() -> Path:
    """Return where stores are kept: a folder in the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "certhub-bench"


@lru_cache
def fingerprint() -> str:
    """Return a digest of everything that a kept store depends on."""
    whole = sha256()
    for path in sorted(path for one in MAKERS for path in ROOT.glob(one) if path.is_file()):
        whole.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + sha256(path.read_bytes()).digest())
    return whole.hexdigest()


@dataclass(frozen=True)
class Made:
    """How far a store is: what made it, and how many rows are imported."""

    fingerprint: str
    rows: int

    @classmethod
    def read(cls, folder: Path) -> "Made":
        """Read what stands beside the regions; nothing there is nothing made."""
        try:
            return cls(**json.loads((folder / "made.json").read_text()))
        except FileNotFoundError:
            return cls("", 0)

    def write(self, folder: Path) -> None:
        """Put it beside the regions."""
        (folder / "made.json").write_text(json.dumps({"fingerprint": self.fingerprint, "rows": self.rows}))


@dataclass
class Stores:
    """The kept stores of one folder; `tell` hears how a build goes."""

    folder: Path
    tell: Callable[[str], None]
    _stack: ExitStack
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @cached_property
    def postgres(self) -> Postgres:
        """The kept server, started when somebody asks for it."""
        server = self._stack.enter_context(run_postgres(self.folder / "postgres"))
        for name in server.databases("copy_"):
            server.drop(name)
        return server

    @contextmanager
    def regions(
        self, certificates: int, backend: Backend = Backend.SQLITE, *, urls: Sequence[str] = ()
    ) -> Iterator[tuple[Region, ...]]:
        """Give two regions, the first with so many imported certificates; a copy, for the caller to change.

        `urls` are where the regions are reached; without them a wire in memory joins them.
        """
        kept, number = self._built(certificates, backend), next(self._numbers)
        copy = self.folder / "copies" / str(number)
        shutil.copytree(kept / "regions", copy)
        url = ""
        try:
            if backend is Backend.POSTGRES:
                name = self.postgres.create(name=f"copy_{number}", template=_database(certificates))
                url = self.postgres.url(name)
                _point(copy, url)
            with self._open(copy, url, urls) as opened:
                _require(opened[0], certificates)
                yield opened
        finally:
            if url:
                self.postgres.drop(f"copy_{number}")
            shutil.rmtree(copy)

    @contextmanager
    def _open(self, folder: Path, database: str, urls: Sequence[str] = ()) -> Iterator[tuple[Region, ...]]:
        clock, wire, demo = RunningClock(), Wire(), chosen()
        reached = urls or [f"http://{one.code}.test" for one in demo]
        plan = Plan(folder, reached, demo, database=database, cost=Cost.TEST, profile=Profile.TEST)
        tokens = prepare(plan, clock=clock)
        opened = [open_region(folder / code, given, clock, wire) for code, given in tokens.items()]
        try:
            yield tuple(opened)
        finally:
            for region in opened:
                region.hub.close()

    def _built(self, certificates: int, backend: Backend) -> Path:
        """Return the folder of a kept store; build what is not there."""
        kept = self.folder / f"{backend}-{certificates}"
        there = Made.read(kept)
        if there.fingerprint != fingerprint():
            shutil.rmtree(kept, ignore_errors=True)
            (kept / "regions").mkdir(parents=True)
            there = Made(fingerprint(), 0)
            if backend is Backend.POSTGRES:
                self.postgres.drop(_database(certificates))
                self.postgres.create(name=_database(certificates))
            there.write(kept)
        if there.rows < certificates:
            self._fill(kept, there.rows, certificates, backend)
        return kept

    def _fill(self, kept: Path, first: int, certificates: int, backend: Backend) -> None:
        url = self.postgres.url(_database(certificates)) if backend is Backend.POSTGRES else ""
        if url:
            _point(kept / "regions", url)
        begun = time.monotonic()

        def progress(done: int) -> None:
            pace = (done - first) / max(time.monotonic() - begun, 0.001)
            left = (certificates - done) / max(pace, 1) / 60
            self.tell(f"{kept.name}: {done:,} rows imported, {pace:,.0f} rows/s, {left:.1f} minutes left")

        with self._open(kept / "regions", url) as (region, _):
            for at in range(first, certificates, FILE_ROWS):
                size = min(FILE_ROWS, certificates - at)
                data = io.BytesIO(made.rows(at, size))
                tally = import_file(
                    data,
                    "bench.csv",
                    by=region.agency,
                    hub=region.hub,
                    progress=lambda rows, at=at: progress(at + rows),  # type: ignore[misc]
                )
                assert tally.issued + tally.existing == size, tally
                Made(fingerprint(), at + size).write(kept)
            publish(region.hub)
            if url:  # as a server of some days' standing would have done by itself
                with region.hub.database.engine.connect() as sql:
                    sql.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))


@contextmanager
def open_stores(folder: Path, tell: Callable[[str], None]) -> Iterator[Stores]:
    """Give the stores kept in `folder`, to one bench at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock, ExitStack() as stack:
        tell(f"waiting for the stores in {folder}")
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(folder / "copies", ignore_errors=True)
        yield Stores(folder, tell, stack)


def _database(certificates: int) -> str:
    return f"kept_{certificates}"


def _point(regions: Path, url: str) -> None:
    """Let each region that is there find its tables at `url`: the server's socket may have moved."""
    for settings in regions.glob(f"*/{FILE}"):
        there = settings.read_text(encoding="utf-8")
        settings.write_text(
            re.sub(r"(?m)^database_url = .*$", f"database_url = {json.dumps(url)}", there), encoding="utf-8"
        )


def _require(region: Region, certificates: int) -> None:
    """Raise unless the store holds what it is said to: a figure of an empty store is none."""
    table = table_of(CertificateRow)
    with region.hub.reading() as unit:
        there = unit.sql.scalar(select(func.count()).select_from(table)) or 0
    assert there >= certificates, f"{there} certificates where {certificates} were imported"
