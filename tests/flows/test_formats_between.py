"""Formats that change: partners of the release before, and messages newer than this release reads."""

import json
from dataclasses import replace

import pytest
from certhub_schemas.purposes import Purpose
from certhub_verifier.formats.exchange import envelope
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.trustlist import RegionEndpoint, endpoints_path
from certhub_verifier.receipts import Finding, examine_receipt

from certhub.adapters.public_files import PublicFiles
from certhub.demo import people as p
from certhub.flows.verification import results
from certhub.flows.verification.answer import answer
from certhub.hub import TRUST
from certhub.records.certificates import store as certificates
from certhub.records.certificates.rules import State, Transition
from tests.support.first_format import FirstFormat, asked, taken
from tests.support.peers import BrokenWire, asked_through, lie
from tests.support.region import Region
from tests.support.story import BUSINESS, change, food, issued, licence, marriage, scan, sealed, ticket, told

PERMIT = "PLACEHOLDER-902"
"""A matter that takes two kinds."""


def spent_rows(region: Region) -> int:
    """How many codes have been used."""
    with region.hub.reading() as unit:
        return unit.sql.exec_driver_sql("SELECT count(*) FROM spent").scalar_one()


def publishes(regions: tuple[Region, Region], **formats: tuple[int, ...]) -> None:
    """Let both regions hold an entry of 420700 that names these formats; none is that of the release before."""
    entry = RegionEndpoint(region="420700", url="http://420700.test", formats=formats).to_bytes()
    for region in regions:
        PublicFiles(region.hub.settings.data / TRUST).put(endpoints_path("420700"), entry)
    regions[0].clock.pass_(seconds=2)


def through(region: Region, network: object) -> Region:
    """The same region behind another network."""
    return replace(region, hub=asked_through(region, network))


def receipt_of(region: Region, report) -> object:
    """Examine the receipt of a report."""
    filed = results.receipt(report["verification_id"], by=region.clerk, hub=region.hub)
    found = examine_receipt(json.dumps(filed), trust=region.hub.trust, now=region.clock.now())
    assert Finding.GENUINE is found.finding
    return found.receipt


def test_a_partner_of_the_release_before_is_asked_in_its_format_and_is_at_most_to_be_checked(
    regions, home, other
):
    """It names no formats, so it is asked in format 1; how many certificates were shown it cannot say."""
    publishes(regions)
    partner = FirstFormat(home, (p.LICENCE,), tells_all=True)

    report = scan(through(other, partner), ticket(home, issued(home, licence("营-1"))))

    assert ["format" in question for question in partner.questions] == [False]
    assert ("check", "SHOWN_UNKNOWN") == told(report)
    assert ["VERSION_UNSTATED"] == [item["code"] for item in report["items"]]
    assert "鄂州市没有说一共出示了几张证照" == report["headline"]
    receipt = receipt_of(other, report)
    assert ("check", "SHOWN_UNKNOWN") == (receipt.verdict, receipt.code)


def test_a_sealed_code_at_a_partner_of_the_release_before_is_one_certificate(regions, home, other):
    """All is told, and that release states no audience of it; the version of the kind nobody states: check at best."""
    publishes(regions)
    partner = FirstFormat(home, (p.LICENCE,), audience=False, tells_all=True)

    report = scan(through(other, partner), sealed(home, issued(home, licence("营-1"))))

    assert ("check", "VERSION_UNSTATED") == told(report)
    assert ["undetermined"] == [
        fact["outcome"] for fact in report["items"][0]["facts"] if fact["outcome"] != "yes"
    ]


def test_a_partner_that_names_format_2_and_is_of_the_release_before_is_no_answer(home, other):
    """It refuses the member `format`, as that release does: undetermined, and never taken for an answer."""
    report = scan(
        through(other, FirstFormat(home, (p.LICENCE,))), ticket(home, issued(home, licence("营-1")))
    )

    assert ("undetermined", "PEER_DOWN") == told(report)


def test_a_question_of_the_release_before_is_answered_in_words_that_it_knows(home, other):
    """Not one member, fact or cause that it would refuse or take for doubt."""
    code = ticket(home, issued(home, licence("营-1")), issued(home, food("食-1")), matter=PERMIT)

    result = taken(answer(asked(other, home, code, PERMIT), hub=home.hub))

    assert [p.LICENCE, p.FOOD] == [item["kind"] for item in result["items"]]
    outcomes = {(fact["outcome"], fact.get("cause")) for item in result["items"] for fact in item["facts"]}
    assert {("yes", None)} == outcomes
    assert 1 == spent_rows(home)


def test_a_question_of_the_release_before_is_told_nothing_where_one_is_left_out(home, other):
    """It could not know that one was left out: the whole is NO_AGREEMENT, and the holder's code is still good."""
    code = ticket(home, issued(home, licence("营-1")), issued(home, marriage("婚-1")))

    result = taken(answer(asked(other, home, code, BUSINESS), hub=home.hub))

    assert ("NO_AGREEMENT", []) == (result["cause"], result["items"])
    assert 0 == spent_rows(home)
    at_home = scan(home, code)
    assert [("valid", "OK"), ("check", "NOT_NEEDED")] == [told(item) for item in at_home["items"]]


def test_a_question_of_the_release_before_learns_of_what_is_bad(home, other):
    """Revoked, used, unknown: in the words of that release."""
    revoked = issued(home, licence("营-1"))
    change(home, revoked, Transition.REVOKE)
    code = ticket(home, revoked)
    first = taken(answer(asked(other, home, code, BUSINESS), hub=home.hub))
    second = taken(answer(asked(other, home, code, BUSINESS), hub=home.hub))

    status = next(fact for fact in first["items"][0]["facts"] if fact["fact"] == "status")
    assert ("no", "REVOKED") == (status["outcome"], status["cause"])
    assert "CODE_USED" == second["cause"]


def test_an_answer_kept_in_one_format_is_given_again_in_the_other(home, other):
    """The asker was brought up between question and retry: the same verification, the same answer, one use."""
    code = ticket(home, issued(home, licence("营-1")))
    first = answer(asked(other, home, code, BUSINESS, verification_id="upgrade-1"), hub=home.hub)
    payload = dict(
        jws.parse(asked(other, home, code, BUSINESS, verification_id="upgrade-1"), "xr-req+jwt").payload
    )
    again = jws.sign(payload | {"format": 2}, typ="xr-req+jwt", key=other.hub.signer(Purpose.EXCHANGE))

    [result] = envelope.Response.from_payload(
        jws.parse(answer(again.encode(), hub=home.hub), "xr-res+jwt").payload
    ).results

    assert taken(first)["items"][0]["cert_digest"] == result.items[0].cert_digest
    assert 1 == result.shown
    assert 1 == spent_rows(home)


def test_a_newer_answer_is_no_silence(home, other):
    """Signed by the peer, and in a format of tomorrow: an upgrade is needed, on screen and in the receipt."""
    code = ticket(home, issued(home, licence("营-1")))
    newer = BrokenWire(home.wire, lie(home.hub, lambda payload: payload.update(format=4, results={})))

    report = scan(through(other, newer), code)

    assert ("undetermined", "UPGRADE_NEEDED") == told(report)
    assert "与鄂州市的系统版本不同，读不懂对方的新格式" == report["headline"]
    receipt = receipt_of(other, report)
    assert ("undetermined", "UPGRADE_NEEDED", ()) == (receipt.verdict, receipt.code, receipt.items)


def test_a_newer_answer_that_the_peer_did_not_sign_is_no_answer(home, other):
    """Whoever bends an answer on the way cannot make it look like an upgrade."""
    code = ticket(home, issued(home, licence("营-1")))
    bent = BrokenWire(home.wire, lie(other.hub, lambda payload: payload.update(format=4)))

    assert ("undetermined", "NOT_BELIEVED") == told(scan(through(other, bent), code))


def test_a_partner_without_a_format_of_ours_is_not_asked(regions, home, other):
    """It speaks only what we do not read: an upgrade is needed, and the holder's code is not spent for nothing."""
    publishes(regions, xr=(4, 5))

    assert ("undetermined", "UPGRADE_NEEDED") == told(
        scan(other, ticket(home, issued(home, licence("营-1"))))
    )
    assert [] == home.wire.sent
    assert 0 == spent_rows(home)


def test_a_newer_question_gets_a_signed_answer_that_says_so(home, other):
    """Not HTTP 400, which the asker could only take for silence; nothing is spent, nothing kept."""
    code = ticket(home, issued(home, licence("营-1")))
    payload = dict(jws.parse(asked(other, home, code, BUSINESS), "xr-req+jwt").payload)
    newer = jws.sign(
        payload | {"format": 4, "q": "?"}, typ="xr-req+jwt", key=other.hub.signer(Purpose.EXCHANGE)
    )

    reply = envelope.Response.from_payload(
        jws.parse(answer(newer.encode(), hub=home.hub), "xr-res+jwt").payload
    )

    assert ("UPGRADE_NEEDED", ()) == (reply.error, reply.results)
    assert envelope.request_digest(newer) == reply.request
    assert 0 == spent_rows(home)


def test_a_partner_that_needs_an_upgrade_is_not_told_as_down(home, other):
    """The error of a partner that cannot read our question is told as what it is."""
    code = ticket(home, issued(home, licence("营-1")))

    def too_new(payload: dict) -> None:
        payload.pop("results")
        payload["error"] = "UPGRADE_NEEDED"

    report = scan(through(other, BrokenWire(home.wire, lie(home.hub, too_new))), code)

    assert ("undetermined", "UPGRADE_NEEDED") == told(report)


@pytest.mark.parametrize(
    ("formats", "expected"),
    [
        ({"xr": (1,)}, 1),
        ({"xr": (1, 2)}, 2),
        ({"xr": (1, 2, 3)}, 3),
        ({"xr": (2, 3, 4, 5)}, 3),
        ({"bundle": (1, 2, 3)}, 1),
    ],
)
def test_the_highest_format_that_both_speak_is_asked_in(regions, home, other, formats, expected):
    """What a region does not name is format 1; it answers in the format that it was asked in."""
    publishes(regions, **formats)
    scan(other, ticket(home, issued(home, licence("营-1"))))

    _, question, reply = home.wire.sent[-1]

    assert expected == jws.parse(question, "xr-req+jwt").payload.get("format", 1)
    assert expected == jws.parse(reply, "xr-res+jwt").payload.get("format", 1)


def test_what_our_catalogue_knows_is_not_told_to_another_region(home, other):
    """That is for the asking region's own catalogue to say: the answer leaves the fact out, its report has it."""
    report = scan(other, ticket(home, issued(home, licence("营-1"))))
    reply = home.wire.sent[-1][2]
    [item] = jws.parse(reply, "xr-res+jwt").payload["results"][0]["items"]

    assert "catalogued" not in {fact["fact"] for fact in item["facts"]}
    assert "yes" == {fact["fact"]: fact["outcome"] for fact in report["items"][0]["facts"]}["catalogued"]


@pytest.mark.disagrees("the store alone, as the release before wrote it: the flow refuses such a number")
def test_a_decisions_number_of_before_the_screen_does_not_silence_an_answer(home, other):
    """What nobody can see is left out of what another region is told; that it is suspended is told."""
    certificate_id = issued(home, licence("营-1"))
    with home.hub.writing() as unit:
        certificate = certificates.find(unit, certificate_id)
        assert certificate is not None
        certificates.set_state(unit, certificate, State.SUSPENDED, by="t", reason="x", decision="鄂\u200b1号")

    report = scan(other, ticket(home, certificate_id))

    assert ("invalid", "SUSPENDED") == told(report)
    assert "\u200b" not in json.dumps(report, ensure_ascii=False)
