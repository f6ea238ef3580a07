"""The counter, key by key: guns in every mode, people who type, no network, and what is covered after a minute."""

import pytest
from certhub_verifier.formats.codes import crockford

from tests.web.browser.acts import GUN, press_enter, scan, show
from tests.web.browser.conftest import PHONE, People

pytestmark = pytest.mark.browser

HEARD = """
async () => {
  const { listenForGun } = await import('/assets/js/gun.js');
  globalThis.heard = { codes: [], enters: 0 };
  listenForGun({
    onCode: (code) => heard.codes.push(code),
    onProgress: () => undefined,
    onEnter: () => { heard.enters += 1; },
  });
}
"""
# What a gun's keys look like: [key as the input method made it, for a letter]; the physical code stays the same.
MODES = {
    "plain": "(c) => c",
    "caps lock": "(c) => /[a-z]/i.test(c) ? (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase()) : c",
    "input method": "(c) => 'Process'",
    "full width": "(c) => String.fromCharCode(c.charCodeAt(0) + 0xFEE0)",
}
TYPE = """
([codes, mode]) => {
  const made = eval(mode);
  const press = (code, key, shiftKey) => document.activeElement.dispatchEvent(
    new KeyboardEvent('keydown', { code, key, shiftKey, bubbles: true, cancelable: true }));
  for (const text of codes) {
    for (const c of text) press(/[A-Z]/.test(c) ? `Key${c}` : `Digit${c}`, made(c), /[A-Z]/.test(c));
    press('Enter', 'Enter', false);
  }
  return globalThis.heard;
}
"""
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def codes(count: int, length: int) -> list[str]:
    """Return codes that hold every character: tickets, or longer ones that state their length."""
    stated = "EC1" if length == 20 else "EC2" + crockford.digits((length - 3) * 5 // 8 << 4, 4)
    return [
        stated + "".join(CROCKFORD[(n * 7 + i * i + i) % 32] for i in range(length - len(stated)))
        for n in range(count)
    ]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("count", "length"), [(50, 20), (5, 699)])
def test_a_gun_is_heard_exactly_in_every_mode(people: People, mode: str, count: int, length: int) -> None:
    """Caps Lock, a Chinese input method and full-width mode change no character, short or long."""
    page = people.visit().open("/ops")
    page.evaluate(HEARD)
    page.evaluate("document.activeElement.blur()")
    typed = codes(count, length)

    heard = page.evaluate(TYPE.replace("eval(mode)", MODES[mode]), [typed, mode])

    assert typed == heard["codes"]
    assert 0 == heard["enters"]


def test_a_person_who_types_is_no_gun(people: People) -> None:
    """Slow keys, short words and real fields are a person's; their Enter is told, the gun's never is."""
    page = people.visit().open("/ops")
    page.evaluate(HEARD)
    page.evaluate("document.activeElement.blur()")
    for _ in range(9):
        page.keyboard.press("A")
        page.wait_for_timeout(140)
    page.keyboard.press("Enter")
    page.locator(".peer input").focus()
    page.keyboard.type("42079920261124000007")

    assert {"codes": [], "enters": 1} == page.evaluate("globalThis.heard")
    assert "42079920261124000007" == page.input_value(".peer input")


def test_the_guns_enter_is_not_done_and_a_persons_is(people: People) -> None:
    """The Enter that ends a burst, and a second line end right behind it, leave the verdict on the screen."""
    counter = people.visit().open("/counter")
    scan(counter, show(people.visit("zh", PHONE), "营业执照"))
    counter.evaluate(GUN, "EC1CTTW8XWE7KA3AYKKB")
    counter.evaluate(
        "() => document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', code: 'Enter'}))"
    )
    counter.wait_for_selector("#band.undetermined")
    assert counter.is_visible("#result")

    press_enter(counter)

    assert counter.is_hidden("#result")
    assert "zone" == counter.evaluate("document.activeElement.id")


def test_a_code_can_be_typed_by_hand(people: People) -> None:
    """F4 goes to the field; a code in groups and small letters is read."""
    code = show(people.visit("zh", PHONE), "营业执照").lower()
    counter = people.visit().open("/counter")
    counter.keyboard.press("F4")
    counter.keyboard.type(" ".join((code[:5], code[5:10], code[10:])))
    counter.keyboard.press("Enter")

    counter.wait_for_selector("#band.valid")


def test_without_a_network_the_counter_says_so_and_keeps_the_code(people: People) -> None:
    """No verdict is made up: the band says what is the case and what to do, and the code waits in its field."""
    visit = people.visit()
    counter = visit.open("/counter")
    code = show(people.visit("zh", PHONE), "营业执照")
    visit.context.set_offline(True)
    counter.evaluate(GUN, code)
    counter.wait_for_selector("#band.undetermined")
    said, kept = counter.inner_text("#band"), counter.input_value("#code")
    visit.context.set_offline(False)
    counter.click("#typing button[type=submit]")
    counter.wait_for_selector("#band.valid")

    assert "没有结论" in said
    assert "本机没有网络" in said
    assert code == kept


def test_what_was_disclosed_is_covered_after_a_minute(people: People) -> None:
    """The verdict stays, the contents go; pinned, they stay."""
    code = show(people.visit("zh", PHONE), "营业执照")
    counter = people.visit().open("/counter", clock=True)
    scan(counter, code)
    shown = counter.inner_text("#items")
    counter.clock.run_for(61_000)

    assert "示例小面馆" in shown
    assert "示例小面馆" not in counter.inner_text("main")
    assert counter.is_visible("#band.valid")


def test_numbers_are_covered_until_they_are_asked_for(people: People) -> None:
    """A certificate number comes with its ends only; one press asks for it whole, and one covers it again."""
    code = show(people.visit("zh", PHONE), "食品经营许可证", matter="PLACEHOLDER-902")
    counter = people.visit().open("/counter")
    counter.select_option("#matter", "PLACEHOLDER-902")
    scan(counter, code)
    number = counter.locator("dd[data-title=证照编号] span")
    told = [number.inner_text()]
    with counter.expect_response(lambda answer: answer.url.endswith("/reveal")) as asked:
        counter.click("dd[data-title=证照编号] button.reveal")
    counter.wait_for_selector("#items button[aria-pressed=true]")
    told.append(number.inner_text())
    counter.click("dd[data-title=证照编号] button.reveal")
    told.append(number.inner_text())

    assert ["JY-****01", "JY-演示-0001", "JY-****01"] == told
    assert {"item": 1, "field": "证照编号"} == asked.value.request.post_data_json


def test_what_was_checked_is_told_with_its_age(people: People) -> None:
    """The folded panel lists each fact with its answer, its age and who says so."""
    page = people.visit().open("/counter?card=suspended")
    page.wait_for_selector("#result:not([hidden])")
    page.click("details.facts > summary")
    rows = {row.locator("th").inner_text(): row.inner_text() for row in page.locator(".facts tbody tr").all()}

    assert "否" in rows["当前状态"]
    assert "鄂州市交通运输局（演示）" in rows["谁担保"]
    assert all("前" in row or "刚刚" in row for row in rows.values())


def test_the_code_renews_itself_after_45_seconds(people: People) -> None:
    """The holder's page fetches a new code in time, says so once, and its drawing is large enough."""
    visit = people.visit("zh", PHONE)
    page = visit.open("/me", clock=True)
    page.select_option("#matter", "glance")
    page.locator(".held-card", has_text="营业执照").locator("input").check()
    page.click("#show")
    page.wait_for_selector("#shown[open]")
    first = page.inner_text("#code-text")
    page.clock.run_for(46_000)
    page.wait_for_function("(old) => document.getElementById('code-text').textContent !== old", arg=first)
    box = page.locator("#qr").bounding_box()

    assert box is not None
    assert box["width"] >= 0.55 * PHONE["width"]
    assert "已换成新码" == page.inner_text("#renewed")
    assert [] == visit.complaints


def test_a_fault_is_told_at_its_field(people: People) -> None:
    """A wrong check digit is shown at the number it is in, and the field has the focus."""
    page = people.visit().open("/agency")
    page.click("#new")
    page.select_option("#kind", "11100000000019713D071")
    page.wait_for_selector("[data-pointer='/claims/从业资格类别']")
    page.click("#issuing button[type=submit]")
    empty = page.locator(".fault:visible").count()
    for field in page.locator("#fields input[required]").all():
        if field.get_attribute("type") != "date":
            field.fill("张演示")
    page.fill("[data-pointer='/holders/0/id_number']", "420799190001010016")
    page.click("#issuing button[type=submit]")
    page.wait_for_selector("[data-fault='/holders/0/id_number']:not(:empty)")

    assert empty == 5
    assert "校验位不对" in page.inner_text("[data-fault='/holders/0/id_number']")
    assert "/holders/0/id_number" == page.evaluate("document.activeElement.dataset.pointer")
