"""An answered predicate: yes, no or undetermined in the place of a value, with who says so and as of when.

The hub that holds the certificate answers (`certhub_schemas.predicates` is the closed list of what can be asked); a hub
that asks takes the answer over as it takes over facts, by a signature. No answer holds the value that it replaces.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from certhub_schemas.predicates import TODAY, Predicate
from certhub_schemas.requirements import Mode

from certhub_verifier.facts import Outcome

CAUSES = ("CLAIM_ABSENT", "CLOCK_WRONG", "FACT_TOO_OLD", "SUBJECT_UNLINKED")
"""Why a predicate is undetermined; the first is what an unknown cause is read as."""


@dataclass(frozen=True, slots=True)
class PredicateAnswer:
    """One predicate with its answer.

    `by` is the region (six digits) whose hub computed it. `declared` is the value that somebody declared, for `equals`
    alone: the clerk typed it, so that it is known here already; it goes into no report, and into a receipt as a digest.
    """

    predicate: Predicate
    outcome: Outcome
    cause: str | None
    as_of: datetime
    by: str
    declared: str | None = None

    @property
    def moves(self) -> bool:
        """Whether another day may change the answer: who is old enough stays so, and what has ended has ended."""
        match self.predicate.name:
            case "in_force_on":
                return self.is_known and self.predicate.argument("date") == TODAY
            case "not_ended_within":
                return self.outcome is Outcome.YES
            case "age_at_least":
                return self.outcome is Outcome.NO
            case _:
                return False

    @property
    def is_known(self) -> bool:
        """Whether it is a yes or a no."""
        return self.outcome is not Outcome.UNDETERMINED

    def is_older(self, seconds: int, now: datetime) -> bool:
        """Tell whether it moves with the day, and is older than so many seconds."""
        return self.moves and (now - self.as_of).total_seconds() > seconds

    def unknown(self, cause: str) -> "PredicateAnswer":
        """Return the answer taken back, for a cause."""
        return replace(self, outcome=Outcome.UNDETERMINED, cause=cause)

    def to_dict(self, as_of: str) -> dict[str, Any]:
        """Return the JSON form in a report; `as_of` is the time as the report spells times."""
        form: dict[str, Any] = {
            "name": self.predicate.name,
            "arguments": dict(self.predicate.arguments),
            "outcome": self.outcome.value,
        }
        if self.cause is not None:
            form["cause"] = self.cause
        return form | {"by": self.by, "as_of": as_of}


@dataclass(frozen=True, slots=True)
class Manner:
    """In which manner something was shown, as whoever knows it says: the mode that was reached, and what was answered.

    `only_seen` tells that the identity was checked by eye alone, without a number that was compared. `subjects` are
    the holders under names that mean nothing outside one case (pairwise); none where nobody gave one.
    """

    reached: Mode = "L1"
    only_seen: bool = False
    predicates: tuple[PredicateAnswer, ...] = ()
    subjects: tuple[str, ...] = ()


GLANCE = Manner()
"""Shown without a matter: the lowest mode, and nothing beside the fields."""
