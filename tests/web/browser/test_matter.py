"""A matter, met on the pages: what it lacks at the counter, what the phone proposes, and a request between the two."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.web.browser.acts import (
    agree,
    choose,
    consent,
    digits,
    offered,
    play_card,
    press_enter,
    request,
    reroute,
    scan,
    show,
)
from tests.web.browser.conftest import LOCALES, PHONE, Judge, People, Visit

pytestmark = pytest.mark.browser

REGISTRATION, FOOD, ESTATE = "PLACEHOLDER-901", "PLACEHOLDER-902", "PLACEHOLDER-904"
CONSTRUCTION, INSURANCE = "PLACEHOLDER-910", "PLACEHOLDER-911"
LICENCE = {"zh": "营业执照", "en": "Business licence"}
ZHANG = "420799190001010015"

both_languages = pytest.mark.parametrize("lang", LOCALES)


def counter_for(visit: Visit, matter: str, *, at: str | None = None) -> Page:
    """A counter that works on a matter."""
    page = visit.open("/counter", at=at)
    page.select_option("#matter", matter)
    return page


def standing(page: Page, place: str = "#requirements") -> dict[str, str]:
    """Each requirement on a page with the word for how it stands."""
    rows = page.locator(f"{place} .requirement").all()
    return {
        str(row.get_attribute("data-requirement")): row.locator(".requirement-state").inner_text()
        for row in rows
    }


def bodies(page: Page, end: str) -> list[dict[str, object]]:
    """What the page sends from now on to a path that ends so."""
    sent: list[dict[str, object]] = []
    page.on(
        "request",
        lambda one: (
            sent.append(one.post_data_json) if one.method == "POST" and one.url.endswith(end) else None
        ),
    )
    return sent


def test_the_noodle_shop_shows_its_licence_for_a_matter(people: People) -> None:
    """The preview says what the counter will see; the counter sees that, is green, and nothing is missing."""
    holder, clerk = people.visit("zh", PHONE), people.visit()
    page = choose(holder, matter=REGISTRATION)
    page.click("#show")
    page.wait_for_selector("#preview[open]")
    ahead = page.inner_text("#preview-sees")
    before = page.is_visible("#shown")
    counter = counter_for(clerk, REGISTRATION)
    page.click("#preview-show")
    page.wait_for_selector("#shown[open] #qr[src]")
    code = page.inner_text("#code-text").replace(" ", "").replace("\n", "")

    assert "valid" == scan(counter, code)
    for value in ("示例小面馆", "张演示"):
        assert value in ahead
        assert value in counter.inner_text("#items")
    assert not before
    assert {"licence": "已满足"} == standing(counter)
    assert "材料齐全" == counter.inner_text("#materials-word")
    assert 3 == counter.locator("#items [data-title]").count()
    assert [] == holder.complaints + clerk.complaints


def test_what_is_withheld_is_missing_on_both_screens(people: People) -> None:
    """A field is taken away: the preview and the counter name it, and what would do; the certificate stays genuine."""
    page = choose(people.visit("zh", PHONE), matter=REGISTRATION)
    page.uncheck("[data-field=成立日期]")
    page.click("#show")
    page.wait_for_selector("#preview[open]")
    counter = counter_for(people.visit(), REGISTRATION)
    ahead = page.inner_text("#preview-requirements")
    seen = page.inner_text("#preview-sees")
    page.click("#preview-show")
    page.wait_for_selector("#shown[open] #qr[src]")

    assert "check" == scan(counter, page.inner_text("#code-text").replace(" ", "").replace("\n", ""))
    assert "成立日期" not in seen
    for told in (ahead, counter.inner_text("#requirements")):
        assert "没有出示：成立日期" in told
        assert "可用证照：营业执照" in told
    assert "材料不齐" == counter.inner_text("#materials-word")


def test_another_kind_is_genuine_and_not_needed(people: People) -> None:
    """A food permit, only to be looked at, is no business licence: the counter is amber and says what is missing."""
    counter = counter_for(people.visit(), REGISTRATION)

    assert "check" == scan(counter, show(people.visit("zh", PHONE), "食品经营许可证"))
    assert "本事项不用此证照" in counter.inner_text("#band")
    assert {"licence": "缺"} == standing(counter)


def test_without_a_matter_only_the_face_is_seen(people: People) -> None:
    """A glance at a licence tells its name, its representative and its day, whatever the counter works on."""
    counter = counter_for(people.visit(), FOOD)

    assert "check" == scan(counter, show(people.visit("zh", PHONE), "营业执照"))
    titles = {one.get_attribute("data-title") for one in counter.locator("#items [data-title]").all()}
    assert {"名称", "法定代表人", "成立日期"} == titles
    assert "没有出示：住所、经营范围" in counter.inner_text("#requirements")


@both_languages
def test_a_request_lights_up_until_the_report_is_there(people: People, lang: str) -> None:
    """F8, scan, the two digits, consent: each step comes by itself, and the report is shown as a scan's is."""
    clerk, holder = people.visit(lang), people.visit(lang, PHONE)
    counter = counter_for(clerk, REGISTRATION)
    code = request(counter)
    phone = holder.open("/me")
    steps = [str(counter.locator("#request-steps [aria-current=step]").inner_text())]
    offered(phone, code)
    who = phone.inner_text("#asking-who")
    pair = digits(counter)
    steps.append(counter.locator("#request-steps [aria-current=step]").inner_text())
    phone.locator(".digit", has_text=pair).click()
    phone.click("#consent")
    counter.wait_for_selector("#result:not([hidden])")

    assert code.startswith("EC4")
    assert 20 == len(code)
    assert {"zh": "等待扫码", "en": "Waiting for the scan"}[lang] == steps[0]
    assert pair in steps[1]
    for words in ("鄂州市政务服务大厅", "1号窗口"):
        assert words in who
    assert "band valid" == counter.get_attribute("#band", "class")
    assert {"zh": "材料齐全", "en": "Nothing is missing"}[lang] == counter.inner_text("#materials-word")
    assert counter.is_hidden("#requesting")
    press_enter(counter)
    assert counter.is_hidden("#result")
    assert [] == clerk.complaints + holder.complaints


def test_a_request_is_followed_without_a_stream_too(people: People) -> None:
    """A proxy that swallows the stream: plain asking brings the same steps and the same report."""
    counter = counter_for(people.visit(), REGISTRATION)
    reroute(counter, "**/events", lambda route: route.abort())
    phone = people.visit("zh", PHONE).open("/me")
    offered(phone, request(counter))
    agree(counter, phone)

    assert "材料齐全" == counter.inner_text("#materials-word")


def test_the_report_comes_with_the_stream(people: People) -> None:
    """Nothing is asked for beside it: the report is an event, and the page takes it from there."""
    counter = counter_for(people.visit(), REGISTRATION)
    reroute(counter, re.compile(r".*/api/v1/requests/\w+$"), lambda route: route.abort())
    phone = people.visit("zh", PHONE).open("/me")
    consent(counter, phone)

    assert "材料齐全" == counter.inner_text("#materials-word")


def test_a_card_is_dealt_for_the_matter_that_it_speaks_of(people: People) -> None:
    """A counter that worked on another matter: the card still leads to what stands on its face, nothing missing."""
    visit = people.visit()
    counter_for(visit, CONSTRUCTION)

    assert "valid" == play_card(visit, "valid")
    assert "材料齐全" == visit.pages[-1].inner_text("#materials-word")


def test_a_wrong_pick_voids_the_request(people: People) -> None:
    """Both screens say so, nothing was shown, and another try with the same code is refused."""
    counter = counter_for(people.visit(), REGISTRATION)
    code = request(counter)
    phone = people.visit("zh", PHONE).open("/me")
    offered(phone, code)
    phone.locator(".digit").filter(has_not_text=digits(counter)).first.click()
    phone.click("#consent")
    phone.wait_for_selector("#asking-said:not([hidden])")
    counter.wait_for_selector("#request-again:not([hidden])")
    said = phone.inner_text("#asking-said")
    phone.click("#asking-close")
    phone.fill("#asked-code", code)
    phone.click("#asked-open")
    phone.wait_for_selector("#asked-said:not([hidden])")

    assert "这个请求已作废" in said
    assert "请窗口重新发起请求" in phone.inner_text("#asked-said")
    assert "已作废" in counter.inner_text("#request-steps")
    assert counter.is_hidden("#result")
    assert counter.is_hidden("#request-qr")


def test_a_refused_request_shows_nothing(people: People) -> None:
    """拒绝 needs no digits; the counter says that nothing was shown, and what to do."""
    counter = counter_for(people.visit(), REGISTRATION)
    phone = people.visit("zh", PHONE).open("/me")
    offered(phone, request(counter))
    phone.click("#refuse")
    counter.wait_for_selector("#request-again:not([hidden])")

    assert "没有出示任何证照" in phone.inner_text("#asking-said")
    assert "已拒绝" in counter.inner_text("#request-steps")


def test_consent_and_refusal_are_of_one_size_and_so_are_the_digits(people: People) -> None:
    """Neither answer is easier to press than the other, and consent waits for a pair."""
    counter = counter_for(people.visit(), REGISTRATION)
    phone = people.visit("zh", PHONE).open("/me")
    offered(phone, request(counter))

    def sizes(selector: str) -> set[tuple[int, int]]:
        boxes = [one.bounding_box() for one in phone.locator(selector).all()]
        return {(round(box["width"]), round(box["height"])) for box in boxes if box is not None}

    assert 3 == phone.locator(".digit").count()
    assert 1 == len(sizes(".digit"))
    assert 1 == len(sizes("#consent, #refuse"))
    assert phone.is_disabled("#consent")
    phone.locator(".digit").first.click()
    assert phone.is_enabled("#consent")


@pytest.mark.parametrize(
    ("code", "words"),
    [("EC1CTTW8XWE7KA3AYKKB", "这不是窗口请求码"), ("EC4CTTW8XWE7KA3AYKKB", "")],
)
def test_a_code_that_is_no_request_is_told_as_what_it_is(people: People, code: str, words: str) -> None:
    """The problem's title and its next step stand under the field, and what was typed is still there."""
    phone = people.visit("zh", PHONE).open("/me")
    phone.fill("#asked-code", code)
    with phone.expect_response(lambda answer: "/me/requests/" in answer.url) as answered:
        phone.click("#asked-open")
    phone.wait_for_selector("#asked-said:not([hidden])")
    problem = answered.value.json()

    assert words in problem["title"]
    assert problem["title"] in phone.inner_text("#asked-said")
    assert problem["next_step"] in phone.inner_text("#asked-said")
    assert code == phone.input_value("#asked-code")


def test_a_ticket_for_a_matter_that_takes_a_request_offers_one(people: People) -> None:
    """The ticket is not used; one key opens the request at once, and an Enter confirms nobody."""
    counter = counter_for(people.visit(), CONSTRUCTION)
    sent = bodies(counter, "/outcome")
    takes = counter.inner_text("#terms-mode")
    verdict = scan(counter, show(people.visit("zh", PHONE), "营业执照"))
    offer = counter.is_visible("#request-now")
    counter.keyboard.press("F8")
    counter.wait_for_selector("#requesting:not([hidden])")

    assert "按 F8" in takes
    assert ("check", True) == (verdict, offer)
    assert "项目建设" in counter.inner_text("#requesting-title")
    assert [] == sent


def test_the_phone_says_that_a_matter_is_asked_for_by_the_counter(people: People) -> None:
    """No code can be made for it, and the way to the counter's code is one press."""
    page = people.visit("zh", PHONE).open("/me")
    page.select_option("#matter", CONSTRUCTION)
    page.wait_for_selector("[data-requirement=safety]")
    page.click("#to-asked-code")

    assert "由窗口发起请求" in page.inner_text("#matter-note")
    assert page.is_hidden("#show")
    assert "asked-code" == page.evaluate("document.activeElement.id")
    assert "建筑施工企业安全生产许可证" in page.inner_text("[data-requirement=safety]")


def test_a_requirement_is_declared_away_for_the_case_and_no_longer(people: People) -> None:
    """The box goes with the question; with a case number it stays for the next person, and 新办件 ends it."""
    counter = counter_for(people.visit(), FOOD)
    sent = bodies(counter, "/verifications")
    holder = people.visit("zh", PHONE)
    counter.fill("#case", "案-2026-0902")
    counter.check("#terms [data-away=former-permit]")
    scan(counter, show(holder, "营业执照", matter=FOOD))
    first = standing(counter)
    whole = counter.inner_text("#materials-word")
    press_enter(counter)
    kept = (counter.input_value("#case"), counter.is_checked("#terms [data-away=former-permit]"))
    scan(counter, show(holder, "营业执照", matter=FOOD))
    counter.click("#case-file > summary")
    counter.wait_for_selector("#case-file-lines li:nth-child(2)")
    counter.click("#case-new")

    assert {"entity": "已满足", "former-permit": "不适用"} == first
    assert "材料齐全" == whole
    assert ("案-2026-0902", True) == kept
    assert [["former-permit"]] * 2 == [one["not_applicable"] for one in sent]
    assert ("", False) == (
        counter.input_value("#case"),
        counter.is_checked("#terms [data-away=former-permit]"),
    )


def test_only_a_declared_condition_has_a_box(people: People) -> None:
    """The licence of a registration is due whatever anybody declares: no box on its row, none above the scan zone."""
    counter = counter_for(people.visit(), FOOD)
    boxes = [one.get_attribute("data-away") for one in counter.locator("#terms [data-away]").all()]
    counter.select_option("#matter", REGISTRATION)
    scan(counter, show(people.visit("zh", PHONE), "食品经营许可证"))

    assert ["former-permit"] == boxes
    assert 0 == counter.locator("[data-away]").count()


def test_what_one_receipt_met_counts_for_the_next(people: People) -> None:
    """Two scans of one case: the second says that the first requirement was verified before."""
    counter = counter_for(people.visit(), FOOD)
    holder = people.visit("zh", PHONE)
    counter.fill("#case", "案-2026-0903")
    scan(counter, show(holder, "营业执照", matter=FOOD))
    press_enter(counter)
    page = choose(holder, "食品经营许可证", matter=FOOD)
    page.locator("#proposals .proposal", has_text="营业执照").first.locator("[data-certificate]").uncheck()
    page.click("#show")
    page.click("#preview-show")
    page.wait_for_selector("#shown[open] #qr[src]")
    scan(counter, page.inner_text("#code-text").replace(" ", "").replace("\n", ""))

    assert {"entity": "已满足", "former-permit": "已满足"} == standing(counter)
    assert "先前已核验" in counter.inner_text("[data-requirement=entity]")
    assert "由本次第 1 张满足" in counter.inner_text("[data-requirement=former-permit]")


def test_a_case_asks_whether_a_holder_could_show_what_is_missing(people: People) -> None:
    """The clerk types a number and reads yes or no; the number stays nowhere; the holder reads that it was asked."""
    counter = counter_for(people.visit(), FOOD)
    holder = people.visit("zh", PHONE)
    counter.fill("#case", "案-2026-0977")
    scan(counter, show(holder, "营业执照", matter=FOOD))
    counter.click("#case-file > summary")
    counter.wait_for_selector("#case-ask:not([hidden])")
    where = counter.inner_text("#case-ask-lines [data-requirement=former-permit]")
    counter.click("#case-ask-send")
    without = counter.inner_text("#case-ask-said")
    counter.fill("#case-ask-number", "92420799MA99990138")
    counter.click("#case-ask-send")
    counter.wait_for_selector("#case-ask-lines .answer")
    answer = counter.inner_text("#case-ask-lines [data-requirement=former-permit]")
    looks = holder.open("/me")
    looks.wait_for_selector("#looks .look")
    newest = looks.locator("#looks .look").first.inner_text()

    assert "市场监督管理局" in where
    assert "能出示" not in where
    assert "证件号码" in without
    assert "能出示" in answer
    assert "不能出示" not in answer
    assert "" == counter.input_value("#case-ask-number")
    assert "询问您能否出示所缺材料" in newest


def test_a_value_that_is_compared_goes_with_the_request(people: People) -> None:
    """What the clerk types is sent under the name of the claim that the matter compares."""
    counter = counter_for(people.visit(), INSURANCE)
    sent = bodies(counter, "/requests")
    counter.fill("#declared", ZHANG)
    request(counter)

    assert [{"社会保障号码": ZHANG}] == [one["declared"] for one in sent]


def test_an_identity_number_goes_out_once_and_stays_nowhere(people: People) -> None:
    """Recorded while the request waits: the page says so covered, and no text, field or store holds the number."""
    visit = people.visit()
    counter = counter_for(visit, ESTATE)
    request(counter)
    sent = bodies(counter, "/identity-check")
    counter.wait_for_selector("#identity:not([hidden])")
    counter.fill("#identity-number", ZHANG)
    counter.click("#identity-send")
    counter.wait_for_selector("#identity-said.good:not([hidden])")
    kept = counter.evaluate(
        "() => [document.documentElement.outerHTML, ...[...document.querySelectorAll('input')].map((e) => e.value),"
        " JSON.stringify(localStorage), JSON.stringify(sessionStorage)].join('')"
    )

    assert [{"method": "id_card_reader", "id_type": "111", "id_number": ZHANG}] == sent
    assert ZHANG not in kept
    assert "号码 ••••••" in counter.inner_text("#identity-said")
    assert [] == visit.complaints


def test_an_identity_check_goes_with_the_request(people: People) -> None:
    """Made before: one request carries it, the open request says covered that it is recorded, and nothing keeps it."""
    visit = people.visit()
    counter = counter_for(visit, ESTATE)
    sent = bodies(counter, "/requests")
    counter.check("#before [value=id_card_reader]")
    counter.keyboard.press("F8")
    counter.wait_for_selector("#before-said:not([hidden])")
    without = (counter.inner_text("#before-said"), len(sent))
    counter.fill("#before-number", ZHANG)
    request(counter)
    counter.wait_for_selector("#identity-said.good:not([hidden])")
    recorded = counter.inner_text("#identity-said")
    kept = counter.evaluate(
        "() => [document.documentElement.outerHTML, ...[...document.querySelectorAll('input')].map((e) => e.value),"
        " JSON.stringify(localStorage), JSON.stringify(sessionStorage)].join('')"
    )
    second = counter.is_visible("#before")
    counter.click("#request-cancel")
    request(counter)

    check = {"method": "id_card_reader", "id_type": "111", "id_number": ZHANG}
    assert ("请填写读卡器读到的号码。", 0) == without
    assert [check, None] == [one.get("identity_check") for one in sent]
    assert "号码 ••••••" in recorded
    assert ZHANG not in kept
    assert not second
    assert [] == visit.complaints


def test_a_check_that_was_made_stays_until_its_request_is_opened(people: People) -> None:
    """The hub cannot be reached: way and number stay; another matter, or the next person, clears them."""
    counter = counter_for(people.visit(), ESTATE)
    counter.check("#before [value=id_card_reader]")
    counter.fill("#before-number", ZHANG)
    reroute(counter, "**/api/v1/requests", lambda route: route.abort())
    counter.keyboard.press("F8")
    counter.wait_for_selector("#band.none, #result:not([hidden])")
    kept = (counter.input_value("#before-number"), counter.is_checked("#before [value=id_card_reader]"))
    counter.select_option("#matter", REGISTRATION)
    elsewhere = counter.is_visible("#before")
    counter.select_option("#matter", ESTATE)
    back = counter.input_value("#before-number")
    counter.check("#before [value=id_card_seen]")
    counter.click("#case-new")

    assert (ZHANG, True) == kept
    assert not elsewhere
    assert "" == back
    assert counter.is_checked("#before-later")


def test_requirements_are_on_the_paper(people: People) -> None:
    """The sheet says how each requirement stood, and the whole."""
    counter = counter_for(people.visit(), FOOD)
    scan(counter, show(people.visit("zh", PHONE), "营业执照", matter=FOOD))
    counter.evaluate("globalThis.print = () => dispatchEvent(new Event('beforeprint'))")
    counter.click("#print")
    paper = counter.evaluate("document.getElementById('paper').textContent")

    assert "本事项的材料 · 材料不齐" in paper
    assert "已满足 · 主体资格 · 由本次第 1 张满足" in paper
    assert "缺 · 原食品经营许可证 · 可用证照：食品经营许可证" in paper


def test_the_counters_code_can_be_had_on_paper(people: People) -> None:
    """The sheet of a request has the drawing, the code in groups, and where it is from."""
    counter = counter_for(people.visit(), REGISTRATION)
    code = request(counter)
    counter.evaluate("globalThis.print = () => dispatchEvent(new Event('beforeprint'))")
    counter.keyboard.press("F9")
    paper = counter.inner_text("#request-code")

    assert paper in counter.evaluate("document.getElementById('paper').textContent")
    assert code == paper.replace(" ", "")
    assert 1 == counter.locator("#paper img[src]").count()


def _with_result(people: People, lang: str) -> Page:
    counter = counter_for(people.visit(lang), FOOD)
    scan(counter, show(people.visit(lang, PHONE), LICENCE[lang], matter=FOOD))
    return counter


def _with_case(people: People, lang: str) -> Page:
    counter = counter_for(people.visit(lang), FOOD)
    counter.fill("#case", f"案-2026-0978-{lang}")
    scan(counter, show(people.visit("zh", PHONE), "营业执照", matter=FOOD))
    counter.click("#case-file > summary")
    counter.wait_for_selector("#case-ask:not([hidden])")
    counter.fill("#case-ask-number", "92420799MA99990138")
    counter.click("#case-ask-send")
    counter.wait_for_selector("#case-ask-lines .answer")
    return counter


def _with_request(people: People, lang: str) -> Page:
    counter = counter_for(people.visit(lang), ESTATE)
    request(counter)
    return counter


def _with_digits(people: People, lang: str) -> Page:
    counter = counter_for(people.visit(lang), REGISTRATION)
    offered(people.visit(lang, PHONE).open("/me"), request(counter))
    digits(counter)
    return counter


def _in_person(people: People, lang: str) -> Page:
    counter = counter_for(people.visit(lang), ESTATE)
    counter.check("#before [value=id_card_reader]")
    counter.keyboard.press("F8")
    counter.wait_for_selector("#before-said:not([hidden])")
    return counter


def _choosing(people: People, lang: str) -> Page:
    return choose(people.visit(lang, PHONE), matter=FOOD)


def _previewed(people: People, lang: str) -> Page:
    page = choose(people.visit(lang, PHONE), matter=FOOD)
    page.click("#show")
    page.wait_for_selector("#preview[open]")
    return page


def _asked(people: People, lang: str) -> Page:
    phone = people.visit(lang, PHONE).open("/me")
    offered(phone, request(counter_for(people.visit(lang), REGISTRATION)))
    return phone


def _asked_for(people: People, lang: str) -> Page:
    page = people.visit(lang, PHONE).open("/me")
    page.select_option("#matter", CONSTRUCTION)
    page.wait_for_selector("[data-requirement=safety]")
    return page


@both_languages
@pytest.mark.parametrize(
    "state",
    [
        _with_result,
        _with_case,
        _with_request,
        _with_digits,
        _in_person,
        _choosing,
        _previewed,
        _asked,
        _asked_for,
    ],
    ids=lambda state: state.__name__.strip("_"),
)
def test_each_new_state_breaks_no_rule_of_axe(
    people: People, axe: Judge, state: Callable[[People, str], Page], lang: str
) -> None:
    """No violation, nothing wider than the screen, and no word in the console."""
    page = state(people, lang)

    assert [] == axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [] == [words for visit in people.visits for words in visit.complaints]
