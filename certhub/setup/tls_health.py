"""Whether what a hub is served with will do: it is there, only this account may read its key, and it lasts."""

import stat
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from certhub.adapters.tls import AUTHORITY_KEY, served_with
from certhub.errors import HubError
from certhub.hub import PUBLIC, Hub
from certhub.records.certificates.rules import CHINA
from certhub.settings import Settings, host_name
from certhub.setup.tls import SOON, Description, describe, folder_of, read_x509

OTHERS_READ = stat.S_IRWXO | stat.S_IWGRP
"""A key that another program made may be read by a group (Debian's ssl-cert), and written by its owner alone."""
NOT_OURS = stat.S_IRWXG | stat.S_IRWXO


class TlsFault(HubError):
    """What the hub is served with will not do; the code says why."""

    code = "TLS_UNUSABLE"


def says(hub: Hub) -> str:
    """Look at keys and x509, whether or not the hub speaks TLS itself.

    Raises:
        TlsFault: a key can be read by others, what is served has ended or soon will, or lacks the name of `url`.
        TlsUnusable: it cannot be read.
    """
    _require_closed_keys(hub.settings)
    description = _served(hub.settings)
    if description is None:
        return "the hub itself speaks http; TLS is for a proxy in front of it"
    _require_lasting(description, hub.now())
    _require_name(description, hub.settings)
    return f"until {_day(description.ends)}, for {', '.join(description.subject.hosts)}"


def detail(hub: Hub) -> dict[str, Any]:
    """Return until when and for which names."""
    description = _served(hub.settings)
    if description is None:
        return {}
    return {"until": _day(description.ends), "names": ", ".join(description.subject.hosts)}


def _served(settings: Settings) -> Description | None:
    files = served_with(settings)
    if files is None:
        return None
    _ = files.context  # that the key is the chain's own is OpenSSL's to say
    return describe(read_x509(files.chain))


def _require_closed_keys(settings: Settings) -> None:
    own, served = folder_of(settings) / AUTHORITY_KEY, served_with(settings)
    keys = [(own, NOT_OURS)] if own.exists() else []
    if served is not None:
        keys.append((served.key, NOT_OURS if served.is_ours else OTHERS_READ))
    for path, forbidden in keys:
        if path.resolve().is_relative_to((settings.data / PUBLIC).resolve()):
            raise TlsFault(f"{path} lies among the files that everybody may read", code="TLS_KEY_OPEN")
        if _mode(path) & forbidden:
            raise TlsFault(f"{path} is open to other accounts of this machine", code="TLS_KEY_OPEN")


def _mode(path: Path) -> int:
    return path.stat().st_mode if path.exists() else 0


def _require_lasting(description: Description, now: datetime) -> None:
    if description.ends <= now:
        raise TlsFault(f"it ended on {_day(description.ends)}", code="TLS_ENDED")
    if description.ends - now < SOON:
        raise TlsFault(f"it ends on {_day(description.ends)}", code="TLS_ENDS_SOON")


def _require_name(description: Description, settings: Settings) -> None:
    host = host_name(urlsplit(settings.url).hostname or "localhost")
    names = description.subject.hosts
    if host not in names and f"*.{host.partition('.')[2]}" not in names:
        raise TlsFault(f"it does not speak for {host}, which is the host of url", code="TLS_NAME_MISSING")


def _day(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d")
