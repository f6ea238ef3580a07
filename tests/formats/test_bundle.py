"""Device bundles: what a counter needs without a network, in one token, read back byte for byte."""

from dataclasses import replace
from typing import Any

import pytest
from certhub_schemas import matters
from certhub_verifier.errors import Malformed, VerifierError
from certhub_verifier.formats.exchange import bundle
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
)


def test_a_bundle_is_a_token_that_reads_back() -> None:
    """Trust files come back byte for byte, matters as values, lists as the tokens that they are."""
    token = jws.sign(BUNDLE.to_payload(), typ=bundle.TYP, key=fixed_key("420700-bundle-1"))
    found = bundle.read_bundle(token)

    assert found.contents == BUNDLE
    assert found.parsed.header.kid == "420700-bundle-1"


def test_every_matter_of_the_catalogue_travels() -> None:
    """The matters that the demo's regions have in force survive the trip."""
    whole = replace(BUNDLE, matters=matters())

    assert whole == BundleContents.from_payload(whole.to_payload())


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
BAD = {
    **{f"no {name}": changed(**{name: ...}) for name in BUNDLE.to_payload()},
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
