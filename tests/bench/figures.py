"""What the bench tells: figures, each a ratio of two things that were measured in the same minute.

    SHARE     floor of the P-256 operations really done ÷ CPU of the item       more is better, 1 is the end
    SIGNS     CPU of the item ÷ CPU of one P-256 signature                       less is better
    RATE      items a second ÷ signatures a second, both by the wall clock       more is better
    AGAINST   what the item takes ÷ what something else takes in the same round  less is better
    GAIN      items a second ÷ items a second of something else in the round     more is better
    FLOORS    CPU of the item ÷ floor of the P-256 operations really done        less is better

Each has two values: as it was measured, and corrected to the reference machine (tests/bench/yardstick.py). A case
measures one or more figures, round by round. It asserts inside the run that its answers are right: a
figure of wrong answers is none.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.floor import Floor
from tests.bench.gates import gate_of
from tests.bench.meters import NOISY
from tests.bench.stores import Backend, Stores
from tests.support.signatures import Work

NO_WORK = Work()


class Kind(StrEnum):
    """How a ratio is made."""

    SHARE = "share"
    SIGNS = "signs"
    RATE = "rate"
    AGAINST = "against"
    GAIN = "gain"
    FLOORS = "floors"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; `goal` is where one without a gate should get to, in words (tests/bench/gates.py)."""

    name: str
    kind: Kind
    says: str
    goal: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """One figure in one round: `us` an item (wall for RATE and GAIN, else CPU), and what it is held against.

    `work` is what of `us` is cryptography, `against_work` what of `against_us` is. An item that is held against more
    than it does (a signature that is remembered) says what was really `done`. `cpu_us` is the part of a wall time that
    was CPU; of the rest, which is waiting, nothing is corrected.
    """

    figure: str
    us: float
    work: Work = NO_WORK
    done: Work | None = None
    against_us: float = 0.0
    against_work: Work = NO_WORK
    cpu_us: float = 0.0
    more: Mapping[str, float | str] = field(default_factory=dict)

    def ratio(self, kind: Kind, floor: Floor) -> float:
        """Return the ratio of that kind, as measured."""
        return self._of(kind, floor, self.us, self.against_us)

    def corrected(self, kind: Kind, floor: Floor) -> float:
        """Return the ratio of that kind as it would be on the reference machine."""
        us, against, done = self.us, self.against_us, self.work if self.done is None else self.done
        match kind:
            case Kind.GAIN:
                pass
            case Kind.RATE:
                us -= self.cpu_us - floor.at_reference(self.cpu_us, done)
            case _:
                us, against = (
                    floor.at_reference(us, done),
                    floor.at_reference(against, self.against_work),
                )
        return self._of(kind, floor, us, against)

    def _of(self, kind: Kind, floor: Floor, us: float, against_us: float) -> float:
        match kind:
            case Kind.SHARE:
                return floor.of(self.work) / us
            case Kind.SIGNS:
                return us / floor.sign_us
            case Kind.RATE:
                return floor.sign_wall_us / us
            case Kind.AGAINST:
                return us / against_us
            case Kind.GAIN:
                return against_us / us
            case Kind.FLOORS:
                return us / floor.of(self.work)


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done, and on which stores.

    seconds   CPU of a small case in a round
    scale     a factor on the numbers of items of a large one
    stores    the kept stores; the cases with a hub work on copies of them
    filled    how many certificates the store holds that a hub's cases work on
    sizes     the numbers of certificates that `growth` compares
    backends  the databases that it compares them on
    """

    stores: Stores
    seconds: float = 0.25
    scale: float = 1.0
    filled: int = 10_000
    sizes: Sequence[int] = (1_000, 10_000, 100_000, 1_000_000)
    backends: Sequence[Backend] = tuple(Backend)

    def sized(self, number: int) -> int:
        """Return a number of items at this effort."""
        return max(1, int(number * self.scale))


Round = Callable[[], Sequence[Taken]]


@dataclass(frozen=True, slots=True)
class Case:
    """Something to measure. `open` prepares it in an empty folder and gives a function that measures a round.

    `of` names the database of each figure that is about one of those that the effort grows on.
    """

    name: str
    figures: tuple[Figure, ...]
    open: Callable[[Path, Effort], AbstractContextManager[Round]]
    of: Mapping[str, Backend] = field(default_factory=dict)

    def figures_at(self, effort: "Effort") -> list["Figure"]:
        """Return the figures that are taken: one `of` a database only where the effort has that."""
        return [one for one in self.figures if self.of.get(one.name) in (None, *effort.backends)]


@dataclass(slots=True)
class Series:
    """All rounds of one figure."""

    figure: Figure
    ratios: list[float] = field(default_factory=list)
    corrected: list[float] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    noise: list[float] = field(default_factory=list)

    def add(self, taken: Taken, floor: Floor, noise: float) -> None:
        """Take a round in."""
        self.ratios.append(taken.ratio(self.figure.kind, floor))
        self.corrected.append(taken.corrected(self.figure.kind, floor))
        self.taken.append(taken)
        self.noise.append(noise)

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as JSON."""
        work, gate, corrected = self.taken[0].work, gate_of(self.figure.name), _spread(self.corrected)
        return {
            "name": self.figure.name,
            "kind": self.figure.kind.value,
            "says": self.figure.says,
            "goal": gate.says(gate.goal) if gate else self.figure.goal,
            "gate": gate.says(gate.gate) if gate else "",
            "standing": gate.standing(corrected["median"]).value if gate else "",
            "ratio": _spread(self.ratios),
            "corrected": corrected,
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


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": round(median(values), 4), "min": round(min(values), 4), "max": round(max(values), 4)}
