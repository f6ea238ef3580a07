"""Sockets whose every wait ends with the attempt that they serve.

A client times each wait by itself: connecting, then each piece that is read. A peer that sends one byte of its
headers a second is in time for every one of them and holds its caller for minutes. Here the attempt has one
end: what is left of it bounds each wait, and whoever started it may cut it off from another thread.
"""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from typing import Any

import httpcore2

CONNECT_SECONDS = (
    1.0  # for one address of a peer; what is left goes to its next address, or to a second attempt
)


class Attempt:
    """One attempt to get an answer: when it ends, and the line that it speaks over."""

    def __init__(self, ends: float) -> None:
        self.ends = ends  # by time.monotonic
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self._is_over = False

    def left(self, most: float | None = None) -> float:
        """Return the seconds that are left, at most `most`; raises TimeoutError when there are none."""
        left = self.ends - time.monotonic()
        if left <= 0 or self._is_over:
            raise TimeoutError("the time of this attempt is over")
        return left if most is None else min(left, most)

    def speak_over(self, line: socket.socket) -> None:
        """Take a line; raises TimeoutError when the attempt was cut off."""
        with self._lock:
            if self._is_over:
                raise TimeoutError("this attempt was cut off")
            self._line = line

    def end(self) -> None:
        """Leave the line: it may serve somebody else from now on."""
        with self._lock:
            self._is_over, self._line = True, None

    def cut_off(self) -> None:
        """End the attempt from another thread: whoever waits for its line waits no longer."""
        with self._lock:
            line, self._is_over, self._line = self._line, True, None
            if line is not None:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(line, socket.SHUT_RDWR)  # not TLS's goodbye, which waits


_current = threading.local()


def begin(attempt: Attempt) -> None:
    """Say which attempt this thread carries out."""
    _current.attempt = attempt


def _attempt() -> Attempt:
    attempt: Attempt = _current.attempt
    return attempt


class Backend(httpcore2.SyncBackend):
    """Opens lines for the attempt of the calling thread."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Resolve once, and try each address in what is left of the time."""
        attempt, failure = _attempt(), Exception("it has no address")
        for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            left = attempt.left(CONNECT_SECONDS)
            try:
                line = super().connect_tcp(found[4][0], port, left, local_address, socket_options)  # type: ignore[arg-type]
            except (httpcore2.NetworkError, httpcore2.TimeoutException) as refused:
                failure = refused
            else:
                return _Line(line)
        raise httpcore2.ConnectError(str(failure))


class _Line(httpcore2.NetworkStream):
    """A line that waits as long as the attempt of the calling thread may."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what comes next; empty at the end."""
        return self._inner.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        self._inner.write(buffer, self._left())

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Return the same line inside TLS (a handshake has one end in Python: its timeout is that of the whole)."""
        return _Line(self._inner.start_tls(ssl_context, server_hostname, self._left()))

    def close(self) -> None:
        """Hang up."""
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        """Pass on what is known of the line."""
        return self._inner.get_extra_info(info)

    def _left(self) -> float:
        attempt = _attempt()
        attempt.speak_over(self._inner.get_extra_info("socket"))
        return attempt.left()
