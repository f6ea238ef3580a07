"""What people do on the pages, as sentences."""

from collections.abc import Callable
from re import Pattern
from typing import Any

from playwright.sync_api import Page, Route

from tests.web.browser.conftest import Visit

GUN = "async (code) => { const gun = await import('/assets/js/card-typing.js'); gun.typeLikeAGun(code); }"


GLANCE = "glance"
ALWAYS_THERE = "/readyz"
MOST_TRIES = 100


def reroute(page: Page, path: str | Pattern[str], handler: Callable[[Route], Any]) -> None:
    """Let `handler` answer what an open page asks of a path, from now on.

    An open page may go on past its first route for a moment: a request that was to be held once went through to the
    hub. So it asks for something harmless until that comes by us.
    """
    came: list[Route] = []

    def goes_on(route: Route) -> None:
        came.append(route)
        route.continue_()

    page.route(path, handler)
    page.route("**" + ALWAYS_THERE, goes_on)
    for _ in range(MOST_TRIES):
        page.evaluate("(path) => fetch(path).then(() => null, () => null)", ALWAYS_THERE)
        if came:
            break
    page.unroute("**" + ALWAYS_THERE, goes_on)
    assert came


def choose(visit: Visit, *kinds: str, matter: str = GLANCE, at: str | None = None) -> Page:
    """As the holder, choose what it is for, and certificates by name; return the page."""
    page = visit.open("/me", at=at)
    page.select_option("#matter", matter)
    if matter == GLANCE:
        for kind in kinds:
            page.locator(".held-card", has_text=kind).first.locator("input").check()
        return page
    page.wait_for_selector("#proposals [data-requirement]")
    for kind in kinds:
        page.locator("#proposals .proposal", has_text=kind).first.locator("[data-certificate]").check()
    return page


def show(visit: Visit, *kinds: str, mode: str = "ticket", matter: str = GLANCE, at: str | None = None) -> str:
    """As the holder, choose and show, for a matter after its preview; return the code as the page prints it."""
    page = choose(visit, *kinds, matter=matter, at=at)
    if matter == GLANCE:
        page.locator(f"input[value={mode}]").check()
        page.click("#show")
    else:
        page.click("#show")
        page.click("#preview-show")
    page.wait_for_selector("#shown[open]")
    return page.inner_text("#code-text").replace(" ", "").replace("\n", "")


def request(page: Page) -> str:
    """At a counter, open a request with F8; return its code as the page prints it."""
    page.keyboard.press("F8")
    page.wait_for_selector("#requesting:not([hidden])")
    return page.inner_text("#request-code").replace(" ", "")


def offered(page: Page, code: str) -> None:
    """As the holder, type the code of a counter's request, and see what it asks."""
    page.fill("#asked-code", code)
    page.click("#asked-open")
    page.wait_for_selector("#asking[open]")


def digits(page: Page) -> str:
    """At a counter, wait for the two digits that the holder compares."""
    page.wait_for_selector("#request-digits:not([hidden])")
    return page.inner_text("#request-digits")


def consent(counter: Page, phone: Page) -> None:
    """Open a request at a counter, answer it on a phone with a certificate, and wait for its report."""
    offered(phone, request(counter))
    phone.locator("#asking-proposals [data-certificate]").first.check()
    agree(counter, phone)


def agree(counter: Page, phone: Page) -> None:
    """Pick the counter's digits on the phone, consent to what is ticked, and wait for the counter's report."""
    phone.locator(".digit", has_text=digits(counter)).click()
    phone.click("#consent")
    counter.wait_for_selector("#result:not([hidden])")


def scan(page: Page, code: str) -> str:
    """At a counter, type a code as a gun does; return the verdict's name."""
    before = page.get_attribute("#result", "data-turn") or ""
    page.evaluate("() => document.getElementById('zone').focus()")
    page.evaluate(GUN, code)
    page.wait_for_function(
        "(turn) => (document.getElementById('result').dataset.turn || '') !== turn", arg=before
    )
    page.wait_for_selector("#result:not([hidden])")
    return str(page.get_attribute("#band", "class")).split()[-1]


def press_enter(page: Page) -> None:
    """Press Enter as a person does, who has read the verdict: not in the same instant as the gun."""
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")


def play_card(visit: Visit, name: str) -> str:
    """Click a test card on the first page; return the verdict's name."""
    page = visit.open("/")
    page.click(f"a[href='/counter?card={name}']")
    page.wait_for_selector("#result:not([hidden])")
    return str(page.get_attribute("#band", "class")).split()[-1]
