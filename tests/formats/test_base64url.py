"""Base64url: one spelling of every byte string."""

import contextlib
import itertools

import pytest
from certhub_verifier.errors import Malformed
from certhub_verifier.formats.jose import base64url
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"", ""), (b"f", "Zg"), (b"fo", "Zm8"), (b"foo", "Zm9v"), (b"foob", "Zm9vYg"), (b"foobar", "Zm9vYmFy")],
)
def test_spells_the_published_examples(data, text):
    """The test vectors of RFC 4648 §10, without their padding."""
    assert text == base64url.encode(data)
    assert data == base64url.decode(text)


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_what_we_print_we_can_read(data):
    """Every byte string survives a trip through its text."""
    assert data == base64url.decode(base64url.encode(data))


@settings(deadline=None)
@given(st.text("AQgw_-9=+/. \n", max_size=12) | st.text(max_size=12))
def test_what_we_read_we_print_the_same(text):
    """A text is either refused with Malformed or the one spelling of its bytes."""
    try:
        data = base64url.decode(text)
    except Malformed:
        return
    assert text == base64url.encode(data)


@pytest.mark.parametrize(
    "text", ["Zg==", "Zg=", "Zh", "Zm9", "A", "Zm 9v", "Zm9v\n", "Zm+v", "Zm/v", "Zm.v", "Zmé", "Ｚg"]
)
def test_other_spellings_are_refused(text):
    """Padding, loose bits, spaces and the other alphabet are not ours."""
    with pytest.raises(Malformed):
        base64url.decode(text)


@pytest.mark.parametrize("size", [1, 2])
def test_bytes_have_one_spelling_each(size):
    """Of all texts of two characters 256 are read, each as another byte; of three, 65,536 as other pairs."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    found = []
    for characters in itertools.product(alphabet, repeat=size + 1):
        with contextlib.suppress(Malformed):
            found.append(base64url.decode("".join(characters)))

    assert 256**size == len(found) == len(set(found))
    assert {size} == set(map(len, found))


def test_no_character_of_another_alphabet_is_read_anywhere():
    """Of 256 bytes the 64 of the alphabet are read, in the middle of a text as at its end."""
    for middle in (True, False):
        read = 0
        for byte in range(256):
            one = bytes([byte])
            with contextlib.suppress(Malformed):
                base64url.decode(b"AA" + one + b"A" if middle else b"AAA" + one)
                read += 1
        assert 64 == read
