"""The bench itself: that it counts what is done, and that its broken credentials are broken by shape alone."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench import made, stored, yardstick
from tests.bench.__main__ import judged
from tests.bench.cases import CASES
from tests.bench.figures import Effort, Kind, Taken
from tests.bench.floor import Floor
from tests.bench.gates import GATES, Gate, Standing
from tests.bench.holders import Holders
from tests.bench.malformed import CLASSES, broken, refuse
from tests.bench.stores import Backend, open_stores
from tests.bench.tokens import judge
from tests.support.signatures import Work, done_by

AS_THERE = 40.0 * yardstick.REFERENCE_PYTHON_US / yardstick.REFERENCE_VERIFY_US
FLOOR = Floor(verify_us=40.0, sign_us=10.0, sign_wall_us=20.0, python_us=AS_THERE)
"""Beside this check Python is as fast as on the reference machine."""
SLOWER = replace(FLOOR, python_us=2 * AS_THERE)


def test_judging_one_credential_checks_one_signature() -> None:
    """The engine's one P-256 operation is found by counting, not by belief."""
    [text] = made.credentials(1)
    judge(text)

    assert Work(verifies=1) == done_by(lambda: judge(text))


@pytest.mark.parametrize("name", CLASSES)
def test_a_malformed_credential_is_refused_before_any_signature_is_checked(name: str) -> None:
    """Each class is altered by its shape alone, and costs no cryptography."""
    [text] = made.credentials(1)

    assert Work() == done_by(lambda: refuse(broken(text, CLASSES[name])))


@pytest.mark.parametrize(
    ("kind", "ratio", "corrected"),
    [
        (Kind.SHARE, 0.5, 50 / 75),
        (Kind.SIGNS, 10.0, 7.5),
        (Kind.RATE, 0.2, 20 / 85),
        (Kind.AGAINST, 4.0, 75 / 12.5),
        (Kind.GAIN, 0.25, 0.25),
        (Kind.FLOORS, 2.0, 1.5),
    ],
)
def test_each_kind_of_ratio_is_held_against_its_own_measure(
    kind: Kind, ratio: float, corrected: float
) -> None:
    """100 µs with one check and one signature, 80 of them CPU, beside 25 µs of Python: as here, and corrected."""
    taken = Taken("one", 100.0, Work(verifies=1, signs=1), against_us=25.0, cpu_us=80.0)

    assert ratio == taken.ratio(kind, FLOOR) == taken.corrected(kind, FLOOR)
    assert corrected == pytest.approx(taken.corrected(kind, SLOWER))
    assert ratio == taken.ratio(kind, SLOWER)


def test_what_is_all_cryptography_is_not_corrected() -> None:
    """A machine cannot be blamed for signatures: only what is not one is scaled."""
    taken = Taken("one", 50.0, Work(verifies=1, signs=1))

    assert 1.0 == taken.corrected(Kind.SHARE, FLOOR) == taken.corrected(Kind.SHARE, SLOWER)


def test_what_is_remembered_is_corrected_as_the_python_that_it_is() -> None:
    """A share of a signature that was not checked again: twice as fast where Python is."""
    taken = Taken("one", 80.0, Work(verifies=1), done=Work())

    assert (0.5, 1.0) == (taken.corrected(Kind.SHARE, FLOOR), taken.corrected(Kind.SHARE, SLOWER))


@pytest.mark.parametrize(
    ("gate", "values"),
    [
        (Gate(1.0, 2.0), (2.0, 1.0, 0.8, 0.79)),
        (Gate(2.0, 1.0, more=False), (1.0, 2.0, 2.4, 2.41)),
    ],
)
def test_a_gate_tells_goal_gate_slack_and_past(gate: Gate, values: tuple[float, ...]) -> None:
    """A fifth past the gate is forgiven, whichever way is better; more is not."""
    assert [*Standing] == [gate.standing(value) for value in values]


@pytest.mark.parametrize(("standing", "code"), [("goal", 0), ("gate", 0), ("slack", 0), ("past", 1), ("", 0)])
def test_the_lane_fails_by_a_figure_past_its_gate_alone(standing: str, code: int) -> None:
    """What has no gate, reaches it, or misses it by less than the slack fails nothing."""
    words: list[str] = []
    figure = {"name": "verify", "standing": standing, "corrected": {"median": 0.1}, "gate": "≥ 0.34"}

    assert code == judged({"figures": [figure]}, words.append)
    assert code == len(words)


def test_every_gate_is_of_a_figure_that_is_measured() -> None:
    """A gate of a figure that nobody takes would always be open."""
    measured = {figure.name for case in CASES.values() for figure in case.figures}

    assert set() == GATES.keys() - measured


def test_a_store_that_is_not_what_this_code_makes_is_built_anew(tmp_path: Path) -> None:
    """The same store is not imported twice, and one with another fingerprint is; a copy's changes stay in the copy."""
    imported: list[str] = []

    def newest() -> list[str]:
        with open_stores(tmp_path, imported.append) as stores, stores.regions(20) as (region, _):
            holders = Holders(region)
            stored.showing(holders.choice(), region)
            return sorted(holders.next()[1].record.number for _ in range(20))

    first = newest()
    once = len([words for words in imported if "rows imported" in words])
    again = newest()
    assert once == len([words for words in imported if "rows imported" in words]) > 0
    (tmp_path / "sqlite-20" / "made.json").write_text('{"fingerprint": "another", "rows": 20}')
    anew = newest()

    assert [*map(made.company, range(20))] == first == again == anew
    assert 2 * once == len([words for words in imported if "rows imported" in words])
    assert [] == [*(tmp_path / "copies").glob("*")]


def test_growth_on_one_database_takes_the_figures_of_that_one(tmp_path: Path) -> None:
    """Whoever builds a store of a million for one of them is told that one's growth, and the key ring's."""
    case = CASES["growth"]
    with open_stores(tmp_path, lambda _: None) as stores:
        both = case.figures_at(Effort(stores))
        one = [figure.name for figure in case.figures_at(Effort(stores, backends=(Backend.SQLITE,)))]

    assert [*case.figures] == both
    assert [name for name in (each.name for each in both) if not name.endswith("-postgres")] == one
    assert len(one) * 2 - 1 == len(both)


@pytest.mark.drill
@pytest.mark.parametrize(
    "names", [("verify", "show", "http-batch"), pytest.param(tuple(CASES), marks=pytest.mark.long)], ids=len
)
def test_cases_run_and_their_answers_are_right(tmp_path: Path, names: tuple[str, ...]) -> None:
    """Two short rounds: a case whose answers are wrong fails, whatever it measures. In the lane `long` all of them."""
    where = ["--store", str(tmp_path), "--filled", "500", "--sizes", "100,500"]
    only = [word for name in names for word in ("--only", name)]
    command = [sys.executable, "-m", "tests.bench", "--quick", "--json", *where, *only]
    run = subprocess.run(command, capture_output=True, text=True, check=False)

    assert 0 == run.returncode, run.stderr[-2000:]
    told = {figure["name"] for figure in json.loads(run.stdout)["figures"]}
    assert {figure.name for name in names for figure in CASES[name].figures} == told
