"""The other implementation: installed once from its lock file, then asked over a pipe."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent  # node and npm come pinned into this environment, never from the system


class Peer(Protocol):
    """Ask a question of peer.mjs; returns its answer, `refused` in it where it went wrong there."""

    def __call__(self, ask: str, **question: Any) -> dict[str, Any]:
        """Send one line, read one line."""
        ...


def installed() -> bool:
    """Tell whether node_modules holds exactly what the lock file says."""
    kept = HERE / "node_modules" / ".package-lock.json"
    if not kept.is_file():
        return False
    locked, found = (
        {path: one["integrity"] for path, one in json.loads(file.read_bytes())["packages"].items() if path}
        for file in (HERE / "package-lock.json", kept)
    )
    return locked == found


@pytest.fixture(scope="session")
def node() -> str:
    """The path of this environment's node, with the packages beside it; what is missing is a failure, not a skip."""
    if not installed():
        command = [str(BIN / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        # A city's network often has a certificate authority of its own: the system knows it, node's own list does not.
        beside = os.environ | {
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "NODE_USE_SYSTEM_CA": "1",
        }
        done = subprocess.run(command, cwd=HERE, env=beside, capture_output=True, text=True, check=False)
        assert 0 == done.returncode, f"npm ci cannot get the packages: {done.stderr.strip()}"
    return str(BIN / "node")


@pytest.fixture(scope="session")
def peer(node: str) -> Iterator[Peer]:
    """A process that answers until nobody asks any more."""
    with subprocess.Popen(
        [node, "peer.mjs"], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdin
        assert process.stdout

        def ask(ask: str, **question: Any) -> dict[str, Any]:
            assert process.stdin
            assert process.stdout
            process.stdin.write(json.dumps({"ask": ask, **question}) + "\n")
            process.stdin.flush()
            answer: dict[str, Any] = json.loads(process.stdout.readline())
            return answer

        yield ask
        process.stdin.close()
        process.wait(timeout=10)
