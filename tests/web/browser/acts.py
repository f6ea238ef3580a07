"""What people do on the pages, as sentences."""

from playwright.sync_api import Page

from tests.web.browser.conftest import Visit

GUN = "async (code) => { const gun = await import('/assets/js/card-typing.js'); gun.typeLikeAGun(code); }"


def show(visit: Visit, *kinds: str, mode: str = "ticket", at: str | None = None) -> str:
    """As the holder, choose certificates by name and show them; return the code as the page prints it."""
    page = visit.open("/me", at=at)
    for kind in kinds:
        page.locator(".held-card", has_text=kind).first.locator("input").check()
    page.locator(f"input[value={mode}]").check()
    page.click("#show")
    page.wait_for_selector("#shown[open]")
    return page.inner_text("#code-text").replace(" ", "").replace("\n", "")


def scan(page: Page, code: str) -> str:
    """At a counter, type a code as a gun does; return the verdict's name."""
    before = page.get_attribute("#result", "data-turn") or ""
    page.locator("#zone").focus()
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
