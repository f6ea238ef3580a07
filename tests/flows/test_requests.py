"""A counter's request: who asks, for what, answered once, by one holder, whichever region's hub they use."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import Any

import pytest
from certhub_schemas import matter
from certhub_verifier.formats.exchange import envelope
from certhub_verifier.formats.exchange.openings import ArgumentOpening, read_opening
from certhub_verifier.formats.exchange.receipt import Receipt
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.agreement import AgreedKind, Agreement

from certhub.api.http.problems import problem
from certhub.demo import people as p
from certhub.errors import BadRequest, Conflict, NotFound, Unavailable
from certhub.flows.verification import consent, counter_request, results
from certhub.flows.verification.counter_request import CheckOrder, OpenedCode, RequestOrder
from certhub.history.events import store as events
from certhub.hub import Hub
from certhub.jobs.sweeping import sweep
from certhub.records.certificates.rules import Transition
from certhub.regions.peers import store as peers
from certhub.verification.requests import store as requests
from certhub.verification.requests.store import CounterRequestFile, RequestState
from certhub.verification.tickets.item import TicketItem
from tests.support import named
from tests.support.agreements import a_row, live, publish_agreement
from tests.support.drafts import insured, title_of
from tests.support.region import Region, with_step
from tests.support.requests import (
    another_holder,
    consented,
    digits,
    falls_silent,
    loses_the_reply,
    opened,
    seen,
    standing,
)
from tests.support.story import BUSINESS, change, issued, licence, told

LAND = "PLACEHOLDER-904"


@pytest.fixture(params=["at home", "in another region"])
def asker(request: pytest.FixtureRequest, home: Region, other: Region) -> Region:
    """The region whose counter asks; the holder's hub is always Ezhou's."""
    return home if request.param == "at home" else other


def types(region: Region, request_id: str) -> list[str]:
    """The events of a request; the clock stands still, so that they have no order."""
    with region.hub.reading() as unit:
        return [one.type for one in events.events(unit, subject=request_id)]


def verifications(region: Region) -> int:
    """How many verifications are on record."""
    with region.hub.reading() as unit:
        return int(unit.sql.exec_driver_sql("SELECT count(*) FROM verification").scalar_one())


def test_consent_meets_the_matter(home, asker):
    """The counter's report is valid and complete, in the mode that was reached; receipt, rows and history agree."""
    request = opened(asker)

    found = consented(home, asker, request, issued(home, licence("营-1")))
    report = found["report"]
    receipt = results.receipt(request.request_id, by=asker.clerk, hub=asker.hub)["receipt"]
    filed = Receipt.from_payload(jws.parse(receipt, "receipt+jwt").payload)

    assert "answered" == found["state"]
    assert ("valid", "OK") == told(report)
    assert ("complete", ["met"]) == (report["materials"], [one["state"] for one in report["requirements"]])
    assert {"名称", "法定代表人", "成立日期"} == set(report["items"][0]["disclosed"])
    assert ("L1", "L2") == (filed.mode.demanded, filed.mode.reached)
    assert (3, "complete", "met") == (filed.format, filed.materials, filed.requirements[0].state)
    assert ["request.answered", "request.opened", "request.seen"] == sorted(
        name for name in types(asker, request.request_id) if name.startswith("request.")
    )
    assert 1 == verifications(asker)


def test_the_holder_sees_who_asks_where_and_for_what(home, asker):
    """The region's name, the office, the window and the matter; which certificate would serve, and three pairs."""
    certificate = issued(home, licence("营-1"))
    offer = seen(home, opened(asker, window="7号窗口"))

    assert (asker.hub.region, "7号窗口", BUSINESS) == (offer["region"], offer["window"], offer["matter"])
    assert asker.clerk.office == offer["office"]
    assert certificate in [
        one["certificate_id"] for one in offer["requirements"][0]["proposals"] if one["meets"]
    ]
    assert 3 == len(set(offer["match_choices"]))


def test_the_digits_stand_at_the_counter_once_the_request_is_open(home, asker):
    """Before anybody opened it there is nothing to compare; the pair that the counter shows is among the three."""
    request = opened(asker)
    before = standing(asker, request)
    offer = seen(home, request)
    after = standing(asker, request)

    assert ("open", False) == (before["state"], "match" in before)
    assert "seen" == after["state"]
    assert after["match"] in offer["match_choices"]


def test_a_wrong_pair_voids_the_request(home, asker):
    """Nobody may try again, the right pair helps no more, and nothing was told."""
    request, certificate = opened(asker), issued(home, licence("营-1"))
    pairs = digits(home, asker, request)

    with pytest.raises(Conflict) as wrong:
        consent.consent(request.code, (TicketItem(certificate),), pairs.wrong, by=home.holder, hub=home.hub)
    with pytest.raises(Conflict) as late:
        consent.consent(request.code, (TicketItem(certificate),), pairs.right, by=home.holder, hub=home.hub)

    assert ("REQUEST_VOID", "REQUEST_VOID") == (wrong.value.code, late.value.code)
    assert ("void", False) == (standing(asker, request)["state"], "report" in standing(asker, request))
    assert "request.voided" in types(asker, request.request_id)
    assert 0 == verifications(asker)


def test_a_refused_request_tells_nothing(home, asker):
    """The counter sees that it was refused, and no verification is on record."""
    request = opened(asker)
    issued(home, licence("营-1"))
    seen(home, request)

    consent.refuse(request.code, by=home.holder, hub=home.hub)

    assert "refused" == standing(asker, request)["state"]
    assert "request.refused" in types(asker, request.request_id)
    assert 0 == verifications(asker)


def test_a_request_is_answered_once(home, asker):
    """A second consent is REQUEST_USED; the report stays the first one's."""
    request, certificate = opened(asker), issued(home, licence("营-1"))
    first = consented(home, asker, request, certificate)["report"]

    with pytest.raises(Conflict) as used:  # it is over before anybody looks at the digits
        consent.consent(request.code, (TicketItem(certificate),), "00", by=home.holder, hub=home.hub)

    assert "REQUEST_USED" == used.value.code
    assert first == standing(asker, request)["report"]
    assert 1 == verifications(asker)


def test_a_request_that_somebody_else_opened_is_not_mine(home, asker):
    """Photographed and opened by another person: refused, and the first one can still answer."""
    request, certificate = opened(asker), issued(home, licence("营-1"))
    seen(home, request)

    with pytest.raises(Conflict) as taken:
        seen(another_holder(home), request)

    assert "REQUEST_TAKEN" == taken.value.code
    assert ("valid", "OK") == told(consented(home, asker, request, certificate)["report"])


def test_a_request_is_bound_to_the_first_hub(home, other):
    """Opened in Ezhou, it is refused to a holder of Wuhan."""
    request = opened(home)
    seen(home, request)

    with pytest.raises(Conflict) as taken:
        seen(other, request)

    assert "REQUEST_TAKEN" == taken.value.code


def test_of_two_hubs_that_open_a_request_at_once_one_is_the_first(home):
    """The UPDATE itself decides, whatever was read before: first, again for the same hub, refused for another."""
    request = opened(home)
    with home.hub.writing() as unit:
        bound = [requests.bind(unit, request.request_id, hub) for hub in ("420100", "420100", "420700")]

    assert [requests.Binding.FIRST, requests.Binding.AGAIN, requests.Binding.REFUSED] == bound


def test_a_request_waits_ten_minutes(home, asker, clock):
    """Unopened or opened, after ten minutes it has expired, at the counter and on the phone."""
    request, certificate = opened(asker), issued(home, licence("营-1"))
    pairs = digits(home, asker, request)
    clock.pass_(minutes=10)

    with pytest.raises(Conflict) as late:
        consent.consent(request.code, (TicketItem(certificate),), pairs.right, by=home.holder, hub=home.hub)
    unopened = opened(asker)
    clock.pass_(minutes=10)
    with pytest.raises(Conflict) as unseen:
        seen(home, unopened)

    assert ("REQUEST_EXPIRED", "REQUEST_EXPIRED") == (late.value.code, unseen.value.code)
    assert "expired" == standing(asker, request)["state"]
    assert 0 == verifications(asker)


def test_an_identity_is_checked_while_the_request_waits(home, clock):
    """After ten minutes the request has expired: a check is refused, and leaves no number and no event."""
    request = opened(home, LAND)
    clock.pass_(minutes=10)

    with pytest.raises(Conflict) as late:
        counter_request.check_identity(
            request.request_id,
            CheckOrder("id_card_reader", "111", p.ZHANG.id_number),
            by=home.clerk,
            hub=home.hub,
        )

    assert "REQUEST_CLOSED" == late.value.code
    assert "identity_check" not in standing(home, request)
    assert "identity.checked" not in types(home, request.request_id)


def test_withheld_fields_leave_the_requirement_open(home, asker):
    """The holder tells one of three fields: check, and the requirement says which are missing."""
    request = opened(asker)

    report = consented(home, asker, request, issued(home, licence("营-1")), fields=("名称",))["report"]

    assert ("check", "FIELDS_WITHHELD") == told(report)
    assert ("incomplete", "missing") == (report["materials"], report["requirements"][0]["state"])
    assert {"法定代表人", "成立日期"} == set(report["requirements"][0]["missing_fields"])


def test_a_code_that_is_none_of_a_counters_is_refused_before_anybody_is_asked(home):
    """A ticket, half a code, and a code that nobody minted."""
    unknown = with_another_secret(opened(home).code)
    for code in ("EC1ABC", "EC4", "hello"):
        with pytest.raises(BadRequest) as wrong:
            consent.offer(code, by=home.holder, hub=home.hub)
        assert "REQUEST_CODE_WRONG" == wrong.value.code
    with pytest.raises(NotFound):
        consent.offer(unknown, by=home.holder, hub=home.hub)


def with_another_secret(code: str) -> str:
    """The code with another secret."""
    return code[:-1] + ("0" if code[-1] != "0" else "1")


def test_a_clerk_sees_only_requests_of_their_own(home, other):
    """Another clerk's request is not there."""
    request = opened(home)

    with pytest.raises(NotFound):
        counter_request.standing(request.request_id, by=other.clerk, hub=home.hub)


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (CheckOrder("id_card_reader", "111", p.ZHANG.id_number), ("valid", "OK")),
        (CheckOrder("id_card_seen"), ("check", "IDENTITY_SEEN")),
        (CheckOrder("id_card_reader", "111", p.LI.id_number), ("invalid", "IDENTITY_OTHER")),
        (None, ("undetermined", "MODE_L3")),
    ],
    ids=["the holder's own card", "only seen", "another person's card", "not checked"],
)
def test_in_person_means_that_the_identity_was_checked(home, other, check, expected):
    """A matter of mode L3, at both counters: by the number that the hub knows; by eye at most check; else not known."""
    certificate = home_title(home)
    for asker in (home, other):
        request = opened(asker, LAND)
        if check is not None:
            counter_request.check_identity(request.request_id, check, by=asker.clerk, hub=asker.hub)
        report = consented(home, asker, request, certificate)["report"]
        receipt = results.receipt(request.request_id, by=asker.clerk, hub=asker.hub)["receipt"]
        payload = jws.parse(receipt, "receipt+jwt").payload

        assert expected == told(report)
        if check is None and asker is other:  # the agreement lets it out in person alone
            assert [{"verdict": "undetermined", "code": "MODE_L3"}] == report["items"]
        assert (check is None) == (payload["identity_check"] is None)
        assert ("L3", "L2" if check is None else "L3") == tuple(payload["mode"].values())
        if check is not None and check.id_number:
            assert check.id_number not in receipt + json.dumps(payload, ensure_ascii=False)


def home_title(home: Region) -> str:
    """A title to an estate of 张演示's."""
    return issued(home, title_of("不-1", p.ZHANG))


def test_the_number_that_a_clerk_read_is_in_no_request(home, other):
    """It goes to the bound hub alone, apart from the request, and only when that hub asks once more: at consent."""
    request = opened(other, LAND, check=CheckOrder("id_card_reader", "111", p.ZHANG.id_number))
    offer = seen(home, request)
    given = next(reply for region, _, reply in home.wire.sent if region == other.hub.region)
    token = json.loads(given)["request"]

    assert {"request"} == json.loads(given).keys()

    assert p.ZHANG.id_number not in json.dumps(offer, ensure_ascii=False)
    assert p.ZHANG.id_number not in json.dumps(jws.parse(token, "request+jwt").payload, ensure_ascii=False)


def test_the_agreement_is_judged_before_anything_is_shown(home, other):
    """Stopped on either side, the request is not even seen; what was opened before is not answered."""
    for stopping, against in ((home, other), (other, home)):
        request = opened(other)
        with stopping.hub.writing() as unit:
            peers.stop(unit, against.hub.region, by="test")
        with pytest.raises(Conflict) as refused:
            seen(home, request)
        assert "NO_AGREEMENT" == refused.value.code
        assert "open" == standing(other, request)["state"]
        with stopping.hub.writing() as unit:
            peers.resume(unit, against.hub.region)


CHANGES: dict[str, Callable[[Agreement, Region], Agreement]] = {
    "ended": lambda agreement, region: replace(agreement, until=region.clock.now()),
    "another one": lambda agreement, region: agreement,
}
"""What the asking region holds, and the holder's does not know of: theirs is live all the same."""


def publish_next(region: Region, change: str) -> None:
    """Let one region alone hold another agreement from now on."""
    standing = live(region)
    publish_agreement(CHANGES[change](replace(standing, n=standing.n + 1), region), region)
    region.clock.pass_(seconds=2)


def file_of(region: Region, request: OpenedCode) -> CounterRequestFile:
    """A request as the region that asks holds it."""
    with region.hub.reading() as unit:
        found = requests.get(unit, request.request_id)
    assert found is not None
    return found


@pytest.mark.parametrize("change", CHANGES)
def test_the_hub_that_asks_judges_the_agreement_before_it_gives_a_request(home, other, change):
    """The holder's hub still holds what the asking one does not: nothing is given and nothing bound, and it waits."""
    request = opened(other)
    publish_next(other, change)

    with pytest.raises(Conflict) as refused:
        seen(home, request)

    file = file_of(other, request)
    assert "NO_AGREEMENT" == refused.value.code
    assert (RequestState.OPEN, None, None) == (file.state, file.home, file.given)
    assert ["request.opened"] == types(other, request.request_id)
    with home.hub.reading() as unit:
        assert 0 == unit.sql.exec_driver_sql("SELECT count(*) FROM opened_request").scalar_one()


@pytest.mark.parametrize("end", ["ended", "stopped"])
def test_an_agreement_that_ended_before_the_answer_came_takes_none(home, other, end):
    """Fetched while it was live, ended or stopped there since: the answer is refused, and nothing is on record."""
    request, certificate = opened(other), issued(home, licence("营-1"))
    pairs = digits(home, other, request)
    if end == "ended":
        publish_next(other, "ended")
    else:
        with other.hub.writing() as unit:
            peers.stop(unit, home.hub.region, by="test")

    with pytest.raises(Conflict) as refused:
        consent.consent(request.code, (TicketItem(certificate),), pairs.right, by=home.holder, hub=home.hub)

    assert "NO_AGREEMENT" == refused.value.code
    assert json.loads(home.wire.sent[-1][2]) == {"refused": "NO_AGREEMENT"}
    assert (RequestState.SEEN, 0) == (file_of(other, request).state, verifications(other))
    assert "request.answered" not in types(other, request.request_id)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_end_of_a_request_has_a_sentence_of_its_own(lang):
    """Used, void, refused, expired, taken, no agreement: six headlines, and none is without a next step."""
    ends = ("REQUEST_USED", "REQUEST_VOID", "REQUEST_REFUSED", "REQUEST_EXPIRED", "REQUEST_TAKEN")
    said = [problem(Conflict(one, code=one), lang=lang, trace_id="-") for one in (*ends, "NO_AGREEMENT")]

    assert 6 == len({one["title"] for one in said})
    assert all(one["next_step"] for one in said)


def test_consent_can_be_sent_again_where_the_counters_hub_was_silent(home, other):
    """Nothing is lost: the first try says PEER_DOWN, the second files one verification, and the look is told once."""
    request, certificate = opened(other), issued(home, licence("营-1"))
    pairs = digits(home, other, request)
    with pytest.raises(Unavailable):
        consent.consent(
            request.code,
            (TicketItem(certificate),),
            pairs.right,
            by=home.holder,
            hub=with_step(home, falls_silent(home, other)),
        )
    assert 0 == verifications(other)
    home.wire.down.clear()

    consent.consent(request.code, (TicketItem(certificate),), pairs.right, by=home.holder, hub=home.hub)

    assert ("valid", "OK") == told(standing(other, request)["report"])
    assert 1 == verifications(other)
    with home.hub.reading() as unit:
        looks = [one for one in events.events(unit) if one.type == "certificate.looked_at"]
    assert 1 == len([one for one in looks if one.body["verification"] == request.request_id])


def reply_lost(home: Region, other: Region) -> tuple[OpenedCode, str, Callable[[], dict[str, Any]]]:
    """A consent that the counter took and whose reply was lost: the request, its certificate, and the next press."""
    request, certificate = opened(other), issued(home, licence("营-1"))
    pairs, items = digits(home, other, request), (TicketItem(certificate),)

    def press(hub: Hub) -> dict[str, Any]:
        return consent.consent(request.code, items, pairs.right, by=home.holder, hub=hub)

    with pytest.raises(Unavailable):
        press(with_step(home, loses_the_reply(home, other)))
    home.wire.reply_lost.clear()
    return request, certificate, partial(press, home.hub)


def test_a_consent_that_was_taken_can_be_sent_again_where_the_reply_was_lost(home, other):
    """The holder was told to send it again: the counter has it already, and nothing is told or filed twice."""
    request, _, press_again = reply_lost(home, other)
    before = standing(other, request)["report"]

    again = press_again()

    assert "consented" == again["state"]
    assert before == standing(other, request)["report"]
    assert 1 == verifications(other)
    assert 1 == types(other, request.request_id).count("request.answered")
    assert 1 == types(home, request.request_id).count("request.answered")
    with pytest.raises(Conflict) as used:
        press_again()
    assert "REQUEST_USED" == used.value.code


def test_a_consent_is_sent_again_though_its_certificate_was_suspended(home, other):
    """The holder changed nothing: less is told now than they consented to, and the counter has its answer."""
    request, certificate, press_again = reply_lost(home, other)
    before = standing(other, request)["report"]
    change(home, certificate, Transition.SUSPEND)

    again = press_again()

    assert "consented" == again["state"]
    assert before == standing(other, request)["report"]


def test_two_consents_at_once_are_one(home):
    """The second one comes while the first one writes: one verification, one answer."""
    request, certificate = opened(home), issued(home, licence("营-1"))
    pairs = digits(home, home, request)
    again: list[str] = []

    def step(name: str) -> None:
        if name == "consent:4" and not again:
            again.append(name)
            consent.consent(
                request.code, (TicketItem(certificate),), pairs.right, by=home.holder, hub=home.hub
            )

    slow = with_step(home, step)
    with pytest.raises(Conflict) as used:
        consent.consent(request.code, (TicketItem(certificate),), pairs.right, by=home.holder, hub=slow)

    assert "REQUEST_USED" == used.value.code
    assert 1 == verifications(home)


def test_a_declared_value_is_compared_and_goes_nowhere_else(home):
    """医保缴费 compares a number: yes or no in the report, a salted digest and its opening beside the receipt."""
    insured = home_insured(home)
    request = opened(home, "PLACEHOLDER-911", declared={"社会保障号码": p.ZHANG.id_number})
    report = consented(home, home, request, insured)["report"]
    whole = results.receipt(request.request_id, by=home.clerk, hub=home.hub)
    payload = jws.parse(whole["receipt"], "receipt+jwt").payload
    [predicate] = payload["items"][0]["predicates"]

    assert [("equals", "yes")] == [(one["name"], one["outcome"]) for one in report["items"][0]["predicates"]]
    assert ("equals", "yes") == (predicate["name"], predicate["outcome"])
    assert p.ZHANG.id_number not in json.dumps([report, payload], ensure_ascii=False)
    assert f"社会保障号码={p.ZHANG.id_number}" in [one.get("argument") for one in whole["opening"]]


COMPARED, PAYMENT = "社会保障号码", "PLACEHOLDER-911"


def agree_on_payment(home: Region, other: Region) -> None:
    """Let both regions agree on the matter that compares a declared value, which the demo leaves out."""
    standing = live(home)
    insured = AgreedKind(kind=named.SOCIAL, fields=("参保险种",), predicates=("equals",))
    rows = (*standing.rows, a_row(PAYMENT, insured))
    publish_agreement(replace(standing, n=standing.n + 1, rows=rows), home, other)
    home.clock.pass_(seconds=2)


def argument_of(region: Region, request: OpenedCode) -> tuple[str, ArgumentOpening]:
    """What the receipt has of a declared value, and what opens it, filed beside."""
    whole = results.receipt(request.request_id, by=region.clerk, hub=region.hub)
    [predicate] = jws.parse(whole["receipt"], "receipt+jwt").payload["items"][0]["predicates"]
    [opening] = [one for one in map(read_opening, whole["opening"]) if isinstance(one, ArgumentOpening)]
    return predicate["argument"], opening


def test_the_digest_of_a_declared_value_is_salted_anew_each_time(home, other, asker):
    """The same value in two receipts has two digests, neither its plain SHA-256; each has a salt of its own."""
    agree_on_payment(home, other)
    insured, declared = home_insured(home), {COMPARED: p.ZHANG.id_number}
    asked = [opened(asker, PAYMENT, case_number=one, declared=declared) for one in ("甲-1", "甲-2")]
    for one in asked:
        consented(home, asker, one, insured)

    (first, opens_first), (second, opens_second) = (argument_of(asker, one) for one in asked)
    argument = f"{COMPARED}={p.ZHANG.id_number}"
    plain = {sha256(text.encode()).hexdigest() for text in (p.ZHANG.id_number, argument)}

    assert 4 == len({first, second, *plain})
    assert (argument, argument) == (opens_first.argument, opens_second.argument)
    assert (first, second) == (opens_first.argument_digest(), opens_second.argument_digest())
    assert opens_first.salt != opens_second.salt


def test_the_holder_sees_the_declared_value_before_they_consent(home, other, asker):
    """What is compared with their certificate stands in the offer, word for word; without one it says that none is."""
    agree_on_payment(home, other)
    home_insured(home)
    declared = {COMPARED: p.LI.id_number}

    offer = seen(home, opened(asker, PAYMENT, declared=declared))

    assert (declared, "seen") == (offer["declared"], offer["state"])
    assert {} == seen(home, opened(asker))["declared"]
    assert 0 == verifications(asker)


def home_insured(home: Region) -> str:
    """A proof of insurance of 张演示's, whose number is the identity number."""
    return issued(home, insured())


def test_three_values_a_day_may_be_declared_for_a_case(home, clock):
    """The fourth one is refused, in another case it is the first, and the next day the count begins anew."""
    declared = {"社会保障号码": p.LI.id_number}
    for _ in range(3):
        opened(home, "PLACEHOLDER-911", case_number="甲-1", declared=declared)

    with pytest.raises(Conflict) as often:
        opened(home, "PLACEHOLDER-911", case_number="甲-1", declared=declared)
    opened(home, "PLACEHOLDER-911", case_number="甲-2", declared=declared)
    clock.pass_(hours=24)
    opened(home, "PLACEHOLDER-911", case_number="甲-1", declared=declared)

    assert "DECLARED_TOO_OFTEN" == often.value.code


def test_only_what_the_matter_compares_can_be_declared(home):
    """A value that no predicate asks for, or two at once, is refused."""
    for declared in ({"名称": "示例小面馆"}, {"社会保障号码": "1", "参保地": "2"}):
        with pytest.raises(BadRequest) as refused:
            opened(home, "PLACEHOLDER-911", declared=declared)
        assert "NOT_COMPARED" == refused.value.code


def test_what_another_region_answers_is_cut_to_the_agreement(home, other):
    """The signed answer holds the least fields of the matter, and no identity number."""
    request = opened(other)
    consented(home, other, request, issued(home, licence("营-1")))
    [answer] = [body for region, body, _ in home.wire.sent if b"" != body and region == other.hub.region][-1:]
    said = envelope.Response.from_payload(jws.parse(answer, envelope.RESPONSE_TYP).payload)
    [item] = said.results[0].items

    assert set(matter(BUSINESS).fields_for(p.LICENCE)) == set(item.disclosed)
    assert p.ZHANG.id_number.encode() not in json.dumps(item.to_payload()).encode()


def test_an_order_is_refused_before_anything_is_on_record(home):
    """No such matter, a requirement that cannot be declared away, a number without its type."""
    faults = []
    for order in (
        RequestOrder("PLACEHOLDER-000", "1"),
        RequestOrder(BUSINESS, "1", not_applicable=("licence",)),
        RequestOrder(BUSINESS, "1", check=CheckOrder("id_card_reader", None, "1")),
    ):
        with pytest.raises(BadRequest) as refused:
            counter_request.open_counter_request(order, by=home.clerk, hub=home.hub)
        faults.append(refused.value.code)

    assert ["MATTER_UNKNOWN", "NOT_DECLARABLE", "ID_TYPE_MISSING"] == faults
    with home.hub.reading() as unit:
        assert 0 == unit.sql.exec_driver_sql("SELECT count(*) FROM counter_request").scalar_one()


def test_a_request_is_forgotten_three_days_after_its_end(home, clock):
    """What was declared and read goes with it; its verification stays."""
    request = opened(home)
    report = consented(home, home, request, issued(home, licence("营-1")))["report"]
    rows = "SELECT (SELECT count(*) FROM counter_request) + (SELECT count(*) FROM opened_request)"
    clock.pass_(hours=72)
    sweep(home.hub)
    with home.hub.reading() as unit:
        assert 2 == unit.sql.exec_driver_sql(rows).scalar_one()

    clock.pass_(minutes=11)
    sweep(home.hub)

    with home.hub.reading() as unit:
        assert 0 == unit.sql.exec_driver_sql(rows).scalar_one()
    assert report == results.stored(request.request_id, by=home.clerk, hub=home.hub)
