"""Many small pieces in one trip: each is read and printed as it is alone, and refused as it is alone."""

import json

import pytest
from certhub_schemas.text import all_fit, unfit, unfit_within
from certhub_verifier.errors import Malformed
from certhub_verifier.formats.jose import base64url, strict_json
from hypothesis import given, settings
from hypothesis import strategies as st

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXTS | st.just("~"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
# What could reach over the word between two pieces, or make two of one.
SPLINTERS = st.lists(
    st.sampled_from(
        [
            b"[",
            b"]",
            b"{",
            b"}",
            b'"',
            b",",
            b":",
            b'"~"',
            b"~",
            b"\\",
            b"1",
            b'"a"',
            b" ",
            b"\0",
            b"\xff",
            b"[1]",
        ]
    ),
    max_size=9,
).map(b"".join)
PIECES = st.lists(
    VALUES.map(json.dumps).map(str.encode) | SPLINTERS | st.just(b"[" * 9 + b"]" * 9), max_size=5
)
SPELLED = st.text("Ag-_/+= Qw\u0661", max_size=5) | st.binary(max_size=9).map(base64url.encode)
CRAFTED = [
    [b'["a","b",1],["c"]', b'["x",["z"]', b'["w"],"k"]'],
    [b'["a"],"~",["b"]', b'["x",["z"]', b'["w"]]'],
    [b'["a"]]', b'[["b"]'],
    [b""],
    [b'["a"],["b"]'],
    [b'["a"],'],
    [b'["~"]', b"[]"],
    [b'["a",', b'"b"]'],
    [b"[[[[[[[[]]]]]]]]", b"[[[[[[[[[]]]]]]]]]"],
    [b'["a"]', b"7"],
    [b' ["a"] ', b"\t{}"],
    [b"\xef\xbb\xbf[]"],
]


def alone(pieces: list[bytes]) -> list[object] | None:
    """Return what the pieces spell, each read alone; None where one is refused."""
    try:
        return [strict_json.loads(one) for one in pieces]
    except Malformed:
        return None


def together(pieces: list[bytes]) -> list[object] | None:
    """Return the same of one trip."""
    try:
        return strict_json.loads_each(pieces)
    except Malformed:
        return None


@settings(max_examples=50)
@given(PIECES)
def test_json_is_read_as_each_piece_alone(pieces: list[bytes]) -> None:
    """No piece reaches into another, and none that is refused alone is taken among others."""
    assert alone(pieces) == together(pieces)


@pytest.mark.parametrize("pieces", CRAFTED, ids=range(len(CRAFTED)))
def test_crafted_pieces_are_read_as_alone(pieces: list[bytes]) -> None:
    """Two in one, one in two, cut, empty, too deep, with the word between them in them."""
    assert alone(pieces) == together(pieces)


@settings(max_examples=50)
@given(st.lists(VALUES, max_size=5))
def test_json_is_printed_as_each_value_alone(values: list[object]) -> None:
    """The bytes are those of `dumps`, also where a value holds the word between two of them."""
    try:
        expected = [strict_json.dumps(one) for one in values]
    except Malformed:
        with pytest.raises(Malformed):
            strict_json.dumps_each(values)
        return
    assert expected == strict_json.dumps_each(values)


@pytest.mark.parametrize("size", [16, 32, 33])
@settings(max_examples=20)
@given(data=st.data())
def test_base64url_is_spelled_as_each_piece_alone(size: int, data: st.DataObject) -> None:
    """Pieces of one size are spelled as `encode` spells them, whatever is left of their last group."""
    pieces = data.draw(st.lists(st.binary(min_size=size, max_size=size), max_size=4))
    assert [base64url.encode(one) for one in pieces] == base64url.encode_each(pieces, size)


@given(st.lists(SPELLED, min_size=1, max_size=4))
def test_base64url_is_read_as_each_piece_alone(texts: list[str]) -> None:
    """One spelling that is refused alone is refused among others."""
    try:
        expected = [base64url.decode(one) for one in texts]
        joined = "~".join(texts).encode("ascii")
    except (Malformed, UnicodeError):
        if all(one.isascii() for one in texts):
            with pytest.raises(Malformed):
                base64url.decode_each("~".join(texts).encode("ascii"), b"~")
        return
    assert expected == base64url.decode_each(joined, b"~")


def test_no_common_character_is_unfit() -> None:
    """The one look that passes nearly every text passes no character that a look of its own would refuse."""
    passed = [chr(at) for at in (*range(0x10000), *range(0x10000, 0x110000, 257)) if all_fit(chr(at))]
    assert len(passed) > 27_000
    for one in passed:
        assert {None} == {unfit(one), unfit(f"a{one}"), unfit_within([one, {one: one}])}


@given(VALUES)
def test_what_fits_at_one_look_fits_when_asked_one_by_one(value: object) -> None:
    """The one look may send a value on, and never passes one that is unfit."""
    assert not (all_fit(value) and unfit_within(json.loads(json.dumps(value))))
