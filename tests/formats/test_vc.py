"""The credential: exactly the members of the design, and nothing a verdict rests on from a disclosure."""

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from certhub_schemas.algorithms import ES256
from certhub_verifier.errors import BadSignature, Malformed, VerifierError
from certhub_verifier.formats.credential import sdjwt, vc
from certhub_verifier.formats.credential.identifier import Identifier
from certhub_verifier.formats.jose import base64url, fields, strict_json
from certhub_verifier.formats.jose import jws as jose
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fixed_keys import fixed_key, fixed_random
from tests.support.mutants import mutants, value_mutants
from tests.support.strategies import WORDS, readable

KEY = fixed_key("11420799MB99990172-1")
CNF = {"jwk": dict(fixed_key("a phone").jwk)}
CLAIMS = vc.CredentialClaims(
    agency="11420799MB99990172",
    kind_code="11100000MB0143028R001",
    kind_version=1,
    issued_at=1_790_000_000,
    not_before=1_780_000_000,
    expires=1_890_000_000,
    status_uri="https://420700.certhub.example/status/3",
    status_index=131_071,
    cnf=CNF,
)
SERIAL = "0123456789ABCDEFGHIJ"
DISCLOSED = {
    "证照标识": str(Identifier(CLAIMS.kind_code, CLAIMS.agency, SERIAL, 1)),
    "证照编号": "92420799MA99990138",
    "持证主体": ["张演示", "李演示"],
    "持证主体代码": [
        {"type": "111", "number": "420799190001010015"},
        {"type": "111", "number": "420799190001010023"},
    ],
    "名称": "示例小面馆",
    "法定代表人身份证号": "420799190001010015",
}


def sealed(claims: vc.CredentialClaims = CLAIMS, *, decoys: int = 0) -> str:
    """Return a whole credential over `claims` and DISCLOSED."""
    unsigned = vc.build(claims, DISCLOSED, key=KEY, random=fixed_random(), decoys=decoys)
    return vc.seal(unsigned, KEY.sign(unsigned.signing_input))


def token(payload: Any, *disclosures: str, typ: str = "dc+sd-jwt") -> str:
    """Return an SD-JWT over any payload, good or bad; nobody signed it."""
    header = json.dumps({"alg": "ES256", "typ": typ, "kid": KEY.kid}).encode()
    parts = (header, json.dumps(payload).encode(), b"\x01" * 64)
    return sdjwt.join(".".join(base64url.encode(part) for part in parts), disclosures)


def disclosing(**claims: Any) -> tuple[list[str], list[str]]:
    """Return the digests and the disclosures of `claims`."""
    disclosures, digests = sdjwt.conceal(claims, random=fixed_random())
    return digests, [one.encoded for one in disclosures]


def test_the_payload_is_the_design_member_by_member() -> None:
    """What is signed is exactly the list of the design: names, shapes, order and nothing more."""
    unsigned = vc.build(CLAIMS, DISCLOSED, key=KEY, random=fixed_random(), decoys=2)
    header, payload = (json.loads(base64url.decode(part)) for part in unsigned.signing_input.split(b"."))
    digests = payload.pop("_sd")

    assert header == {"alg": "ES256", "typ": "dc+sd-jwt", "kid": "11420799MB99990172-1"}
    assert payload == {
        "iss": "urn:certhub:agency:11420799MB99990172",
        "vct": "urn:certhub:kind:11100000MB0143028R001:1",
        "iat": 1_790_000_000,
        "nbf": 1_780_000_000,
        "exp": 1_890_000_000,
        "status": {"status_list": {"idx": 131_071, "uri": "https://420700.certhub.example/status/3"}},
        "cnf": CNF,
        "_sd_alg": "sha-256",
    }
    assert digests == sorted(digests)
    assert len(DISCLOSED) + 2 == len(digests)


def test_a_certificate_without_end_has_no_exp_and_an_unbound_one_no_cnf() -> None:
    """长期 is told by absence, not by a far date; so is the missing device key."""
    found = vc.parse(sealed(replace(CLAIMS, expires=None, cnf=None)))

    assert not {"exp", "cnf"} & found.parsed.payload.keys()
    assert found.claims.expires is None
    assert found.claims.cnf is None


def test_without_anything_to_disclose_there_are_no_digests() -> None:
    """SD-JWT VC has no empty `_sd`; decoys alone make one."""
    bare, hiding = (vc.build(CLAIMS, {}, key=KEY, random=fixed_random(), decoys=n) for n in (0, 2))

    assert CLAIMS.to_payload() == json.loads(base64url.decode(bare.signing_input.split(b".")[1]))
    assert b"_sd" in base64url.decode(hiding.signing_input.split(b".")[1])
    assert CLAIMS == vc.parse(vc.seal(bare, b"\x01" * 64)).claims


def test_nothing_of_a_person_is_in_clear() -> None:
    """Without disclosures the signed bytes hold no disclosed value, in no spelling of JSON."""
    unsigned = vc.build(CLAIMS, DISCLOSED, key=KEY, random=fixed_random())
    payload = base64url.decode(unsigned.signing_input.split(b".")[1]).decode()
    clear = json.dumps(json.loads(payload), ensure_ascii=False)

    for personal in ("张演示", "420799190001010015", "示例小面馆", "92420799MA99990138", "名称"):
        assert personal not in clear


def test_building_is_pure_and_sealing_only_joins() -> None:
    """The same randomness gives the same bytes, so what was stored before the signature is what is signed."""
    first, second = (vc.build(CLAIMS, DISCLOSED, key=KEY, random=fixed_random()) for _ in range(2))
    text = vc.seal(first, b"\x01" * 64)

    assert first == second
    assert text.startswith(first.signing_input.decode() + ".")
    assert first.disclosures == sdjwt.split(text).disclosures


def test_what_was_sealed_is_read_back_by_a_stranger() -> None:
    """Claims, disclosed values and header come back; the signature is the agency's."""
    found = vc.parse(sealed(decoys=3))

    assert found.claims == CLAIMS
    assert found.disclosed == DISCLOSED
    assert KEY.kid == found.header.kid
    assert found.parsed.payload == jose.verify(found.parsed, KEY)
    assert {**CLAIMS.to_payload(), **DISCLOSED} == found.processed


def test_a_selection_shows_just_that() -> None:
    """The least fields of a matter are all that its counter sees; clear members stay."""
    text = sealed(decoys=1)
    kept = sdjwt.select(sdjwt.split(text), ["名称", "证照编号"])
    found = vc.parse(sdjwt.join(kept.issuer_jwt, kept.disclosures))

    assert found.disclosed == {"证照编号": "92420799MA99990138", "名称": "示例小面馆"}
    assert found.claims == CLAIMS


def test_what_is_called_by_name_is_what_a_selection_keeps() -> None:
    """The issuer, whose credential has nothing inside a disclosure, shows by name alone, and the same."""
    whole = sdjwt.split(sealed(decoys=1))
    for names in ([], ["名称"], ["证照编号", "名称"], ["没有的"], list(DISCLOSED)):
        assert sdjwt.select(whole, names).disclosures == sdjwt.called(whole.disclosures, names)


def test_what_cannot_be_read_is_not_called_by_name() -> None:
    """One disclosure that is none refuses them all: nothing is shown of it."""
    whole = sdjwt.split(sealed())
    with pytest.raises(Malformed):
        sdjwt.called((*whole.disclosures, "AAAA"), ["名称"])


@settings(max_examples=60)
@given(
    st.builds(
        vc.CredentialClaims,
        agency=st.sampled_from(["11420799MB99990172", "11430000006122244L"]),
        kind_code=st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=21, max_size=21),
        kind_version=st.integers(1, 9999),
        issued_at=st.integers(0, fields.LATEST),
        not_before=st.integers(fields.EARLIEST, fields.LATEST - 1),
        expires=st.none() | st.just(fields.LATEST),
        status_uri=st.integers(0, 10**8).map(lambda n: f"https://420700.certhub.example/status/{n}"),
        status_index=st.integers(0, 2**24),
        cnf=st.sampled_from([None, CNF]),
    ),
    st.dictionaries(
        WORDS.filter(lambda name: name not in vc.CLEAR and name not in DISCLOSED),
        readable(st.text(st.characters(exclude_categories=["C"]), max_size=40)),
        max_size=5,
    ),
)
def test_every_credential_that_we_build_we_can_read(
    claims: vc.CredentialClaims, disclosed: dict[str, str]
) -> None:
    """Claims and disclosed values survive a trip through the text form."""
    found = vc.parse(vc.seal(vc.build(claims, disclosed, key=KEY, random=fixed_random()), b"\x01" * 64))

    assert (claims, disclosed) == (found.claims, found.disclosed)


def test_a_licence_from_before_the_epoch_keeps_its_date() -> None:
    """Certificates of 1965 are in force: `nbf` is then negative, and read as it was written."""
    old = replace(CLAIMS, not_before=-157_766_400, expires=None)

    assert old == vc.parse(sealed(old)).claims


def test_the_reference_is_of_header_and_payload_alone() -> None:
    """Neither the choice of disclosures, nor a key binding, nor the signature's twin changes the name."""
    text = sealed()
    jws = text.partition("~")[0]
    message, _, signature = jws.rpartition(".")
    raw = base64url.decode(signature)
    assert ES256.order is not None
    twin = raw[:32] + (ES256.order - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")

    assert sha256(message.encode()).digest() == vc.credential_ref(text)
    assert vc.credential_ref(text) == vc.credential_ref(jws)
    assert vc.credential_ref(text) == vc.credential_ref(f"{jws}~a.b.c")
    assert vc.credential_ref(text) == vc.credential_ref(f"{message}.{base64url.encode(twin)}~")


@pytest.mark.parametrize("text", ["", "a", "a.b", "a.b.c.d", "~a.b.c", "\u00e9.b.c"], ids=ascii)
def test_what_is_no_credential_has_no_reference(text: str) -> None:
    """A reference of something else would name nothing."""
    with pytest.raises(Malformed):
        vc.credential_ref(text)


# --- attacks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(vc.CLEAR | {"_sd_alg"}))
def test_what_a_verdict_rests_on_may_not_be_disclosed_selectively(name: str) -> None:
    """A holder who could leave out `exp`, `status` or `cnf` would decide on the verdict."""
    payload = CLAIMS.to_payload()
    payload.pop(name, None)
    value = CLAIMS.to_payload().get(name, 1)
    encoded = base64url.encode(strict_json.dumps(["salt", name, value]))  # which `sdjwt.conceal` may refuse

    with pytest.raises(Malformed):
        vc.parse(token({**payload, "_sd": [sdjwt.digest(encoded)]}, encoded))
    with pytest.raises(Malformed):
        vc.build(CLAIMS, {name: 1}, key=KEY, random=fixed_random())


def changed(**members: Any) -> dict[str, Any]:
    """Return the clear members with some replaced, and those set to ... left out."""
    merged = {**CLAIMS.to_payload(), **members}
    return {name: value for name, value in merged.items() if value is not ...}


SLOT = CLAIMS.to_payload()["status"]["status_list"]
X = CNF["jwk"]
BAD = {
    "unknown member": changed(sub="420799190001010015"),
    "another unknown member": changed(aka_vcts=["urn:certhub:kind:11100000MB0143028R001:1"]),
    "vct#integrity": changed(**{"vct#integrity": "sha256-x"}),
    "a claim in clear": changed(名称="示例小面馆"),
    **{f"no {name}": changed(**{name: ...}) for name in ("iss", "vct", "iat", "nbf", "status")},
    "iss a URL": changed(iss="https://420700.certhub.example"),
    "iss of a region": changed(iss="urn:certhub:region:420700"),
    "iss in capitals": changed(iss="URN:CERTHUB:AGENCY:11420799MB99990172"),
    "iss with a wrong check digit": changed(iss="urn:certhub:agency:11420799MB99990173"),
    "iss with a space": changed(iss="urn:certhub:agency:11420799MB99990172 "),
    "iss in full width": changed(iss="urn:certhub:agency:１1420799MB99990172"),
    "iss a list": changed(iss=["urn:certhub:agency:11420799MB99990172"]),
    "vct without version": changed(vct="urn:certhub:kind:11100000MB0143028R001"),
    "vct version 0": changed(vct="urn:certhub:kind:11100000MB0143028R001:0"),
    "vct version 01": changed(vct="urn:certhub:kind:11100000MB0143028R001:01"),
    "vct of 20 characters": changed(vct="urn:certhub:kind:11100000MB0143028R00:1"),
    "vct in lower case": changed(vct="urn:certhub:kind:11100000mb0143028r001:1"),
    "vct with a newline": changed(vct="urn:certhub:kind:11100000MB0143028R001:1\n"),
    "vct null": changed(vct=None),
    "exp = nbf": changed(exp=CLAIMS.not_before),
    "exp before nbf": changed(exp=CLAIMS.not_before - 1),
    "exp null": changed(exp=None),
    "exp text": changed(exp="1890000000"),
    "exp true": changed(exp=True),
    "nbf with a fraction": changed(nbf=1.5),
    "nbf beyond the calendar": changed(nbf=fields.LATEST + 1, exp=...),
    "iat text": changed(iat="now"),
    "status null": changed(status=None),
    "status empty": changed(status={}),
    "status by another method": changed(status={"bitstring": SLOT}),
    "status with two methods": changed(status={"status_list": SLOT, "other": {}}),
    "slot without uri": changed(status={"status_list": {"idx": 1}}),
    "slot negative": changed(status={"status_list": {**SLOT, "idx": -1}}),
    "slot true": changed(status={"status_list": {**SLOT, "idx": True}}),
    "slot elsewhere": changed(status={"status_list": {**SLOT, "uri": "https://evil.example/status/3"}}),
    "slot URI a number": changed(status={"status_list": {**SLOT, "uri": 3}}),
    "slot disclosed": changed(status={"status_list": {"uri": SLOT["uri"], "_sd": ["x"]}}),
    "status disclosed": changed(status={"_sd": ["x"]}),
    "cnf null": changed(cnf=None),
    "cnf by kid": changed(cnf={"kid": "x"}),
    "cnf with a private key": changed(cnf={"jwk": {**X, "d": X["x"]}}),
    "cnf with a name": changed(cnf={"jwk": {**X, "kid": "x"}}),
    "cnf symmetric": changed(cnf={"jwk": {"kty": "oct", "k": "AAAA"}}),
    "cnf off the curve": changed(cnf={"jwk": {**X, "x": X["y"]}}),
    "cnf of a curve that no suite has": changed(cnf={"jwk": {**X, "crv": "P-384"}}),
    "cnf coordinate a number": changed(cnf={"jwk": {**X, "x": 1}}),
    "cnf disclosed": changed(cnf={"_sd": ["x"]}),
    "sha-512": changed(_sd_alg="sha-512"),
    "placeholder in clear": changed(**{"...": "x"}),
}


@pytest.mark.parametrize("payload", BAD.values(), ids=BAD)
def test_another_payload_is_no_credential(payload: dict[str, Any]) -> None:
    """An unknown, missing or misshapen clear member is refused, whoever signed it."""
    with pytest.raises(Malformed):
        vc.parse(token({**payload, "_sd": payload.get("_sd", [])}))


BAD_DISCLOSED: dict[str, dict[str, Any]] = {
    "holders a text": {"持证主体": "张演示"},
    "no holders": {"持证主体": []},
    "holder null": {"持证主体": [None]},
    "holder codes bare": {"持证主体代码": ["420799190001010015"]},
    "holder code without type": {"持证主体代码": [{"number": "1"}]},
    "holder code with more": {"持证主体代码": [{"number": "1", "type": "111", "name": "x"}]},
    "identifier a number": {"证照标识": 1},
    "number null": {"证照编号": None},
    "number too long": {"证照编号": "1" * 65},
    "title empty": {"": "x"},
    "title too long": {"题" * 65: "x"},
    "title with direction marks": {"名称\u202e": "x"},
}


@pytest.mark.parametrize("disclosed", BAD_DISCLOSED.values(), ids=BAD_DISCLOSED)
def test_core_names_have_one_shape(disclosed: dict[str, Any]) -> None:
    """What every reader shows has the shape that it expects; both the maker and the reader insist."""
    digests, disclosures = disclosing(**disclosed)
    with pytest.raises(Malformed):
        vc.parse(token({**CLAIMS.to_payload(), "_sd": digests}, *disclosures))
    with pytest.raises(Malformed):
        vc.build(CLAIMS, disclosed, key=KEY, random=fixed_random())


IDENTIFIERS = {
    "of another kind": str(Identifier("111000000000131433001", CLAIMS.agency, SERIAL, 1)),
    "of another agency": str(Identifier(CLAIMS.kind_code, "11430000006122244L", SERIAL, 1)),
    "with a region for an agency": str(Identifier(CLAIMS.kind_code, "420700", SERIAL, 1)),
    "with a wrong check character": DISCLOSED["证照标识"][:-1] + "*",
    "in another spelling": DISCLOSED["证照标识"].lower(),
    "of another root": DISCLOSED["证照标识"].replace("3005", "3006"),
}


@pytest.mark.parametrize("identifier", IDENTIFIERS.values(), ids=IDENTIFIERS)
def test_an_identifier_is_of_the_credential_s_own_kind_and_agency(identifier: str) -> None:
    """Two statements of who issued what have to agree, or the credential is no credential."""
    digests, disclosures = disclosing(证照标识=identifier)
    payload = {**CLAIMS.to_payload(), "_sd": digests}

    with pytest.raises(Malformed):
        vc.parse(token(payload, *disclosures))
    with pytest.raises(Malformed):
        vc.build(CLAIMS, {"证照标识": identifier}, key=KEY, random=fixed_random())
    assert CLAIMS == vc.parse(token(payload)).claims  # undisclosed, it says nothing


def test_what_is_built_fits_what_is_read() -> None:
    """A credential that would be too large to read back is refused before anything is signed."""
    unsigned = vc.build(CLAIMS, {"说明": "x" * 47_000}, key=KEY, random=fixed_random())

    assert vc.parse(vc.seal(unsigned, b"\x01" * 64)).disclosed == {"说明": "x" * 47_000}
    with pytest.raises(Malformed, match="65536 characters"):
        vc.build(CLAIMS, {"说明": "x" * 49_000}, key=KEY, random=fixed_random())


@pytest.mark.parametrize(
    "claims",
    [
        replace(CLAIMS, expires=CLAIMS.not_before),
        replace(CLAIMS, agency="11420799MB99990173"),
        replace(CLAIMS, kind_version=0),
        replace(CLAIMS, status_uri="https://420700.certhub.example/status/03"),
        replace(CLAIMS, status_index=-1),
        replace(CLAIMS, cnf={"jwk": {"kty": "oct"}}),
    ],
    ids=["exp", "agency", "version", "uri", "index", "cnf"],
)
def test_what_nobody_could_read_is_not_built(claims: vc.CredentialClaims) -> None:
    """A slip shows before a key is touched, not at somebody's counter."""
    with pytest.raises(Malformed):
        vc.build(claims, DISCLOSED, key=KEY, random=fixed_random())


@pytest.mark.parametrize("typ", ["vc+sd-jwt", "example+sd-jwt", "show+jwt", "JWT", "kb+jwt"])
def test_another_type_of_token_is_no_credential(typ: str) -> None:
    """One `typ`; the name that the drafts gave up is refused as well."""
    with pytest.raises(Malformed):
        vc.parse(token({**CLAIMS.to_payload(), "_sd": []}, typ=typ))


def test_every_changed_character_of_a_credential_is_noticed() -> None:
    """Whatever single character is changed, the credential is malformed or its signature fails."""
    text = sealed(replace(CLAIMS, cnf=None))
    for at in range(0, len(text), 3):
        other = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
        with pytest.raises((Malformed, BadSignature)):
            jose.verify(vc.parse(other).parsed, KEY)


def test_nothing_but_our_own_error_escapes() -> None:
    """Four thousand seeded mutants, of the text and of the payload, are read or refused by one error."""
    text = sealed(decoys=1).encode()
    texts = [mutant.decode("latin-1") for mutant in mutants(text, seed=1, count=2000)]
    digests, disclosures = disclosing(**DISCLOSED)
    payload = {**CLAIMS.to_payload(), "_sd": digests, "_sd_alg": "sha-256"}
    texts += [token(mutant, *disclosures) for mutant in value_mutants(payload, seed=2, count=2000)]
    for mutant in texts:
        try:
            vc.parse(mutant)
        except VerifierError:
            continue
