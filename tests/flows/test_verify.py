"""A clerk scans: what is known, how old it is, who stands behind it; and a code is good once."""

import base64
import json
from dataclasses import replace

import pytest
from certhub_schemas import matter
from certhub_verifier.formats import codes
from certhub_verifier.formats.exchange.receipt import cert_digest
from certhub_verifier.formats.jose import base64url, jws, strict_json
from certhub_verifier.receipts import Finding, examine_receipt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import SQLModel

from certhub.demo import people as p
from certhub.errors import BadRequest, Conflict, NotFound
from certhub.flows.records import issue
from certhub.flows.verification import results, verify
from certhub.flows.verification.filing import VerificationRequest
from certhub.history.events import store as history
from certhub.jobs.sweeping import sweep
from certhub.people.parties import store as parties
from certhub.people.parties.people import Actor, Role
from certhub.records.certificates import store as certificates
from certhub.records.certificates.rules import State, Transition
from certhub.regions.trust.folder import NoTrust, TrustFolder
from tests.support import named
from tests.support.plug import PulledPlug, cut
from tests.support.region import Region, with_step
from tests.support.story import (
    BUSINESS,
    FOOD,
    LAND,
    ROAD,
    change,
    food,
    issued,
    key,
    licence,
    marriage,
    scan,
    sealed,
    ticket,
    told,
)

NEEDED = {
    code: {kind: set(matter(code).fields_for(kind) or ()) for kind in (p.LICENCE, p.FOOD)}
    for code in (BUSINESS, FOOD)
}


def another_clerk(region: Region) -> Actor:
    """A colleague at the next window."""
    with region.hub.writing() as unit:
        return parties.open_account(
            unit, Role.CLERK, "演示窗口员丙", office="鄂州市政务服务大厅", window="3号窗口"
        )


def spent_rows(region: Region) -> int:
    """How many codes have been used."""
    with region.hub.reading() as unit:
        return unit.sql.exec_driver_sql("SELECT count(*) FROM spent").scalar_one()


def test_valid_at_home_says_who_stands_behind_it(home):
    """The agency's seal, by name; every fact with its outcome and the moment for which it holds."""
    report = scan(home, ticket(home, issued(home, licence("营-1"))))
    facts = {fact["fact"]: fact for fact in report["items"][0]["facts"]}

    assert ("valid", "OK") == told(report)
    assert {"yes"} == {
        facts[name]["outcome"] for name in ("signature", "stands_behind", "status", "one_time")
    }
    assert all(fact["as_of"].endswith("+08:00") for fact in facts.values())


@pytest.mark.parametrize("for_matter", [BUSINESS, FOOD])
def test_the_clerk_sees_exactly_what_the_matter_needs(home, for_matter):
    """Not one field more: 法定代表人身份证号 stays where it is."""
    report = scan(home, ticket(home, issued(home, licence("营-1")), matter=for_matter), for_matter)

    assert ("valid", "OK") == told(report)
    assert NEEDED[for_matter][p.LICENCE] == set(report["items"][0]["disclosed"])
    assert p.ZHANG.id_number not in json.dumps(report, ensure_ascii=False)


def test_of_that_only_what_the_holder_agreed_to(home):
    """The holder may choose fewer fields than the matter wants; the clerk sees the common part, and is told so."""
    code = ticket(home, issued(home, licence("营-1")), matter=BUSINESS, fields=("名称", "法定代表人身份证号"))

    report = scan(home, code)

    assert {"名称"} == set(report["items"][0]["disclosed"])
    assert ("check", "FIELDS_WITHHELD") == told(report)
    assert ["法定代表人", "成立日期"] == report["requirements"][0]["missing_fields"]


def test_a_kind_that_the_matter_does_not_need_shows_only_that_it_exists(home):
    """A marriage certificate at the counter for business: an item, judged, with no field, and never green."""
    report = scan(home, ticket(home, issued(home, marriage("婚-1")), matter=BUSINESS), matter=BUSINESS)

    assert [named.MARRIAGE] == [item["kind"] for item in report["items"]]
    assert {} == report["items"][0]["disclosed"]
    assert ("check", "NOT_NEEDED") == told(report)


def test_two_certificates_in_one_ticket_are_two_items(home):
    """Each is judged by itself, in the holder's order; the worst speaks for all."""
    shop, kitchen = issued(home, licence("营-1")), issued(home, food("食-1"))
    change(home, kitchen, Transition.SUSPEND)

    report = scan(home, ticket(home, shop, kitchen, matter=FOOD), FOOD)

    assert [("valid", "OK"), ("invalid", "SUSPENDED")] == [told(item) for item in report["items"]]
    assert ("invalid", "SUSPENDED") == told(report)


def test_the_same_ticket_again_is_used_and_says_when_and_where(home, clock):
    """The second scan names the minute and the window of the first, and shows no certificate."""
    code = ticket(home, issued(home, licence("营-1")))
    scan(home, code, window="2号窗口")
    clock.pass_(seconds=20)

    report = scan(home, code, window="5号窗口")

    assert ("invalid", "CODE_USED") == told(report)
    assert "17:41" in report["headline"]
    assert "2号窗口" in report["headline"]
    assert [] == report["items"]


def test_after_sixty_one_seconds_a_ticket_has_expired(home, clock):
    """Expired is about the code; the certificate itself was not looked at, and the sentence says so."""
    code = ticket(home, issued(home, licence("营-1")))
    clock.pass_(seconds=61)

    report = scan(home, code)

    assert ("undetermined", "CODE_EXPIRED") == told(report)
    assert [] == report["items"]


@pytest.mark.parametrize(("seconds", "code"), [(59, "OK"), (60, "CODE_EXPIRED")])
def test_the_last_second_is_the_fifty_ninth(home, clock, seconds, code):
    """A life of 60 s ends at its sixtieth second, not after it."""
    shown = ticket(home, issued(home, licence("营-1")))
    clock.pass_(seconds=seconds)

    assert code == scan(home, shown)["code"]


def test_a_code_that_expires_while_it_is_looked_at_is_not_used(home, clock):
    """Expiry is judged by the transaction that would use the code."""
    code = ticket(home, issued(home, licence("营-1")))
    clock.pass_(seconds=59)
    slow = replace(
        home, hub=with_step(home, lambda name: clock.pass_(seconds=1) if name == "verify:4" else None)
    )

    assert ("undetermined", "CODE_EXPIRED") == told(scan(slow, code))
    assert 0 == spent_rows(home)


def test_a_ticket_that_nobody_minted_is_not_found(home):
    """Twenty good characters, and no row."""
    report = scan(home, codes.mint_ticket("420700", random=home.hub.random))

    assert ("undetermined", "NOT_FOUND") == told(report)


def test_used_and_expired_are_forgotten_ten_minutes_later(home, clock):
    """Until then used, expired and unknown differ; afterwards all are unknown, and still not good."""
    used, unused = (ticket(home, issued(home, licence(f"营-{n}"))) for n in range(2))
    scan(home, used)
    clock.pass_(minutes=10)
    sweep(home.hub)
    assert ("CODE_USED", "CODE_EXPIRED") == (scan(home, used)["code"], scan(home, unused)["code"])

    clock.pass_(minutes=2)
    sweep(home.hub)

    assert ("NOT_FOUND", "NOT_FOUND") == (scan(home, used)["code"], scan(home, unused)["code"])


@pytest.mark.parametrize(
    "dressed", [str.lower, lambda c: f" {c[:3]}-{c[3:9]} {c[9:]} ", lambda c: c.replace("0", "O")]
)
def test_a_code_is_read_as_people_type_it(home, dressed):
    """Lower case, spaces, hyphens, O for 0."""
    assert ("valid", "OK") == told(scan(home, dressed(ticket(home, issued(home, licence("营-1"))))))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("http://example.org/pay?id=1", "NOT_OUR_CODE"),
        ("", "NOT_OUR_CODE"),
        ("EC1ABC", "CODE_PARTIAL"),
        ("EC2" + "0" * 40, "TAMPERED"),
        ("6217 0000 1234 5678", "NOT_OUR_CODE"),
    ],
)
def test_whatever_is_scanned_gets_a_report_and_a_receipt(home, text, code):
    """Could not check is filed like everything else."""
    report = scan(home, text)

    assert code == report["code"]
    assert report["verdict"] in {"invalid", "undetermined"}
    receipt = results.receipt(report["verification_id"], by=home.clerk, hub=home.hub)
    assert (
        Finding.GENUINE
        is examine_receipt(json.dumps(receipt), trust=home.hub.trust, now=home.clock.now()).finding
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
def test_no_text_is_ever_valid_by_accident(home, text):
    """Whatever a camera reads, it is judged, and it is not good."""
    assert scan(home, text)["verdict"] in {"invalid", "undetermined"}


def test_a_ticket_for_one_matter_is_not_for_another(home):
    """A ticket that the holder bound to a matter is not used up by another counter's scan."""
    code = ticket(home, issued(home, licence("营-1")), matter=BUSINESS)

    for another in (LAND, FOOD, ROAD):
        assert ("invalid", "NOT_FOR_MATTER") == told(scan(home, code, matter=another))
    assert 0 == spent_rows(home)
    assert ("valid", "OK") == told(scan(home, code, matter=BUSINESS))
    assert 1 == spent_rows(home)


def test_an_unknown_matter_is_refused_before_anything_is_used(home):
    """A clerk's program that names no matter gets no verdict."""
    code = ticket(home, issued(home, licence("营-1")))

    with pytest.raises(BadRequest):
        scan(home, code, matter="X")
    assert ("valid", "OK") == told(scan(home, code))


def test_the_same_id_again_is_the_same_report(home):
    """The counter lost the answer and asks again: the stored report, to the letter, and one use."""
    code = ticket(home, issued(home, licence("营-1")))
    first = scan(home, code, verification_id="counter-1")

    again = scan(home, code, verification_id="counter-1")

    assert json.dumps(first, ensure_ascii=False) == json.dumps(again, ensure_ascii=False)
    assert 1 == spent_rows(home)


def test_a_refusal_is_kept_as_well(home, clock):
    """The second asking of an expired code does not become anything else."""
    code = ticket(home, issued(home, licence("营-1")))
    clock.pass_(seconds=61)
    first = scan(home, code, verification_id="counter-2")
    clock.pass_(hours=2)

    assert dict(first) == dict(scan(home, code, verification_id="counter-2"))


def test_an_id_of_another_clerk_or_another_code_is_a_conflict(home):
    """An id stands for one clerk's one scan."""
    first, second = (ticket(home, issued(home, licence(f"营-{n}"))) for n in range(2))
    scan(home, first, verification_id="counter-3")

    with pytest.raises(Conflict):
        scan(home, second, verification_id="counter-3")
    question, colleague = (
        VerificationRequest(first, BUSINESS, "1号窗口", verification_id="counter-3"),
        another_clerk(home),
    )
    with pytest.raises(Conflict):
        verify.verify(question, by=colleague, hub=home.hub)
    assert ("valid", "OK") == told(scan(home, second))


def test_only_the_clerk_who_asked_may_read_it_again(home):
    """A report and its receipt belong to the clerk who made them."""
    report = scan(home, ticket(home, issued(home, licence("营-1"))))
    vid = report["verification_id"]

    assert dict(report) == dict(results.stored(vid, by=home.clerk, hub=home.hub))
    colleague = another_clerk(home)
    with pytest.raises(NotFound):
        results.stored(vid, by=colleague, hub=home.hub)
    with pytest.raises(NotFound):
        results.receipt(vid, by=colleague, hub=home.hub)


@pytest.mark.parametrize("step", [f"verify:{n}" for n in (1, 3, 4, 5, 6)])
def test_a_scan_cut_short_is_finished_by_the_same_id(home, step):
    """Wherever the power went, the same id gives a valid report in the end, and the code is used once."""
    code = ticket(home, issued(home, licence("营-1")))
    question = VerificationRequest(code, BUSINESS, "1号窗口", verification_id="cut")
    with pytest.raises(PulledPlug):
        verify.verify(question, by=home.clerk, hub=cut(home, step))

    report = verify.verify(question, by=home.clerk, hub=home.hub)
    receipt = results.receipt("cut", by=home.clerk, hub=home.hub)

    assert ("valid", "OK") == told(report)
    assert 1 == spent_rows(home)
    assert (
        Finding.GENUINE
        is examine_receipt(json.dumps(receipt), trust=home.hub.trust, now=home.clock.now()).finding
    )


def test_two_tries_of_one_scan_at_the_same_moment_agree(home):
    """The counter's second try overtakes the first: both get the one that was filed."""
    code = ticket(home, issued(home, licence("营-1")))
    question = VerificationRequest(code, BUSINESS, "1号窗口", verification_id="twins")
    inner: list[object] = []

    def meanwhile(name: str) -> None:
        if name == "verify:4" and not inner:
            inner.append(None)
            inner[0] = dict(verify.verify(question, by=home.clerk, hub=home.hub))

    outer = verify.verify(question, by=home.clerk, hub=with_step(home, meanwhile))

    assert inner[0] == dict(outer)
    assert 1 == spent_rows(home)


def test_two_scans_at_the_same_moment_have_one_winner(home):
    """Whoever commits first has it; the other one learns when and where."""
    code = ticket(home, issued(home, licence("营-1")))
    inner: list[object] = []

    def meanwhile(name: str) -> None:
        if name == "verify:4" and not inner:
            inner.append(None)
            inner[0] = told(scan(home, code, window="2号窗口"))

    slow = replace(home, hub=with_step(home, meanwhile))
    outer = scan(slow, code, window="3号窗口")

    assert ("valid", "OK") == inner[0]
    assert ("invalid", "CODE_USED") == told(outer)
    assert "2号窗口" in outer["headline"]


def test_looking_is_told_with_the_fields_that_were_seen(home):
    """The holder can ask later who looked, where, for what and at which fields."""
    certificate_id = issued(home, licence("营-1"))
    report = scan(home, ticket(home, certificate_id), window="2号窗口")

    with home.hub.reading() as unit:
        [event] = history.events(unit, type_="certificate.looked_at", limit=1)
    assert home.clerk.key == event.actor
    assert ("2号窗口", BUSINESS, report["verification_id"]) == tuple(
        event.body[name] for name in ("window", "matter", "verification")
    )
    assert sorted(NEEDED[BUSINESS][p.LICENCE]) == event.body["told"]


def test_the_receipt_says_what_was_checked_and_opens_with_the_opening(home):
    """Region, window, case, items, facts and ages; its digest opens to the certificate's identifier."""
    made, _ = issue.issue(licence("营-1"), by=home.agency, hub=home.hub, key=key())
    report = scan(home, ticket(home, str(made["id"])), window="2号窗口", case_number="鄂办20261124-7")

    filed = results.receipt(report["verification_id"], by=home.clerk, hub=home.hub)
    found = examine_receipt(json.dumps(filed), trust=home.hub.trust, now=home.clock.now())

    assert Finding.GENUINE is found.finding
    assert ("420700", "2号窗口", "鄂办20261124-7", "valid") == (
        found.receipt.region, found.receipt.window, found.receipt.case, found.receipt.verdict,
    )  # fmt: skip
    assert (made["identifier"],) == found.identifiers
    salt = base64.urlsafe_b64decode(filed["opening"][0]["salt"] + "=")
    assert cert_digest(salt, str(made["identifier"])) == found.receipt.items[0].cert


def test_the_receipt_names_no_person(home):
    """Neither holder nor operator: the operator stands under a name that only this hub can resolve."""
    report = scan(home, ticket(home, issued(home, marriage("婚-1"))))

    token = results.receipt(report["verification_id"], by=home.clerk, hub=home.hub)["receipt"]
    payload = base64.urlsafe_b64decode(token.split(".")[1] + "==").decode()

    for secret in (p.ZHANG.name, p.LI.name, p.ZHANG.id_number, home.clerk.name, home.clerk.key, "婚-1"):
        assert secret not in payload


def test_a_receipt_never_changes(home, clock):
    """Fetched today or in a year, it is the same bytes."""
    vid = scan(home, ticket(home, issued(home, licence("营-1"))))["verification_id"]
    clerk = home.clerk
    first = results.receipt(vid, by=clerk, hub=home.hub)
    clock.pass_(days=300)

    assert first == results.receipt(vid, by=clerk, hub=home.hub)


def test_the_receipt_of_one_operator_is_the_same_person_for_the_hub_alone(home):
    """Two receipts of one clerk carry one pairwise name; a colleague's carries another."""
    shown = [ticket(home, issued(home, licence(f"营-{n}"))) for n in range(3)]
    colleague = another_clerk(home)
    reports = [scan(home, shown[0]), scan(home, shown[1])]
    theirs = verify.verify(VerificationRequest(shown[2], BUSINESS, "3号窗口"), by=colleague, hub=home.hub)

    def operator(vid: str, by: Actor) -> str:
        filed = results.receipt(vid, by=by, hub=home.hub)
        return examine_receipt(json.dumps(filed), trust=home.hub.trust, now=home.clock.now()).receipt.operator

    mine = {operator(report["verification_id"], home.clerk) for report in reports}
    assert 1 == len(mine)
    assert operator(theirs["verification_id"], colleague) not in mine


def test_a_sealed_code_checked_online_is_good_once(home):
    """At its own region a sealed code is used up by its jti, however it is spelled the second time."""
    code = sealed(home, issued(home, licence("营-1")))

    assert ("valid", "OK") == told(scan(home, code, window="2号窗口"))
    again = scan(home, code.lower())
    assert ("invalid", "CODE_USED") == told(again)
    assert "2号窗口" in again["headline"]


def test_a_sealed_code_shows_only_its_face(home):
    """What is in the picture, and nothing from the store."""
    report = scan(home, sealed(home, issued(home, licence("营-1"))))

    assert {"名称", "法定代表人", "成立日期"} == set(report["items"][0]["disclosed"])


def test_a_sealed_code_reads_the_newest_status(home):
    """Suspended after the code was made: online, the row speaks."""
    certificate_id = issued(home, licence("营-1"))
    code = sealed(home, certificate_id)
    change(home, certificate_id, Transition.SUSPEND)

    assert ("invalid", "SUSPENDED") == told(scan(home, code))


def test_a_sealed_code_expires(home, clock):
    """A minute, as a ticket; judged by the code's own signed end, with nothing used up."""
    code = sealed(home, issued(home, licence("营-1")))
    clock.pass_(seconds=130)

    assert ("undetermined", "CODE_EXPIRED") == told(scan(home, code))
    assert 0 == spent_rows(home)


def test_a_sealed_code_with_one_changed_character_is_tampered(home):
    """Every fortieth place, changed to the next character of the alphabet."""
    code = sealed(home, issued(home, licence("营-1")))
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

    for place in range(8, len(code), 40):
        other = alphabet[(alphabet.index(code[place]) + 1) % 32]
        report = scan(home, code[:place] + other + code[place + 1 :])
        assert report["verdict"] in {"invalid", "undetermined"}, place
    assert ("valid", "OK") == told(scan(home, code))


def test_every_state_is_among_the_demos_certificates(home):
    """Whoever tries the demo meets everything that can happen to a certificate."""
    with home.hub.reading() as unit:
        found = certificates.issued_by(unit, home.agency.agencies, limit=200)

    assert {state.value for state in State} == {certificate.state.value for certificate in found}


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (Transition.SUSPEND, "SUSPENDED"),
        (Transition.REVOKE, "REVOKED"),
        (Transition.CANCEL, "CANCELLED"),
        (Transition.SUPERSEDE, "SUPERSEDED"),
        (Transition.WITHDRAW, "REVOKED"),
        (Transition.TRANSFER, "CANCELLED"),
    ],
)
def test_every_end_has_its_word(home, event, code):
    """What happened to a certificate is the verdict's code."""
    certificate_id = issued(home, licence("营-1"))
    change(home, certificate_id, event)

    assert ("invalid", code) == told(scan(home, ticket(home, certificate_id)))


def test_with_an_empty_trust_folder_nothing_is_valid(home, clock):
    """The hub says that it cannot check: no report, no use of the code."""
    code = ticket(home, issued(home, licence("营-1")))
    for path in home.hub.trust_folder.folder.rglob("*.json"):
        path.unlink()
    blind = replace(home.hub, trust_folder=TrustFolder(home.hub.trust_folder.folder, clock))

    with pytest.raises(NoTrust):
        verify.verify(VerificationRequest(code, BUSINESS, "1号窗口"), by=home.clerk, hub=blind)
    assert 0 == spent_rows(home)


def test_a_verification_id_of_another_shape_is_refused_before_anything_is_asked(home):
    """An id that the receipt could not carry would otherwise spend the code first."""
    with pytest.raises(BadRequest) as refused:
        verify.verify(
            VerificationRequest("EC1", "PLACEHOLDER-901", "1号", verification_id="a:b"),
            by=home.clerk,
            hub=home.hub,
        )

    assert "VERIFICATION_ID_SHAPE" == refused.value.code


def test_what_was_scanned_instead_is_said_and_not_repeated(home):
    """An ID number is called one; the report, the event and the receipt hold none of its digits."""
    number = "420799190001010015"
    report = scan(home, number)
    receipt = results.receipt(report["verification_id"], by=home.clerk, hub=home.hub)

    assert "看上去是身份证号，不是亮证码" == report["headline"]
    assert "This looks like an ID card number, not a certificate code" == report["headline_en"]
    assert number not in str(report) + str(jws.parse(receipt["receipt"], "receipt+jwt").payload)


def test_a_sealed_code_that_ends_with_the_calendar_is_no_error_of_ours(home):
    """Its end is read before anybody has checked its signature, and held against the uses that were forgotten."""
    with home.hub.writing() as unit:
        forgotten = SQLModel.metadata.tables["spent_forgotten"].insert()
        unit.sql.execute(forgotten.values(only=1, until=unit.now))
    head, payload, signature = codes.read_code(sealed(home, issued(home, licence("营-1")))).jws.split(".")
    told_end = strict_json.loads(base64url.decode(payload)) | {"exp": jws.MAX_TIME}
    forged = ".".join([head, base64url.encode(strict_json.dumps(told_end)), signature])

    assert ("invalid", "TAMPERED") == told(scan(home, codes.pack(forged, "EC2")))
