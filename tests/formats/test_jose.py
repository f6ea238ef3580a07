"""Signed tokens: what we sign we read, and nothing that was altered or bent gets through."""

import random
from typing import Any

import pytest
from certhub_schemas.algorithms import EDDSA, ES256, REGISTRY, SM2SM3
from certhub_verifier.errors import BadSignature, Malformed, SuiteNotAvailable, VerifierError
from certhub_verifier.formats.jose import base64url, jws, strict_json
from certhub_verifier.formats.jose.jwk import require_public
from certhub_verifier.formats.jose.tokens import TOKEN_TYPES
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.signing import KnownKey, NumberedKey, twin
from tests.support.vectors import vectors

KEY = NumberedKey("420700-exchange-1")
PAYLOAD = {
    "iss": "420700",
    "sub": "https://420700.certhub.example/status/1",
    "aud": "420100",
    "iat": 1_800_000_000,
    "exp": 1_800_000_060,
    "jti": "c2l4dGVlbiBieXRlcyEh",
    "q": [{"code": "EC1", "matter": "商事登记"}],
}
HEADER = {"alg": "ES256", "typ": "xr-req+jwt", "kid": KEY.kid}
BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def read(token, *, typ="xr-req+jwt", key=KEY):
    """Read a token to the end, as every caller does."""
    return jws.verify(jws.parse(token, typ), key)


def forge(header, payload, *, key=KEY, signature=None) -> str:
    """Return a token of these very bytes (or values), signed for good."""
    head, body = (part if isinstance(part, bytes) else strict_json.dumps(part) for part in (header, payload))
    message = f"{base64url.encode(head)}.{base64url.encode(body)}".encode()
    return jws.assemble(message, key.sign(message) if signature is None else signature(key.sign(message)))


def without(name) -> dict[str, Any]:
    """Return the good payload less one claim."""
    return {key: value for key, value in PAYLOAD.items() if key != name}


GOOD = forge(HEADER, PAYLOAD)


# What we sign, we read.


@pytest.mark.parametrize("typ", TOKEN_TYPES)
@pytest.mark.parametrize("algorithm", [ES256, EDDSA])
def test_what_we_sign_we_read(typ, algorithm):
    """Every type of token survives a trip, with both suites that can be computed here."""
    key = NumberedKey("420700-any-1", algorithm)

    assert read(jws.sign(PAYLOAD, typ=typ, key=key), typ=typ, key=key) == PAYLOAD


@pytest.mark.parametrize("nbf", [-157_766_400, -62_135_596_800, 0])
def test_what_began_before_1970_is_read(nbf):
    """A licence of 1965 is in force: of the times, `nbf` alone may be negative."""
    payload = PAYLOAD | {"nbf": nbf}

    assert payload == read(jws.sign(payload, typ="xr-req+jwt", key=KEY))


@settings(deadline=None, max_examples=50)
@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=6, max_size=9),
        st.text(st.characters(codec="utf-8", exclude_characters="\0")) | st.integers(0, 2**53),
        max_size=4,
    )
)
def test_what_we_sign_we_read_whatever_it_says(claims):
    """Every payload of plain values survives a trip."""
    payload = PAYLOAD | claims

    assert payload == read(jws.sign(payload, typ="xr-req+jwt", key=KEY))


def test_a_header_has_one_spelling():
    """A header is alg, typ and kid in that order, and a holder's is alg and typ."""
    header, _ = jws.signing_input(PAYLOAD, typ="show+jwt", key=KEY).split(b".")
    holders, _ = jws.signing_input(PAYLOAD, typ="kb+jwt", key=KEY).split(b".")

    assert base64url.decode(header) == b'{"alg":"ES256","typ":"show+jwt","kid":"420700-exchange-1"}'
    assert base64url.decode(holders) == b'{"alg":"ES256","typ":"kb+jwt"}'


def test_bytes_and_text_are_the_same_token():
    """A token read from a file needs no decoding first."""
    assert jws.parse(GOOD, "xr-req+jwt") == jws.parse(GOOD.encode(), "xr-req+jwt")


def test_the_kid_is_there_to_be_looked_up():
    """What the header says is told before anything is believed."""
    assert jws.Header("ES256", "xr-req+jwt", KEY.kid) == jws.parse(GOOD, "xr-req+jwt").header


@pytest.mark.parametrize(
    "claim",
    [
        {"exp": 1_800_000_061},
        {"exp": 1_800_000_000},
        {"exp": "1"},
        {"iat": True},
        {"aud": ["420100"]},
        {"x": "\0"},
        {"deep": [[[[[[[[0]]]]]]]]},
        {"long": "x" * 6_000},
        {"big": 10**18},
        {"part": 0.5},
    ],
)
def test_what_we_would_not_read_we_do_not_sign(claim):
    """A key is not touched for a payload that every reader would refuse."""
    with pytest.raises(Malformed):
        jws.signing_input(PAYLOAD | claim, typ="xr-req+jwt", key=KEY)


# Published signatures.


def test_verifies_the_published_ed25519_signature():
    """RFC 8037 A.4, by the key of A.2."""
    key = KnownKey(
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}, EDDSA
    )
    signed = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

    assert jws.verify(published(signed, base64url.decode(signature), EDDSA), key) == {}


def test_verifies_the_published_es256_signature():
    """RFC 7515 A.3; its s is the larger one, which a holder's browser may send and a hub may not."""
    key = KnownKey(
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        }
    )
    signed = (
        b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
        b"cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    )
    signature = base64url.decode(
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    )

    assert jws.verify(published(signed, signature, ES256), key) == {}
    with pytest.raises(BadSignature):
        jws.verify(published(signed, signature, ES256, typ="show+jwt"), key)
    assert jws.verify(published(signed, twin(signature), ES256, typ="show+jwt"), key) == {}


@pytest.mark.parametrize(("name", "algorithm"), [("ecdsa_secp256r1_sha256_p1363", ES256), ("ed25519", EDDSA)])
def test_agrees_with_wycheproof(name, algorithm):
    """Every signature of Project Wycheproof is taken or refused as it says."""
    wrong = []
    for group in vectors(f"wycheproof/{name}_test.json")["testGroups"]:
        public = _published_key(group["publicKey"], algorithm)
        for case in group["tests"]:
            token = published(bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]), algorithm)
            try:
                jws.verify(token, KnownKey(public, algorithm))
                verdict = "valid"
            except BadSignature:
                verdict = "invalid"
            wrong += [case["tcId"]] if verdict != case["result"] else []

    assert wrong == []


def _published_key(key, algorithm) -> dict[str, str]:
    """Return the JWK of a group's key, which it gives as bytes in hex."""
    if algorithm is EDDSA:
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(bytes.fromhex(key["pk"]))}
    point = bytes.fromhex(key["uncompressed"])[1:]
    return {"kty": "EC", "crv": "P-256", "x": base64url.encode(point[:32]), "y": base64url.encode(point[32:])}


WYCHEPROOF_DEVIATIONS = 46  # of 401: 43 other algorithms, one spelling, two uses


def judged_as_published(case, group) -> str:
    """Return "valid", or why a JWS of the file is refused when its missing `typ` is overlooked.

    Its keys are taken as a trust list would hold them: by the members that make a key.
    """
    try:
        first, second, third = case["jws"].encode().split(b".")
    except ValueError:
        return "not three segments"
    try:
        alg = strict_json.loads(base64url.decode(first))["alg"]
        if alg not in REGISTRY:
            return "not in the registry"
        base64url.decode(second)
        header = jws.Header(alg, "dc+sd-jwt", None)
        parsed = jws.Parsed(header, {}, first + b"." + second, base64url.decode(third))
        public = {name: value for name, value in group["public"].items() if name in {"kty", "crv", "x", "y"}}
        jws.verify_foreign(parsed, KnownKey(public, REGISTRY[alg]))
    except (Malformed, BadSignature) as refused:
        return type(refused).__name__
    return "valid"


def test_agrees_with_wycheproof_on_whole_tokens():
    """Of 401 JWS all that are bad are refused, and of the good ones those whose algorithm we have are taken.

    Deviations. Good and refused: RSA, HMAC and "ES521" are not in the registry, and one header with a
    character outside base64url has a second spelling. Bad and taken: two tokens whose key is marked, in
    itself, as being for something else; with us the trust list says what a key is for, and a key that says
    it itself is refused there.
    """
    found = []
    for group in vectors("wycheproof/json_web_signature_test.json")["testGroups"]:
        for case in group["tests"]:
            ours = judged_as_published(case, group)
            if (ours == "valid") != (case["result"] == "valid"):
                found.append((case["comment"], ours))
                if ours == "valid":
                    with pytest.raises(Malformed):
                        require_public(group["public"], ES256)
    taken = {comment for comment, ours in found if ours == "valid"}
    refused = {comment for comment, ours in found if ours not in {"valid", "not in the registry"}}

    assert taken == {"rejectWrongUse", "rejectWrongKeyOps"}
    assert refused == {"InvalidCharacterInsertedInHeader"}
    assert len(found) == WYCHEPROOF_DEVIATIONS


def test_no_foreign_token_passes_the_front():
    """Not one JWS of Project Wycheproof, good or bad, is of a type of ours."""
    for group in vectors("wycheproof/json_web_signature_test.json")["testGroups"]:
        for case in group["tests"]:
            for typ in TOKEN_TYPES:
                with pytest.raises(Malformed):
                    jws.parse(case["jws"], typ)


def published(signed, signature, algorithm, typ="dc+sd-jwt") -> jws.Parsed:
    """Return somebody's signature as if it had come through the front."""
    return jws.Parsed(jws.Header(algorithm.name, typ, None), {}, signed, signature)


# Bent tokens, all of them signed by the right key over their very bytes.


def spelled(**changes) -> bytes:
    """Return the good payload as text with `"name":value` pairs appended, raw."""
    return (
        strict_json.dumps(PAYLOAD)[:-1]
        + b"".join(f',"{name}":{value}'.encode("utf-8", "surrogatepass") for name, value in changes.items())
        + b"}"
    )


BENT_PAYLOADS = {
    "two members of one name": spelled(iss='"420100"'),
    "two members of one name, nested": spelled(q2='{"a":1,"a":2}'),
    "exp as text": PAYLOAD | {"exp": "1800000060"},
    "exp as a fraction": spelled().replace(b"1800000060", b"1800000060.0"),
    "exp with an exponent": spelled().replace(b"1800000060", b"18e8"),
    "exp as a boolean": PAYLOAD | {"exp": True},
    "exp NaN": spelled().replace(b"1800000060", b"NaN"),
    "exp 1e400": spelled().replace(b"1800000060", b"1e400"),
    "exp null": PAYLOAD | {"exp": None},
    "exp of 5,000 digits": spelled().replace(b"1800000060", b"1" * 5_000),
    "exp before 1970": PAYLOAD | {"iat": -60, "exp": -1},
    "iat before 1970": PAYLOAD | {"iat": -1, "exp": 58},
    "nbf before the year 1": PAYLOAD | {"nbf": -62_135_596_801},
    "exp after the year 9999": PAYLOAD | {"iat": 10**15, "exp": 10**15 + 60},
    "exp missing": without("exp"),
    "iat missing": without("iat"),
    "a life over the cap": PAYLOAD | {"exp": PAYLOAD["iat"] + 61},
    "a life of no time": PAYLOAD | {"exp": PAYLOAD["iat"]},
    "nbf as text": PAYLOAD | {"nbf": "1800000000"},
    "aud as a list": PAYLOAD | {"aud": ["420100"]},
    "aud missing": without("aud"),
    "jti missing": without("jti"),
    "jti empty": PAYLOAD | {"jti": ""},
    "iss as a number": PAYLOAD | {"iss": 420700},
    "byte order mark": b"\xef\xbb\xbf" + spelled(),
    "UTF-16": strict_json.dumps(PAYLOAD).decode().encode("utf-16"),
    "lone surrogate": spelled(note=r'"\ud800"'),
    "lone surrogate in bytes": spelled(note='"\ud800"'),
    "NUL": spelled().replace(b'"jti":"', rb'"jti":"\u0000'),
    "raw NUL": spelled().replace(b'"jti":"', b'"jti":"\0'),
    "trailing text": spelled() + b"{}",
    "too deep": PAYLOAD | {"deep": [[[[[[[[0]]]]]]]]},
    "an array": b"[]",
    "a string": b'"x"',
    "null": b"null",
    "nothing": b"",
}

BENT_HEADERS = {
    "alg none": HEADER | {"alg": "none"},
    "alg None": HEADER | {"alg": "None"},
    "alg in lower case": HEADER | {"alg": "es256"},
    "alg HS256": HEADER | {"alg": "HS256"},
    "alg ES384": HEADER | {"alg": "ES384"},
    "alg ES256K": HEADER | {"alg": "ES256K"},
    "alg as a list": HEADER | {"alg": ["ES256"]},
    "alg null": HEADER | {"alg": None},
    "alg missing": {"typ": "xr-req+jwt", "kid": KEY.kid},
    "two algs": b'{"alg":"none","alg":"ES256","typ":"xr-req+jwt","kid":"420700-exchange-1"}',
    "typ missing": {"alg": "ES256", "kid": KEY.kid},
    "typ JWT": HEADER | {"typ": "JWT"},
    "typ of another type": HEADER | {"typ": "xr-res+jwt"},
    "typ in upper case": HEADER | {"typ": "XR-REQ+JWT"},
    "typ as a media type": HEADER | {"typ": "application/xr-req+jwt"},
    "kid missing": {"alg": "ES256", "typ": "xr-req+jwt"},
    "kid empty": HEADER | {"kid": ""},
    "kid as a number": HEADER | {"kid": 1},
    "kid as a path": HEADER | {"kid": "../../etc/passwd"},
    "kid as a query": HEADER | {"kid": "x' OR '1'='1"},
    "kid with a line": HEADER | {"kid": "420700-exchange-1\n"},
    "kid too long": HEADER | {"kid": "x" * 129},
    "kid of another key": HEADER | {"kid": "420100-exchange-1"},
    "crit unknown": HEADER | {"crit": ["exp"]},
    "crit empty": HEADER | {"crit": []},
    "b64 false": HEADER | {"b64": False, "crit": ["b64"]},
    "zip": HEADER | {"zip": "DEF"},
    "jku": HEADER | {"jku": "https://example.org/keys"},
    "x5u": HEADER | {"x5u": "https://example.org/cert"},
    "x5c": HEADER | {"x5c": ["AAAA"]},
    "jwk": HEADER | {"jwk": dict(KEY.jwk)},
    "cty": HEADER | {"cty": "JWT"},
    "byte order mark": b"\xef\xbb\xbf" + strict_json.dumps(HEADER),
    "too deep": b'{"alg":[[[[]]]],"typ":"xr-req+jwt","kid":"k"}',
    "100,000 deep": b"[" * 3_000,
    "an array": b'["alg","typ","kid"]',
    "null": b"null",
    "nothing": b"",
}


@pytest.mark.parametrize("payload", BENT_PAYLOADS.values(), ids=BENT_PAYLOADS.keys())
def test_a_bent_payload_is_malformed(payload):
    """What a lenient reader takes, and two readers may take differently, is refused though well signed."""
    with pytest.raises(Malformed):
        read(forge(HEADER, payload))


@pytest.mark.parametrize("name", [name for name in BENT_HEADERS if name != "kid of another key"])
def test_a_bent_header_needs_no_key_to_be_refused(name):
    """The front alone sees it: nobody is asked for a key by such a header."""
    with pytest.raises(Malformed):
        jws.parse(forge(BENT_HEADERS[name], PAYLOAD), "xr-req+jwt")


@pytest.mark.parametrize("size", [0, 1, 63, 65, 128])
@pytest.mark.parametrize("key", [KEY, NumberedKey(KEY.kid, EDDSA)], ids=["ES256", "EdDSA"])
def test_a_signature_of_another_length_needs_no_key_to_be_refused(key, size):
    """Both suites sign with 64 bytes, and not one more or less is read."""
    header = HEADER | {"alg": key.algorithm.name}
    with pytest.raises(Malformed, match="64 bytes"):
        jws.parse(forge(header, PAYLOAD, key=key, signature=lambda _: b"\1" * size), "xr-req+jwt")
    with pytest.raises(BadSignature, match="64 bytes"):
        jws.verify(published(b"a.b", b"\1" * size, key.algorithm), key)


LAST = 253_402_300_799  # the last second of the year 9999


@pytest.mark.parametrize(
    ("name", "header", "payload"),
    [
        ("nbf", HEADER, PAYLOAD | {"nbf": LAST}),
        ("exp", HEADER, PAYLOAD | {"iat": LAST - 60, "exp": LAST}),
        ("iat", {"alg": "ES256", "typ": "kb+jwt"}, {"aud": "x", "nonce": "n", "sd_hash": "h", "iat": LAST}),
    ],
    ids=["nbf", "exp", "iat"],
)
def test_time_ends_with_the_year_9999(name, header, payload):
    """Its last second is a time, the next is none: a datetime could not hold it."""
    assert LAST == jws.parse(forge(header, payload), header["typ"]).payload[name]
    with pytest.raises(Malformed, match=name):
        jws.parse(forge(header, payload | {name: LAST + 1}), header["typ"])


def test_a_payload_of_too_many_parts_is_not_read():
    """Commas are counted before anything is built of them; in a text they count too, which costs nobody anything."""
    parts = TOKEN_TYPES["bundle+jwt"].max_parts
    for commas, said in ((parts, "without"), (parts + 1, "parts")):
        with pytest.raises(Malformed, match=said):
            jws.parse(forge(HEADER | {"typ": "bundle+jwt"}, b'{"a":"' + b"," * commas + b'"}'), "bundle+jwt")


def test_a_token_may_be_as_long_as_its_type_allows():
    """To the last character; one more is neither made nor read."""
    cap = TOKEN_TYPES["xr-req+jwt"].max_bytes
    lengths = {}
    for size in range(cap * 3 // 4 - 500, cap * 3 // 4):
        try:
            token = jws.sign(PAYLOAD | {"q": "x" * size}, typ="xr-req+jwt", key=KEY)
        except Malformed:
            break
        lengths[len(token)] = token

    assert cap in lengths
    assert jws.parse(lengths[cap], "xr-req+jwt").header.typ == "xr-req+jwt"
    assert max(lengths) == cap


@pytest.mark.parametrize("header", BENT_HEADERS.values(), ids=BENT_HEADERS.keys())
def test_a_bent_header_is_refused(header):
    """A header says alg, typ and kid as expected, and nothing besides."""
    with pytest.raises((Malformed, BadSignature)):
        read(forge(header, PAYLOAD))


@pytest.mark.parametrize(
    "token",
    {
        "padded signature": GOOD + "==",
        "padded signature of a right length": GOOD + "=",
        "a fourth segment": GOOD + ".",
        "five segments": GOOD + "..",
        "two segments": GOOD.rpartition(".")[0],
        "no signature": GOOD.rpartition(".")[0] + ".",
        "no payload": GOOD.replace(GOOD.split(".")[1], ""),
        "a space in front": " " + GOOD,
        "a line behind": GOOD + "\n",
        "a line within": GOOD.replace(".", ".\n", 1),
        "full-width dots": GOOD.replace(".", "．"),
        "JSON form": '{"payload":"","signature":""}',
        "too long": GOOD + "A" * 6_000,
        "nothing": "",
        "dots": "..",
        "a surrogate": GOOD + "\ud800",
        "loose bits": GOOD[:-1] + BASE64URL[BASE64URL.index(GOOD[-1]) + 1],
    }.items(),
    ids=lambda item: item[0],
)
def test_another_spelling_of_a_good_token_is_malformed(token):
    """One token has one text."""
    with pytest.raises(Malformed):
        read(token[1])


@pytest.mark.parametrize("half", [bytes(32), ES256.order.to_bytes(32, "big"), b"\xff" * 32])
def test_a_signature_out_of_range_is_refused_before_anything_is_read(half):
    """r or s that no signature has needs no key, and no payload: one that is no JSON is not come to."""
    for bent in (lambda s: half + s[32:], lambda s: s[:32] + half):
        with pytest.raises(Malformed, match="out of range"):
            jws.parse(forge(HEADER, b"{no JSON", signature=bent), HEADER["typ"])


@pytest.mark.parametrize(
    "change",
    {
        "twin": twin,
        "zero": lambda _: bytes(64),
        "r zero": lambda s: bytes(32) + s[32:],
        "s zero": lambda s: s[:32] + bytes(32),
        "r is n": lambda s: ES256.order.to_bytes(32, "big") + s[32:],
        "s is n": lambda s: s[:32] + ES256.order.to_bytes(32, "big"),
        "s plus n": lambda s: s[:32] + b"\xff" * 32,
        "DER": lambda _: b"\x30\x44" + bytes(68),
        "one byte short": lambda s: s[:-1],
        "one byte more": lambda s: s + b"\0",
        "r and s exchanged": lambda s: s[32:] + s[:32],
    }.items(),
    ids=lambda item: item[0],
)
def test_another_signature_is_refused(change):
    """Of all 64-byte strings exactly one is the signature that the hub made."""
    with pytest.raises((Malformed, BadSignature)):
        read(forge(HEADER, PAYLOAD, signature=change[1]))


@pytest.mark.parametrize("typ", [name for name, kind in TOKEN_TYPES.items() if not kind.low_s])
def test_agencies_and_holders_may_send_either_twin(typ):
    """HSMs and browsers do not choose the smaller s, so others' tokens are not told apart by their text."""
    token = jws.sign(PAYLOAD, typ=typ, key=KEY)
    message, _, signature = token.rpartition(".")
    other = f"{message}.{base64url.encode(twin(base64url.decode(signature)))}"

    assert read(token, typ=typ) == read(other, typ=typ)


@pytest.mark.parametrize("signed_as", TOKEN_TYPES)
@pytest.mark.parametrize("read_as", TOKEN_TYPES)
def test_a_token_is_of_one_type(signed_as, read_as):
    """No type of token passes for another, not even with the same key."""
    token = jws.sign(PAYLOAD, typ=signed_as, key=KEY)

    if signed_as == read_as:
        assert read(token, typ=read_as) == PAYLOAD
    else:
        with pytest.raises(Malformed):
            read(token, typ=read_as)


@pytest.mark.parametrize(
    "key", [NumberedKey(KEY.kid, number=2), NumberedKey(KEY.kid, EDDSA), KnownKey({}, SM2SM3, KEY.kid)]
)
def test_another_key_under_the_same_id_is_refused(key):
    """The id alone proves nothing, and the token cannot choose the suite."""
    with pytest.raises(BadSignature):
        read(GOOD, key=key)


def test_a_broken_key_is_no_verdict_on_the_token():
    """A key that is not on its curve is the fault of whoever trusts it."""
    with pytest.raises(Malformed, match="JWK"):
        read(GOOD, key=KnownKey(dict(KEY.jwk) | {"x": KEY.jwk["y"]}, ES256, KEY.kid))


def test_a_suite_that_cannot_be_computed_is_not_a_bad_signature():
    """Of an SM2 signature nothing is known here, neither that it is good nor that it is bad."""
    key = KnownKey({"kty": "EC", "crv": "SM2", "x": KEY.jwk["x"], "y": KEY.jwk["y"]}, SM2SM3, KEY.kid)
    token = forge(HEADER | {"alg": "SM2SM3"}, PAYLOAD)

    with pytest.raises(SuiteNotAvailable):
        read(token, key=key)


@pytest.mark.parametrize("algorithm", [ES256, EDDSA])
def test_every_changed_character_is_refused(algorithm):
    """Wherever one character of a token changes, the token is refused."""
    key = NumberedKey(KEY.kid, algorithm)
    token = jws.sign(PAYLOAD, typ="xr-req+jwt", key=key)
    for place, character in enumerate(token):
        for other in {BASE64URL[BASE64URL.find(character) ^ 1], ".", "="} - {character}:
            with pytest.raises((Malformed, BadSignature)):
                read(token[:place] + other + token[place + 1 :], key=key)


def test_five_thousand_mutants_are_refused():
    """No random change of a token is accepted, and none gets out of the parser as somebody else's error."""
    dice = random.Random(5_000)
    parts = [base64url.decode(part) for part in GOOD.split(".")]
    accepted = []
    for _ in range(5_000):
        mutant = _mutate_text(GOOD, dice) if dice.random() < 0.5 else _mutate_bytes(parts, dice)
        try:
            read(mutant)
        except (Malformed, BadSignature):
            continue
        accepted += [mutant] if mutant != GOOD else []

    assert accepted == []


def _mutate_text(text: str, dice: random.Random) -> str:
    """Change, drop, add, double or swap a few characters."""
    letters = list(text)
    for _ in range(dice.randint(1, 3)):
        place = dice.randrange(len(letters))
        match dice.randrange(5):
            case 0:
                letters[place] = dice.choice(BASE64URL + ".=+/ \n\0é")
            case 1:
                del letters[place]
            case 2:
                letters.insert(place, dice.choice(BASE64URL))
            case 3:
                letters[place:place] = letters[place : place + dice.randint(1, 40)]
            case 4:
                letters[place], letters[-place] = letters[-place], letters[place]
    return "".join(letters)


def _mutate_bytes(parts: list[bytes], dice: random.Random) -> str:
    """Change what is inside a segment, and spell it well again."""
    which = dice.randrange(3)
    inside = bytearray(parts[which])
    for _ in range(dice.randint(1, 3)):
        inside[dice.randrange(len(inside))] ^= 1 << dice.randrange(8)
    return ".".join(base64url.encode(bytes(inside) if n == which else part) for n, part in enumerate(parts))


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60) | st.binary(max_size=60), st.sampled_from(sorted(TOKEN_TYPES)))
def test_nothing_but_our_own_error_gets_out(token, typ):
    """Whatever is read as a token, the answer is Malformed."""
    with pytest.raises(VerifierError):
        jws.parse(token, typ)
