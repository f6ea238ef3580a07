"""What a counter's request may not do: ask what is not agreed, pass over another's card, ask again what is there."""

import json
from dataclasses import replace

import pytest
from certhub_schemas.purposes import Purpose
from certhub_verifier.formats.exchange.receipt import Receipt
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.agreement import AgreedKind

from certhub.demo import people as p
from certhub.errors import Conflict, Unavailable
from certhub.flows.verification import case, consent, counter_request, outcome, preview, results
from certhub.flows.verification.counter_request import CheckOrder
from certhub.hub import Hub
from certhub.people.parties import store as parties
from certhub.people.parties.people import Party
from certhub.records.certificates.rules import Transition
from certhub.verification.receipts.result import Result
from certhub.verification.tickets.item import TicketItem
from tests.flows.test_agreed_matters import agree
from tests.flows.test_requests import another_holder, home_title, publish_next, verifications
from tests.support.agreements import a_row
from tests.support.drafts import insured, marriage_of, title_of
from tests.support.looks import seen_looks
from tests.support.peers import BrokenWire, asked_through
from tests.support.region import Region, with_step
from tests.support.requests import consented, falls_silent, opened, seen, standing
from tests.support.story import FOOD, LAND, change, food, issued, licence, scan, ticket, told

HOUSING, INSURANCE, CONSTRUCTION = "PLACEHOLDER-906", "PLACEHOLDER-911", "PLACEHOLDER-910"
NUMBER = "案-1"


@pytest.fixture(params=["at home", "in another region"])
def asker(request: pytest.FixtureRequest, home: Region, other: Region) -> Region:
    """The region whose counter asks; the holder's hub is always Ezhou's."""
    return home if request.param == "at home" else other


def receipt_of(region: Region, verification: str) -> Receipt:
    """The receipt of a verification, read."""
    token = results.receipt(verification, by=region.clerk, hub=region.hub)["receipt"]
    return Receipt.from_payload(jws.parse(token, "receipt+jwt").payload)


def sent_by(region: Region, member: str) -> list[dict[str, object]]:
    """What a region answered to those who fetched a request, where it has a member."""
    replies = [reply for code, _, reply in region.wire.sent if code == region.hub.region]
    read = [json.loads(one) for one in replies if one.startswith(b"{")]
    return [one for one in read if member in one]


# -- The agreement, for the matter


def test_a_matter_that_is_not_agreed_is_not_even_shown(home, other):
    """The provident fund is in no agreement: nothing is bound, nothing is seen, and the request still waits."""
    request = opened(other, HOUSING)

    with pytest.raises(Conflict) as refused:
        seen(home, request)

    assert "NO_AGREEMENT" == refused.value.code
    assert "open" == standing(other, request)["state"]
    assert [] == sent_by(other, "request")
    with home.hub.reading() as unit:
        assert 0 == unit.sql.exec_driver_sql("SELECT count(*) FROM opened_request").scalar_one()


def test_the_home_hub_judges_the_matter_as_well(home, other):
    """A region that gives what it may not give is not followed: the holder sees nothing."""

    def for_another_matter(reply: bytes) -> bytes:
        payload = jws.parse(json.loads(reply)["request"], "request+jwt").payload
        key = other.hub.signer(Purpose.EXCHANGE)
        return json.dumps(
            {"request": jws.sign({**payload, "matter": HOUSING}, typ="request+jwt", key=key)}
        ).encode()

    lied_to = replace(home, hub=asked_through(home, BrokenWire(home.wire, for_another_matter)))
    with pytest.raises(Conflict) as refused:
        seen(lied_to, opened(other))

    assert "NO_AGREEMENT" == refused.value.code
    with home.hub.reading() as unit:
        assert 0 == unit.sql.exec_driver_sql("SELECT count(*) FROM opened_request").scalar_one()


# -- The card of somebody else


def test_another_persons_card_is_never_good_whatever_the_matter_demands(home, asker):
    """A number that was read is compared for a matter of L2 too, at either counter."""
    check = CheckOrder("id_card_reader", "111", p.LI.id_number)
    request = opened(asker, CONSTRUCTION, check=check)

    report = consented(home, asker, request, issued(home, licence("营-1")))["report"]

    assert ("invalid", "IDENTITY_OTHER") == told(report)
    assert ["missing"] == [one["state"] for one in report["requirements"] if one["id"] == "builder"]
    assert "incomplete" == report["materials"]


def test_a_card_that_was_read_is_compared_or_no_person_was_checked(home, asker):
    """The receipt says L3 and a reader's check where the number is the holder's, for a matter of L2 as well."""
    check = CheckOrder("id_card_reader", "111", p.ZHANG.id_number)
    request = opened(asker, FOOD, check=check)

    report = consented(home, asker, request, issued(home, licence("营-1")))["report"]

    filed = receipt_of(asker, request.request_id)
    assert ("valid", "OK") == told(report)
    assert ("L3", "id_card_reader") == (filed.mode.reached, filed.identity_check.method)


# -- Two holders of one certificate


ZHANG = Party("张演示", "111", p.ZHANG.id_number)
LI = Party("李样例", "111", p.LI.id_number)


@pytest.mark.parametrize("spouses", [(ZHANG, LI), (LI, ZHANG)], ids=["first", "second"])
@pytest.mark.parametrize("owners", [(ZHANG,), (ZHANG, LI), (LI, ZHANG)], ids=["alone", "first", "second"])
def test_whoever_holds_it_with_somebody_else_is_its_holder(home, asker, owners, spouses):
    """Whichever name stands first on the title or on the marriage certificate."""
    check = CheckOrder("id_card_reader", "111", p.ZHANG.id_number)
    request = opened(asker, LAND, check=check)

    report = consented(
        home,
        asker,
        request,
        issued(home, title_of("不-9", *owners)),
        issued(home, marriage_of("婚-1", *spouses)),
    )["report"]

    assert ("complete", ["met", "met"]) == (
        report["materials"],
        [one["state"] for one in report["requirements"]],
    )


def test_a_comparison_is_told_with_who_made_it(home, asker):
    """In the report and in the receipt, as a fact without a value: who compared is the region that asks."""
    check = CheckOrder("id_card_reader", "111", p.ZHANG.id_number)
    request = opened(asker, LAND, check=check)

    report = consented(home, asker, request, home_title(home), issued(home, marriage_of("婚-1", LI, ZHANG)))[
        "report"
    ]

    [compared] = [one for one in report["items"][1]["predicates"] if one["name"] == "same_person_as"]
    assert ("yes", asker.hub.region) == (compared["outcome"], compared["by"])
    filed = receipt_of(asker, request.request_id)
    assert [("same_person_as", None, "yes", asker.hub.region)] == [
        (one.name, one.argument, one.outcome, one.by) for one in filed.items[1].predicates
    ]


def test_a_comparison_that_fails_is_told_as_well(home, asker):
    """The permit of another shop: no, and not unknown; the certificate itself stays genuine."""
    with home.hub.writing() as unit:
        shop = unit.vault.index("001", p.CARD_SHOP.id_number)
        parties.let_act(unit, home.holder.holder, shop, role="店员")
    foreign = replace(food("食-2"), holders=[(p.CARD_SHOP.name, "001", p.CARD_SHOP.id_number)])

    code = ticket(home, issued(home, licence("营-1")), issued(home, foreign), matter=FOOD)
    report = scan(asker, code, FOOD)

    [compared] = [one for one in report["items"][1]["predicates"] if one["name"] == "same_organisation_as"]
    assert ("no", None) == (compared["outcome"], compared.get("cause"))
    assert ("missing", "SUBJECT_OTHER") == (
        report["requirements"][1]["state"],
        report["requirements"][1]["cause"],
    )
    assert [None, "no"] == [
        next((one.outcome for one in item.predicates), None)
        for item in receipt_of(asker, report["verification_id"]).items
    ]


def test_spouses_consent_one_by_one_in_one_case(home):
    """Two requests of one case, each in person: the title of one, the certificate that both hold shown by the other."""
    first = opened(
        home, LAND, case_number=NUMBER, check=CheckOrder("id_card_reader", "111", p.ZHANG.id_number)
    )
    begun = consented(home, home, first, home_title(home))["report"]
    hers = another_holder(home)
    second = opened(home, LAND, case_number=NUMBER, check=CheckOrder("id_card_reader", "111", p.LI.id_number))

    ended = consented(hers, home, second, issued(home, marriage_of("婚-1", ZHANG, LI)))["report"]

    assert "incomplete" == begun["materials"]
    assert ("valid", "complete") == (ended["verdict"], ended["materials"])
    assert begun["verification_id"] == ended["requirements"][0]["verification_id"]


# -- What the case has already


def test_the_phone_is_told_what_is_settled(home, asker):
    """What an earlier receipt of the case meets, and what the clerk declared away; nothing of whom."""
    scan(asker, ticket(home, issued(home, licence("营-1")), matter=FOOD), FOOD, case_number=NUMBER)

    fresh = seen(home, opened(asker, FOOD))
    offer = seen(home, opened(asker, FOOD, case_number=NUMBER, not_applicable=("former-permit",)))

    assert {"entity": None, "former-permit": None} == settled(fresh)
    assert {"entity": "met", "former-permit": "not_applicable"} == settled(offer)


def settled(offer) -> dict[str, str | None]:
    """What an offer says of each requirement."""
    return {one["id"]: one["settled"] for one in offer["requirements"]}


def test_what_somebody_else_showed_does_not_count(home, asker):
    """A clerk says that it was not the person: what was shown then meets nothing, in the case and for the next scan."""
    shown = scan(asker, ticket(home, issued(home, licence("营-1")), matter=FOOD), FOOD, case_number=NUMBER)
    before = case.case_of(shown["case_id"], by=asker.clerk, hub=asker.hub)
    outcome.conclude(shown["verification_id"], Result.NOT_THE_PERSON, None, by=asker.clerk, hub=asker.hub)
    after = case.case_of(shown["case_id"], by=asker.clerk, hub=asker.hub)
    next_one = scan(asker, ticket(home, issued(home, food("食-1")), matter=FOOD), FOOD, case_number=NUMBER)

    assert ("met", "missing") == (before["requirements"][0]["state"], after["requirements"][0]["state"])
    assert 1 == len(after["verifications"])
    assert "missing" == next_one["requirements"][0]["state"]
    outcome.conclude(shown["verification_id"], Result.CONFIRMED, None, by=asker.clerk, hub=asker.hub)
    mended = case.case_of(shown["case_id"], by=asker.clerk, hub=asker.hub)
    assert "met" == mended["requirements"][0]["state"]


# -- Whoever may ask often can guess


def test_another_window_is_no_other_case(home):
    """Without a case number a clerk declares three values a day, under however many names of windows."""
    for window in ("1", "2", "3"):
        opened(home, INSURANCE, window=window, declared={"社会保障号码": p.LI.id_number})

    with pytest.raises(Conflict) as often:
        opened(home, INSURANCE, window="4", declared={"社会保障号码": p.LI.id_number})

    assert "DECLARED_TOO_OFTEN" == often.value.code


def test_a_holder_is_compared_with_three_values_a_day(regions, home, asker, clock):
    """In however many cases: the fourth consent is refused, tells nothing, and leaves the request open."""
    kind = AgreedKind(kind="11420700MB99990011904", fields=("参保险种",), predicates=("equals",))
    agree(regions, a_row(INSURANCE, kind, modes=("L2", "L3")))
    card = issued(home, insured())
    for n in range(3):
        request = opened(asker, INSURANCE, case_number=f"案-{n}", declared={"社会保障号码": p.LI.id_number})
        assert "no" == outcome_of_equals(consented(home, asker, request, card)["report"])

    request = opened(asker, INSURANCE, case_number="案-9", declared={"社会保障号码": p.LI.id_number})
    with pytest.raises(Conflict) as often:
        consented(home, asker, request, card)

    assert "COMPARED_TOO_OFTEN" == often.value.code
    assert "seen" == standing(asker, request)["state"]
    clock.pass_(hours=24)
    request = opened(asker, INSURANCE, case_number="案-10", declared={"社会保障号码": p.ZHANG.id_number})
    assert "yes" == outcome_of_equals(consented(home, asker, request, card)["report"])


def test_a_certificate_that_is_suspended_answers_three_a_day_too(home):
    """Of one that is not good no answer is told; what is said of the matter's need may still tell it."""
    card = issued(home, insured())
    change(home, card, Transition.SUSPEND)
    for n in range(3):
        request = opened(home, INSURANCE, case_number=f"案-{n}", declared={"社会保障号码": p.LI.id_number})
        assert "invalid" == consented(home, home, request, card)["report"]["verdict"]

    request = opened(home, INSURANCE, case_number="案-9", declared={"社会保障号码": p.ZHANG.id_number})
    with pytest.raises(Conflict) as often:
        consented(home, home, request, card)

    assert "COMPARED_TOO_OFTEN" == often.value.code


def test_who_acts_for_a_holder_asks_for_the_holder(regions, home, asker):
    """Three people who act for one holder have three answers a day between them: the card is whose it is."""
    kind = AgreedKind(kind="11420700MB99990011904", fields=("参保险种",), predicates=("equals",))
    agree(regions, a_row(INSURANCE, kind, modes=("L2", "L3")))
    card = issued(home, insured())
    helpers = [another_holder(home, one) for one in (p.LI, p.WANG)]
    with home.hub.writing() as unit:
        for one in helpers:
            parties.let_act(unit, one.holder.holder, home.holder.holder, role="代办人")
    for n, who in enumerate((home, *helpers)):
        request = opened(asker, INSURANCE, case_number=f"案-{n}", declared={"社会保障号码": p.LI.id_number})
        assert "no" == outcome_of_equals(consented(who, asker, request, card)["report"])

    request = opened(asker, INSURANCE, case_number="案-9", declared={"社会保障号码": p.LI.id_number})
    with pytest.raises(Conflict) as often:
        consented(helpers[0], asker, request, card)

    assert "COMPARED_TOO_OFTEN" == often.value.code


def outcome_of_equals(report) -> str:
    """What the one item answers of the declared value."""
    return next(one["outcome"] for one in report["items"][0]["predicates"] if one["name"] == "equals")


def test_a_value_that_a_clerk_will_declare_keeps_no_certificate_from_serving(home):
    """Before a counter asks, the proof could serve; in a request without the value it does not."""
    card = issued(home, insured())

    ahead = preview.proposals(INSURANCE, by=home.holder, hub=home.hub)
    offer = seen(home, opened(home, INSURANCE))["requirements"]

    def serves(requirements) -> list[bool]:
        return [
            one["meets"]
            for part in requirements
            for one in part["proposals"]
            if one["certificate_id"] == card
        ]

    assert ([True], [False]) == (serves(ahead), serves(offer))


# -- What is sent again, and what comes while it is under way


def test_another_choice_is_not_sent_again(home, other):
    """The counter's hub was silent: what was consented to may be sent again; more is refused, and told to nobody."""
    request, shop = opened(other, FOOD), issued(home, licence("营-1"))
    permit = issued(home, food("食-1"))
    seen(home, request)
    match = standing(other, request)["match"]

    def consents(*items: TicketItem, hub: Hub = home.hub) -> None:
        consent.consent(request.code, items, match, by=home.holder, hub=hub)

    with pytest.raises(Unavailable):
        consents(TicketItem(shop, ("名称",)), hub=with_step(home, falls_silent(home, other)))
    home.wire.down.clear()
    for more in ([TicketItem(shop)], [TicketItem(shop, ("名称",)), TicketItem(permit)], [TicketItem(permit)]):
        with pytest.raises(Conflict) as refused:
            consents(*more)
        assert "CONSENT_DIFFERS" == refused.value.code
    assert "seen" == standing(other, request)["state"]

    consents(TicketItem(shop, ("名称",)))

    report = standing(other, request)["report"]
    assert [["名称"]] == [sorted(item["disclosed"]) for item in report["items"]]
    assert [["名称"]] == [look["fields"] for look in seen_looks(home)]


def test_a_number_that_is_read_too_late_checks_nobody(home, other):
    """The clerk reads a card while the answer is under way: nobody compared it, so the receipt certifies no check."""
    request, shop = opened(other, FOOD), issued(home, licence("营-1"))
    seen(home, request)
    match = standing(other, request)["match"]

    def step(name: str) -> None:
        if name == "consent:5":
            check = CheckOrder("id_card_reader", "111", p.LI.id_number)
            counter_request.check_identity(request.request_id, check, by=other.clerk, hub=other.hub)

    consent.consent(request.code, (TicketItem(shop),), match, by=home.holder, hub=with_step(home, step))

    filed = receipt_of(other, request.request_id)
    assert ("valid", "OK") == told(standing(other, request)["report"])
    assert (None, "L2") == (filed.identity_check, filed.mode.reached)


def test_an_agreement_that_ends_while_the_answer_is_under_way_takes_nothing(home, other):
    """The asking hub judges it once more when the answer comes: nothing is filed, and the holder hears why."""
    request, shop = opened(other), issued(home, licence("营-1"))
    seen(home, request)
    match = standing(other, request)["match"]

    def step(name: str) -> None:
        if name == "consent:5":
            publish_next(other, "ended")

    with pytest.raises(Conflict) as refused:
        consent.consent(request.code, (TicketItem(shop),), match, by=home.holder, hub=with_step(home, step))

    assert "NO_AGREEMENT" == refused.value.code
    assert {"refused": "NO_AGREEMENT"} == json.loads(home.wire.sent[-1][2])
    assert ("seen", 0) == (standing(other, request)["state"], verifications(other))


def test_a_holder_is_asked_about_three_times_a_day(home):
    """In however many cases, and whatever the numbers are that somebody makes up."""
    case_ids = [
        scan(home, ticket(home, issued(home, licence(f"营-{n}")), matter=FOOD), FOOD, case_number=f"造-{n}")[
            "case_id"
        ]
        for n in range(4)
    ]
    zhang = ("111", p.ZHANG.id_number)
    for case_id in case_ids[:3]:
        case.ask_holder(case_id, zhang, by=home.clerk, hub=home.hub)

    with pytest.raises(Conflict) as often:
        case.ask_holder(case_ids[3], zhang, by=home.clerk, hub=home.hub)

    assert "ASKED_TOO_OFTEN" == often.value.code
    assert case.ask_holder(case_ids[3], ("111", p.LI.id_number), by=home.clerk, hub=home.hub)["items"]
