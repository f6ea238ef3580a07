"""Characters: what is kept, what is brought to one spelling, what is refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certhub.spelling.text import (
    Unfit,
    begins_formula,
    read_code,
    read_name,
    read_naming,
    read_printed_number,
    read_text,
    read_value,
)

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


@pytest.mark.parametrize(
    "text", ["=1+1", "\t=cmd|' /C calc'!A0", "＝A1", "@SUM(1)", "+cmd", " -1+2", "－x", "+"]
)
def test_a_name_that_a_spreadsheet_would_compute_is_refused(text):
    """`=`, `+`, `-` and `@` begin a formula, in full width too, and behind spaces or a tab."""
    with pytest.raises(Unfit) as refused:
        read_name(text)

    assert "TEXT_FORMULA" == refused.value.code


@pytest.mark.parametrize("text", ["+1", "-1+2", "－x", "+86 711 0000", "=A1", "@x", " -甲", "--甲"])
def test_a_claim_that_names_somebody_is_held_to_the_rule_of_names(text):
    """The name of a shop is a name wherever it stands."""
    with pytest.raises(Unfit) as refused:
        read_naming(text)

    assert ("TEXT_FORMULA", True) == (refused.value.code, begins_formula(text.strip()))


@pytest.mark.parametrize("text", ["-", "－", "--", "示例+小面馆", "张演示\n李样例"])
def test_a_dash_says_that_there_is_nobody(text):
    """Departments write it where there is no guardian; inside a name the signs mean nothing."""
    assert (text, False) == (read_naming(text, lines=True), begins_formula(text))


@pytest.mark.parametrize("text", ["+86 711 0000", "-1层", "-", "--", "A=B", "a@b", "C++"])
def test_a_value_that_only_looks_like_a_formula_is_kept(text):
    """A telephone number, a basement and a dash are values; the signs mean nothing inside."""
    assert text == read_value(text)


@pytest.mark.parametrize("text", ["=1", "＠x", "@SUM(1)", "+cmd|x", "＋A1"])
def test_a_value_that_is_a_formula_is_refused(text):
    """What a claim says is on paper for years: a formula says something else every day."""
    for read in (read_value, read_printed_number, read_code):
        with pytest.raises(Unfit) as refused:
            read(text)
        assert "TEXT_FORMULA" == refused.value.code


@pytest.mark.parametrize(
    "text",
    [
        "#N/A",
        "#n/a ",
        "＃N/A",
        "#REF!",
        "#DIV/0!",
        "#VALUE!",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#SPILL!",
        "#####",
    ],
)
def test_the_error_of_a_spreadsheet_is_no_value(text):
    """`#N/A` says that the value was lost before it came here; it is no name, number or code."""
    for read in (read_value, read_name, read_printed_number, read_code):
        with pytest.raises(Unfit) as refused:
            read(text)
        assert "TEXT_SHEET_ERROR" == refused.value.code


def test_a_hash_in_a_value_is_kept():
    """House number #12 and a scope that mentions #N/A are values."""
    assert ["#12", "3#", "见 #N/A 说明"] == [read_value(text) for text in ("#12", "3#", "见 #N/A 说明")]
