"""The check character of identifiers, right and wrong variant, against numbers found in public."""

import pytest
from certhub_schemas import BadCode
from certhub_schemas.codes import mod37_36
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.text(mod37_36.ALPHABET, min_size=1, max_size=80)
VECTORS = [
    ("A12425GABC1234002", "M"),  # the standard example of a GRid
    ("11100000000013338W01111430000006122244L20230000403001", "U"),  # printed on a public sample
    ("11100000000013127D00111420700MB99990011T20240000000000000001001", "5"),
    ("11100000MB0143028R00111420700MB99990011T2024YYZZ00000017001", "P"),
    ("11100000MB0327169900111420700MB99990011E2024000000017002", "W"),
    ("11100000000013143300111420700MB99990011J420799202400000123001", "O"),
    ("11100000000019713D00811420700MB99990011420799000123003", "U"),
]


@pytest.mark.parametrize(("text", "expected"), VECTORS)
def test_agrees_with_known_numbers(text, expected):
    """ISO 7064 MOD 37,36 over kind, agency, serial and version."""
    assert expected == mod37_36.check_character(text)


def test_the_wrong_variant_prints_another_character():
    """The first synthetic vector would carry a 1 under the variant that miscounts letters."""
    assert mod37_36.legacy_check_character(VECTORS[2][0]) == "1"


def test_a_public_sample_is_right_only_under_the_wrong_variant():
    """A number in circulation ends in M, where the standard wants D."""
    text = "11100000000013661B006113700000045046442209FA4E88F9E4C878F3E9BED2CE7EA49001"

    assert mod37_36.check_character(text) == "D"
    assert mod37_36.legacy_check_character(text) == "M"


@given(TEXTS, st.data())
def test_any_single_slip_changes_the_character(text, data):
    """A hybrid system finds every single substitution (ISO 7064)."""
    position = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(mod37_36.ALPHABET.replace(text[position], "")))

    slipped = text[:position] + other + text[position + 1 :]

    assert mod37_36.check_character(text) != mod37_36.check_character(slipped)


@given(TEXTS)
def test_both_variants_stay_in_the_alphabet(text):
    """One character each, always of 0-9A-Z."""
    assert mod37_36.check_character(text) in mod37_36.ALPHABET
    assert mod37_36.legacy_check_character(text) in mod37_36.ALPHABET


@pytest.mark.parametrize("compute", [mod37_36.check_character, mod37_36.legacy_check_character])
@pytest.mark.parametrize(
    ("text", "reason"), [("", "CODE_LENGTH"), ("a", "CODE_ALPHABET"), ("1.2", "CODE_ALPHABET")]
)
def test_other_text_has_no_character(compute, text, reason):
    """Empty text, lower case and dots are refused by both."""
    with pytest.raises(BadCode) as caught:
        compute(text)

    assert reason == caught.value.reason
