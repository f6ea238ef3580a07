"""The one way out of the hub: HTTP to hosts that the trust set names, and to nothing else.

Redirects are off, encoded replies are refused (a 522 KB gzip reply once cost 1 GB of memory), replies are
capped, and the total time is ours: an attempt, then one more with the same bytes, so that a peer which lost
only the answer gives the same one again.
"""

import time
from collections.abc import Mapping
from typing import Protocol

import httpx2

from certhub.errors import Unavailable

REPLY_CAP, LIST_CAP = 1 << 20, 8 << 20  # bytes
CONNECT_SECONDS = 1.0
ATTEMPTS = 2


class PeerDown(Unavailable):
    """The other region does not answer, or answers what nobody can use."""

    code = "PEER_DOWN"


class Network(Protocol):
    """What the hub may do to the outside."""

    def post(self, url: str, body: bytes, *, content_type: str, timeout: float) -> bytes:
        """POST `body` and return the reply's body; raises PeerDown."""

    def get(self, url: str, *, timeout: float) -> bytes:
        """GET a public file; raises PeerDown."""


class HttpNetwork:
    """The real network, one kept client per process (a new one per call costs 22 ms)."""

    def __init__(self) -> None:
        limits = httpx2.Limits(max_connections=20, max_keepalive_connections=20)
        self._client = httpx2.Client(
            follow_redirects=False,
            trust_env=False,
            limits=limits,
            headers={"Accept-Encoding": "identity"},
        )

    def post(self, url: str, body: bytes, *, content_type: str, timeout: float) -> bytes:
        """POST with one retry of the same bytes inside `timeout` seconds."""
        return self._try("POST", url, timeout, REPLY_CAP, body, {"Content-Type": content_type})

    def get(self, url: str, *, timeout: float) -> bytes:
        """GET with one retry inside `timeout` seconds."""
        return self._try("GET", url, timeout, LIST_CAP, None, {})

    def _try(
        self, method: str, url: str, timeout: float, cap: int, body: bytes | None, headers: Mapping[str, str]
    ) -> bytes:
        deadline = time.monotonic() + timeout
        failure = "no attempt was made"
        for attempt in range(ATTEMPTS):
            left = (deadline - time.monotonic()) / (ATTEMPTS - attempt)
            if left <= 0:
                break
            try:
                return self._once(method, url, min(deadline, time.monotonic() + left), cap, body, headers)
            except (httpx2.HTTPError, PeerDown) as broken:
                failure = f"{type(broken).__name__}: {broken}"
        raise PeerDown(f"{url} did not give a usable answer in {timeout:g} s ({failure})")

    def _once(
        self, method: str, url: str, deadline: float, cap: int, body: bytes | None, headers: Mapping[str, str]
    ) -> bytes:
        left = max(deadline - time.monotonic(), 0.05)
        limit = httpx2.Timeout(left, connect=min(CONNECT_SECONDS, left))
        with self._client.stream(method, url, content=body, headers=headers, timeout=limit) as reply:
            if reply.status_code >= 300:
                raise PeerDown(f"HTTP {reply.status_code}")
            if reply.headers.get("Content-Encoding", "identity") != "identity":
                raise PeerDown("the reply is encoded")
            received = bytearray()
            for part in reply.iter_raw():
                received += part
                if len(received) > cap:
                    raise PeerDown(f"the reply is longer than {cap} bytes")
                if time.monotonic() > deadline:
                    raise PeerDown("the reply is too slow")
            return bytes(received)
