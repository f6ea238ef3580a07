"""A local authority, and what a hub is served with: made here, kept in DATA/tls.

    authority.key   the authority's private key
    authority.pem   its x509, for whoever is to believe it; ten years
    server.pem      the hub's private key and x509 in one file, replaced in one go; 397 days, the most that browsers
                    take from a public authority

The authority may sign for names and networks that it was made for, and for nothing else (RFC 5280 §4.2.1.10), no
authority below it, and servers alone. Whoever steals its key cannot be example.com to anybody who believes it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path

from certhub_keys.randomness import draw
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certhub.adapters import private
from certhub.adapters.tls import AUTHORITY, AUTHORITY_KEY, FOLDER, SERVER, TlsUnusable
from certhub.errors import Conflict, HubError, NotFound
from certhub.settings import Settings

Random = Callable[[int], bytes]
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
AUTHORITY_LIFE, SERVER_LIFE = timedelta(days=3652), timedelta(days=397)
SOON = timedelta(days=30)
"""A server's x509 that ends within this time is renewed."""
EARLIER = timedelta(minutes=5)
"""A device whose clock is a little behind may believe what was made a moment ago."""
SCALAR_BYTES, SERIAL_BYTES = 48, 19
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
AT_HOME: tuple[Network, ...] = tuple(
    map(ip_network, ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
)
"""This machine and private networks (RFC 1918, RFC 4193): an authority for them is nobody's on the internet."""


class NameNotPermitted(HubError):
    """The authority may not sign for this name or address."""

    code = "TLS_NAME_NOT_PERMITTED"


class NoAuthority(HubError):
    """There is no local authority here, or its private key is kept elsewhere."""

    code = "TLS_NO_AUTHORITY"


@dataclass(frozen=True)
class Subject:
    """What an x509 speaks for."""

    names: tuple[str, ...]
    addresses: tuple[Address, ...]

    @classmethod
    def of(cls, hosts: Iterable[str]) -> "Subject":
        """Sort hosts (as `settings.host_name` returns them) into names and addresses."""
        names, addresses = set[str](), set[Address]()
        for host in hosts:
            try:
                addresses.add(ip_address(host))
            except ValueError:
                names.add(host)
        return cls(tuple(sorted(names)), tuple(sorted(addresses, key=lambda one: (one.version, int(one)))))

    @property
    def hosts(self) -> tuple[str, ...]:
        """Names, then addresses."""
        return (*self.names, *map(str, self.addresses))


@dataclass(frozen=True)
class Description:
    """What an x509 says of itself."""

    sha256: str
    """Fingerprint, as devices print it: pairs of hexadecimal digits between colons."""
    begins: datetime
    ends: datetime
    subject: Subject
    """What a server's speaks for; of an authority, the names that it may sign for."""
    networks: tuple[Network, ...] = ()
    """Of an authority: the networks whose addresses it may sign for."""

    def permits(self, host: str) -> bool:
        """Whether an authority may sign for a name or an address."""
        try:
            address = ip_address(host)
        except ValueError:
            return any(host == name or host.endswith(f".{name}") for name in self.subject.names)
        return any(address in network for network in self.networks)


def own_hosts(settings: Settings) -> frozenset[str]:
    """Return what a server's x509 speaks for in any case: this machine, and the names that the hub answers to."""
    return settings.names | {"localhost", f"{settings.region}.localhost", "127.0.0.1", "::1"}


def make_authority(
    folder: Path,
    hosts: Iterable[str],
    networks: Iterable[Network],
    *,
    title: str,
    now: datetime,
    random: Random,
) -> Description:
    """Make an authority in `folder`, which may sign for this machine, private networks, and what is named.

    Raises:
        Conflict: there is one already; it was left alone.
    """
    if (folder / AUTHORITY).exists() or (folder / AUTHORITY_KEY).exists():
        raise Conflict(f"there is an authority in {folder} already", code="TLS_AUTHORITY_EXISTS")
    key, subject = _new_key(random), Subject.of({"localhost", *hosts})
    beyond = {ip_network(one) for one in subject.addresses if not any(one in net for net in AT_HOME)}
    permitted = [
        *map(x509.DNSName, subject.names),
        *map(x509.IPAddress, (*AT_HOME, *sorted({*beyond, *networks} - set(AT_HOME), key=str))),
    ]
    named = _name(title)
    builder = (
        _begun(key, now=now, life=AUTHORITY_LIFE, random=random)
        .subject_name(named)
        .issuer_name(named)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_others=True), critical=True)
        .add_extension(
            x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None), critical=True
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    made = builder.sign(key, SHA256(), ecdsa_deterministic=True)
    private.make_folder(folder)
    private.write(folder / AUTHORITY_KEY, _printed(key))
    private.write(folder / AUTHORITY, made.public_bytes(Encoding.PEM))
    return describe(made)


def issue_server(
    folder: Path, hosts: Iterable[str], *, authority: Path, title: str, now: datetime, random: Random
) -> Description:
    """Make what the hub is served with in `folder`, signed by the authority in the folder `authority`.

    Raises:
        NoAuthority: its key is not there, or it has ended.
        NameNotPermitted: it may not sign for one of `hosts`; nothing was made.
        TlsUnusable: its files cannot be read.
    """
    parent, parent_key = _authority(authority)
    parent_says, subject = describe(parent), Subject.of(hosts)
    if parent_says.ends <= now:
        raise NoAuthority(f"the authority in {authority} ended on {parent_says.ends:%Y-%m-%d}")
    wrong = [host for host in subject.hosts if not parent_says.permits(host)]
    if wrong:
        raise NameNotPermitted(f"the authority in {authority} may not sign for {', '.join(wrong)}")
    key = _new_key(random)
    alternative = [*map(x509.DNSName, subject.names), *map(x509.IPAddress, subject.addresses)]
    life = min(SERVER_LIFE, parent_says.ends - now + EARLIER)
    made = (
        _begun(key, now=now, life=life, random=random)
        .subject_name(_name(title))
        .issuer_name(parent.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_others=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternative), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(parent_key.public_key()), critical=False
        )
        .sign(parent_key, SHA256(), ecdsa_deterministic=True)
    )
    private.make_folder(folder)
    private.write(folder / SERVER, _printed(key) + made.public_bytes(Encoding.PEM))
    if folder.resolve() != authority.resolve():
        private.write(folder / AUTHORITY, parent.public_bytes(Encoding.PEM))
    return describe(made)


def remove_authority(folder: Path) -> None:
    """Take an authority away, so that another can be made; what it signed stays, and is believed by nobody new."""
    for name in (AUTHORITY_KEY, AUTHORITY):
        (folder / name).unlink(missing_ok=True)


def folder_of(settings: Settings) -> Path:
    """Return where `certhub tls` keeps what it makes for a hub."""
    return settings.data / FOLDER


def authority_der(settings: Settings) -> bytes:
    """Return the x509 of a hub's local authority, DER.

    Raises:
        NotFound: it has none.
    """
    path = folder_of(settings) / AUTHORITY
    if not path.exists():
        raise NotFound("this hub has no local authority")
    return read_x509(path).public_bytes(Encoding.DER)


def read_x509(path: Path) -> x509.Certificate:
    """Return the first x509 of a PEM file.

    Raises:
        TlsUnusable: it cannot be read, or holds none.
    """
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())[0]
    except (OSError, ValueError) as broken:
        raise TlsUnusable(f"{path} holds no x509 that can be read: {type(broken).__name__}") from broken


def describe(made: x509.Certificate) -> Description:
    """Return what an x509 says of itself."""
    digest = made.fingerprint(SHA256()).hex(":").upper()
    begins, ends = made.not_valid_before_utc, made.not_valid_after_utc
    try:
        limits = made.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return Description(digest, begins, ends, _subject(made))
    permitted = limits.permitted_subtrees or []
    names = tuple(sorted(one.value for one in permitted if isinstance(one, x509.DNSName)))
    networks = tuple(one.value for one in permitted if isinstance(one, x509.IPAddress))
    return Description(digest, begins, ends, Subject(names, ()), networks)  # type: ignore[arg-type]  # of a limit it is a network


def _subject(made: x509.Certificate) -> Subject:
    try:
        named = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return Subject((), ())
    addresses = map(str, named.get_values_for_type(x509.IPAddress))
    return Subject.of((*named.get_values_for_type(x509.DNSName), *addresses))


def _authority(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    if not (folder / AUTHORITY).exists() or not (folder / AUTHORITY_KEY).exists():
        raise NoAuthority(f"{folder} does not hold an authority and its private key")
    parent = read_x509(folder / AUTHORITY)
    try:
        key = load_pem_private_key((folder / AUTHORITY_KEY).read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as broken:
        raise TlsUnusable(f"{folder / AUTHORITY_KEY} cannot be read: {type(broken).__name__}") from broken
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != parent.public_key():
        raise TlsUnusable(f"{folder / AUTHORITY_KEY} is not the key of {folder / AUTHORITY}")
    return parent, key


def _begun(
    key: ec.EllipticCurvePrivateKey, *, now: datetime, life: timedelta, random: Random
) -> x509.CertificateBuilder:
    begins = now.astimezone(UTC).replace(microsecond=0) - EARLIER
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .public_key(public)
        .serial_number(int.from_bytes(draw(random, SERIAL_BYTES), "big") | 1)
        .not_valid_before(begins)
        .not_valid_after(begins + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, signs_others: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_others,
        key_cert_sign=signs_others,
        crl_sign=signs_others,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(title: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "CertHub"),
            x509.NameAttribute(NameOID.COMMON_NAME, title),
        ]
    )


def _new_key(random: Random) -> ec.EllipticCurvePrivateKey:
    scalar = int.from_bytes(draw(random, SCALAR_BYTES), "big") % (ORDER - 1) + 1
    return ec.derive_private_key(scalar, ec.SECP256R1())


def _printed(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
