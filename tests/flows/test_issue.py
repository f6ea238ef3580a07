"""An agency issues: what was agreed is on record before it is signed, and once however often it is asked."""

from dataclasses import replace

import pytest
from certhub_verifier.formats.credential import sdjwt, vc
from certhub_verifier.formats.jose import jws

from certhub.demo import people as p
from certhub.errors import ClaimsInvalid, Conflict, NotAllowed, Unavailable
from certhub.flows.records import issue
from certhub.flows.records.issue import Outcome
from certhub.history.events import store as history
from certhub.jobs.sweeping import VOID_AFTER, sweep
from certhub.records.catalog.draft import RawDraft
from certhub.records.certificates import holdings
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import State
from tests.support import named
from tests.support.plug import PulledPlug, cut
from tests.support.region import Region, with_step
from tests.support.story import BUSINESS, FOOD, ROAD, food, issued, key, licence, marriage, scan, ticket, told


def stored(region: Region, certificate_id: str) -> Certificate:
    """The certificate as the store has it."""
    with region.hub.reading() as unit:
        found = certificates.find(unit, certificate_id)
    assert found is not None
    return found


def count(region: Region) -> int:
    """How many certificates there are."""
    with region.hub.reading() as unit:
        return certificates.count(unit)


def test_what_is_issued_is_valid_at_home(home):
    """Issued, shown, scanned: valid, and the clerk sees what the matter needs."""
    code = ticket(home, issued(home, licence("营-1")))

    report = scan(home, code)

    assert 20 == len(code)
    assert ("valid", "OK") == told(report)
    assert "示例小面馆" == report["items"][0]["disclosed"]["名称"]


def test_the_answer_is_the_certificate_as_its_agency_sees_it(home):
    """Identity, state, dates, holders and claims; nothing of keys, slots or signatures."""
    made, new = issue.issue(licence("营-2"), by=home.agency, hub=home.hub, key=key())

    assert new
    assert "active" == made["state"]
    assert "营-2" == made["number"]
    assert [{"name": "示例小面馆", "id_type": "001", "id_number": p.NOODLES.id_number}] == made["holders"]
    assert made["identifier"].startswith(f"1.2.156.3005.2.{p.LICENCE}.{named.MARKET}.")
    assert {
        "id", "identifier", "kind", "kind_version", "agency", "number", "version", "state", "state_since", "reason",
        "decision_number", "issued_on", "valid_from", "valid_to", "holders", "claims",
    } == set(made)  # fmt: skip


def test_the_credential_is_one_that_a_stranger_can_read(home):
    """SD-JWT VC, sealed by the agency's key of the trust list, its claims those of the record."""
    certificate = stored(home, issued(home, licence("营-3")))
    credential = vc.parse(sdjwt.join(*certificate.credential_parts))
    seal = home.hub.trust.key(credential.header.kid)

    assert f"{named.MARKET}-1" == credential.header.kid
    assert jws.verify(credential.parsed, seal)
    assert "营-3" == credential.disclosed["证照编号"]
    assert certificate.ref == vc.signed_ref(certificate.record.signing_input.encode())


def test_the_deed_is_told_in_the_same_transaction(home):
    """One event per certificate, naming it by the hash of what was signed, and its agency's account."""
    certificate = stored(home, issued(home, licence("营-4")))

    with home.hub.reading() as unit:
        [event] = history.events(unit, subject=certificate.ref.hex())

    assert "certificate.issued" == event.type
    assert home.agency.key == event.actor


def test_the_same_key_and_body_again_is_the_same_certificate(home):
    """Asked twice, issued once, answered alike: this request made it, however often it is sent."""
    once = key("twice")
    first, was_new = issue.issue(licence("营-5"), by=home.agency, hub=home.hub, key=once)
    before = count(home)
    second, is_new = issue.issue(licence("营-5"), by=home.agency, hub=home.hub, key=once)

    assert (True, True) == (was_new, is_new)
    assert dict(first) == dict(second)
    assert before == count(home)


def test_the_same_key_with_another_body_is_refused(home):
    """A key stands for one request."""
    issue.issue(licence("营-6"), by=home.agency, hub=home.hub, key=key("one", "first"))

    with pytest.raises(Conflict) as refused:
        issue.issue(licence("营-7"), by=home.agency, hub=home.hub, key=key("one", "second"))
    assert "IDEMPOTENCY_MISMATCH" == refused.value.code


def test_a_key_whose_first_try_is_at_work_waits(home):
    """The second one is told to ask again, as long as the first may still finish."""
    with pytest.raises(PulledPlug):
        issue.issue(licence("营-8"), by=home.agency, hub=cut(home, "issue:4"), key=key("busy"))

    with pytest.raises(Unavailable) as busy:
        issue.issue(licence("营-8"), by=home.agency, hub=home.hub, key=key("busy"))
    assert "IN_FLIGHT" == busy.value.code


def test_another_key_for_what_is_at_work_waits_too(home):
    """A second clerk at the agency types the same certificate while the first try hangs."""
    with pytest.raises(PulledPlug):
        issue.issue(licence("营-9"), by=home.agency, hub=cut(home, "issue:4"), key=key())

    for _ in range(2):  # and the key was given back, so that it can be used again
        with pytest.raises(Unavailable) as busy:
            issue.issue(licence("营-9"), by=home.agency, hub=home.hub, key=key("second"))
        assert "IN_FLIGHT" == busy.value.code


@pytest.mark.parametrize("step", [f"issue:{n}" for n in range(1, 8)])
@pytest.mark.parametrize("again", ["same key", "another key"])
def test_a_trip_cut_short_is_finished_by_a_retry(home, clock, step, again):
    """Wherever the power went, asking again after the lease gives one active certificate, and only one."""
    before = count(home)
    with pytest.raises(PulledPlug):
        issue.issue(licence("营-10"), by=home.agency, hub=cut(home, step), key=key("cut"))
    clock.pass_(seconds=11)

    retried = key("cut") if again == "same key" else key()
    made, _ = issue.issue(licence("营-10"), by=home.agency, hub=home.hub, key=retried)

    assert "active" == made["state"]
    assert before + 1 == count(home)
    assert ("valid", "OK") == told(scan(home, ticket(home, str(made["id"]))))


def test_a_retry_signs_the_bytes_that_were_on_record(home, clock):
    """Whoever takes an intent over signs what was committed, not something new."""
    with pytest.raises(PulledPlug):
        issue.issue(licence("营-11"), by=home.agency, hub=cut(home, "issue:3"), key=key("over"))
    clock.pass_(seconds=11)
    with home.hub.reading() as unit:
        [intent] = certificates.lapsed(unit, clock.now(), limit=9)
    made, _ = issue.issue(licence("营-11"), by=home.agency, hub=home.hub, key=key("over"))

    assert intent.record.signing_input == stored(home, str(made["id"])).record.signing_input
    assert intent.certificate_id == made["id"]


def test_two_tries_that_both_sign_make_one_certificate(home, clock):
    """The first try comes back from the dead after a second one took over: it finds the other's, and says so."""
    made: list[str] = []

    def meanwhile(name: str) -> None:
        if name == "issue:6" and not made:
            made.append("…")
            clock.pass_(seconds=11)
            made[0] = str(issue.issue(licence("营-12"), by=home.agency, hub=home.hub, key=key())[0]["id"])

    slow = with_step(home, meanwhile)
    answer, new = issue.issue(licence("营-12"), by=home.agency, hub=slow, key=key())

    assert made == [answer["id"]]
    assert not new
    with home.hub.reading() as unit:
        assert 1 == len(history.events(unit, subject=stored(home, made[0]).ref.hex()))


def test_the_sweeper_voids_what_nobody_finished_and_never_signs(home, clock):
    """Ten minutes after its lease an intent is voided, unsigned; its number can be issued afterwards."""
    with pytest.raises(PulledPlug):
        issue.issue(licence("营-13"), by=home.agency, hub=cut(home, "issue:4"), key=key("void"))
    clock.pass_(seconds=VOID_AFTER.total_seconds() + 11)
    with home.hub.reading() as unit:
        [intent] = certificates.lapsed(unit, clock.now(), limit=9)

    sweep(home.hub)

    voided = stored(home, intent.certificate_id)
    assert (State.VOIDED, "") == (voided.state, voided.record.signature)
    made, new = issue.issue(licence("营-13"), by=home.agency, hub=home.hub, key=key())
    assert new
    assert intent.certificate_id != made["id"]


def test_the_sweeper_leaves_a_fresh_intent_alone(home, clock):
    """Nine minutes after its lease somebody may still come back for it."""
    with pytest.raises(PulledPlug):
        issue.issue(licence("营-14"), by=home.agency, hub=cut(home, "issue:4"), key=key("keep"))
    clock.pass_(minutes=9)

    sweep(home.hub)

    made, new = issue.issue(licence("营-14"), by=home.agency, hub=home.hub, key=key("keep"))
    assert new
    assert "active" == made["state"]


def test_a_try_that_comes_back_after_the_sweeper_is_told_to_ask_again(home, clock):
    """A signature made for a row that was voided meanwhile never becomes a certificate."""
    before = count(home)

    def meanwhile(name: str) -> None:
        if name == "issue:6":
            clock.pass_(seconds=VOID_AFTER.total_seconds() + 11)
            sweep(home.hub)

    with pytest.raises(Unavailable):
        issue.issue(licence("营-15"), by=home.agency, hub=with_step(home, meanwhile), key=key("late"))
    assert before == count(home)

    made, new = issue.issue(licence("营-15"), by=home.agency, hub=home.hub, key=key("late"))
    assert new
    assert ("valid", "OK") == told(scan(home, ticket(home, str(made["id"]))))


def test_a_number_that_stands_for_something_else_is_a_conflict(home):
    """The same agency, kind and number with other contents: what is stored stays."""
    issued(home, licence("营-16"))

    for _ in range(2):  # the key of a refused request is not used up
        with pytest.raises(Conflict) as refused:
            issue.issue(licence("营-16", 经营范围="理发服务"), by=home.agency, hub=home.hub, key=key("clash"))
        assert "CONFLICT_WITH_STORED" == refused.value.code


def test_the_same_certificate_under_another_key_is_existing(home):
    """Two systems of one agency send the same certificate: it is there, once, and both get it."""
    certificate_id = issued(home, licence("营-17"))

    answer, new = issue.issue(licence("营-17"), by=home.agency, hub=home.hub, key=key("later"))

    assert not new
    assert certificate_id == answer["id"]


def test_a_number_belongs_to_its_kind(home):
    """A food licence may carry the number of a business licence."""
    assert issued(home, licence("同号-1")) != issued(home, food("同号-1"))


def test_several_holders_each_hold_it(home):
    """A marriage certificate has two holders; each of them finds it."""
    certificate = stored(home, issued(home, marriage("婚-1")))

    with home.hub.reading() as unit:
        for holder in (p.ZHANG, p.LI):
            index = unit.vault.index(holder.id_type, holder.id_number)
            assert certificate.id in {c.id for _, c in holdings.held_by(unit, [index])}


def test_up_to_five_hundred_in_one_go_each_once(home):
    """The importer's way in: in order, the same ones again are existing, and two equal ones are one."""
    drafts = [issue.read(food(f"多-{n}"), by=home.agency, hub=home.hub) for n in range(40)]

    first = issue.issue_many(drafts, by=home.agency, hub=home.hub)
    second = issue.issue_many(drafts, by=home.agency, hub=home.hub)

    assert [Outcome.ISSUED] * 40 == [one.outcome for one in first]
    assert [Outcome.EXISTING] * 40 == [one.outcome for one in second]
    assert [one.certificate.id for one in first] == [one.certificate.id for one in second]
    assert [f"多-{n}" for n in range(40)] == [one.certificate.record.number for one in first]
    with pytest.raises(ValueError, match="500"):
        issue.issue_many(drafts * 13, by=home.agency, hub=home.hub)


def test_the_second_of_two_equal_drafts_waits_for_the_first(home):
    """In one batch the twin is told that the first is at work; asked again, it is existing."""
    draft = issue.read(food("双-1"), by=home.agency, hub=home.hub)

    first = issue.issue_many([draft, draft], by=home.agency, hub=home.hub)
    again = issue.issue_many([draft], by=home.agency, hub=home.hub)

    assert [Outcome.ISSUED, Outcome.BUSY] == [one.outcome for one in first]
    assert [Outcome.EXISTING] == [one.outcome for one in again]


def test_what_does_not_fit_is_refused_with_every_place(home):
    """The kind, the claims and the dates are judged before anything is written."""
    before = count(home)
    bad = replace(licence("营-18", 法定代表人身份证号="420799190001010016"), valid_to="2023-01-01")

    with pytest.raises(ClaimsInvalid) as refused:
        issue.issue(bad, by=home.agency, hub=home.hub, key=key())

    assert {"/claims/法定代表人身份证号", "/valid_to"} == {fault.pointer for fault in refused.value.faults}
    assert before == count(home)


def test_an_agency_issues_only_its_own_kinds(home):
    """Civil affairs issues no business licences, whoever types it."""
    with pytest.raises(ClaimsInvalid) as refused:
        issue.issue(replace(licence("营-19"), agency=named.CIVIL), by=home.agency, hub=home.hub, key=key())
    assert ["ISSUER_NOT_ENTITLED"] == [fault.code for fault in refused.value.faults]


def test_an_account_issues_only_for_its_own_agencies(home):
    """An agency of another account is not to be spoken for."""
    clerkless = replace(home.agency, agencies=(named.CIVIL,))

    with pytest.raises(NotAllowed):
        issue.issue(licence("营-20"), by=clerkless, hub=home.hub, key=key())
    with pytest.raises(ClaimsInvalid):
        issue.issuing_agency(p.LICENCE, by=clerkless, hub=home.hub)
    assert named.MARKET == issue.issuing_agency(p.LICENCE, by=home.agency, hub=home.hub)


def test_an_agency_of_another_region_issues_nothing_here(home):
    """The trust list says whose an agency is; Wuhan's is not Ezhou's to sign for."""
    both = replace(home.agency, agencies=(*home.agency.agencies, named.WUHAN))
    foreign: RawDraft = replace(licence("营-21"), agency=named.WUHAN)

    with pytest.raises(ClaimsInvalid):
        issue.issue(foreign, by=both, hub=home.hub, key=key())


def test_one_certificate_can_be_shown_under_every_matter_that_takes_it(home):
    """A licence serves two matters, each with its own fields; a third one that does not take it is told so."""
    certificate_id = issued(home, licence("营-2"))

    reports = {
        code: scan(home, ticket(home, certificate_id, matter=code), matter=code)
        for code in (BUSINESS, FOOD, ROAD)
    }

    assert {
        BUSINESS: ("valid", "OK"),
        FOOD: ("valid", "OK"),
        ROAD: ("check", "NOT_NEEDED"),
    } == {code: told(report) for code, report in reports.items()}
    assert {
        BUSINESS: {"名称", "法定代表人", "成立日期"},
        FOOD: {"名称", "住所", "经营范围"},
        ROAD: set(),
    } == {code: set(report["items"][0]["disclosed"]) for code, report in reports.items()}


@pytest.mark.parametrize("changed", ["claim", "holder"])
def test_a_name_that_begins_a_formula_is_not_built_either(home, changed):
    """A draft that did not come through the catalogue (a renewal of an old record) is refused before any key signs."""
    draft = issue.read(food("食-1"), by=home.agency, hub=home.hub)
    holder = replace(draft.holders[0], name="+1")
    bent = {
        "claim": replace(draft, claims={**draft.claims, "经营者名称": "-1+2"}),
        "holder": replace(draft, holders=(holder,)),
    }[changed]
    before = count(home)

    with pytest.raises(ClaimsInvalid) as refused:
        issue.issue_many([bent], by=home.agency, hub=home.hub)

    place = {"claim": "/claims/经营者名称", "holder": "/holders/0/name"}[changed]
    assert [(place, "TEXT_FORMULA")] == [(one.pointer, one.code) for one in refused.value.faults]
    assert before == count(home)
