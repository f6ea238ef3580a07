"""Whom a request calls: a hub answers to its own names alone, and looks at nothing else of a stranger's request.

A page of another site can give its own name this machine's address (DNS rebinding), and its scripts then speak to the
hub as if to themselves. The browser still says the name that it went to, in Host. Ports are not compared: forwarding
changes them, and a page cannot choose what it says there.

The two health checks answer to any name: an orchestrator calls them by an address that only it knows, and what they
tell is nobody's secret.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache

from certhub.errors import BadRequest, HubError
from certhub.settings import MAX_HOST, host_name

ANY_HOST = frozenset(("/healthz", "/readyz"))
KEPT = 256  # Host headers whose reading is remembered


class HostUnknown(HubError):
    """The request calls a name that is not this hub's."""

    code = "HOST_UNKNOWN"


class HostWrong(BadRequest):
    """The request says no host, more than one, or what is none (RFC 9112 §3.2)."""

    code = "HOST_WRONG"


def require_own(headers: Iterable[tuple[bytes, bytes]], names: Collection[str]) -> None:
    """Let a request pass that calls one of `names`.

    Raises:
        HostWrong: it says no host, more than one, or what is none.
        HostUnknown: it calls another.
    """
    values = [value for name, value in headers if name == b"host"]
    if len(values) != 1 or len(values[0]) > MAX_HOST:
        raise HostWrong(f"the request has {len(values)} Host headers, or a long one")
    if _read(values[0]) not in names:
        raise HostUnknown("the request calls a host that is not this hub")


@lru_cache(KEPT)
def _read(value: bytes) -> str:
    try:
        return host_name(value.decode("ascii"))
    except ValueError as unreadable:  # UnicodeDecodeError is one
        raise HostWrong("the Host header is no name and no address") from unreadable
