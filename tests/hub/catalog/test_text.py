"""Characters: what is kept, what is brought to one spelling, what is refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certhub.catalog.text import Unfit, read_code, read_text

HIDDEN = [
    *"\x00\x08\x1b\x7f\x85\xad",
    *"\u034f\u061c\u115f\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029",
    *"\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u3164\uffa0\ufff9",
    "\U000e0041",
    "\ud800",
]


@pytest.mark.parametrize("character", HIDDEN, ids=lambda character: f"{ord(character):04X}")
@pytest.mark.parametrize("read", [read_text, read_code], ids=["text", "code"])
def test_what_cannot_be_seen_is_refused(read, character):
    """Control, bidirectional and zero-width characters stand in no value."""
    with pytest.raises(Unfit) as refused:
        read(f"名{character}称")

    assert refused.value.code == "TEXT_CONTROL_CHARS"


@pytest.mark.parametrize("character", ["\ue863", "\uf8ff", "\ufffd", "\U000f0000"])
def test_what_only_one_font_can_show_is_refused(character):
    """Private-use and replacement characters look different everywhere."""
    with pytest.raises(Unfit) as refused:
        read_text(f"名{character}称")

    assert refused.value.code == "TEXT_UNMAPPED_CHARS"


@pytest.mark.parametrize("name", ["赵䶮示", "买买提·样例", "𠮷野", "葛\U000e0100城", "\U00031350", "ᠮᠣᠩ"])
def test_rare_characters_are_kept(name):
    """Rare characters, their printed variants and other scripts pass unchanged."""
    assert name == read_text(f" {name}\u3000")


def test_line_breaks_are_kept_only_where_asked_for():
    """A scope of business may have lines; a name may not."""
    assert read_text("a\r\nb\rc", lines=True) == "a\nb\nc"
    with pytest.raises(Unfit):
        read_text("a\nb")


@given(st.text(max_size=40))
def test_reading_what_was_read_changes_nothing(raw):
    """A value that passed once passes again as it is, and is in NFC."""
    try:
        text = read_text(raw, lines=True)
    except Unfit:
        return

    assert text == read_text(text, lines=True)
    assert text == unicodedata.normalize("NFC", text)


@given(st.text(max_size=40))
def test_a_code_has_one_spelling(raw):
    """Reading a code twice changes nothing, and its case never matters."""
    try:
        code = read_code(raw)
    except Unfit:
        return

    assert code == code.strip()
    assert code.isascii() is False or code == read_code(code.lower())
