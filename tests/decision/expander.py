"""What one scan has to say, for every combination that the table of rules allows.

    rules.json   the matters and the kinds, written down once
    cases()      matter x kind x mode x withheld fields x state x answers of predicates x declarations
    expected()   what the scan says then

The module stands apart on purpose: it imports the standard library alone, so that no slip of the hub can be a slip
here as well. `python tests/decision/expander.py` counts the combinations by mode.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

RULES = Path(__file__).parent / "rules.json"

REACHES = {"glance": 1, "sealed": 1, "ticket": 1, "other": 1, "L2": 2, "L3": 3}
DEMANDS = {"L1": 1, "L2": 2, "L3": 3}
NO_REQUEST = ("glance", "sealed", "ticket")  # nobody was asked: what needs a request is not served
FACE_ONLY = ("glance", "sealed")
CHOSEN = ("ticket", "L2", "L3")  # the holder saw what the matter needs, and could withhold it

BAD = {"expired": "EXPIRED", "suspended": "SUSPENDED", "revoked": "REVOKED", "superseded": "SUPERSEDED"}
STATES = ("active", "soon", *BAD)
SOON_DAYS = 10  # a certificate that is `soon` to end does so in as many days

OF_A_CASE = ("same_person_as", "same_organisation_as")
BY_STATE = ("in_force_on", "not_ended_within")
YES, NO, UNDETERMINED, NOT_COMPUTED = "yes", "no", "undetermined", "not computed"

VERDICTS = {
    "NOT_FOR_MATTER": "invalid",
    "EXPIRED": "invalid",
    "SUSPENDED": "invalid",
    "REVOKED": "invalid",
    "SUPERSEDED": "invalid",
    "MODE_L3": "undetermined",
    "NOT_NEEDED": "check",
    "FIELDS_WITHHELD": "check",
    "CLAIM_ABSENT": "check",
    "MODE_L2": "check",
    "EXPIRES_SOON": "check",
    "OK": "valid",
}
WORST_FIRST = ("MODE_L3", "NOT_NEEDED", "FIELDS_WITHHELD", "CLAIM_ABSENT", "MODE_L2", "EXPIRES_SOON", "OK")


class Predicate(NamedTuple):
    """A question about a certificate; every one of them has one argument."""

    name: str
    argument: str
    value: str | int


class Answer(NamedTuple):
    """A predicate and its outcome: yes, no, undetermined, not computed."""

    predicate: Predicate
    outcome: str


class Way(NamedTuple):
    """One kind that a requirement takes, and what it takes of it."""

    kind: str
    fields: tuple[str, ...]
    predicates: tuple[Predicate, ...]
    mode: str

    @property
    def intrinsic(self) -> tuple[Predicate, ...]:
        """The predicates that speak of this certificate alone."""
        return tuple(one for one in self.predicates if one.name not in OF_A_CASE)

    @property
    def linked_to(self) -> tuple[str, ...]:
        """The requirements whose certificate has to be of the same person or organisation."""
        return tuple(str(one.value) for one in self.predicates if one.name in OF_A_CASE)


class Condition(NamedTuple):
    """When a requirement is due: a predicate says it of what meets `of`, or somebody declares it (`of` is empty)."""

    of: str
    predicate: Predicate | None


class Requirement(NamedTuple):
    """One row of a matter."""

    id: str
    optional: bool
    condition: Condition | None
    ways: tuple[Way, ...]

    def of_kind(self, kind: str) -> tuple[Way, ...]:
        """Return the ways of a kind."""
        return tuple(way for way in self.ways if way.kind == kind)


class Matter(NamedTuple):
    """A matter: its own mode and its requirements."""

    code: str
    mode: str
    requirements: tuple[Requirement, ...]

    def row(self, requirement: str) -> Requirement:
        """Return the requirement of this id."""
        [found] = [one for one in self.requirements if one.id == requirement]
        return found

    @property
    def declarable(self) -> tuple[str, ...]:
        """The requirements whose condition somebody declares."""
        return tuple(one.id for one in self.requirements if one.condition and not one.condition.predicate)

    def ways(self, kind: str) -> tuple[Way, ...]:
        """Return the ways of a kind, over all requirements."""
        return tuple(way for one in self.requirements for way in one.of_kind(kind))

    def needed(self, kind: str) -> tuple[str, ...]:
        """Return the least fields of all ways of a kind, each once."""
        return tuple(dict.fromkeys(field for way in self.ways(kind) for field in way.fields))

    def asked(self, kind: str) -> tuple[Predicate, ...]:
        """Return what is asked of one certificate of a kind, each once: by ways, then by conditions that rest on it."""
        found = [one for way in self.ways(kind) for one in way.intrinsic]
        for other in self.requirements:
            rests_on = other.condition
            if rests_on and rests_on.predicate and self.row(rests_on.of).of_kind(kind):
                found.append(rests_on.predicate)
        return tuple(dict.fromkeys(found))


class Kind(NamedTuple):
    """A kind of certificate: what its face shows, and what can be asked of it."""

    code: str
    name: str
    face: tuple[str, ...]
    holds_division: bool
    holder: str


class Rules(NamedTuple):
    """The whole table."""

    matters: dict[str, Matter]
    kinds: dict[str, Kind]


class Row(NamedTuple):
    """What is said of one requirement."""

    state: str
    cause: str | None
    missing_fields: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One combination: a certificate of `kind`, in `state`, is shown in `mode` for `matter`.

    `declared_away` are the requirements that somebody declared not applicable before the scan.
    """

    matter: str
    kind: str
    mode: str
    withheld: tuple[str, ...]
    state: str
    answers: tuple[Answer, ...]
    declared_away: tuple[str, ...] = ()

    def outcome(self, predicate: Predicate) -> str:
        """Return the outcome of a predicate."""
        return dict(self.answers).get(predicate, NOT_COMPUTED)


@dataclass(frozen=True)
class Expected:
    """What the scan says: its verdict with the code, whether the item is told, each requirement, the materials."""

    verdict: str
    code: str
    told: bool
    requirements: dict[str, Row]
    materials: str


# -- The table, read


@cache
def rules() -> Rules:
    """Return the rules as the file states them."""
    whole = json.loads(RULES.read_text(encoding="utf-8"))
    matters = {
        one["code"]: Matter(one["code"], one["mode"], tuple(_requirement(row) for row in one["requirements"]))
        for one in whole["matters"]
    }
    kinds = {
        one["code"]: Kind(one["code"], one["name"], tuple(one["face"]), one["holds_division"], one["holder"])
        for one in whole["kinds"]
    }
    return Rules(matters, kinds)


def _requirement(row: dict[str, Any]) -> Requirement:
    ways = tuple(
        Way(
            way["kind"],
            tuple(way["fields"]),
            tuple(_predicate(one) for one in way["predicates"]),
            way["mode"],
        )
        for way in row["ways"]
    )
    return Requirement(row["id"], row["optional"], _condition(row["condition"]), ways)


def _condition(told: str | dict[str, Any] | None) -> Condition | None:
    if told is None:
        return None
    if isinstance(told, str):
        return Condition("", None)
    return Condition(told["of"], _predicate({name: value for name, value in told.items() if name != "of"}))


def _predicate(told: dict[str, Any]) -> Predicate:
    [(argument, value)] = [(name, value) for name, value in told.items() if name != "name"]
    return Predicate(told["name"], argument, value)


# -- The combinations


def cases() -> Iterator[Case]:
    """Yield every combination, each once."""
    whole = rules()
    for matter, kind, mode in product(whole.matters.values(), whole.kinds, REACHES):
        states = STATES if mode != "sealed" else ("active", "soon")
        for withheld, state in product(_withheld(matter, kind, mode), states):
            for answers in _answers(matter, kind, mode, state):
                case = Case(matter.code, kind, mode, withheld, state, answers)
                yield case
                yield from _declared(matter, case)


def table() -> Iterator[tuple[Case, Expected]]:
    """Yield every combination with what is to be said of it."""
    for case in cases():
        yield case, expected(case)


def _withheld(matter: Matter, kind: str, mode: str) -> Iterator[tuple[str, ...]]:
    """Yield nothing withheld, each needed field alone, and all of them."""
    needed = matter.needed(kind) if mode in CHOSEN else ()
    yield from dict.fromkeys([(), *((field,) for field in needed), needed])


def _answers(matter: Matter, kind: str, mode: str, state: str) -> Iterator[tuple[Answer, ...]]:
    """Yield all yes, then each one that the state leaves open as no, as undetermined, as not declared."""
    asked = matter.asked(kind)
    if mode not in CHOSEN:
        yield tuple(Answer(one, NOT_COMPUTED) for one in asked)
        return
    plain = {one: _by_state(one, state) if one.name in BY_STATE else YES for one in asked}
    yield tuple(Answer(*each) for each in plain.items())
    for one in asked:
        if one.name not in BY_STATE:
            for outcome in (NO, UNDETERMINED, *((NOT_COMPUTED,) if one.name == "equals" else ())):
                yield tuple(Answer(*each) for each in {**plain, one: outcome}.items())


def _by_state(predicate: Predicate, state: str) -> str:
    """Return what the state says: a bad one is not in force today, and only an expired one has run out of its term."""
    if predicate.name == "in_force_on":
        if predicate.value != "today":
            raise ValueError(f"the table has no term to compare {predicate.value} with")
        return YES if state in ("active", "soon") else NO
    ends_within = state == "expired" or (state == "soon" and int(predicate.value) >= SOON_DAYS)
    return NO if ends_within else YES


def _declared(matter: Matter, case: Case) -> Iterator[Case]:
    """Yield the case again with every condition declared away that the shown kind has no part in.

    Without it hardly any scan completes the materials, and nobody would see what is counted among them.
    """
    away = tuple(one for one in matter.declarable if not matter.row(one).of_kind(case.kind))
    if away and matter.ways(case.kind) and not _unserved(matter, case):
        yield replace(case, declared_away=away)


# -- What is to be said


def expected(case: Case) -> Expected:
    """Return what the scan says."""
    matter = rules().matters[case.matter]
    unserved = _unserved(matter, case)
    if unserved:
        rows = {one.id: _row_of_nothing(one) for one in matter.requirements}
        return Expected(VERDICTS[unserved], unserved, False, rows, materials(matter, rows))
    code = BAD.get(case.state) or min(_remarks(matter, case), key=WORST_FIRST.index)
    rows = {one.id: _row(matter, one, case) for one in matter.requirements}
    return Expected(VERDICTS[code], code, True, rows, materials(matter, rows))


def _row_of_nothing(requirement: Requirement) -> Row:
    """Return what is said where no item is told: a computed condition rests on what is not there either."""
    is_computed = requirement.condition is not None and requirement.condition.predicate is not None
    return Row("undetermined" if is_computed else "missing", None, ())


def _unserved(matter: Matter, case: Case) -> str | None:
    """Return why no item is told at all, None where one is."""
    if case.mode == "other":
        return "NOT_FOR_MATTER"
    if case.mode in NO_REQUEST and matter.mode != "L1":
        return f"MODE_{matter.mode}"
    return None


def _remarks(matter: Matter, case: Case) -> Iterator[str]:
    """Yield all that there is to say of an item that is not bad."""
    ways = matter.ways(case.kind)
    yield "OK"
    if case.state == "soon":
        yield "EXPIRES_SOON"
    yield _need(ways, case)
    demanded = min((way.mode for way in ways), key=DEMANDS.__getitem__, default=matter.mode)
    if REACHES[case.mode] < DEMANDS[demanded]:
        yield f"MODE_{demanded}"


def _need(ways: tuple[Way, ...], case: Case) -> str:
    """Return OK where some way is served, else the reason of the way that comes nearest."""
    served, absent, withheld = False, False, False
    for way in ways:
        outcomes = {case.outcome(one) for one in way.intrinsic}
        all_told = not _undisclosed(way, case) and NOT_COMPUTED not in outcomes
        served |= all_told and outcomes <= {YES}
        absent |= all_told and NO not in outcomes and UNDETERMINED in outcomes
        withheld |= not all_told and NO not in outcomes
    if served:
        return "OK"
    if absent:
        return "CLAIM_ABSENT"
    return "FIELDS_WITHHELD" if withheld else "NOT_NEEDED"


def _undisclosed(way: Way, case: Case) -> tuple[str, ...]:
    """Return the least fields of a way that the scan does not show."""
    if case.mode in FACE_ONLY:
        face = rules().kinds[case.kind].face
        return tuple(field for field in way.fields if field not in face)
    return tuple(field for field in way.fields if field in case.withheld)


def _row(matter: Matter, requirement: Requirement, case: Case) -> Row:
    """Return what is said of a requirement, its condition first: a declared one holds unless it was declared away."""
    if requirement.id in case.declared_away:
        return Row("not_applicable", None, ())
    condition = requirement.condition
    if condition and condition.predicate:
        rests_on = _row(matter, matter.row(condition.of), case)
        if rests_on.state != "met":
            return Row("undetermined", rests_on.cause, ())
        outcome = case.outcome(condition.predicate)
        if outcome == NO:
            return Row("not_applicable", None, ())
        if outcome != YES:
            return Row("undetermined", "CLAIM_ABSENT", ())
    told = [_way_row(matter, way, case) for way in requirement.of_kind(case.kind)]
    return min(told, key=_rank, default=Row("missing", None, ()))


def _way_row(matter: Matter, way: Way, case: Case) -> Row:
    """Return what one way of the item's kind says of its requirement: the first reason that applies."""
    outcomes = {case.outcome(one) for one in way.intrinsic}
    undisclosed = _undisclosed(way, case)
    if case.state in BAD:
        return Row("missing", BAD[case.state], ())
    if REACHES[case.mode] < DEMANDS[way.mode]:
        return Row("undetermined" if way.mode == "L3" else "missing", f"MODE_{way.mode}", ())
    if NO in outcomes:  # nothing that the holder could show besides would help
        return Row("missing", "NOT_NEEDED", ())
    if undisclosed or NOT_COMPUTED in outcomes:
        return Row("missing", "FIELDS_WITHHELD", undisclosed)
    if UNDETERMINED in outcomes:
        return Row("undetermined", "CLAIM_ABSENT", ())
    if any(_row(matter, matter.row(other), case).state != "met" for other in way.linked_to):
        return Row("undetermined", "SUBJECT_UNLINKED", ())
    return Row("met", None, ())


def _rank(row: Row) -> int:
    """Return how good a row is, the best first."""
    if row.state != "missing":
        return ("met", "undetermined").index(row.state)
    return 2 + {"FIELDS_WITHHELD": 0, "MODE_L2": 1, "NOT_NEEDED": 2}.get(row.cause or "", 3)


def materials(matter: Matter, rows: dict[str, Row]) -> str:
    """Return whether the materials are complete, over what is not optional."""
    states = {rows[one.id].state for one in matter.requirements if not one.optional}
    if "missing" in states:
        return "incomplete"
    return "undetermined" if states & {"undetermined", "deferred"} else "complete"


def by_mode() -> dict[str, int]:
    """Return how many combinations each mode has."""
    return dict(Counter(case.mode for case in cases()))


if __name__ == "__main__":
    counted = by_mode()
    sys.stdout.writelines(f"{mode:8}{count:6}\n" for mode, count in counted.items())
    sys.stdout.write(f"{'all':8}{sum(counted.values()):6}\n")
