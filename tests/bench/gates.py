"""Where each figure has to be, and where it should get to: the one table of both.

    gate    `dev.py bench --gates` fails when a median is past it by more than a fifth
    goal    where it should get to; nothing fails by it

The medians that are held against it are the corrected ones (tests/bench/yardstick.py). A figure that is not here has
no gate: it is measured, and told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

SLACK = 0.20


class Standing(StrEnum):
    """How a figure stands."""

    GOAL = "goal"
    GATE = "gate"
    SLACK = "slack"
    """Past the gate by no more than a fifth."""
    PAST = "past"


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate and the goal of one figure; `more` is whether more is better."""

    gate: float
    goal: float
    more: bool = True

    def standing(self, value: float) -> Standing:
        """Tell how a value stands."""
        if self._reaches(value, self.goal):
            return Standing.GOAL
        if self._reaches(value, self.gate):
            return Standing.GATE
        return Standing.SLACK if self._reaches(value, self.bound) else Standing.PAST

    @property
    def bound(self) -> float:
        """What a median may not be past."""
        return self.gate * (1 - SLACK if self.more else 1 + SLACK)

    def _reaches(self, value: float, wanted: float) -> bool:
        return value >= wanted if self.more else value <= wanted

    def says(self, wanted: float) -> str:
        """Return a bound as people read it."""
        return f"{'≥' if self.more else '≤'} {wanted:g}"


def _less(gate: float, goal: float) -> Gate:
    return Gate(gate, goal, more=False)


GATES: Mapping[str, Gate] = {
    "verify": Gate(0.34, 0.45),
    "repeat": Gate(0.60, 0.80),
    "issue": Gate(0.30, 0.40),
    "refuse-worst": _less(0.25, 0.10),
    "http-verify": Gate(0.04, 0.10),
    "http-batch": Gate(0.08, 0.18),
    "import": Gate(0.04, 0.08),
    "import-two": Gate(1.6, 1.6),
    "show": _less(20, 12),
    "http-read": _less(4, 2.2),
    "http-verify-tail-8": _less(5, 3),
    "http-verify-tail-32": _less(5, 3),
    "workers": Gate(1.0, 1.5),
    "workers-p99": _less(1.0, 1.0),
}
GROWTH = _less(1.5, 1.2)
GROWING = "growth-"
"""How the name of every figure begins that is held against GROWTH."""


def gate_of(figure: str) -> Gate | None:
    """Return the gate of a figure, None for one without."""
    return GROWTH if figure.startswith(GROWING) else GATES.get(figure)
