"""The gate notices what it did not run: a skip that nobody listed, and a lane whose tool is missing."""

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests import lanes
from tests.house.source import modules
from tests.support import places, sampled, skips

ROOT = Path(__file__).parents[2]


def pytest_over(folder: Path, lane: str | None, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of a folder as the gate does in a lane, or by hand."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    environment = {name: value for name, value in os.environ.items() if name != skips.LANE}
    return subprocess.run(
        [*command, *options, str(folder)],
        cwd=ROOT,
        env=environment | ({skips.LANE: lane} if lane else {}),
        capture_output=True,
        text=True,
        check=False,
    )


def run(folder: Path, reason: str, lane: str | None) -> subprocess.CompletedProcess[str]:
    """Run one passing test and one that skips for `reason`."""
    folder.joinpath("test_two.py").write_text(
        f"import pytest\n\n\ndef test_good():\n    pass\n\n\ndef test_skipped():\n    pytest.skip({reason!r})\n"
    )
    return pytest_over(folder, lane)


def test_an_unlisted_skip_fails_the_gate_and_is_named(tmp_path):
    """The run ends with 1 and the reason stands in its last lines."""
    ended = run(tmp_path, "the moon is full", "postgres")

    assert 1 == ended.returncode
    assert "not listed for the lane postgres: the moon is full" in ended.stdout


def test_a_listed_skip_passes_and_is_counted_in_one_line(tmp_path):
    """What is listed for one lane is listed for that lane alone."""
    assert 0 == run(tmp_path, "this is about SQLite", "postgres").returncode
    assert 1 == run(tmp_path, "this is about SQLite", "drills").returncode


def test_by_hand_a_skip_is_told_in_one_line_with_its_number(tmp_path):
    """Nothing fails, nothing is silent."""
    ended = run(tmp_path, "the moon is full", None)

    assert 0 == ended.returncode
    assert "跳过 1 项 / 1 skipped: 1 × the moon is full" in ended.stdout


@pytest.mark.parametrize(
    ("outcome", "alone", "whole"),
    [
        (lanes.Outcome(True), 0, 0),
        (lanes.Outcome(None, "its tool is missing"), 0, 1),
        (lanes.Outcome(False), 1, 1),
    ],
)
def test_the_whole_gate_takes_no_lane_without_its_tool(outcome, alone, whole, capsys):
    """`check` passes over it, `check --all` fails, and both say which lane it was."""
    assert alone == lanes.main([], {"one": lambda: outcome})
    assert whole == lanes.main(["--all"], {"one": lambda: outcome})
    assert outcome.says in capsys.readouterr().out


def test_long_lanes_run_side_by_side_and_none_speaks_into_another(capfd):
    """Two that wait for each other both end; what each says, and its programs say, stays together, in any order."""
    both = threading.Barrier(2)

    def lane(name: str, *, good: bool) -> lanes.Outcome:
        both.wait(timeout=60)
        for word in ("begins", "ends"):
            lanes.run(sys.executable, "-c", f"print('{name} {word}')")
            both.wait(timeout=60)
        return lanes.Outcome(good, f"{name} says why")

    chosen = {"one": lambda: lane("one", good=False), "two": lambda: lane("two", good=True)}
    found = lanes.run_all(chosen, beside=("one", "two"))

    assert [("one", False), ("two", True)] == [(name, outcome.good) for name, outcome, _ in found]
    said = re.findall(r"^(one|two) (begins|ends)$", capfd.readouterr().out, re.M)
    assert [("begins", "ends")] * 2 == [tuple(w for n, w in said if n == name) for name in ("one", "two")]
    assert said[0][0] == said[1][0] != said[2][0] == said[3][0]


def test_a_lane_beside_another_fails_the_gate_too(capsys):
    """It is in the table with its reason, whatever the other one did; one that raises ends the gate."""
    quick = {"types": lambda: lanes.Outcome(False, "a reason"), "fuzz": lambda: lanes.Outcome(True)}

    assert 1 == lanes.main(["--all"], quick)
    assert "a reason" in capsys.readouterr().out
    with pytest.raises(ZeroDivisionError):
        lanes.main(["--all"], {**quick, "house": lambda: lanes.Outcome(bool(1 // 0))})


def test_lanes_that_go_beside_each_other_are_lanes():
    """A name that is none would leave its lane alone in silence."""
    assert set(lanes.LANES) >= set(lanes.BESIDE_EACH_OTHER)


def test_each_lane_is_told_to_whoever_runs_the_gate():
    """A lane that neither `lanes.py` nor CONTRIBUTING names is found by nobody who looks for its words."""
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for name in [*lanes.LANES, *lanes.BY_NAME]:
        assert re.search(rf"\b{name}\b", lanes.__doc__ or ""), name
        assert f"`{name}`" in contributing, name


def test_the_gate_is_the_whole_of_it():
    """.ci/run calls the README's test command and every lane, with unlisted skips refused in both."""
    script = (ROOT / ".ci" / "run").read_text()

    assert 'CERTHUB_LANE=test "$python" dev.py test' in script
    assert "dev.py check --all --tested" in script


def test_what_the_gate_passes_over_is_in_the_fast_tests(capsys):
    """Only a lane that is a folder of theirs, with no test that they leave out; the table says so."""
    marks = re.compile(r"pytest\.mark\.(?:postgres|browser|interop|javascript)\b")
    tests = [path for folder in ("house", "docs") for path in (ROOT / "tests" / folder).rglob("*.py")]

    assert ("house",) == lanes.IN_THE_FAST_TESTS
    assert [] == [path for path in tests if path.name != "test_gate.py" and marks.search(path.read_text())]
    quick = {"house": lambda: lanes.Outcome(bool(1 // 0)), "types": lambda: lanes.Outcome(True)}
    assert 0 == lanes.main(["--all", "--tested"], quick)
    assert "= house" in capsys.readouterr().out


def test_each_listed_skip_has_its_test():
    """A reason that no test gives any more leaves the list."""
    sources = "\n".join(
        path.read_text() for path in (ROOT / "tests").rglob("*.py") if path.name != "skips.py"
    )
    for pattern in skips.EVERYWHERE | {p: w for listed in skips.LISTED.values() for p, w in listed.items()}:
        assert pattern.replace("\\", "") in sources, pattern


def test_a_test_that_its_own_lane_would_not_find_is_refused():
    """Each lane reads its own folders alone; a mark anywhere else is an error of the collection, by name."""
    assert [] == places.astray(
        [("tests/drills/test_x.py", ["drill", "parametrize"]), ("tests/hub/test_x.py", [])]
    )
    assert ["tests/api/test_x.py [drill]"] == places.astray([("tests/api/test_x.py", ["drill"])])
    assert [] == [one for listed in places.PLACES.values() for one in listed if not (ROOT / one).exists()]


def test_collecting_refuses_it_too(tmp_path):
    """The same by pytest itself, in a tree of its own."""
    folder = tmp_path / "tests" / "web"
    folder.mkdir(parents=True)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    drill: a lane\n")
    (folder / "test_one.py").write_text("import pytest\n\n\n@pytest.mark.drill\ndef test_good():\n    pass\n")
    ended = pytest_over(folder, None, "--rootdir", str(tmp_path), "-c", str(tmp_path / "pytest.ini"))

    assert pytest.ExitCode.USAGE_ERROR == ended.returncode
    assert "tests/web/test_one.py [drill]" in ended.stdout + ended.stderr


def test_of_many_cases_postgres_sees_the_first_and_the_last():
    """A test of up to two cases is seen whole; what is left out is left to the lane `long`, and nothing twice."""
    many, few = [("many", number) for number in range(9)], [("few", letter) for letter in "ab"]

    assert [1, 2, 3, 4, 5, 6, 7] == sampled.left_for_long(many + few)


@pytest.mark.parametrize(("lane", "passed"), [("wheels", 2), ("test", 5)])
def test_the_wheel_alone_sees_the_first_and_the_last_case(tmp_path, lane, passed):
    """What is left out is counted as deselected, never silent; every other run takes all cases."""
    tmp_path.joinpath("test_many.py").write_text(
        "import pytest\n\n\n@pytest.mark.parametrize('n', range(5))\ndef test_many(n):\n    pass\n"
    )
    ended = pytest_over(tmp_path, lane)

    assert f"{passed} passed" in ended.stdout
    assert (passed == 2) == ("3 deselected" in ended.stdout)


def test_a_failure_that_was_expected_fails_the_gate(tmp_path):
    """An xfail is a skip by another name: nothing lists it, so no lane takes it."""
    tmp_path.joinpath("test_one.py").write_text(
        "import pytest\n\n\n@pytest.mark.xfail\ndef test_bad():\n    assert False\n"
    )
    ended = pytest_over(tmp_path, "postgres")

    assert 1 == ended.returncode
    assert "expected to fail" in ended.stdout


def test_what_runs_beside_the_wheel_alone_imports_no_test_of_elsewhere():
    """A test of the verifier took a helper from the folder of the bench: only the last lane of the gate saw it."""
    folders = [f"tests/{folder}" for folder in places.WITH_THE_WHEEL if folder != "support"]

    astray = {
        f"{module.path}:{line} {name}"
        for module in modules(*folders)
        for line, name in module.names()
        if name.startswith("tests.") and name.split(".")[1] not in places.WITH_THE_WHEEL
    }

    assert set() == astray
