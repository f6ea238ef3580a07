"""The bench itself: that it counts what is done, and that its broken credentials are broken by shape alone."""

import json
import subprocess
import sys

import pytest

from tests.bench import made
from tests.bench.cases import CASES
from tests.bench.figures import Kind, Taken
from tests.bench.floor import Floor, Work, done_by
from tests.bench.malformed import CLASSES, broken, refuse
from tests.bench.tokens import judge

FLOOR = Floor(verify_us=40.0, sign_us=10.0, sign_wall_us=20.0)


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
    ("kind", "ratio"), [(Kind.SHARE, 0.5), (Kind.SIGNS, 10.0), (Kind.RATE, 0.2), (Kind.AGAINST, 4.0)]
)
def test_each_kind_of_ratio_is_held_against_its_own_measure(kind: Kind, ratio: float) -> None:
    """100 µs with one check and one signature, beside something that takes 25."""
    taken = Taken("one", 100.0, Work(verifies=1, signs=1), against_us=25.0)

    assert ratio == taken.ratio(kind, FLOOR)


@pytest.mark.drill
def test_every_case_runs_and_its_answers_are_right() -> None:
    """Two short rounds of all of it: a case whose answers are wrong fails, whatever it measures."""
    command = [sys.executable, "-m", "tests.bench", "--quick", "--json"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)

    assert 0 == run.returncode, run.stderr[-2000:]
    told = {figure["name"] for figure in json.loads(run.stdout)["figures"]}
    assert {figure.name for case in CASES.values() for figure in case.figures} == told
