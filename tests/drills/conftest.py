"""The process that dies, and a region for it to die in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drills.orders import Child, Scene, run_child
from tests.support.invariants import settled
from tests.support.postgres import Postgres
from tests.support.stock import Stock, copied, make_stock


@pytest.fixture(scope="session")
def child() -> Iterator[Child]:
    """The zygote of this session."""
    with run_child() as made:
        yield made


@pytest.fixture(scope="session")
def sqlite_stock(tmp_path_factory: pytest.TempPathFactory) -> Stock:
    """Two filled regions on SQLite, whichever lane runs."""
    return make_stock(tmp_path_factory.mktemp("drill-stock"))


@pytest.fixture(scope="session")
def postgres_stock(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Stock:
    """Two filled regions on PostgreSQL."""
    return make_stock(tmp_path_factory.mktemp("drill-stock"), postgres)


@pytest.fixture
def scene(sqlite_stock: Stock, child: Child, tmp_path: Path) -> Iterator[Scene]:
    """Ezhou, this drill's own."""
    with copied(sqlite_stock, tmp_path / "regions") as folder:
        yield from _looked_at(Scene(folder / "420700", child))


@pytest.fixture
def postgres_scene(postgres_stock: Stock, child: Child, tmp_path: Path) -> Iterator[Scene]:
    """Ezhou on PostgreSQL, this drill's own."""
    with copied(postgres_stock, tmp_path / "regions") as folder:
        yield from _looked_at(Scene(folder / "420700", child))


def _looked_at(scene: Scene) -> Iterator[Scene]:
    """Give the scene; when the drill is over, row, slot, published list and history have to agree there."""
    yield scene
    with scene.hub() as hub:
        assert [] == settled(hub, scene.clock)
