"""The compiler, installed once from its lock file, over the scripts as they stand or over a copy of them."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.npm import node_for

HERE = Path(__file__).parent
WEB, DEMO = (Path(__file__).parents[3] / "certhub" / name for name in ("web", "demo"))

Compile = Callable[[Path], list[str]]


@pytest.fixture(scope="session")
def findings() -> Compile:
    """Return the findings of tsc over a folder that holds a tsconfig.json, a line each."""
    node = node_for(HERE)

    def compiled(folder: Path) -> list[str]:
        command = [
            node,
            str(HERE / "node_modules/typescript/bin/tsc"),
            "--pretty",
            "false",
            "-p",
            str(folder),
        ]
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        lines = ended.stdout.splitlines()
        assert bool(ended.returncode) == bool(lines), ended.stderr
        return lines

    return compiled


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return the demo's folder in a copy of both packages' scripts, their types and the settings of tsc."""
    for package in (WEB, DEMO):
        beside = tmp_path / package.name
        shutil.copytree(package / "static" / "js", beside / "static" / "js")
        shutil.copytree(package / "types", beside / "types")
        shutil.copy(package / "tsconfig.json", beside)
    return tmp_path / DEMO.name
