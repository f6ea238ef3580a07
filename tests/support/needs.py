"""Requirements and shown certificates as values, for tests of what a matter still lacks; no catalogue, no signature."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from types import MappingProxyType
from typing import Any

from certhub_schemas.predicates import Predicate
from certhub_schemas.requirements import Alternative, Condition, Mode, NeededField, Requirement
from certhub_verifier.causes import CODES
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.materials import Candidate, Case, materials_of
from certhub_verifier.predicates import Manner, PredicateAnswer
from certhub_verifier.report import ItemReport
from certhub_verifier.requirement_report import MaterialsReport

NOW = datetime(2026, 11, 24, 1, 41, tzinfo=UTC)
HERE, THERE = "420700", "420100"
OLDEST = 3600
LICENCE, PERMIT, CARD = "licence", "permit", "card"
"""Kinds; whether a catalogue holds them is nothing to what is asked here."""
DECLARED = Condition(text="办理变更", text_en="Something is changed")
_vids = (f"v-{n}" for n in count(1))


def asked(name: str, **arguments: str | int) -> Predicate:
    """Return a predicate."""
    return Predicate(name, MappingProxyType(arguments))


OF_AGE, IN_FORCE = asked("age_at_least", n=60), asked("in_force_on", date="today")


def same_person(requirement: str) -> Predicate:
    """Return the predicate that the holder is the one of what meets a requirement."""
    return asked("same_person_as", requirement=requirement)


def way(
    kind: str, *titles: str, asks: Sequence[Predicate] = (), mode: Mode = "L1", oldest: int = OLDEST
) -> Alternative:
    """Return an alternative."""
    return Alternative(
        kind, tuple(NeededField(title, "为何", "why") for title in titles), tuple(asks), mode, oldest
    )


def requirement(
    id_: str, *ways: Alternative, optional: bool = False, condition: Condition | None = None
) -> Requirement:
    """Return a requirement that any of the alternatives meets."""
    return Requirement(id_, id_, id_, "holder", optional, ways, condition)


def computed(predicate: Predicate, of: str) -> Condition:
    """Return a condition that a predicate of what meets another requirement says."""
    return Condition(predicate=predicate, of=of)


def answer(predicate: Predicate, outcome: str, cause: str | None = None) -> PredicateAnswer:
    """Return an answered predicate."""
    return PredicateAnswer(predicate, Outcome(outcome), cause, NOW, HERE)


def shown(
    kind: str,
    *titles: str,
    code: str = "OK",
    age: int = 0,
    answers: Iterable[PredicateAnswer] = (),
    mode: Mode = "L1",
    **more: Any,
) -> Candidate:
    """Return something that was shown: its fields, what its verdict rests on, and how old its news is, in seconds."""
    item = ItemReport(
        kind=kind,
        kind_name=kind,
        kind_name_en=kind,
        verdict=CODES[code].verdict,
        code=code,
        facts=(Checked(Fact.STATUS, Outcome.YES, None, NOW - timedelta(seconds=age)),),
        disclosed=dict.fromkeys(titles, "甲"),
        manner=Manner(mode, predicates=tuple(answers), subjects=tuple(more.pop("subjects", ()))),
    )
    return Candidate(item, more.pop("place", 0), more.pop("kept_by", HERE), more.pop("vid", next(_vids)))


def materials(
    requirements: Iterable[Requirement], shown: Iterable[Candidate] = (), **more: Any
) -> MaterialsReport:
    """Return how a case stands."""
    return materials_of(case_of(requirements, shown, **more))


def case_of(requirements: Iterable[Requirement], shown: Iterable[Candidate] = (), **more: Any) -> Case:
    """Return what is decided about."""
    return Case(
        requirements=tuple(requirements),
        candidates=tuple(shown),
        now=NOW,
        names=lambda kind: (kind, kind),
        **more,
    )


def states(found: MaterialsReport) -> dict[str, tuple[str, str | None]]:
    """Return the state of each requirement, and the cause."""
    return {one.requirement.id: (one.state.value, one.cause) for one in found.requirements}


def state(one: Requirement, *candidates: Candidate, **more: Any) -> tuple[str, str | None]:
    """Return the state and the cause of the one requirement of a matter."""
    return states(materials([one], candidates, **more))[one.id]
