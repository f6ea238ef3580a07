"""Keys and signatures that others published: Wycheproof's web keys, the JWS examples of RFC 7520 and RFC 8037."""

from typing import Any

import pytest
from certhub_schemas.algorithms import REGISTRY
from certhub_verifier.errors import BadSignature, Malformed
from certhub_verifier.formats.jose import base64url, jws, strict_json
from certhub_verifier.formats.jose.jwk import require_public
from certhub_verifier.formats.jose.tokens import TOKEN_TYPES

from tests.support.signing import KnownKey
from tests.support.vectors import FOLDER, vectors

KEY_MEMBERS = {"kty", "crv", "x", "y"}
COOKBOOK = sorted(path.name for path in (FOLDER / "jose-cookbook").glob("*.json"))


def judged(compact: str, key: dict[str, Any]) -> str:
    """Return "valid", or why `compact` is refused when `key` is what a trust list would hold of it."""
    first, second, third = compact.encode().split(b".")
    algorithm = strict_json.loads(base64url.decode(first))["alg"]
    if algorithm not in REGISTRY:
        return "not in the registry"
    parsed = jws.Parsed(
        jws.Header(algorithm, "dc+sd-jwt", None), {}, first + b"." + second, base64url.decode(third)
    )
    public = {name: value for name, value in key.items() if name in KEY_MEMBERS}
    try:
        jws.verify_foreign(parsed, KnownKey(public, REGISTRY[algorithm]))
    except (Malformed, BadSignature) as refused:
        return type(refused).__name__
    return "valid"


def wycheproof_keys() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return every case of json_web_key with the key that its header names, as it is published."""
    found = []
    for group in vectors("wycheproof/json_web_key_test.json")["testGroups"]:
        held = group.get("public", group["private"])
        keys = held.get("keys", [held])
        for case in group["tests"]:
            kid = strict_json.loads(base64url.decode(case["jws"].split(".")[0].encode()))["kid"]
            found.append((case, next((key for key in keys if key.get("kid") == kid), keys[0])))
    return found


def test_no_published_web_key_that_is_bad_is_taken():
    """Of 26 keys every bad one is refused, but for three that only say in themselves that they are for something else.

    Deviations. Two good keys are HMAC and one is RSA, and two are long HMAC keys: none is in the registry. Three
    keys name a wrong algorithm or use in a member that a trust list does not hold; with that member they get in nowhere
    (the test below).
    """
    found = [(case, judged(case["jws"], key)) for case, key in wycheproof_keys()]
    taken = {case["comment"]: case["tcId"] for case, ours in found if ours == "valid"}

    assert 26 == len(found)
    assert {19, 20, 21} == {
        case["tcId"] for case, ours in found if ours == "valid" and case["result"] == "invalid"
    }
    assert {"mismatchedAlgAndCurve", "rejectsModifiedKey"} == set(taken)
    assert {"not in the registry"} == {ours for case, ours in found if case["result"] == "valid"}
    assert {"Malformed"} == {ours for case, ours in found if case["tcId"] in {22, 23, 24}}


def test_a_web_key_that_says_what_it_is_for_gets_in_nowhere():
    """A key with `alg`, `use` or `kid` in it is no key of ours, good or bad: the trust list says what a key is for."""
    for _, key in wycheproof_keys():
        for algorithm in REGISTRY.values():
            with pytest.raises(Malformed):
                require_public(key, algorithm)


@pytest.mark.parametrize("name", COOKBOOK)
def test_agrees_with_the_published_jws_examples(name):
    """Of RFC 7520 no algorithm is in the registry, so each example is refused as that; RFC 8037's Ed25519 is taken."""
    published = vectors(f"jose-cookbook/{name}")
    expected = "valid" if name.startswith("curve25519") else "not in the registry"
    signatures = published["signing"] if isinstance(published["signing"], list) else [published["signing"]]
    keys = (
        published["input"]["key"]
        if isinstance(published["input"]["key"], list)
        else [published["input"]["key"]]
    )

    for signed, key in zip(signatures, keys, strict=True):
        compact = f"{signed['sig-input']}.{signed['sig']}"
        if "alg" in signed.get("protected", {}):  # RFC 7520 §4.7 and one signature of §4.8 protect no header
            assert expected == judged(compact, key)
        for typ in TOKEN_TYPES:
            with pytest.raises(Malformed):
                jws.parse(compact, typ)


def test_an_altered_published_signature_is_refused():
    """One bit of the Ed25519 example's signature, and it is nobody's."""
    published = vectors("jose-cookbook/curve25519__jws.json")
    head, payload, signature = published["output"]["compact"].split(".")
    bent = bytearray(base64url.decode(signature.encode()))
    bent[3] ^= 1

    assert "BadSignature" == judged(
        f"{head}.{payload}.{base64url.encode(bytes(bent))}", published["input"]["key"]
    )
