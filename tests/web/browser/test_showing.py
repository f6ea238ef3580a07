"""The holder's white page: a code lives until the server's `expires_at`, and not a second longer on the screen."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from tests.web.browser.acts import reroute
from tests.web.browser.conftest import PHONE, People, Visit

pytestmark = pytest.mark.browser

LIFE_SECONDS = 60
OVER = {
    "zh": "码已过期。手机没有连上服务器：请接通网络",
    "en": "The code is over. The phone has no connection: connect it",
}
ALONE = {"zh": "暂时换不了新码", "en": "no new code can come yet"}
GOOD = {"zh": "秒内有效", "en": "Good for"}
HIDE = """
(hidden) => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}
"""


@dataclass
class Phone:
    """A holder's phone with the licence on the screen."""

    visit: Visit
    page: Page

    @property
    def code(self) -> str:
        """What the page prints as the code; empty when it is covered."""
        return self.page.inner_text("#code-text")

    @property
    def is_covered(self) -> bool:
        """Neither picture nor text of a code is on the page, and the cover is."""
        bare = self.page.get_attribute("#qr", "src") is None and not self.page.text_content("#code-text")
        return bare and self.page.is_visible("#qr-veil")

    @property
    def ring(self) -> float:
        """How much of the ring is left, in hundredths."""
        return float(str(self.page.get_attribute("#ring-left", "stroke-dasharray")).split()[0])

    @property
    def seconds_left(self) -> int:
        """The number in the words under the code."""
        return int("".join(one for one in self.page.inner_text("#ring-words") if one.isdigit()))

    def wait_for_another_code_than(self, old: str) -> None:
        """Wait until a code stands there, and a new one."""
        self.page.wait_for_function(
            "(old) => { const now = document.getElementById('code-text').textContent; return now && now !== old; }",
            arg=old,
        )


def shows(people: People, lang: str = "zh", mode: str = "ticket", wall: str = "") -> Phone:
    """Return a phone that shows; `wall` sets its wall clock wrong, as an expression of the right one in ms."""
    visit = people.visit(lang, PHONE)
    if wall:
        visit.context.add_init_script(
            f"{{ const right = Date.now; Date.now = () => {{ const now = right(); return {wall}; }}; }}"
        )
    page = visit.open("/me", clock=True)
    page.select_option("#matter", "glance")
    page.locator(".held-card", has_text={"zh": "营业执照", "en": "licence"}[lang]).first.locator(
        "input"
    ).check()
    page.locator(f"input[value={mode}]").check()
    page.click("#show")
    page.wait_for_selector("#shown[open]")
    return Phone(visit, page)


@pytest.mark.parametrize("mode", ["ticket", "sealed"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_a_network_a_code_is_gone_when_its_minute_is(people: People, lang: str, mode: str) -> None:
    """The network goes; 95 s later neither picture nor text nor ring is left, and the page says what to do."""
    phone = shows(people, lang, mode)
    phone.visit.context.set_offline(True)
    phone.page.clock.run_for(30_000)
    living = phone.code
    phone.page.wait_for_function(
        "(said) => document.getElementById('ring-words').textContent.includes(said)", arg=ALONE[lang]
    )
    phone.page.clock.run_for(65_000)

    assert living
    assert phone.is_covered
    assert OVER[lang] in phone.page.inner_text("#qr-veil")
    assert GOOD[lang] not in phone.page.inner_text("#shown")
    assert 0 == phone.ring


def test_two_presses_make_one_code(people: People) -> None:
    """A double press asks once, and leaves nothing running when the page is put away."""
    visit = people.visit("zh", PHONE)
    page = visit.open("/me")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if one.method == "POST" else None)
    page.select_option("#matter", "glance")
    page.locator(".held-card").first.locator("input").check()
    page.dblclick("#show")
    page.wait_for_selector("#shown[open]")
    page.wait_for_timeout(300)

    assert 1 == len(asked)


def test_the_last_second_is_not_shown(people: People) -> None:
    """A code is there before its minute is over, and is not there when it is over."""
    phone = shows(people)
    phone.visit.context.set_offline(True)
    phone.page.clock.run_for((LIFE_SECONDS - 8) * 1000)
    before = phone.code
    phone.page.clock.run_for(8_000)

    assert before
    assert phone.is_covered


@pytest.mark.parametrize("wall", ["now + 3600e3", "now - 86400e3", "0"], ids=["fast", "slow", "stands still"])
def test_a_phone_whose_clock_is_wrong_shows_as_long_as_any_other(people: People, wall: str) -> None:
    """An hour fast, a day slow, or standing still: life is counted by the server's time."""
    phone = shows(people, wall=wall)
    phone.visit.context.set_offline(True)
    at_first = phone.seconds_left
    phone.page.clock.run_for(45_000)
    later = phone.code
    phone.page.clock.run_for(15_000)

    assert LIFE_SECONDS - 5 <= at_first <= LIFE_SECONDS
    assert later
    assert phone.is_covered


def test_a_code_that_slept_is_not_shown_on_waking(people: People) -> None:
    """A phone that was put away covers the code at once; taken out after 95 s without a network it stays covered."""
    phone = shows(people)
    phone.visit.context.set_offline(True)
    phone.page.evaluate(HIDE, True)
    away = phone.is_covered
    phone.page.clock.fast_forward(95_000)
    phone.page.evaluate(HIDE, False)

    assert away
    assert phone.is_covered


def test_sleep_that_stops_the_steady_clock_counts(people: People) -> None:
    """Some machines stop `performance.now()` while they sleep: the wall clock tells how long that was."""
    phone = shows(people)
    phone.visit.context.set_offline(True)
    phone.page.evaluate("() => { const right = Date.now; Date.now = () => right() + 95_000; }")
    phone.page.evaluate(HIDE, False)

    assert phone.is_covered


def test_a_phone_that_is_looked_at_again_in_time_shows_its_code(people: People) -> None:
    """Put away for five seconds: the same code is there again."""
    phone = shows(people)
    first = phone.code
    phone.page.evaluate(HIDE, True)
    phone.page.clock.run_for(5_000)
    phone.page.evaluate(HIDE, False)

    assert first == phone.code


def test_the_network_comes_back_and_so_does_a_code(people: People) -> None:
    """After the end, with the network back, a new code comes without a touch."""
    phone = shows(people)
    first = phone.code
    phone.visit.context.set_offline(True)
    phone.page.clock.run_for(95_000)
    phone.visit.context.set_offline(False)
    phone.page.clock.run_for(1_000)
    phone.wait_for_another_code_than(first)

    assert not phone.is_covered


def test_a_refused_renewal_is_told_and_ends_with_the_code(people: People) -> None:
    """The hub refuses a new code: its words are on the page, the old code still ends when it ends."""
    phone = shows(people)
    refusal = '{"title": "暂时办不了", "next_step": "过几秒再试", "code": "UNAVAILABLE"}'
    reroute(
        phone.page,
        "**/api/v1/me/presentations",
        lambda route: route.fulfill(status=503, content_type="application/problem+json", body=refusal),
    )
    phone.page.clock.run_for(46_000)
    phone.page.wait_for_selector("#warning.bad")
    phone.page.clock.run_for(15_000)

    assert phone.is_covered
    assert "没有换成新码" in phone.page.inner_text("#qr-veil")
    assert "过几秒再试" in phone.page.inner_text("#warning")
