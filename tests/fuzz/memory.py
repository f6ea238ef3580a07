"""How much memory a fuzzing process takes, in two figures that mean different things.

held   resident size now, after the allocator gave back what it kept for later: what grows here is a leak
peak   the largest resident size ever, and what was being judged then: what rises here is one dear input

A peak alone cannot tell the two apart: a picture that claims sixteen megapixels raises it once and for all.
Read from Linux's /proc; elsewhere the peak stands for both.
"""

import contextlib
import ctypes
import os
import resource
import sys
from dataclasses import dataclass
from pathlib import Path

MAX_GROWTH = 16 << 20  # bytes that a process may hold more than after its first chunk: 4,096 cached keys
MAX_PEAK = 256 << 20  # bytes of a process at any time (trust-and-security §3.4, F6)
_STATM = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Held:
    """What one process held after its first chunk and after its last, its peak, and who raised it most; bytes."""

    first: int
    last: int
    peak: int
    step: int = 0
    step_by: str = ""

    @property
    def growth(self) -> int:
        """Return how much more it holds."""
        return self.last - self.first

    def then(self, later: "Held") -> "Held":
        """Return this one continued by a later chunk of the same process."""
        step, by = max((self.step, self.step_by), (later.step, later.step_by))
        return Held(self.first, later.last, max(self.peak, later.peak), step, by)


class Watch:
    """Watches this process through one chunk."""

    def __init__(self) -> None:
        self._peak = peak()
        self._step = (0, "")

    def look(self, during: str) -> None:
        """Note by how much the input just judged raised the peak, if it did; costs a system call."""
        now = peak()
        if now > self._peak:
            self._step = max(self._step, (now - self._peak, during))
            self._peak = now

    def held(self) -> Held:
        """Return what this process holds at the end of its chunk."""
        now = resident()
        return Held(now, now, self._peak, *self._step)


def peak() -> int:
    """Return this process's peak resident size in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def resident() -> int:
    """Return this process's resident size in bytes, without what the allocator merely keeps."""
    with contextlib.suppress(AttributeError, OSError):  # only the GNU C library has it
        ctypes.CDLL(None).malloc_trim(0)
    if not _STATM.exists():
        return peak()
    return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
