"""Every control of every page, pressed in Chromium: a request, a way somewhere, a sheet of paper, or a listed change.

controls.json is the list. A control that is seen and not listed fails, and so does an entry whose control is not
there or does nothing. The chrome that all pages share is tried once, on the operator's page.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from fnmatch import fnmatch
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, Locator, Page, Request

from tests.web.browser.acts import offered, press_enter, request, reroute, scan
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
    reroute(page, "**/outcome", lambda route: route.abort())
    press_enter(page)
    page.wait_for_selector("#unsent:not([hidden])")
    page.unroute("**/outcome")


def many_incidents(page: Page) -> None:
    """More reports than the operator's page shows at once."""
    reroute(
        page, "**/api/v1/incidents*", lambda route: route.fulfill(json={"items": [], "next_cursor": "0" * 32})
    )
    page.click("#again")
    page.wait_for_selector("#incidents-more:not([hidden])")
    page.unroute("**/api/v1/incidents*")


def more_certificates(page: Page) -> None:
    """More certificates than the agency's page shows at once."""
    reroute(
        page,
        "**/api/v1/certificate-searches",
        lambda route: route.fulfill(json={"items": [], "next_cursor": "0" * 26}),
    )
    page.reload()
    page.wait_for_selector("#more:not([hidden])")
    page.unroute("**/api/v1/certificate-searches")


def glance(page: Page) -> None:
    """The holder's page, to be looked at only."""
    page.select_option("#matter", "glance")


def chosen(page: Page) -> None:
    """One certificate chosen on the holder's page."""
    glance(page)
    page.locator(".held-card", has_text="营业执照").first.locator("input").check()


def for_a_matter(page: Page) -> None:
    """The holder's page with what a matter needs."""
    page.select_option("#matter", "PLACEHOLDER-901")
    page.wait_for_selector("#proposals [data-certificate]")


def previewed(page: Page) -> None:
    """What the counter will see, before a code appears."""
    for_a_matter(page)
    page.click("#show")
    page.wait_for_selector("#preview[open]")


def asked_for(page: Page) -> None:
    """A matter for which the counter asks."""
    page.select_option("#matter", "PLACEHOLDER-910")
    page.wait_for_selector("#to-asked:not([hidden])")


def unheard(page: Page) -> None:
    """A matter that could not be had, and can now."""
    reroute(page, "**/api/v1/me/matters/*", lambda route: route.fulfill(status=503, json={}))
    page.select_option("#matter", "PLACEHOLDER-901")
    page.wait_for_selector("#matter-again:not([hidden])")
    page.unroute("**/api/v1/me/matters/*")


def typed(page: Page) -> None:
    """A code of no request in its field."""
    page.fill("#asked-code", "EC4CTTW8XWE7KA3AYKKB")


def counters_code(page: Page) -> str:
    """The code of a request that a counter opens in a window of its own, which stays open behind."""
    counter = page.context.new_page()
    counter.goto(page.url.replace("/me", "/counter"))
    counter.wait_for_selector("html[data-ready=true]")
    code = request(counter)
    page.bring_to_front()
    return code


def was_offered(page: Page) -> None:
    """A counter's request on the holder's page."""
    offered(page, counters_code(page))


def picked(page: Page) -> None:
    """The same, with a pair of digits picked."""
    was_offered(page)
    page.locator(".digit").first.click()


def holders_code(page: Page, matter: str = "glance") -> str:
    """A code that the holder shows in a window of their own: a permit for its matter, or a licence to look at."""
    holder = page.context.new_page()
    holder.goto(page.url.replace("/counter", "/me"))
    holder.wait_for_selector("html[data-ready=true]")
    if matter == "glance":
        chosen(holder)
        holder.click("#show")
    else:
        holder.select_option("#matter", matter)
        holder.locator("#proposals .proposal", has_text="食品经营许可证").locator(
            "[data-certificate]"
        ).check()
        holder.click("#show")
        holder.click("#preview-show")
    holder.wait_for_selector("#shown[open] #qr[src]")
    code = holder.inner_text("#code-text").replace(" ", "").replace("\n", "")
    holder.close()
    page.bring_to_front()
    return code


def covered(page: Page) -> None:
    """A result with a value that is covered."""
    page.select_option("#matter", "PLACEHOLDER-902")
    scan(page, holders_code(page, "PLACEHOLDER-902"))


def refused(page: Page) -> None:
    """A matter that takes a request, answered so to a ticket."""
    page.select_option("#matter", "PLACEHOLDER-910")
    scan(page, holders_code(page))


def conditions(page: Page) -> None:
    """A matter with a requirement that somebody may declare not applicable."""
    page.select_option("#matter", "PLACEHOLDER-902")
    page.wait_for_selector("[data-away]")


def compares(page: Page) -> None:
    """A matter that compares a value."""
    page.select_option("#matter", "PLACEHOLDER-911")
    page.wait_for_selector("#declared")


def with_case(page: Page) -> None:
    """A result that belongs to a case."""
    page.fill("#case", "案-2026-7731")
    scan(page, holders_code(page))


def open_case(page: Page) -> None:
    """A case that still needs something, unfolded."""
    page.select_option("#matter", "PLACEHOLDER-902")
    page.fill("#case", "案-2026-7732")
    scan(page, holders_code(page))
    page.click("#case-file > summary")
    page.wait_for_selector("#case-ask:not([hidden])")


def requested(page: Page) -> None:
    """A request that waits."""
    request(page)


def voided(page: Page) -> None:
    """A request that the holder refused."""
    code = request(page)
    holder = page.context.new_page()
    holder.goto(page.url.replace("/counter", "/me"))
    holder.wait_for_selector("html[data-ready=true]")
    offered(holder, code)
    holder.click("#refuse")
    holder.close()
    page.bring_to_front()
    page.wait_for_selector("#request-again:not([hidden])")


def identity(page: Page) -> None:
    """A request of a matter that takes an identity check."""
    page.select_option("#matter", "PLACEHOLDER-904")
    request(page)
    page.wait_for_selector("#identity:not([hidden])")


def in_person(page: Page) -> None:
    """A matter that takes an identity check, before its request is opened."""
    page.select_option("#matter", "PLACEHOLDER-904")
    page.wait_for_selector("#before:not([hidden])")


def read_before(page: Page) -> None:
    """The same, with a card that is read."""
    in_person(page)
    page.check("#before [value=id_card_reader]")


def was_looked_at(page: Page) -> None:
    """A look to which nobody objected yet, on the holder's page."""
    counter = page.context.new_page()
    counter.goto(page.url.replace("/me", "/counter"))
    counter.wait_for_selector("html[data-ready=true]")
    scan(counter, holders_code(counter))
    counter.close()
    page.bring_to_front()
    page.wait_for_selector("#looks > li:first-child [data-deed=dispute]")


def disputing(page: Page) -> None:
    """The dialog that objects."""
    was_looked_at(page)
    page.locator("#looks [data-deed=dispute]").first.click()


def many_looks(page: Page) -> None:
    """More looks than the holder's page shows at once."""
    was_looked_at(page)
    reroute(
        page,
        "**/api/v1/me/looks?limit=20",
        lambda route: route.fulfill(json={"items": [], "next_cursor": "0" * 32}),
    )
    page.reload()
    page.wait_for_selector("#looks-more:not([hidden])")


def disputed(page: Page) -> None:
    """A dispute that waits, on a desk of those who settle it: the disputes unfolded."""
    desk = urlsplit(page.url).path
    holder = page.context.new_page()
    holder.goto(page.url.replace(desk, "/me"))
    holder.wait_for_selector("html[data-ready=true]")
    disputing(holder)
    holder.click("#disputing-send")
    holder.wait_for_selector("#disputing:not([open])", state="hidden")
    holder.close()
    page.bring_to_front()
    page.reload()
    page.wait_for_selector("html[data-ready=true]")
    page.click("#disputes-fold > summary")
    page.wait_for_selector("#disputes [data-settle]")


def many_disputes(page: Page) -> None:
    """More disputes than a desk shows at once."""
    more = {"items": [], "next_cursor": "open.0.420700." + "0" * 26, "waiting": 51, "overdue": 0}
    reroute(page, "**/api/v1/disputes?limit=50", lambda route: route.fulfill(json=more))
    page.reload()
    page.click("#disputes-fold > summary")
    page.wait_for_selector("#disputes-more:not([hidden])")


def settling(page: Page) -> None:
    """The dialog that settles."""
    disputed(page)
    page.locator("#disputes [data-settle]").first.click()


def found(page: Page) -> None:
    """The same, with what was found."""
    settling(page)
    page.check("#settling [value=unclear]")


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
    "glance": glance,
    "chosen": chosen,
    "matter": for_a_matter,
    "previewed": previewed,
    "asked-for": asked_for,
    "unheard": unheard,
    "typed": typed,
    "offered": was_offered,
    "picked": picked,
    "covered": covered,
    "refused": refused,
    "conditions": conditions,
    "compares": compares,
    "case": with_case,
    "open-case": open_case,
    "requested": requested,
    "voided": voided,
    "identity": identity,
    "in-person": in_person,
    "read-before": read_before,
    "looked": was_looked_at,
    "disputing": disputing,
    "many-looks": many_looks,
    "disputed": disputed,
    "many-disputes": many_disputes,
    "settling": settling,
    "found": found,
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
        value = one.write or ("2026-01-05" if kind == "date" else "试 7731")
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


@contextmanager
def asked_by(page: Page, one: Control, patience: int) -> Iterator[Any]:
    """Wait for a control's request; where its deed would change the demo, until it has gone no further, too.

    A route that is taken away with its request still on the way lets it through: one region was once left stopped so.
    """

    def is_its(asked: Request) -> bool:
        return is_request(asked, one.what)

    goes_on = one.page not in CHANGING or one.what.startswith("GET ")
    refused = nullcontext() if goes_on else page.expect_event("requestfailed", is_its, timeout=patience)
    with page.expect_request(is_its, timeout=patience) as asked, refused:
        yield asked


def effect(page: Page, one: Control, patience: int = PATIENCE_MS) -> str:
    """Use a control and wait for its effect; return what is wrong with it, or nothing."""
    for where, value in one.first.items():
        page.fill(where, value)
    if one.page in CHANGING:
        reroute(
            page,
            re.compile("/api/v1/|/demo/reset"),
            lambda route: route.continue_() if route.request.method == "GET" else route.abort(),
        )
    try:
        if one.does == "asks":
            with asked_by(page, one, patience):
                act(page, one)
        elif one.does == "carries":
            typed = act(page, one)
            with asked_by(page, one, patience) as asked:
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


@pytest.mark.sampled
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
