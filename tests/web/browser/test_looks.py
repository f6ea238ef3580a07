"""Every page in Chromium: it works without a word in the console, on small screens, for keyboards and weak eyes."""

import pytest

from tests.web.browser.conftest import LOCALES, PAGES, PHONE, People

pytestmark = pytest.mark.browser

CONTRAST = """
() => {
  const channel = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const parse = (s) => (s.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (el) => {
    for (let at = el; at; at = at.parentElement) {
      const [r, g, b, a = 1] = parse(getComputedStyle(at).backgroundColor);
      if (a > 0.9) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const weak = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const el = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || /SCRIPT|NOSCRIPT/.test(el.tagName) || !el.checkVisibility()) continue;
    const ink = light(parse(getComputedStyle(el).color)), ground = light(behind(el));
    const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    if (ratio < 4.5) weak.push(`${ratio.toFixed(2)} ${el.className} ${el.textContent.trim().slice(0, 30)}`);
  }
  return weak;
}
"""
NAMELESS = """
() => [...document.querySelectorAll('button, a[href], input, select, textarea, dialog, [role=region]')]
  .filter((el) => el.checkVisibility() && !(
    el.textContent.trim() || el.ariaLabel || el.getAttribute('aria-labelledby') || el.labels?.length))
  .map((el) => el.outerHTML.slice(0, 80))
"""
SMALL_TARGETS = """
(least) => [...document.querySelectorAll('button, select, summary, input:not([type=radio]):not([type=checkbox])')]
  .filter((el) => el.checkVisibility() && el.getBoundingClientRect().height < least)
  .map((el) => el.outerHTML.slice(0, 80))
"""

FOREIGN = """
() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const [text, el] = [walk.currentNode.textContent.trim(), walk.currentNode.parentElement];
    if (!/\\p{Script=Han}/u.test(text) || !el.checkVisibility()) continue;
    if (!/SCRIPT|STYLE|NOSCRIPT/.test(el.tagName) && !el.closest('[lang]').lang.startsWith('zh')) found.push(text);
  }
  return found;
}
"""

every_page = pytest.mark.parametrize("name", PAGES)
both_languages = pytest.mark.parametrize("lang", LOCALES)


@every_page
@both_languages
def test_a_page_loads_without_a_complaint(people: People, name: str, lang: str) -> None:
    """No console error, no exception, no request to another origin; every text is readable and every control named."""
    visit = people.seat(lang)
    page = visit.open(PAGES[name])

    assert [] == visit.complaints
    assert [] == page.evaluate(CONTRAST)
    assert [] == page.evaluate(NAMELESS)


@every_page
@both_languages
def test_a_page_fits_320_pixels(people: People, name: str, lang: str) -> None:
    """Nothing has to be scrolled sideways on the narrowest screen (WCAG 1.4.10)."""
    page = people.seat(lang, {"width": 320, "height": 640}).open(PAGES[name])

    assert 320 == page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize("path", [*PAGES.values(), "/counter?card=revoked", "/counter?card=valid"])
def test_a_chinese_value_on_an_english_page_says_so(people: People, path: str) -> None:
    """Names and values stay Chinese; a screen reader is told, and reads them as Chinese (WCAG 2.2, 3.1.2)."""
    page = people.seat("en").open(path)
    if "card" in path:
        page.wait_for_selector("#result:not([hidden])")

    assert [] == page.evaluate(FOREIGN)


def test_the_interface_description_loads_without_a_complaint(people: People) -> None:
    """/docs is served from here alone, too."""
    visit = people.visit()
    page = visit.watch(visit.context.new_page())
    page.goto(visit.home + "/docs")
    page.wait_for_selector("#swagger-ui .opblock")

    assert [] == visit.complaints


def test_targets_at_the_counter_are_large(people: People) -> None:
    """Every control at the counter is at least 44 pixels high, before and after a verdict."""
    page = people.seat().open("/counter?card=valid")
    page.wait_for_selector("#result:not([hidden])")

    assert [] == page.evaluate(SMALL_TARGETS, 44)


@pytest.mark.parametrize("card", ["valid", "expires-soon", "revoked", "unknown-issuer"])
def test_every_verdict_is_readable_and_a_third_of_the_screen(people: People, card: str) -> None:
    """The band is a third of the screen, its words stand out, it is an alert and has the focus."""
    page = people.seat().open(f"/counter?card={card}")
    page.wait_for_selector("#result:not([hidden])")
    box = page.locator("#band").bounding_box()

    assert box is not None
    assert box["height"] >= 800 / 3
    assert [] == page.evaluate(CONTRAST)
    assert "alert" == page.get_attribute("#band", "role")
    assert "band" == page.evaluate("document.activeElement.id")


def test_large_type_is_large_and_stays(people: People) -> None:
    """大字版 sets 22 pixels and targets of 60, and is still on at the next visit."""
    visit = people.visit("zh", PHONE)
    page = visit.open("/me")
    page.click("#large")
    again = visit.open("/me")

    assert "22px" == again.evaluate("getComputedStyle(document.documentElement).fontSize")
    assert [] == again.evaluate(SMALL_TARGETS, 60)
    assert PHONE["width"] == again.evaluate("document.documentElement.scrollWidth")

    again.set_viewport_size({"width": 320, "height": 640})
    again.select_option("#matter", "glance")
    again.locator(".held-card").first.locator("input").check()
    again.click("#show")
    again.wait_for_selector("#shown[open] #qr[src]")
    assert 0 == again.evaluate("document.getElementById('shown').scrollTop")
    assert 0.7 * 320 <= again.evaluate("document.getElementById('qr').getBoundingClientRect().width")


def test_reduced_motion_stops_what_moves(people: People) -> None:
    """Whoever asked for less motion sees none."""
    page = people.visit().open("/counter")
    moving = "getComputedStyle(document.getElementById('zone')).animationName"
    assert "breathe" == page.evaluate(moving)

    page.emulate_media(reduced_motion="reduce")

    assert "none" == page.evaluate(moving)
