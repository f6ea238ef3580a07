"""Small rules of the house that no tool knows."""

import ast
import importlib
import re
import subprocess
import tomllib

import pytest

from tests.house.source import ROOT, modules

DISTRIBUTIONS = {
    "certhub": "pyproject.toml",
    "certhub_schemas": "schemas/pyproject.toml",
    "certhub_keys": "keys/pyproject.toml",
    "certhub_verifier": "verifier/pyproject.toml",
}
LONGEST = 400
TESTS_LONGEST = 700  # the cases of one subject stay together


def project(path: str) -> dict[str, object]:
    """The [project] table of a distribution."""
    found: dict[str, object] = tomllib.loads((ROOT / path).read_text(encoding="utf-8"))["project"]
    return found


def test_the_four_versions_agree():
    """A hub of one version beside a verifier of another once read the same receipt two ways."""
    literals = {project(path)["version"] for path in DISTRIBUTIONS.values()}
    told = {importlib.import_module(name).__version__ for name in DISTRIBUTIONS}
    assert 1 == len(literals)
    assert literals == told


@pytest.mark.parametrize("path", DISTRIBUTIONS.values())
def test_siblings_are_pinned_to_this_very_version(path):
    """`certhub-schemas>=0.1` let an installer mix two releases that had never met in a test."""
    described = project(path)
    needed = described.get("dependencies", [])
    assert isinstance(needed, list)
    siblings = [one for one in needed if one.startswith("certhub-")]
    assert [] == [one for one in siblings if not one.endswith(f"=={described['version']}")]


def test_every_module_says_what_it_knows():
    """The first thing that a reader sees of a file is what it is for."""
    assert [] == [module.path for module in modules() if not ast.get_docstring(module.tree)]


def ours() -> list[str]:
    """Every Python file under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:  # an unpacked release has no git
        return [module.path for module in modules()]
    return [path for path in listed.stdout.split() if (ROOT / path).exists()]


def test_no_file_is_long():
    """Every long file that we met elsewhere had once been two hundred lines and kept growing."""
    lengths = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in ours()}
    limits = {path: TESTS_LONGEST if path.startswith("tests/") else LONGEST for path in lengths}
    assert {} == {path: lines for path, lines in lengths.items() if lines > limits[path]}


def test_there_is_no_drawer_for_everything():
    """A file called utils is where a noun goes when nobody asked what it is."""
    drawers = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py"}
    assert [] == [path for path in ours() if path.rpartition("/")[2] in drawers]


def test_no_test_fakes_what_it_tests():
    """A test that patched the clock where it was imported passed for a year while the code read another one."""
    faked = re.compile(r"\bmonkeypatch\b|unittest\.mock|pytest_mock")
    tests = [module for module in modules("tests") if module.path != "tests/house/test_house.py"]
    assert [] == [module.path for module in tests if faked.search(module.text)]
