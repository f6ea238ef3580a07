"""Strict JSON: one reading of every text, or a refusal."""

import json
import time

import pytest
from certhub_verifier.errors import Malformed
from certhub_verifier.formats.jose import strict_json
from hypothesis import given, settings
from hypothesis import strategies as st

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
INTEGERS = st.integers(-(10**18) + 1, 10**18 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(VALUES)
def test_what_we_print_we_can_read(value):
    """Every value of strict JSON survives a trip through its text, in both spellings."""
    assert value == strict_json.loads(strict_json.dumps(value), max_depth=32)
    assert value == strict_json.loads(strict_json.canonical(value), max_depth=32)


@settings(deadline=None)
@given(VALUES)
def test_the_quick_printer_prints_what_the_plain_one_does(value):
    """Byte for byte: what was signed by the one is the same text by the other."""
    plain = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    assert plain == strict_json.dumps(value) == strict_json.dumps_read(value)


@settings(deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60))
def test_what_we_read_python_reads_the_same(data):
    """Any bytes are either refused with Malformed, or mean what the standard library says."""
    try:
        found = strict_json.loads(data, floats=True)
    except Malformed:
        return
    assert json.loads(data) == found


def test_prints_compactly_in_the_order_given():
    """Members keep their order and nothing is escaped that need not be."""
    assert '{"证照":1,"a":[true,null]}'.encode() == strict_json.dumps({"证照": 1, "a": [True, None]})


def test_the_canonical_form_sorts_members():
    """Two dictionaries that are equal have one canonical form."""
    assert strict_json.canonical({"b": 3, "a": {"d": 2, "c": 1}}) == b'{"a":{"c":1,"d":2},"b":3}'


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" ",
        b"{",
        b'{"a":1}x',
        b'{"a":1}{"a":1}',
        b'{"a":1,}',
        b"{'a':1}",
        b"\xef\xbb\xbf{}",
        "\ufeff{}",
        '{"a":1}'.encode("utf-16"),
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":1,"a":1}',
        b'{"b":{"a":1,"a":2}}',
        b'{"a":1,"\\u0061":2}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":"\\u0000"}',
        b'{"a":"\x00"}',
        b'{"a\\u0000":1}',
        b'{"a":"\\ud800"}',
        b'{"a":["\\udc00\\ud800"]}',
        b'{"\\ud800":1}',
        '{"a":"\ud800"}',
        b'{"a":01}',
        b'{"a":+1}',
        b'{"a":0x1}',
        b'{"a":1234567890123456789}',
        b'{"a":' + b"9" * 5_000 + b"}",
        b'{"a":-' + b"9" * 5_000 + b"}",
        b"{" * 9 + b"}" * 9,
        b"[[[[[[[[[]]]]]]]]]",
        b'[[[[[[[[["\\"',
        b'[[[[[[[[["\\',
        b"[[[[[]}]]]]",
    ],
)
def test_two_readings_are_a_refusal(text):
    """What two readers could read differently, or cannot read at all, is Malformed."""
    with pytest.raises(Malformed):
        strict_json.loads(text)


@pytest.mark.parametrize("number", [b"1.5", b"1e3", b"-0.25E-2"])
def test_fractions_are_read_where_the_format_has_them(number):
    """A format that has fractions says so, and gets them."""
    assert float(number) == strict_json.loads(number, floats=True)


@pytest.mark.parametrize("number", [b"1e400", b"-1e999", b"0." + b"1" * 5_000])
def test_fractions_have_to_be_finite_and_short(number):
    """A number that no double holds is refused, and so is one that takes long to convert."""
    with pytest.raises(Malformed):
        strict_json.loads(number, floats=True)


def test_depth_is_counted_as_nested_brackets():
    """Depth 8 is read and depth 9 is not, objects and arrays alike."""
    mixed = b'{"a":[{"a":[{"a":[{"a":[]}]}]}]}'

    assert strict_json.loads(mixed, max_depth=8)
    with pytest.raises(Malformed):
        strict_json.loads(mixed, max_depth=7)


def test_brackets_inside_strings_are_no_depth():
    """A string may hold brackets, quotes and backslashes without end."""
    text = '[{"}]' * 100 + '\\"['

    assert [text, {text: text}] == strict_json.loads(strict_json.dumps([text, {text: text}]))


def test_a_backslash_before_u_is_not_an_escape_of_nul():
    r"""The six characters \u0000 as text are fine; the escape that means NUL is not."""
    assert strict_json.loads(strict_json.dumps(r"\u0000")) == r"\u0000"


def test_a_pair_of_surrogate_escapes_is_one_character():
    """Extension characters of names pass, spelled either way."""
    assert strict_json.loads(b'["\\ud842\\udfb7","' + "𠮷".encode() + b'"]') == ["𠮷", "𠮷"]


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000,
        b'[{"":' * 50_000,
        b'"' + b'\\"' * 100_000,
        b'[[[[[[[[["' + b'\\"' * 100_000,
    ],
)
def test_a_hundred_thousand_levels_are_refused_at_once(text):
    """No depth of nesting costs as much as Python's own reader takes for a flat list of as many bytes, or recurses."""
    flat = b"[" + b"1," * (len(text) // 2) + b"1]"

    assert cost(lambda: refused(text)) < 4 * cost(lambda: json.loads(flat))


def refused(text):
    """Have a text refused."""
    with pytest.raises(Malformed):
        strict_json.loads(text)


def cost(deed):
    """The processor time of it, the least of three: what else runs here does not count."""
    costs = []
    for _ in range(3):
        start = time.thread_time()
        deed()
        costs.append(time.thread_time() - start)
    return min(costs)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), "\ud800", "a\0", {"\0": 1}, ["x", {"a": "\0"}]]
)
def test_prints_nothing_that_it_would_not_read(value):
    """NaN, NUL and lone surrogates are refused on the way out as well."""
    with pytest.raises(Malformed):
        strict_json.dumps(value)
    with pytest.raises(Malformed):
        strict_json.canonical(value)


@pytest.mark.parametrize("value", ["\ud800", "a\0", {"\0": 1}, ["x", {"a": "\0"}]])
def test_what_a_reader_has_taken_is_held_to_it_too(value):
    """A text that nobody can read goes past no printer, whoever took it before."""
    with pytest.raises(Malformed):
        strict_json.dumps_read(value)
