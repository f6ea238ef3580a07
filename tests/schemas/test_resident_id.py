"""Citizens' identity numbers: published and fictional ones, wrong ones, and those a spreadsheet broke."""

from contextlib import suppress

import pytest
from certhub_schemas import BadCode
from certhub_schemas.codes import normalise, resident_id
from hypothesis import given
from hypothesis import strategies as st

KNOWN = [
    "11010519491231002X",  # GB 11643-1999
    "420799199001010016",
    "420799198512310024",
    "420799200002290035",
    "420799190001010015",
    "420799190002020020",
    "420799190003030036",
    "420799190004040041",
    "420799190005050057",
    "420799190006060062",
    "420799190007070078",
    "420799190008080083",
]
DATES = st.dates().filter(lambda day: 1800 <= day.year <= 2199)


@pytest.mark.parametrize("number", KNOWN)
def test_reads_a_known_number(number):
    """The standard's own example and the fictional people of the demo check themselves."""
    assert number == resident_id.parse(number)


@given(st.integers(0, 999_999), DATES, st.integers(0, 999))
def test_what_we_complete_we_can_read(region, born, sequence):
    """Region, date and sequence with their check character are a number, in any region."""
    body = f"{region:06}{born.year:04}{born.month:02}{born.day:02}{sequence:03}"

    number = body + resident_id.check_character(body)

    assert number == resident_id.parse(number)


@pytest.mark.parametrize("position", range(18))
def test_any_single_slip_is_told_as_a_wrong_check_digit(position):
    """One changed digit is ID_CHECK_DIGIT even where it also makes the date impossible."""
    number = "420799190001010015"
    for other in "0123456789".replace(number[position], ""):
        with pytest.raises(BadCode) as caught:
            resident_id.parse(number[:position] + other + number[position + 1 :])

        assert caught.value.reason == "ID_CHECK_DIGIT"


@pytest.mark.parametrize("date", ["19000229", "19001301", "19000100", "17991231", "22000101", "20230431"])
def test_a_date_that_never_was_is_told(date):
    """A number whose check digit fits can still carry an impossible date of birth."""
    body = f"420799{date}001"

    with pytest.raises(BadCode) as caught:
        resident_id.parse(body + resident_id.check_character(body))

    assert caught.value.reason == "ID_DATE"


@pytest.mark.parametrize("number", ["42079919900101001", "4207991990010100166", "420799900101001", ""])
def test_eighteen_characters_or_nothing(number):
    """Fifteen-digit numbers of the first generation are not read either."""
    with pytest.raises(BadCode) as caught:
        resident_id.parse(number)

    assert caught.value.reason == "CODE_LENGTH"


@pytest.mark.parametrize(
    "number", ["4207991990010100x6", "42079919900101001Y", "４２０７９９１９９００１０１００１６"]
)
def test_other_alphabets_are_told(number):
    """Letters but the last X, and digits of other scripts, are refused."""
    with pytest.raises(BadCode) as caught:
        resident_id.parse(number)

    assert caught.value.reason == "CODE_ALPHABET"


def test_lower_case_x_and_full_width_digits_are_one_number_once_normalised():
    """What input methods make of a number comes back to its one spelling."""
    assert resident_id.parse(normalise(" １１０１０５１９４９１２３１００２ｘ　")) == "11010519491231002X"


@pytest.mark.parametrize(
    "text", ["4.20799E+17", "4.2079919000101E+17", "4E+17", "4.20799E17", "420799190001010000"]
)
def test_a_number_that_a_spreadsheet_destroyed_is_recognised(text):
    """Scientific notation, or three zeros at the end and a check digit that fails."""
    assert resident_id.is_excel_number(text)


def test_a_true_number_that_ends_in_zeros_is_not_suspected():
    """Some real numbers end in 000; their check digit fits."""
    bodies = [f"420799199001{day:02}{ten}00" for day in range(1, 29) for ten in range(10)]
    numbers = [body + "0" for body in bodies if resident_id.check_character(body) == "0"]

    assert numbers
    assert not any(resident_id.is_excel_number(number) for number in numbers)


@pytest.mark.parametrize("text", ["", "420799190001010015", "420799190001010016", "4.2", "E+17", "JY1.2E+17"])
def test_other_slips_are_not_blamed_on_a_spreadsheet(text):
    """A wrong digit is a wrong digit."""
    assert not resident_id.is_excel_number(text)


@given(st.text(max_size=40))
def test_nothing_but_our_own_error_escapes(text):
    """Whatever is typed, it is a number or a BadCode."""
    resident_id.is_excel_number(text)
    with suppress(BadCode):
        assert text == resident_id.parse(text)


def test_a_body_is_seventeen_digits():
    """The check character of anything else is refused, not guessed."""
    with pytest.raises(BadCode, match="CODE_LENGTH"):
        resident_id.check_character("1")
    with pytest.raises(BadCode, match="CODE_ALPHABET"):
        resident_id.check_character("1101051949123100X")
