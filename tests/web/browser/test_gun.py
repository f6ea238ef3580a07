"""The gun owns the counter: wherever the focus is, at any pace, with any line end, and no key of a person is lost."""

import pytest
from certhub_verifier.formats import crockford
from certhub_verifier.formats.codes import pack
from playwright.sync_api import Page

from tests.web.browser.acts import show
from tests.web.browser.conftest import PHONE, People

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


def at_counter(people: People, lang: str = "zh") -> Page:
    """Return a counter that keeps what it asks."""
    page = people.visit(lang).open("/counter")
    page.evaluate(ASKED)
    return page


def asked(page: Page) -> list[str]:
    """Return the codes that were asked about."""
    return [one["code"] for one in page.evaluate("globalThis.asked")]


def wait_for_answer(page: Page) -> None:
    """Wait for a verdict on the screen."""
    page.wait_for_selector("#result:not([hidden])")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("line_end", LINE_ENDS)
def test_a_scan_is_a_scan_wherever_the_focus_is(people: People, place: str, line_end: str) -> None:
    """One question with the whole code, and every field as it was before the first key."""
    page = at_counter(people)
    page.fill("#case", CASE)
    page.fill("#code", "ec1 half")
    page.select_option("#matter", index=2)
    before = page.evaluate(FIELDS)
    page.focus(PLACES[place])
    page.keyboard.type(TICKET, delay=5)
    if LINE_ENDS[line_end]:
        page.keyboard.press(LINE_ENDS[line_end])
    wait_for_answer(page)
    page.wait_for_timeout(200)

    assert [TICKET] == asked(page)
    assert before[:2] == page.evaluate(FIELDS)[:2]
    assert CASE == page.evaluate("globalThis.asked[0].case_number")
    assert before[0] == page.evaluate("globalThis.asked[0].matter")
    assert page.is_visible("#result")
    assert not page.is_visible("#window-dialog")


@pytest.mark.parametrize("pace", PACES)
@pytest.mark.parametrize("place", ["zone", "matter", "case number"])
def test_a_slow_gun_is_read(people: People, place: str, pace: str) -> None:
    """A gun of 30, 110 or 150 ms a key, without a line end."""
    page = at_counter(people)
    page.focus(PLACES[place])
    page.keyboard.type(TICKET, delay=PACES[pace])
    wait_for_answer(page)

    assert [TICKET] == asked(page)


@pytest.mark.parametrize("code", [TICKET, REQUEST, SEALED, PAPER], ids=lambda code: code[:3])
@pytest.mark.parametrize("place", ["zone", "case number"])
def test_every_sort_of_code_ends_at_its_own_length(people: People, place: str, code: str) -> None:
    """A ticket and a request after 20 characters, a sealed and a paper code at the length that they state."""
    page = at_counter(people)
    page.focus(PLACES[place])
    page.keyboard.type(code + code)
    page.wait_for_function("asked.length === 2")

    assert [code, code] == asked(page)
    assert "" == page.input_value("#case")


@pytest.mark.parametrize(
    "typed",
    ["ec1cttw8xwe7ka3aykkb", "ECICTTW8XWE7KA3AYKKB", "EC1CTTW-8XWE7 KA3AYKKB", "eEC1CTTW8XWE7KA3AYKKB"],
)
def test_a_code_is_read_as_it_was_meant(people: People, typed: str) -> None:
    """Small letters, I for 1, hyphens and blanks, and a key before the first."""
    page = at_counter(people)
    page.keyboard.type(typed)
    wait_for_answer(page)

    assert [TICKET] == asked(page)


def test_o_is_zero(people: People) -> None:
    """O is read as 0."""
    page = at_counter(people)
    page.keyboard.type("EC1OOOOOOOOOOOOOOOOO")
    page.wait_for_function("asked.length === 1")

    assert ["EC1" + "0" * 17] == asked(page)


@pytest.mark.parametrize("mode", ["input method", "full width"])
def test_an_input_method_gives_the_field_back_too(people: People, mode: str) -> None:
    """What a Chinese input method or full-width mode wrote into the field is taken out of it again."""
    page = at_counter(people)
    page.fill("#case", CASE)
    page.focus("#case")
    page.evaluate(COMPOSED, [TICKET, mode])
    wait_for_answer(page)

    assert [TICKET] == asked(page)
    assert CASE == page.input_value("#case")


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        (CASE, 0),
        (CASE, 30),
        ("EC2026-1124-0007", 0),
        ("EC2026-1124-0007", 120),
        (TICKET, 550),
        ("EC1-2026/0007", 0),
        ("EC5CTTW8XWE7KA3AYKKB", 0),
    ],
)
def test_what_is_no_code_belongs_to_the_field(people: People, text: str, delay: int) -> None:
    """Twenty digits, a case number that begins with EC, a code typed by hand slowly: all stay where they are."""
    page = at_counter(people)
    page.focus("#case")
    page.keyboard.type(text, delay=delay)
    page.wait_for_timeout(700)

    assert [] == asked(page)
    assert text == page.input_value("#case")
    assert "请扫码" == page.inner_text("#zone-word")


def test_a_select_keeps_its_matter(people: People) -> None:
    """Type-ahead of a select sees the gun's letters; the matter is the same afterwards, and at the next visit."""
    visit = people.visit("en")
    page = visit.open("/counter")
    page.evaluate(ASKED)
    page.evaluate(
        "() => { const made = new Option('Ec1 matter', 'X'); document.getElementById('matter').append(made); }"
    )
    page.select_option("#matter", index=1)
    before = page.input_value("#matter")
    page.focus("#matter")
    page.keyboard.type(TICKET, delay=30)
    wait_for_answer(page)

    assert before == page.input_value("#matter")
    assert before == page.evaluate("globalThis.asked[0].matter")
    assert before == visit.open("/counter").input_value("#matter")


def test_part_of_a_code_is_told_and_not_waited_for(people: People) -> None:
    """A gun that lost the end of a code and sends no Enter: the counter says that it was not read whole."""
    page = at_counter(people)
    page.keyboard.type(TICKET[:14])
    page.wait_for_selector("#band.undetermined")

    assert [TICKET[:14]] == asked(page)
    assert "没有读完整" in page.inner_text("#band")


def test_a_foreign_code_is_named_without_a_line_end(people: People) -> None:
    """A payment code, scanned outside fields by a gun without Enter, is told as what it is not."""
    page = at_counter(people)
    page.keyboard.type("134567890123456789")
    page.wait_for_selector("#band.undetermined")

    assert ["134567890123456789"] == asked(page)


def test_the_window_is_changed_on_purpose(people: People) -> None:
    """A dialog says what the name is for; kept, it stands in the bar, in the question, and there at the next visit."""
    visit = people.visit()
    page = visit.open("/counter")
    page.evaluate(ASKED)
    at_first = page.inner_text("#window")
    page.click("#window-change")
    page.fill("#window-name", "东厅8号")
    page.click("#window-cancel")
    left = page.inner_text("#window")
    page.click("#window-change")
    page.fill("#window-name", "东厅8号")
    page.keyboard.press("Enter")
    code = show(people.visit("zh", PHONE), "营业执照")
    page.keyboard.type(code)
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


def test_a_scan_into_the_open_dialog_is_a_scan(people: People) -> None:
    """The dialog closes, the name stays, the code is checked."""
    page = at_counter(people)
    page.click("#window-change")
    page.keyboard.type(TICKET)
    page.keyboard.press("Enter")
    wait_for_answer(page)

    assert [TICKET] == asked(page)
    assert "1号窗口" == page.inner_text("#window")
    assert not page.is_visible("#window-dialog")


def test_a_code_is_no_name_for_a_window(people: People) -> None:
    """A name that is pasted and holds a code is refused, in words."""
    page = at_counter(people)
    page.click("#window-change")
    page.fill("#window-name", TICKET)
    page.keyboard.press("Enter")

    assert "不是窗口名称" in page.inner_text("#window-problem")
    assert "1号窗口" == page.inner_text("#window")


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
