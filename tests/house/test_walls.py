"""The walls of the house plan stand: each is crossed on purpose, in a copy, and the crossing is seen.

A contract that names a module wrongly, or a layer that nobody imports, passes for ever and keeps nothing out.
"""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.source import PACKAGES, ROOT

CROSSINGS = {
    "Distributions point one way": ("verifier/certhub_verifier/facts.py", "import certhub_keys"),
    "The hub is read top down": ("certhub/db/ids.py", "import certhub.flows.records.issue"),
    "Families of flows are strangers": (
        "certhub/flows/records/find.py",
        "import certhub.flows.people.accounts",
    ),
    "The verifier reads top down": (
        "verifier/certhub_verifier/formats/jose/base64url.py",
        "import certhub_verifier.engine",
    ),
    "The checks read top down": (
        "verifier/certhub_verifier/checks/core.py",
        "import certhub_verifier.checks.status",
    ),
    "The formats read top down": (
        "verifier/certhub_verifier/formats/jose/base64url.py",
        "import certhub_verifier.formats.credential.vc",
    ),
    "The command reads top down": (
        "verifier/certhub_verifier/cli/sources.py",
        "import certhub_verifier.cli.batch",
    ),
    "Nothing but the command does I/O": ("verifier/certhub_verifier/trust.py", "import socket"),
    "Only edges import FastAPI": ("certhub/settings.py", "import fastapi"),
    "Flows know no SQL, no HTTP and no cryptography": (
        "certhub/flows/verification/show.py",
        "import sqlalchemy",
    ),
    "Edges translate: they import no store": (
        "certhub/api/routes/operator.py",
        "import certhub.people.parties.store",
    ),
    "The product knows no demo": ("certhub/cli/serving.py", "import certhub.demo.launcher"),
    "Only setup makes keys": ("certhub/hub/keyring.py", "import certhub_keys.software"),
    "Only stores speak SQL": ("certhub/demo/seed.py", "import sqlalchemy"),
}
"""For each contract one line, in one file, that it must refuse."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the four packages and of the contracts."""
    folder = tmp_path_factory.mktemp("house") / "copy"
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "static")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run lint-imports over a copy, and over nothing else: its own folders come first on the path."""
    roots = [str((folder / package).parent) for package in PACKAGES]
    program = f"import sys; sys.path[:0] = {roots!r}; from importlinter.cli import lint_imports_command as run; run()"
    command = [sys.executable, "-c", program, "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def contracts() -> list[str]:
    """The names of the contracts in force."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]]


def test_every_contract_is_crossed_here():
    """A contract that no test crosses may keep nothing out."""
    assert sorted(CROSSINGS) == sorted(contracts())


@pytest.mark.drill
def test_the_house_as_it_stands_keeps_every_contract(copy: Path):
    """Before a wall is crossed, none is: what fails below fails because of one line."""
    ended = lint(copy)
    assert 0 == ended.returncode, ended.stdout


@pytest.mark.drill
@pytest.mark.parametrize("contract", CROSSINGS)
def test_crossing_a_wall_is_seen(copy: Path, contract: str):
    """One line across the wall, and lint-imports fails and names the contract."""
    path, line = CROSSINGS[contract]
    file = copy / path
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}\n{line}  # crossed on purpose\n", encoding="utf-8")
    try:
        ended = lint(copy)
    finally:
        file.write_text(text, encoding="utf-8")
    assert 0 != ended.returncode
    assert f"{contract} BROKEN" in ended.stdout
