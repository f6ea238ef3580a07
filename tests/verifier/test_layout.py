"""Text on a terminal: two columns for a Chinese character, breaks where a reader expects them, nothing hostile."""

import pytest
from certhub_verifier.cli.layout import cut, pad, printable, table, width, wrap
from hypothesis import given
from hypothesis import strategies as st

LINE = "证照属实，但未核实“出示人”就是持证人（见下）。The certificate is genuine; 3f2a91c03f2a91c03f2a91c03f2a91c0"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", 0), ("abc", 3), ("证照", 4), ("（演示）", 8), ("e\u0301", 1), ("✔", 1), ("\x1b[1;32m✔\x1b[0m", 1)],
)
def test_how_wide_it_is(text, expected):
    """Wide and fullwidth characters take two columns, accents and colours none."""
    assert expected == width(text)


@pytest.mark.parametrize("columns", range(12, 100))
def test_no_line_is_wider_than_the_terminal(columns):
    """Whatever its width, but for punctuation that stays with what it closes; and nothing is lost."""
    lines = list(wrap(LINE, columns, first="  → ", rest="    "))

    assert all(width(line) <= columns for line in lines)
    assert LINE.replace(" ", "") == "".join(lines).replace(" ", "").removeprefix("→")


def test_punctuation_stays_with_what_it_closes():
    """No line begins with a comma or a closing bracket, none ends with an opening one."""
    for columns in range(12, 60):
        for line in wrap(LINE, columns, rest="  "):
            assert line.strip()[0] not in "，。）”"
            assert line.strip()[-1] not in "（“"


def test_english_breaks_at_blanks():
    """And only a word that is longer than a line is cut."""
    assert list(wrap("the region vouches for it", 11)) == ["the region", "vouches for", "it"]
    assert list(wrap("ab 0123456789abcdef", 8)) == ["ab", "01234567", "89abcdef"]


def test_what_is_no_terminal_gets_one_line():
    """A file or a pipe is searched by line."""
    assert list(wrap(LINE * 5, None, first="  ")) == ["  " + LINE * 5]


@given(st.text(max_size=80), st.integers(8, 40))
def test_every_text_can_be_laid_out(text, columns):
    """Of any script, broken or not; nothing that moves a cursor comes out."""
    for line in wrap(printable(text), columns, first="  ", rest="    "):
        assert line.isprintable()
        assert width(line) <= columns
    assert width(cut(printable(text), columns)) <= columns


@pytest.mark.parametrize(
    "hostile", ["\x1b[2J", "\r", "\n", "\u202e", "\x07", "\ud800", "\u2066", "\u3164", "\u034f"]
)
def test_what_could_write_over_a_verdict_is_not_printed(hostile):
    """A name of a file may hold an escape sequence; on the screen it is a box."""
    assert "\ufffd" in printable(f"a{hostile}b")
    assert printable(f"a{hostile}b").isprintable()


def test_columns_stand_under_each_other():
    """By width, not by number of characters."""
    assert list(table([("有效期", "term", "x"), ("ab", "c", "")])) == ["有效期  term  x", "ab      c"]
    assert [width(pad(text, 6)) for text in ("", "证", "证照标", "证照标识")] == [6, 6, 6, 8]
