"""A decision beside the table: where it says something else, and which way it errs.

The module knows neither the table nor the hub. It walks pairs of a case and its expected answer, and asks a callable.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

SETTLED = ("met", "not_applicable")  # nobody asks any more for a requirement in one of these states


class Said(Protocol):
    """What a scan says, as far as it tells which way a decision errs."""

    @property
    def verdict(self) -> str:
        """The verdict of the scan."""

    @property
    def requirements(self) -> Mapping[str, Any]:
        """What is said of each requirement, its state first."""

    @property
    def materials(self) -> str:
        """Whether the materials are complete."""


C = TypeVar("C")
S = TypeVar("S", bound=Said)


@dataclass(frozen=True)
class Fault(Generic[C, S]):
    """A case that the decision answers otherwise than the table."""

    case: C
    expected: S
    got: S

    @property
    def is_green_wrongly(self) -> bool:
        """Whether something counts as good that is not: the scan, a requirement or the materials."""
        if self.got.verdict == "valid" and self.expected.verdict != "valid":
            return True
        if self.got.materials == "complete" and self.expected.materials != "complete":
            return True
        settled = {name for name, row in self.expected.requirements.items() if row[0] in SETTLED}
        return any(row[0] in SETTLED and name not in settled for name, row in self.got.requirements.items())

    @property
    def is_refused_wrongly(self) -> bool:
        """Whether a scan that should pass, or be looked at, does not pass."""
        passes = self.expected.verdict in ("valid", "check")
        return passes and self.got.verdict in ("invalid", "undetermined")


@dataclass
class Faults(Generic[C, S]):
    """The faults of a walk, each in one list, the gravest that fits; empty where there is none."""

    walked: int = 0
    green_wrongly: list[Fault[C, S]] = field(default_factory=list)
    refused_wrongly: list[Fault[C, S]] = field(default_factory=list)
    other: list[Fault[C, S]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.green_wrongly) + len(self.refused_wrongly) + len(self.other)

    def __repr__(self) -> str:
        """Count them, and show the first few of each: a decision can be wrong in thousands of cases."""
        lines = [f"{len(self)} faults in {self.walked} cases"]
        for name in ("green_wrongly", "refused_wrongly", "other"):
            found: list[Fault[C, S]] = getattr(self, name)
            lines.append(f"{name}: {len(found)}")
            for one in found[:3]:
                lines += [f"  {one.case}", f"    expected {one.expected}", f"    got      {one.got}"]
        return "\n".join(lines)


def faults(decide: Callable[[C], S], cases: Iterable[tuple[C, S]]) -> Faults[C, S]:
    """Ask `decide` for every case, and return where its answer is not the expected one.

    Raises:
        ValueError: there is no case at all, so that nothing was compared.
    """
    found: Faults[C, S] = Faults()
    for case, expected in cases:
        found.walked += 1
        got = decide(case)
        if got == expected:
            continue
        one = Fault(case, expected, got)
        if one.is_green_wrongly:
            found.green_wrongly.append(one)
        elif one.is_refused_wrongly:
            found.refused_wrongly.append(one)
        else:
            found.other.append(one)
    if not found.walked:
        raise ValueError("no case was walked")
    return found
