"""What the bench tells: figures, each a ratio of two things that were measured in the same minute.

    SHARE     floor of the P-256 operations really done ÷ CPU of the item       more is better, 1 is the end
    SIGNS     CPU of the item ÷ CPU of one P-256 signature                       less is better
    RATE      items a second ÷ signatures a second, both by the wall clock       more is better
    AGAINST   CPU of the item ÷ CPU of something else done in the same round     less is better

A case measures one or more figures, round by round. It asserts inside the run that its answers are right: a
figure of wrong answers is none.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.floor import Floor, Work
from tests.bench.meters import NOISY

NO_WORK = Work()


class Kind(StrEnum):
    """How a ratio is made."""

    SHARE = "share"
    SIGNS = "signs"
    RATE = "rate"
    AGAINST = "against"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; `goal` is where it should get to, for information: nothing fails by it."""

    name: str
    kind: Kind
    says: str
    goal: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """One figure in one round: `us` an item (wall for RATE, else CPU), and what it is held against."""

    figure: str
    us: float
    work: Work = NO_WORK
    against_us: float = 0.0
    more: Mapping[str, float | str] = field(default_factory=dict)

    def ratio(self, kind: Kind, floor: Floor) -> float:
        """Return the ratio of that kind."""
        match kind:
            case Kind.SHARE:
                return floor.of(self.work) / self.us
            case Kind.SIGNS:
                return self.us / floor.sign_us
            case Kind.RATE:
                return floor.sign_wall_us / self.us
            case Kind.AGAINST:
                return self.us / self.against_us


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done: seconds of CPU for a small case in a round, and a factor on the sizes of large ones."""

    seconds: float = 0.25
    scale: float = 1.0

    def sized(self, number: int) -> int:
        """Return a number of items at this effort."""
        return max(1, int(number * self.scale))


Round = Callable[[], Sequence[Taken]]


@dataclass(frozen=True, slots=True)
class Case:
    """Something to measure. `open` prepares it in an empty folder and gives a function that measures a round."""

    name: str
    figures: tuple[Figure, ...]
    open: Callable[[Path, Effort], AbstractContextManager[Round]]


@dataclass(slots=True)
class Series:
    """All rounds of one figure."""

    figure: Figure
    ratios: list[float] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    noise: list[float] = field(default_factory=list)

    def add(self, taken: Taken, floor: Floor, noise: float) -> None:
        """Take a round in."""
        self.ratios.append(taken.ratio(self.figure.kind, floor))
        self.taken.append(taken)
        self.noise.append(noise)

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as JSON."""
        work = self.taken[0].work
        return {
            "name": self.figure.name,
            "kind": self.figure.kind.value,
            "says": self.figure.says,
            "goal": self.figure.goal,
            "ratio": {
                "median": round(median(self.ratios), 4),
                "min": round(min(self.ratios), 4),
                "max": round(max(self.ratios), 4),
            },
            "us": round(median(one.us for one in self.taken), 2),
            "verifies": work.verifies,
            "signs": work.signs,
            "rounds": len(self.ratios),
            "noisy_rounds": sum(one > NOISY for one in self.noise),
            "more": dict(self._more()),
        }

    def _more(self) -> Iterator[tuple[str, float | str]]:
        """Of each further number the median, of each further word the last."""
        for name, last in self.taken[-1].more.items():
            numbers = [v for one in self.taken if isinstance(v := one.more.get(name), int | float)]
            yield name, round(median(numbers), 3) if numbers else last
