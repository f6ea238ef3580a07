"""Unified social credit codes against published numbers, and against every single slip."""

from contextlib import suppress

import pytest
from certhub_schemas import BadCode
from certhub_schemas.codes import uscc
from hypothesis import given
from hypothesis import strategies as st

PUBLISHED = [
    "91370406L24894136J",
    "11420503087246977F",
    "11100000MB03271699",
]
DEFINING_AUTHORITIES = [
    "11100000000013127D",
    "111000000000131433",
    "11100000000013186G",
    "11100000000013338W",
    "1110000000001332XW",
    "11100000000019713D",
    "11100000MB03271699",
    "11100000MB0143028R",
    "11100000MB0341032Y",
    "11100000717823004M",
    "11100000000014445H",
    "11100000000014154E",
    "11100000717817624Y",
    "11100000000013661B",
]
SYNTHETIC = [
    "11420700MB99990011",
    "11420100MB99990025",
    "91420700MA9999003W",
    "11421100MB9999004P",
    "11420000MB99990059",
    "92420799MA99990138",
    "91420799MA9999013B",
    "11420799MB99990172",
    "11420799MB9999041J",
    "11420799MB9999033P",
    "11420799MB9999050G",
    "11420799MB9999068A",
    "11420799MB9999025W",
    "11420198MB9999017L",
    "11421199MB9999017F",
]
BODIES = st.text(uscc.ALPHABET, min_size=17, max_size=17)


@pytest.mark.parametrize("code", PUBLISHED + DEFINING_AUTHORITIES + SYNTHETIC)
def test_reads_a_known_code(code):
    """Published codes, those of ministries and those of the demo check themselves."""
    assert code == uscc.parse(code)


@given(BODIES)
def test_what_we_complete_we_can_read(body):
    """Every body with its check character is a code."""
    code = body + uscc.check_character(body)

    assert code == uscc.parse(code)


@pytest.mark.parametrize("position", range(18))
@pytest.mark.parametrize("code", PUBLISHED)
def test_any_single_slip_is_told(code, position):
    """One changed character, wherever it stands and whatever it becomes, fails the check."""
    for other in uscc.ALPHABET.replace(code[position], ""):
        with pytest.raises(BadCode) as caught:
            uscc.parse(code[:position] + other + code[position + 1 :])

        assert caught.value.reason == "USCC_CHECK_DIGIT"


@pytest.mark.parametrize("letter", "IOSVZ")
def test_letters_that_look_like_digits_do_not_exist(letter):
    """I, O, S, V and Z are not in the alphabet (GB 32100)."""
    with pytest.raises(BadCode) as caught:
        uscc.parse("91370406L2489413" + letter + "J")

    assert caught.value.reason == "CODE_ALPHABET"


@pytest.mark.parametrize("text", ["", "9", "91370406L24894136", "91370406L24894136JJ"])
def test_eighteen_characters_or_nothing(text):
    """A code that is too short or too long is told as such."""
    with pytest.raises(BadCode) as caught:
        uscc.parse(text)

    assert caught.value.reason == "CODE_LENGTH"


@given(st.text(max_size=40))
def test_nothing_but_our_own_error_escapes(text):
    """Whatever is typed, it is a code or a BadCode."""
    with suppress(BadCode):
        assert text == uscc.parse(text)


def test_a_body_is_seventeen_characters_of_the_alphabet():
    """The check character of anything else is refused, not guessed."""
    with pytest.raises(BadCode, match="CODE_LENGTH"):
        uscc.check_character("1")
    with pytest.raises(BadCode, match="CODE_ALPHABET"):
        uscc.check_character("1142070OMB9999001")
