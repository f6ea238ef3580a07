"""SD-JWT: the published examples first, then what we print, then every refusal by name."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import pytest
from certhub_verifier.errors import Malformed, VerifierError
from certhub_verifier.formats.credential import sdjwt
from certhub_verifier.formats.jose import base64url
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fixed_keys import fixed_random
from tests.support.mutants import mutants
from tests.support.vectors import vectors


@pytest.fixture(params=["sd-jwt-rfc9901", "sd-jwt-vc-draft19"])
def published(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The published examples of one specification."""
    found: dict[str, Any] = vectors(f"{request.param}/vectors.json")
    return found


def payload_of(jws: str) -> dict[str, Any]:
    """Return the payload of a compact JWS, unverified."""
    found: dict[str, Any] = json.loads(base64url.decode(jws.split(".")[1]))
    return found


def signed_by(jws: str, jwk: Mapping[str, str]) -> bool:
    """Check ES256 with the library alone: the examples have types and headers that ours refuse."""
    point = [int.from_bytes(base64url.decode(jwk[name]), "big") for name in ("x", "y")]
    public = ec.EllipticCurvePublicNumbers(*point, ec.SECP256R1()).public_key()
    message, _, signature = jws.rpartition(".")
    raw = base64url.decode(signature)
    pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public.verify(pair, message.encode(), ec.ECDSA(SHA256()))
    return True


def test_published_presentations_give_the_published_payload(published: dict[str, Any]) -> None:
    """Every example of RFC 9901 and of SD-JWT VC is processed to the payload that its text prints."""
    seen = 0
    for case in published["cases"]:
        expected = case.get("expected_processed_payload")
        if expected is None:
            continue
        presentation = sdjwt.split(case["compact"])
        assert signed_by(presentation.issuer_jwt, published["issuer_jwk"])
        assert expected == sdjwt.process(payload_of(presentation.issuer_jwt), presentation.disclosures)
        seen += 1
    assert seen >= 3


def test_published_issuances_give_back_the_whole_claims_set(published: dict[str, Any]) -> None:
    """With every disclosure of an issuance at hand nothing is missing, and no placeholder is left."""
    for case in published["cases"]:
        if case["stage"] != "issuance":
            continue
        presentation = sdjwt.split(case["compact"])
        assert presentation.kb_jwt is None
        processed = sdjwt.process(payload_of(presentation.issuer_jwt), presentation.disclosures)
        assert '"_sd"' not in json.dumps(processed)
        assert '"..."' not in json.dumps(processed)
        for name, value in case.get("unsecured_payload", {}).items():
            assert value == processed[name]


def test_published_key_bindings_sign_the_hash_of_what_stands_before_them(published: dict[str, Any]) -> None:
    """`sd_hash` of every published key binding is ours, and the holder's key in `cnf` signed it."""
    seen = 0
    for case in published["cases"]:
        presentation = sdjwt.split(case["compact"]) if "~" in case.get("compact", "") else None
        if presentation is None or presentation.kb_jwt is None:
            continue
        processed = sdjwt.process(payload_of(presentation.issuer_jwt), presentation.disclosures)
        assert signed_by(presentation.kb_jwt, processed["cnf"]["jwk"])
        assert payload_of(presentation.kb_jwt)["sd_hash"] == sdjwt.sd_hash(presentation)
        seen += 1
    assert seen


def test_published_bare_jws_is_refused(published: dict[str, Any]) -> None:
    """The issuer's JWT alone, without a tilde, is no SD-JWT."""
    for case in published["cases"]:
        if "compact" in case:
            with pytest.raises(Malformed, match="bare JWS"):
                sdjwt.split(case["compact"].split("~")[0])


def test_published_disclosures_have_the_published_digests() -> None:
    """All 83 digests that the RFC prints come out of the disclosure as it was sent."""
    pairs = vectors("sd-jwt-rfc9901/disclosure_digests.json")

    assert len(pairs) == 83
    for pair in pairs:
        assert pair["sha256"] == sdjwt.digest(pair["disclosure"])
        sdjwt.read_disclosure(pair["disclosure"])


def test_published_selection_is_what_a_holder_would_send(published: dict[str, Any]) -> None:
    """Selecting by top-level name keeps those claims whole and drops the rest."""
    for case in published["cases"]:
        if case["stage"] != "issuance":
            continue
        whole = sdjwt.split(case["compact"])
        everything = sdjwt.process(payload_of(whole.issuer_jwt), whole.disclosures)
        for name in everything:
            kept = sdjwt.select(whole, [name])
            shown = sdjwt.process(payload_of(kept.issuer_jwt), kept.disclosures)
            assert everything[name] == shown[name]
            assert set(kept.disclosures) <= set(whole.disclosures)


# --- what we print, we can read ---------------------------------------------------------------------------

NAMES = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=12).filter(
    lambda name: name not in {"_sd", "...", "_sd_alg"}
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text(st.characters(exclude_categories=["C"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60)
@given(st.dictionaries(NAMES, VALUES, max_size=6), st.integers(0, 3), st.data())
def test_what_we_conceal_comes_back_where_it_was(claims: dict[str, Any], decoys: int, data: Any) -> None:
    """Any subset of the disclosures gives exactly that subset of the claims, decoys or not."""
    disclosures, digests = sdjwt.conceal(claims, random=fixed_random(), decoys=decoys)
    shown = data.draw(st.sets(st.sampled_from(sorted(claims)))) if claims else set()
    sent = [one.encoded for one in disclosures if one.name in shown]

    assert {name: claims[name] for name in shown} == sdjwt.process({"_sd": digests}, sent)


@settings(max_examples=50)
@given(st.lists(st.sampled_from(["YQ", "Yg", "Yw"]), max_size=4), st.sampled_from([None, "YQ.Yg.Yw"]))
def test_what_we_join_we_can_split(disclosures: list[str], kb_jwt: str | None) -> None:
    """Every presentation survives a trip through its text form."""
    presentation = sdjwt.Presentation("YQ.YQ.YQ", tuple(disclosures), kb_jwt)

    assert presentation == sdjwt.split(sdjwt.join("YQ.YQ.YQ", disclosures, kb_jwt))


def test_digests_are_sorted_salted_and_padded_with_decoys() -> None:
    """Order tells nothing, two equal claims sets share no digest, and decoys count as digests do."""
    claims = {f"claim {i}": "same" for i in range(8)}
    disclosures, digests = sdjwt.conceal(claims, random=fixed_random("one"), decoys=5)
    _, others = sdjwt.conceal(claims, random=fixed_random("two"), decoys=5)

    assert len(digests) == 13
    assert digests == sorted(digests)
    assert not set(digests) & set(others)
    assert len({disclosure.salt for disclosure in disclosures}) == 8
    assert {16} == {len(base64url.decode(disclosure.salt)) for disclosure in disclosures}
    assert {43} == {len(digest) for digest in digests}


def test_a_source_of_randomness_that_runs_dry_is_noticed() -> None:
    """Salts that are too short would let claims be guessed, so they are not made."""
    with pytest.raises(Malformed, match="randomness"):
        sdjwt.conceal({"a": 1}, random=lambda size: b"")


@pytest.mark.parametrize(
    "claims",
    [
        {"_sd": 1},
        {"...": 1},
        {"a": {"_sd": []}},
        {"a": [{"...": "x"}]},
        {"a": 0.5},
        {"a": [0.5]},
        {"a": 10**18},
        {"a": "\ud800"},
        {"a": "\x00"},
        {"a": [[[[[[[[0]]]]]]]]},
        {f"a{i}": i for i in range(513)},
    ],
    ids=lambda claims: str(claims)[:30],
)
def test_what_no_reader_takes_is_not_concealed(claims: dict[str, Any]) -> None:
    """Claims that look like digests, and values that strict JSON refuses, are refused before signing."""
    with pytest.raises(Malformed):
        sdjwt.conceal(claims, random=fixed_random())


# --- attacks ----------------------------------------------------------------------------------------------


def disclosure(*parts: Any) -> str:
    """Return a disclosure of just these elements."""
    return base64url.encode(json.dumps(list(parts)).encode())


def digest(encoded: str) -> str:
    """Return the digest as RFC 9901 defines it, by the standard library alone."""
    return base64url.encode(sha256(encoded.encode()).digest())


NAME = disclosure("salt one", "name", "value")
ELEMENT = disclosure("salt two", "element")


def test_the_control_case_is_processed() -> None:
    """The payload that the attacks below start from is good."""
    payload = {"iss": "i", "list": [{"...": digest(ELEMENT)}, 7], "_sd": [digest(NAME)], "_sd_alg": "sha-256"}

    assert sdjwt.process(payload, [NAME, ELEMENT]) == {"iss": "i", "list": ["element", 7], "name": "value"}
    assert sdjwt.process(payload, []) == {"iss": "i", "list": [7]}


HASH_NAME = disclosure("s", "_sd_alg", "sha-256")
NESTED_HASH = disclosure("s", "a", {"b": [{"_sd_alg": "sha-256"}]})
SELF = disclosure("s", "a", {"_sd": [digest(NAME)]})
ATTACKS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "one element": ({"_sd": [digest(disclosure("s"))]}, [disclosure("s")]),
    "four elements": ({"_sd": [digest(disclosure("s", "a", 1, 2))]}, [disclosure("s", "a", 1, 2)]),
    "not an array": ({}, [base64url.encode(b'{"a":1}')]),
    "salt is a number": ({"_sd": [digest(disclosure(1, "a", 2))]}, [disclosure(1, "a", 2)]),
    "name is a number": ({"_sd": [digest(disclosure("s", 1, 2))]}, [disclosure("s", 1, 2)]),
    "name is null": ({"_sd": [digest(disclosure("s", None, 2))]}, [disclosure("s", None, 2)]),
    "name is _sd": ({"_sd": [digest(disclosure("s", "_sd", []))]}, [disclosure("s", "_sd", [])]),
    "name is ...": ({"_sd": [digest(disclosure("s", "...", "x"))]}, [disclosure("s", "...", "x")]),
    "_sd_alg disclosed": (
        {"_sd": [digest(disclosure("s", "_sd_alg", "x"))]},
        [disclosure("s", "_sd_alg", "x")],
    ),
    "_sd_alg inside a member": ({"a": {"_sd_alg": "sha-256"}}, []),
    "_sd_alg inside an element": ({"a": [[{"_sd_alg": "sha-256"}]]}, []),
    "_sd_alg inside a disclosed value": ({"_sd": [digest(NESTED_HASH)]}, [NESTED_HASH]),
    "_sd_alg disclosed into a member": ({"a": {"_sd": [digest(HASH_NAME)]}}, [HASH_NAME]),
    "clear claim overwritten": ({"name": "clear", "_sd": [digest(NAME)]}, [NAME]),
    "two disclosures of one name": (
        {"_sd": [digest(NAME), digest(disclosure("other", "name", 1))]},
        [NAME, disclosure("other", "name", 1)],
    ),
    "digest twice in one array": ({"_sd": [digest(NAME), digest(NAME)]}, [NAME]),
    "digest twice, undisclosed": ({"_sd": [digest(NAME), digest(NAME)]}, []),
    "digest twice at two levels": ({"a": {"_sd": [digest(NAME)]}, "_sd": [digest(NAME)]}, []),
    "digest twice, once inside a disclosure": ({"_sd": [digest(SELF), digest(NAME)]}, [SELF]),
    "digest in an array and an object": ({"a": [{"...": digest(NAME)}], "_sd": [digest(NAME)]}, []),
    "disclosure never referenced": ({"_sd": [digest(NAME)]}, [NAME, ELEMENT]),
    "disclosure without any digest": ({"iss": "i"}, [NAME]),
    "disclosure only inside an undisclosed one": ({"_sd": [digest(SELF)]}, [NAME]),
    "disclosure repeated": ({"_sd": [digest(NAME)]}, [NAME, NAME]),
    "element disclosed as a claim": ({"_sd": [digest(ELEMENT)]}, [ELEMENT]),
    "claim disclosed as an element": ({"a": [{"...": digest(NAME)}]}, [NAME]),
    "placeholder with company": ({"a": [{"...": digest(ELEMENT), "b": 1}]}, [ELEMENT]),
    "placeholder outside an array": ({"...": digest(ELEMENT)}, []),
    "placeholder in a nested object": ({"a": {"...": digest(ELEMENT)}}, []),
    "digest is a number": ({"_sd": [7]}, []),
    "digest is an array": ({"_sd": [[digest(NAME)]]}, []),
    "element digest is null": ({"a": [{"...": None}]}, []),
    "_sd is a string": ({"_sd": digest(NAME)}, [NAME]),
    "_sd is an object": ({"_sd": {digest(NAME): 1}}, [NAME]),
    "sha-512": ({"_sd": [digest(NAME)], "_sd_alg": "sha-512"}, [NAME]),
    "SHA-256 in capitals": ({"_sd": [digest(NAME)], "_sd_alg": "SHA-256"}, [NAME]),
    "_sd_alg null": ({"_sd": [digest(NAME)], "_sd_alg": None}, [NAME]),
    "_sd_alg a list": ({"_sd": [digest(NAME)], "_sd_alg": ["sha-256"]}, [NAME]),
}


@pytest.mark.parametrize(("payload", "disclosures"), ATTACKS.values(), ids=ATTACKS)
def test_each_way_to_add_repeat_or_hide_a_claim_is_refused(
    payload: dict[str, Any], disclosures: list[str]
) -> None:
    """Every refusal of RFC 9901 §7.1 is made, whatever the digests say."""
    with pytest.raises(Malformed):
        sdjwt.process(payload, disclosures)


RESPELLED = {
    "padded": NAME + "=",
    "last bits not zero": NAME[:-1] + chr(ord(NAME[-1]) + 1),
    "standard alphabet": disclosure("s", "a", "???>>>~~~").replace("_", "/").replace("-", "+"),
    "space inside": NAME[:8] + " " + NAME[8:],
    "newline after": NAME + "\n",
    "not ASCII": NAME[:-1] + "\u00fa",
    "duplicate members": base64url.encode(b'["s","a",{"b":1,"b":2}]'),
    "NaN": base64url.encode(b'["s","a",NaN]'),
    "fraction": base64url.encode(b'["s","a",0.5]'),
    "19 digits": base64url.encode(b'["s","a",1234567890123456789]'),
    "byte order mark": base64url.encode(b'\xef\xbb\xbf["s","a",1]'),
    "lone surrogate": base64url.encode(b'["s","a","\\ud800"]'),
    "NUL": base64url.encode(b'["s","a","\\u0000"]'),
    "trailing data": base64url.encode(b'["s","a",1]]'),
    "not UTF-8": base64url.encode(b'["s","a","\xff"]'),
    "100,000 deep": base64url.encode(b'["s","a",' + b"[" * 100_000 + b"]" * 100_000 + b"]"),
    "empty": "",
    "an object of two members": base64url.encode(b'{"s":1,"a":2}'),
    "an object of three members": base64url.encode(b'{"s":1,"a":2,"b":3}'),
    "a text of two characters": base64url.encode(b'"sa"'),
    "a text of three characters": base64url.encode(b'"sab"'),
}


@pytest.mark.parametrize("encoded", RESPELLED.values(), ids=RESPELLED)
def test_a_disclosure_has_one_spelling(encoded: str) -> None:
    """A second spelling is refused even where the digest of that very text was signed."""
    with pytest.raises(Malformed):
        sdjwt.process({"_sd": [digest(encoded) if encoded.isascii() else ""]}, [encoded])


def test_the_digest_is_over_the_text_as_received() -> None:
    """A disclosure whose JSON is spelled with spaces keeps its own digest: nothing is re-encoded."""
    loose = base64url.encode(b'[ "salt",  "name" , "v\\u0061lue" ]')
    tight = base64url.encode(b'["salt","name","value"]')

    assert sdjwt.process({"_sd": [digest(loose)]}, [loose]) == {"name": "value"}
    with pytest.raises(Malformed, match="not referenced"):
        sdjwt.process({"_sd": [digest(tight)]}, [loose])


def chain(length: int) -> tuple[dict[str, Any], list[str]]:
    """Return a payload and disclosures of which each holds the digest of the next."""
    encoded = disclosure("s", "last", 0)
    found = [encoded]
    for i in range(length - 1):
        encoded = disclosure("s", f"n{i}", {"_sd": [digest(encoded)]})
        found.append(encoded)
    return {"_sd": [digest(encoded)]}, found


@pytest.mark.parametrize("length", [65, 512, 3000])
def test_a_chain_of_disclosures_is_refused_and_not_climbed(length: int) -> None:
    """A chain deeper than 64 is refused, as is a 3,000-deep one, without recursion."""
    payload, disclosures = chain(length)

    with pytest.raises(Malformed, match=r"deeper|more than"):
        sdjwt.process(payload, disclosures)


def test_a_chain_within_the_cap_is_followed_to_its_end() -> None:
    """Sixty-four links make a payload of 64 objects in each other, which is allowed."""
    payload, disclosures = chain(sdjwt.MAX_DEPTH)
    value: Any = sdjwt.process(payload, disclosures)
    depth = 0
    while isinstance(value, dict):
        (value,) = value.values()
        depth += 1

    assert (value, depth) == (0, 64)


def test_a_payload_of_any_depth_is_refused_without_recursion() -> None:
    """Even a payload that no parser of ours would let through does not exhaust the stack."""
    deep: Any = 0
    for _ in range(100_000):
        deep = [deep]

    with pytest.raises(Malformed, match="deeper"):
        sdjwt.process({"a": deep}, [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "~",
        "a.b.c",
        "a.b~",
        "a.b.c.d~",
        "a..c~",
        ".b.c~",
        "a.b.c~~",
        "a.b.c~YQ~~",
        "a.b.c~~a.b.c",
        "a.b.c~YQ",
        "a.b.c~a.b",
        "a.b.c~a.b.",
        "a.b.c~YQ~a.b.c.d",
        "a.b.c~\u00e9~",
        "a.b.c~" + "YQ~" * 513,
        "a.b.c~" + "Y" * 65_536 + "~",
    ],
    ids=lambda text: text[:20] or "nothing",
)
def test_a_text_of_another_shape_is_no_sd_jwt(text: str) -> None:
    """Bare tokens, empty parts, half a key binding and too much of anything are refused at the door."""
    with pytest.raises(Malformed):
        sdjwt.split(text)


def test_an_sd_jwt_may_be_as_large_as_is_said() -> None:
    """65,536 characters and 512 disclosures are read, made and put back; the same texts with one more are not."""
    largest = "a.b.c~" + "Y" * (sdjwt.MAX_BYTES - 7) + "~"
    assert 1 == len(sdjwt.split(largest).disclosures)
    with pytest.raises(Malformed, match="65536"):
        sdjwt.split("Y" + largest)

    claims = dict.fromkeys(map(str, range(sdjwt.MAX_DISCLOSURES)), 0)
    disclosures, digests = sdjwt.conceal(claims, random=fixed_random())
    sent = [one.encoded for one in disclosures]
    assert 512 == len(sdjwt.split(sdjwt.join("a.b.c", ["YQ"] * 512)).disclosures)
    assert claims == sdjwt.process({"_sd": digests}, sent)
    with pytest.raises(Malformed, match="512"):
        sdjwt.process({"_sd": [*digests, digest(NAME)]}, [*sent, NAME])
    with pytest.raises(Malformed, match="512"):
        sdjwt.conceal(claims | {"one more": 0}, random=fixed_random())


def test_without_decoys_there_are_as_many_digests_as_claims() -> None:
    """Decoys are asked for, or there are none."""
    assert 3 == len(sdjwt.conceal({"a": 1, "b": 2, "c": 3}, random=fixed_random())[1])


def test_nothing_but_our_own_error_escapes() -> None:
    """Six thousand seeded mutants of a presentation and of a disclosure are read, or refused by one error."""
    claims = {"a": 1, "b": [1, {"c": "值"}], "d": {"e": None}}
    disclosures, digests = sdjwt.conceal(claims, random=fixed_random(), decoys=1)
    payload = {"iss": "i", "list": [{"...": digest(ELEMENT)}], "_sd": digests}
    jws = f"e30.{base64url.encode(json.dumps(payload).encode())}.YQ"
    good = sdjwt.join(jws, [*(one.encoded for one in disclosures), ELEMENT]).encode()
    for mutant in mutants(good, seed=9901, count=3000):
        try:
            presentation = sdjwt.split(mutant.decode("latin-1"))
            sdjwt.select(presentation, {"a", "list"})
            sdjwt.process(payload, presentation.disclosures)
        except VerifierError:
            continue
    for mutant in mutants(base64url.decode(disclosures[1].encoded), seed=7519, count=3000):
        encoded = base64url.encode(mutant)
        try:
            sdjwt.process({"_sd": [digest(encoded)]}, [encoded])
        except VerifierError:
            continue


def test_selecting_drops_the_key_binding_and_passes_over_what_is_not_there() -> None:
    """A key binding signed another selection; a name that is not held is no error."""
    disclosures, digests = sdjwt.conceal({"a": 1, "b": 2}, random=fixed_random())
    jws = f"e30.{base64url.encode(json.dumps({'_sd': digests}).encode())}.YQ"
    whole = sdjwt.Presentation(jws, tuple(one.encoded for one in disclosures), "a.b.c")

    assert sdjwt.Presentation(jws, (disclosures[1].encoded,), None) == sdjwt.select(whole, ["b", "zz"])


def test_digests_are_no_claim_that_could_be_selected() -> None:
    """Who asks for `_sd` gets nothing by it, and digests that are no array are refused."""
    disclosures, digests = sdjwt.conceal({"a": 1, "b": 2}, random=fixed_random())
    sent = tuple(one.encoded for one in disclosures)

    def whole(payload: dict[str, Any]) -> sdjwt.Presentation:
        return sdjwt.Presentation(f"e30.{base64url.encode(json.dumps(payload).encode())}.YQ", sent)

    assert () == sdjwt.select(whole({"_sd": digests}), ["_sd", "..."]).disclosures
    assert 1 == len(sdjwt.select(whole({"_sd": [{}, [], 7, *digests]}), ["a"]).disclosures)
    with pytest.raises(Malformed, match="array"):
        sdjwt.select(whole({"_sd": {digests[0]: 1}}), ["a"])
