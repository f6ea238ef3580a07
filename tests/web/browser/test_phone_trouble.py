"""The phone when something fails, is pressed twice or comes late: it is told, done once, and acts on nothing newer."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from tests.web.browser.acts import choose, digits, offered, request, reroute
from tests.web.browser.conftest import PHONE, Judge, People
from tests.web.browser.test_matter import (
    CONSTRUCTION,
    FOOD,
    REGISTRATION,
    bodies,
    both_languages,
    counter_for,
)
from tests.web.browser.test_who_looked import NOTE, look, looked, newest

pytestmark = pytest.mark.browser

MOMENT_MS, LONGEST_MS = 400, 15_000
"""Long enough for an answer of this machine to be drawn."""


def failing(route: Route) -> None:
    """A hub that cannot do it now, and says what to do."""
    route.fulfill(
        status=503,
        content_type="application/problem+json",
        body='{"title": "暂时办不了", "next_step": "过几秒再试", "code": "UNAVAILABLE"}',
    )


def hold(page: Page, path: str) -> list[Route]:
    """Keep what a page asks of a path, to be answered later."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    reroute(page, path, keep)
    return held


def taken(page: Page, held: list[Route]) -> Route:
    """Return the first that is held, as soon as there is one."""
    for _ in range(LONGEST_MS // 20):
        if held:
            break
        page.wait_for_timeout(20)
    return held[0]


def previewed(page: Page) -> Page:
    """A holder's page with the preview open."""
    page.click("#show")
    page.wait_for_selector("#preview[open]")
    return page


@pytest.mark.parametrize(
    ("matter", "path"), [("glance", "presentations"), (REGISTRATION, "presentations/preview")]
)
def test_what_goes_wrong_at_show_is_told_and_stays(people: People, matter: str, path: str) -> None:
    """The hub refuses: its words stand on the page, and the button can be pressed again, which clears them."""
    page = choose(people.visit("zh", PHONE), "营业执照", matter=matter)
    reroute(page, f"**/api/v1/me/{path}", failing)
    page.click("#show")
    page.wait_for_timeout(MOMENT_MS)
    told = page.inner_text("#said")
    page.unroute(f"**/api/v1/me/{path}")
    page.click("#show")
    page.wait_for_selector("#shown[open], #preview[open]")

    assert "暂时办不了" in told
    assert "过几秒再试" in told
    assert page.locator("#said").is_hidden()


def test_a_matter_that_could_not_be_had_can_be_tried_again(people: People) -> None:
    """Nothing can be shown meanwhile, and one press asks once more."""
    page = choose(people.visit("zh", PHONE), "营业执照")
    reroute(page, "**/api/v1/me/matters/*", failing)
    before = page.is_enabled("#show")
    page.select_option("#matter", REGISTRATION)
    page.wait_for_selector("#said.bad:not([hidden])")
    meanwhile = (page.is_enabled("#show"), page.is_visible("#matter-again"))
    page.unroute("**/api/v1/me/matters/*")
    page.click("#matter-again", timeout=2000)
    page.wait_for_selector("#proposals [data-certificate]")
    page.wait_for_selector("#show:enabled")

    assert before
    assert (False, True) == meanwhile
    assert page.locator("#said").is_hidden()
    assert page.locator("#matter-again").is_hidden()


@both_languages
def test_a_matter_that_could_not_be_had_breaks_no_rule_of_axe(people: People, axe: Judge, lang: str) -> None:
    """The words and the button are in the page's language, and nothing is wider than the screen."""
    visit = people.visit(lang, PHONE)
    page = choose(visit, matter=FOOD)
    page.uncheck("#proposals [data-requirement=entity] [data-certificate]")
    unticked = axe(page)
    reroute(page, "**/api/v1/me/matters/*", failing)
    page.select_option("#matter", REGISTRATION)
    page.wait_for_selector("#matter-again:not([hidden])")

    assert {"zh": "再试一次", "en": "Try again"}[lang] == page.inner_text("#matter-again")
    assert [] == unticked + axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_condition_is_the_offers_own(people: People) -> None:
    """The list of matters cannot be had: a certificate that is wanted in a case only is not ticked, and says when."""
    counter = counter_for(people.visit(), FOOD)
    visit = people.visit("zh", PHONE)
    visit.context.route("**/api/v1/matters", lambda route: route.abort())
    phone = visit.open("/me")
    offered(phone, request(counter))
    entity, permit = (
        phone.locator(f"#asking-proposals [data-requirement={name}]") for name in ("entity", "former-permit")
    )

    assert entity.locator("[data-certificate]").first.is_checked()
    assert not permit.locator("[data-certificate]").first.is_checked()
    assert "仅在这种情形需要" in permit.inner_text()


@both_languages
def test_a_certificate_that_is_not_ticked_is_not_said_to_be_shown(people: People, lang: str) -> None:
    """The row says that the holder has it, and whether it is ticked, as the ticks stand now."""
    page = choose(people.visit(lang, PHONE), matter=FOOD)
    head = page.locator("#proposals [data-requirement=entity] h3")
    permit = page.locator("#proposals [data-requirement=former-permit] h3").inner_text()
    ticked = head.inner_text()
    page.uncheck("#proposals [data-requirement=entity] [data-certificate]")
    words = {"zh": ("有\n", "有，未勾选"), "en": ("You have:", "You have it, not ticked:")}[lang]

    assert ticked.startswith(words[0])
    assert head.inner_text().startswith(words[1])
    assert permit.startswith(words[1])


def test_a_certificate_that_serves_two_requirements_is_ticked_in_both(people: People) -> None:
    """The second requirement is due and the first is not: the tick of the one is the tick of the other."""

    def doubled(route: Route) -> None:
        told = route.fetch().json()
        [one] = told["requirements"]
        only = {"when": "declared", "text": "有时", "text_en": "sometimes"}
        told["requirements"] = [{**one, "id": "first", "condition": only}, {**one, "id": "second"}]
        route.fulfill(json=told)

    visit = people.visit("zh", PHONE)
    visit.context.route(f"**/api/v1/me/matters/{REGISTRATION}", doubled)
    page = choose(visit, matter=REGISTRATION)

    assert [True, True] == [one.is_checked() for one in page.locator("#proposals [data-certificate]").all()]


@both_languages
def test_the_preview_tells_issuer_and_validity_too(people: People, lang: str) -> None:
    """The counter draws them of every certificate, whatever is withheld: the holder reads it before."""
    page = previewed(choose(people.visit(lang, PHONE), matter=REGISTRATION))
    seen = page.inner_text("#preview-sees")

    for words in {
        "zh": ("发证机关", "鄂州市市场监督管理局（演示）", "有效期", "起"),
        "en": ("Issued by", "Market Regulation", "Validity", "from 20"),
    }[lang]:
        assert words in seen


def test_an_answer_to_one_objection_leaves_the_next_alone(people: People) -> None:
    """Sent, gone back, and another look opened: the dialog stays, with its note, and the first is on the list."""
    page, first = looked(people)
    before = [str(one.get_attribute("data-look")) for one in page.locator("#looks > li").all()]
    look(people)
    second = newest(page, before)
    held = hold(page, "**/dispute")
    page.click(f"{first} [data-deed=dispute]")
    page.click("#disputing-send")
    page.click("#disputing-back")
    page.click(f"{second} [data-deed=dispute]")
    page.fill("#disputing-note", NOTE)
    page.wait_for_timeout(MOMENT_MS)
    taken(page, held).continue_()
    page.wait_for_selector(f"{first} [data-dispute=open]")

    assert page.is_visible("#disputing[open]")
    assert NOTE == page.input_value("#disputing-note")
    assert page.is_enabled("#disputing-send")


def test_an_objection_that_fails_late_is_told_at_the_list(people: People) -> None:
    """Its dialog is closed, another look's is open: the words are not that one's."""
    page, first = looked(people)
    held = hold(page, "**/dispute")
    page.click(f"{first} [data-deed=dispute]")
    page.click("#disputing-send")
    page.click("#disputing-back")
    page.wait_for_timeout(MOMENT_MS)
    page.locator("#looks [data-deed=dispute]").nth(1).click()
    failing(taken(page, held))
    page.wait_for_selector("#looks-lost:not([hidden]):has-text('暂时办不了')", timeout=3000)

    assert page.locator("#disputing-problem").is_hidden()


def test_back_while_a_code_is_made_shows_none(people: People) -> None:
    """The holder thought better of it: the code that comes all the same is not drawn, nor opened later."""
    page = previewed(choose(people.visit("zh", PHONE), matter=REGISTRATION))
    held = hold(page, "**/api/v1/me/presentations")
    page.click("#preview-show")
    page.click("#preview-back")
    previewed(page)
    page.wait_for_timeout(MOMENT_MS)
    taken(page, held).continue_()
    page.wait_for_timeout(MOMENT_MS)

    assert page.is_visible("#preview[open]")
    assert page.locator("#shown").is_hidden()
    assert "" == page.text_content("#code-text")
    page.unroute("**/api/v1/me/presentations")
    page.click("#preview-show")
    page.wait_for_selector("#shown[open] #qr[src]")


def test_a_code_of_a_preview_is_made_once(people: People) -> None:
    """A double press asks once."""
    page = previewed(choose(people.visit("zh", PHONE), matter=REGISTRATION))
    sent = bodies(page, "/me/presentations")
    page.dblclick("#preview-show")
    page.wait_for_selector("#shown[open]")
    page.wait_for_timeout(MOMENT_MS)

    assert 1 == len(sent)


def test_a_request_is_answered_once(people: People) -> None:
    """A double press on consent is one answer, and it is heard."""
    counter = counter_for(people.visit(), REGISTRATION)
    phone = people.visit("zh", PHONE).open("/me")
    offered(phone, request(counter))
    sent = bodies(phone, "/consent")
    phone.locator(".digit", has_text=digits(counter)).click()
    phone.evaluate("() => { for (const n of [1, 2]) document.getElementById('consent').click(); }")
    phone.wait_for_selector("#asking-said.good:not([hidden])")
    phone.wait_for_timeout(MOMENT_MS)

    assert 1 == len(sent)
    assert phone.is_visible("#asking-said.good")


def test_an_answer_to_one_request_is_not_told_in_the_next(people: People) -> None:
    """Refused, closed, and the next counter's request opened: it is still to be answered."""
    first, second = (counter_for(people.visit(), REGISTRATION) for _ in range(2))
    phone = people.visit("zh", PHONE).open("/me")
    offered(phone, request(first))
    held = hold(phone, "**/refusal")
    phone.click("#refuse")
    phone.click("#asking-close")
    offered(phone, request(second))
    taken(phone, held).continue_()
    phone.wait_for_timeout(MOMENT_MS)

    assert phone.is_visible("#asking-answer")
    assert phone.is_enabled("#refuse")
    assert phone.locator("#asking-said").is_hidden()


@pytest.mark.parametrize("late", [lambda route: route.continue_(), failing], ids=["answer", "failure"])
def test_a_late_answer_draws_no_other_matter(people: People, late: Callable[[Route], None]) -> None:
    """Another matter was chosen meanwhile: what comes of the first is neither drawn nor told."""
    page = people.visit("zh", PHONE).open("/me")
    held = hold(page, f"**/api/v1/me/matters/{CONSTRUCTION}")
    page.select_option("#matter", CONSTRUCTION)
    page.wait_for_timeout(MOMENT_MS)
    page.select_option("#matter", REGISTRATION)
    page.wait_for_selector("#proposals [data-requirement=licence]")
    late(taken(page, held))
    page.wait_for_timeout(MOMENT_MS)

    assert ["licence"] == [
        one.get_attribute("data-requirement") for one in page.locator("#proposals [data-requirement]").all()
    ]
    assert page.locator("#said").is_hidden()
    assert page.is_enabled("#show")
