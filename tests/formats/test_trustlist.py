"""The trust list's files: each prints what it reads, and speaks of nobody but its owner."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from certhub_schemas.algorithms import SM2SM3
from certhub_schemas.purposes import Purpose
from certhub_verifier.errors import Malformed, VerifierError
from certhub_verifier.formats.jose import base64url
from certhub_verifier.formats.trust import trustlist
from certhub_verifier.formats.trust.agreement import (
    GRANTABLE,
    AgreedKind,
    Agreement,
    AgreementItem,
    AgreementRow,
)
from certhub_verifier.formats.trust.listedkey import KeyState, ListedKey
from certhub_verifier.formats.trust.trustlist import (
    Member,
    Members,
    MemberState,
    RegionEndpoint,
    RegionIssuers,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fixed_keys import fixed_key
from tests.support.mutants import mutants, value_mutants
from tests.support.strategies import MOMENTS, WORDS
from tests.support.trust_files import (
    AGENCY,
    AGREEMENT,
    BY_MATTERS,
    DECEMBER,
    FOOD,
    HOME,
    JANUARY,
    LICENCE,
    NOON,
    PEER,
    listed,
    members,
    region_issuers,
    region_key,
    region_keys,
    trust_files,
)

KEYS, ISSUERS = region_keys(HOME), region_issuers(HOME, AGENCY, (LICENCE, FOOD))
FILES = {
    "members.json": members(),
    f"regions/{HOME}/keys.json": KEYS,
    f"regions/{HOME}/issuers.json": ISSUERS,
    f"regions/{HOME}/endpoints.json": RegionEndpoint(region=HOME, url="https://hub.ezhou.example"),
    f"regions/{HOME}/agreements/{PEER}.1.json": AGREEMENT,
    f"regions/{HOME}/agreements/{PEER}.2.json": BY_MATTERS,
}


@pytest.mark.parametrize("path", FILES)
def test_every_file_that_we_print_we_can_read(path: str) -> None:
    """Each of the five kinds of file, in each format, survives a trip through its bytes, found by its path."""
    assert FILES[path] == trustlist.parse_file(path, FILES[path].to_bytes())


def test_the_members_of_a_key_are_the_design_member_by_member() -> None:
    """A region's key says its purpose, an agency's seal does not: it has only one."""
    stolen = listed(region_key(HOME, Purpose.STATUS), Purpose.STATUS, compromised=NOON)
    expected = {
        "kid": "420700-status-1",
        "jwk": dict(region_key(HOME, Purpose.STATUS).jwk),
        "alg": "ES256",
        "purpose": "status",
        "from": "2026-01-01T00:00:00Z",
        "until": "2026-12-31T00:00:00Z",
        "verify_until": "2036-12-31T00:00:00Z",
        "state": "compromised",
        "compromised_since": "2026-09-01T04:00:00Z",
    }
    seal = json.loads(ISSUERS.to_bytes())["issuers"][0]["keys"][0]

    assert expected == stolen.to_payload()
    assert expected.keys() - {"purpose"} == seal.keys()


FAR = datetime(9999, 12, 31, tzinfo=UTC)
MEMBERS_FILES = st.builds(
    Members,
    version=st.integers(1, 2**53 - 1),
    issued_at=MOMENTS,
    members=st.lists(
        st.builds(
            Member,
            code=st.integers(100_000, 999_999).map(str),
            name=WORDS,
            name_en=WORDS,
            state=st.sampled_from(MemberState),
            since=MOMENTS,
        ),
        max_size=4,
        unique_by=lambda member: member.code,
    ).map(tuple),
)
AGREEMENTS = st.builds(
    Agreement,
    id=st.from_regex(r"\A[0-9a-z-]{1,20}\Z"),
    n=st.integers(1, 999_999),
    parties=st.just((HOME, PEER)),
    from_=MOMENTS,
    until=st.just(FAR),
    basis=WORDS,
    items=st.lists(
        st.builds(
            AgreementItem,
            kind=st.sampled_from([LICENCE, FOOD]),
            matters=st.just(("M-1",)),
            purposes=st.just(("verify",)),
            fields=st.lists(WORDS, max_size=3).map(tuple),
            direction=st.sampled_from(["both", f"{HOME}->{PEER}", f"{PEER}->{HOME}"]),
        ),
        max_size=3,
    ).map(tuple),
)


BY_MATTER = st.builds(
    replace,
    AGREEMENTS,
    items=st.just(()),
    rows=st.lists(
        st.builds(
            AgreementRow,
            matter=st.sampled_from(["M-1", "M-2"]),
            kinds=st.lists(
                st.builds(
                    AgreedKind,
                    kind=st.sampled_from([LICENCE, FOOD]),
                    fields=st.lists(WORDS, max_size=3).map(tuple),
                    predicates=st.lists(st.sampled_from(sorted(GRANTABLE)), max_size=3).map(tuple),
                ),
                min_size=1,
                max_size=2,
            ).map(tuple),
            modes=st.sampled_from([("L1",), ("L2", "L3"), ("L1", "L2", "L3")]),
            purposes=st.just(("verify",)),
            direction=st.sampled_from(["both", f"{HOME}->{PEER}", f"{PEER}->{HOME}"]),
        ),
        max_size=3,
    ).map(tuple),
    format=st.just(2),
)


@settings(max_examples=60)
@given(MEMBERS_FILES, AGREEMENTS | BY_MATTER)
def test_members_and_agreements_of_all_kinds_read_back(whole: Members, agreement: Agreement) -> None:
    """Times to the microsecond, names in any script, any number of items or rows."""
    assert whole == Members.from_bytes(whole.to_bytes())
    assert agreement == Agreement.from_bytes(agreement.to_bytes())


def test_a_file_found_under_another_name_is_refused() -> None:
    """A region cannot speak for another one, nor an agreement for other parties or another version."""
    for path, file in FILES.items():
        for other in (
            path.replace(HOME, "420600"),
            path.replace(PEER, "420600"),
            path.replace(".1.", ".3.").replace(".2.", ".4."),
        ):
            if other != path:
                with pytest.raises(Malformed):
                    trustlist.parse_file(other, file.to_bytes())


@pytest.mark.parametrize(
    "path",
    [
        "",
        "root.json",
        "Members.json",
        "./members.json",
        "regions/420700/grants.json",
        "regions/420700/../420100/keys.json",
        "regions/4207/keys.json",
        "regions/420700/keys.json/",
        "regions/420700/keys.json\n",
        "regions/４20700/keys.json",
        "regions/420700/agreements/420100.json",
        "regions/420700/agreements/420100.01.json",
        "regions/420700/agreements/420100.0.json",
    ],
)
def test_a_trust_list_has_no_other_files(path: str) -> None:
    """What the verifier does not know could be what it should have known: it is refused by name."""
    with pytest.raises(Malformed, match="no such file"):
        trustlist.parse_file(path, b"{}")


def spoiled(path: str, *steps: Any, to: Any = ...) -> tuple[str, Mapping[str, Any]]:
    """Return a file's JSON with one place changed, or dropped when `to` is ..."""
    whole = json.loads(FILES[path].to_bytes())
    place = whole
    for step in steps[:-1]:
        place = place[step]
    if to is ...:
        del place[steps[-1]]
    else:
        place[steps[-1]] = to
    return path, whole


KEYS_PATH, ISSUERS_PATH, ENDPOINTS_PATH = (
    f"regions/{HOME}/{name}.json" for name in ("keys", "issuers", "endpoints")
)
AGREEMENT_PATH, ROWS_PATH = (f"regions/{HOME}/agreements/{PEER}.{n}.json" for n in (1, 2))
JWK = dict(KEYS.keys[0].jwk)
SEAL = ISSUERS.issuers[0].keys[0].to_payload()
MEMBER = json.loads(members().to_bytes())["members"][0]
ITEM = json.loads(AGREEMENT.to_bytes())["items"][0]
ROW = json.loads(BY_MATTERS.to_bytes())["rows"][0]
OFF_CURVE = {**JWK, "y": base64url.encode(b"\x01" * 32)}
BAD = {
    "members: no version": spoiled("members.json", "ver"),
    "members: version 0": spoiled("members.json", "ver", to=0),
    "members: version text": spoiled("members.json", "ver", to="7"),
    "members: issued without zone": spoiled("members.json", "issued_at", to="2026-01-01T00:00:00"),
    "members: issued a date": spoiled("members.json", "issued_at", to="2026-01-01"),
    "members: region twice": spoiled("members.json", "members", to=[MEMBER, MEMBER]),
    "members: region of four digits": spoiled("members.json", "members", 0, "code", to="4207"),
    "members: region a number": spoiled("members.json", "members", 0, "code", to=420700),
    "members: no since": spoiled("members.json", "members", 0, "since"),
    "members: name with a newline": spoiled("members.json", "members", 0, "name", to="鄂州\n"),
    "keys: private member": spoiled(KEYS_PATH, "keys", 0, "jwk", to={**JWK, "d": JWK["x"]}),
    "keys: key with an own name": spoiled(KEYS_PATH, "keys", 0, "jwk", to={**JWK, "kid": "x"}),
    "keys: key off its curve": spoiled(KEYS_PATH, "keys", 0, "jwk", to=OFF_CURVE),
    "keys: key of another curve": spoiled(KEYS_PATH, "keys", 0, "jwk", "crv", to="P-384"),
    "keys: key of another suite": spoiled(KEYS_PATH, "keys", 0, "alg", to="EdDSA"),
    "keys: key symmetric": spoiled(KEYS_PATH, "keys", 0, "jwk", to={"kty": "oct", "k": "AAAA"}),
    "keys: key a list": spoiled(KEYS_PATH, "keys", 0, "jwk", to=[JWK]),
    "keys: key coordinate padded": spoiled(KEYS_PATH, "keys", 0, "jwk", "x", to=JWK["x"] + "="),
    "keys: key coordinate a number": spoiled(KEYS_PATH, "keys", 0, "jwk", "x", to=5),
    "keys: purpose seal": spoiled(KEYS_PATH, "keys", 0, "purpose", to="seal"),
    "keys: purpose another than the id's": spoiled(KEYS_PATH, "keys", 0, "purpose", to="receipt"),
    "keys: log key by ES256": spoiled(
        KEYS_PATH, "keys", 0, to={**KEYS.keys[0].to_payload(), "kid": f"{HOME}-log-1", "purpose": "log"}
    ),
    "keys: id of another region": spoiled(KEYS_PATH, "keys", 0, "kid", to="420100-show-1"),
    "keys: id of an agency": spoiled(KEYS_PATH, "keys", 0, "kid", to=f"{AGENCY}-1"),
    "keys: id without number": spoiled(KEYS_PATH, "keys", 0, "kid", to="420700-show-"),
    "keys: id a bare number": spoiled(KEYS_PATH, "keys", 0, "kid", to="1"),
    "keys: id numbered 01": spoiled(KEYS_PATH, "keys", 0, "kid", to="420700-show-01"),
    "keys: until before from": spoiled(KEYS_PATH, "keys", 0, "until", to="2025-12-31T00:00:00Z"),
    "keys: verify_until before until": spoiled(
        KEYS_PATH, "keys", 0, "verify_until", to="2026-06-01T00:00:00Z"
    ),
    "keys: no end": spoiled(KEYS_PATH, "keys", 0, "until", to=None),
    "keys: from with an offset": spoiled(KEYS_PATH, "keys", 0, "from", to="2026-01-01T08:00:00+08:00"),
    "keys: compromised without since": spoiled(KEYS_PATH, "keys", 0, "state", to="compromised"),
    "keys: active with since": spoiled(KEYS_PATH, "keys", 0, "compromised_since", to="2026-06-01T00:00:00Z"),
    "keys: no compromised_since": spoiled(KEYS_PATH, "keys", 0, "compromised_since"),
    "keys: a list": (KEYS_PATH, []),
    "issuers: seal of another agency": spoiled(
        ISSUERS_PATH, "issuers", 0, "keys", 0, "kid", to="11430000006122244L-1"
    ),
    "issuers: seal of a region": spoiled(ISSUERS_PATH, "issuers", 0, "keys", 0, "kid", to="420700-show-1"),
    "issuers: wrong check digit": spoiled(ISSUERS_PATH, "issuers", 0, "agency", to="11420799MB99990173"),
    "issuers: agency in lower case": spoiled(ISSUERS_PATH, "issuers", 0, "agency", to=AGENCY.lower()),
    "issuers: kind of 20 characters": spoiled(ISSUERS_PATH, "issuers", 0, "kinds", 0, to=LICENCE[:-1]),
    "issuers: any kind": spoiled(ISSUERS_PATH, "issuers", 0, "kinds", to="*"),
    "issuers: kind twice": spoiled(ISSUERS_PATH, "issuers", 0, "kinds", to=[LICENCE, LICENCE]),
    "issuers: no kinds member": spoiled(ISSUERS_PATH, "issuers", 0, "kinds"),
    "endpoints: file": spoiled(ENDPOINTS_PATH, "url", to="file:///etc/passwd"),
    "endpoints: with a path": spoiled(ENDPOINTS_PATH, "url", to="https://hub.ezhou.example/xr"),
    "endpoints: with a slash": spoiled(ENDPOINTS_PATH, "url", to="https://hub.ezhou.example/"),
    "endpoints: with a person": spoiled(ENDPOINTS_PATH, "url", to="https://a:b@hub.ezhou.example"),
    "endpoints: with a query": spoiled(ENDPOINTS_PATH, "url", to="https://hub.ezhou.example?x"),
    "endpoints: with a newline": spoiled(ENDPOINTS_PATH, "url", to="https://hub.ezhou.example\r\nHost: x"),
    "endpoints: null": spoiled(ENDPOINTS_PATH, "url", to=None),
    "agreement: another typ": spoiled(AGREEMENT_PATH, "typ", to="grant"),
    "agreement: one party": spoiled(AGREEMENT_PATH, "parties", to=[HOME]),
    "agreement: with itself": spoiled(AGREEMENT_PATH, "parties", to=[HOME, HOME]),
    "agreement: three parties": spoiled(AGREEMENT_PATH, "parties", to=[HOME, PEER, "420600"]),
    "agreement: other parties": spoiled(AGREEMENT_PATH, "parties", to=[HOME, "420600"]),
    "agreement: n = 0": spoiled(AGREEMENT_PATH, "n", to=0),
    "agreement: another n than the path's": spoiled(AGREEMENT_PATH, "n", to=2),
    "agreement: over before it begins": spoiled(AGREEMENT_PATH, "until", to="2026-01-01T00:00:00Z"),
    "agreement: item for any matter": spoiled(AGREEMENT_PATH, "items", 0, "matters", to="*"),
    "agreement: item without matters": spoiled(AGREEMENT_PATH, "items", 0, "matters", to=[]),
    "agreement: item for any kind": spoiled(AGREEMENT_PATH, "items", 0, "kind", to="*"),
    "agreement: direction of others": spoiled(AGREEMENT_PATH, "items", 0, "direction", to=f"{HOME}->420600"),
    "agreement: direction to itself": spoiled(AGREEMENT_PATH, "items", 0, "direction", to=f"{HOME}->{HOME}"),
    "agreement: row for any matter": spoiled(ROWS_PATH, "rows", 0, "matter", to="*"),
    "agreement: row without kinds": spoiled(ROWS_PATH, "rows", 0, "kinds", to=[]),
    "agreement: row of any kind": spoiled(ROWS_PATH, "rows", 0, "kinds", to="*"),
    "agreement: row of kinds by code alone": spoiled(ROWS_PATH, "rows", 0, "kinds", to=[LICENCE]),
    "agreement: row of a kind of 20 characters": spoiled(
        ROWS_PATH, "rows", 0, "kinds", 0, "kind", to="1" * 20
    ),
    "agreement: row of a kind with any field": spoiled(ROWS_PATH, "rows", 0, "kinds", 0, "fields", to="*"),
    "agreement: row of a kind without predicates": spoiled(ROWS_PATH, "rows", 0, "kinds", 0, "predicates"),
    "agreement: row with a predicate and its argument": spoiled(
        ROWS_PATH, "rows", 0, "kinds", 0, "predicates", to=[{"name": "age_at_least"}]
    ),
    "agreement: row without modes": spoiled(ROWS_PATH, "rows", 0, "modes"),
    "agreement: row in no mode": spoiled(ROWS_PATH, "rows", 0, "modes", to=[]),
    "agreement: row in a mode that is a number": spoiled(ROWS_PATH, "rows", 0, "modes", to=[1]),
    "agreement: row for no purpose": spoiled(ROWS_PATH, "rows", 0, "purposes", to=[]),
    "agreement: row between others": spoiled(ROWS_PATH, "rows", 0, "direction", to=f"{HOME}->420600"),
    "agreement: rows missing": spoiled(ROWS_PATH, "rows"),
    "agreement: format a word": spoiled(ROWS_PATH, "format", to="2"),
    "agreement: format true": spoiled(AGREEMENT_PATH, "format", to=True),
}


STRANGE = {
    "members: unknown member": (spoiled("members.json", "sig", to="x"), "members", "unknown member sig"),
    "members: state unknown": (
        spoiled("members.json", "members", 0, "state", to="active"),
        "members.members[0]",
        "unknown state active",
    ),
    "keys: unknown member": (
        spoiled(KEYS_PATH, "keys", 0, "use", to="sig"),
        "keys.keys[0]",
        "unknown member use",
    ),
    "keys: alg none": (spoiled(KEYS_PATH, "keys", 0, "alg", to="none"), "keys.keys[0]", "unknown alg none"),
    "keys: alg in lower case": (
        spoiled(KEYS_PATH, "keys", 0, "alg", to="es256"),
        "keys.keys[0]",
        "unknown alg es256",
    ),
    "keys: state unknown": (
        spoiled(KEYS_PATH, "keys", 0, "state", to="good"),
        "keys.keys[0]",
        "unknown state good",
    ),
    "issuers: seal with a purpose": (
        spoiled(ISSUERS_PATH, "issuers", 0, "keys", 0, "purpose", to="seal"),
        "issuers.issuers[0].keys[0]",
        "unknown member purpose",
    ),
    "issuers: unknown member": (
        spoiled(ISSUERS_PATH, "issuers", 0, "delegates", to=[]),
        "issuers.issuers[0]",
        "unknown member delegates",
    ),
    "agreement: unknown member": (
        spoiled(AGREEMENT_PATH, "supersedes", to="sha256:x"),
        "agreement",
        "unknown member supersedes",
    ),
    "agreement: item unknown member": (
        spoiled(AGREEMENT_PATH, "items", 0, to={**ITEM, "offline": True}),
        "agreement.items[0]",
        "unknown member offline",
    ),
    "agreement: direction unknown": (
        spoiled(AGREEMENT_PATH, "items", 0, "direction", to="out"),
        "agreement.items[0]",
        "unknown direction out",
    ),
    "keys: purpose unknown": (
        spoiled(KEYS_PATH, "keys", 0, "purpose", to="ferry"),
        "keys.keys[0]",
        "unknown purpose ferry",
    ),
    "keys: alg of another shape": (
        spoiled(KEYS_PATH, "keys", 0, "alg", to="\n2026 ERROR"),
        "keys.keys[0]",
        "unknown alg of another shape",
    ),
    "keys: format 7": (spoiled(KEYS_PATH, "format", to=7), "format", "format 7; this release knows up to 1"),
    "agreement: format 7": (
        spoiled(ROWS_PATH, "format", to=7),
        "format",
        "format 7; this release knows up to 2",
    ),
    "agreement: a row's unknown member": (
        spoiled(ROWS_PATH, "rows", 0, to={**ROW, "quota": 9}),
        "agreement.rows[0]",
        "unknown member quota",
    ),
    "agreement: a row's kind with an unknown member": (
        spoiled(ROWS_PATH, "rows", 0, "kinds", 1, "mapping", to={}),
        "agreement.rows[0]",
        "unknown member mapping",
    ),
    "agreement: a row's direction": (
        spoiled(ROWS_PATH, "rows", 0, "direction", to="out"),
        "agreement.rows[0]",
        "unknown direction out",
    ),
    "agreement: a row's mode": (
        spoiled(ROWS_PATH, "rows", 1, "modes", to=["L1", "L4"]),
        "agreement.rows[1]",
        "unknown mode L4",
    ),
    "agreement: a row's predicate": (
        spoiled(ROWS_PATH, "rows", 0, "kinds", 0, "predicates", 1, to="taller_than"),
        "agreement.rows[0]",
        "unknown predicate taller_than",
    ),
    "agreement: a row's predicate of a case": (
        spoiled(ROWS_PATH, "rows", 0, "kinds", 0, "predicates", to=["same_person_as"]),
        "agreement.rows[0]",
        "unknown predicate same_person_as",
    ),
    "agreement: items in format 2": (
        spoiled(ROWS_PATH, "items", to=[ITEM]),
        "agreement",
        "unknown member items",
    ),
    "agreement: rows in format 1": (
        spoiled(AGREEMENT_PATH, "rows", to=[ROW]),
        "agreement",
        "unknown member rows",
    ),
    "endpoints: unknown member": (
        spoiled(ENDPOINTS_PATH, "pins", to=[]),
        "endpoints",
        "unknown member pins",
    ),
}


@pytest.mark.parametrize(("file", "entry", "why"), STRANGE.values(), ids=STRANGE)
def test_what_a_later_release_wrote_is_set_aside_and_named(
    file: tuple[str, Any], entry: str, why: str
) -> None:
    """A member, purpose, algorithm, state, mode, predicate, direction or format that is not known: entry and why."""
    path, content = file
    read = trustlist.parse_file(path, json.dumps(content).encode())

    assert [(entry, why)] == [(one.entry, one.why) for one in read.set_aside]


@pytest.mark.parametrize(("path", "content"), BAD.values(), ids=BAD)
def test_another_content_is_no_trust_file(path: str, content: Any) -> None:
    """A missing or misshapen member is refused, whoever signed the file."""
    with pytest.raises(Malformed):
        trustlist.parse_file(path, json.dumps(content).encode())


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize(
    "data", [b"", b"null", b"{", b"\xef\xbb\xbf{}", b'{"region":"420700","region":"420100"}', b"[" * 99]
)
def test_what_is_no_strict_json_is_no_trust_file(path: str, data: bytes) -> None:
    """Duplicate members above all: two readers would trust two things."""
    with pytest.raises(Malformed):
        trustlist.parse_file(path, data)


def test_a_file_without_end_is_not_read() -> None:
    """More bytes than any list needs are refused before they are parsed."""
    with pytest.raises(Malformed, match="bytes"):
        trustlist.parse_file(KEYS_PATH, b" " * (trustlist.MAX_FILE_BYTES + 1))


def test_what_could_not_be_read_is_not_printed() -> None:
    """A slip shows at the ceremony, not in every counter of the other regions."""
    key = KEYS.keys[0]
    for slip in (
        replace(members(), version=0),
        replace(KEYS, region=PEER),
        replace(KEYS, keys=(replace(key, until=JANUARY),)),
        replace(KEYS, keys=(replace(key, state=KeyState.COMPROMISED),)),
        replace(ISSUERS, issuers=ISSUERS.issuers * 2),
        RegionEndpoint(region=HOME, url="hub.ezhou.example"),
        replace(AGREEMENT, until=JANUARY),
        replace(AGREEMENT, format=2),
        replace(BY_MATTERS, format=1),
        replace(BY_MATTERS, format=3),
        replace(BY_MATTERS, items=AGREEMENT.items),
        replace(BY_MATTERS, rows=(replace(BY_MATTERS.rows[0], modes=()),)),
        replace(KEYS, format=2),
        replace(AGREEMENT, from_=JANUARY.replace(tzinfo=None)),
    ):
        with pytest.raises(Malformed):
            slip.to_bytes()


def test_a_suite_that_we_cannot_compute_can_still_be_listed() -> None:
    """SM2 keys have their shape checked; whether a signature can be is another question."""
    jwk = {"kty": "EC", "crv": "SM2", "x": JWK["x"], "y": JWK["y"]}
    key = replace(listed(fixed_key(f"{AGENCY}-2")), algorithm=SM2SM3, jwk=jwk)
    issuers = replace(ISSUERS, issuers=(replace(ISSUERS.issuers[0], keys=(key,)),))

    assert issuers == RegionIssuers.from_bytes(issuers.to_bytes())


def test_nothing_but_our_own_error_escapes() -> None:
    """Five thousand seeded mutants, of bytes and of members, are read or refused by one error."""
    files = {**trust_files(), ROWS_PATH: BY_MATTERS.to_bytes()}
    for seed, (path, data) in enumerate(sorted(files.items())):
        broken = [
            json.dumps(mutant).encode() for mutant in value_mutants(json.loads(data), seed=seed, count=350)
        ]
        for mutant in [*broken, *mutants(data, seed=seed, count=280)]:
            try:
                trustlist.parse_file(path, mutant)
            except VerifierError:
                continue


# --- agreements: what one covers stands in test_agreement.py ------------------------------------------------


def test_an_agreement_is_quoted_by_the_digest_of_its_file() -> None:
    """Read or made, the reference is the same; a space more in the file is another agreement."""
    data = AGREEMENT.to_bytes()
    read, other = Agreement.from_bytes(data), Agreement.from_bytes(data + b" ")

    assert AGREEMENT.reference == read.reference
    assert read == other
    assert read.reference != other.reference


def test_a_term_includes_its_beginning_and_not_its_end() -> None:
    """From the first moment, until but not at the last."""
    assert AGREEMENT.in_term(JANUARY)
    assert not AGREEMENT.in_term(DECEMBER)


def test_a_key_is_its_owners() -> None:
    """`<owner>-<n>` is read from the right, since owners hold hyphens too."""
    key: ListedKey = KEYS.keys[0]

    key.require_owner("420700-show", "here")
    with pytest.raises(Malformed, match="here"):
        key.require_owner("420700", "here")
