"""Every control of every page, pressed in Chromium: a request, a way somewhere, a sheet of paper, or a listed change.

controls.json is the list. A control that is seen and not listed fails, and so does an entry whose control is not
there or does nothing. The chrome that all pages share is tried once, on the operator's page.
"""

import re
from collections.abc import Callable
from fnmatch import fnmatch
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, Locator, Page, Request

from tests.web.browser.acts import press_enter
from tests.web.browser.conftest import PAGES, People
from tests.web.controls import Control, controls

pytestmark = pytest.mark.browser

CHROME = "everywhere"
SEEN = """
() => {
  const inside = document.querySelector('dialog[open]') || document;
  const kinds = 'button, a[href], input, select, textarea, summary, [role=button], [tabindex="0"]';
  return [...inside.querySelectorAll(kinds)].filter((one) => one.checkVisibility() && !one.disabled);
}
"""
UNLISTED = f"""
(selectors) => ({SEEN})().filter((one) => !selectors.some((wanted) => one.matches(wanted)))
  .map((one) => one.outerHTML.slice(0, 100))
"""
PRINTED = "globalThis.print = () => { globalThis.printed = true; }"
PATIENCE_MS = 6000
CHANGING = ("home", "ops", "agency")
"""Pages whose deeds would change the demo for other tests: their requests are seen, and go no further."""


def with_result(page: Page) -> None:
    """A valid certificate on the counter's screen: ANSWERED opens it so."""
    page.wait_for_selector("#result:not([hidden])")


def with_facts(page: Page) -> None:
    """What was checked, unfolded."""
    with_result(page)
    page.click(".facts > summary")


def with_technical(page: Page) -> None:
    """The technical details, unfolded."""
    with_facts(page)
    page.click(".technical > summary")


def reporting(page: Page) -> None:
    """The dialog that reports."""
    with_result(page)
    page.click("#report")


def naming(page: Page) -> None:
    """The dialog that names the window."""
    page.click("#window-change")


def unsent(page: Page) -> None:
    """A result that the hub does not have yet, and can be reached again."""
    with_result(page)
    page.route("**/outcome", lambda route: route.abort())
    press_enter(page)
    page.wait_for_selector("#unsent:not([hidden])")
    page.unroute("**/outcome")


def many_incidents(page: Page) -> None:
    """More reports than the operator's page shows at once."""
    page.route(
        "**/api/v1/incidents*", lambda route: route.fulfill(json={"items": [], "next_cursor": "0" * 32})
    )
    page.click("#again")
    page.wait_for_selector("#incidents-more:not([hidden])")
    page.unroute("**/api/v1/incidents*")


def more_certificates(page: Page) -> None:
    """More certificates than the agency's page shows at once."""
    page.route(
        "**/api/v1/certificate-searches",
        lambda route: route.fulfill(json={"items": [], "next_cursor": "0" * 26}),
    )
    page.reload()
    page.wait_for_selector("#more:not([hidden])")
    page.unroute("**/api/v1/certificate-searches")


def chosen(page: Page) -> None:
    """One certificate chosen on the holder's page."""
    page.locator(".held-card", has_text="营业执照").first.locator("input").check()


NOBODYS = "LN-演示-0008"
"""The licence of the story was once left suspended here, and whatever was tested next was refused."""


def shown(page: Page) -> None:
    """A code on the holder's page."""
    chosen(page)
    page.click("#show")
    page.wait_for_selector("#shown[open]")


def issuing(page: Page) -> None:
    """The form that issues."""
    page.click("#new")
    page.wait_for_selector("#fields input")


def changing(page: Page) -> None:
    """The dialog that changes a certificate's state: of one that no story and no card shows."""
    row = page.locator(".certificate", has_text=NOBODYS)
    row.locator("[data-event=reinstate], [data-event=suspend]").click()
    page.wait_for_selector("#change[open]")


def resetting(page: Page) -> None:
    """The dialog that asks before it puts the demo back."""
    page.click("#reset")


STATES: dict[str, Callable[[Page], None]] = {
    "start": lambda page: None,
    "result": with_result,
    "facts": with_facts,
    "technical": with_technical,
    "reporting": reporting,
    "window": naming,
    "unsent": unsent,
    "many": many_incidents,
    "more": more_certificates,
    "chosen": chosen,
    "shown": shown,
    "issuing": issuing,
    "change": changing,
    "resetting": resetting,
}
ANSWERED = (with_result, with_facts, with_technical, reporting, unsent)
"""States that begin with a verdict."""


def opened(people: People, page: str, state: str) -> Page:
    """Open a page and bring it into a state."""
    query = "?card=valid" if STATES[state] in ANSWERED else ""
    found = people.seat().open(PAGES["ops" if page == CHROME else page] + query)
    found.evaluate(PRINTED)
    STATES[state](found)
    found.evaluate(PRINTED)
    return found


def first(page: Page, control: str) -> Locator:
    """The first control of a selector that is visible and can be used."""
    return page.locator(control).locator("visible=true").first


def act(page: Page, one: Control) -> Any:
    """Use a control as a person does: choose, tick, type or press; return what was typed."""
    where = first(page, one.control)
    tag, kind = where.evaluate("(e) => [e.tagName, e.type || '']")
    if tag == "SELECT":
        value = where.locator("option").last.get_attribute("value")
        where.select_option(value)
        return value
    if tag in {"INPUT", "TEXTAREA"} and kind not in {"radio", "checkbox"}:
        where.focus()
        value = "2026-01-05" if kind == "date" else "试 7731"
        where.fill(value)
        return value
    if where.evaluate("(e) => e.matches('[tabindex=\"0\"]:not(summary), .skip')"):
        where.focus()
        if one.control == "a.skip":
            page.keyboard.press("Enter")
        return None
    where.click()
    return None


def is_request(request: Request, what: str) -> bool:
    """Whether a request is `METHOD /path` with * for anything."""
    parts = urlsplit(request.url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return fnmatch(f"{request.method} {path}", what)


def effect(page: Page, one: Control, patience: int = PATIENCE_MS) -> str:
    """Use a control and wait for its effect; return what is wrong with it, or nothing."""
    for where, value in one.first.items():
        page.fill(where, value)
    if one.page in CHANGING:
        page.route(
            re.compile("/api/v1/|/demo/reset"),
            lambda route: route.continue_() if route.request.method == "GET" else route.abort(),
        )
    try:
        if one.does == "asks":
            with page.expect_request(lambda asked: is_request(asked, one.what), timeout=patience):
                act(page, one)
        elif one.does == "carries":
            typed = act(page, one)
            with page.expect_request(lambda asked: is_request(asked, one.what), timeout=patience) as asked:
                page.click(one.press)
            if typed not in asked.value.post_data_json.values():
                return "what was typed is not sent"
        elif one.does == "goes":
            before, address = page.url, first(page, one.control).evaluate("(e) => e.href")
            act(page, one)
            page.wait_for_url(address, timeout=patience)
            parts = urlsplit(page.url)
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            if page.url == before or not fnmatch(path, one.to):
                return f"leads to {page.url}"
        elif one.does == "prints":
            act(page, one)
            page.wait_for_function("globalThis.printed === true", timeout=patience)
        else:
            was = page.locator(one.shows).locator("visible=true").count() if one.control != one.shows else 0
            act(page, one)
            state = "hidden" if ":not([open])" in one.shows or one.shows.endswith("[hidden]") else "visible"
            wanted = "attached" if state == "hidden" else "visible"
            page.locator(one.shows).first.wait_for(state=wanted, timeout=patience)
            if was and state == "visible" and "checked" not in one.shows:
                return f"{one.shows} was there before"
    except Error as missing:
        return str(missing).splitlines()[0]
    return ""


@pytest.mark.parametrize("one", controls(), ids=str)
def test_a_control_does_what_is_listed(people: People, one: Control) -> None:
    """It is there, it can be used, and its effect comes."""
    page = opened(people, one.page, one.state)
    if one.does == "here" and one.shows.endswith(":focus"):
        page.evaluate("document.activeElement.blur()")

    assert first(page, one.control).count() == 1
    assert "" == effect(page, one)


@pytest.mark.parametrize(
    ("page", "state"),
    sorted({(one.page, one.state) for one in controls() if one.page != CHROME} | {("home", "start")}),
)
def test_every_control_that_is_seen_is_listed(people: People, page: str, state: str) -> None:
    """Whatever can be pressed, chosen or typed in stands in the list of its page."""
    found = opened(people, page, state)
    listed = [one.control for one in controls() if one.page in {page, CHROME}]

    assert [] == found.evaluate(UNLISTED, listed)


def test_a_button_without_an_effect_is_found(people: People) -> None:
    """A planted button is reported as not listed, and once listed as doing nothing, whatever it is said to do."""
    page = opened(people, "counter", "start")
    page.evaluate(
        "document.getElementById('zone').insertAdjacentHTML('afterend', '<button id=planted>X</button>')"
    )
    listed = [one.control for one in controls() if one.page in {"counter", CHROME}]
    asks = Control("counter", "#planted", "asks", what="POST /api/v1/*")
    here = Control("counter", "#planted", "here", shows="#said:not([hidden])", why="planted")

    assert ['<button id="planted">X</button>'] == page.evaluate(UNLISTED, listed)
    assert "Timeout" in effect(page, asks, patience=1000)
    assert "Timeout" in effect(page, here, patience=1000)
