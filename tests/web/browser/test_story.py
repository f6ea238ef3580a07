"""The story, told on the pages: issue, show, scan, scan again, suspend, stop a region, file the receipt."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from certhub_verifier.receipts import Finding, examine_receipt
from certhub_verifier.trust import TrustSet
from playwright.sync_api import Page

from tests.web.browser.acts import play_card, press_enter, scan, show
from tests.web.browser.conftest import PHONE, People
from tests.web.test_cards import VERDICTS

pytestmark = pytest.mark.browser

WORKER = "11100000000019713D071"
ZHANG = "420799190001010015"
FOOD, TRANSPORT = "PLACEHOLDER-902", "PLACEHOLDER-903"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("card", [*VERDICTS, "stale-list"])
def test_a_card_is_one_click_from_its_verdict(people: People, card: str, lang: str) -> None:
    """Click a card on the first page: the counter opens, the code types itself in, the band says the verdict."""
    visit = people.seat(lang)
    expected = VERDICTS[card][0] if card in VERDICTS else "undetermined"

    assert expected == play_card(visit, card)
    assert [] == visit.complaints
    assert visit.pages[-1].url.endswith("/counter")


def test_issue_show_scan_and_scan_again(people: People) -> None:
    """A new certificate is on its holder's phone at once, is valid at the counter, and its code is good once."""
    agency = people.visit()
    desk = agency.open("/agency")
    desk.click("#new")
    desk.select_option("#kind", WORKER)
    desk.wait_for_selector("[data-pointer='/claims/从业资格类别']")
    for pointer, value in {
        "/holders/0/name": "张演示",
        "/holders/0/id_number": ZHANG,
        "/number": "CY-演示-9001",
        "/claims/姓名": "张演示",
        "/claims/从业资格类别": "道路旅客运输驾驶员",
    }.items():
        desk.fill(f"[data-pointer='{pointer}']", value)
    desk.click("#issuing button[type=submit]")
    desk.wait_for_selector("#said:not([hidden])")
    assert "已签发" in desk.inner_text("#said")

    holder, clerk = people.visit("zh", PHONE), people.visit()
    code = show(holder, "道路运输从业人员从业资格证", matter=TRANSPORT)
    counter = clerk.open("/counter")
    counter.select_option("#matter", TRANSPORT)

    assert "valid" == scan(counter, code)
    assert "道路旅客运输驾驶员" in counter.inner_text("#items")
    assert "张演示" in counter.inner_text("#items")
    press_enter(counter)
    assert counter.is_hidden("#result")
    assert "invalid" == scan(counter, code)
    assert "1号窗口 用过" in counter.inner_text("#band")
    counter.wait_for_selector("#history > li:nth-child(2)")
    used, first = counter.locator("#history > li").all()[:2]
    assert ("无效", "是本人") == (used.inner_text().split()[0], first.inner_text().split(" · ")[-1])
    assert [] == agency.complaints + holder.complaints + clerk.complaints


def test_a_suspended_permit_is_refused_at_the_next_scan_and_its_holder_is_told(people: People) -> None:
    """The agency suspends; the holder's page says a clerk will refuse it; the counter does; lifting it undoes both."""
    desk = people.visit().open("/agency")
    holder, counter = people.visit("zh", PHONE), people.visit().open("/counter")

    counter.select_option("#matter", FOOD)
    _change(desk, "JY-演示-0001", "suspend")
    code = show(holder, "食品经营许可证", matter=FOOD)
    told = holder.pages[-1].inner_text("#warning")
    refused = scan(counter, code)
    _change(desk, "JY-演示-0001", "reinstate")
    again = scan(counter, show(holder, "食品经营许可证", matter=FOOD))

    assert ("invalid", "valid") == (refused, again)
    assert "窗口会拒收食品经营许可证：暂扣中" in told


def test_the_receipt_that_is_downloaded_proves_itself(people: People, tmp_path: Path) -> None:
    """The file is the hub's answer byte for byte, and the verifier calls it genuine from the trust list alone."""
    visit = people.visit()
    play_card(visit, "valid")
    page = visit.pages[-1]
    with page.expect_download() as downloading:
        page.click("#download")
    downloading.value.save_as(tmp_path / "receipt.json")
    hub = people.demo.options.folder / "420700"
    targets = {
        path.relative_to(hub / "trust").as_posix(): path.read_bytes()
        for path in (hub / "trust").rglob("*.json")
        if not path.name.startswith(".")
    }
    now = datetime.now(UTC)

    report = examine_receipt(
        (tmp_path / "receipt.json").read_bytes(), trust=TrustSet.from_files(targets, as_of=now), now=now
    )

    assert downloading.value.suggested_filename.startswith("receipt-")
    assert Finding.GENUINE is report.finding
    assert report.recorded_verdict is not None
    assert "valid" == report.recorded_verdict.value


def test_wuhan_scans_what_ezhou_minted(people: People) -> None:
    """A code of one region, typed in at the other's counter, is answered by asking; a stop there ends that."""
    holder = people.visit("zh", PHONE)
    clerk = people.visit()
    counter = clerk.open("/counter", at=clerk.other)
    counter.select_option("#matter", FOOD)

    assert "valid" == scan(counter, show(holder, "营业执照", "食品经营许可证", matter=FOOD))
    assert 2 == counter.locator("#items article").count()
    assert "担保：鄂州市" in counter.inner_text("#items")

    ops = people.visit()
    page = ops.open("/ops", at=ops.other)
    _stop_or_resume(page, "true")
    page.wait_for_selector(".checks .fails:has-text('伙伴地区：鄂州市')")
    assert "没有查它" in page.inner_text(".checks .fails:has-text('伙伴地区')")
    assert "bad" in str(page.get_attribute("#overall", "class"))
    assert "undetermined" == scan(counter, show(holder, "营业执照", matter=FOOD))
    _stop_or_resume(page, "false")
    assert "valid" == scan(counter, show(holder, "营业执照", matter=FOOD))


def test_both_regions_can_be_open_in_one_browser(people: People) -> None:
    """Cookies do not know ports: whichever region signed in last, each page finds its way back to its own."""
    visit = people.visit()
    home, other = visit.open("/counter"), visit.open("/counter", at=visit.other)

    here = scan(home, show(visit, "营业执照"))
    there = scan(other, show(visit, "营业执照", at=visit.other))

    assert ("valid", "valid") == (here, there)


def test_a_sealed_code_is_read_at_the_counter(people: People) -> None:
    """The long code is typed in whole by the gun too, and is good once."""
    code = show(people.visit("zh", PHONE), "营业执照", mode="sealed")
    counter = people.visit().open("/counter")

    assert len(code) > 300
    assert "valid" == scan(counter, code)
    assert "invalid" == scan(counter, code)


def _change(desk: Page, number: str, event: str) -> None:
    row = desk.locator(".certificate", has_text=number)
    row.locator(f"[data-event={event}]").click()
    desk.fill("#reason", "演示检查")
    desk.fill("#decision", "鄂演决字〔2026〕第9号")
    desk.click("#confirm")
    desk.wait_for_function("() => !document.getElementById('change').open")


def _stop_or_resume(page: Page, stopped: str) -> None:
    page.fill(".peer input", "演示")
    page.click(".peer button")
    page.wait_for_selector(f".peer[data-stopped={stopped}]")
