"""What became of an input, and what is fuzzed.

REFUSED    not taken
SAME       taken, and it means what a good input means (a twin that is tolerated, a blank in a code)
ACCEPTED   taken, and it means something that nobody signed: a finding
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from random import Random


class Found(Enum):
    """What became of an input."""

    REFUSED = "refused"
    SAME = "same"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to fuzz; `weight` is its share of the mutants.

    `judge` says what became of an input, or raises the package's own error, which is a refusal. Anything else
    that it raises is a finding. Mutants are neighbours of the good inputs, unless `bend` makes them: a world.
    """

    name: str
    good: tuple[bytes, ...]
    judge: Callable[[bytes], Found]
    weight: float = 2
    bend: Callable[[Random], bytes] | None = None


def same(holds: bool) -> Found:
    """Return SAME where what has to hold does, else ACCEPTED."""
    return Found.SAME if holds else Found.ACCEPTED


def text_of(data: bytes) -> str:
    """Return what a caller makes of bytes: text in which nothing was lost."""
    try:
        return data.decode("utf-8")
    except UnicodeError:
        return data.decode("latin-1")
