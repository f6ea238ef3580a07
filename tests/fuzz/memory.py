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
from dataclasses import dataclass, replace
from pathlib import Path

MAX_GROWTH = 16 << 20  # bytes that a process may hold more than after its first chunk: 4,096 cached keys
MAX_PEAK = 256 << 20  # bytes of a process at any time (trust-and-security §3.4, F6)
_STEP = 1 << 20  # bytes by which a peak has to rise to be somebody's
_STATM = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Held:
    """What one process held after its first chunk and after its last, and its peak; in bytes."""

    first: int
    last: int
    peak: int
    peak_by: str

    @property
    def growth(self) -> int:
        """Return how much more it holds."""
        return self.last - self.first

    def then(self, later: "Held") -> "Held":
        """Return this one continued by a later chunk of the same process."""
        known = replace(self, last=later.last)
        if later.peak < self.peak + _STEP:
            return known
        return replace(known, peak=later.peak, peak_by=later.peak_by)


class Watch:
    """Watches this process through one chunk."""

    def __init__(self) -> None:
        self._peak, self._by = peak(), "no one input"

    def look(self, during: str) -> None:
        """Note who raised the peak, if anybody did; costs a system call."""
        now = peak()
        if now >= self._peak + _STEP:
            self._peak, self._by = now, during

    def held(self) -> Held:
        """Return what this process holds at the end of its chunk."""
        now = resident()
        return Held(now, now, self._peak, self._by)


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
