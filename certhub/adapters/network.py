"""The one way out of the hub: HTTP to hosts that the trust set names, and to nothing else.

Redirects are off, encoded replies are refused (a 522 KB gzip reply once cost 1 GB of memory), replies are
capped. A trip has one deadline for everything: name, connection, TLS, headers and body. A question that has
had no answer for a third of it is asked again beside the first, with the same bytes, so that a peer which lost
only the answer gives the same one again; the first good answer wins.

Each peer has places for a few trips at a time, those for questions apart from those for files. When they are
taken the peer counts as down at once: a slow one shuts nobody else out.
"""

import queue
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Protocol

import httpcore2

from certhub.adapters import wire
from certhub.adapters.tls import client_context
from certhub.errors import Unavailable

REPLY_CAP, LIST_CAP = 1 << 20, 8 << 20  # bytes
AT_ONCE, ATTEMPTS = 2, 3  # attempts of one trip: beside each other, and in all
BESIDE = 1 / 3  # of the time: a peer that answers in two thirds of it has answered the second attempt, too
PEER_TRIPS = 8  # at a time: five peers that hang together leave the 40 threads of the API's pool enough
KEPT_SECONDS = 30.0  # an idle connection; ours are kept 75 s at the other end


class PeerDown(Unavailable):
    """The other region does not answer, or answers what nobody can use."""

    code = "PEER_DOWN"


class NoPlace(PeerDown):
    """The other region is not asked: as many trips to it as there may be are under way. It was not silent."""


class Network(Protocol):
    """What the hub may do to the outside."""

    def post(self, url: str, body: bytes, *, content_type: str, timeout: float) -> bytes:
        """POST `body` and return the reply's body; raises PeerDown."""

    def get(self, url: str, *, timeout: float) -> bytes:
        """GET a public file; raises PeerDown."""


@dataclass(frozen=True)
class _Errand:
    """What a trip is for: the request, and how many bytes its reply may have."""

    method: str
    url: str
    cap: int
    body: bytes | None = None
    content_type: str | None = None

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The request's headers beside those that every request has."""
        typed = [] if self.content_type is None else [("Content-Type", self.content_type)]
        return [("Accept-Encoding", "identity"), ("User-Agent", "certhub"), *typed]


class HttpNetwork:
    """The real network: connections are kept, one pool for each peer and method.

    `tls` says whom to believe; by default the authorities of this machine (loading them costs 22 ms, once).
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls or client_context(None)
        self._lanes: dict[tuple[str, str, bytes, int | None], _Lane] = {}
        self._lock = threading.Lock()

    def post(self, url: str, body: bytes, *, content_type: str, timeout: float) -> bytes:
        """POST inside `timeout` seconds, with a second attempt of the same bytes beside the first."""
        return self._go(_Errand("POST", url, REPLY_CAP, body, content_type), timeout, beside=timeout * BESIDE)

    def get(self, url: str, *, timeout: float) -> bytes:
        """GET inside `timeout` seconds, with a second attempt when the first has failed."""
        return self._go(_Errand("GET", url, LIST_CAP), timeout, beside=None)

    def close(self) -> None:
        """Hang up everywhere."""
        with self._lock:
            for lane in self._lanes.values():
                lane.pool.close()
            self._lanes.clear()

    def _go(self, errand: _Errand, timeout: float, *, beside: float | None) -> bytes:
        begun = time.monotonic()
        lane = self._lane(errand)
        if not lane.places.acquire(blocking=False):
            raise NoPlace(f"{errand.url} is not asked: {PEER_TRIPS} trips to it are under way")
        trip = _Trip(lane, errand, ends=begun + timeout)
        answer = trip.run(second_at=None if beside is None else begun + beside)
        if answer is None:
            raise PeerDown(f"{errand.url} did not give a usable answer in {timeout:g} s ({trip.failure})")
        return answer

    def _lane(self, errand: _Errand) -> "_Lane":
        try:
            url = httpcore2.URL(errand.url)
        except ValueError as unreadable:
            raise PeerDown(f"{errand.url} is not an address: {unreadable}") from unreadable
        key = (errand.method, url.scheme.decode(), url.host, url.port)
        with self._lock:
            if key not in self._lanes:
                self._lanes[key] = _Lane(self._tls)
            return self._lanes[key]


class _Lane:
    """The places of one peer, and the connections that are kept to it."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self.places = threading.BoundedSemaphore(PEER_TRIPS)
        self.pool = httpcore2.ConnectionPool(
            ssl_context=tls,
            max_connections=PEER_TRIPS * AT_ONCE,
            max_keepalive_connections=PEER_TRIPS,
            keepalive_expiry=KEPT_SECONDS,
            network_backend=wire.Backend(),
        )


class _Trip:
    """One errand, carried out by up to two attempts at a time, in threads of their own.

    The second starts beside a first that is slow; one that failed is followed by another, three in all. A line that was
    kept may be closed by the peer just when it is used again: that is no answer, and the next attempt takes a new one.

    The caller waits for the first good answer, until the end and no longer: a name that does not resolve
    cannot be interrupted, only left behind. The place is given back when the last attempt has ended, so that
    what is left behind is bounded, too.
    """

    def __init__(self, lane: _Lane, errand: _Errand, *, ends: float) -> None:
        self.lane, self.errand, self.ends = lane, errand, ends
        self.failure = "the time was over"
        self._replies: queue.SimpleQueue[bytes | str] = queue.SimpleQueue()
        self._attempts: list[wire.Attempt] = []
        self._holders, self._lock = 1, threading.Lock()  # the caller, and each attempt

    def run(self, second_at: float | None) -> bytes | None:
        """Return the first good answer; None when there is none, and `failure` says why."""
        try:
            self._start()
            return self._first_good(second_at)
        finally:
            for attempt in self._attempts:
                attempt.cut_off()
            self._leave()

    def _first_good(self, second_at: float | None) -> bytes | None:
        failed = 0
        while failed < len(self._attempts):
            is_alone = len(self._attempts) == 1
            until = self.ends if second_at is None or not is_alone else min(second_at, self.ends)
            try:
                told = self._replies.get(timeout=max(until - time.monotonic(), 0))
            except queue.Empty:
                if time.monotonic() >= self.ends:
                    return None
                self._start()
                continue
            if isinstance(told, bytes):
                return told
            self.failure, failed = told, failed + 1
            if len(self._attempts) < ATTEMPTS and time.monotonic() < self.ends:
                self._start()
        return None

    def _start(self) -> None:
        attempt = wire.Attempt(self.ends)
        self._attempts.append(attempt)
        with self._lock:
            self._holders += 1
        thread = threading.Thread(target=self._carry_out, args=(attempt,), name="certhub-trip", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the machine has no thread left
            self._replies.put("no thread could be started")
            self._leave()

    def _carry_out(self, attempt: wire.Attempt) -> None:
        wire.begin(attempt)
        try:
            self._replies.put(_reply(self.lane.pool, self.errand, attempt))
        except Exception as broken:  # noqa: BLE001  whatever it was, the caller must hear of it
            self._replies.put(_said(broken))
        finally:
            attempt.end()
            self._leave()

    def _leave(self) -> None:
        with self._lock:
            self._holders -= 1
            is_last = self._holders == 0
        if is_last:
            self.lane.places.release()


def _reply(pool: httpcore2.ConnectionPool, errand: _Errand, attempt: wire.Attempt) -> bytes:
    """Return the body of a usable reply; the attempt ends before its line goes back into the pool."""
    with pool.stream(
        errand.method,
        errand.url,
        headers=errand.headers,
        content=errand.body,
        extensions={"timeout": {"pool": attempt.left()}},
    ) as reply:
        if reply.status != 200:
            raise PeerDown(f"HTTP {reply.status}")
        for name, value in reply.headers:
            if name.lower() == b"content-encoding" and value.lower() != b"identity":
                raise PeerDown("the reply is encoded")
            if name.lower() == b"content-length" and int(value) > errand.cap:
                raise PeerDown(f"the reply says that it is longer than {errand.cap} bytes")
        received = bytearray()
        for part in reply.iter_stream():
            received += part
            if len(received) > errand.cap:
                raise PeerDown(f"the reply is longer than {errand.cap} bytes")
        attempt.end()
    return bytes(received)


def _said(broken: Exception) -> str:
    """Word a failure; what breaks the protocol is named by its type alone, since its text repeats the peer's bytes."""
    ours = (PeerDown, OSError, httpcore2.NetworkError, httpcore2.TimeoutException)
    return f"{type(broken).__name__}: {broken}" if isinstance(broken, ours) else type(broken).__name__
