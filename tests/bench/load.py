"""A small client that asks an HTTP server on this machine as fast as it answers: a few threads, kept connections.

It speaks as much HTTP/1.1 as our own server needs, so that it takes little of the processor that the server
is measured on.
"""

import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

HOST = "127.0.0.1"
TIMEOUT = 15.0
CLIENTS = 4


class Connection:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HOST, port), timeout=TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send one request and return status and body of its answer."""
        self._socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        length = next(
            int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
        )
        while len(body) < length:
            body += self._more()
        return int(head[9:12]), body

    def _more(self) -> bytes:
        data = self._socket.recv(1 << 16)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def request(method: str, path: str, *, token: str = "", body: Mapping[str, Any] | None = None) -> bytes:
    """Return the bytes of a request."""
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"] if content else []
    return "\r\n".join((*lines, "", "")).encode() + content


@contextmanager
def clients(port: int, number: int = CLIENTS) -> Iterator[list[Connection]]:
    """Give that many connections."""
    made: list[Connection] = []
    try:
        made += [Connection(port) for _ in range(number)]
        yield made
    finally:
        for one in made:
            one.close()


def ask_all(port: int, requests: Sequence[bytes], check: Callable[[int, bytes], None]) -> None:
    """Send every request once, spread over the clients; `check` sees each answer and raises where it is wrong."""

    def some(connection: Connection, mine: Sequence[bytes]) -> None:
        for each in mine:
            check(*connection.ask(each))

    with clients(port) as connections, ThreadPoolExecutor(len(connections)) as pool:
        parts = [requests[at :: len(connections)] for at in range(len(connections))]
        list(pool.map(some, connections, parts))


def ask_for(port: int, one: bytes, check: Callable[[int, bytes], None], *, seconds: float) -> int:
    """Send one request again and again, by every client; return how many were answered."""
    end = time.monotonic() + seconds

    def some(connection: Connection) -> int:
        answered = 0
        while time.monotonic() < end:
            check(*connection.ask(one))
            answered += 1
        return answered

    with clients(port) as connections, ThreadPoolExecutor(len(connections)) as pool:
        return sum(pool.map(some, connections))
