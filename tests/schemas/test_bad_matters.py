"""A wrong matter is refused, and the refusal names file and field; the schema of a file refuses what it can know.

FAULTS    each rule of the loader broken once: the file, where in it, what is put there, the field that is named
"""

import json
import re
import shutil
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from certhub_schemas import BadEntry, kinds, load_matters, matter_schema, matters
from certhub_schemas.kinds import shipped_kinds

from tests.support.forms import matter_validator

SHIPPED = Path(str(files("certhub_schemas"))) / "matters"
FOOD, FUND = "food-permit.json", "housing-fund.json"
GONE, TWICE = object(), object()
LICENCE, IDENTITY = "11100000MB0143028R001", "11100000000013127D001"
FIRST, SECOND = "requirements[0]", "requirements[1]"
WAY, OTHER_WAY = f"{FIRST}.accepts[0]", f"{SECOND}.accepts[0]"
QUESTION = f"{OTHER_WAY}.predicates[0]"
FIELD = {"title": "名称", "reason": "核对", "reason_en": "To compare"}


@dataclass(frozen=True)
class Fault:
    """One rule broken: `value` at `at`; GONE takes a member away, TWICE repeats it in its list.

    `field` is what the refusal names, `at` where it is left out. `is_seen` tells whether a schema of one file can know.
    """

    at: str
    value: Any
    field: str = ""
    file: str = FOOD
    is_seen: bool = True

    def __str__(self) -> str:
        told = {id(GONE): "gone", id(TWICE): "twice"}.get(id(self.value), repr(self.value)[:40])
        return f"{self.file.removesuffix('.json')}-{self.at}-{told}"


def asked(
    name: str,
    arguments: dict[str, Any],
    field: str = "",
    *,
    at: str = OTHER_WAY,
    file: str = FOOD,
    is_seen: bool = True,
) -> Fault:
    """Return a fault of one predicate, which is asked alone."""
    place = f"{at}.predicates"
    return Fault(place, [{"name": name, "arguments": arguments}], field or place, file, is_seen)


def when(field: str, *, is_seen: bool = True, **condition: Any) -> Fault:
    """Return a fault of the condition of the second requirement."""
    return Fault(f"{SECOND}.condition", condition, field, is_seen=is_seen)


def computed(predicate: str, arguments: dict[str, Any], field: str = "", *, is_seen: bool = True) -> Fault:
    """Return a fault of a computed condition; `field` is where in it."""
    named = f"{SECOND}.condition{field}"
    return when(named, is_seen=is_seen, when="computed", predicate=predicate, arguments=arguments)


OF_A_MATTER = [
    Fault("order", GONE),
    Fault("order", 0),
    Fault("order", 1, is_seen=False),
    Fault("code", "placeholder-902"),
    Fault("code", "LOCAL-902"),
    Fault("code", ""),
    Fault("code_origin", "national", "code"),
    Fault("code_origin", "mine"),
    Fault("name", GONE),
    Fault("name", " 食品经营许可"),
    Fault("name", "食" * 201),
    Fault("name_en", 7),
    Fault("tier", "worldwide"),
    Fault("mode", "L4"),
    Fault("mode", "l1"),
    Fault("max_status_age_seconds", 0),
    Fault("max_status_age_seconds", 3600.5),
    Fault("max_status_age_seconds", 8 * 24 * 3600),
    Fault("offline_allowed", 1),
    Fault("deficiency_allowed", "no"),
    Fault("legal_basis", ""),
    Fault("legal_basis", "据" * 501),
    Fault("retention_days", 0),
    Fault("retention_days", 100 * 366 + 1),
    Fault("purposes", []),
    Fault("purposes", ["Verify It"]),
    Fault("purposes", ["verify", "verify"]),
    Fault("purposes", "verify"),
    Fault("version", 0),
    Fault("version", "2"),
    Fault("in_force_from", "soon"),
    Fault("in_force_from", "20261201"),
    Fault("in_force_from", "2026-02-30"),
    Fault("colour", "red"),
]
OF_A_REQUIREMENT = [
    Fault("requirements", GONE),
    Fault("requirements", {}),
    Fault("requirements", []),
    Fault("requirements", ["营业执照"], "requirements[0]"),
    Fault(FIRST, TWICE, f"{SECOND}.id", is_seen=False),
    Fault(f"{FIRST}.id", "Entity"),
    Fault(f"{FIRST}.id", "e" * 33),
    Fault(f"{FIRST}.id", GONE),
    Fault(f"{FIRST}.name", GONE),
    Fault(f"{FIRST}.name_en", ""),
    Fault(f"{FIRST}.whose", "anybody"),
    Fault(f"{FIRST}.whose", GONE),
    Fault(f"{FIRST}.optional", "no"),
    Fault(f"{FIRST}.optional", GONE),
    Fault(f"{FIRST}.due", True),
    Fault(f"{FIRST}.accepts", GONE),
    Fault(f"{FIRST}.accepts", {}),
    Fault(f"{FIRST}.accepts", []),
    Fault(f"{FIRST}.accepts", [LICENCE], f"{FIRST}.accepts[0]"),
]
OF_AN_ALTERNATIVE = [
    Fault(WAY, TWICE, f"{FIRST}.accepts[1].kind"),
    Fault(f"{WAY}.kind", GONE),
    Fault(f"{WAY}.kind", "11100000MB0143028R999", is_seen=False),
    Fault(
        f"{WAY}.kind", IDENTITY, f"{WAY}.fields", is_seen=False
    ),  # a person's card has no claim of the licence's
    Fault(f"{WAY}.all", True),
    Fault(f"{WAY}.fields", GONE),
    Fault(f"{WAY}.fields", [], f"{WAY}.fields"),
    Fault(f"{WAY}.fields", ["名称"], f"{WAY}.fields[0]"),
    Fault(f"{WAY}.fields", [FIELD | {"title": "字号"}], is_seen=False),
    Fault(f"{WAY}.fields", [{"title": "名称", "reason": "核对"}], f"{WAY}.fields[0].reason_en"),
    Fault(f"{WAY}.fields", [{"title": "名称", "reason_en": "To compare"}], f"{WAY}.fields[0].reason"),
    Fault(f"{WAY}.fields", [FIELD | {"reason": ""}], f"{WAY}.fields[0].reason"),
    Fault(f"{WAY}.fields", [FIELD | {"title": "名" * 65}], f"{WAY}.fields[0].title"),
    Fault(f"{WAY}.fields", [FIELD | {"value": "示例"}], f"{WAY}.fields[0].value"),
    Fault(f"{WAY}.fields[0]", TWICE, f"{WAY}.fields[1].title"),
    Fault(f"{WAY}.fields", [FIELD, FIELD | {"reason": "再核对"}], f"{WAY}.fields[1].title", is_seen=False),
    Fault(f"{WAY}.predicates", GONE),
    Fault(f"{WAY}.mode", "L0"),
    Fault(f"{WAY}.mode", "L1", file=FUND),  # the matter takes a request
    Fault(f"{WAY}.max_age_seconds", 0),
    Fault(f"{WAY}.max_age_seconds", 14_401, is_seen=False),  # the matter takes four hours
    Fault(f"{WAY}.max_age_seconds", 8 * 24 * 3600),
]
OF_A_PREDICATE = [
    asked("is_rich", {}, f"{QUESTION}.name"),
    Fault(f"{OTHER_WAY}.predicates[0].arguments", GONE),
    Fault(f"{OTHER_WAY}.predicates[0].value", "92420799MA99990138"),
    Fault(f"{OTHER_WAY}.predicates[0]", TWICE, f"{OTHER_WAY}.predicates[1].name"),
    asked("in_force_on", {}, f"{QUESTION}.arguments.date"),
    *(asked("in_force_on", {"date": day}, f"{QUESTION}.arguments.date") for day in ("tomorrow", "20261124")),
    asked("in_force_on", {"date": "2026-02-30"}, f"{QUESTION}.arguments.date"),
    *(asked("age_at_least", {"n": n}, f"{QUESTION}.arguments.n") for n in (0, 151, "60", True, 60.5)),
    *(
        asked("in_region", {"prefix": prefix}, f"{QUESTION}.arguments.prefix")
        for prefix in ("4", "0207", "4207040", 42)
    ),
    asked("same_person_as", {"requirement": "Entity"}, f"{QUESTION}.arguments.requirement"),
    asked("equals", {"title": "经营项目"}, f"{QUESTION}.arguments.field"),
    *(asked("not_ended_within", {"days": days}, f"{QUESTION}.arguments.days") for days in (0, 3661)),
    asked("not_ended_within", {"days": 30, "of": "entity"}, f"{QUESTION}.arguments.of"),
]
NOBODY_ANSWERS = [
    asked("in_region", {"prefix": "42"}, is_seen=False),  # a permit states no division code
    asked("age_at_least", {"n": 18}, is_seen=False),  # an organisation has no age
    asked("same_person_as", {"requirement": "entity"}, is_seen=False),
    asked("same_organisation_as", {"requirement": "title"}, at=WAY, file=FUND, is_seen=False),  # of a person
    asked("equals", {"field": "社会保障号码"}, is_seen=False),  # no claim of a permit
]
OF_A_REFERENCE = [
    asked("same_organisation_as", {"requirement": "former-permit"}, is_seen=False),  # itself
    asked("same_organisation_as", {"requirement": "somebody"}, is_seen=False),  # nothing
    Fault(f"{FIRST}.optional", True, f"{OTHER_WAY}.predicates", is_seen=False),  # one that is never due
    asked(
        "same_organisation_as", {"requirement": "former-permit"}, at=WAY, is_seen=False
    ),  # one that refers too
]
OF_A_CONDITION = [
    when(f"{SECOND}.condition.when"),
    when(f"{SECOND}.condition.when", when="sometimes"),
    when(f"{SECOND}.condition.text", when="declared"),
    when(f"{SECOND}.condition.text_en", when="declared", text="办理变更"),
    when(f"{SECOND}.condition.by", when="declared", text="办理变更", text_en="It is changed", by="clerk"),
    when(f"{SECOND}.condition.predicate", when="computed"),
    when(f"{SECOND}.condition.arguments", when="computed", predicate="in_force_on"),
    computed("is_rich", {"of": "entity"}, ".predicate"),
    computed("in_force_on", {"date": "today"}, ".arguments.of"),
    computed("in_force_on", {"of": "Entity", "date": "today"}, ".arguments.of"),
    computed("in_force_on", {"of": "entity"}, ".arguments.date"),
    computed("in_force_on", {"of": "entity", "date": "today", "n": 1}, ".arguments.n"),
    computed("same_organisation_as", {"of": "entity", "requirement": "entity"}, ".predicate"),
    computed("equals", {"of": "entity", "field": "名称"}, ".predicate"),
    computed("in_force_on", {"of": "former-permit", "date": "today"}, is_seen=False),  # itself
    computed("in_force_on", {"of": "somebody", "date": "today"}, is_seen=False),  # nothing
    Fault(
        f"{FIRST}.condition",  # one that refers to another one itself
        {
            "when": "computed",
            "predicate": "in_force_on",
            "arguments": {"of": "former-permit", "date": "today"},
        },
        is_seen=False,
    ),
    computed("age_at_least", {"of": "entity", "n": 18}, is_seen=False),  # an organisation has no age
    computed(
        "in_region", {"of": "entity", "prefix": "42"}, is_seen=False
    ),  # a licence states no division code
]
OF_THE_FIRST_FORM = [
    Fault("needs", []),
    Fault("needs", {}),
    Fault("needs", ["营业执照"], "needs[0]"),
    Fault("needs", [{"kind": LICENCE}], "needs[0].fields"),
    Fault("needs", [{"kind": LICENCE, "fields": []}], "needs[0].fields"),
    Fault("needs", [{"kind": LICENCE, "fields": ["名称", "名称"]}], "needs[0].fields"),
    Fault("needs", [{"kind": LICENCE, "fields": ["名称"], "all": True}], "needs[0].all"),
    Fault(
        "needs",
        [{"kind": LICENCE, "fields": ["名称"]}, {"kind": LICENCE, "fields": ["住所"]}],
        "needs[1].kind",
        is_seen=False,
    ),
    Fault(
        "needs", [{"kind": LICENCE, "fields": ["字号"]}], "requirements[0].accepts[0].fields", is_seen=False
    ),
    Fault(
        "needs",
        [{"kind": "11100000MB0143028R999", "fields": ["名称"]}],
        "requirements[0].accepts[0].kind",
        is_seen=False,
    ),
]


def of_days(number: int, *, year: int = 2026) -> list[dict[str, Any]]:
    """Return so many predicates, each of another day."""
    return [
        {"name": "in_force_on", "arguments": {"date": f"{year}-01-{day:02}"}} for day in range(1, number + 1)
    ]


def of_the_licence(number: int, *ways: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return so many requirements, each of which takes the licence in these ways, with their predicates."""
    accepts = [{"kind": LICENCE, "fields": [FIELD], "predicates": list(way)} for way in ways or ([],)]
    named = {"name": "主体", "name_en": "Entity", "whose": "organisation", "optional": False}
    return [{"id": f"r{n}", **named, "accepts": accepts} for n in range(number)]


TOO_MANY = [
    Fault("requirements", of_the_licence(33)),
    Fault(f"{WAY}.predicates", of_days(17)),
    Fault("requirements", of_the_licence(1, of_days(9), of_days(8, year=2027)), is_seen=False),
]
ENOUGH = [
    of_the_licence(32),
    of_the_licence(2, of_days(16)),
    of_the_licence(1, of_days(9), of_days(7, year=2027)),
]

FAULTS = [
    *OF_A_MATTER,
    *TOO_MANY,
    *OF_A_REQUIREMENT,
    *OF_AN_ALTERNATIVE,
    *OF_A_PREDICATE,
    *NOBODY_ANSWERS,
    *OF_A_REFERENCE,
    *OF_A_CONDITION,
]


def spoiled(whole: dict[str, Any], fault: Fault) -> dict[str, Any]:
    """Return the members of a file with one of them changed."""
    *way, last = (int(one) if one.isdigit() else one for one in re.findall(r"[^.\[\]]+", fault.at))
    place: Any = whole
    for step in way:
        place = place[step]
    if fault.value is GONE:
        del place[last]
    elif fault.value is TWICE:
        place.insert(last, place[last])
    else:
        place[last] = fault.value
    return whole


def read(file: Path) -> dict[str, Any]:
    """Return the members of a file."""
    return dict(json.loads(file.read_text(encoding="utf-8")))


def refused(folder: Path) -> BadEntry:
    """Load a folder that must not load, and return why it did not."""
    with pytest.raises(BadEntry) as caught:
        load_matters(folder, shipped_kinds())
    return caught.value


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped matters that a test may spoil."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "matters"))


def test_the_unspoiled_copy_loads(folder):
    """Otherwise nothing below would prove anything."""
    assert matters() == load_matters(folder, shipped_kinds())


@pytest.mark.parametrize("requirements", ENOUGH)
def test_a_matter_asks_as_much_as_a_receipt_can_tell(folder, requirements):
    """Thirty-two requirements, and sixteen predicates of a kind, however its alternatives divide them."""
    whole = read(folder / FOOD) | {"requirements": requirements}
    (folder / FOOD).write_text(json.dumps(whole), encoding="utf-8")

    matter_validator().validate(whole)
    load_matters(folder, shipped_kinds())


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_wrong_member_is_named(folder, fault):
    """Every member, missing, mistyped, unknown or at odds with the catalogue or with another requirement."""
    whole = spoiled(read(folder / fault.file), fault)
    (folder / fault.file).write_text(json.dumps(whole), encoding="utf-8")

    found = refused(folder)

    assert (fault.file, fault.field or fault.at) == (found.entry, found.field)


@pytest.mark.parametrize("fault", OF_THE_FIRST_FORM, ids=str)
def test_a_wrong_member_of_the_form_of_the_release_before_is_named(folder, fault):
    """Its `needs` are read still, and judged as strictly as they were."""
    whole = read(folder / fault.file)
    del whole["requirements"]
    (folder / fault.file).write_text(json.dumps(spoiled(whole, fault)), encoding="utf-8")

    assert (fault.field or fault.at) == refused(folder).field


def test_a_matter_of_both_forms_is_refused(folder):
    """Nobody could say which of them counts."""
    whole = read(folder / FOOD) | {"needs": [{"kind": LICENCE, "fields": ["名称"]}]}
    (folder / FOOD).write_text(json.dumps(whole), encoding="utf-8")

    assert "needs" == refused(folder).field
    assert not matter_validator().is_valid(whole)


# The schema


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.json")), ids=lambda file: file.stem)
def test_every_shipped_file_fits_the_schema(file):
    """A city that writes a matter can check it before anybody loads it."""
    matter_validator().validate(read(file))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_the_schema_refuses_what_can_be_known_of_one_file(fault):
    """All that the loader refuses, but for what only the catalogue or another place in the file can tell."""
    validator, whole = matter_validator(), read(SHIPPED / fault.file)
    validator.validate(whole)

    assert fault.is_seen != validator.is_valid(spoiled(whole, fault))


@pytest.mark.parametrize("fault", OF_THE_FIRST_FORM, ids=str)
def test_the_schema_knows_the_form_of_the_release_before(fault):
    """It is valid still, and its faults are seen as far as one file shows them."""
    validator, whole = matter_validator(), read(SHIPPED / fault.file)
    del whole["requirements"]
    validator.validate(whole | {"needs": [{"kind": LICENCE, "fields": ["名称"]}]})

    assert fault.is_seen != validator.is_valid(spoiled(whole, fault))


def test_a_reader_gets_a_schema_of_its_own():
    """Changing it changes nobody else's."""
    matter_schema()["$defs"].clear()

    assert "requirement" in matter_schema()["$defs"]


# The folder


def test_a_gap_in_the_order_names_what_comes_after_it(folder):
    """Places count from 1."""
    (folder / FOOD).write_text(json.dumps(read(folder / FOOD) | {"order": 99}), encoding="utf-8")

    found = refused(folder)

    assert ("road-transport.json", "order", "is 3 where 2 is due") == (
        found.entry,
        found.field,
        found.why[:19],
    )


def test_two_files_with_one_code_are_refused(folder):
    """A copied file that was not edited is told, naming its twin."""
    whole = read(folder / FOOD)
    (folder / "zz.json").write_text(json.dumps({**whole, "order": len(matters()) + 1}), encoding="utf-8")

    found = refused(folder)

    assert ("zz.json", "code", "is also the code of food-permit.json") == (
        found.entry,
        found.field,
        found.why,
    )


def test_a_matter_that_speaks_of_a_kind_we_do_not_hold_is_refused(folder):
    """With a smaller catalogue the first matter cannot stand."""
    with pytest.raises(BadEntry) as caught:
        load_matters(folder, [each for each in kinds() if each.code != LICENCE])

    assert f"{WAY}.kind" == caught.value.field


def test_what_editors_leave_behind_is_not_a_matter(folder):
    """Hidden files do not break the list."""
    (folder / ".swp").write_bytes(b"\x00")

    assert len(matters()) == len(load_matters(folder, shipped_kinds()))
