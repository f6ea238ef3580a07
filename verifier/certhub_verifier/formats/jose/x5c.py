"""Keys by certificate: from the `x5c` of a stranger's token to an anchor that we hold (RFC 5280; HAIP §5).

    x5c   leaf ── signed by ── CA ── … ── CA ── signed by ── anchor     the anchor is ours, not in x5c

Path building and name constraints are `cryptography.x509.verification`'s; what that library leaves to its
caller is asked here: the path is all of x5c in its order and ends one step further in an anchor, no
certificate in it signs itself, the leaf is no CA, may sign, and is for this usage or names none (without the
extension a key is for any: RFC 5280 §4.2.1.12), every CA that restricts itself allows that usage, and the
leaf's own name covers `iss` where the token has one. Revocation is the keeper's of the anchors: what is no
longer to be believed is taken from them.

Our own tokens carry no certificates: their keys stand in the trust list.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from certhub_schemas.algorithms import Algorithm
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from certhub_verifier.errors import Malformed, VerifierError
from certhub_verifier.formats.jose import jwk

DOCUMENT_SIGNING = "1.3.6.1.5.5.7.3.36"  # id-kp-documentSigning, RFC 9336
MAX_CERTIFICATE_BYTES = 8 * 1024  # a leaf with a 2,048-bit RSA parent is 1.2 KiB
MAX_DEPTH = 3  # CAs between leaf and anchor


# What `cryptography` says of certificates that it does not understand.
_UNREADABLE = (
    ValueError,
    TypeError,  # of a name whose text is a bit string
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    Warning,  # where the host makes errors of them
)


class BadChain(VerifierError):
    """The certificates lead to no anchor of ours, or not to a key for this; `reason` is a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class CertifiedKey:
    """A public key that an anchor of ours vouches for: a `jose.VerifyingKey`.

    `kid` is the leaf's SHA-256 in hex, `subject` its name as RFC 4514 prints it.
    """

    kid: str
    algorithm: Algorithm
    jwk: Mapping[str, str]
    subject: str


def certified_key(
    chain: Sequence[bytes],
    *,
    anchors: Iterable[bytes],
    at: datetime,
    issuer: str | None,
    usage: str = DOCUMENT_SIGNING,
) -> CertifiedKey:
    """Return the key of the leaf `chain[0]`, once the chain is known to lead to one of `anchors`.

    `chain` and `anchors` are certificates in DER, `at` (aware) the time for which all of them have to be in
    force, `issuer` the token's `iss` (None where it has none: the issuer is then the leaf's subject), `usage`
    the extended key usage that makes a key one for this purpose, as a dotted OID.

    Raises:
        Malformed: something in `chain` is no certificate, or its key is of no suite in the registry.
        BadChain: everything else that is wrong; also when there is no anchor.
    """
    certificates = tuple(_load(der) for der in chain)
    trusted = tuple(_load(der) for der in anchors)
    if not certificates or not trusted:
        raise BadChain("there is nothing to lead from, or to")
    if any(one.issuer == one.subject or one in trusted for one in certificates):
        raise BadChain("x5c holds an anchor, or a certificate that signs itself")
    leaf = certificates[0]
    try:
        verifier = (
            PolicyBuilder()
            .store(Store(list(trusted)))
            .time(at)
            .max_chain_depth(MAX_DEPTH)
            .extension_policies(ca_policy=_ca_policy(usage), ee_policy=_leaf_policy(usage))
            .build_client_verifier()
        )
        found = verifier.verify(leaf, list(certificates[1:])).chain
    except (VerificationError, ValueError) as bad:
        raise BadChain("no path to an anchor that is in force and meant for this") from bad
    if tuple(found[:-1]) != certificates:
        raise BadChain("x5c is not the path itself, in its order")
    if issuer is not None and issuer not in _uris(leaf):
        raise BadChain("the leaf is certified for another issuer")
    algorithm, members = jwk.from_public_key(leaf.public_key())
    return CertifiedKey(sha256(chain[0]).hexdigest(), algorithm, members, leaf.subject.rfc4514_string())


def _load(der: bytes) -> x509.Certificate:
    if len(der) > MAX_CERTIFICATE_BYTES:
        raise Malformed(f"a certificate of more than {MAX_CERTIFICATE_BYTES} bytes")
    try:
        found = x509.load_der_x509_certificate(der)
        # The library reads these when they are first asked for, and would complain then.
        _ = found.issuer, found.subject, found.public_key(), found.extensions
    except _UNREADABLE as broken:
        raise Malformed("not an X.509 certificate") from broken
    # Of these the library only warns, and whether a warning is an error is not for the host to say.
    if not 0 < found.serial_number < 1 << 159:
        raise Malformed(
            "a certificate whose serial number is not positive, or over 20 bytes (RFC 5280 §4.1.2.2)"
        )
    if any(len(country) != 2 for country in _countries(found)):
        raise Malformed("a certificate of a country that is not two letters")
    if not der.endswith(b"\0" + found.signature):  # the library takes any number of unused bits (X.690 §11.2)
        raise Malformed("a certificate whose signature has a second spelling")
    return found


def _countries(certificate: x509.Certificate) -> list[str]:
    names = (certificate.issuer, certificate.subject)
    return [str(one.value) for name in names for one in name.get_attributes_for_oid(NameOID.COUNTRY_NAME)]


def _leaf_policy(usage: str) -> ExtensionPolicy:
    """What the leaf has to say: no CA, may sign, and is for this usage or restricts itself to none."""

    def no_ca(_: Policy, __: x509.Certificate, extension: x509.BasicConstraints | None) -> None:
        if extension is not None and extension.ca:
            raise ValueError("a CA is no leaf")

    def signs(_: Policy, __: x509.Certificate, extension: x509.KeyUsage) -> None:
        if not extension.digital_signature or extension.key_cert_sign:
            raise ValueError("the leaf's key is not for signing documents")

    def is_for(_: Policy, __: x509.Certificate, extension: x509.ExtendedKeyUsage | None) -> None:
        if extension is not None and x509.ObjectIdentifier(usage) not in extension:
            raise ValueError("the leaf is for another usage")

    return (
        ExtensionPolicy.permit_all()
        .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, no_ca)
        .require_present(x509.KeyUsage, Criticality.AGNOSTIC, signs)
        .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, is_for)
    )


def _ca_policy(usage: str) -> ExtensionPolicy:
    """What a CA has to say. The library's own policy would ask CAs for the usage of web clients."""

    def is_ca(_: Policy, __: x509.Certificate, extension: x509.BasicConstraints) -> None:
        if not extension.ca:
            raise ValueError("not a CA")

    def certifies(_: Policy, __: x509.Certificate, extension: x509.KeyUsage) -> None:
        if not extension.key_cert_sign:
            raise ValueError("the CA's key is not for certificates")

    def allows(_: Policy, __: x509.Certificate, extension: x509.ExtendedKeyUsage | None) -> None:
        allowed = (x509.ObjectIdentifier(usage), ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)
        if extension is not None and not any(one in extension for one in allowed):
            raise ValueError("the CA restricts itself to another usage")

    return (
        ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, Criticality.CRITICAL, is_ca)
        .require_present(x509.KeyUsage, Criticality.AGNOSTIC, certifies)
        .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, allows)
    )


def _uris(leaf: x509.Certificate) -> list[str]:
    """Return the URIs that the leaf is certified for (SAN, RFC 5280 §4.2.1.6)."""
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.UniformResourceIdentifier)
