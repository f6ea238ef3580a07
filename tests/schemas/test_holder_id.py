"""The sorts of holder number (GB/T 36903 Annex A) and what each checks."""

import pytest
from certhub_schemas import BadCode
from certhub_schemas.codes import holder_id

ANNEX_A = [
    "001",
    "099",
    "111",
    "114",
    "115",
    "118",
    "119",
    "120",
    "122",
    "411",
    "412",
    "413",
    "414",
    "511",
    "516",
    "999",
]


def test_the_list_is_that_of_the_standard():
    """Sixteen sorts, in the standard's order."""
    assert list(holder_id.HOLDER_ID_TYPES) == ANNEX_A


@pytest.mark.parametrize("code", ANNEX_A)
def test_only_two_sorts_are_of_organisations(code):
    """001 and 099 name organisations; all others name people."""
    assert (code not in ("001", "099")) == holder_id.holder_id_type(code).natural


@pytest.mark.parametrize("code", ["", "10", "002", "000", "１１１", "1111"])
def test_a_sort_that_is_not_in_the_list_is_told(code):
    """Local codes, such as a 10 for identity numbers, are mapped at the edge or refused."""
    with pytest.raises(BadCode) as caught:
        holder_id.check(code, "x")

    assert caught.value.reason == "HOLDER_TYPE_UNKNOWN"


def test_numbers_that_check_themselves_are_checked():
    """A wrong digit is told by the same code as anywhere else."""
    assert holder_id.check("001", "91370406L24894136J") == "91370406L24894136J"
    assert holder_id.check("111", "420799190001010015") == "420799190001010015"
    with pytest.raises(BadCode, match="USCC_CHECK_DIGIT"):
        holder_id.check("001", "91370406L24894136H")
    with pytest.raises(BadCode, match="ID_CHECK_DIGIT"):
        holder_id.check("111", "420799190001010016")


@pytest.mark.parametrize("value", ["E12345678", "军字第0001号", "A" * 64])
def test_other_numbers_are_taken_as_they_are(value):
    """Up to 64 printable characters."""
    assert value == holder_id.check("414", value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "CODE_LENGTH"),
        ("A" * 65, "CODE_LENGTH"),
        ("A\x00", "CODE_PRINTABLE"),
        (" ", "CODE_PRINTABLE"),
        ("A\u3164", "CODE_PRINTABLE"),
        ("\u034f1", "CODE_PRINTABLE"),
    ],
)
def test_other_numbers_are_short_and_printable(value, reason):
    """Nothing empty, overlong or invisible."""
    with pytest.raises(BadCode) as caught:
        holder_id.check("999", value)

    assert reason == caught.value.reason
