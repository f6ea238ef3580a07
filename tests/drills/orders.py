"""How the drills order the process that dies about (tests/drills/child.py)."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from certhub.hub import Hub
from certhub.settings import Settings
from tests.support.region import Clock, Wire

ROOT = Path(__file__).parents[2]
KILLED = -9
MOST_DEATHS = 90


@dataclass
class Child:
    """The zygote: give it an order, hear how the process that it forked has ended."""

    process: subprocess.Popen[str]

    def obey(self, **order: Any) -> list[int]:
        """Have an order carried out; return the exit status of each forked process (-9: killed)."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the zygote itself has died"
        ended: list[int] = json.loads(line)["ended"]
        return ended


@contextmanager
def run_child() -> Iterator[Child]:
    """Start the zygote, and end it."""
    command = [sys.executable, "-m", "tests.drills.child"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Child(process)
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.wait(60)
        process.stdout.close()


@dataclass
class Scene:
    """A region whose hub is opened by nobody, the process that will die in it, and what it leaves behind."""

    folder: Path
    child: Child
    clock: Clock = field(default_factory=Clock)

    @property
    def journal(self) -> Path:
        """Every signing input that a signature was made for."""
        return self.folder / "drill-journal"

    @property
    def acks(self) -> Path:
        """Everything that the outside world was told."""
        return self.folder / "drill-acks"

    def order(self, do: str, **more: Any) -> list[int]:
        """Have something done in a process of its own, at the scene's time."""
        return self.child.obey(
            do=do,
            folder=str(self.folder),
            time=self.clock.now().isoformat(),
            journal=str(self.journal),
            acks=str(self.acks),
            **more,
        )

    def signed(self) -> list[str]:
        """Return every journalled signing input."""
        return self.journal.read_text().splitlines() if self.journal.exists() else []

    def told(self) -> list[str]:
        """Return everything acknowledged."""
        return self.acks.read_text().splitlines() if self.acks.exists() else []

    @contextmanager
    def hub(self) -> Iterator[Hub]:
        """Open the hub here, to look and to try again; nobody else has it open."""
        hub = Hub.open(Settings.load(self.folder), clock=self.clock, network=Wire())
        try:
            yield hub
        finally:
            hub.close()


def deaths(
    scene: Scene, do: str, steps: tuple[str, ...], prepare: Callable[[str], dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield what was prepared for each death: at each step, then before each statement and commit."""
    for step in steps:
        order = prepare(step)
        assert [KILLED] == scene.order(do, kill={"step": step}, **order)
        yield order, False
    for what in ("statement", "commit"):
        for n in range(1, MOST_DEATHS):
            order = prepare(f"{what}-{n}")
            ended = scene.order(do, kill={what: n}, **order)
            assert ended in ([KILLED], [0])
            yield order, ended == [0]
            if ended == [0]:
                assert n > 1
                break
        else:
            pytest.fail(f"{do} did not end within {MOST_DEATHS} of its {what}s")
