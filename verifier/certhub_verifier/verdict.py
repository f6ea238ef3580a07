"""From facts to one of four verdicts: a pure function of what was checked and what the matter demands (D10).

    any "no"                              invalid
    a required fact undetermined          undetermined
    a required fact missing               undetermined
    an expected fact undetermined         check, unless its cause is one of the undetermined class: those stay
    a "yes" with a caution                check
    nothing of all this                   valid

A fact weighs as the policy says, or as the floor of its kind of evidence says where that is more (floor.py).
The headline is the first cause in the order of the catalogue (causes.py). A cause outside the catalogue
never makes anything better: it is read as the plainest cause of its fact.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from certhub_verifier.causes import CODES, Verdict
from certhub_verifier.facts import CAUTIONS, NO_CAUSES, OPEN_CAUSES, Checked, Fact, Outcome
from certhub_verifier.floor import FLOORS, Floor, FloorRow, Hold
from certhub_verifier.policy import Level, Policy


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, the code of its headline, and what the sentence can say about it."""

    verdict: Verdict
    code: str
    detail: Mapping[str, str] = field(default_factory=dict)


VALID = Judgement(Verdict.VALID, "OK")


def judge(facts: Sequence[Checked], policy: Policy, evidence: FloorRow) -> Judgement:
    """Weigh `facts` by `policy`, never below the floor of `evidence`.

    The same facts give the same judgement, in whatever order they stand.
    """
    scale = policy.derived(evidence, lambda policy: _Scale.of(policy, FLOORS[evidence]))
    against = [
        judgement
        for checked in facts
        # Of a plain yes nothing is to be said, however much it weighs.
        if (checked.cause is not None or checked.outcome is not Outcome.YES)
        and (judgement := _weigh(checked, scale.levels[checked.fact])) is not None
    ]
    found = worst(against)
    if found.verdict in (Verdict.INVALID, Verdict.UNDETERMINED):
        return found  # what was found explains better than what was therefore not looked at
    missing = scale.owed.difference([checked.fact for checked in facts])
    return worst(
        [found, *scale.always, *(Judgement(Verdict.UNDETERMINED, OPEN_CAUSES[one][0]) for one in missing)]
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """A policy and a floor put together: how much each fact weighs, which is owed, and what always stands."""

    levels: Mapping[Fact, Level]
    owed: frozenset[Fact]
    always: tuple[Judgement, ...]

    @classmethod
    def of(cls, policy: Policy, floor: Floor) -> "_Scale":
        always = (Judgement(CODES[floor.always].verdict, floor.always),) if floor.always else ()
        return cls(
            {fact: _level(fact, policy, floor) for fact in Fact},
            frozenset(fact for fact in Fact if _owed(fact, policy, floor)),
            always,
        )


def worst(judgements: Iterable[Judgement]) -> Judgement:
    """Return the one that speaks for all: the worst verdict, and in it the first cause; none is valid."""
    return min(judgements, key=_headline_first, default=VALID)


def _headline_first(judgement: Judgement) -> tuple[int, int]:
    return (-judgement.verdict.badness, CODES[judgement.code].rank)


def _level(fact: Fact, policy: Policy, floor: Floor) -> Level:
    """Return how much a fact weighs: the more of what the policy and the floor say."""
    match floor.holds.get(fact):
        case None:
            return policy.level(fact)
        case Hold.EXPECTED | Hold.WHERE_ASKED if policy.level(fact) is not Level.REQUIRED:
            return Level.EXPECTED
        case _:
            return Level.REQUIRED


def _owed(fact: Fact, policy: Policy, floor: Floor) -> bool:
    """Tell whether the fact may not be missing."""
    held = floor.holds.get(fact) in (Hold.REQUIRED, Hold.EXPECTED)
    return held or policy.level(fact) is Level.REQUIRED


def _weigh(checked: Checked, level: Level) -> Judgement | None:
    """Return what one fact says against "valid", or None."""
    fact = checked.fact
    if checked.outcome is Outcome.NO:
        return Judgement(
            Verdict.INVALID, _known(checked.cause, NO_CAUSES[fact]) or "TAMPERED", checked.detail
        )
    if level is Level.OFF:
        return None
    if checked.outcome is Outcome.UNDETERMINED:
        code = _known(checked.cause, OPEN_CAUSES[fact]) or "STATUS_UNKNOWN"
        softened = level is Level.EXPECTED and CODES[code].verdict is Verdict.CHECK
        return Judgement(Verdict.CHECK if softened else Verdict.UNDETERMINED, code, checked.detail)
    if checked.cause is None:
        return None
    if checked.cause in CAUTIONS.get(fact, ()):
        return Judgement(Verdict.CHECK, checked.cause, checked.detail)
    return Judgement(Verdict.UNDETERMINED, OPEN_CAUSES[fact][0])  # a yes that contradicts itself


def _known(cause: str | None, allowed: tuple[str, ...]) -> str | None:
    """Return `cause` if the fact may have it, else the plainest one that it may have, else None."""
    return cause if cause in allowed else next(iter(allowed), None)
