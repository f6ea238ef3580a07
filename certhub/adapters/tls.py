"""Both ends of TLS: what this hub is served with, and whom it believes at the other end.

TLS 1.2 and 1.3; in 1.2 suites with forward secrecy and authenticated encryption alone
"""

import ssl
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx2

from certhub.errors import HubError
from certhub.settings import BadSettings, Settings

FOLDER, SERVER, AUTHORITY, AUTHORITY_KEY = "tls", "server.pem", "authority.pem", "authority.key"
SUITES = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2; those of 1.3 are all good, and OpenSSL keeps them by themselves."""


class TlsUnusable(HubError):
    """What the hub is to be served with cannot be read, or its key is another's."""

    code = "TLS_UNUSABLE"


@dataclass(frozen=True)
class ServedWith:
    """The files of a server: its chain, and its private key, which may stand in the same file."""

    chain: Path
    key: Path
    is_ours: bool
    """Whether `certhub tls` made them."""

    @cached_property
    def context(self) -> ssl.SSLContext:
        """What a server speaks with.

        Raises:
            TlsUnusable: a file is missing, unreadable or sealed by a password, or the key is another's.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(SUITES)
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self.chain, self.key, password=_none)
        except (OSError, ValueError) as broken:  # SSLError is an OSError
            raise TlsUnusable(
                f"{self.chain} and {self.key} cannot be served with: {_reason(broken)}"
            ) from broken
        return context

    def __call__(self, *_: Any) -> ssl.SSLContext:
        """Be what uvicorn asks for a context, in whichever process."""
        return self.context

    def __reduce__(self) -> tuple[type["ServedWith"], tuple[Path, Path, bool]]:
        """Go to another process as names of files."""
        return ServedWith, (self.chain, self.key, self.is_ours)


def served_with(settings: Settings) -> ServedWith | None:
    """Return the files that a hub is served with; None where it speaks http.

    Raises:
        BadSettings: `tls` is set, and `certhub tls` made nothing here.
    """
    if settings.tls_certificate is not None and settings.tls_key is not None:
        chain, key = (settings.beside(path) for path in (settings.tls_certificate, settings.tls_key))
        return ServedWith(chain, key, is_ours=False)
    if not settings.tls:
        return None
    made = settings.data / FOLDER / SERVER
    if not made.exists():
        raise BadSettings(f"tls is set and {made} is missing: certhub tls init --data {settings.data}")
    return ServedWith(made, made, is_ours=True)


def client_context(authorities: Path | None) -> ssl.SSLContext:
    """Return whom to believe at the other end: the authorities of this machine, and those of a file.

    Raises:
        BadSettings: the file cannot be read, or holds none.
    """
    context = httpx2.create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authorities is not None:
        try:
            context.load_verify_locations(authorities)
        except OSError as broken:
            raise BadSettings(f"tls_authorities: {authorities}: {_reason(broken)}") from broken
    return context


def _none() -> str:
    """Give no password: asking for one would wait for a terminal for ever."""
    raise ValueError("the private key is sealed by a password")


def _reason(broken: Exception) -> str:
    return getattr(broken, "reason", None) or getattr(broken, "strerror", None) or str(broken)
