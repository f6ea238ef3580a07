"""A covered value is shown when somebody asks for it, and that they did is on record first."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from certhub_schemas import kinds, shipped_catalogue
from certhub_schemas.certificate_kind import Sensitivity

from certhub.demo import people as p
from certhub.errors import NotFound
from certhub.flows.verification import results, reveal, verify
from certhub.flows.verification.masked import masked
from certhub.history.events import store as history
from certhub.records.catalog.masking import NAMES, NUMBERS, Covering, mask_name, mask_value
from tests.support.forms import report_validator
from tests.support.region import Region
from tests.support.story import FOOD, food, issued, licence, scan, ticket

KIND, NUMBER = p.LICENCE, "显-编号-0001"


def reports(region: Region) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Scan once; return the report as a token has it and as a page has it."""
    shown = issued(region, food(NUMBER)), issued(region, licence("显-照"))
    report = scan(region, ticket(region, *shown, matter=FOOD), FOOD)
    page = replace(region.clerk, is_page=True)
    return report, results.stored(str(report["verification_id"]), by=page, hub=region.hub)


def covering(item: Mapping[str, Any]) -> Covering:
    """What covers the values of an item, by the version that it names."""
    return Covering(shipped_catalogue(), item["kind"], item["kind_version"])


def covered(report: Mapping[str, Any]) -> list[str]:
    """The values of a whole report that a page keeps covered, as texts."""
    return [
        str(value)
        for item in report["items"]
        for title, value in item["disclosed"].items()
        if covering(item).is_masked(title)
    ]


def test_a_page_gets_no_covered_value_in_any_answer(home):
    """The scan, the same question again, and the stored report: nothing in their bytes; a token gets it all."""
    code = ticket(home, issued(home, food(NUMBER)), matter=FOOD)
    page = replace(home.clerk, is_page=True)
    question = verify.VerificationRequest(code, FOOD, "1号窗口", verification_id="page-0001")
    answers = [verify.verify(question, by=page, hub=home.hub) for _ in range(2)]
    answers.append(results.stored("page-0001", by=page, hub=home.hub))
    whole = results.stored("page-0001", by=home.clerk, hub=home.hub)

    assert NUMBER in covered(whole)
    for answer in answers:
        said = json.dumps(answer, ensure_ascii=False)
        assert [] == [value for value in covered(whole) if value in said]
        report_validator().validate(json.loads(said))


def test_a_masked_report_says_what_can_be_asked_for_and_is_else_the_same(home):
    """Verdict, facts and names are the token's; only covered values differ, and are listed."""
    whole, page = reports(home)

    for full, cut in zip(whole["items"], page["items"], strict=True):
        titles = {title for title in full["disclosed"] if covering(full).is_masked(title)}
        assert titles == set(cut["masked"])
        assert {t: full["disclosed"][t] for t in full["disclosed"] if t not in titles} == {
            t: cut["disclosed"][t] for t in cut["disclosed"] if t not in titles
        }
        assert {**full, "disclosed": {}} == {
            **{k: v for k, v in cut.items() if k not in {"masked", "holder"}},
            "disclosed": {},
        }
    assert ["证照编号"] == page["items"][0]["masked"]
    assert "显-编****01" == page["items"][0]["disclosed"]["证照编号"]
    assert "示***馆" == page["items"][1]["holder"]
    assert p.NOODLES.name == page["items"][1]["disclosed"]["名称"]


def test_every_value_of_every_item_can_be_asked_for_and_each_asking_is_on_record(home, clock):
    """The value as the token's report has it; the event says who, which item, which field and when, and no value."""
    whole, _ = reports(home)
    vid = str(whole["verification_id"])
    asked = []
    for place, item in enumerate(whole["items"]):
        for field, value in item["disclosed"].items():
            clock.pass_(seconds=1)
            assert value == reveal.reveal(vid, place, field, by=home.clerk, hub=home.hub)
            asked.append((home.clerk.key, {"item": place, "field": field}, clock.now()))

    with home.hub.reading() as unit:
        events = history.events(unit, subject=vid, type_="verification.revealed")
    assert asked == [(one.actor, one.body, one.at) for one in reversed(events)]


@pytest.mark.parametrize(
    ("item", "field"), [(2, "证照编号"), (-1, "证照编号"), (1, "法定代表人身份证号"), (0, ""), (0, "kind")]
)
def test_what_was_not_disclosed_is_not_there(home, item, field):
    """No such item, a field outside the matter, no field at all: not found, and nothing on record."""
    vid = str(reports(home)[0]["verification_id"])

    with pytest.raises(NotFound):
        reveal.reveal(vid, item, field, by=home.clerk, hub=home.hub)
    with home.hub.reading() as unit:
        assert [] == history.events(unit, subject=vid, type_="verification.revealed")


def test_another_clerks_values_are_not_there(home):
    """Only who made the verification may ask."""
    vid, stranger = str(reports(home)[0]["verification_id"]), replace(home.clerk, account=UUID(int=7))

    with pytest.raises(NotFound):
        reveal.reveal(vid, 0, "证照编号", by=stranger, hub=home.hub)


def test_a_receipt_opens_to_a_page_by_a_deed_on_record_alone(home):
    """What opens a digest is the identifier, a covered value: a look gives none, the deed each with its entry."""
    vid = str(reports(home)[0]["verification_id"])
    receipt = results.receipt(vid, by=home.clerk, hub=home.hub)
    with home.hub.reading() as unit:
        before = history.events(unit, subject=vid, type_="verification.revealed")

    page = replace(home.clerk, is_page=True)
    assert receipt | {"opening": []} == results.receipt(vid, by=page, hub=home.hub)
    with home.hub.reading() as unit:
        assert [] == history.events(unit, subject=vid, type_="verification.revealed")
    assert receipt == results.opened_receipt(vid, by=page, hub=home.hub)
    with home.hub.reading() as unit:
        events = history.events(unit, subject=vid, type_="verification.revealed")
    assert [] == before
    told = sorted((one.body for one in events), key=lambda body: body["item"])  # of one moment: in no order
    assert [{"item": 0, "field": "证照标识"}, {"item": 1, "field": "证照标识"}] == told


def test_masking_follows_the_catalogue():
    """Of every kind: what is personal or sensitive is masked but for the holder's name, what is public is not."""
    for kind in kinds():
        covered_by_its_kind = Covering(shipped_catalogue(), kind.code, kind.version)
        for field in kind.fields:
            personal = field.sensitivity in (Sensitivity.PERSONAL, Sensitivity.SENSITIVE)
            assert (personal and field.title not in NAMES) == covered_by_its_kind.is_masked(field.title)
        assert all(covered_by_its_kind.is_masked(title) for title in NUMBERS)


def test_what_the_catalogue_does_not_know_is_masked():
    """A kind or a title of another release is covered, not shown."""
    catalogue = shipped_catalogue()
    of_no_kind, of_no_version = (
        Covering(catalogue, "11100000MB9999999R999", 1),
        Covering(catalogue, KIND, 999),
    )

    assert Covering(catalogue, KIND, 1).is_masked("没有的字段")
    for unknown in (of_no_kind, of_no_version):
        assert ["住所", "名称", "证照编号"] == [
            title for title in ("住所", "名称", "持证主体", "证照编号") if unknown.is_masked(title)
        ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("420799190001010015", "420****15"),
        ("演示路8号", "演***"),
        ("1234567", "1***"),
        ("12345678", "123****78"),
        ("", "***"),
        (["甲乙丙丁戊己庚辛", "甲"], ["甲乙丙****庚辛", "甲***"]),
        ({"type": "111", "number": "420799190001010015"}, "420****15"),
        ([{"type": "111", "number": "420799190001010015"}], ["420****15"]),
        (12345678, "123****78"),
    ],
)
def test_a_value_is_masked_in_whatever_shape_it_comes(value, expected):
    """Text, lists, a holder's number, a number: the same rule, and no shape slips through."""
    assert expected == mask_value(value)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("张演示", "张*示"), ("李四", "李*"), ("王", "*"), ("欧阳一二三四五六七", "欧****七")],
)
def test_a_name_keeps_its_ends(name, expected):
    """Enough to find a line by."""
    assert expected == mask_name(name)


def test_an_item_that_may_not_be_told_has_nothing_to_mask():
    """A placeholder stays as it is."""
    untold = {"verdict": "undetermined", "code": "NO_AGREEMENT"}

    assert [untold] == masked({"items": [untold]}, catalogue=shipped_catalogue())["items"]
    assert ({}, []) == Covering(shipped_catalogue(), KIND, 1).mask_disclosed({})
