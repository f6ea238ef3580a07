"""What a text that is none of our codes looks like is said, in both languages, without a character of it."""

import pytest
from certhub_verifier import cli
from certhub_verifier.looks import Look, look_of
from certhub_verifier.sentences import CATALOGUE, explain, look_detail
from hypothesis import given
from hypothesis import strategies as st

from tests.support.credentials import World

WORLD = World()
SEEN = [
    ("", Look.NOTHING),
    (" \n\ufeff", Look.NOTHING),
    ("420799190001010015", Look.RESIDENT_ID),
    ("４２０７９９ 19000101 0015", Look.RESIDENT_ID),
    ("11010519491231002x", Look.RESIDENT_ID),
    ("11420799MB99990172", Look.USCC),
    ("92420799ma99990138", Look.USCC),
    ("289900001234567890", Look.PAYMENT_CODE),
    ("130000000000000001", Look.PAYMENT_CODE),
    ("6217 0000 1234 5670", Look.BANK_CARD),
    ("13800138000", Look.MOBILE_NUMBER),
    ("+86 138-0013-8000", Look.MOBILE_NUMBER),
    ("6901234567892", Look.BARCODE),
    ("6901234567893", Look.DIGITS),
    ("420799190001010016", Look.DIGITS),
    ("12345678901234567890", Look.DIGITS),
    ("JY42000001", Look.LETTERS_AND_DIGITS),
    ("https://pay.example/1", Look.ADDRESS),
    ("weixin://wxpay/bizpayurl?pr=x", Look.ADDRESS),
    ("www.example.org", Look.ADDRESS),
    ('{"a": 1}', Look.JSON),
    ('[{"姓名": "张演示"', Look.WORDS),
    ("[]", Look.JSON),
    (WORLD.status_token().decode(), Look.JWT),
    (WORLD.credential(), Look.JWT),
    ("-----BEGIN CERTIFICATE-----\nMIIB", Look.KEY_FILE),
    ("EC1" + "0" * 18, Look.ALTERED_CODE),
    ("ec1-0000 0000 u", Look.ALTERED_CODE),
    ("EC4" + "0" * 17, Look.ALTERED_CODE),
    ("\0\x01", Look.UNREADABLE),
    ("\ufffd\ufffd", Look.UNREADABLE),
    ("张演示", Look.WORDS),
    ("JY-演示-0001", Look.WORDS),
]


@pytest.mark.parametrize(("text", "expected"), SEEN)
def test_a_text_looks_like_what_it_is(text, expected):
    """Numbers by their check characters, the rest by its shape; a number that does not check is a row of digits."""
    assert expected == look_of(text)


def test_every_look_has_words_in_both_languages_and_is_seen_here():
    """The closed list, the catalogue and this table name the same."""
    assert {look.value for look in Look} == set(CATALOGUE["looks"]) == {look.value for _, look in SEEN}
    assert all(entry["zh"] and entry["en"] for entry in CATALOGUE["looks"].values())


@given(st.text(max_size=400) | st.from_regex(r"[0-9A-Z -]{1,40}"))
def test_whatever_comes_gets_a_look_and_nothing_of_it_is_repeated(text):
    """No exception, and the sentence is one of the sixteen that the catalogue can make."""
    said = explain("NOT_OUR_CODE", look_detail(text), lang="zh").headline

    assert said in {f"看上去是{entry['zh']}，不是亮证码" for entry in CATALOGUE["looks"].values()}


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        (
            "420799190001010015",
            "看上去是身份证号，不是亮证码",
            "This looks like an ID card number, not a certificate code",
        ),
        (
            "11420799MB99990172",
            "看上去是统一社会信用代码，不是亮证码",
            "This looks like a unified social credit code, not a certificate code",
        ),
        ('{"a": 1}', "看上去是JSON 数据，不是亮证码", "This looks like JSON data, not a certificate code"),
    ],
)
def test_the_command_says_what_it_was_given(capsys, text, zh, en):
    """`certhub-verify` says the counter's sentence; the number itself is not printed as a finding."""
    ended = cli.main([text])
    said = capsys.readouterr().out
    detail = look_detail(text)

    assert 30 == ended
    assert zh in said
    assert text not in explain("NOT_OUR_CODE", detail, lang="zh").headline
    assert en == explain("NOT_OUR_CODE", detail, lang="en").headline
