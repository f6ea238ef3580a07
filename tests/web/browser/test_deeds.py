"""What a clerk does after a verdict, in Chromium: every press reaches the hub, or is said to have failed and kept."""

import re
from pathlib import Path
from typing import Any

import pytest
from certhub_verifier.formats.jose import strict_json
from playwright.sync_api import Page, Route

from certhub.hub import Hub
from certhub.people.parties import store as parties
from certhub.people.parties.people import Role
from certhub.records.catalog.masking import Covering
from certhub.settings import Settings
from certhub.verification.receipts import outcomes
from certhub.verification.receipts import store as receipts
from tests.web.browser.acts import GLANCE, play_card, press_enter, reroute, scan, show
from tests.web.browser.conftest import PHONE, People

pytestmark = pytest.mark.browser

FOOD = "PLACEHOLDER-902"


def ended(people: People, vid: str) -> list[tuple[str, str | None]]:
    """What the hub has on record of how a verification ended."""
    with _hub(people).reading() as unit:
        return [(one.result.value, one.note) for one in outcomes.history(unit, vid)]


def newest(people: People) -> str:
    """The id of the clerk's newest verification, as the hub has it."""
    hub = _hub(people)
    with hub.reading() as unit:
        clerk = next(one for one in parties.accounts(unit) if one.role is Role.CLERK)
        return receipts.latest(unit, clerk=clerk.key, limit=1)[0].id


def _hub(people: People) -> Hub:
    return Hub.open(Settings.load(people.demo.options.folder / "420700"))


def counter_with_a_licence(people: People) -> Page:
    """A counter with a valid licence on its screen."""
    code = show(people.visit("zh", PHONE), "营业执照")
    counter = people.visit().open("/counter")
    assert "valid" == scan(counter, code)
    return counter


def test_enter_says_that_it_is_the_person(people: People) -> None:
    """One key confirms and makes room for the next; the hub has it, and after a reload the list says so."""
    counter = counter_with_a_licence(people)
    vid = newest(people)
    with counter.expect_response(lambda answer: answer.url.endswith(f"/{vid}/outcome")) as said:
        press_enter(counter)

    assert 200 == said.value.status
    assert counter.is_hidden("#result")
    assert [("confirmed", None)] == ended(people, vid)
    counter.reload()
    counter.wait_for_selector("html[data-ready=true]")
    first = counter.locator("#history > li").first.inner_text()
    assert "示***馆" in first
    assert first.endswith("是本人")


def test_not_the_person_is_on_record_and_enter_does_not_undo_it(people: People) -> None:
    """After 不是本人 the Enter that clears the screen confirms nothing."""
    counter = counter_with_a_licence(people)
    vid = newest(people)
    counter.click("#not-person")
    counter.wait_for_selector("#said:not([hidden])")
    assert "不要据此办理" in counter.inner_text("#band .next-step")
    press_enter(counter)
    counter.wait_for_timeout(300)

    assert [("not_the_person", None)] == ended(people, vid)
    assert "不是本人" in counter.locator("#history > li").first.inner_text()


def test_a_scan_over_an_open_result_confirms_nothing(people: People) -> None:
    """The next scan leaves the first one marked as not confirmed, here and at the hub."""
    counter = counter_with_a_licence(people)
    vid = newest(people)
    scan(counter, show(people.visit("zh", PHONE), "食品经营许可证"))

    assert [] == ended(people, vid)
    counter.wait_for_selector("#history > li:nth-child(2)")
    assert counter.locator("#history > li").nth(1).inner_text().endswith("未确认本人")


def test_a_report_reaches_the_operator(people: People) -> None:
    """上报异常 with a note: the hub has it, and the operator's page shows number, window, verdict and note."""
    visit = people.visit()
    play_card(visit, "altered")
    counter = visit.pages[-1]
    vid = newest(people)
    counter.click("#report")
    counter.fill("#reporting-note", "照面与申请表不一致")
    counter.click("#reporting-send")
    counter.wait_for_selector("#said:not([hidden])")
    said = counter.inner_text("#said")
    ops = people.visit().open("/ops")
    row = ops.locator(f"#incidents [data-verification='{vid}']").inner_text()

    assert [("reported", "照面与申请表不一致")] == ended(people, vid)
    assert vid in said
    for words in ("照面与申请表不一致", "1号窗口", "无效（内容被改动过）", vid):
        assert words in row
    assert [] == visit.complaints


def test_a_report_can_be_thought_better_of(people: People) -> None:
    """返回，不报 sends nothing, and what was typed is still there the next time."""
    counter = counter_with_a_licence(people)
    vid = newest(people)
    counter.click("#report")
    counter.fill("#reporting-note", "可能看错了")
    counter.click("#reporting-back")
    counter.click("#report")

    assert "可能看错了" == counter.input_value("#reporting-note")
    assert [] == ended(people, vid)


@pytest.mark.parametrize("way_out", ["#reporting-send", "#reporting-back"])
def test_a_scan_during_a_report_waits_for_it(people: People, way_out: str) -> None:
    """The note and its number stay, the dialog says that a code waits, and it is checked when the dialog is closed."""
    counter = counter_with_a_licence(people)
    first = newest(people)
    code = show(people.visit("zh", PHONE), "食品经营许可证")
    counter.click("#report")
    counter.fill("#reporting-note", "印章可疑")
    counter.keyboard.type(code)
    counter.keyboard.press("Enter")
    counter.wait_for_selector("#reporting-waiting:not([hidden])")
    kept, number, meanwhile = (
        counter.input_value("#reporting-note"),
        counter.inner_text("#reporting-number"),
        newest(people),
    )
    counter.click(way_out)
    counter.wait_for_selector("#items :text('食品经营许可证')")

    assert ("印章可疑", first, first) == (kept, number, meanwhile)
    assert ([("reported", "印章可疑")] if way_out == "#reporting-send" else []) == ended(people, first)
    assert first != newest(people)
    assert [] == ended(people, newest(people))


def test_a_note_goes_with_no_other_report(people: People) -> None:
    """What was typed of one verification is not in the dialog of the next."""
    counter = counter_with_a_licence(people)
    counter.click("#report")
    counter.fill("#reporting-note", "可能看错了")
    counter.click("#reporting-back")
    scan(counter, show(people.visit("zh", PHONE), "食品经营许可证"))
    counter.click("#report")

    assert "" == counter.input_value("#reporting-note")


def test_what_cannot_be_sent_is_said_kept_and_sent_later(people: People) -> None:
    """Without a network Enter still makes room; the page says what is missing, survives a reload, and sends it."""
    counter = counter_with_a_licence(people)
    vid = newest(people)
    reroute(counter, "**/outcome", lambda route: route.abort())
    press_enter(counter)
    counter.wait_for_selector("#unsent:not([hidden])")
    told = counter.inner_text("#unsent")
    listed = counter.locator("#history > li").first.inner_text()
    counter.reload()
    counter.wait_for_selector("html[data-ready=true]")
    counter.wait_for_selector("#unsent:not([hidden])")
    before = ended(people, vid)
    counter.unroute("**/outcome")
    counter.click("#resend")
    counter.wait_for_selector("#unsent", state="hidden")

    assert "1 条结果还没有送到" in told
    assert listed.endswith("结果待送")
    assert [] == before
    assert [("confirmed", None)] == ended(people, vid)


def test_a_report_that_cannot_be_sent_keeps_its_note(people: People) -> None:
    """The dialog stays open with the note and says why; the next press sends it once."""
    counter = counter_with_a_licence(people)
    vid = newest(people)
    reroute(counter, "**/outcome", lambda route: route.abort())
    counter.click("#report")
    counter.fill("#reporting-note", "印章可疑")
    counter.click("#reporting-send")
    counter.wait_for_selector("#reporting-problem:not([hidden])")
    kept = counter.input_value("#reporting-note")
    counter.unroute("**/outcome")
    counter.click("#reporting-send")
    counter.wait_for_selector("#reporting", state="hidden")

    assert "印章可疑" == kept
    counter.wait_for_selector("#unsent", state="hidden")
    assert [("reported", "印章可疑")] == ended(people, vid)


def test_no_byte_that_a_counter_gets_holds_a_covered_value(people: People) -> None:
    """Every response body of the page, through cards, scans of both kinds, reload, list and reopening: none unasked."""
    visit = people.visit()
    got: list[tuple[str, bytes]] = []

    def pass_on(route: Route) -> None:
        answer = route.fetch()
        got.append((route.request.url, answer.body()))
        route.fulfill(response=answer)

    play_card(visit, "stale-list")
    counter = visit.pages[-1]
    reroute(counter, "**/*", pass_on)
    holder = people.visit("zh", PHONE)
    counter.select_option("#matter", FOOD)
    for kinds, mode, matter in (
        ("营业执照", "ticket", GLANCE),
        ("营业执照", "sealed", GLANCE),
        ("食品经营许可证", "ticket", FOOD),
    ):
        scan(counter, show(holder, kinds, mode=mode, matter=matter))
        vid = newest(people)
        press_enter(counter)
    counter.reload()
    counter.wait_for_selector("html[data-ready=true]")
    counter.click("#history > li button")
    counter.wait_for_selector("#result:not([hidden])")
    covered = covered_values(people)
    assert "JY-演示-0001" in covered
    assert any(url.endswith(f"/verifications/{vid}") for url, _ in got)
    hits = [(url, value) for url, body in got for value in covered if value.encode() in body]
    assert [] == hits


def covered_values(people: People) -> set[str]:
    """Every disclosed value of every stored report that a page keeps covered, in clear."""
    hub = _hub(people)
    with hub.reading() as unit:
        clerk = next(one for one in parties.accounts(unit) if one.role is Role.CLERK)
        reports = [one.report or {} for one in receipts.latest(unit, clerk=clerk.key, limit=50)]
    found: set[str] = set()
    for item in (item for report in reports for item in report["items"]):
        for title, value in item.get("disclosed", {}).items():
            if Covering(hub.catalogue, item["kind"], item["kind_version"]).is_masked(title):
                found |= texts(value)
    return found


def texts(value: Any) -> set[str]:
    """The texts inside a value that are long enough to be anybody's."""
    if isinstance(value, dict):
        return {text for one in value.values() for text in texts(one)}
    if isinstance(value, list):
        return {text for one in value for text in texts(one)}
    return {value} if len(str(value)) > 5 else set()


@pytest.mark.parametrize("at_home", [True, False], ids=["home", "other region"])
def test_issuer_and_validity_of_every_item_are_on_screen_and_paper(people: People, at_home: bool) -> None:
    """At home and across regions: who issued it with its code, from when until when; no hole on either."""
    holder, clerk = people.visit("zh", PHONE), people.visit()
    counter = clerk.open("/counter", at=clerk.home if at_home else clerk.other)
    counter.fill("#case", "案-2026-7731")
    counter.select_option("#matter", FOOD)
    scan(counter, show(holder, "营业执照", "食品经营许可证", matter=FOOD))
    counter.evaluate("globalThis.print = () => dispatchEvent(new Event('beforeprint'))")
    counter.click("#print")
    paper = counter.evaluate("document.getElementById('paper').textContent")
    issuers = counter.locator("[data-line=issuer]").all_inner_texts()
    validity = counter.locator("[data-line=validity]").all_inner_texts()

    assert ["鄂州市市场监督管理局（演示）（11420799MB99990172）"] * 2 == issuers
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d (起，长期|至 \d{4}-\d\d-\d\d)", text) for text in validity), (
        validity
    )
    for words in (*issuers, *validity, "案-2026-7731", "本人核对未登记"):
        assert words in paper
    assert not re.search(r"刚刚|\d+ (秒|分钟|小时|天)前", paper)
    assert "JY-****01" in paper
    assert "JY-演示-0001" not in paper

    counter.click("#done")
    counter.evaluate("print()")  # from the browser's menu, with nobody on the screen: not the person before
    assert "屏幕上没有可打印的回执" in counter.evaluate("document.getElementById('paper').textContent")


def test_what_may_not_be_told_is_one_of_those_that_were_shown(people: People) -> None:
    """A marriage certificate is in no agreement: at the other counter it is the second of two, untold."""
    holder, clerk = people.visit("zh", PHONE), people.visit()
    counter = clerk.open("/counter", at=clerk.other)

    assert "undetermined" == scan(counter, show(holder, "营业执照", "结婚证"))
    untold = counter.locator("#items .untold").inner_text()
    assert 2 == counter.locator("#items article").count()
    assert "共出示 2 张" in untold
    assert "没有核验" in untold
    assert "结婚" not in counter.inner_text("#items")


@pytest.mark.parametrize("card", ["suspended", "revoked", "expired"])
def test_an_invalid_certificate_shows_its_kind_and_cause_and_not_its_holder(
    people: People, card: str
) -> None:
    """Kind, cause, issuer and validity; no name, no number, no address, on screen, in the list and on paper."""
    visit = people.visit()
    play_card(visit, card)
    counter = visit.pages[-1]

    assert 0 == counter.locator("#items [data-title]").count()
    assert counter.is_visible("#items .cause")
    assert "" != counter.inner_text("#items [data-line=issuer]")
    assert "*" not in counter.locator("#history > li").first.inner_text()


def test_a_receipt_file_is_had_by_a_deed_on_record(people: People, tmp_path: Path) -> None:
    """The file opens its digests with the identifier, a covered value: who downloads it is on record for that."""
    counter = counter_with_a_licence(people)
    vid = newest(people)
    with counter.expect_download() as downloading:
        counter.click("#download")
    downloading.value.save_as(tmp_path / "receipt.json")
    file = strict_json.loads((tmp_path / "receipt.json").read_bytes())
    from certhub.history.events import store as history

    with _hub(people).reading() as unit:
        events = history.events(unit, subject=vid, type_="verification.revealed")
    assert 1 == len(file["opening"])
    assert [{"item": 0, "field": "证照标识"}] == [one.body for one in events]
