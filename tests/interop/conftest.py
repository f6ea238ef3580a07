"""The other implementation: installed once from its lock file, then asked over a pipe."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.support.npm import node_for

HERE = Path(__file__).parent


class Peer(Protocol):
    """Ask a question of peer.mjs; returns its answer, `refused` in it where it went wrong there."""

    def __call__(self, ask: str, **question: Any) -> dict[str, Any]:
        """Send one line, read one line."""
        ...


@pytest.fixture(scope="session")
def node() -> str:
    """The path of this environment's node, with the packages beside it."""
    return node_for(HERE)


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
