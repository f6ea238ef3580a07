"""Public keys: exactly the members that make a key, and no word about what it is for."""

import pytest
from certhub_schemas.algorithms import EDDSA, ES256, SM2SM3
from certhub_verifier.errors import Malformed, SuiteNotAvailable
from certhub_verifier.formats.jose import jwk

from tests.support.signing import NumberedKey

P256 = NumberedKey("420700-show-1").jwk
OKP = NumberedKey("420700-log-1", EDDSA).jwk
# GB/T 32918.5 gives the base point of the curve; any point of the right length has a thumbprint.
SM2 = {"kty": "EC", "crv": "SM2", "x": P256["x"], "y": P256["y"]}


def test_names_a_key_as_the_published_example():
    """RFC 8037 A.3 gives the thumbprint of the Ed25519 key of A.2."""
    public = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}

    assert jwk.thumbprint(public) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_the_order_of_members_does_not_matter():
    """A thumbprint is of the key, not of how somebody wrote it down."""
    assert jwk.thumbprint(P256) == jwk.thumbprint(dict(reversed(P256.items())))


def test_every_suite_of_the_registry_has_thumbprints():
    """One key under two ids is found out whatever its suite."""
    assert len({jwk.thumbprint(one) for one in (P256, OKP, SM2)}) == 3


@pytest.mark.parametrize(("public", "suite"), [(P256, ES256), (OKP, EDDSA), (SM2, SM2SM3)])
def test_a_good_key_is_taken(public, suite):
    """Every suite's keys have a form, even where the suite cannot be computed."""
    jwk.require_public(public, suite)


def test_a_suite_that_cannot_be_computed_says_so():
    """An SM2 key is no fault; it is something that nothing can be said with here."""
    with pytest.raises(SuiteNotAvailable, match="SM2SM3"):
        jwk.public_key(SM2, SM2SM3)


def test_one_key_is_one_object():
    """Key objects are kept: verifying a second token does not build the point again."""
    assert jwk.public_key(P256, ES256) is jwk.public_key(dict(reversed(P256.items())), ES256)


@pytest.mark.parametrize(
    "public",
    [
        {},
        P256 | {"d": P256["x"]},
        P256 | {"alg": "ES256"},
        P256 | {"kid": "1"},
        P256 | {"x5u": "https://example.org/key"},
        {name: P256[name] for name in ("kty", "crv", "x")},
        {name: P256[name] for name in ("crv", "x", "y")},
        P256 | {"kty": "OKP"},
        P256 | {"kty": "ec"},
        P256 | {"crv": "P-384"},
        P256 | {"crv": "SM2"},
        P256 | {"x": P256["y"]},
        P256 | {"x": P256["x"] + "="},
        P256 | {"x": P256["x"][:-2]},
        P256 | {"x": P256["x"] + "AA"},
        P256 | {"x": "A" * 43, "y": "A" * 43},
        P256 | {"x": "A" * 6_000},
        P256 | {"x": 7},
        P256 | {"x": None},
        P256 | {"kty": ["EC"]},
        OKP,
        OKP | {"kty": "oct", "k": "AAAA"},
    ],
)
def test_anything_else_is_no_p256_key(public):
    """Private parts, purposes, other curves, other lengths and points off the curve are refused."""
    with pytest.raises(Malformed):
        jwk.require_public(public, ES256)


@pytest.mark.parametrize(
    "public", [{}, {"kty": "oct", "k": "AAAA"}, {"kty": "RSA", "n": "AQ", "e": "AQAB"}, P256 | {"d": "AA"}]
)
def test_other_keys_have_no_thumbprint(public):
    """What is not a public key of the registry's suites is not named either."""
    with pytest.raises(Malformed):
        jwk.thumbprint(public)
