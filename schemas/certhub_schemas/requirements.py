"""What a matter demands: requirements, and for each of them the certificates that meet it.

    {"id": "licence", "name": "主体资格", "name_en": "…", "whose": "organisation", "optional": false,
     "condition": {"when": "declared", "text": "…", "text_en": "…"},
     "accepts": [{"kind": CODE, "fields": [{"title": "名称", "reason": "…", "reason_en": "…"}],
                  "predicates": [{"name": "in_region", "arguments": {"prefix": "42"}}],
                  "mode": "L1", "max_age_seconds": 86400}]}

One alternative is enough. Its `fields` are the least that the matter must see, each with the reason; `predicates` are
asked in the place of values that nobody needs to see (`predicates.py`). `mode` is the lowest mode that it takes,
`max_age_seconds` the oldest news; both are the matter's own where they are left out. An `optional` requirement may be
shown and is never missing. One with a condition is due where the condition holds:

    declared   a person says whether it holds: only such a requirement can be declared not applicable
    computed   a predicate of the certificate that meets another requirement says it: {"when": "computed",
               "predicate": NAME, "arguments": {…, "of": requirement id}}

Loading refuses what nobody could meet: see `refuse_unmeetable`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, get_args

from certhub_schemas.certificate_kind import CORE_NAMES, Kind
from certhub_schemas.entries import Members
from certhub_schemas.errors import BadEntry
from certhub_schemas.predicates import PREDICATES, REQUIREMENT_ID, Predicate, read_predicate, serves

Mode = Literal["L1", "L2", "L3"]
Whose = Literal["holder", "principal", "spouse", "child", "employee", "organisation"]

MODES: tuple[Mode, ...] = get_args(Mode)
WHOSE: tuple[Whose, ...] = get_args(Whose)
MAX_REQUIREMENTS, MAX_PREDICATES = 32, 16
"""How many requirements a matter has, and how many predicates it asks of a certificate: what a receipt has room for."""
_OF = "of"  # beside a condition's arguments: whose certificate is asked


@dataclass(frozen=True, slots=True)
class NeededField:
    """One field that a matter must see: a claim's title or a core name, and why."""

    title: str
    reason: str
    reason_en: str

    def to_json(self) -> dict[str, Any]:
        """Return the value as JSON members."""
        return {"title": self.title, "reason": self.reason, "reason_en": self.reason_en}


@dataclass(frozen=True, slots=True)
class Alternative:
    """One kind of certificate that meets a requirement, with the least that must be seen of it."""

    kind: str
    fields: tuple[NeededField, ...]
    predicates: tuple[Predicate, ...]
    mode: Mode
    max_age_seconds: int
    titles: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """The names of the least fields."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "titles", tuple(one.title for one in self.fields))

    def to_json(self) -> dict[str, Any]:
        """Return the value as JSON members."""
        return {
            "kind": self.kind,
            "fields": [field.to_json() for field in self.fields],
            "predicates": [predicate.to_json() for predicate in self.predicates],
            "mode": self.mode,
            "max_age_seconds": self.max_age_seconds,
        }


@dataclass(frozen=True, slots=True)
class Condition:
    """When a requirement is due: as somebody declares (`text`), or as `predicate` says of what meets `of`."""

    text: str = ""
    text_en: str = ""
    predicate: Predicate | None = None
    of: str = ""

    @property
    def is_declared(self) -> bool:
        """Whether a person says it."""
        return self.predicate is None

    def to_json(self) -> dict[str, Any]:
        """Return the value as JSON members."""
        if self.predicate is None:
            return {"when": "declared", "text": self.text, "text_en": self.text_en}
        arguments = {**self.predicate.arguments, _OF: self.of}
        return {"when": "computed", "predicate": self.predicate.name, "arguments": arguments}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that a matter needs to know of somebody, and what shows it."""

    id: str
    name: str
    name_en: str
    whose: Whose
    optional: bool
    accepts: tuple[Alternative, ...]
    condition: Condition | None = None
    _by_kind: Mapping[str, tuple[Alternative, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_kind: dict[str, tuple[Alternative, ...]] = {}
        for one in self.accepts:
            by_kind[one.kind] = (*by_kind.get(one.kind, ()), one)
        object.__setattr__(self, "_by_kind", MappingProxyType(by_kind))

    def to_json(self) -> dict[str, Any]:
        """Return the value as JSON members; a condition that is absent stays absent."""
        condition = {} if self.condition is None else {"condition": self.condition.to_json()}
        return {
            "id": self.id,
            "name": self.name,
            "name_en": self.name_en,
            "whose": self.whose,
            "optional": self.optional,
            **condition,
            "accepts": [one.to_json() for one in self.accepts],
        }

    def of_kind(self, kind: str) -> tuple[Alternative, ...]:
        """Return the alternatives of a kind."""
        return self._by_kind.get(kind, ())


def fields_of(requirements: Iterable[Requirement], kind: str) -> tuple[str, ...] | None:
    """Return the fields of a kind that some requirement needs, each once; None where none accepts the kind."""
    found = [one for requirement in requirements for one in requirement.of_kind(kind)]
    return tuple(dict.fromkeys(title for one in found for title in one.titles)) if found else None


def predicates_of(requirements: Sequence[Requirement], kind: str) -> tuple[Predicate, ...]:
    """Return what is asked of a certificate of a kind, each once: by alternatives, and by conditions that rest on it.

    What compares two certificates is not asked of one: it is left out.
    """
    accepting = {one.id for one in requirements if one.of_kind(kind)}
    asked = _asked_of(requirements, kind) + [
        one.condition.predicate
        for one in requirements
        if one.condition is not None and one.condition.predicate is not None and one.condition.of in accepting
    ]
    found: list[Predicate] = []
    for predicate in asked:
        if not predicate.of_a_case and predicate not in found:
            found.append(predicate)
    return tuple(found)


def _asked_of(requirements: Iterable[Requirement], kind: str) -> list[Predicate]:
    """Return what the alternatives of a kind ask, in their order."""
    return [predicate for one in requirements for way in one.of_kind(kind) for predicate in way.predicates]


def read_requirements(top: Members, *, mode: Mode, max_age_seconds: int) -> tuple[Requirement, ...]:
    """Read the requirements of a matter; `mode` and `max_age_seconds` are the matter's.

    Raises:
        BadEntry: a member is missing, unknown or of the wrong shape, there are too many, two have one id, or one of
            them refers to a requirement that cannot be referred to.
    """
    found: list[Requirement] = []
    for members in top.objects("requirements"):
        one = _requirement(members, mode=mode, max_age_seconds=max_age_seconds)
        if one.id in {earlier.id for earlier in found}:
            raise members.bad("id", f"{one.id} is also the id of an earlier one")
        found.append(one)
    if not found:
        raise top.bad("requirements", "names nothing that could be met")
    if len(found) > MAX_REQUIREMENTS:
        raise top.bad("requirements", f"are more than {MAX_REQUIREMENTS}")
    for kind in {way.kind for one in found for way in one.accepts}:
        compared = {asked for asked in _asked_of(found, kind) if asked.of_a_case}
        if len(predicates_of(found, kind)) + len(compared) > MAX_PREDICATES:
            raise top.bad("requirements", f"ask more than {MAX_PREDICATES} predicates of {kind}")
    for index, one in enumerate(found):
        _refuse_references(top, f"requirements[{index}]", one, found)
    return tuple(found)


def refuse_unmeetable(
    requirements: Sequence[Requirement], catalogue: Mapping[str, Sequence[Kind]], entry: str
) -> None:
    """Refuse requirements that no certificate of the catalogue could meet.

    Raises:
        BadEntry: a kind is not in the catalogue, no version of it has a field, or none can answer a predicate.
    """
    for place, one in enumerate(requirements):
        for nth, way in enumerate(one.accepts):
            at = f"requirements[{place}].accepts[{nth}]"
            versions = catalogue.get(way.kind)
            if versions is None:
                raise BadEntry(entry, f"{at}.kind", "is not in the catalogue")
            for title in way.titles:
                if title not in CORE_NAMES and all(kind.field(title) is None for kind in versions):
                    raise BadEntry(entry, f"{at}.fields", f"{title} is no claim of {versions[-1].name}")
            for predicate in way.predicates:
                if not serves(versions, predicate):
                    why = f"{predicate.name} cannot be answered by {versions[-1].name}"
                    raise BadEntry(entry, f"{at}.predicates", why)
        deaf = _deaf_to_the_condition(one, requirements, catalogue)
        if deaf is not None:
            raise BadEntry(entry, f"requirements[{place}].condition", f"cannot be answered by {deaf.name}")


def _deaf_to_the_condition(
    requirement: Requirement, requirements: Sequence[Requirement], catalogue: Mapping[str, Sequence[Kind]]
) -> Kind | None:
    """Return a kind that meets what a computed condition rests on, and cannot answer it; None where all can."""
    condition = requirement.condition
    if condition is None or condition.predicate is None:
        return None
    [asked] = [other for other in requirements if other.id == condition.of]
    versions = (catalogue.get(way.kind, ()) for way in asked.accepts)
    deaf = (known[-1] for known in versions if known and not serves(known, condition.predicate))
    return next(deaf, None)


def _requirement(members: Members, *, mode: Mode, max_age_seconds: int) -> Requirement:
    accepts: list[Alternative] = []
    for each in members.objects("accepts"):
        way = _alternative(each, mode=mode, max_age_seconds=max_age_seconds)
        if any(_is_same(way, earlier) for earlier in accepts):
            raise each.bad("kind", "is the same alternative as an earlier one")
        accepts.append(way)
    if not accepts:
        raise members.bad("accepts", "names no kind")
    found = Requirement(
        id=members.text("id", most=32, pattern=REQUIREMENT_ID),
        name=members.text("name"),
        name_en=members.text("name_en"),
        whose=members.one_of("whose", WHOSE),
        optional=members.boolean("optional"),
        accepts=tuple(accepts),
        condition=_condition(members.within("condition")) if members.has("condition") else None,
    )
    members.done()
    return found


def _alternative(members: Members, *, mode: Mode, max_age_seconds: int) -> Alternative:
    fields: list[NeededField] = []
    for each in members.objects("fields"):
        field = NeededField(each.text("title", most=64), each.text("reason"), each.text("reason_en"))
        each.done()
        if field.title in {earlier.title for earlier in fields}:
            raise each.bad("title", f"{field.title} is needed twice")
        fields.append(field)
    predicates: list[Predicate] = []
    for each in members.objects("predicates"):
        predicate = read_predicate(each)
        if predicate in predicates:
            raise each.bad("name", "is asked twice")
        predicates.append(predicate)
    if len(predicates) > MAX_PREDICATES:
        raise members.bad("predicates", f"are more than {MAX_PREDICATES}")
    if not fields and not predicates:
        raise members.bad("fields", "names no field, and no predicate is asked in its place")
    lowest = members.one_of("mode", MODES) if members.has("mode") else mode
    if MODES.index(lowest) < MODES.index(mode):
        raise members.bad("mode", f"is lower than the matter's {mode}, which everything has to reach")
    oldest = max_age_seconds
    if members.has("max_age_seconds"):
        oldest = members.integer("max_age_seconds", least=1, most=max_age_seconds)
    found = Alternative(members.text("kind", most=64), tuple(fields), tuple(predicates), lowest, oldest)
    members.done()
    return found


def _is_same(way: Alternative, other: Alternative) -> bool:
    """Tell whether whatever meets one meets the other, so that one of them says nothing."""
    return (
        way.kind == other.kind
        and set(way.titles) == set(other.titles)
        and all(predicate in other.predicates for predicate in way.predicates)
        and len(way.predicates) == len(other.predicates)
    )


def _condition(members: Members) -> Condition:
    if members.one_of("when", ("declared", "computed")) == "declared":
        found = Condition(text=members.text("text"), text_en=members.text("text_en"))
        members.done()
        return found
    name = members.one_of("predicate", PREDICATES)
    arguments = members.within("arguments")
    of = arguments.text(_OF, most=32, pattern=REQUIREMENT_ID)
    predicate = Predicate(name, MappingProxyType(dict(PREDICATES[name].read(arguments))))
    arguments.done()
    members.done()
    if predicate.of_a_case or name == "equals":
        raise members.bad("predicate", f"{name} says nothing of one certificate alone")
    return Condition(predicate=predicate, of=of)


def _refuse_references(top: Members, at: str, requirement: Requirement, known: Sequence[Requirement]) -> None:
    """Refuse a reference to nothing, to itself, to what is optional, or to what refers to another one itself."""
    due = {other.id: other for other in known if not other.optional}
    for nth, way in enumerate(requirement.accepts):
        for predicate in way.predicates:
            if predicate.of_a_case:
                place = f"{at}.accepts[{nth}].predicates"
                _refuse_reference(top, place, requirement, predicate.argument("requirement"), due)
    if requirement.condition is not None and not requirement.condition.is_declared:
        _refuse_reference(top, f"{at}.condition", requirement, requirement.condition.of, due)


def _refuse_reference(
    top: Members, place: str, requirement: Requirement, other: str, due: Mapping[str, Requirement]
) -> None:
    if other == requirement.id:
        raise top.bad(place, "refers to its own requirement")
    if other not in due:
        raise top.bad(place, f"refers to {other}, which is no requirement that is ever due")
    asked = (predicate for way in due[other].accepts for predicate in way.predicates)
    if any(predicate.of_a_case for predicate in asked):
        raise top.bad(place, f"refers to {other}, which refers to another one itself")


def first_form(requirements: Iterable[Requirement]) -> list[dict[str, Any]]:
    """Return what readers of the release before know: the kinds, and of each the fields that some requirement needs."""
    whole = tuple(requirements)
    kinds = dict.fromkeys(way.kind for one in whole for way in one.accepts)
    needs = ((kind, fields_of(whole, kind)) for kind in kinds)
    return [{"kind": kind, "fields": list(fields)} for kind, fields in needs if fields]


def read_first_form(top: Members, *, mode: Mode, max_age_seconds: int) -> tuple[Requirement, ...]:
    """Read the `needs` of the release before: one requirement, which any of its kinds meets. Raises: BadEntry."""
    accepts: list[Alternative] = []
    for each in top.objects("needs"):
        kind, titles = each.text("kind", most=64), each.texts("fields", most=64)
        each.done()
        if not titles:
            raise each.bad("fields", "names no field")
        if kind in {earlier.kind for earlier in accepts}:
            raise each.bad("kind", "is needed twice")
        fields = tuple(NeededField(title, "—", "—") for title in titles)
        accepts.append(Alternative(kind, fields, (), mode, max_age_seconds))
    if not accepts:
        raise top.bad("needs", "names no kind")
    return (Requirement("any", "所列证照之一", "Any of these", "holder", False, tuple(accepts)),)
