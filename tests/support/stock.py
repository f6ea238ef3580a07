"""Two demo regions made once, and copied for each test: a test may break its own.

stock = make_stock(folder)                 founded, joined, filled: half a second
with open_copy(stock, folder) as regions   copied, opened: a tenth of one
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from certhub_verifier.formats.status.statuslist import MIN_SLOTS

from certhub.db.columns import table_of
from certhub.demo.regions import prepare
from certhub.hub import Hub
from certhub.jobs.status_lists import publish
from certhub.records.status.tables import StatusListRow
from certhub.settings import FILE, Settings
from tests.support.postgres import Postgres
from tests.support.region import Clock, Region, Wire, open_region, plan_of


@dataclass(frozen=True)
class Stock:
    """Two filled regions in a folder, and the PostgreSQL database that they live in, if any."""

    folder: Path
    tokens: Mapping[str, dict[str, str]]
    postgres: Postgres | None = None
    database: str = ""

    @property
    def url(self) -> str:
        """Where the tables are; empty for SQLite in the folder."""
        return self.postgres.url(self.database) if self.postgres else ""


def make_stock(folder: Path, postgres: Postgres | None = None, *, published: bool = True) -> Stock:
    """Found, join and fill 420700 and 420100.

    `published`: each region has a second status list, which new certificates go to, and both lists stood in public
    five seconds ago, so that a test sees what a change forgets to publish.
    """
    database = postgres.create() if postgres else ""
    url = postgres.url(database) if postgres else ""
    stock = Stock(folder, prepare(plan_of(folder, database=url), clock=Clock()), postgres, database)
    if published:
        for code in stock.tokens:
            _publish_two_lists(folder / code)
    return stock


def _publish_two_lists(folder: Path) -> None:
    """Open a second status list and publish both, a few seconds before the tests begin."""
    clock = Clock()
    clock.pass_(seconds=-5)
    hub = Hub.open(Settings.load(folder), clock=clock, network=Wire())
    try:
        with hub.writing() as unit:
            row = {"list_no": 2, "size": MIN_SLOTS, "changed_at": unit.now, "published_at": None}
            unit.sql.execute(table_of(StatusListRow).insert().values(row))
        publish(hub)
    finally:
        hub.close()


@contextmanager
def copied(stock: Stock, folder: Path) -> Iterator[Path]:
    """Copy the stock into `folder`, with a database of its own; give the folder."""
    shutil.copytree(stock.folder, folder, dirs_exist_ok=True)
    with _own_database(stock) as url:
        for code in stock.tokens:
            settings = folder / code / FILE
            if url:
                settings.write_text(settings.read_text().replace(stock.url, url))
        yield folder


def _own_database(stock: Stock) -> AbstractContextManager[str]:
    return nullcontext("") if stock.postgres is None else _postgres_copy(stock.postgres, stock.database)


@contextmanager
def _postgres_copy(postgres: Postgres, template: str) -> Iterator[str]:
    name = postgres.create(template=template)
    try:
        yield postgres.url(name)
    finally:
        postgres.drop(name)


@contextmanager
def open_copy(stock: Stock, folder: Path) -> Iterator[tuple[Region, Region]]:
    """Copy the stock and open both hubs, joined by a wire in memory, at the time when they were founded."""
    with copied(stock, folder):
        clock, wire = Clock(), Wire()
        regions = [open_region(folder / code, stock.tokens[code], clock, wire) for code in stock.tokens]
        try:
            yield regions[0], regions[1]
        finally:
            for region in regions:
                region.hub.close()
