"""A demo that phones reach: by TLS at this machine's address, signed by one authority for all of its regions.

    DIR/tls/                 the authority, kept through --reset: a phone trusts it once
    DIR/<code>/tls/          what that region is served with at the network's address

Loopback stays http: programs and the other regions call it there.
"""

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature

from certhub.adapters.tls import AUTHORITY, FOLDER, SERVER, TlsUnusable
from certhub.settings import Settings, host_name
from certhub.setup import tls
from certhub.setup.tls import SERVER_LIFE, SOON, Description, describe, read_x509

EVERYWHERE = "0.0.0.0"  # noqa: S104  only when asked for
LINK_LOCAL = "local"
"""Names under it are found on the same link alone (RFC 6762)."""


@dataclass(frozen=True)
class Lan:
    """How a demo is reached from its network."""

    address: str
    is_tls: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """What the network calls this machine."""
        try:
            label = host_name(socket.gethostname().partition(".")[0])
        except ValueError:
            return (self.address,)
        return (self.address, f"{label}.{LINK_LOCAL}")

    def url(self, port: int) -> str:
        """Where a phone finds what listens at a port."""
        return f"{'https' if self.is_tls else 'http'}://{self.address}:{port}"


def authority_folder(folder: Path) -> Path:
    """Return where the authority of a demo in `folder` lives."""
    return folder / FOLDER


def secure(
    folder: Path, regions: Iterable[str], lan: Lan, *, now: datetime, random: Callable[[int], bytes]
) -> Description:
    """Make what is missing for TLS on the network, keep what will do, and return the authority's description."""
    authority = _authority(authority_folder(folder), lan, now=now, random=random)
    for code in regions:
        settings = Settings.load(folder / code)
        hosts = tls.own_hosts(settings) - _outside(settings, authority) | set(lan.names)
        if not _will_do(settings, hosts, authority_folder(folder), now=now):
            tls.issue_server(
                tls.folder_of(settings),
                hosts,
                authority=authority_folder(folder),
                title=f"CertHub {code}",
                now=now,
                random=random,
            )
    return authority


def _authority(folder: Path, lan: Lan, *, now: datetime, random: Callable[[int], bytes]) -> Description:
    try:
        standing = describe(read_x509(folder / AUTHORITY))
        if standing.ends - now > SERVER_LIFE and all(map(standing.permits, lan.names)):
            return standing
    except TlsUnusable:
        pass
    tls.remove_authority(folder)
    return tls.make_authority(
        folder, (LINK_LOCAL, *lan.names), (), title=f"CertHub demo {now:%Y-%m-%d}", now=now, random=random
    )


def _outside(settings: Settings, authority: Description) -> set[str]:
    """Return the hub's names for which the demo's authority may not sign: those of containers, say."""
    return {host for host in tls.own_hosts(settings) if not authority.permits(host)}


def _will_do(settings: Settings, hosts: Iterable[str], authority: Path, *, now: datetime) -> bool:
    try:
        served = read_x509(tls.folder_of(settings) / SERVER)
        served.verify_directly_issued_by(read_x509(authority / AUTHORITY))
    except (TlsUnusable, ValueError, TypeError, InvalidSignature):
        return False
    description = describe(served)
    return description.ends - now > SOON and set(description.subject.hosts) == set(hosts)
