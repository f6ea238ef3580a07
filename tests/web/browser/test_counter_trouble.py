"""The counter when something fails, is pressed twice, or outlives its person: told, asked once, and nobody else's."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from tests.web.browser.acts import agree, offered, press_enter, request, reroute, scan, show
from tests.web.browser.conftest import PHONE, People
from tests.web.browser.test_matter import (
    ESTATE,
    FOOD,
    INSURANCE,
    REGISTRATION,
    ZHANG,
    bodies,
    counter_for,
)
from tests.web.browser.test_phone_trouble import MOMENT_MS, failing, hold, taken

pytestmark = pytest.mark.browser

SHOP = "92420799MA99990138"
ASSOCIATION = "51420700MJH0000001"
SILENT = """
const real = globalThis.fetch;
globalThis.fetch = (path, options) => (String(path).endsWith('/events')
  ? Promise.resolve(new Response(new ReadableStream({
      start(stream) {
        options.signal.addEventListener('abort', () => stream.error(new DOMException('', 'AbortError')));
      },
    })))
  : real(path, options));
"""


def answered(route: Route) -> None:
    """Yes: a hub answers it of one holder three times a day, and other tests ask too."""
    permit = {
        "id": "former-permit",
        "name": "原食品经营许可证",
        "name_en": "Former permit",
        "state": "missing",
    }
    route.fulfill(json={"items": [{**permit, "where": [], "can_fetch": True}]})


def with_case(people: People, number: str) -> Page:
    """A counter whose case still needs a permit, with its form to ask a holder."""
    counter = counter_for(people.visit(), FOOD)
    counter.fill("#case", number)
    scan(counter, show(people.visit("zh", PHONE), "营业执照", matter=FOOD))
    counter.click("#case-file > summary")
    counter.wait_for_selector("#case-ask:not([hidden])")
    return counter


def test_what_was_declared_goes_with_no_other_case(people: People) -> None:
    """Another case number: the tick is gone from the page and from the question; the first case still has its own."""
    counter = counter_for(people.visit(), FOOD)
    sent = bodies(counter, "/verifications")
    box = "#terms [data-away=former-permit]"
    counter.fill("#case", "案-2026-0801")
    counter.check(box)
    counter.fill("#case", "案-2026-0802")
    other = counter.is_checked(box)
    counter.fill("#case", "案-2026-0801")
    same = counter.is_checked(box)
    counter.fill("#case", "案-2026-0802")
    scan(counter, show(people.visit("zh", PHONE), "营业执照", matter=FOOD))
    whole = counter.inner_text("#materials-word")
    press_enter(counter)
    counter.fill("#case", "案-2026-0801")

    assert (False, True) == (other, same)
    assert [None] == [one.get("not_applicable") for one in sent]
    assert "材料不齐" == whole
    assert not counter.is_checked(box)  # a question of another case was asked: it is over


def test_a_value_and_a_number_go_with_no_other_case(people: People) -> None:
    """What was typed to be compared, and what the reader read, leave their fields with the case number."""
    counter = counter_for(people.visit(), INSURANCE)
    counter.fill("#declared", ZHANG)
    counter.fill("#case", "案-2026-0803")
    value = counter.input_value("#declared")
    counter.select_option("#matter", ESTATE)
    counter.check("#before [value=id_card_reader]")
    counter.fill("#before-number", ZHANG)
    counter.fill("#case", "案-2026-0804")

    assert "" == value
    assert "" == counter.input_value("#before-number")
    assert counter.is_checked("#before-later")


def test_a_scan_into_the_case_field_keeps_what_was_declared(people: People) -> None:
    """A gun writes into the field and it is put back: the case is the same, and so is its declaration."""
    counter = counter_for(people.visit(), FOOD)
    sent = bodies(counter, "/verifications")
    code = show(people.visit("zh", PHONE), "营业执照", matter=FOOD)
    counter.fill("#case", "案-2026-0805")
    counter.check("#terms [data-away=former-permit]")
    counter.focus("#case")
    counter.keyboard.type(code, delay=10)
    counter.wait_for_selector("#result:not([hidden])")

    assert [("案-2026-0805", ["former-permit"])] == [
        (one["case_number"], one["not_applicable"]) for one in sent
    ]


def test_a_box_in_a_result_is_of_its_matter(people: People) -> None:
    """The clerk turns to another matter: the row's box is not there to be ticked, and comes back with its matter."""
    counter = counter_for(people.visit(), FOOD)
    scan(counter, show(people.visit("zh", PHONE), "营业执照", matter=FOOD))
    box = counter.locator("#requirements [data-away=former-permit]")
    before = box.is_visible()
    counter.select_option("#matter", INSURANCE)
    elsewhere = box.is_visible()
    counter.select_option("#matter", FOOD)

    assert (True, False, True) == (before, elsewhere, box.is_visible())


def test_a_case_asks_once_a_press_and_says_of_what(people: People) -> None:
    """A double press is one of the day's three asks; an association's credit code is no identity card."""
    counter = with_case(people, "案-2026-0811")
    sent = bodies(counter, "/known")
    reroute(counter, "**/known", answered)
    for number in (SHOP, ASSOCIATION, ZHANG, "42079919900101001X"):
        counter.fill("#case-ask-number", number)
        with counter.expect_response("**/known"):
            counter.evaluate(
                "() => { for (const n of [1, 2]) document.getElementById('case-ask-send').click(); }"
            )
        counter.wait_for_selector("#case-ask-send:enabled")
        counter.wait_for_timeout(MOMENT_MS)

    assert ["001", "001", "111", "111"] == [one["id_type"] for one in sent]


def test_a_refused_ask_leaves_neither_the_old_answer_nor_the_number(people: People) -> None:
    """The green line of before is gone, the number is out of the field; the next that succeeds takes the red line."""
    counter = with_case(people, "案-2026-0812")
    reroute(counter, "**/known", answered)
    counter.fill("#case-ask-number", SHOP)
    counter.click("#case-ask-send")
    counter.wait_for_selector("#case-ask-said.good:not([hidden])")
    reroute(counter, "**/known", failing)
    counter.fill("#case-ask-number", SHOP)
    counter.click("#case-ask-send")
    counter.wait_for_selector("#said.bad:not([hidden])")
    refused = (counter.is_visible("#case-ask-said"), counter.input_value("#case-ask-number"))
    counter.unroute("**/known", failing)
    counter.fill("#case-ask-number", SHOP)
    counter.click("#case-ask-send")
    counter.wait_for_selector("#case-ask-said.good:not([hidden])")

    assert (False, "") == refused
    assert counter.locator("#said").is_hidden()


@pytest.mark.parametrize("late", [answered, failing])
def test_a_late_answer_of_a_case_is_not_the_next_persons(
    people: People, late: Callable[[Route], None]
) -> None:
    """The next person of the same case is on the screen: what was asked before is neither drawn nor told."""
    counter = with_case(people, "案-2026-0813")
    held = hold(counter, "**/known")
    counter.fill("#case-ask-number", SHOP)
    counter.click("#case-ask-send")
    counter.evaluate("document.activeElement.blur()")
    press_enter(counter)
    scan(counter, show(people.visit("zh", PHONE), "营业执照", matter=FOOD))
    counter.click("#case-file > summary")
    counter.wait_for_selector("#case-ask:not([hidden])")
    late(taken(counter, held))
    counter.wait_for_timeout(MOMENT_MS)

    assert 0 == counter.locator("#case-ask-lines .answer").count()
    assert counter.locator("#case-ask-said").is_hidden()
    assert counter.locator("#said").is_hidden()
    assert counter.is_enabled("#case-ask-send")


def test_a_request_that_fails_is_told_however_often_it_was_pressed(people: People) -> None:
    """The second press waits for the first, whose failure stands in the band."""
    counter = counter_for(people.visit(), REGISTRATION)
    held = hold(counter, "**/api/v1/requests")
    counter.keyboard.press("F8")
    counter.keyboard.press("F8")
    counter.wait_for_timeout(MOMENT_MS)
    tries = len(held)
    taken(counter, held).abort()
    counter.wait_for_selector("#band.undetermined", timeout=3000)

    assert 1 == tries


def test_a_request_that_comes_after_a_scan_is_not_opened(people: People) -> None:
    """The clerk scanned meanwhile: the verdict stays, and the request runs out by itself."""
    counter = counter_for(people.visit(), REGISTRATION)
    code = show(people.visit("zh", PHONE), matter=REGISTRATION)
    held = hold(counter, "**/api/v1/requests")
    counter.keyboard.press("F8")
    counter.wait_for_timeout(MOMENT_MS)
    verdict = scan(counter, code)
    taken(counter, held).continue_()
    counter.wait_for_timeout(MOMENT_MS)

    assert "valid" == verdict
    assert counter.locator("#requesting").is_hidden()
    assert counter.is_visible("#result")


def test_a_request_again_asks_for_the_value_where_it_can_be_seen(people: People) -> None:
    """The first went out without it and was refused: the next press shows the field, with the focus in it."""
    counter = counter_for(people.visit(), INSURANCE)
    counter.keyboard.press("F8")
    counter.wait_for_selector("#declared-said:not([hidden])")
    phone = people.visit("zh", PHONE).open("/me")
    offered(phone, request(counter))
    phone.click("#refuse")
    counter.click("#request-again")
    counter.wait_for_selector("#declared-said:not([hidden])", timeout=3000)
    focus = counter.evaluate("document.activeElement.id")
    counter.fill("#declared", ZHANG)
    sent = bodies(counter, "/requests")
    request(counter)

    assert "declared" == focus
    assert [{"社会保障号码": ZHANG}] == [one["declared"] for one in sent]


def test_the_code_is_printed_beside_an_opened_receipt(people: People) -> None:
    """A line of the list is open beside the request: each button prints its own sheet."""
    counter = counter_for(people.visit(), REGISTRATION)
    scan(counter, show(people.visit("zh", PHONE), matter=REGISTRATION))
    press_enter(counter)
    request(counter)
    counter.locator("#history button").first.click()
    counter.wait_for_selector("#result:not([hidden])")
    counter.evaluate("globalThis.print = () => dispatchEvent(new Event('beforeprint'))")
    counter.click("#request-print")
    sheets = [counter.evaluate("document.getElementById('paper').textContent")]
    counter.click("#print")
    sheets.append(counter.evaluate("document.getElementById('paper').textContent"))

    code = counter.inner_text("#request-code")
    assert [True, False] == [code in sheet for sheet in sheets]
    assert "示例小面馆" in sheets[1] or "已核验" in sheets[1] or "核验" in sheets[1]


def test_a_late_identity_check_is_not_told_in_the_next_request(people: People) -> None:
    """The first request was left: what its check comes to is not said of the second."""
    counter = counter_for(people.visit(), ESTATE)
    held = hold(counter, "**/identity-check")
    request(counter)
    counter.fill("#identity-number", ZHANG)
    counter.click("#identity-send")
    counter.wait_for_timeout(MOMENT_MS)
    counter.click("#request-cancel")
    request(counter)
    failing(taken(counter, held))
    counter.wait_for_timeout(MOMENT_MS)

    assert counter.locator("#identity-said").is_hidden()
    assert counter.is_enabled("#identity-send")


def test_a_stream_that_says_nothing_does_not_hold_a_request_up(people: People) -> None:
    """A proxy keeps the events to itself: after some seconds the page asks plainly, and the steps light up."""
    visit = people.visit()
    visit.context.add_init_script(SILENT)
    counter = counter_for(visit, REGISTRATION)
    phone = people.visit("zh", PHONE).open("/me")
    offered(phone, request(counter))
    agree(counter, phone)

    assert "材料齐全" == counter.inner_text("#materials-word")


def test_a_request_that_is_left_is_listened_to_no_longer(people: People) -> None:
    """Its stream is closed with its panel."""
    counter = counter_for(people.visit(), REGISTRATION)
    ended: list[str] = []
    counter.on("requestfailed", lambda one: ended.append(one.url))
    request(counter)
    counter.wait_for_timeout(MOMENT_MS)
    while_open = len(ended)
    counter.click("#request-cancel")
    counter.wait_for_timeout(MOMENT_MS)

    assert 0 == while_open
    assert [True] == [url.endswith("/events") for url in ended]


def test_without_an_answer_no_requirements_of_before_stand_there(people: People) -> None:
    """A verdict with what is missing, then a scan that is not answered: nothing of the first is left."""
    visit = people.visit()
    counter = counter_for(visit, FOOD)
    codes = [show(people.visit("zh", PHONE), "营业执照", matter=FOOD) for _ in range(2)]
    scan(counter, codes[0])
    before = counter.is_visible("#materials")
    visit.context.set_offline(True)
    scan(counter, codes[1])

    assert before
    assert counter.locator("#materials").is_hidden()
    assert 0 == counter.locator("#requirements li").count()


def test_a_list_asked_for_before_a_scan_does_not_take_its_line_away(people: People) -> None:
    """The first scan's list comes late, after the second scan: the second scan stays the newest line."""
    visit = people.visit()
    counter = counter_for(visit, FOOD)
    code = show(people.visit("zh", PHONE), "营业执照", matter=FOOD)
    held = hold(counter, "**/api/v1/verifications?limit=*")
    scan(counter, code)
    of_the_first_scan = taken(counter, held).fetch()
    scan(counter, code)
    before = counter.locator("#history > li").first.inner_text()
    taken(counter, held).fulfill(response=of_the_first_scan)
    counter.wait_for_timeout(MOMENT_MS)

    assert "无效" == before.split()[0]
    assert before == counter.locator("#history > li").first.inner_text()
