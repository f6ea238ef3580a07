"""An agreement speaks of matters: what leaves the region that holds a certificate is what the matter's row names."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from certhub_schemas.purposes import Purpose
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.agreement import AgreedKind, AgreementItem
from certhub_verifier.formats.trust.trustlist import agreement_path

from certhub.adapters.public_files import PublicFiles
from certhub.demo import people as p
from certhub.flows.verification import results
from certhub.flows.verification.answer import answer
from certhub.hub import TRUST
from certhub.records.catalog.draft import RawDraft
from certhub.setup.health import all_checks
from tests.support import named
from tests.support.agreements import PAIR, a_row, live, publish_agreement
from tests.support.drafts import draft_of
from tests.support.peers import BrokenWire, asked_through, lie
from tests.support.region import Region
from tests.support.story import BUSINESS, ROAD, issued, licence, scan, ticket, told

INSURANCE = "PLACEHOLDER-907"
"""It takes a senior benefits card: one field, and a predicate in the place of the date of birth."""
SENIOR = AgreedKind(kind=named.SENIOR, fields=("优待类别",), predicates=("age_at_least",))


def senior(number: str) -> RawDraft:
    """Return a senior benefits card of 张演示."""
    return draft_of(
        named.SENIOR,
        named.CIVIL,
        number,
        p.ZHANG,
        姓名=p.ZHANG.name,
        出生日期="1900-01-01",
        优待类别="65周岁以上",
    )


def shown(home: Region, number: str = "老-1", matter: str = INSURANCE) -> str:
    """Return a ticket of a senior benefits card for a matter."""
    return ticket(home, issued(home, senior(number)), matter=matter)


def agree(regions: tuple[Region, Region], *rows: Any) -> None:
    """Let the next version of the agreement have these rows and no others."""
    standing = live(regions[0])
    publish_agreement(replace(standing, n=standing.n + 1, rows=rows), *regions)
    regions[0].clock.pass_(seconds=2)


def answered(region: Region) -> dict[str, Any]:
    """Return the payload of the last answer that a region gave."""
    return dict(jws.parse(region.wire.sent[-1][2], "xr-res+jwt").payload)


def spent_rows(region: Region) -> int:
    """How many codes have been used."""
    with region.hub.reading() as unit:
        return unit.sql.exec_driver_sql("SELECT count(*) FROM spent").scalar_one()


def test_what_a_matter_needs_crosses_and_nothing_else_does(home, other):
    """One field and one answer: neither the date of birth nor the name is in what the region signed."""
    report = scan(other, shown(home), INSURANCE)

    [item] = answered(home)["results"][0]["items"]
    assert ("valid", "OK") == told(report)
    assert {"优待类别": "65周岁以上"} == item["disclosed"] == report["items"][0]["disclosed"]
    assert [("age_at_least", "yes")] == [(one["name"], one["outcome"]) for one in item["predicates"]]
    assert not {"1900-01-01", p.ZHANG.name, p.ZHANG.id_number} & set(
        json.dumps(answered(home), ensure_ascii=False).split('"')
    )


def test_a_predicate_that_is_not_granted_never_leaves_its_region(regions, home, other):
    """The row names the field alone: the answer's bytes do not speak of the predicate, and it is not enough."""
    agree(regions, a_row(INSURANCE, replace(SENIOR, predicates=())))

    report = scan(other, shown(home), INSURANCE)

    text = json.dumps(answered(home), ensure_ascii=False)
    assert "优待类别" in text
    assert "age_at_least" not in text
    assert ("check", "FIELDS_WITHHELD") == told(report)


def test_a_predicate_that_is_granted_for_another_matter_does_not_leave_either(regions, home, other):
    """A row grants for its own matter alone."""
    agree(regions, a_row(INSURANCE, replace(SENIOR, predicates=())), a_row(ROAD, SENIOR))

    scan(other, shown(home), INSURANCE)

    assert [] == answered(home)["results"][0]["items"][0]["predicates"]


SLIPS: dict[str, dict[str, Any]] = {
    "age_at_least": {"name": "age_at_least", "arguments": {"n": 60}},
    "in_region": {"name": "in_region", "arguments": {"prefix": "42"}},
    "same_person_as": {"name": "same_person_as", "arguments": {"requirement": "insurance"}},
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_predicate_that_a_peer_lets_slip_is_not_shown_and_decides_nothing(regions, home, other, name):
    """What no row names reaches neither screen nor receipt, nor what the matter makes of the certificate."""
    agree(regions, a_row(INSURANCE, replace(SENIOR, predicates=())))
    moment = home.clock.now().isoformat().removesuffix("+00:00") + "Z"
    slipped = SLIPS[name] | {"outcome": "yes", "as_of": moment}

    def slip(payload: dict) -> None:
        payload["results"][0]["items"][0]["predicates"].append(slipped)

    liar = replace(other, hub=asked_through(other, BrokenWire(home.wire, lie(home.hub, slip))))
    report = scan(liar, shown(home), INSURANCE)

    assert ("check", "FIELDS_WITHHELD") == told(report)
    assert name not in str(report["items"])
    filed = results.receipt(report["verification_id"], by=other.clerk, hub=other.hub)
    assert name not in str(jws.parse(filed["receipt"], "receipt+jwt").payload["items"])


def test_a_code_is_told_nothing_where_its_mode_is_not_agreed(regions, home, other):
    """The row is for what is asked for with consent; a code that is shown is L1."""
    agree(regions, a_row(INSURANCE, SENIOR, modes=("L2", "L3")))

    assert ("undetermined", "NO_AGREEMENT") == told(scan(other, shown(home), INSURANCE))
    assert 0 == spent_rows(home)


@pytest.mark.parametrize(("number", "mode", "is_told"), [(2, None, True), (3, "L1", True), (3, "L3", False)])
def test_a_question_is_answered_in_the_mode_that_it_names(regions, home, other, number, mode, is_told):
    """The row is for L1; a question of format 2 names no mode, and is one."""
    agree(regions, a_row(INSURANCE, SENIOR, modes=("L1",)))
    scan(other, shown(home))
    payload = dict(jws.parse(home.wire.sent[-1][1], "xr-req+jwt").payload)
    question = payload["q"][0] | {"code": shown(home, "老-2"), "verification_id": "another-of-the-test"}
    question |= {"matter": INSURANCE}
    payload |= {"jti": "another-id-of-the-test", "format": number, "mode": mode, "q": [question]}
    if number == 2:
        for name in ("unit", "case", "mode"):
            del payload[name]
        del question["matter_digest"]
    token = jws.sign(payload, typ="xr-req+jwt", key=other.hub.signer(Purpose.EXCHANGE)).encode()

    [result] = jws.parse(answer(token, hub=home.hub), "xr-res+jwt").payload["results"]

    assert [is_told] == ["disclosed" in item for item in result["items"]]


Spoil = Callable[[dict[str, Any]], object]
SPOILS: dict[str, Spoil] = {
    "a member": lambda row: row.update(quota=9),
    "a mode": lambda row: row["modes"].append("L4"),
    "a predicate": lambda row: row["kinds"][0]["predicates"].append("taller_than"),
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_row_of_a_later_release_is_set_aside_counted_and_grants_nothing(regions, home, other, spoil):
    """Both regions published it; the operator is told, and the other matters go on."""
    standing = live(home)
    printed = json.loads(replace(standing, n=2).to_bytes())
    [row] = [one for one in printed["rows"] if one["matter"] == INSURANCE]
    SPOILS[spoil](row)
    for region in regions:
        for own, peer in (PAIR, PAIR[::-1]):
            content = json.dumps(printed, ensure_ascii=False).encode()
            PublicFiles(region.hub.settings.data / TRUST).put(agreement_path(own, peer, 2), content)
    home.clock.pass_(seconds=2)

    assert ("undetermined", "NO_AGREEMENT") == told(scan(other, shown(home), INSURANCE))
    assert ("valid", "OK") == told(scan(other, ticket(home, issued(home, licence("营-1")), matter=BUSINESS)))
    assert 2 == len(home.hub.trust.set_aside)  # in the part of each region
    [trust] = [check for check in all_checks(home.hub) if check.check == "trust"]
    assert ("good", True) == (trust.state, "2 entries set aside" in trust.says)


def test_an_agreement_of_format_1_is_still_asked_and_answered_under(regions, home, other, clock):
    """The file that the first release wrote: its fields, in any mode, and no predicate."""
    item = AgreementItem(
        kind=named.SENIOR,
        matters=(INSURANCE,),
        purposes=("verify",),
        fields=("优待类别", "姓名"),
        direction="both",
    )
    until = clock.now() + timedelta(days=1)
    standing = live(home)
    publish_agreement(replace(standing, n=2, until=until, rows=(), items=(item,), format=1), *regions)
    clock.pass_(seconds=2)

    report = scan(other, shown(home), INSURANCE)

    [told_item] = answered(home)["results"][0]["items"]
    assert ({"优待类别": "65周岁以上"}, []) == (told_item["disclosed"], told_item["predicates"])
    assert ("check", "FIELDS_WITHHELD") == told(report)
