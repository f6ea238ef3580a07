"""Predicates: what a matter asks of a certificate instead of one of its values.

    in_force_on          {"date": ISO day, or "today"}      in force on that day
    age_at_least         {"n": years}                       the holder is at least so old today
    in_region            {"prefix": 2 to 6 digits}          its division code (GB/T 2260) begins so
    same_person_as       {"requirement": id}                the holder is the one of what meets another requirement
    same_organisation_as {"requirement": id}                the same of an organisation
    equals               {"field": title}                   the value is the one that was declared with the request
    not_ended_within     {"days": n}                        its term does not end within so many days from today

The hub that holds the certificate computes all of them but two: `same_person_as` and `same_organisation_as` compare two
certificates of one case, so that whoever judges the case answers them (`OF_A_CASE`). What they need of a kind is said
by `PredicateType.serves`: nobody can ask for the region of a certificate whose kind states none.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from certhub_schemas.certificate_kind import HolderCategory, Kind
from certhub_schemas.entries import Members

TODAY = "today"
MAX_YEARS, MAX_DAYS = 150, 3660
DIVISION_CODE = "division_code"
REQUIREMENT_ID = r"[a-z][a-z0-9-]{0,31}"

Argument = str | int


@dataclass(frozen=True, slots=True)
class Predicate:
    """One predicate with its arguments, as a matter states it."""

    name: str
    arguments: Mapping[str, Argument]

    def __hash__(self) -> int:
        return hash((self.name, tuple(sorted(self.arguments.items()))))

    @property
    def of_a_case(self) -> bool:
        """Whether it compares two certificates, so that the hub that holds one of them cannot answer it."""
        return self.name in OF_A_CASE

    def argument(self, name: str) -> str:
        """Return an argument as text."""
        return str(self.arguments[name])

    def to_json(self) -> dict[str, Any]:
        """Return the value as JSON members."""
        return {"name": self.name, "arguments": dict(self.arguments)}


@dataclass(frozen=True, slots=True)
class PredicateType:
    """One row of the closed list.

    `read` reads the arguments; `serves` tells whether a predicate of this type can be asked of a kind at all.
    """

    name: str
    read: Callable[[Members], Mapping[str, Argument]]
    serves: Callable[[Kind, Predicate], bool]


def read_predicate(members: Members) -> Predicate:
    """Read {"name", "arguments"}. Raises: BadEntry."""
    name = members.one_of("name", PREDICATES)
    arguments = members.within("arguments")
    found = Predicate(name, MappingProxyType(dict(PREDICATES[name].read(arguments))))
    arguments.done()
    members.done()
    return found


def serves(kinds: Iterable[Kind], predicate: Predicate) -> bool:
    """Tell whether one version of a kind at least can answer a predicate."""
    return any(PREDICATES[predicate.name].serves(kind, predicate) for kind in kinds)


def division_claim(kind: Kind) -> str | None:
    """Return the claim of a kind that holds a division code, None where it has none."""
    return next((field.title for field in kind.fields if field.format == DIVISION_CODE), None)


def _date(members: Members) -> Mapping[str, Argument]:
    text = members.text("date", most=10, pattern=rf"{TODAY}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}")
    if text != TODAY:
        try:
            date.fromisoformat(text)
        except ValueError:
            raise members.bad("date", "is no day of the calendar") from None
    return {"date": text}


def _years(members: Members) -> Mapping[str, Argument]:
    return {"n": members.integer("n", least=1, most=MAX_YEARS)}


def _prefix(members: Members) -> Mapping[str, Argument]:
    return {"prefix": members.text("prefix", most=6, pattern=r"[1-9][0-9]{1,5}")}


def _requirement(members: Members) -> Mapping[str, Argument]:
    return {"requirement": members.text("requirement", most=32, pattern=REQUIREMENT_ID)}


def _field(members: Members) -> Mapping[str, Argument]:
    return {"field": members.text("field", most=64)}


def _days(members: Members) -> Mapping[str, Argument]:
    return {"days": members.integer("days", least=1, most=MAX_DAYS)}


def _any(kind: Kind, predicate: Predicate) -> bool:
    return True


def _of_a_person(kind: Kind, predicate: Predicate) -> bool:
    return kind.holder_category is not HolderCategory.LEGAL


def _of_an_organisation(kind: Kind, predicate: Predicate) -> bool:
    return kind.holder_category is not HolderCategory.NATURAL


def _with_division(kind: Kind, predicate: Predicate) -> bool:
    return division_claim(kind) is not None


def _with_field(kind: Kind, predicate: Predicate) -> bool:
    return kind.field(predicate.argument("field")) is not None


_ALL = (
    PredicateType("in_force_on", _date, _any),
    PredicateType("age_at_least", _years, _of_a_person),
    PredicateType("in_region", _prefix, _with_division),
    PredicateType("same_person_as", _requirement, _of_a_person),
    PredicateType("same_organisation_as", _requirement, _of_an_organisation),
    PredicateType("equals", _field, _with_field),
    PredicateType("not_ended_within", _days, _any),
)
PREDICATES: Mapping[str, PredicateType] = MappingProxyType({one.name: one for one in _ALL})
"""The closed list, by name."""

OF_A_CASE = frozenset({"same_person_as", "same_organisation_as"})
"""The predicates that compare two certificates of one case."""

OF_THE_TERM = frozenset({"in_force_on", "not_ended_within"})
"""The predicates that stand in the place of a certificate's first and last day."""
