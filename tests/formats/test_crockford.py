"""Crockford base32: what scanners and people make of a code reads as what was meant."""

import pytest
from certhub_verifier.errors import Malformed
from certhub_verifier.formats.codes import crockford
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_what_we_print_we_can_read(data):
    """Every byte string survives a trip through its text, whose length is foretold."""
    text = crockford.encode(data)

    assert data == crockford.decode(text)
    assert crockford.text_length(len(data)) == len(text)


@settings(deadline=None)
@given(st.text(crockford.ALPHABET, max_size=20))
def test_what_we_read_we_print_the_same(text):
    """A text is either refused with Malformed or the one spelling of its bytes."""
    try:
        data = crockford.decode(text)
    except Malformed:
        return
    assert text == crockford.encode(data)


@settings(deadline=None)
@given(st.integers(0, 32**13 - 1))
def test_numbers_have_one_spelling(number):
    """Every number survives a trip through its digits."""
    assert number == crockford.number(crockford.digits(number, 13))


def test_numbers_are_spelled_most_significant_first():
    """The digits of 32 are 1 and 0; there are as many as asked for."""
    assert crockford.digits(32, 4) == "0010"
    assert crockford.digits(32**4 - 1, 4) == "ZZZZ"


@pytest.mark.parametrize("number", [-1, 32**4])
def test_a_number_that_does_not_fit_is_a_fault(number):
    """Digits are never dropped in silence."""
    with pytest.raises(ValueError, match="does not fit"):
        crockford.digits(number, 4)


@pytest.mark.parametrize(
    "heard",
    [
        "EC10 ABCD",
        "ec1oabcd",
        "EC-IO-AB-CD",
        " eclOabcd\r\n",
        "ＥＣ１０ＡＢＣＤ",
        "EC10\u3000ab\u2014cd",
        "ｅｃｌｏ－ａｂｃｄ",
    ],
)
def test_reads_what_was_meant(heard):
    """Case, width, spaces, hyphens and the letters that people confuse make no difference."""
    assert crockford.normalise(heard) == "EC10ABCD"


@settings(deadline=None)
@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text):
    """What has been read as meant means itself."""
    once = crockford.normalise(text)

    assert once == crockford.normalise(once)


@pytest.mark.parametrize("text", ["U", "0U", "É0", "0", "000", "01", "ZZ", "00!", "０ü"])
def test_other_texts_are_refused(text):
    """Letters of no digit, lengths that no bytes have and loose bits are Malformed."""
    with pytest.raises(Malformed):
        crockford.decode(text)


@pytest.mark.parametrize("text", ["", "U", "-", "+1", "_1", "１"])
def test_digits_are_of_the_alphabet(text):
    """What Python takes as a number is not for that a number of ours."""
    with pytest.raises(Malformed):
        crockford.number(text)
