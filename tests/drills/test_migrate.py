"""Kill -9 at every transaction, statement and commit of `certhub migrate`: run again, nothing is lost, all is ours."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from certhub.db.adoption import TABLES
from certhub.hub import Hub
from certhub.records.certificates import states
from certhub.settings import Settings
from certhub.setup.adopting import FILE, bring_up
from tests.drills.orders import KILLED, Child, Scene
from tests.support.last_release import to_postgres, unpack
from tests.support.postgres import Postgres
from tests.support.region import Clock, Region, Wire
from tests.support.story import scan, told

STEPS = [f"adopt:{table.name}:0" for table in TABLES]
MOST = 400


def ends_well(folder: Path, facts: dict) -> None:
    """Run again as the operator does: every row is adopted, and the hub goes on where it was."""
    adopted = bring_up(Settings.load(folder), now=Clock().now(), random=bytes)
    assert (folder / FILE).exists()
    if adopted is not None:  # killed after the last commit there is nothing left to adopt
        assert ({0}, 4) == (set(adopted.left.values()), len(adopted.accounts))
    hub = Hub.open(Settings.load(folder), clock=Clock(), network=Wire())
    try:
        tokens = {"clerk": _token(folder)}
        assert ("check", "NOT_NEEDED") == told(scan(Region(hub, tokens, Clock(), Wire()), facts["ticket"]))
        assert {} == dict(hub.database.refused)
        with hub.reading() as unit:
            assert [] == states.incomplete(unit.sql, None).incomplete
    finally:
        hub.close()


def _token(folder: Path) -> str:
    import json

    return str(json.loads((folder / "demo-tokens.json").read_text())["clerk"])


def deaths(child: Child, kinds: dict[str, list], fresh: Callable[[], tuple[Path, dict]]) -> int:
    """Die at each place, run again; return how many deaths there were."""
    died = 0
    for what, places in kinds.items():
        for place in places:
            folder, facts = fresh()
            ended = Scene(folder, child).order("migrate", kill={what: place})
            assert ended in ([KILLED], [0])
            ends_well(folder, facts)
            if ended == [0]:
                assert place not in STEPS
                break
            died += 1
        else:
            assert what == "step", f"it did not end within {MOST} of its {what}s"
    return died


def folders(tmp_path: Path) -> Callable[[], tuple[Path, dict]]:
    """Give the hub of the last release afresh, each time."""

    def fresh() -> tuple[Path, dict]:
        shutil.rmtree(tmp_path / "hub", ignore_errors=True)
        return unpack(tmp_path / "hub")

    return fresh


@pytest.mark.drill
def test_migrating_survives_a_death_at_every_ninth_statement(child: Child, tmp_path: Path) -> None:
    """The drill below, sampled, for the gate: some transactions, every ninth statement, every third commit."""
    places = {"step": STEPS[::3], "statement": list(range(1, MOST, 9)), "commit": list(range(1, MOST, 3))}

    assert len(STEPS[::3]) + 8 < deaths(child, places, folders(tmp_path))


@pytest.mark.drill
@pytest.mark.long
def test_migrating_survives_a_death_anywhere(child: Child, tmp_path: Path) -> None:
    """Before every transaction of the adoption, every statement and every commit, the schema's own among them."""
    places = {"step": STEPS, "statement": list(range(1, MOST)), "commit": list(range(1, MOST))}

    assert len(STEPS) + 40 < deaths(child, places, folders(tmp_path))


def test_migrating_survives_a_death_in_the_middle(child: Child, tmp_path: Path) -> None:
    """The drill above in small."""
    assert 2 == deaths(child, {"step": [STEPS[4], STEPS[-1]]}, folders(tmp_path))


@pytest.mark.drill
@pytest.mark.postgres
@pytest.mark.long
def test_migrating_survives_deaths_on_postgresql(child: Child, tmp_path: Path, postgres: Postgres) -> None:
    """At every transaction of the adoption and at every eleventh statement."""
    made: list[str] = []

    def fresh() -> tuple[Path, dict]:
        folder, facts = folders(tmp_path)()
        made.append(postgres.create())
        to_postgres(folder, postgres.url(made[-1]))
        return folder, facts

    try:
        died = deaths(child, {"step": STEPS, "statement": list(range(1, MOST, 11))}, fresh)
    finally:
        for name in made:
            postgres.drop(name)

    assert len(STEPS) < died
