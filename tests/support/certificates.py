"""Certificates for tests: the same bytes in every run, made of names and numbers, each wrong in one way."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
ISSUER = "https://issuer.example/420700"
DOCUMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")
Secret = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def secret(number: int) -> ec.EllipticCurvePrivateKey:
    """Return the P-256 key of this number."""
    return ec.derive_private_key(number, ec.SECP256R1())


def certificate(
    subject: str,
    key: Secret,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    ca: bool = False,
    path_length: int | None = None,
    usages: Sequence[x509.ObjectIdentifier] = (DOCUMENTS,),
    names: Sequence[x509.GeneralName] = (x509.UniformResourceIdentifier(ISSUER),),
    days: tuple[int, int] = (-1, 365),
    signs: bool = True,
    extra: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> bytes:
    """Return a certificate in DER; `days` from and until, counted from NOW."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(sum(subject.encode()) + 1)
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca, path_length), critical=True)
        .add_extension(_key_usage(signs and not ca, ca), critical=True)
    )
    if usages and (not ca or tuple(usages) != (DOCUMENTS,)):
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(usages)), critical=False)
    if names and not ca:
        builder = builder.add_extension(x509.SubjectAlternativeName(list(names)), critical=False)
    for extension, critical in extra:
        builder = builder.add_extension(extension, critical=critical)
    signed = builder.sign(issuer_key, hashes.SHA256(), ecdsa_deterministic=True)
    return signed.public_bytes(Encoding.DER)


def _key_usage(signs: bool, certifies: bool) -> x509.KeyUsage:
    flags: dict[str, Any] = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(
        digital_signature=signs, key_cert_sign=certifies, crl_sign=certifies or not signs, **flags
    )


ROOT_KEY, CA_KEY, LEAF_KEY = secret(11), secret(12), secret(13)
ROOT = certificate("root", ROOT_KEY, "root", ROOT_KEY, ca=True)
CA = certificate("ca", CA_KEY, "root", ROOT_KEY, ca=True, path_length=0)
LEAF = certificate("leaf", LEAF_KEY, "ca", CA_KEY)
