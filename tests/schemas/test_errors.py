"""Errors name the fact and never the person; the public face is what it says."""

from types import ModuleType

import certhub_schemas
import pytest
from certhub_schemas import BadCode, SchemasError
from certhub_schemas.codes import holder_id, normalise, resident_id, uscc
from certhub_schemas.errors import BadEntry, KindUnknown, MatterUnknown, value_shape


@pytest.mark.parametrize("number", ["420799190001010016", "42079919000101001", "4207991900010100X5"])
def test_no_message_carries_an_identity_number(number):
    """Neither the text nor the attributes of a BadCode show the number; its shape is enough."""
    for parse in (resident_id.parse, uscc.parse, lambda text: holder_id.check("111", text)):
        with pytest.raises(BadCode) as caught:
            parse(number)

        told = f"{caught.value} {caught.value!r} {vars(caught.value)}"
        assert number[:8] not in told
        assert "9999" in caught.value.value_shape


def test_a_shape_tells_alphabet_and_length():
    """Digits, letters of either case, and everything else; long texts are cut."""
    assert value_shape("42Xx张") == "99Aa? (5 characters)"
    assert value_shape("1" * 100) == "9" * 24 + "… (100 characters)"


@pytest.mark.parametrize(
    "error", [BadCode("X", ""), BadEntry("a", "b", "c"), KindUnknown("x"), MatterUnknown("x")]
)
def test_one_root_for_all_errors(error):
    """Whoever calls this distribution catches one class."""
    assert isinstance(error, SchemasError)


def test_the_public_face_is_complete():
    """`__all__` is what is visible, modules apart."""
    visible = {
        name
        for name, value in vars(certhub_schemas).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }

    assert visible == set(certhub_schemas.__all__)


def test_normalising_brings_codes_back_to_one_spelling():
    """Full width, lower case, outer spaces of any width."""
    assert normalise("　９１３７０４０６ｌ24894136j \t") == "91370406L24894136J"


def test_normalising_twice_changes_nothing():
    """The one spelling is its own normal form."""
    assert normalise("ﬀ 张Ⅷ") == normalise(normalise("ﬀ 张Ⅷ"))
