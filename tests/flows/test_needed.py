"""A matter is met by what it needs, and by nothing else: what a counter is told, and what that makes of the case."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from certhub_schemas import Matter, shipped_catalogue
from certhub_verifier.formats.exchange.receipt import Receipt, ReceiptItem, ReceiptMode
from certhub_verifier.receipts import Finding, examine_receipt

from certhub.demo import people as p
from certhub.flows.verification import results, show
from certhub.history.events import store as history
from certhub.people.parties import store as parties
from certhub.people.parties.people import Actor, Role
from certhub.records.certificates.rules import State
from certhub.records.certificates.summary import shown_state
from certhub.verification.tickets.item import TicketItem
from tests.support import named
from tests.support.region import Region
from tests.support.story import (
    BUSINESS,
    FOOD,
    LAND,
    ROAD,
    food,
    issued,
    licence,
    marriage,
    scan,
    sealed,
    ticket,
    told,
)

HOUSING_FUND = "PLACEHOLDER-906"
"""A matter that takes a request: L2."""
FACE = {"名称", "法定代表人", "成立日期"}
"""The face of a licence."""
NOTHING: Mapping[str, Any] = {"item": None, "cause": None, "missing_fields": None}
"""What a requirement says where nothing was shown for it."""


def spent_rows(region: Region) -> int:
    """How many codes have been used."""
    with region.hub.reading() as unit:
        return unit.sql.exec_driver_sql("SELECT count(*) FROM spent").scalar_one()


def receipt_of(region: Region, report: Mapping[str, Any]) -> Receipt:
    """The receipt of a report, genuine and of format 3, which says of every requirement what the report says."""
    filed = results.receipt(report["verification_id"], by=region.clerk, hub=region.hub)
    found = examine_receipt(json.dumps(filed), trust=region.hub.trust, now=region.clock.now())
    receipt = found.receipt
    assert (Finding.GENUINE, 3) == (found.finding, receipt.format)
    assert told(report) == (receipt.verdict, receipt.code)
    assert report["materials"] == receipt.materials
    names = ("id", "state", "cause", "item", "declared_by")
    assert [tuple(one.get(name) for name in names) for one in report["requirements"]] == [
        tuple(getattr(one, name) for name in names) for one in receipt.requirements
    ]
    return receipt


def events_of(region: Region, report: Mapping[str, Any]) -> list[tuple[str, str, list[str]]]:
    """What the history has of a verification: event, code, and the fields that were told; newest first."""
    vid = report["verification_id"]
    with region.hub.reading() as unit:
        looks = [
            one
            for one in history.events(unit, type_="certificate.looked_at")
            if vid == one.body["verification"]
        ]
        refusals = history.events(unit, type_="code.refused", subject=vid)
    return [(one.type, one.body["code"], list(one.body.get("told", ()))) for one in (*looks, *refusals)]


def ouyang(region: Region) -> Actor:
    """欧阳样本, with an account of their own; they act for another company."""
    with region.hub.writing() as unit:
        index = parties.register(unit, p.OUYANG)
        return parties.open_account(unit, Role.HOLDER, p.OUYANG.name, holder=index)


def states(report: Mapping[str, Any]) -> dict[str, tuple[str, str | None]]:
    """How each requirement stands, and why."""
    return {one["id"]: (one["state"], one.get("cause")) for one in report["requirements"]}


def doubts(item: Mapping[str, Any]) -> dict[str, tuple[str, str | None]]:
    """The facts of an item that are not yes; that a sealed code is the region's alone is no doubt of a certificate."""
    found = {
        fact["fact"]: (fact["outcome"], fact.get("cause"))
        for fact in item["facts"]
        if fact["outcome"] != "yes"
    }
    return {name: said for name, said in found.items() if said != ("undetermined", "REGION_ONLY")}


def with_nothing(matter: Matter) -> dict[str, tuple[str, str | None]]:
    """How requirements stand where nothing was told: missing, or not known to be due where that is computed."""
    return {
        one.id: ("missing" if one.condition is None or one.condition.is_declared else "undetermined", None)
        for one in matter.requirements
    }


def tells_nothing(
    region: Region, report: Mapping[str, Any], matter: Matter, *, about: tuple[str, str]
) -> None:
    """Hold a report against: no item, no requirement met, and none with a cause; no look, a refusal on record."""
    assert about == told(report)
    assert [] == report["items"]
    assert with_nothing(matter) == states(report)
    assert all(not any(one.get(name) for name in NOTHING) for one in report["requirements"])
    assert "incomplete" == report["materials"]
    receipt = receipt_of(region, report)
    assert () == receipt.items
    assert ReceiptMode(demanded=matter.mode, reached="L1") == receipt.mode
    assert matter.digest == receipt.matter_digest
    assert [("code.refused", about[1], [])] == events_of(region, report)


def for_business(region: Region, certificate_id: str) -> str:
    """A ticket for the first matter."""
    return ticket(region, certificate_id, matter=BUSINESS)


WAYS: Mapping[str, Callable[[Region, str], str]] = {
    "for the matter": for_business,
    "a glance": ticket,
    "a sealed code": sealed,
}
in_every_way = pytest.mark.parametrize("made", WAYS.values(), ids=WAYS)


@in_every_way
def test_what_the_matter_needs_meets_it(home, made):
    """A licence at the counter that needs its face: green, met, complete, and spent."""
    report = scan(home, made(home, issued(home, licence("需-1"))))

    [item] = report["items"]
    assert ("valid", "OK") == told(report)
    assert ("valid", {}, FACE) == (item["verdict"], doubts(item), set(item["disclosed"]))
    assert {"needed", "mode"} < {fact["fact"] for fact in item["facts"]}
    assert {"licence": ("met", None)} == states(report)
    assert (0, "complete") == (report["requirements"][0]["item"], report["materials"])
    receipt = receipt_of(home, report)
    assert ReceiptMode(demanded="L1", reached="L1") == receipt.mode
    assert home.hub.matter(BUSINESS, home.clock.now()).digest == receipt.matter_digest
    assert home.hub.catalogue.digest == receipt.catalogue
    assert [("certificate.looked_at", "OK", sorted(FACE))] == events_of(home, report)
    assert 1 == spent_rows(home)


@in_every_way
@pytest.mark.parametrize(
    ("draft", "face"),
    [(marriage, ["登记日期", "登记机关"]), (food, ["主体业态", "经营者名称"])],
    ids=["marriage", "food"],
)
def test_a_genuine_certificate_that_the_matter_does_not_use_is_never_green(home, made, draft, face):
    """Nothing is wrong with it, and it meets nothing: to be checked, by whatever code, and the licence is missing."""
    report = scan(home, made(home, issued(home, draft("需-2"))))

    [item] = report["items"]
    seen = [] if made is for_business else face
    assert ("check", "NOT_NEEDED") == told(report) == told(item)
    assert {"needed": ("undetermined", "NOT_NEEDED")} == doubts(item)
    assert seen == sorted(item["disclosed"])
    assert {"licence": ("missing", None)} == states(report)
    assert "item" not in report["requirements"][0]
    assert "incomplete" == report["materials"]
    [recorded] = receipt_of(home, report).items
    assert isinstance(recorded, ReceiptItem)
    assert ("check", "NOT_NEEDED", tuple(seen)) == (recorded.verdict, recorded.code, recorded.fields)
    assert [("certificate.looked_at", "NOT_NEEDED", seen)] == events_of(home, report)
    assert 1 == spent_rows(home)


def test_beside_what_is_needed_what_is_not_needed_keeps_the_whole_from_green(home):
    """Two items: the licence meets its requirement, and the other certificate is looked at by a person."""
    shown = issued(home, marriage("需-3")), issued(home, licence("需-3"))

    report = scan(home, ticket(home, *shown, matter=BUSINESS))

    assert [("check", "NOT_NEEDED"), ("valid", "OK")] == [told(item) for item in report["items"]]
    assert [set(), FACE] == [set(item["disclosed"]) for item in report["items"]]
    assert ("check", "NOT_NEEDED") == told(report)
    assert (1, "complete") == (report["requirements"][0]["item"], report["materials"])
    assert 1 == receipt_of(home, report).requirements[0].item
    assert 1 == spent_rows(home)


@pytest.mark.parametrize(
    ("fields", "lacking"),
    [
        (("名称", "住所"), ["经营范围"]),
        (("名称",), ["住所", "经营范围"]),
        (("法定代表人身份证号", "注册资本"), ["名称", "住所", "经营范围"]),
        ((), ["名称", "住所", "经营范围"]),
    ],
)
def test_a_withheld_field_leaves_the_requirement_missing_and_is_named(home, fields, lacking):
    """The holder's choice holds, and the report says what it costs; a field outside the matter makes up for none."""
    certificate_id = issued(home, licence("需-4"))
    code = ticket(home, certificate_id, matter=FOOD, fields=fields)

    report = scan(home, code, FOOD, not_applicable=("former-permit",))

    [item] = report["items"]
    entity, permit = report["requirements"]
    seen = sorted({"名称", "住所", "经营范围"} - set(lacking))
    assert ("check", "FIELDS_WITHHELD") == told(report)
    assert {"needed": ("undetermined", "FIELDS_WITHHELD")} == doubts(item)
    assert seen == sorted(item["disclosed"])
    assert ("missing", "FIELDS_WITHHELD", 0) == (entity["state"], entity["cause"], entity["item"])
    assert lacking == entity["missing_fields"]
    assert "not_applicable" == permit["state"]
    assert "incomplete" == report["materials"]
    receipt = receipt_of(home, report)
    assert receipt.operator == permit["declared_by"] == receipt.requirements[1].declared_by
    assert [("certificate.looked_at", "FIELDS_WITHHELD", seen)] == events_of(home, report)

    whole = scan(home, ticket(home, certificate_id, matter=FOOD), FOOD, not_applicable=("former-permit",))
    assert (("valid", "OK"), "complete") == (told(whole), whole["materials"])
    assert {"entity": ("met", None), "former-permit": ("not_applicable", None)} == states(whole)
    assert "missing_fields" not in whole["requirements"][0]
    assert 2 == spent_rows(home)


@pytest.mark.parametrize("made", [ticket, sealed], ids=["a glance", "a sealed code"])
def test_a_face_does_not_meet_a_matter_that_needs_more(home, made):
    """A glance at a licence where its address is asked: to be checked, and the address is named as missing."""
    report = scan(home, made(home, issued(home, licence("需-5"))), FOOD)

    assert ("check", "FIELDS_WITHHELD") == told(report)
    assert FACE == set(report["items"][0]["disclosed"])
    assert {"entity": ("missing", "FIELDS_WITHHELD"), "former-permit": ("missing", None)} == states(report)
    assert ["住所", "经营范围"] == report["requirements"][0]["missing_fields"]
    assert "incomplete" == report["materials"] == receipt_of(home, report).materials
    assert [("certificate.looked_at", "FIELDS_WITHHELD", sorted(FACE))] == events_of(home, report)


def held(region: Region) -> Sequence[show.Held]:
    """One active certificate of each kind that the demo's holder can show."""
    found = {
        one.certificate.kind: one
        for one in show.held_by(region.holder, hub=region.hub)
        if shown_state(one.certificate, region.clock.now()) == State.ACTIVE
    }
    assert {p.LICENCE, named.MARRIAGE} <= found.keys()
    return list(found.values())


@pytest.mark.parametrize("matter", [BUSINESS, FOOD, ROAD, "PLACEHOLDER-907"])
@pytest.mark.parametrize("made", [ticket, sealed], ids=["a glance", "a sealed code"])
def test_a_glance_tells_the_face_whatever_the_clerk_chooses(home, made, matter):
    """Each kind that the demo's holder holds: its face and nothing else, and no answer in the place of a value."""
    for one in held(home):
        certificate = one.certificate
        kind = shipped_catalogue().version(certificate.kind, certificate.kind_version)
        face = {field.title for field in kind.face_fields} & set(certificate.record.claims)

        report = scan(home, made(home, certificate.certificate_id), matter)

        [item] = report["items"]
        assert (kind.code, face) == (item["kind"], set(item["disclosed"]))
        assert [] == item.get("predicates", [])
        [recorded] = receipt_of(home, report).items
        assert isinstance(recorded, ReceiptItem)
        assert (tuple(sorted(face)), ()) == (recorded.fields, recorded.predicates)
        assert [("certificate.looked_at", report["code"], sorted(face))] == events_of(home, report)


def test_what_a_holder_leaves_out_of_a_glance_is_left_out(home):
    """A choice cuts the face as well, and adds nothing to it."""
    code = ticket(home, issued(home, licence("需-6")), fields=("名称", "住所"))

    report = scan(home, code)

    assert {"名称"} == set(report["items"][0]["disclosed"])
    assert ("check", "FIELDS_WITHHELD") == told(report)
    assert ["法定代表人", "成立日期"] == report["requirements"][0]["missing_fields"]


def test_a_ticket_for_another_matter_is_not_spent(home):
    """At every other counter: invalid, nothing told, nothing met; and at its own it is good."""
    code = ticket(home, issued(home, licence("需-7")), matter=BUSINESS)
    others = [one for one in home.hub.matters(home.clock.now()) if one.code != BUSINESS]

    for matter in others:
        report = scan(home, code, matter.code)
        tells_nothing(home, report, matter, about=("invalid", "NOT_FOR_MATTER"))
    assert (10, 0) == (len(others), spent_rows(home))

    assert ("valid", "OK") == told(scan(home, code))
    assert 1 == spent_rows(home)


HEAVY = {HOUSING_FUND: ("check", "MODE_L2"), LAND: ("undetermined", "MODE_L3")}


@pytest.mark.parametrize("matter", HEAVY)
@pytest.mark.parametrize("way", ["for the matter", "a glance", "a sealed code"])
def test_a_code_serves_no_matter_that_takes_a_request(home, other, matter, way):
    """Nothing told, nothing met, nothing spent, at home and abroad, where nobody is even asked; the code stays good."""
    certificate_id = issued(home, licence("需-8"))
    made = {
        "for the matter": lambda: ticket(home, certificate_id, matter=matter),
        "a glance": lambda: ticket(home, certificate_id),
        "a sealed code": lambda: sealed(home, certificate_id),
    }
    code = made[way]()
    asked = home.hub.matter(matter, home.clock.now())

    for region in (home, other):
        report = scan(region, code, matter, window="2号窗口")
        tells_nothing(region, report, asked, about=HEAVY[matter])
    assert [] == home.wire.sent
    assert (0, 0) == (spent_rows(home), spent_rows(other))

    after = scan(home, code)
    assert (("invalid", "NOT_FOR_MATTER") if way == "for the matter" else ("valid", "OK")) == told(after)
    assert (0 if way == "for the matter" else 1) == spent_rows(home)


def test_a_bad_certificate_tells_no_more_where_a_request_is_taken(home):
    """That a code is known, used or over is said as ever; of what lies behind it not a word."""
    code = ticket(home, issued(home, licence("需-9")))
    assert ("valid", "OK") == told(scan(home, code))

    for matter in HEAVY:
        used = scan(home, code, matter)
        assert (("invalid", "CODE_USED"), []) == (told(used), used["items"])
        assert with_nothing(home.hub.matter(matter, home.clock.now())) == states(used)
    assert 1 == spent_rows(home)


def test_a_permit_counts_where_it_is_of_the_organisation_that_applies(home):
    """The two are compared within the case: one holder, another holder, and nothing to compare with."""
    shop, own = issued(home, licence("需-10")), issued(home, food("需-10"))
    firm = p.TECHNOLOGY
    strange = issued(home, replace(food("需-11"), holders=[(firm.name, firm.id_type, firm.id_number)]))

    together, alone = (scan(home, ticket(home, *cids, matter=FOOD), FOOD) for cids in ((shop, own), (own,)))
    scan(home, ticket(home, shop, matter=FOOD), FOOD, case_number="鄂办-10")
    theirs = show.Choice((TicketItem(strange),), show.Mode.TICKET, FOOD)
    code = show.show(theirs, by=ouyang(home), hub=home.hub).code
    mixed = scan(home, code, FOOD, case_number="鄂办-10")

    assert {"entity": ("met", None), "former-permit": ("met", None)} == states(together)
    assert ("complete", ("valid", "OK")) == (together["materials"], told(together))
    assert {"entity": ("met", None), "former-permit": ("missing", "SUBJECT_OTHER")} == states(mixed)
    assert {"entity": ("missing", None), "former-permit": ("undetermined", "SUBJECT_UNLINKED")} == states(
        alone
    )
    assert ("incomplete", "incomplete") == (mixed["materials"], alone["materials"])
    for report in (together, mixed, alone):
        receipt_of(home, report)


def test_what_was_shown_before_in_a_case_meets_its_requirement_still(home):
    """The licence first and the permit later, under one case number: complete, and each says by which scan."""
    shop, kitchen = issued(home, licence("需-12")), issued(home, food("需-12"))
    first = scan(home, ticket(home, shop, matter=FOOD), FOOD, case_number="鄂办-12")

    second = scan(home, ticket(home, kitchen, matter=FOOD), FOOD, case_number="鄂办-12")
    elsewhere = scan(home, ticket(home, kitchen, matter=FOOD), FOOD, case_number="鄂办-13")

    assert first["case_id"] == second["case_id"] != elsewhere["case_id"]
    assert {"entity": ("met", None), "former-permit": ("missing", None)} == states(first)
    assert {"entity": ("met", None), "former-permit": ("met", None)} == states(second)
    assert (first["verification_id"], None) == tuple(
        one.get("verification_id") for one in second["requirements"]
    )
    assert first["verification_id"] == receipt_of(home, second).requirements[0].vid
    assert ("incomplete", "complete", "incomplete") == tuple(
        report["materials"] for report in (first, second, elsewhere)
    )
