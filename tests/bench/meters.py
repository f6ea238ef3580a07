"""What a run is measured with: CPU of a thread, CPU of a process tree, and who else used the machine.

CPU per item is the honest figure on a small machine that is shared: the wall clock also counts whoever else
was at work. What others used is counted too, and told beside every figure.

Source of the counters: proc(5). Ticks are 1/100 s nearly everywhere, so that a tree is only measured over
seconds.
"""

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

PROC = Path("/proc")
NOISY = 0.10  # of the machine used by others while we measured: the round is told as noisy
_BATCH = 8


@lru_cache
def _tick() -> float:
    return 1.0 / float(os.sysconf("SC_CLK_TCK"))


@dataclass(frozen=True, slots=True)
class Spent:
    """What one item took, in microseconds: CPU of this thread, and wall; and how many items there were."""

    cpu_us: float
    wall_us: float
    items: int


def spend(deed: Callable[[int], object], *, seconds: float, numbers: Iterator[int] | None = None) -> Spent:
    """Do `deed(0)`, `deed(1)` … for that many seconds of CPU; `numbers` goes on where another run stopped."""
    numbers = numbers or count()
    budget, items = int(seconds * 1e9), 0
    wall, cpu = time.perf_counter_ns(), time.thread_time_ns()
    used = 0
    while used < budget:
        for _ in range(_BATCH):
            deed(next(numbers))
        items += _BATCH
        used = time.thread_time_ns() - cpu
    return Spent(used / items / 1e3, (time.perf_counter_ns() - wall) / items / 1e3, items)


@dataclass(slots=True)
class Stopwatch:
    """CPU of this thread and wall between the two ends of a `with` block, in microseconds."""

    cpu_us: float = 0.0
    wall_us: float = 0.0


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """Measure a block."""
    watch = Stopwatch()
    wall, cpu = time.perf_counter_ns(), time.thread_time_ns()
    yield watch
    watch.cpu_us = (time.thread_time_ns() - cpu) / 1e3
    watch.wall_us = (time.perf_counter_ns() - wall) / 1e3


def tree_cpu_us(pid: int) -> float:
    """Return the CPU that a process and all below it have used so far, in microseconds (in whole ticks)."""
    return sum(cpu_by_process(pid).values())


def cpu_by_process(pid: int) -> dict[int, float]:
    """Return that CPU of each process of the tree, by its id, in microseconds."""
    ticks, children = _processes()
    found: dict[int, float] = {}
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        found[one] = ticks.get(one, 0) * _tick() * 1e6
        waiting += children.get(one, ())
    return found


def _processes() -> tuple[dict[int, int], dict[int, list[int]]]:
    """Return the ticks of every process (its ended children included) and who is whose child."""
    ticks: dict[int, int] = {}
    children: dict[int, list[int]] = {}
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
        pid = int(folder.name)
        ticks[pid] = sum(map(int, fields[11:15]))  # utime stime cutime cstime
        children.setdefault(int(fields[1]), []).append(pid)
    return ticks, children


@dataclass(slots=True)
class Others:
    """The share of the machine that processes of others used in a block, 0 to 1."""

    share: float = 0.0


@contextmanager
def others() -> Iterator[Others]:
    """Watch what the rest of the machine does in a block, stolen time included."""
    seen = Others()
    wall, busy, ours = time.perf_counter(), _busy_us(), tree_cpu_us(os.getpid())
    yield seen
    foreign = (_busy_us() - busy) - (tree_cpu_us(os.getpid()) - ours)
    capacity = (time.perf_counter() - wall) * 1e6 * (os.cpu_count() or 1)
    seen.share = max(0.0, foreign / capacity)


def _busy_us() -> float:
    """Return the CPU used by everything since boot; guest time stands in user time already."""
    user, nice, system, _idle, _iowait, irq, soft, steal = map(
        int, (PROC / "stat").read_text().split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + irq + soft + steal) * _tick() * 1e6


def machine(folder: Path) -> dict[str, Any]:
    """Return what a figure has to be read with; `folder` is where the databases lie."""
    lines = (PROC / "cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return {
        "cpu": model or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "filesystem": _filesystem(folder),
    }


def _filesystem(folder: Path) -> str:
    """Return the type of the file system: on a tmpfs nothing is durable, and durability costs nothing."""
    found, longest = "", -1
    for line in (PROC / "self" / "mounts").read_text().splitlines():
        _, mount, kind, *_ = line.split()
        if folder.resolve().is_relative_to(mount) and len(mount) >= longest:
            found, longest = kind, len(mount)
    return found
