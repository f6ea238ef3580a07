"""Who looked, on the pages: the holder sees each look at once, objects to it, and hears what was found.

The looks are real ones: a phone of 鄂州 shows a licence, a counter of 鄂州 or of 武汉 scans it, and the jobs of the
demo carry verdicts, disputes and findings between the two.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from tests.web.browser.acts import press_enter, reroute, scan, show
from tests.web.browser.conftest import LOCALES, PHONE, Judge, People
from tests.web.browser.test_looks import CONTRAST, FOREIGN

pytestmark = pytest.mark.browser

REGISTRATION = "PLACEHOLDER-901"
WITHIN_MS = 5000
NEW_ROW = """
(known) => [...document.querySelectorAll('#looks > li')]
  .map((row) => row.dataset.look).find((one) => !known.includes(one))
"""
NOTE = "我那天没有去过这个窗口。"
FOUND = {"zh": "异议成立，这次查看没有依据", "en": "the objection is right, there was no ground for the look"}

both_languages = pytest.mark.parametrize("lang", LOCALES)


def known(page: Page) -> list[str]:
    """The looks that stand on a holder's page."""
    return [str(one.get_attribute("data-look")) for one in page.locator("#looks > li").all()]


def newest(page: Page, before: list[str]) -> str:
    """Wait as long as it may take for a look that was not there before; return the selector of its row."""
    found = page.wait_for_function(NEW_ROW, arg=before, timeout=WITHIN_MS).json_value()
    return f"#looks > [data-look='{found}']"


def look(people: People, *, at: str | None = None) -> Page:
    """Have a counter look at the licence, for the registration; return the counter."""
    counter = people.visit().open("/counter", at=at)
    counter.select_option("#matter", REGISTRATION)
    assert "valid" == scan(counter, show(people.visit("zh", PHONE), matter=REGISTRATION))
    return counter


def looked(people: People, lang: str = "zh", *, elsewhere: bool = False) -> tuple[Page, str]:
    """Open the holder's page and have a counter look; return the page, and the row of the look."""
    visit = people.visit(lang, PHONE)
    page = visit.open("/me")
    before = known(page)
    look(people, at=visit.other if elsewhere else None)
    return page, newest(page, before)


def object_to(page: Page, row: str, note: str = NOTE) -> None:
    """As the holder, say that it was not me."""
    page.click(f"{row} [data-deed=dispute]")
    page.fill("#disputing-note", note)
    page.click("#disputing-send")
    page.wait_for_selector(f"{row} [data-dispute=open]")


def disputes(
    people: People, desk: str, row: str, lang: str = "zh", *, elsewhere: bool = False
) -> tuple[Page, str]:
    """Open the disputes of an operator or an agency; return the page, and the row of the dispute about a look."""
    visit = people.visit(lang)
    page = visit.open(desk, at=visit.other if elsewhere else None)
    page.click("#disputes-fold > summary")
    dispute = row.replace("#looks", "#disputes").replace("data-look", "data-dispute")
    page.locator(dispute).wait_for(timeout=12_000)  # a page of the other region may have to ask a second time
    return page, dispute


def settle(page: Page, dispute: str, finding: str = "justified") -> None:
    """Settle a dispute."""
    page.click(f"{dispute} [data-settle]")
    page.check(f"#settling [value={finding}]")
    page.click("#settling-send")
    page.wait_for_selector(f"{dispute}[data-state=settled]")


def open_ones(page: Page) -> int:
    """How many disputes the section says are waiting, without being opened."""
    words = page.inner_text("#disputes-count")
    return int("".join(one for one in words.split("，")[0] if one.isdigit()) or 0)


@both_languages
def test_a_look_at_home_stands_on_the_open_page_within_five_seconds(people: People, lang: str) -> None:
    """Time, office, window, matter, kind, fields and verdict in words; then what the clerk said."""
    visit = people.visit(lang, PHONE)
    page = visit.open("/me")
    before = known(page)
    counter = look(people)
    row = newest(page, before)
    first = page.inner_text(row)
    press_enter(counter)
    said = {"zh": "窗口登记：是本人", "en": "The counter said: it is the person"}[lang]
    page.locator(row, has_text=said).wait_for(timeout=WITHIN_MS)

    assert row.endswith(f"'{known(page)[0]}']")
    for words in {
        "zh": (
            "鄂州市政务服务大厅 1号窗口",
            "办理商事登记，查看了营业执照",
            "名称、",
            "有效",
            "为示例小面馆代办",
        ),
        "en": ("鄂州市政务服务大厅 1号窗口", "Business licence", "Business registration", "Name, ", "Valid"),
    }[lang]:
        assert words in first
    assert "valid" == page.get_attribute(f"{row} [data-verdict]", "data-verdict")
    assert [] == visit.complaints


def test_a_look_in_another_region_stands_there_with_its_verdict(people: People) -> None:
    """武汉 looks, 鄂州 tells: the region is named, and 武汉's verdict and outcome come after it by themselves."""
    visit = people.visit("zh", PHONE)
    page = visit.open("/me")
    before = known(page)
    counter = look(people, at=visit.other)
    row = newest(page, before)
    page.wait_for_selector(f"{row} [data-verdict=valid]")
    counter.click("#not-person")
    page.locator(row, has_text="窗口登记：不是本人").wait_for()

    assert "武汉市 武汉市政务服务大厅 2号窗口" in page.inner_text(row)
    assert [] == visit.complaints


def test_a_result_that_is_not_told_yet_is_said_to_be_so(people: People) -> None:
    """While the other region is silent the look has no verdict: no colour of one, and words that say so."""
    page, row = looked(people)

    def silent(told: dict[str, object]) -> dict[str, object]:
        return {**told, "verdict": None, "code": None, "result": None}

    def answer(route: Route) -> None:
        told = route.fetch().json()
        route.fulfill(json={**told, "items": [silent(one) for one in told["items"]]})

    reroute(page, "**/api/v1/me/looks?*", answer)
    page.locator(row, has_text="结论尚未告知").wait_for(timeout=WITHIN_MS)

    assert 0 == page.locator(f"{row} [data-verdict]").count()
    assert "窗口登记" not in page.inner_text(row)


@pytest.mark.parametrize("desk", ["/ops", "/agency"])
def test_an_objection_reaches_both_desks_and_what_was_found_comes_back(people: People, desk: str) -> None:
    """Operator and agency see the note and the day, either may settle; the open page says what was found."""
    page, row = looked(people)
    page.click(f"{row} [data-deed=dispute]")
    effect = page.inner_text("#disputing-effect")
    page.fill("#disputing-note", f"{NOTE}\n请查一查。")
    page.click("#disputing-send")
    page.wait_for_selector(f"{row} [data-dispute=open]")
    waits = page.inner_text(f"{row} [data-dispute]")
    other, _ = disputes(people, "/agency" if desk == "/ops" else "/ops", row)
    before = open_ones(other)
    place, dispute = disputes(people, desk, row)
    words = place.inner_text(dispute)
    settle(place, dispute)
    page.wait_for_selector(f"{row} [data-dispute=settled]", timeout=WITHIN_MS)
    other.locator(f"{dispute}[data-state=settled]").wait_for()

    due = waits.split("，")[1].split(" 前")[0]
    assert f"{due} 前给您答复" in effect
    assert "本地区的运维人员和发证机关会看到" in effect
    assert f"待处理：{due} 前答复" in words
    assert f"持证人说明：{NOTE} 请查一查。" in words
    assert ("证照 " in words) == (desk == "/agency")
    assert FOUND["zh"] in page.inner_text(f"{row} [data-dispute]")
    assert before - 1 == open_ones(other)
    assert 0 == page.locator(f"{row} button").count()


def test_the_region_that_looked_settles(people: People) -> None:
    """鄂州 says that 武汉 settles; 武汉's operator knows place and matter, no kind and no note, and settles."""
    page, row = looked(people, elsewhere=True)
    page.click(f"{row} [data-deed=dispute]")
    effect = page.inner_text("#disputing-effect")
    page.fill("#disputing-note", NOTE)
    page.click("#disputing-send")
    page.wait_for_selector(f"{row} [data-dispute=open]")
    home, dispute = disputes(people, "/ops", row)
    away, _ = disputes(people, "/ops", row, elsewhere=True)
    at_home, elsewhere = home.inner_text(dispute), away.inner_text(dispute)
    may_settle = home.locator(f"{dispute} [data-settle]").count()
    settle(away, dispute, "not_justified")
    page.wait_for_selector(f"{row} [data-dispute=settled]", timeout=WITHIN_MS)

    assert "通知武汉市，但不转去您写的说明" in effect
    assert 0 == may_settle
    assert "由武汉市处理" in at_home
    assert NOTE in at_home
    assert NOTE not in away.content()
    assert "营业执照" not in elsewhere
    assert "持证人写的说明留在鄂州市" in elsewhere
    assert "武汉市政务服务大厅 2号窗口" in elsewhere
    assert "异议不成立，这次查看有依据" in page.inner_text(f"{row} [data-dispute]")


def test_what_is_late_is_marked(people: People) -> None:
    """A dispute whose day has passed says so on its row and in the count, with a shape and not by colour alone."""
    page, row = looked(people)
    object_to(page, row)
    desk = people.visit().open("/ops")

    def answer(route: Route) -> None:
        told = route.fetch().json()
        late = [{**one, "is_overdue": one["state"] == "open"} for one in told["items"]]
        route.fulfill(json={**told, "items": late, "overdue": told["waiting"]})

    reroute(desk, "**/api/v1/disputes?*", answer)
    desk.click("#again")
    desk.locator("#disputes-count", has_text="逾期").wait_for()
    desk.click("#disputes-fold > summary")
    dispute = row.replace("#looks", "#disputes").replace("data-look", "data-dispute")

    assert "已逾期：应在" in desk.inner_text(dispute)
    assert 1 == desk.locator(f"{dispute} .verdict-icon.invalid").count()


def test_disputes_that_do_not_stand_there_are_counted_and_come_when_they_are_asked_for(
    people: People,
) -> None:
    """One stands on the page: the count says how many wait, 更多 puts the next below and goes to it, and both stay."""
    page, row = looked(people)
    object_to(page, row)
    before = known(page)
    look(people)
    object_to(page, newest(page, before))
    desk = people.visit().open("/counter")
    reroute(
        desk,
        "**/api/v1/disputes?*",
        lambda route: route.continue_(url=route.request.url.replace("limit=50", "limit=1")),
    )
    desk.goto(desk.url.replace("/counter", "/ops"))
    desk.wait_for_selector("html[data-ready=true]")
    desk.click("#disputes-fold > summary")
    desk.wait_for_selector("#disputes-more:not([hidden])")
    first = desk.locator("#disputes > li").count()
    waiting = open_ones(desk)
    desk.click("#disputes-more")
    desk.wait_for_selector("#disputes > li:nth-child(2)")
    desk.wait_for_function("document.activeElement.matches('#disputes > li:nth-child(2)')")
    desk.click("#again")
    desk.wait_for_timeout(500)

    assert 1 == first
    assert 2 <= waiting == open_ones(desk)
    assert 2 <= desk.locator("#disputes > li").count()


def test_everything_can_be_done_by_keyboard(people: People) -> None:
    """Object, and settle: Tab, Enter, arrows and space; the focus is never lost, and Escape sends nothing."""
    page, row = looked(people)
    page.focus(f"{row} [data-deed=dispute]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#disputing[open]")
    page.keyboard.press("Escape")
    back = page.evaluate("document.activeElement.dataset.deed")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("not me")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{row} [data-dispute=open]")
    look_id = page.evaluate("document.activeElement.dataset.look")
    desk = people.visit().open("/ops")
    desk.focus("#disputes-fold > summary")
    desk.keyboard.press("Enter")
    dispute = f"#disputes > [data-dispute='{look_id}']"
    desk.focus(f"{dispute} [data-settle]")
    desk.keyboard.press("Enter")
    for key in ("Tab", "Space", "ArrowDown", "ArrowDown", "Tab"):
        desk.keyboard.press(key)
    desk.keyboard.type("done")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    desk.wait_for_selector(f"{dispute}[data-state=settled]")

    assert "dispute" == back
    assert row.endswith(f"'{look_id}']")
    assert "记录有误，已更正" in desk.inner_text(dispute)
    assert look_id == desk.evaluate("document.activeElement.dataset.dispute")


def test_nothing_that_is_typed_is_lost(people: People) -> None:
    """A look comes while somebody types, and then the network goes: the words stay, an error says what to do next."""
    page, row = looked(people)
    page.click(f"{row} [data-deed=dispute]")
    page.focus("#disputing-note")
    page.keyboard.type("I was at ")
    before = known(page)
    look(people)
    newest(page, before)
    page.keyboard.type("home")
    reroute(page, "**/dispute", lambda route: route.abort())
    page.click("#disputing-send")
    page.wait_for_selector("#disputing-problem:not([hidden])")
    problem, kept = page.inner_text("#disputing-problem"), page.input_value("#disputing-note")
    page.unroute("**/dispute")
    page.click("#disputing-send")
    page.wait_for_selector(f"{row} [data-dispute=open]")
    desk, dispute = disputes(people, "/ops", row)

    assert "没有连上服务器" in problem
    assert "再试" in problem
    assert "I was at home" == kept
    assert "I was at home" in desk.inner_text(dispute)


def test_a_note_goes_with_no_other_look(people: People) -> None:
    """What was typed for one look is still there when that one is opened again, and gone for another."""
    page, first = looked(people)
    before = known(page)
    look(people)
    second = newest(page, before)
    page.click(f"{first} [data-deed=dispute]")
    page.fill("#disputing-note", NOTE)
    page.click("#disputing-back")
    page.click(f"{first} [data-deed=dispute]")
    again = page.input_value("#disputing-note")
    page.click("#disputing-back")
    page.click(f"{second} [data-deed=dispute]")

    assert NOTE == again
    assert "" == page.input_value("#disputing-note")


def test_a_dispute_that_somebody_else_settled_says_so(people: People) -> None:
    """Two desks have the same dispute open: the second is told that it is settled, and its words stay."""
    page, row = looked(people)
    object_to(page, row)
    second, dispute = disputes(people, "/agency", row)
    second.click(f"{dispute} [data-settle]")
    second.fill("#settling-note", "查过了")
    second.click("#settling-send")
    without = second.inner_text("#settling-problem")
    first, _ = disputes(people, "/ops", row)
    settle(first, dispute)
    second.check("#settling [value=unclear]")
    second.click("#settling-send")
    second.locator("#settling-problem", has_text="这项异议已经处理").wait_for()
    kept = second.input_value("#settling-note")
    second.click("#settling-back")
    second.wait_for_selector(f"{dispute}[data-state=settled]")

    assert "请先选查到了什么" in without
    assert "查过了" == kept
    assert FOUND["zh"] in second.inner_text(dispute)


def test_what_is_read_stays_where_it_is(people: People) -> None:
    """A look comes above the row that somebody reads: the row does not move, and its button keeps the focus."""
    page, row = looked(people)
    page.set_viewport_size({"width": 390, "height": 300})
    page.focus(f"{row} [data-deed=dispute]")
    page.evaluate("(row) => scrollBy(0, document.querySelector(row).getBoundingClientRect().top + 20)", row)
    page.wait_for_timeout(200)
    top = "(row) => Math.round(document.querySelector(row).getBoundingClientRect().top)"
    before, was = known(page), page.evaluate(top, row)
    counter = people.visit().open("/counter")
    counter.select_option("#matter", REGISTRATION)
    scan(counter, show(people.visit("zh", PHONE), matter=REGISTRATION))
    newest(page, before)
    page.wait_for_timeout(300)

    assert -20 == was
    assert was == page.evaluate(top, row)
    assert page.evaluate(
        "(row) => document.activeElement === document.querySelector(`${row} [data-deed=dispute]`)", row
    )


def test_a_page_that_nobody_sees_asks_nothing(people: People) -> None:
    """Hidden, it is silent; shown again, it asks at once."""
    page = people.visit("zh", PHONE).open("/me")
    asked: list[str] = []
    hide = """(is) => { Object.defineProperty(document, 'hidden', { value: is, configurable: true });
      document.dispatchEvent(new Event('visibilitychange')); }"""
    page.evaluate(hide, True)
    page.wait_for_timeout(500)
    page.on("request", lambda one: asked.append(one.url) if "/me/looks" in one.url else None)
    page.wait_for_timeout(6000)
    silent = list(asked)
    with page.expect_request("**/api/v1/me/looks?*", timeout=1000):
        page.evaluate(hide, False)

    assert [] == silent


def test_without_a_network_the_list_stays_and_says_so(people: People) -> None:
    """The looks that are known stay; the line goes away by itself when the hub answers again."""
    page, row = looked(people)
    reroute(page, "**/api/v1/me/looks?*", lambda route: route.abort())
    page.wait_for_selector("#looks-said:not([hidden])", timeout=WITHIN_MS)
    said, count = page.inner_text("#looks-said"), len(known(page))
    page.unroute("**/api/v1/me/looks?*")
    page.wait_for_selector("#looks-said", state="hidden", timeout=WITHIN_MS)

    assert "使用记录暂时没有更新" in said
    assert "再试" in said
    assert count
    assert page.is_visible(row)


def test_older_looks_come_when_they_are_asked_for(people: People) -> None:
    """更多 puts the next below and goes to it; what was fetched stays when the newest are read anew."""
    look(people)
    look(people)
    page = people.visit("zh", PHONE).open("/counter")
    reroute(
        page,
        "**/api/v1/me/looks?*",
        lambda route: route.continue_(url=route.request.url.replace("limit=20", "limit=1")),
    )
    page.goto(page.url.replace("/counter", "/me"))
    page.wait_for_selector("html[data-ready=true]")
    first = known(page)
    page.click("#looks-more")
    page.wait_for_selector("#looks > li:nth-child(2)")
    focused = page.evaluate("document.activeElement.dataset.look")
    both = known(page)
    with page.expect_response("**/api/v1/me/looks?limit=1"):
        pass
    page.wait_for_timeout(200)

    assert 1 == len(first)
    assert [*first, focused] == both == known(page)


def _mine(people: People, lang: str) -> Page:
    return looked(people, lang)[0]


def _mine_elsewhere(people: People, lang: str) -> Page:
    page, row = looked(people, lang, elsewhere=True)
    page.wait_for_selector(f"{row} [data-verdict]")
    return page


def _mine_large(people: People, lang: str) -> Page:
    page, row = looked(people, lang)
    object_to(page, row)
    page.click("#large")
    return page


def _objecting(people: People, lang: str) -> Page:
    page, row = looked(people, lang, elsewhere=True)
    page.click(f"{row} [data-deed=dispute]")
    return page


def _mine_settled(people: People, lang: str) -> Page:
    page, row = looked(people, lang)
    object_to(page, row)
    settle(*disputes(people, "/ops", row))
    page.wait_for_selector(f"{row} [data-dispute=settled]")
    return page


def _desk(desk: str, people: People, lang: str) -> Page:
    page, row = looked(people)
    object_to(page, row)
    return disputes(people, desk, row, lang)[0]


def _operator(people: People, lang: str) -> Page:
    return _desk("/ops", people, lang)


def _agency(people: People, lang: str) -> Page:
    return _desk("/agency", people, lang)


def _settling(people: People, lang: str) -> Page:
    page = _desk("/ops", people, lang)
    page.click("#disputes [data-settle]")
    page.click("#settling-send")
    return page


@both_languages
@pytest.mark.parametrize(
    "state",
    [_mine, _mine_elsewhere, _mine_large, _objecting, _mine_settled, _operator, _agency, _settling],
    ids=lambda state: state.__name__.strip("_"),
)
def test_each_new_state_breaks_no_rule_of_axe(
    people: People, axe: Judge, state: Callable[[People, str], Page], lang: str
) -> None:
    """No violation, every text readable, Chinese said to be so, nothing wider than a narrow screen, no word said."""
    page = state(people, lang)

    assert [] == axe(page)
    assert [] == page.evaluate(CONTRAST)
    assert lang == "zh" or [] == page.evaluate(FOREIGN)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [] == [words for visit in people.visits for words in visit.complaints]
