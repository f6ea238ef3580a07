"""Keys by certificate: one good chain, and every bad one refused by name or by the library."""

import base64
import warnings
from datetime import timedelta

import pytest
from certhub_schemas.algorithms import EDDSA, ES256
from certhub_verifier.errors import Malformed, VerifierError
from certhub_verifier.formats.jose import jws, x5c
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.support.certificates import (
    CA,
    CA_KEY,
    ISSUER,
    LEAF,
    LEAF_KEY,
    NOW,
    ROOT,
    ROOT_KEY,
    certificate,
    secret,
)
from tests.support.mutants import mutants


def certified(*chain, anchors=(ROOT,), at=NOW, issuer=ISSUER, **how):
    """Return the key that a chain leads to."""
    return x5c.certified_key(chain, anchors=anchors, at=at, issuer=issuer, **how)


def leaf(**changes):
    """Return a leaf that is wrong in one way."""
    return certificate("leaf", LEAF_KEY, "ca", CA_KEY, **changes)


def ca(**changes):
    """Return a CA that is wrong in one way."""
    return certificate("ca", CA_KEY, "root", ROOT_KEY, **{"ca": True, **changes})


def constrained(*permitted, excluded=None):
    """Return a CA that may certify only some names."""
    names = x509.NameConstraints(list(permitted) or None, excluded)
    return ca(extra=[(names, True)])


def test_a_chain_to_an_anchor_gives_the_leaf_s_key():
    """Its suite, its public members, its own name, and a name made of its bytes."""
    found = certified(LEAF, CA)
    point = LEAF_KEY.public_key().public_numbers()

    assert (found.algorithm, found.subject) == (ES256, "CN=leaf")
    assert {"kty": "EC", "crv": "P-256"} == {name: found.jwk[name] for name in ("kty", "crv")}
    assert jws.thumbprint(found.jwk) == jws.thumbprint(certified(LEAF, CA, anchors=[ROOT, ROOT]).jwk)
    assert point.x == int.from_bytes(base64.urlsafe_b64decode(found.jwk["x"] + "="), "big")


def test_a_leaf_may_be_signed_by_the_anchor_itself():
    """Without a CA between them."""
    direct = certificate("leaf", LEAF_KEY, "root", ROOT_KEY)

    assert certified(direct).algorithm is ES256


def test_an_anchor_may_be_a_ca_that_another_signed():
    """Whoever is trusted is trusted as it stands: the chain ends there."""
    assert certified(LEAF, anchors=[CA]).subject == "CN=leaf"


def test_a_leaf_of_the_other_suite_is_taken():
    """A key for EdDSA is a key of the registry."""
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))

    assert certified(certificate("leaf", key, "ca", CA_KEY), CA).algorithm is EDDSA


def test_without_iss_the_issuer_is_the_leaf_s_subject():
    """A token may leave `iss` out beside x5c."""
    assert certified(leaf(names=()), CA, issuer=None).subject == "CN=leaf"


def test_a_ca_may_restrict_itself_to_this_usage():
    """Or allow any."""
    for usage in (x509.ObjectIdentifier(x5c.DOCUMENT_SIGNING), ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE):
        assert certified(LEAF, ca(usages=(usage, ExtendedKeyUsageOID.OCSP_SIGNING)))


def test_a_leaf_without_a_usage_is_for_any():
    """A certificate that names no extended key usage restricts itself to none (RFC 5280 §4.2.1.12)."""
    assert certified(leaf(usages=()), CA).subject == "CN=leaf"


def test_another_trust_domain_has_its_own_usage():
    """The usage is the caller's: mdoc signers have theirs, and then document signing is not enough."""
    mdoc = "1.0.18013.5.1.2"
    certified(leaf(usages=(x509.ObjectIdentifier(mdoc),)), CA, usage=mdoc)

    with pytest.raises(x5c.BadChain):
        certified(LEAF, CA, usage=mdoc)


OTHER_ROOT = certificate("root", secret(99), "root", secret(99), ca=True)
SECOND = certificate("second", secret(14), "ca", CA_KEY, ca=True)
OPEN_CA = ca()
DEEP = [
    certificate(
        f"c{n}", secret(20 + n), f"c{n - 1}" if n else "root", secret(19 + n) if n else ROOT_KEY, ca=True
    )
    for n in range(4)
]
P384 = ec.derive_private_key(5, ec.SECP384R1())
BAD = {
    "nothing": ([], {}),
    "no anchor": ([LEAF, CA], {"anchors": ()}),
    "an unknown anchor": ([LEAF, CA], {"anchors": [certificate("x", secret(99), "x", secret(99), ca=True)]}),
    "another anchor of the same name": ([LEAF, CA], {"anchors": [OTHER_ROOT]}),
    "the CA missing": ([LEAF], {}),
    "the leaf is the anchor": ([LEAF], {"anchors": [LEAF]}),
    "the anchor in x5c": ([LEAF, CA, ROOT], {}),
    "a CA in x5c that is an anchor": ([LEAF, CA], {"anchors": [ROOT, CA]}),
    "a self-signed leaf": ([certificate("leaf", LEAF_KEY, "leaf", LEAF_KEY)], {}),
    "a self-signed leaf that is the anchor": (
        [certificate("leaf", LEAF_KEY, "leaf", LEAF_KEY)],
        {"anchors": [certificate("leaf", LEAF_KEY, "leaf", LEAF_KEY)]},
    ),
    "an expired leaf": ([leaf(days=(-9, -1)), CA], {}),
    "a leaf of tomorrow": ([leaf(days=(1, 9)), CA], {}),
    "an expired CA": ([LEAF, ca(days=(-9, -1))], {}),
    "an expired anchor": (
        [LEAF, CA],
        {"anchors": [certificate("root", ROOT_KEY, "root", ROOT_KEY, ca=True, days=(-9, -1))]},
    ),
    "all of it, next year": ([LEAF, CA], {"at": NOW + timedelta(days=366)}),
    "a CA as leaf": ([CA], {}),
    "a CA as leaf with the right usage": (
        [ca(usages=(x509.ObjectIdentifier(x5c.DOCUMENT_SIGNING), ExtendedKeyUsageOID.OCSP_SIGNING))],
        {"issuer": None},
    ),
    "a leaf as CA": ([certificate("x", secret(15), "leaf", LEAF_KEY), LEAF, CA], {}),
    "the wrong usage": ([leaf(usages=(ExtendedKeyUsageOID.SERVER_AUTH,)), CA], {}),
    "any usage": ([leaf(usages=(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)), CA], {}),
    "a leaf that may not sign": ([leaf(signs=False), CA], {}),
    "a CA for web servers": ([LEAF, ca(usages=(ExtendedKeyUsageOID.SERVER_AUTH,))], {}),
    "a CA for web clients": ([LEAF, ca(usages=(ExtendedKeyUsageOID.CLIENT_AUTH,))], {}),
    "too long a path": ([certificate("leaf", LEAF_KEY, "second", secret(14)), SECOND, CA], {}),
    "four CAs": ([certificate("leaf", LEAF_KEY, "c3", secret(23)), *DEEP[::-1]], {}),
    "another issuer": ([LEAF, CA], {"issuer": "https://issuer.example/420100"}),
    "an issuer by its first part": ([LEAF, CA], {"issuer": "https://issuer.example"}),
    "an issuer with a slash more": ([LEAF, CA], {"issuer": ISSUER + "/"}),
    "an issuer without a name to cover it": ([leaf(names=()), CA], {}),
    "an issuer as a DNS name": ([leaf(names=(x509.DNSName("issuer.example"),)), CA], {}),
    "names that the CA may not certify": (
        [
            leaf(names=(x509.UniformResourceIdentifier(ISSUER), x509.DNSName("issuer.example"))),
            constrained(x509.DNSName("other.example")),
        ],
        {},
    ),
    "constraints that nobody here can judge": (
        [LEAF, constrained(x509.UniformResourceIdentifier("issuer.example"))],
        {},
    ),
    "a critical extension that nobody knows": (
        [leaf(extra=[(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)]), CA],
        {},
    ),
    "a CA with a critical extension that nobody knows": (
        [LEAF, ca(extra=[(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)])],
        {},
    ),
    "in another order": ([LEAF, SECOND, CA], {}),
    "a certificate too many": ([LEAF, CA, DEEP[0]], {}),
    "the leaf twice": ([LEAF, LEAF, CA], {}),
    "a signature by somebody else": ([certificate("leaf", LEAF_KEY, "ca", secret(77)), CA], {}),
}


@pytest.mark.parametrize(("chain", "how"), BAD.values(), ids=BAD)
def test_every_bad_chain_is_refused(chain, how):
    """No anchor, no end, no right, another name: whatever is wrong, there is no key."""
    with pytest.raises(x5c.BadChain):
        certified(*chain, **how)


def test_a_chain_with_names_that_the_ca_may_certify_is_taken():
    """The control case of the constraints above."""
    names = (x509.UniformResourceIdentifier(ISSUER), x509.DNSName("a.issuer.example"))

    assert certified(leaf(names=names), constrained(x509.DNSName("issuer.example")))


class RsaKey:
    """A key of which only the public half is asked."""

    def public_key(self):
        """Return 2,048 bits that nobody factored."""
        return rsa.RSAPublicNumbers(65537, (1 << 2047) + 9).public_key()


@pytest.mark.parametrize("key", [P384, RsaKey()], ids=["P-384", "RSA"])
def test_a_leaf_of_no_suite_is_no_key(key):
    """A good certificate for a key that nothing here is signed with."""
    with pytest.raises(Malformed):
        certified(certificate("leaf", key, "ca", CA_KEY), CA)


@pytest.mark.parametrize(
    "der", [b"", b"\x30\x00", b"-----BEGIN CERTIFICATE-----", LEAF[:-1], LEAF + b"\0", bytes(8193)]
)
def test_what_is_no_certificate_is_malformed(der):
    """Nor is it read further."""
    with pytest.raises(Malformed):
        certified(der, CA)


def test_a_certificate_has_one_spelling():
    """The byte that counts the unused bits of its signature is nobody's to choose; the library passes it by."""
    place = len(LEAF) - len(x509.load_der_x509_certificate(LEAF).signature) - 1
    with pytest.raises(Malformed, match="second spelling"):
        certified(LEAF[:place] + b"\2" + LEAF[place + 1 :], CA)


def test_no_mutant_of_a_certificate_is_taken_and_nothing_but_our_own_error_escapes():
    """A thousand neighbours of the leaf and of the CA."""
    taken = []
    for which, good in enumerate((LEAF, CA)):
        for mutant in mutants(good, seed=which, count=500):
            chain = (mutant, CA) if which == 0 else (LEAF, mutant)
            try:
                certified(*chain)
            except VerifierError:
                continue
            taken += [mutant] if mutant != good else []
    assert taken == []


def test_a_name_whose_text_is_a_bit_string_is_malformed():
    """The library raises TypeError for such a name, which once escaped."""
    der = LEAF.replace(b"\x06\x03\x55\x04\x03\x0c", b"\x06\x03\x55\x04\x03\x03")
    assert der != LEAF

    with pytest.raises(Malformed):
        certified(der)


def test_what_the_library_would_only_warn_of_is_malformed():
    """A negative serial number (RFC 5280 §4.1.2.2), whatever the host makes of warnings."""
    der = LEAF.replace(b"\x02\x02\x01\x99", b"\x02\x02\x81\x99", 1)
    assert der != LEAF

    for action in ("ignore", "error"):
        with warnings.catch_warnings():
            warnings.simplefilter(action)
            with pytest.raises(Malformed):
                certified(der)


@pytest.mark.parametrize(("country", "refused"), [("C", Malformed), ("CHN", Malformed), ("CN", x5c.BadChain)])
def test_a_country_has_two_letters(country, refused):
    """The library warns of others and reads them. Of two it is read, and refused since nobody signed it so."""
    common, of_country = b"\x06\x03\x55\x04\x03\x0c", b"\x06\x03\x55\x04\x06\x0c"
    ending = bytes([len(country)]) + country.encode()
    der = certificate(country, LEAF_KEY, "ca", CA_KEY).replace(common + ending, of_country + ending)
    assert of_country in der

    for action in ("ignore", "error"):
        with warnings.catch_warnings():
            warnings.simplefilter(action)
            with pytest.raises(refused):
                certified(der, CA)
