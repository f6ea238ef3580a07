"""Device bundles: what a counter needs without a network, in one token, read back byte for byte."""

from dataclasses import replace
from typing import Any

import pytest
from certhub_schemas import Matter, matters
from certhub_schemas.entries import Members
from certhub_schemas.predicates import read_predicate
from certhub_verifier.errors import Malformed, VerifierError
from certhub_verifier.formats.exchange import bundle, versions
from certhub_verifier.formats.exchange.bundle import BundleContents
from certhub_verifier.formats.jose import jws
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fixed_keys import fixed_key
from tests.support.mutants import value_mutants

URI = "https://420700.certhub.example/status/1"
BUNDLE = BundleContents(
    region="420700",
    version=12,
    issued_at=1_788_235_200,
    expires=1_788_278_400,
    trust={"members.json": b'{"ver":1}', "regions/420700/agreements/420100.1.json": b"\x00\xff"},
    matters=matters()[:2],
    status={URI: "aaa.bbb.ccc"},
    format=bundle.THIRD,
)
BEFORE = (versions.FIRST, versions.BUNDLE[1])  # the formats whose readers know no requirements
KNOWN_BEFORE = {
    *("code", "code_origin", "name", "name_en", "tier", "mode", "max_status_age_seconds", "offline_allowed"),
    *("deficiency_allowed", "purposes", "legal_basis", "retention_days", "needs"),
}
"""The members of a matter that readers of the release before take: written here by hand, all of them and no other."""


def test_a_bundle_is_a_token_that_reads_back() -> None:
    """Trust files come back byte for byte, matters as values, lists as the tokens that they are."""
    token = jws.sign(BUNDLE.to_payload(), typ=bundle.TYP, key=fixed_key("420700-bundle-1"))
    found = bundle.read_bundle(token)

    assert found.contents == BUNDLE
    assert found.parsed.header.kid == "420700-bundle-1"


def test_every_matter_of_the_catalogue_travels() -> None:
    """The matters that the demo's regions have in force survive the trip, with the digests that receipts name."""
    whole = replace(BUNDLE, matters=matters())
    found = BundleContents.from_payload(whole.to_payload())

    assert whole == found
    assert [each.digest for each in matters()] == [each.digest for each in found.matters]
    assert 3 == whole.to_payload()["format"]


@pytest.mark.parametrize("number", BEFORE)
@pytest.mark.parametrize("each", matters(), ids=lambda each: each.code)
def test_readers_of_the_release_before_find_what_they_know_of_a_matter(each: Matter, number: int) -> None:
    """The kinds that it needs, each once, with the fields that some requirement needs of them; and nothing else."""
    [printed] = replace(BUNDLE, matters=(each,), format=number).to_payload()["matters"]
    kinds = dict.fromkeys(way.kind for one in each.requirements for way in one.accepts)

    assert printed.keys() == KNOWN_BEFORE
    assert [{"kind": kind, "fields": list(each.fields_for(kind) or ())} for kind in kinds] == printed["needs"]


@pytest.mark.parametrize("number", BEFORE)
def test_a_matter_that_needs_no_field_is_left_out_of_an_earlier_format(number: int) -> None:
    """Its readers know kinds with fields alone: a matter that asks predicates of all of them would need nothing."""
    first, second = matters()[:2]
    asked = (read_predicate(Members({"name": "in_force_on", "arguments": {"date": "today"}}, entry="asked")),)
    silent = replace(
        first,
        requirements=tuple(
            replace(one, accepts=tuple(replace(way, fields=(), predicates=asked) for way in one.accepts))
            for one in first.requirements
        ),
    )
    made = replace(BUNDLE, matters=(silent, second))

    assert [second.code] == [each["code"] for each in replace(made, format=number).to_payload()["matters"]]
    assert [] == replace(made, matters=(silent,), format=number).to_payload()["matters"]
    assert made == BundleContents.from_payload(made.to_payload())


@pytest.mark.parametrize("number", BEFORE)
def test_a_bundle_of_an_earlier_format_is_read(number: int) -> None:
    """Its matters have one requirement, which any of their kinds meets; every field that was needed still is."""
    made = replace(BUNDLE, matters=matters(), format=number)
    found = BundleContents.from_payload(made.to_payload())

    assert number == found.format
    for read, whole in zip(found.matters, matters(), strict=True):
        [any_of_these] = read.requirements
        assert (read.code, "any") == (whole.code, any_of_these.id)
        for kind in {way.kind for one in whole.requirements for way in one.accepts}:
            assert whole.fields_for(kind) == read.fields_for(kind)


def test_a_bundle_that_was_read_is_printed_as_it_was() -> None:
    """In each format, member by member: a device may hand it on."""
    for number in (*BEFORE, bundle.THIRD):
        payload = replace(BUNDLE, matters=matters(), format=number).to_payload()

        assert payload == BundleContents.from_payload(payload).to_payload()


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.from_regex(r"\A[a-z0-9]{1,8}(/[a-z0-9]{1,8}){0,3}\.json\Z"), st.binary(max_size=60), max_size=4
    ),
    st.integers(1, bundle.MAX_VERSION),
    st.integers(1, 86_400),
)
def test_every_bundle_that_we_print_we_can_read(files: dict[str, bytes], version: int, life: int) -> None:
    """Bundles survive a trip through their payload."""
    made = replace(BUNDLE, trust=files, version=version, expires=BUNDLE.issued_at + life)

    assert made == BundleContents.from_payload(made.to_payload())


def changed(**members: Any) -> dict[str, Any]:
    """Return the payload with some members replaced, and those set to ... left out."""
    merged = {**BUNDLE.to_payload(), **members}
    return {name: value for name, value in merged.items() if value is not ...}


MATTER = BUNDLE.to_payload()["matters"][0]
OF_BEFORE = [replace(BUNDLE, format=number).to_payload()["matters"][0] for number in BEFORE]
BAD = {
    **{
        f"format {number}, and a matter with {name}": {
            **replace(BUNDLE, format=number).to_payload(),
            "matters": [{**one, name: value} for one in OF_BEFORE[:1]],
        }
        for number in BEFORE
        for name, value in (("version", 2), ("in_force_from", "2026-12-01"))
    },
    **{
        f"format {number}, and a matter of format 3": {
            **replace(BUNDLE, format=number).to_payload(),
            "matters": [MATTER],
        }
        for number in BEFORE
    },
    **{f"no {name}": changed(**{name: ...}) for name in BUNDLE.to_payload() if name != "format"},
    "no format, so format 1, and a matter of format 3 with a member too many": changed(
        format=..., matters=[{**MATTER, "needs": []}]
    ),
    "format 1 said aloud": changed(format=1),
    "format a text": changed(format="3"),
    "unknown member": changed(policy={}),
    "version 0": changed(ver=0),
    "version a text": changed(ver="12"),
    "exp = iat": changed(exp=BUNDLE.issued_at),
    "path upwards": changed(trust={"../members.json": "e30"}),
    "path upwards inside": changed(trust={"regions/../members.json": "e30"}),
    "absolute path": changed(trust={"/members.json": "e30"}),
    "path of another system": changed(trust={"regions\\x.json": "e30"}),
    "hidden file": changed(trust={".members.json": "e30"}),
    "empty path": changed(trust={"": "e30"}),
    "file not base64url": changed(trust={"members.json": "e30="}),
    "file a number": changed(trust={"members.json": 1}),
    "trust an array": changed(trust=[]),
    "matter unknown member": changed(matters=[{**MATTER, "extra": 1}]),
    "matter null": changed(matters=[None]),
    "matters an object": changed(matters={"M": MATTER}),
    "list elsewhere": changed(status={"https://evil.example/status/1": "aaa.bbb.ccc"}),
    "list a bare name": changed(status={"1": "aaa.bbb.ccc"}),
    "list no token": changed(status={URI: "aaa"}),
    "list null": changed(status={URI: None}),
}


@pytest.mark.parametrize("payload", BAD.values(), ids=BAD)
def test_another_payload_is_no_bundle(payload: dict[str, Any]) -> None:
    """An unknown, missing or misshapen member is refused, a path out of the folder above all."""
    with pytest.raises(Malformed):
        BundleContents.from_payload(payload)


def test_what_could_not_be_read_is_not_printed() -> None:
    """A slip shows before the bundle is signed."""
    with pytest.raises(Malformed):
        replace(BUNDLE, trust={"../x": b""}).to_payload()
    with pytest.raises(Malformed):
        replace(BUNDLE, expires=BUNDLE.issued_at).to_payload()


def test_nothing_but_our_own_error_escapes() -> None:
    """Three thousand seeded mutants of a bundle are read, or refused by one error."""
    for mutant in value_mutants(BUNDLE.to_payload(), seed=5, count=3000):
        try:
            BundleContents.from_payload(mutant)
        except VerifierError:
            continue
