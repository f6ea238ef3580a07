"""A small client that asks an HTTP server on this machine as fast as it answers: one thread, kept connections.

It speaks as much HTTP/1.1 as our own server needs, so that it takes little of the processor that the server
is measured on. One thread and a selector: clients that are threads wait for each other, and that would be told as the
server's delay. The loop is closed: a client asks again when it has its answer.
"""

import json
import selectors
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, takewhile
from statistics import quantiles
from typing import Any

HOST = "127.0.0.1"
TIMEOUT = 60.0
CLIENTS = 4

Answer = tuple[int, bytes]
Check = Callable[[int, bytes], None]


class Connection:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HOST, port), timeout=TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""

    def fileno(self) -> int:
        """Return the descriptor, for a selector."""
        return self._socket.fileno()

    def send(self, request: bytes) -> None:
        """Send one request."""
        self._received = b""
        self._socket.sendall(request)

    def more(self) -> Answer | None:
        """Wait for bytes, and return status and body once the answer is whole."""
        data = self._socket.recv(1 << 16)
        if not data:
            raise ConnectionError("the server closed the connection")
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return None
        length = next(
            int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
        )
        return None if len(body) < length else (int(head[9:12]), body)

    def ask(self, request: bytes) -> Answer:
        """Send one request and return status and body of its answer."""
        self.send(request)
        while (answer := self.more()) is None:
            pass
        return answer

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


@dataclass(frozen=True, slots=True)
class Asked:
    """How a load went: milliseconds that each answer took, and seconds of wall for all of them."""

    waits: Sequence[float]
    seconds: float

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds

    def percentile(self, which: int) -> float:
        """Return how many milliseconds `which` of a hundred answers took at most."""
        return quantiles(self.waits, n=100, method="inclusive")[which - 1]


def ask_all(port: int, requests: Sequence[bytes], check: Check, *, by: int = CLIENTS) -> Asked:
    """Send every request once, spread over the clients; `check` sees each answer and raises where it is wrong."""
    return _asked(port, iter(requests), check, by)


def ask_for(port: int, requests: Sequence[bytes], check: Check, *, seconds: float) -> int:
    """Send these requests in turn, again and again, for so long; return how many were answered."""
    end = time.monotonic() + seconds
    in_time = takewhile(lambda _: time.monotonic() < end, cycle(requests))
    return len(_asked(port, in_time, check, CLIENTS).waits)


def _asked(port: int, requests: Iterator[bytes], check: Check, number: int) -> Asked:
    answers: list[Answer] = []
    waits: list[float] = []
    with clients(port, number) as connections, selectors.DefaultSelector() as selector:
        sent: dict[Connection, float] = {}

        def ask(connection: Connection) -> None:
            if (following := next(requests, None)) is None:
                selector.unregister(connection)
                return
            sent[connection] = time.perf_counter()
            connection.send(following)

        begun = time.perf_counter()
        for connection in connections:
            selector.register(connection, selectors.EVENT_READ)
            ask(connection)
        while selector.get_map():
            ready = selector.select(TIMEOUT)
            if not ready:
                raise TimeoutError(f"no answer within {TIMEOUT:g} s")
            for key, _ in ready:
                connection = key.fileobj  # type: ignore[assignment]
                if (answer := connection.more()) is not None:
                    waits.append((time.perf_counter() - sent[connection]) * 1000)
                    answers.append(answer)
                    ask(connection)
        took = time.perf_counter() - begun
    for answer in answers:  # afterwards: while one is looked at, the others would wait
        check(*answer)
    return Asked(waits, took)
