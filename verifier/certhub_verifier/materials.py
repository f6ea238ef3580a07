"""What a matter still lacks: each requirement's state, over everything that was shown for one case.

    met             something shown serves it: kind, fields, predicates and mode, and it is not bad
    missing         nothing shown does; `cause` says what was wrong with what came closest
    not_applicable  its condition does not hold: somebody declared so, or a predicate says it
    undetermined    it may be met: what was shown for it could not be checked, or could not be compared
    deferred        undetermined for a cause that passes, where the matter lets the case begin without it (容缺)

    complete        every requirement that is due is met
    incomplete      one at least is missing
    undetermined    none is missing, and one at least is undetermined or deferred

Pure, and of a set: in which order things were shown changes no state. Everything is judged for now before it comes
here. What may not be told, or could not be asked for, meets nothing: what it was for is missing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from certhub_schemas.predicates import Predicate
from certhub_schemas.requirements import Alternative, Requirement

from certhub_verifier.causes import CODES, Verdict
from certhub_verifier.checks.need import Seen, lacking, reaches, suffices
from certhub_verifier.facts import Fact, Outcome
from certhub_verifier.predicates import PredicateAnswer
from certhub_verifier.report import ItemReport
from certhub_verifier.requirement_report import (
    Accepted,
    Materials,
    MaterialsReport,
    RequirementReport,
    RequirementState,
)

PASSING = frozenset({"PEER_DOWN", "LIST_TOO_OLD", "FACT_TOO_OLD", "STATUS_UNKNOWN"})
"""Causes that pass by themselves: a case may begin meanwhile, where its matter allows it."""

_CLOSEST = (
    "FIELDS_WITHHELD",
    "MODE_L2",
    "SUBJECT_OTHER",
    "NOT_NEEDED",
)  # what is easiest to mend is told first


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that was shown for the case: where it stands, and whose hub knows it.

    `vid` is the verification in which it was shown, None for the one that is being made; `place` its item. `kept_by`
    is the region that gave its holder's pairwise name: names of two hubs say nothing of each other.
    """

    item: ItemReport
    place: int
    kept_by: str
    vid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is decided about: the matter's requirements, what was shown, and what was declared.

    `names` gives what a kind is called, Chinese and English. `declared` are the requirements that somebody declared not
    applicable, and who: it counts for those alone whose condition a person says.
    """

    requirements: tuple[Requirement, ...]
    candidates: Sequence[Candidate]
    now: datetime
    names: Callable[[str], tuple[str, str]]
    deficiency_allowed: bool = False
    declared: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What one shown thing is worth for one alternative."""

    state: RequirementState
    cause: str | None
    candidate: Candidate | None
    lacking: tuple[str, ...] = ()

    def rank(self) -> tuple[Any, ...]:
        """Return the order in which attempts count, the best first; nothing in it tells which was shown first."""
        if self.state is RequirementState.MISSING and self.cause in _CLOSEST:
            nearness = _CLOSEST.index(self.cause)
        else:
            nearness = len(_CLOSEST) + (0 if self.cause is None else CODES[self.cause].rank)
        place = ("", 0) if self.candidate is None else (self.candidate.vid or "", self.candidate.place)
        return (_STATES.index(self.state), nearness, len(self.lacking), self.lacking, place)


_STATES = (RequirementState.MET, RequirementState.UNDETERMINED, RequirementState.MISSING)
_COMPARED = {None: Outcome.YES, "SUBJECT_OTHER": Outcome.NO}
Compare = Callable[[Predicate, Candidate], str | None]
"""Answers a predicate that compares a candidate with others: None for yes, else the cause why not."""


def materials_of(case: Case) -> MaterialsReport:
    """Decide how each requirement stands, and what that makes of the case."""
    found = _standing_alone(case)
    compare = _comparing(found)
    found |= {one.id: _attempts(one, case, compare) for one in case.requirements if one.id not in found}
    reports = tuple(_report(one, found, case) for one in case.requirements)
    due = {report.state for report in reports if not report.requirement.optional}
    if RequirementState.MISSING in due:
        return MaterialsReport(reports, Materials.INCOMPLETE)
    is_open = due & {RequirementState.UNDETERMINED, RequirementState.DEFERRED}
    return MaterialsReport(reports, Materials.UNDETERMINED if is_open else Materials.COMPLETE)


def comparisons(case: Case, *, by: str) -> dict[int, tuple[PredicateAnswer, ...]]:
    """Say of each thing that is shown now how its holders compare with those of what meets another requirement.

    Returns:
        By the item's place; what no requirement compares, whose holders nobody named, and what is invalid is left
        out. `by` is the region (six digits) that compares: the names are those of the hubs that hold the certificates.
    """
    compare = _comparing(_standing_alone(case))
    told: dict[int, tuple[PredicateAnswer, ...]] = {}
    for candidate in case.candidates:
        item = candidate.item
        if candidate.vid is not None or item.verdict is Verdict.INVALID or not item.manner.subjects:
            continue
        asked = dict.fromkeys(
            predicate
            for one in case.requirements
            for way in one.of_kind(item.kind)
            for predicate in way.predicates
            if predicate.of_a_case
        )
        answers = tuple(_answer(one, compare(one, candidate), case.now, by) for one in asked)
        if answers:
            told[candidate.place] = answers
    return told


def _answer(predicate: Predicate, cause: str | None, now: datetime, by: str) -> PredicateAnswer:
    outcome = _COMPARED.get(cause, Outcome.UNDETERMINED)
    return PredicateAnswer(predicate, outcome, cause if outcome is Outcome.UNDETERMINED else None, now, by)


def _standing_alone(case: Case) -> dict[str, list[_Attempt]]:
    return {one.id: _attempts(one, case, _no_comparison) for one in case.requirements if _stands_alone(one)}


def _comparing(attempts: Mapping[str, Sequence[_Attempt]]) -> Compare:
    def compare(predicate: Predicate, candidate: Candidate) -> str | None:
        return _compared(candidate, _meeting(attempts.get(str(predicate.argument("requirement")), [])))

    return compare


def _stands_alone(requirement: Requirement) -> bool:
    return not any(predicate.of_a_case for way in requirement.accepts for predicate in way.predicates)


def _no_comparison(predicate: Predicate, candidate: Candidate) -> str | None:
    raise ValueError("a requirement that stands alone compares nothing")


def _report(
    requirement: Requirement, attempts: Mapping[str, Sequence[_Attempt]], case: Case
) -> RequirementReport:
    """Say how a requirement stands: what was shown for it comes first, then whether it is due at all."""
    best = min(attempts[requirement.id], key=_Attempt.rank)
    candidate = best.candidate
    accepts = tuple(
        Accepted(kind, *case.names(kind)) for kind in dict.fromkeys(way.kind for way in requirement.accepts)
    )
    bare = RequirementReport(requirement, accepts, best.state)
    told = replace(
        bare,
        cause=best.cause,
        item=None if candidate is None else candidate.place,
        vid=None if candidate is None else candidate.vid,
        missing_fields=best.lacking,
    )
    if best.state is RequirementState.MET:
        return told
    condition = requirement.condition
    if condition is not None and condition.is_declared and requirement.id in case.declared:
        return replace(bare, state=RequirementState.NOT_APPLICABLE, declared_by=case.declared[requirement.id])
    if condition is not None and condition.predicate is not None:
        outcome, cause = _holds(condition.predicate, attempts[condition.of])
        if outcome is Outcome.NO:
            return replace(bare, state=RequirementState.NOT_APPLICABLE)
        if outcome is Outcome.UNDETERMINED:
            return replace(bare, state=RequirementState.UNDETERMINED, cause=cause)
    if best.state is RequirementState.UNDETERMINED and case.deficiency_allowed and best.cause in PASSING:
        return replace(told, state=RequirementState.DEFERRED)
    return told


def _holds(predicate: Predicate, attempts: Sequence[_Attempt]) -> tuple[Outcome, str | None]:
    """Say whether a computed condition holds, by what meets the requirement that it rests on; or why nobody knows."""
    meeting = _meeting(attempts)
    answers = [
        answer
        for candidate in meeting
        for answer in candidate.item.manner.predicates
        if answer.predicate == predicate
    ]
    if not meeting:
        return Outcome.UNDETERMINED, min(attempts, key=_Attempt.rank).cause
    if any(answer.outcome is Outcome.YES for answer in answers):
        return Outcome.YES, None
    if answers and all(answer.outcome is Outcome.NO for answer in answers):
        return Outcome.NO, None
    return Outcome.UNDETERMINED, next((answer.cause for answer in answers if answer.cause), "CLAIM_ABSENT")


def _attempts(requirement: Requirement, case: Case, compare: Compare) -> list[_Attempt]:
    """Return what everything shown is worth for a requirement."""
    found = [
        _attempt(way, candidate, case, compare)
        for candidate in case.candidates
        for way in requirement.of_kind(candidate.item.kind)
    ]
    return found or [_Attempt(RequirementState.MISSING, None, None)]


def _attempt(way: Alternative, candidate: Candidate, case: Case, compare: Compare) -> _Attempt:
    item, manner = candidate.item, candidate.item.manner
    if item.verdict is Verdict.INVALID:
        return _Attempt(RequirementState.MISSING, item.code, candidate)
    if item.verdict is Verdict.UNDETERMINED and item.code != "MODE_L3":
        return _Attempt(RequirementState.UNDETERMINED, item.code, candidate)
    if not reaches(manner.reached, way.mode):
        state = RequirementState.UNDETERMINED if way.mode == "L3" else RequirementState.MISSING
        return _Attempt(state, f"MODE_{way.mode}", candidate)
    seen = Seen(item.kind, item.disclosed, manner)
    cause = suffices(way, seen)
    if cause is not None:
        fields = lacking(way, seen) if cause == "FIELDS_WITHHELD" else ()
        return _Attempt(_state_of(cause), cause, candidate, fields)
    if _is_older(item, way, case.now):
        return _Attempt(RequirementState.UNDETERMINED, "FACT_TOO_OLD", candidate)
    causes = [compare(predicate, candidate) for predicate in way.predicates if predicate.of_a_case]
    against = [cause for cause in causes if cause is not None]
    if not against:
        return _Attempt(RequirementState.MET, None, candidate)
    known = "SUBJECT_OTHER" if "SUBJECT_OTHER" in against else against[0]
    return _Attempt(_state_of(known), known, candidate)


def _state_of(cause: str) -> RequirementState:
    """Return what a cause makes of a requirement: what somebody can mend is missing, the rest is not known."""
    return RequirementState.MISSING if cause in _CLOSEST else RequirementState.UNDETERMINED


def _is_older(item: ItemReport, way: Alternative, now: datetime) -> bool:
    """Tell whether the news of a certificate's status, or an answer that moves, is older than an alternative takes."""
    status = next((one for one in item.facts if one.fact is Fact.STATUS), None)
    answers = (one for one in item.manner.predicates if one.predicate in way.predicates)
    return (status is not None and (now - status.as_of).total_seconds() > way.max_age_seconds) or any(
        one.is_older(way.max_age_seconds, now) for one in answers
    )


def _meeting(attempts: Iterable[_Attempt]) -> list[Candidate]:
    return [
        one.candidate for one in attempts if one.state is RequirementState.MET and one.candidate is not None
    ]


def _compared(candidate: Candidate, others: Sequence[Candidate]) -> str | None:
    """Return why no holder is known to be one of what meets another requirement; None where they share a holder.

    Whoever holds a certificate together with somebody else is its holder. A pairwise name is worth something beside
    another one of the same hub, and nothing beside one of another hub.
    """
    mine = _subjects(candidate)
    same_hub = [_subjects(one) for one in others if one.kept_by == candidate.kept_by]
    if any(mine & names for names in same_hub):
        return None
    is_comparable = mine and others and len(same_hub) == len(others) and all(same_hub)
    return "SUBJECT_OTHER" if is_comparable else "SUBJECT_UNLINKED"


def _subjects(candidate: Candidate) -> frozenset[str]:
    return frozenset(candidate.item.manner.subjects)
