"""The gun owns the counter: wherever the focus is, at any pace, with any line end, and no key of a person is lost.

One clerk sits at one counter through most cases; `counter` is put back to its start before each, since to load a page
anew takes longer than a case. Its clock stands still and is moved by the cases: what is 30 ms between two keys is so on
a busy machine too, and nobody waits for a silence.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from certhub_schemas import matters
from certhub_verifier.formats.codes import crockford
from certhub_verifier.formats.codes.code import pack
from playwright.sync_api import Browser, Page

from certhub.demo.launcher import Demo
from tests.web.browser.acts import show
from tests.web.browser.conftest import PHONE, People, Visit

pytestmark = pytest.mark.browser

TICKET = "EC1CTTW8XWE7KA3AYKKB"
REQUEST = "EC4CTTW8XWE7KA3AYKKB"
SEALED = pack("eyJhIjoxfQ.eyJiIjoyfQ." + "A" * 86, "EC2")
PAPER = pack("eyJhIjoxfQ.eyJiIjoyfQ." + "A" * 86, "EC3")
CASE = "42079920261124000007"
PLACES = {
    "zone": "#zone",
    "matter": "#matter",
    "case number": "#case",
    "code": "#code",
    "a button": "#paste",
    "window's button": "#window-change",
    "a link": ".brand",
}
LINE_ENDS = {"no line end": "", "Enter": "Enter", "Tab": "Tab"}
PACES = {"30 ms": 30, "110 ms": 110, "150 ms": 150}

ASKED = """
() => {
  globalThis.asked = [];
  const real = fetch;
  globalThis.fetch = (path, options) => {
    if (path === '/api/v1/verifications' && options.method === 'POST') asked.push(JSON.parse(options.body));
    return real(path, options);
  };
}
"""
FIELDS = "() => ['matter', 'case', 'code'].map((id) => document.getElementById(id).value)"
# What an input method makes of a gun: keys that say Process, and its own text in the field meanwhile.
COMPOSED = """
async ([code, mode]) => {
  const field = document.activeElement;
  for (const c of code) {
    const key = mode === 'input method' ? 'Process' : String.fromCharCode(c.charCodeAt(0) + 0xFEE0);
    const place = /[A-Z]/.test(c) ? `Key${c}` : `Digit${c}`;
    const shiftKey = /[A-Z]/.test(c);
    const event = new KeyboardEvent('keydown', { code: place, key, shiftKey, bubbles: true, cancelable: true });
    if (field.dispatchEvent(event) || mode === 'input method') {
      field.value += c.toLowerCase();
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    }
  }
}
"""


AT_START = """
() => {
  for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close();
  if (!document.getElementById('result').hidden) document.getElementById('done').click();
  for (const id of ['case', 'code']) document.getElementById(id).value = '';
  document.getElementById('matter').selectedIndex = 0;
  document.getElementById('zone').focus();
  asked.length = 0;
}
"""
QUIET_MS = 700
"""Longer than the silence that ends a run, and than the time for which the gun watches a field that it gave back."""


def still(visit: Visit) -> Page:
    """Open a counter that keeps what it asks, and whose clock stands still: a busy machine puts no gap into a scan."""
    page = visit.open("/counter", clock=True)
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=10))
    page.evaluate(ASKED)
    return page


@pytest.fixture(scope="module")
def desk(browser: Browser, demo: Demo) -> Iterator[Page]:
    """A counter that keeps what it asks, loaded once."""
    visit = People(browser, demo).visit()
    page = still(visit)
    yield page
    assert [] == visit.complaints
    visit.context.close()


@pytest.fixture
def counter(desk: Page) -> Page:
    """The counter as it is before a first scan."""
    desk.wait_for_selector("#zone:not(.busy)")
    desk.clock.run_for(QUIET_MS)
    desk.evaluate(AT_START)
    return desk


def type_keys(page: Page, text: str, *, gap: int = 5) -> None:
    """Type on a counter whose clock stands still, with `gap` milliseconds of its clock after each key."""
    for key in text:
        page.keyboard.type(key)
        page.clock.run_for(gap)


def asked(page: Page) -> list[str]:
    """Return the codes that were asked about."""
    return [one["code"] for one in page.evaluate("globalThis.asked")]


def wait_for_answer(page: Page) -> None:
    """Wait for a verdict on the screen."""
    page.wait_for_selector("#result:not([hidden])")


@pytest.mark.sampled
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("line_end", LINE_ENDS)
def test_a_scan_is_a_scan_wherever_the_focus_is(counter: Page, place: str, line_end: str) -> None:
    """One question with the whole code, and every field as it was before the first key."""
    counter.fill("#case", CASE)
    counter.fill("#code", "ec1 half")
    counter.select_option("#matter", index=2)
    before = counter.evaluate(FIELDS)
    counter.focus(PLACES[place])
    type_keys(counter, TICKET)
    if LINE_ENDS[line_end]:
        counter.keyboard.press(LINE_ENDS[line_end])
    wait_for_answer(counter)
    counter.clock.run_for(200)

    assert [TICKET] == asked(counter)
    assert before[:2] == counter.evaluate(FIELDS)[:2]
    assert CASE == counter.evaluate("globalThis.asked[0].case_number")
    assert before[0] == counter.evaluate("globalThis.asked[0].matter")
    assert counter.is_visible("#result")
    assert not counter.is_visible("#window-dialog")


@pytest.mark.sampled
@pytest.mark.parametrize("pace", PACES)
@pytest.mark.parametrize("place", ["zone", "matter", "case number"])
def test_a_slow_gun_is_read(counter: Page, place: str, pace: str) -> None:
    """A gun of 30, 110 or 150 ms a key, without a line end."""
    counter.focus(PLACES[place])
    type_keys(counter, TICKET, gap=PACES[pace])
    wait_for_answer(counter)

    assert [TICKET] == asked(counter)


@pytest.mark.sampled
@pytest.mark.parametrize("code", [TICKET, REQUEST, SEALED, PAPER], ids=lambda code: code[:3])
@pytest.mark.parametrize("place", ["zone", "case number"])
def test_every_sort_of_code_ends_at_its_own_length(counter: Page, place: str, code: str) -> None:
    """A ticket and a request after 20 characters, a sealed and a paper code at the length that they state."""
    counter.focus(PLACES[place])
    counter.keyboard.type(code + code)
    counter.wait_for_function("asked.length === 2")

    assert [code, code] == asked(counter)
    assert "" == counter.input_value("#case")


@pytest.mark.parametrize(
    "typed",
    ["ec1cttw8xwe7ka3aykkb", "ECICTTW8XWE7KA3AYKKB", "EC1CTTW-8XWE7 KA3AYKKB", "eEC1CTTW8XWE7KA3AYKKB"],
)
def test_a_code_is_read_as_it_was_meant(counter: Page, typed: str) -> None:
    """Small letters, I for 1, hyphens and blanks, and a key before the first."""
    counter.keyboard.type(typed)
    wait_for_answer(counter)

    assert [TICKET] == asked(counter)


def test_o_is_zero(counter: Page) -> None:
    """O is read as 0."""
    counter.keyboard.type("EC1OOOOOOOOOOOOOOOOO")
    counter.wait_for_function("asked.length === 1")

    assert ["EC1" + "0" * 17] == asked(counter)


@pytest.mark.parametrize("mode", ["input method", "full width"])
def test_an_input_method_gives_the_field_back_too(counter: Page, mode: str) -> None:
    """What a Chinese input method or full-width mode wrote into the field is taken out of it again."""
    counter.fill("#case", CASE)
    counter.focus("#case")
    counter.evaluate(COMPOSED, [TICKET, mode])
    wait_for_answer(counter)

    assert [TICKET] == asked(counter)
    assert CASE == counter.input_value("#case")


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        (CASE, 0),
        (CASE, 30),
        ("EC2026-1124-0007", 0),
        ("EC2026-1124-0007", 120),
        (TICKET, 450),
        ("EC1-2026/0007", 0),
        ("EC5CTTW8XWE7KA3AYKKB", 0),
    ],
)
def test_what_is_no_code_belongs_to_the_field(counter: Page, text: str, delay: int) -> None:
    """Twenty digits, a case number that begins with EC, a code typed by hand slowly: all stay where they are."""
    counter.focus("#case")
    type_keys(counter, text, gap=delay)
    counter.clock.run_for(QUIET_MS)

    assert [] == asked(counter)
    assert text == counter.input_value("#case")
    assert "请扫码" == counter.inner_text("#zone-word")


def test_a_select_keeps_its_matter(people: People) -> None:
    """Type-ahead of a select sees the gun's letters; the matter is the same afterwards, and at the next visit."""
    visit = people.visit("en")
    page = still(visit)
    page.evaluate(
        "() => { const made = new Option('Ec1 matter', 'X'); document.getElementById('matter').append(made); }"
    )
    page.select_option("#matter", index=1)
    before = page.input_value("#matter")
    page.focus("#matter")
    type_keys(page, TICKET, gap=30)
    wait_for_answer(page)

    assert before == page.input_value("#matter")
    assert before == page.evaluate("globalThis.asked[0].matter")
    assert before == visit.open("/counter").input_value("#matter")


def test_a_scan_into_an_open_list_is_a_scan(counter: Page) -> None:
    """The list of matters is open: the code is read, the list closes, and its matter is the same."""
    counter.evaluate(
        "() => { const made = new Option('Ec1 matter', 'X'); document.getElementById('matter').append(made); }"
    )
    before = counter.input_value("#matter")
    counter.click("#matter")
    counter.wait_for_function("document.getElementById('matter').matches(':open')")
    type_keys(counter, TICKET, gap=30)
    counter.keyboard.press("Enter")
    wait_for_answer(counter)

    assert [TICKET] == asked(counter)
    assert before == counter.input_value("#matter")
    assert not counter.evaluate("document.getElementById('matter').matches(':open')")


SLOW_TO_DRAW = """
const draw = Element.prototype.replaceChildren;
Element.prototype.replaceChildren = function (...children) {
  const until = performance.now() + (this.id === 'band' ? 300 : 0);
  while (performance.now() < until);
  return draw.apply(this, children);
};
"""


def test_a_machine_that_draws_slowly_keeps_its_verdict(people: People) -> None:
    """The verdict of a counter without a network is there at once; the gun's Enter after it is no person's."""
    visit = people.visit()
    visit.context.add_init_script(SLOW_TO_DRAW)
    page = visit.open("/counter?card=stale-list")
    page.wait_for_function("document.getElementById('band').textContent !== ''")
    page.wait_for_timeout(100)

    assert page.is_visible("#result")


NO_BASE_SELECT = """
const supports = CSS.supports.bind(CSS);
CSS.supports = (name, ...rest) => name !== 'appearance' && supports(name, ...rest);
addEventListener('DOMContentLoaded', () => { document.getElementById('matter').style.appearance = 'auto'; });
"""


def test_a_scan_into_an_open_list_is_a_scan_in_an_older_browser(people: People) -> None:
    """A list that opens outside the page sees every key, and the page none: there it opens in the page."""
    visit = people.visit()
    visit.context.add_init_script(NO_BASE_SELECT)
    page = still(visit)
    page.click("#matter")
    page.locator("#matter option").nth(2).click()
    chosen = page.input_value("#matter")
    page.keyboard.press("ArrowDown")
    rows = page.get_attribute("#matter", "size")
    type_keys(page, TICKET)
    wait_for_answer(page)

    assert str(len(matters())) == rows
    assert ("PLACEHOLDER-903", "PLACEHOLDER-903") == (chosen, page.input_value("#matter"))
    assert [TICKET] == asked(page)
    assert page.get_attribute("#matter", "size") is None


def test_part_of_a_code_is_told_and_not_waited_for(counter: Page) -> None:
    """A gun that lost the end of a code and sends no Enter: the counter says that it was not read whole."""
    type_keys(counter, TICKET[:14])
    counter.clock.run_for(QUIET_MS)
    counter.wait_for_selector("#band.undetermined")

    assert [TICKET[:14]] == asked(counter)
    assert "没有读完整" in counter.inner_text("#band")


def test_a_foreign_code_is_named_without_a_line_end(counter: Page) -> None:
    """A payment code, scanned outside fields by a gun without Enter, is told as what it is not."""
    type_keys(counter, "134567890123456789")
    counter.clock.run_for(QUIET_MS)
    counter.wait_for_selector("#band.undetermined")

    assert ["134567890123456789"] == asked(counter)


def test_the_window_is_changed_on_purpose(people: People) -> None:
    """A dialog says what the name is for; kept, it stands in the bar, in the question, and there at the next visit."""
    visit = people.visit()
    page = still(visit)
    at_first = page.inner_text("#window")
    page.click("#window-change")
    page.fill("#window-name", "东厅8号")
    page.click("#window-cancel")
    left = page.inner_text("#window")
    page.click("#window-change")
    page.fill("#window-name", "东厅8号")
    page.keyboard.press("Enter")
    code = show(people.visit("zh", PHONE), "营业执照")
    type_keys(page, code)
    page.wait_for_selector("#band.valid")

    assert ("1号窗口", "1号窗口", "东厅8号") == (at_first, left, page.inner_text("#window"))
    assert "东厅8号" == page.evaluate("globalThis.asked[0].window")
    assert "东厅8号" == visit.open("/counter").inner_text("#window")


@pytest.mark.parametrize("kept", [TICKET, "1号窗口EC1ABCDEFGHJKMNP", "ec1abcdefgh"])
def test_a_kept_window_that_is_a_code_is_dropped(people: People, kept: str) -> None:
    """An earlier release kept a scan as the window's name: it is gone at the next visit, the account's name stands."""
    visit = people.visit()
    visit.open("/counter").evaluate("(kept) => localStorage.setItem('certhub.window', kept)", kept)
    page = visit.open("/counter")

    assert "1号窗口" == page.inner_text("#window")
    assert page.evaluate("localStorage.getItem('certhub.window')") is None


def test_a_scan_into_the_open_dialog_is_a_scan(counter: Page) -> None:
    """The dialog closes, the name stays, the code is checked."""
    counter.click("#window-change")
    counter.keyboard.type(TICKET)
    counter.keyboard.press("Enter")
    wait_for_answer(counter)

    assert [TICKET] == asked(counter)
    assert "1号窗口" == counter.inner_text("#window")
    assert not counter.is_visible("#window-dialog")


def test_a_code_is_no_name_for_a_window(counter: Page) -> None:
    """A name that is pasted and holds a code is refused, in words."""
    counter.click("#window-change")
    counter.fill("#window-name", TICKET)
    counter.keyboard.press("Enter")

    assert "不是窗口名称" in counter.inner_text("#window-problem")
    assert "1号窗口" == counter.inner_text("#window")


def test_the_scripts_lengths_are_the_verifiers(people: People) -> None:
    """The length that the page reads out of a sealed code is the verifier's, for every size there is."""
    page = people.visit().open("/counter")
    sizes = [72, 73, 300, 1_000, 65_535]
    words = ["EC2" + crockford.encode(size.to_bytes(2, "big") + bytes(8)) for size in sizes]
    found = page.evaluate(
        "async (words) => words.map((await import('/assets/js/gun-run.js')).wholeLength)",
        words,
    )

    assert [3 + crockford.text_length(size) for size in sizes] == found
