"""Codes: what a QR code says, and what a scanner may do to it."""

import hashlib

import pytest
from certhub_schemas.algorithms import EDDSA
from certhub_verifier.errors import Malformed, VerifierError
from certhub_verifier.formats import codes
from certhub_verifier.formats.codes import crockford
from certhub_verifier.formats.jose import base64url
from certhub_verifier.formats.jose import jws as jose
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.signing import NumberedKey

KEY = NumberedKey("420700-show-1")
PAYLOAD = {
    "iss": "420700",
    "exp": 1_800_000_060,
    "jti": "c2l4dGVlbiBieXRl",
    "k": "11100000MB0143028R001",
    "s": [12, 104_857],
    "d": "c2l4dGVlbiBieXRlcyEhIQ",
    "c": {"名称": "示例小面馆", "类型": "个体工商户", "成立日期": "2024-01-05"},
    "x": ["住所"],
}
JWS = jose.sign(PAYLOAD, typ="show+jwt", key=KEY)
EC2 = codes.pack(JWS, "EC2")
REGIONS = st.integers(0, 999_999).map("{:06d}".format)
TICKETS = st.builds(codes.Ticket, REGIONS, st.integers(0, 2**65 - 1))


# Tickets.


def test_a_ticket_is_twenty_characters():
    """420700 is CTTW in base 32; of nine random bytes the lowest 65 bits stand."""
    assert codes.mint_ticket("420700", random=bytes) == "EC1CTTW0000000000000"
    assert codes.mint_ticket("420700", random=lambda n: b"\xff" * n) == "EC1CTTWZZZZZZZZZZZZZ"


@settings(deadline=None)
@given(TICKETS)
def test_what_we_mint_we_can_read(ticket):
    """Every ticket survives a trip through its text."""
    assert ticket == codes.read_code(str(ticket))
    assert len(str(ticket)) == 20


@settings(deadline=None)
@given(REGIONS, st.binary(min_size=9, max_size=9))
def test_a_ticket_says_whom_to_ask(region, dice):
    """Another region's hub reads from the ticket who minted it."""
    ticket = codes.read_code(codes.mint_ticket(region, random=lambda n: dice[:n]))

    assert isinstance(ticket, codes.Ticket)
    assert region == ticket.region


@pytest.mark.parametrize(
    "heard",
    [
        "ec1cttwoilo00o0o000l",
        "ECl-CTTW-0110-0000-0000-1",
        " EC1 CTTW OIL00 000 00001\r\n",
        "ＥＣ１ＣＴＴＷ０１１０００００００００１",
    ],
)
def test_a_ticket_reads_as_it_was_meant(heard):
    """Case, width, gaps and confused letters change neither the ticket nor its hash."""
    meant = "EC1CTTW0110000000001"

    assert codes.read_code(meant) == codes.read_code(heard)
    assert codes.ticket_hash(meant) == codes.ticket_hash(heard)
    assert hashlib.sha256(meant.encode()).digest() == codes.ticket_hash(heard)


def test_a_ticket_keeps_its_secret_out_of_logs():
    """What prints when a ticket stands in an error or a log line does not redeem it."""
    assert "secret" not in repr(codes.Ticket("420700", 1))


@pytest.mark.parametrize("region", ["4207", "4207000", "", "42070x", "４２０７００", "-42070"])
def test_a_ticket_is_of_a_region(region):
    """A region is six digits; anything else is the caller's fault."""
    with pytest.raises(ValueError, match="six digits"):
        codes.mint_ticket(region, random=bytes)


def test_a_secret_is_65_bits():
    """A larger secret would be another ticket."""
    with pytest.raises(ValueError, match="65 bits"):
        codes.Ticket("420700", 1 << 65)


@pytest.mark.parametrize("received", range(3, 20))
def test_a_ticket_cut_short_says_so(received):
    """A counter can say how many characters arrived."""
    with pytest.raises(codes.CodePartial) as cut:
        codes.read_code("EC1CTTW0110000000001"[:received])

    assert (received, 20, "CODE_PARTIAL") == (cut.value.received, cut.value.expected, cut.value.code)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "E",
        "EC",
        "EC4CTTW0110000000001",
        "EC0CTTW0110000000001",
        "https://example.org/EC1CTTW0110000000001",
        "6901234567892",
        "EC1CTTW01100000000011",
        "EC1CTTWU110000000001",
        "EC1CTTW011000000000!",
        "EC1ZZZZ0110000000001",
        "EC1" + crockford.digits(1_000_000, 4) + "0110000000001",
        "EC1" * 10_000,
        "\ud800",
        "éc1",
    ],
)
def test_anything_else_is_not_our_code(text):
    """Other bar codes, longer texts and regions beyond six digits are nobody's."""
    with pytest.raises(codes.NotOurCode) as refused:
        codes.read_code(text)

    assert refused.value.code == "NOT_OUR_CODE"


# Sealed codes.


@pytest.mark.parametrize(("prefix", "typ"), codes.SEALED_TYPES.items())
@pytest.mark.parametrize("algorithm", [KEY.algorithm, EDDSA])
def test_a_sealed_code_is_the_token_packed(prefix, typ, algorithm):
    """Packing loses nothing: the same token comes out, and its prefix promises its type."""
    key = NumberedKey("420700-show-1", algorithm)
    token = jose.sign(PAYLOAD, typ=typ, key=key)
    sealed = codes.read_code(codes.pack(token, prefix))

    assert codes.Sealed(prefix, token) == sealed
    assert typ == sealed.typ
    assert jose.verify(jose.parse(sealed.jws, sealed.typ), key) == PAYLOAD


def test_a_sealed_code_fits_a_qr_code():
    """With three face claims it is well under 700 characters of the alphanumeric mode."""
    assert len(EC2) < 700
    assert set(EC2) <= set(crockford.ALPHABET)


@settings(deadline=None)
@given(
    st.binary(min_size=1, max_size=80),
    st.binary(min_size=1, max_size=200),
    st.binary(min_size=64, max_size=64),
)
def test_what_we_pack_we_can_read(header, payload, signature):
    """Every three parts survive a trip, whether they mean anything or not."""
    jws = ".".join(map(base64url.encode, (header, payload, signature)))

    assert codes.Sealed("EC3", jws) == codes.read_code(codes.pack(jws, "EC3"))


def test_a_sealed_code_reads_as_it_was_meant():
    """Case, width, gaps and confused letters make no difference here either."""
    heard = (
        "-".join(EC2[n : n + 5] for n in range(0, len(EC2), 5)).lower().replace("0", "o").replace("1", "l")
    )

    assert codes.read_code(EC2) == codes.read_code(heard)


@pytest.mark.parametrize("received", [3, 4, 5, 6, 7, 8, 50, len(EC2) - 1])
def test_a_sealed_code_cut_short_says_so(received):
    """A counter can say how many characters arrived, and of how many once the length is there."""
    with pytest.raises(codes.CodePartial) as cut:
        codes.read_code(EC2[:received])

    assert received == cut.value.received
    assert (len(EC2) if received >= 7 else 119) == cut.value.expected


def packed(data: bytes) -> str:
    """Return these very bytes as a sealed code."""
    return "EC2" + crockford.encode(data)


@pytest.mark.parametrize(
    "text",
    {
        "one character more": EC2 + "0",
        "one word more": EC2 + EC2,
        "a letter of no digit": EC2[:50] + "U" + EC2[51:],
        "a sign": EC2[:50] + "." + EC2[51:],
        "no length": packed(bytes(72)),
        "a length below the least": packed(b"\0\x47" + bytes(69)),
        "no header": packed(b"\0\x48" + b"\0\0" + b"\0\2AB" + bytes(64)),
        "no payload": packed(b"\0\x48" + b"\0\2AB" + b"\0\0" + bytes(64)),
        "a header past the end": packed(b"\0\x48" + b"\xff\xffA" + b"\0\1B" + bytes(64)),
        "a payload past the end": packed(b"\0\x48" + b"\0\1A" + b"\0\2B" + bytes(64)),
        "a payload too short": packed(b"\0\x49" + b"\0\1A" + b"\0\1B" + bytes(65)),
    }.items(),
    ids=lambda item: item[0],
)
def test_a_sealed_code_that_does_not_fit_together_is_altered(text):
    """All there, and wrong: nobody's scanner does that."""
    with pytest.raises(codes.CodeAltered) as altered:
        codes.read_code(text[1])

    assert altered.value.code == "TAMPERED"


def test_loose_bits_at_the_end_are_an_alteration():
    """A code has one spelling: the bits beyond its last byte are zero."""
    code = packed(b"\0\x48" + b"\0\1A" + b"\0\1B" + bytes(64))
    last = crockford.ALPHABET[crockford.ALPHABET.index(code[-1]) + 1]

    assert codes.read_code(code)
    with pytest.raises(codes.CodeAltered):
        codes.read_code(code[:-1] + last)


def read(text):
    """Read a sealed code to the end, as every counter does."""
    sealed = codes.read_code(text)
    return jose.verify(jose.parse(sealed.jws, sealed.typ), KEY)


def test_every_changed_character_is_refused():
    """Wherever one character of a sealed code changes, the code or its signature is refused."""
    for place, character in enumerate(EC2):
        other = crockford.ALPHABET[crockford.ALPHABET.index(character) ^ 1]
        with pytest.raises(VerifierError):
            read(EC2[:place] + other + EC2[place + 1 :])


def test_a_paper_code_is_no_show_code():
    """Changing the prefix changes the type that is expected, and the header says the other."""
    sealed = codes.read_code("EC3" + EC2[3:])

    with pytest.raises(Malformed):
        jose.parse(sealed.jws, sealed.typ)


@pytest.mark.parametrize(
    "jws",
    [
        "",
        "..",
        "QQ.QQ",
        "QQ.QQ.QQ",
        JWS + ".",
        JWS + "=",
        "." + JWS,
        JWS.partition(".")[2],
        f".QQ.{base64url.encode(bytes(64))}",
        f"QQ..{base64url.encode(bytes(64))}",
        f"QQ.{'QQQQ' * 25_000}.{base64url.encode(bytes(64))}",
    ],
)
def test_only_a_token_is_packed(jws):
    """What would not come out the same does not go in."""
    with pytest.raises(Malformed):
        codes.pack(jws, "EC2")


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=40) | st.text(crockford.ALPHABET, max_size=200).map(lambda word: "EC2" + word))
def test_nothing_but_our_own_error_gets_out(text):
    """Whatever is read as a code, the answer is a code or one of three reasons why not."""
    try:
        found = codes.read_code(text)
    except (codes.NotOurCode, codes.CodePartial, codes.CodeAltered):
        return
    assert isinstance(found, codes.Ticket | codes.Sealed)
