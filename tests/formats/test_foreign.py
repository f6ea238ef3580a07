"""Credentials of strangers: the drafts' own examples read, and the same refusals made as for ours."""

import base64
import json
from dataclasses import dataclass
from typing import Any

import pytest
from certhub_schemas.algorithms import ES256, Algorithm
from certhub_verifier.errors import BadSignature, Malformed, VerifierError
from certhub_verifier.formats.credential import claimtree, foreign, keybinding, sdjwt, vc
from certhub_verifier.formats.credential.claimtree import Hidden
from certhub_verifier.formats.credential.keybinding import BadBinding, Binding, Fault
from certhub_verifier.formats.jose import base64url, strict_json, x5c
from certhub_verifier.formats.jose import jws as jose

from tests.support.certificates import CA, ISSUER, LEAF, NOW, ROOT
from tests.support.credentials import World, seconds
from tests.support.fixed_keys import fixed_key, fixed_random
from tests.support.mutants import mutants
from tests.support.signing import NumberedKey, twin
from tests.support.vectors import vectors

KEY = NumberedKey("1", number=13)  # the key of LEAF
PHONE = fixed_key("a phone")
TIME = seconds(NOW)
EXPECT = Binding("x509_hash:abc", "n" * 22)
CLAIMS = {
    "iss": ISSUER,
    "vct": "https://issuer.example/types/licence",
    "iat": TIME - 60,
    "exp": TIME + 3600,
    "status": {"status_list": {"idx": 7, "uri": "https://issuer.example/lists/1"}},
    "cnf": {"jwk": {**PHONE.jwk, "use": "sig", "alg": "ES256"}},
    "name": Hidden("示例小面馆"),
    "address": Hidden({"city": Hidden("鄂州"), "street": Hidden("示例路")}),
    "degrees": [Hidden("M.Sc."), "B.Sc."],
}


@dataclass(frozen=True)
class PublishedKey:
    """A key that somebody printed in a specification."""

    jwk: dict[str, str]
    kid: str = ""
    algorithm: Algorithm = ES256


def signed(claims: Any = None, *, header: Any = None, key: NumberedKey = KEY, twist: Any = None) -> str:
    """Return a stranger's credential over these claims, with every disclosure."""
    concealed = claimtree.conceal(CLAIMS if claims is None else claims, random=fixed_random())
    head = strict_json.dumps(header or {"alg": "ES256", "typ": "dc+sd-jwt"})
    body = json.dumps(concealed.payload).encode()  # spaces and escapes, as others spell it
    message = f"{base64url.encode(head)}.{base64url.encode(body)}".encode()
    signature = key.sign(message)
    jws = jose.assemble(message, twist(signature) if twist else signature)
    return sdjwt.join(jws, [one.encoded for one in concealed.disclosures])


def without(name: str) -> dict[str, Any]:
    """Return the claims less one."""
    return {key: value for key, value in CLAIMS.items() if key != name}


def shown(text: str, **how: Any) -> foreign.Shown:
    """Read and verify to the end."""
    return foreign.verify(foreign.parse(text), how.pop("key", KEY), **{"now": TIME, **how})


def bound(text: str, binding: Binding = EXPECT, *, at: int = TIME) -> str:
    """Return the credential with a key binding by the phone."""
    found = keybinding.bind(sdjwt.split(text), binding, key=PHONE, issued_at=at)
    return sdjwt.join(found.issuer_jwt, found.disclosures, found.kb_jwt)


def test_the_draft_s_credentials_are_read_to_their_published_payload() -> None:
    """Every SD-JWT VC that the draft prints, by its issuer's key, key binding included."""
    published = vectors("sd-jwt-vc-draft19/vectors.json")
    key, seen = PublishedKey(published["issuer_jwk"]), 0
    for case in published["cases"]:
        credential = foreign.parse(case["compact"])
        expect, now = None, 1_750_000_000
        if kb_jwt := credential.presentation.kb_jwt:
            said = strict_json.loads(base64url.decode(kb_jwt.split(".")[1]))
            expect, now = Binding(said["aud"], said["nonce"]), said["iat"]
        found = foreign.verify(credential, key, now=now, expect=expect)
        assert found.bound == expect
        if "expected_processed_payload" in case:
            assert case["expected_processed_payload"] == found.payload
            seen += 1
    assert seen >= 3


def test_the_draft_s_credentials_are_none_of_ours() -> None:
    """What is read here is not read as a credential of a region: that takes all of our rules."""
    for case in vectors("sd-jwt-vc-draft19/vectors.json")["cases"]:
        with pytest.raises(Malformed):
            vc.parse(case["compact"])


def test_a_credential_of_ours_is_one_of_theirs() -> None:
    """Strangers read ours by the common rules: it is an SD-JWT VC like any other."""
    world = World()
    found = foreign.parse(world.credential())

    assert found.vct == "urn:certhub:kind:11100000MB0143028R001:1"
    assert found.status is not None
    assert "https://420700.certhub.example/status/3" == found.status.uri
    assert foreign.verify(found, world.seal_key(), now=TIME).payload["名称"] == "示例小面馆"


def test_what_a_stranger_signed_is_shown_whole() -> None:
    """Nested and array disclosures come back, with status and holder's key told apart from the claims."""
    credential = foreign.parse(signed())
    found = foreign.verify(credential, KEY, now=TIME)

    assert found.payload["address"] == {"city": "鄂州", "street": "示例路"}
    assert found.payload["degrees"] == ["M.Sc.", "B.Sc."]
    assert found.bound is None
    assert credential.status == foreign.StatusSlot("https://issuer.example/lists/1", 7)
    assert credential.holder_jwk == dict(PHONE.jwk)


def test_a_key_binding_is_checked_and_told() -> None:
    """Asked for and there: the binding comes back. There and not asked for: checked, and nobody is bound."""
    assert shown(bound(signed()), expect=EXPECT).bound == EXPECT
    assert shown(bound(signed())).bound is None


@pytest.mark.parametrize(
    ("text", "expect", "fault"),
    [
        (signed(), EXPECT, Fault.FORM),
        (bound(signed(), Binding(EXPECT.audience, "m" * 22)), EXPECT, Fault.NONCE),
        (bound(signed(without("cnf"))), EXPECT, Fault.KEY),
        (bound(signed(without("cnf"))), None, Fault.KEY),
        (bound(signed(), at=TIME - 301), EXPECT, Fault.STALE),
    ],
    ids=["missing", "nonce", "no key", "no key, not asked for", "stale"],
)
def test_a_key_binding_that_does_not_hold_shows_nothing(text: str, expect: Any, fault: Fault) -> None:
    """Nor does one that is missing where it was asked for."""
    with pytest.raises(BadBinding) as bad:
        shown(text, expect=expect)
    assert fault is bad.value.fault


def test_a_key_comes_from_x5c_where_an_anchor_vouches_for_it() -> None:
    """Header, chain, name, signature: all the way from an anchor of ours to the claims."""
    chain = [base64.b64encode(der).decode() for der in (LEAF, CA)]
    credential = foreign.parse(signed(header={"alg": "ES256", "typ": "dc+sd-jwt", "x5c": chain}))
    key = x5c.certified_key(credential.chain, anchors=[ROOT], at=NOW, issuer=credential.issuer)

    assert foreign.verify(credential, key, now=TIME).payload["name"] == "示例小面馆"
    with pytest.raises(BadSignature):
        foreign.verify(foreign.parse(signed(key=fixed_key("another"))), key, now=TIME)


def test_either_twin_of_a_stranger_s_signature_is_taken() -> None:
    """Browsers and HSMs do not choose the lower s; what is shown once is known by its nonce."""
    assert shown(signed()).payload == shown(signed(twist=twin)).payload


CHAIN = [base64.b64encode(LEAF).decode()]
HEAD = {"alg": "ES256", "typ": "dc+sd-jwt"}
BAD_HEADERS = {
    "no typ": {"alg": "ES256"},
    "the old typ": HEAD | {"typ": "vc+sd-jwt"},
    "typ as a media type": HEAD | {"typ": "application/dc+sd-jwt"},
    "alg none": HEAD | {"alg": "none"},
    "alg HS256": HEAD | {"alg": "HS256"},
    "alg a list": HEAD | {"alg": ["ES256"]},
    "crit": HEAD | {"crit": ["exp"]},
    "jwk": HEAD | {"jwk": dict(KEY.jwk)},
    "x5u": HEAD | {"x5u": "https://issuer.example/chain"},
    "jku": HEAD | {"jku": "https://issuer.example/keys"},
    "kid a number": HEAD | {"kid": 1},
    "kid with a line": HEAD | {"kid": "a\nb"},
    "kid null": HEAD | {"kid": None},
    "x5c empty": HEAD | {"x5c": []},
    "x5c a text": HEAD | {"x5c": CHAIN[0]},
    "x5c of five": HEAD | {"x5c": CHAIN * 5},
    "x5c null": HEAD | {"x5c": None},
    "x5c in base64url": HEAD | {"x5c": [base64url.encode(LEAF + b"\xff\xff\xfe")]},
    "x5c without padding": HEAD | {"x5c": [base64.b64encode(LEAF).decode().rstrip("=")]},
    "x5c with a line": HEAD | {"x5c": [CHAIN[0][:64] + "\n" + CHAIN[0][64:]]},
    "x5c of nothing": HEAD | {"x5c": [""]},
    "x5c of numbers": HEAD | {"x5c": [7]},
    "x5c with loose bits": HEAD | {"x5c": ["QR=="]},  # as QQ==, and four bits that are nobody's
    "an array": ["alg", "typ"],
    "a text": "alg typ",
}


@pytest.mark.parametrize("header", BAD_HEADERS.values(), ids=BAD_HEADERS)
def test_a_stranger_s_header_says_four_things_at_most(header: Any) -> None:
    """alg and typ, and kid and x5c where they are; a key is never fetched from where a token says."""
    with pytest.raises(Malformed):
        foreign.parse(signed(header=header))


SLOT = {"idx": 1, "uri": "u"}
BAD_CLAIMS = {
    "no vct": without("vct"),
    "vct a list": CLAIMS | {"vct": ["a"]},
    "no iss and no x5c": without("iss"),
    "exp a text": CLAIMS | {"exp": "1"},
    "exp a fraction": CLAIMS | {"exp": 1.5},
    "cnf a text": CLAIMS | {"cnf": "x"},
    "cnf by name": CLAIMS | {"cnf": {"kid": "x"}},
    "cnf with a private key": CLAIMS | {"cnf": {"jwk": {**PHONE.jwk, "d": "AA"}}},
    "cnf of another curve": CLAIMS | {"cnf": {"jwk": {**PHONE.jwk, "crv": "P-521"}}},
    "cnf off the curve": CLAIMS | {"cnf": {"jwk": {**PHONE.jwk, "x": PHONE.jwk["y"]}}},
    "status by another method": CLAIMS | {"status": {"other": {}}},
    "status without index": CLAIMS | {"status": {"status_list": {"uri": "u"}}},
    "status index negative": CLAIMS | {"status": {"status_list": SLOT | {"idx": -1}}},
    **{
        f"{name} disclosed": without(name) | {name: Hidden(CLAIMS[name])}
        for name in ("exp", "vct", "cnf", "status")
    },
    "iss disclosed": without("iss") | {"iss": Hidden(ISSUER)},
    "aka_vcts disclosed": CLAIMS | {"aka_vcts": Hidden(["a"])},
    "vct#integrity disclosed": CLAIMS | {"vct#integrity": Hidden("sha256-x")},
    "nbf disclosed": CLAIMS | {"nbf": Hidden(1)},
    "the slot disclosed": CLAIMS | {"status": {"status_list": {"idx": Hidden(1), "uri": "u"}}},
    "the holder's key disclosed": CLAIMS | {"cnf": {"jwk": Hidden(dict(PHONE.jwk))}},
    "one of aka_vcts disclosed": CLAIMS | {"aka_vcts": [Hidden("a")]},
}


@pytest.mark.parametrize("claims", BAD_CLAIMS.values(), ids=BAD_CLAIMS)
def test_what_a_verdict_rests_on_stands_in_clear_and_has_one_shape(claims: Any) -> None:
    """The claims that SD-JWT VC names, with all that is inside them, hide nothing."""
    head = {"alg": "ES256", "typ": "dc+sd-jwt", **({"x5c": CHAIN} if "iss disclosed" in str(claims) else {})}
    with pytest.raises(Malformed):
        shown(signed(claims, header=head))


@pytest.mark.parametrize(
    ("claims", "now"),
    [(CLAIMS, TIME + 3600), (CLAIMS | {"nbf": TIME + 61}, TIME), (CLAIMS | {"exp": 0}, TIME)],
    ids=["ended", "not begun", "ended in 1970"],
)
def test_out_of_its_time_nothing_is_shown(claims: Any, now: int) -> None:
    """`exp` is the first moment after it; `nbf` may be a minute ahead of our clock."""
    with pytest.raises(foreign.OutOfTime):
        shown(signed(claims), now=now)


def test_a_disclosure_that_nobody_signed_is_refused() -> None:
    """The mistake that other libraries make: an extra disclosure is no harmless extra."""
    extra = base64url.encode(b'["salt","role","admin"]')
    jws, *disclosures = signed().removesuffix("~").split("~")
    with pytest.raises(Malformed, match="not referenced"):
        foreign.parse(sdjwt.join(jws, [*disclosures, extra]))


def test_no_mutant_is_shown_and_nothing_but_our_own_error_escapes() -> None:
    """Two thousand neighbours of a bound credential."""
    good = bound(signed()).encode()
    taken = []
    for mutant in mutants(good, seed=19, count=2000):
        try:
            shown(mutant.decode("latin-1"), expect=EXPECT)
        except VerifierError:
            continue
        taken += [mutant] if mutant != good else []
    assert taken == []
