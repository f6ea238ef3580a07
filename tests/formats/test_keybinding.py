"""Key binding: what the holder signs for one showing, and everything that is not that."""

from dataclasses import replace
from typing import Any

import pytest
from certhub_schemas.algorithms import EDDSA, ES256
from certhub_verifier.errors import Malformed, SuiteNotAvailable, VerifierError
from certhub_verifier.formats.credential import keybinding, sdjwt
from certhub_verifier.formats.credential.keybinding import BadBinding, Binding, Fault
from certhub_verifier.formats.jose import base64url, jws, strict_json
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fixed_keys import fixed_key, fixed_random
from tests.support.mutants import mutants
from tests.support.signing import twin
from tests.support.vectors import vectors

NOW = 1_790_000_000
PHONE = fixed_key("a phone")
CNF = {"jwk": dict(PHONE.jwk)}
COUNTER = Binding("420700:window-2", "n" * 22)
_, DIGESTS = sdjwt.conceal({"a": 1, "b": 2}, random=fixed_random())
DISCLOSURES = tuple(one.encoded for one in sdjwt.conceal({"a": 1, "b": 2}, random=fixed_random())[0])
SHOWN = sdjwt.Presentation("YQ.YQ.YQ", DISCLOSURES)
BOUND = keybinding.bind(SHOWN, COUNTER, key=PHONE, issued_at=NOW)


def judged(presentation=BOUND, *, cnf=CNF, expect=COUNTER, now=NOW) -> Fault | None:
    """Check a key binding; return what is wrong with it, or None."""
    try:
        keybinding.check(presentation, cnf, expect=expect, now=now)
    except BadBinding as bad:
        return bad.fault
    return None


def signed(payload: dict[str, Any], *, header=None, key=PHONE) -> sdjwt.Presentation:
    """Return the presentation with a key binding over this payload, good or bad, signed for good."""
    head = strict_json.dumps(header or {"alg": key.algorithm.name, "typ": "kb+jwt"})
    message = f"{base64url.encode(head)}.{base64url.encode(strict_json.dumps(payload))}".encode()
    return replace(SHOWN, kb_jwt=jws.assemble(message, key.sign(message)))


PAYLOAD = keybinding.payload(SHOWN, COUNTER, issued_at=NOW)


@pytest.mark.parametrize("source", ["sd-jwt-rfc9901", "sd-jwt-vc-draft19"])
def test_published_key_bindings_hold_for_the_showing_that_they_name(source: str) -> None:
    """Each published key binding checks by the key in `cnf`, and for no other nonce or audience."""
    seen = 0
    for case in vectors(f"{source}/vectors.json")["cases"]:
        presentation = sdjwt.split(case["compact"]) if "~" in case.get("compact", "") else None
        if presentation is None or presentation.kb_jwt is None:
            continue
        cnf = sdjwt.process(sdjwt.payload_of(presentation), presentation.disclosures)["cnf"]
        said = strict_json.loads(base64url.decode(presentation.kb_jwt.split(".")[1]))
        expect = Binding(said["aud"], said["nonce"])

        assert judged(presentation, cnf=cnf, expect=expect, now=said["iat"]) is None
        assert Fault.NONCE is judged(
            presentation, cnf=cnf, expect=replace(expect, nonce="x"), now=said["iat"]
        )
        seen += 1
    assert seen


def test_the_header_and_payload_are_the_four_members_and_no_more() -> None:
    """RFC 9901 §4.3: typ, alg; iat, aud, nonce, sd_hash over all that stands before."""
    parsed = jws.parse(BOUND.kb_jwt or "", "kb+jwt")

    assert jws.Header("ES256", "kb+jwt", None) == parsed.header
    assert {"iat": NOW, "aud": COUNTER.audience, "nonce": COUNTER.nonce} == {
        name: parsed.payload[name] for name in parsed.payload if name != "sd_hash"
    }
    assert parsed.payload["sd_hash"] == sdjwt.digest(sdjwt.join(SHOWN.issuer_jwt, SHOWN.disclosures))


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([ES256, EDDSA]),
    st.builds(Binding, st.text("ab:/.值", min_size=1), st.text("n0-_", min_size=1)),
    st.integers(0, 4_000_000_000),
)
def test_what_a_phone_binds_holds_for_exactly_that(suite: Any, binding: Binding, moment: int) -> None:
    """Any audience, nonce, time and suite: it checks for them, after a trip through the text."""
    phone = fixed_key("a phone", suite)
    text = sdjwt.join(*_parts(keybinding.bind(SHOWN, binding, key=phone, issued_at=moment)))

    keybinding.check(sdjwt.split(text), {"jwk": dict(phone.jwk)}, expect=binding, now=moment)


def _parts(presentation: sdjwt.Presentation) -> tuple[Any, ...]:
    return presentation.issuer_jwt, presentation.disclosures, presentation.kb_jwt


@pytest.mark.parametrize(
    ("late", "fault"),
    [(300, None), (301, Fault.STALE), (-60, None), (-61, Fault.FUTURE), (86_400, Fault.STALE)],
)
def test_a_showing_is_minutes_old(late: int, fault: Fault | None) -> None:
    """Five minutes back, one minute ahead for a phone's clock, and no more."""
    assert fault is judged(now=NOW + late)


def test_an_archive_can_check_who_signed_without_knowing_for_whom() -> None:
    """Without an expectation neither time, audience nor nonce is judged; signature and hash are."""
    other = replace(BOUND, disclosures=DISCLOSURES[:1])

    assert judged(expect=None, now=NOW + 10**9) is None
    assert Fault.SD_HASH is judged(other, expect=None)


OTHER = fixed_key("another phone")
BAD: dict[str, tuple[Fault, Any, dict[str, Any]]] = {
    "no key binding": (Fault.FORM, SHOWN, {}),
    "not a token": (Fault.FORM, replace(SHOWN, kb_jwt="a.b.c"), {}),
    "another type": (
        Fault.FORM,
        signed(PAYLOAD, header={"alg": "ES256", "typ": "JWT"}),
        {},
    ),
    "a key id in the header": (
        Fault.FORM,
        signed(PAYLOAD, header={"alg": "ES256", "typ": "kb+jwt", "kid": "1"}),
        {},
    ),
    "a key in the header": (
        Fault.FORM,
        signed(PAYLOAD, header={"alg": "ES256", "typ": "kb+jwt", "jwk": dict(OTHER.jwk)}, key=OTHER),
        {},
    ),
    "no algorithm": (Fault.FORM, signed(PAYLOAD, header={"alg": "none", "typ": "kb+jwt"}), {}),
    "another algorithm than the key's": (
        Fault.SIGNATURE,
        signed(PAYLOAD, header={"alg": "EdDSA", "typ": "kb+jwt"}),
        {},
    ),
    "another phone's signature": (Fault.SIGNATURE, signed(PAYLOAD, key=OTHER), {}),
    "no key in the credential": (Fault.KEY, BOUND, {"cnf": None}),
    "an empty cnf": (Fault.KEY, BOUND, {"cnf": {}}),
    "cnf by name alone": (Fault.KEY, BOUND, {"cnf": {"kid": "1"}}),
    "cnf of an unknown curve": (Fault.KEY, BOUND, {"cnf": {"jwk": {**PHONE.jwk, "crv": "P-384"}}}),
    "cnf off the curve": (Fault.KEY, BOUND, {"cnf": {"jwk": {**PHONE.jwk, "x": PHONE.jwk["y"]}}}),
    "one disclosure fewer": (Fault.SD_HASH, replace(BOUND, disclosures=DISCLOSURES[:1]), {}),
    "disclosures in another order": (Fault.SD_HASH, replace(BOUND, disclosures=DISCLOSURES[::-1]), {}),
    "another credential": (Fault.SD_HASH, replace(BOUND, issuer_jwt="Yg.YQ.YQ"), {}),
    "made for somebody else": (Fault.AUDIENCE, BOUND, {"expect": Binding("420100:1", COUNTER.nonce)}),
    "audience by its first part": (Fault.AUDIENCE, BOUND, {"expect": Binding("420700", COUNTER.nonce)}),
    "another nonce": (Fault.NONCE, BOUND, {"expect": Binding(COUNTER.audience, "m" * 22)}),
    "nonce in another case": (Fault.NONCE, BOUND, {"expect": Binding(COUNTER.audience, "N" * 22)}),
    **{
        f"no {name}": (Fault.FORM, signed({k: v for k, v in PAYLOAD.items() if k != name}), {})
        for name in PAYLOAD
    },
    "audience a list": (Fault.FORM, signed(PAYLOAD | {"aud": [COUNTER.audience]}), {}),
    "nonce a number": (Fault.FORM, signed(PAYLOAD | {"nonce": 7}), {}),
    "time a text": (Fault.FORM, signed(PAYLOAD | {"iat": str(NOW)}), {}),
    "hash of another length": (Fault.FORM, signed(PAYLOAD | {"sd_hash": "A" * 42}), {}),
    "ended": (Fault.STALE, signed(PAYLOAD | {"exp": NOW}), {}),
    "not yet begun": (Fault.FUTURE, signed(PAYLOAD | {"nbf": NOW + 61}), {}),
    "an end that is no time": (Fault.FORM, signed(PAYLOAD | {"exp": "1"}), {}),
}


@pytest.mark.parametrize(("fault", "presentation", "how"), BAD.values(), ids=BAD)
def test_what_does_not_bind_this_holder_to_this_showing(
    fault: Fault, presentation: Any, how: dict[str, Any]
) -> None:
    """Each fault is found and called by its name."""
    assert fault is judged(presentation, **how)


def test_what_a_wallet_says_besides_is_passed_over() -> None:
    """SD-JWT VC obliges every reader to it (“Key Binding JWT”); a wallet's own end and beginning are held to."""
    more = PAYLOAD | {"transaction_data_hashes": ["x"], "exp": NOW + 1, "nbf": NOW}

    assert judged(signed(more)) is None


def test_a_phone_may_send_either_twin() -> None:
    """Browsers do not choose the smaller s; a replay is known by its nonce, not by its text."""
    message, _, signature = (BOUND.kb_jwt or "").rpartition(".")
    other = f"{message}.{base64url.encode(twin(base64url.decode(signature)))}"

    assert judged(replace(BOUND, kb_jwt=other)) is None


def test_a_key_of_a_suite_that_cannot_be_computed_is_no_fault_of_the_holder() -> None:
    """Nothing is known of the signature then, neither good nor bad."""
    sm2 = {"jwk": {**PHONE.jwk, "crv": "SM2"}}
    showing = signed(PAYLOAD, header={"alg": "SM2SM3", "typ": "kb+jwt"})

    with pytest.raises(SuiteNotAvailable):
        keybinding.check(showing, sm2, expect=COUNTER, now=NOW)


@pytest.mark.parametrize(
    "binding", [Binding("", "n"), Binding("a", ""), Binding("a\n", "n"), Binding("a", "n" * 257)]
)
def test_what_nobody_could_read_is_not_signed(binding: Binding) -> None:
    """A slip shows before the phone's key is touched."""
    with pytest.raises(Malformed):
        keybinding.bind(SHOWN, binding, key=PHONE, issued_at=NOW)


def test_no_mutant_of_a_key_binding_holds() -> None:
    """Two thousand neighbours of a good one: all refused, and by one error."""
    good = (BOUND.kb_jwt or "").encode()
    held = []
    for mutant in mutants(good, seed=4, count=2000):
        try:
            keybinding.check(replace(BOUND, kb_jwt=mutant.decode("latin-1")), CNF, expect=COUNTER, now=NOW)
        except VerifierError:
            continue
        held += [mutant] if mutant != good else []
    assert held == []
