"""Every certificate that is shown is accounted for: told, or a placeholder, in answer, report and receipt alike."""

import json
from dataclasses import replace

import pytest
from certhub_schemas import shipped_catalogue
from certhub_verifier.causes import Verdict
from certhub_verifier.formats.exchange.receipt import UntoldReceiptItem
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.agreement import AgreedKind
from certhub_verifier.receipts import Finding, examine_receipt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from certhub.db.columns import table_of
from certhub.demo import people as p
from certhub.flows.verification import results
from certhub.history.events import store as history
from certhub.records.certificates.rules import Transition
from certhub.records.certificates.tables import PublicIdRow
from tests.support import named
from tests.support.agreements import a_row, live, publish_agreement
from tests.support.peers import BrokenWire, asked_through, lie
from tests.support.region import Region
from tests.support.story import BUSINESS, change, food, issued, licence, marriage, scan, ticket, told

PERMIT = "PLACEHOLDER-902"
"""A matter that takes two kinds."""
NO_AGREEMENT = {"verdict": "undetermined", "code": "NO_AGREEMENT"}
RECORD_GONE = {"verdict": "undetermined", "code": "RECORD_GONE"}


def spent_rows(region: Region) -> int:
    """How many codes have been used."""
    with region.hub.reading() as unit:
        return unit.sql.exec_driver_sql("SELECT count(*) FROM spent").scalar_one()


def lose(region: Region, certificate_id: str) -> None:
    """Let the store forget a certificate that a ticket names."""
    with region.hub.writing() as unit:
        table = table_of(PublicIdRow)
        assert 1 == unit.sql.execute(delete(table).where(table.c.cid == certificate_id)).rowcount


def receipt_of(region: Region, report):
    """The receipt of a report, genuine."""
    filed = results.receipt(report["verification_id"], by=region.clerk, hub=region.hub)
    found = examine_receipt(json.dumps(filed), trust=region.hub.trust, now=region.clock.now())
    assert Finding.GENUINE is found.finding
    return found


def recorded(receipt) -> list[tuple[str, str, str | None]]:
    """What a receipt has of each item: verdict, code, kind."""
    return [(item.verdict, item.code, getattr(item, "kind", None)) for item in receipt.items]


def reported(report) -> list[tuple[str, str, str | None]]:
    """What a report has of each item: verdict, code, kind."""
    return [(item["verdict"], item["code"], item.get("kind")) for item in report["items"]]


def face_of(code: str) -> tuple[str, ...]:
    """Return what a glance shows of a kind."""
    kind = shipped_catalogue().kind(code)
    assert kind is not None
    return tuple(field.title for field in kind.face_fields)


def agreed_on(regions: tuple[Region, Region], kinds: set[str]) -> None:
    """Let both regions publish the next version of their agreement, with these kinds alone."""
    standing = live(regions[0])
    agreed = (AgreedKind(kind=kind, fields=face_of(kind)) for kind in sorted(kinds))
    publish_agreement(replace(standing, n=standing.n + 1, rows=(a_row(BUSINESS, *agreed),)), *regions)
    regions[0].clock.pass_(seconds=2)


def test_a_certificate_outside_the_agreement_makes_the_whole_undetermined(home, other):
    """Told one, left out one: a placeholder in report and receipt, and the code is spent, since one was told."""
    code = ticket(home, issued(home, licence("营-1")), issued(home, marriage("婚-1")))

    report = scan(other, code)

    assert ("undetermined", "NO_AGREEMENT") == told(report)
    assert [("valid", "OK", p.LICENCE), ("undetermined", "NO_AGREEMENT", None)] == reported(report)
    assert NO_AGREEMENT == report["items"][1]
    found = receipt_of(other, report)
    assert ("undetermined", "NO_AGREEMENT") == (found.receipt.verdict, found.receipt.code)
    assert reported(report) == recorded(found.receipt)
    assert UntoldReceiptItem("undetermined", "NO_AGREEMENT") == found.receipt.items[1]
    assert 1 == spent_rows(home)


def test_what_is_left_out_and_revoked_is_not_valid_either(home, other):
    """The case that was found: the left-out one is revoked, and the counter saw nothing but a valid one."""
    wed = issued(home, marriage("婚-1"))
    change(home, wed, Transition.REVOKE)

    report = scan(other, ticket(home, issued(home, licence("营-1")), wed))

    assert ("undetermined", "NO_AGREEMENT") == told(report)
    _, reply = home.wire.sent[-1][1:]
    assert "REVOKED" not in json.dumps(jws.parse(reply, "xr-res+jwt").payload)


def test_a_told_item_that_is_bad_is_worse_than_one_that_is_not_told(home, other):
    """Invalid where an item that is told is invalid."""
    bad = issued(home, licence("营-1"))
    change(home, bad, Transition.REVOKE)

    report = scan(other, ticket(home, issued(home, marriage("婚-1")), bad))

    assert ("invalid", "REVOKED") == told(report)
    assert ["NO_AGREEMENT", "REVOKED"] == [item["code"] for item in report["items"]]


def test_where_nothing_is_told_nothing_is_spent(home, other):
    """Two placeholders, no look in the history, and the holder's code is still good at home."""
    code = ticket(home, issued(home, marriage("婚-1")), issued(home, marriage("婚-2")))

    report = scan(other, code)

    assert ("undetermined", "NO_AGREEMENT") == told(report)
    assert [NO_AGREEMENT, NO_AGREEMENT] == report["items"]
    assert 0 == spent_rows(home)
    with home.hub.reading() as unit:
        assert [] == history.events(unit, type_="certificate.looked_at")
    at_home = scan(home, code)
    assert [("check", "NOT_NEEDED")] * 2 == [told(item) for item in at_home["items"]]
    assert 1 == spent_rows(home)


@pytest.mark.disagrees
def test_a_certificate_that_is_gone_is_told_as_gone_at_home_and_abroad(home, other):
    """The ticket's row names it, the store has it no longer: RECORD_GONE, and the rest is told."""
    for region in (home, other):
        stays, goes = (
            issued(home, licence(f"营-{region.hub.region}")),
            issued(home, food(f"食-{region.hub.region}")),
        )
        code = ticket(home, goes, stays)
        lose(home, goes)

        report = scan(region, code)

        assert ("undetermined", "RECORD_GONE") == told(report)
        assert [RECORD_GONE, "valid"] == [report["items"][0], report["items"][1]["verdict"]]
        found = receipt_of(region, report)
        assert reported(report) == recorded(found.receipt)
    assert 2 == spent_rows(home)


@pytest.mark.disagrees
def test_a_ticket_of_nothing_but_what_is_gone_is_not_spent(home, other):
    """Nothing told, nothing spent, at home as well."""
    goes = issued(home, licence("营-1"))
    code = ticket(home, goes)
    lose(home, goes)

    for region in (home, other):
        report = scan(region, code)
        assert ("undetermined", "RECORD_GONE") == told(report)
        assert [RECORD_GONE] == report["items"]
        assert [("undetermined", "RECORD_GONE", None)] == recorded(receipt_of(region, report).receipt)
    assert 0 == spent_rows(home)


def first_result(payload: dict) -> dict:
    """The result of an answer to one question."""
    return payload["results"][0]


LIES = {
    "nothing": lambda payload: None,
    "fewer items than were shown": lambda payload: first_result(payload).update(shown=3),
    "more items than were shown": lambda payload: first_result(payload)["items"].append(
        first_result(payload)["items"][0]
    ),
    "one left out, and the number with it unsaid": lambda payload: first_result(payload).update(
        shown=None, items=first_result(payload)["items"][:1]
    ),
    "an item without facts": lambda payload: first_result(payload)["items"][0]["facts"].clear(),
    "no audience": lambda payload: first_result(payload)["items"][0].update(
        facts=[fact for fact in first_result(payload)["items"][0]["facts"] if fact["fact"] != "audience"]
    ),
}


@pytest.mark.parametrize("lie_", LIES)
def test_an_answer_that_does_not_count_up_is_never_valid(home, other, lie_):
    """The asking side believes no answer that contradicts its own number, or leaves out what has to be said.

    The one that is left as it was is believed: each other fails for its lie alone.
    """
    code = ticket(home, issued(home, licence("营-1")), issued(home, food("食-1")), matter=PERMIT)
    liar = replace(other, hub=asked_through(other, BrokenWire(home.wire, lie(home.hub, LIES[lie_]))))

    assert (lie_ == "nothing") is ("valid" == scan(liar, code, PERMIT)["verdict"])


def test_issuer_and_term_of_every_item_are_the_same_at_home_and_abroad(home, other):
    """Who issued it, its first and its last day: from the credential at home, from the answer abroad."""
    for region in (home, other):
        cids = issued(home, licence(f"营-{region.hub.region}")), issued(home, food(f"食-{region.hub.region}"))
        [without_end, with_end] = scan(region, ticket(home, *cids, matter=PERMIT), PERMIT)["items"]

        assert {"code": named.MARKET, "name": "鄂州市市场监督管理局（演示）"} == without_end["issuer"]
        assert ("2024-01-05", None) == (without_end["valid_from"], without_end["valid_to"])
        assert ("2024-01-05", "2029-01-04") == (with_end["valid_from"], with_end["valid_to"])


DRAFTS = {p.LICENCE: licence, p.FOOD: food, named.MARRIAGE: marriage}
SHOWN = st.lists(
    st.tuples(st.sampled_from(sorted(DRAFTS)), st.sampled_from(["active", "suspended", "revoked", "gone"])),
    min_size=1,
    max_size=4,
)


@pytest.mark.disagrees
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(shown=SHOWN, kinds=st.sets(st.sampled_from(sorted(DRAFTS)), min_size=1), abroad=st.booleans())
def test_as_many_items_as_were_shown_and_the_worst_speaks_for_all(regions, shown, kinds, abroad):
    """Whatever is shown under whatever agreement: items reported = shown, overall = the worst, receipt = report."""
    home, other = regions
    agreed_on(regions, kinds)
    drafts = [DRAFTS[kind](f"{kind}-{n}-{home.hub.random(8).hex()}") for n, (kind, _) in enumerate(shown)]
    cids = [issued(home, draft) for draft in drafts]
    before = spent_rows(home)
    code = ticket(home, *cids)
    for certificate_id, (_, state) in zip(cids, shown, strict=True):
        if state == "gone":
            lose(home, certificate_id)
        elif state != "active":
            change(
                home, certificate_id, {"suspended": Transition.SUSPEND, "revoked": Transition.REVOKE}[state]
            )

    report = scan(other if abroad else home, code, BUSINESS)

    expected = [
        "RECORD_GONE"
        if state == "gone"
        else "NO_AGREEMENT"
        if abroad and kind not in kinds
        else {
            "active": "OK" if kind == p.LICENCE else "NOT_NEEDED",
            "suspended": "SUSPENDED",
            "revoked": "REVOKED",
        }[state]
        for kind, state in shown
    ]
    assert expected == [item["code"] for item in report["items"]]
    worst = max((Verdict(item["verdict"]) for item in report["items"]), key=lambda verdict: verdict.badness)
    assert worst == report["verdict"]
    assert report["code"] in {item["code"] for item in report["items"] if item["verdict"] == worst}
    found = receipt_of(other if abroad else home, report)
    assert (report["verdict"], report["code"]) == (found.receipt.verdict, found.receipt.code)
    assert reported(report) == recorded(found.receipt)
    was_told = any(code not in {"RECORD_GONE", "NO_AGREEMENT"} for code in expected)
    assert int(was_told) == spent_rows(home) - before
