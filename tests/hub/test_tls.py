"""A local authority signs for its hub's names, for a bounded time, and for nobody else, whoever has its key."""

import subprocess
from datetime import UTC, datetime, timedelta
from hashlib import shake_256
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certhub.adapters import private
from certhub.adapters.tls import AUTHORITY, AUTHORITY_KEY, SERVER, ServedWith, TlsUnusable
from certhub.errors import Conflict
from certhub.setup import tls
from certhub.setup.tls import NameNotPermitted, NoAuthority

NOW = datetime.now(UTC).replace(microsecond=0)  # openssl judges by the machine's clock
HOSTS = ("localhost", "420700.localhost", "127.0.0.1", "::1", "certs.example.cn", "192.168.1.5")


def seeded(seed: bytes):
    """Randomness that a seed decides."""
    count = iter(range(1_000_000))
    return lambda size: shake_256(seed + next(count).to_bytes(4, "big")).digest(size)


def made(
    folder: Path, *, seed: bytes = b"tls", now: datetime = NOW, hosts=("certs.example.cn",), networks=()
):
    """An authority in a folder."""
    return tls.make_authority(folder, hosts, networks, title="authority", now=now, random=seeded(seed))


def issued(
    folder: Path, hosts=HOSTS, *, authority: Path | None = None, now: datetime = NOW, seed: bytes = b"server"
):
    """What a server is served with, of the authority in the same folder."""
    return tls.issue_server(
        folder, hosts, authority=authority or folder, title="server", now=now, random=seeded(seed)
    )


def openssl(authority: Path, server: Path) -> tuple[int, str]:
    """What `openssl verify` says of a chain, by its strict rules."""
    command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", authority, server]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def forged(folder: Path, *, dns: str = "", address: str = "", is_authority: bool = False) -> Path:
    """What a thief of the authority's key signs: for any name, with everything else as it should be."""
    parent = x509.load_pem_x509_certificate((folder / AUTHORITY).read_bytes())
    key = load_pem_private_key((folder / AUTHORITY_KEY).read_bytes(), None)
    own = ec.generate_private_key(ec.SECP256R1())
    names = [x509.DNSName(dns)] if dns else [x509.IPAddress(ip_address(address))]
    x509_made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "thief")]))
        .issuer_name(parent.subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(minutes=1))
        .not_valid_after(NOW + timedelta(days=9))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)  # type: ignore[union-attr,arg-type]
        .sign(key, SHA256())  # type: ignore[arg-type]
    )
    path = folder / "forged.pem"
    path.write_bytes(x509_made.public_bytes(tls.Encoding.PEM))
    return path


def test_openssl_believes_the_server_by_the_authority_alone(tmp_path):
    """By its strict rules; another authority with the same title makes it nobody."""
    made(tmp_path / "tls")
    issued(tmp_path / "tls")
    made(tmp_path / "other", seed=b"other")

    assert (0, f"{tmp_path}/tls/server.pem: OK\n") == openssl(
        tmp_path / "tls" / AUTHORITY, tmp_path / "tls" / SERVER
    )
    refused, words = openssl(tmp_path / "other" / AUTHORITY, tmp_path / "tls" / SERVER)
    assert 0 != refused
    assert "error" in words


@pytest.mark.parametrize(
    "thief",
    [{"dns": "example.com"}, {"dns": "example.cn"}, {"dns": "localhost.example.com"}, {"address": "8.8.8.8"}],
    ids=lambda thief: next(iter(thief.values())),
)
def test_whoever_has_the_key_can_be_no_other_site(tmp_path, thief):
    """The limits on names are in the authority's own x509, and whoever verifies holds it to them."""
    made(tmp_path)

    refused, words = openssl(tmp_path / AUTHORITY, forged(tmp_path, **thief))
    assert 0 != refused
    assert "permitted subtree violation" in words


@pytest.mark.parametrize(
    "own", [{"dns": "certs.example.cn"}, {"dns": "x.localhost"}, {"address": "10.1.2.3"}]
)
def test_what_the_authority_may_sign_for_is_believed(tmp_path, own):
    """The lint above sees something: the same builder with a permitted name is good."""
    made(tmp_path)

    assert 0 == openssl(tmp_path / AUTHORITY, forged(tmp_path, **own))[0]


def test_an_authority_is_what_it_should_be(tmp_path):
    """P-256, ten years, none below it, servers alone; its file and its key for this account alone."""
    beyond, named = ip_network("203.0.113.0/24"), ("a.example.cn", "198.51.100.7")
    description = made(tmp_path / "tls", networks=[beyond], hosts=named)
    own = tls.read_x509(tmp_path / "tls" / AUTHORITY)
    constraints = own.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = own.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value

    assert (True, True, 0) == (constraints.critical, constraints.value.ca, constraints.value.path_length)
    assert own.extensions.get_extension_for_class(x509.NameConstraints).critical
    assert [ExtendedKeyUsageOID.SERVER_AUTH] == list(usage)
    assert timedelta(days=3652) == description.ends - description.begins
    assert "secp256r1" == own.public_key().curve.name  # type: ignore[union-attr]
    assert [] == private.open_to_others(tmp_path / "tls")
    for host in (*named, "x.a.example.cn", "420700.localhost", "127.0.0.9", "10.0.0.1", "203.0.113.9"):
        assert description.permits(host), host
    for host in ("example.cn", "xa.example.cn", "cn", "8.8.8.8", "198.51.100.8", "2001:db8::1"):
        assert not description.permits(host), host


def test_a_server_lasts_at_most_397_days_and_never_longer_than_its_authority(tmp_path):
    """Of an authority that ends in ten days it lasts ten; of one that has ended there is none."""
    authority = made(tmp_path)
    server = issued(tmp_path)
    late = issued(tmp_path, now=authority.ends - timedelta(days=10))

    assert timedelta(days=397) == server.ends - server.begins
    assert authority.ends == late.ends
    with pytest.raises(NoAuthority):
        issued(tmp_path, now=authority.ends)


def test_time_and_randomness_decide_every_byte(tmp_path):
    """The same seed and the same moment make the same keys and the same signatures."""
    for name in ("one", "two"):
        made(tmp_path / name)
        issued(tmp_path / name)
    made(tmp_path / "three", seed=b"another")

    for file in (AUTHORITY, AUTHORITY_KEY, SERVER):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    assert (tmp_path / "one" / AUTHORITY_KEY).read_bytes() != (
        tmp_path / "three" / AUTHORITY_KEY
    ).read_bytes()


def test_what_the_authority_may_not_sign_for_is_refused_before_anything_is_made(tmp_path):
    """The name is told, and what was there stays."""
    made(tmp_path)
    issued(tmp_path)
    before = (tmp_path / SERVER).read_bytes()

    with pytest.raises(NameNotPermitted, match=r"8\.8\.8\.8|example\.com"):
        issued(tmp_path, (*HOSTS, "example.com", "8.8.8.8"), seed=b"again")
    assert before == (tmp_path / SERVER).read_bytes()


def test_an_authority_is_not_overwritten(tmp_path):
    """Every device that trusts it would have to begin again."""
    first = made(tmp_path)

    with pytest.raises(Conflict):
        made(tmp_path, seed=b"again")
    assert first == tls.describe(tls.read_x509(tmp_path / AUTHORITY))
    (tmp_path / AUTHORITY).unlink()
    with pytest.raises(Conflict):
        made(tmp_path, seed=b"again")


def test_a_key_that_is_another_s_is_told(tmp_path):
    """Of the authority when it signs, of the server before it is served."""
    made(tmp_path / "a")
    issued(tmp_path / "a")
    made(tmp_path / "b", seed=b"other")
    issued(tmp_path / "b", seed=b"other server")
    (tmp_path / "a" / AUTHORITY_KEY).write_bytes((tmp_path / "b" / AUTHORITY_KEY).read_bytes())

    with pytest.raises(TlsUnusable):
        issued(tmp_path / "a")
    for chain, key in (("a", "b"), ("a", "nothing")):
        with pytest.raises(TlsUnusable):
            _ = ServedWith(tmp_path / chain / SERVER, tmp_path / key / SERVER, is_ours=False).context
    (tmp_path / "c.pem").write_bytes(b"no pem")
    with pytest.raises(TlsUnusable):
        _ = ServedWith(tmp_path / "c.pem", tmp_path / "c.pem", is_ours=False).context


def test_an_authority_elsewhere_signs_and_leaves_its_x509(tmp_path):
    """Its key may stay on another medium; what is handed out to devices lies beside the server's."""
    made(tmp_path / "stick")
    issued(tmp_path / "hub", authority=tmp_path / "stick")

    assert {AUTHORITY, SERVER} == {path.name for path in (tmp_path / "hub").iterdir()}
    assert 0 == openssl(tmp_path / "hub" / AUTHORITY, tmp_path / "hub" / SERVER)[0]
    with pytest.raises(NoAuthority):
        issued(tmp_path / "hub")
