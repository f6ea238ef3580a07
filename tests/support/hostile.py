"""A peer that means harm, or is merely broken: a real TCP server on loopback that answers as a behaviour says.

A behaviour is a function of the open connection and of the request that came over it. A server hands a list of
them out, one a connection, the last one for ever after.
"""

import contextlib
import gzip
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/xr-res+jwt\r\n"
PIECE = b"x" * 65_536


@dataclass(frozen=True)
class Received:
    """One request as it came over the line."""

    head: bytes
    body: bytes


Behaviour = Callable[[socket.socket, Received, threading.Event], None]


def whole(body: bytes, *, head: bytes = OK) -> bytes:
    """Return a whole reply."""
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def answers(make: Callable[[bytes], bytes], *, after: float = 0.0) -> Behaviour:
    """Answer with what `make` makes of the question's body, after some seconds."""

    def behave(line: socket.socket, received: Received, stop: threading.Event) -> None:
        stop.wait(after)
        line.sendall(whole(make(received.body)))

    return behave


def sends(reply: bytes) -> Behaviour:
    """Send some bytes as they are, and hang up."""

    def behave(line: socket.socket, _: Received, stop: threading.Event) -> None:
        line.sendall(reply)

    return behave


def silence(line: socket.socket, _: Received, stop: threading.Event) -> None:
    """Take the request and say nothing."""
    stop.wait()


def drips(text: bytes, *, every: float = 0.1) -> Behaviour:
    """Send a reply byte by byte: each one in time for whoever times the bytes and not the reply."""

    def behave(line: socket.socket, _: Received, stop: threading.Event) -> None:
        for byte in text:
            line.sendall(bytes([byte]))
            if stop.wait(every):
                return

    return behave


def endless(start: bytes, piece: bytes) -> Behaviour:
    """Send a beginning, and then the same piece for as long as it is taken."""

    def behave(line: socket.socket, _: Received, stop: threading.Event) -> None:
        line.sendall(start)
        while not stop.is_set():
            line.sendall(piece)

    return behave


def reset(line: socket.socket, _: Received, stop: threading.Event) -> None:
    """Begin to answer, and cut the line with a reset."""
    line.sendall(OK + b"Content-Length: 100\r\n\r\nhalf")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


BROKEN: dict[str, Behaviour] = {
    "redirect": sends(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
    "gzip bomb": sends(whole(gzip.compress(bytes(1 << 26)), head=OK + b"Content-Encoding: gzip\r\n")),
    "endless body": endless(OK + b"\r\n", PIECE),
    "endless chunks": endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + PIECE + b"\r\n"),
    "too long by its own word": sends(OK + b"Content-Length: 99999999999\r\n\r\n" + PIECE),
    "endless header": endless(OK + b"X-Long: ", PIECE),
    "endless headers": endless(OK, b"X-More: " + b"y" * 100 + b"\r\n"),
    "endless 100 Continue": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "dripping headers": drips(OK + b"X-Slow: " + b"z" * 10_000),
    "dripping body": drips(OK + b"Content-Length: 10000\r\n\r\n" + b"z" * 10_000),
    "silence": silence,
    "cut": sends(OK + b"Content-Length: 100\r\n\r\nhalf"),
    "reset": reset,
    "hung up": sends(b""),
    "wrong status": sends(b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno"),
    "another status": sends(b"HTTP/1.1 206 Partial Content\r\nContent-Length: 2\r\n\r\nno"),
    "two lengths": sends(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nyes"),
    "not HTTP": sends(b"SSH-2.0-OpenSSH_9.2\r\n"),
}


@dataclass
class Hostile:
    """The server while it runs: its address, and every request that reached it."""

    url: str
    received: list[Received] = field(default_factory=list)
    connections: int = 0


@contextmanager
def hostile(*behaviours: Behaviour, tls: tuple[str, str] | None = None) -> Iterator[Hostile]:
    """Run a server that gives each connection the next behaviour, and later ones the last; `tls`: its files."""
    stop, threads = threading.Event(), list[threading.Thread]()
    context = None
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        server = Hostile(f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}")
        acceptor = threading.Thread(
            target=_accept, args=(listener, server, behaviours, stop, threads, context)
        )
        acceptor.start()
        try:
            yield server
        finally:
            stop.set()
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            acceptor.join(5)
            for thread in threads:
                thread.join(5)


def _accept(
    listener: socket.socket,
    server: Hostile,
    behaviours: Sequence[Behaviour],
    stop: threading.Event,
    threads: list[threading.Thread],
    context: ssl.SSLContext | None,
) -> None:
    while not stop.is_set():
        try:
            line, _ = listener.accept()
        except OSError:
            return
        behave = behaviours[min(server.connections, len(behaviours) - 1)]
        server.connections += 1
        thread = threading.Thread(target=_serve, args=(line, server, behave, stop, context))
        threads.append(thread)
        thread.start()


def _serve(
    line: socket.socket,
    server: Hostile,
    behave: Behaviour,
    stop: threading.Event,
    context: ssl.SSLContext | None,
) -> None:
    with contextlib.ExitStack() as opened, contextlib.suppress(OSError):
        line = opened.enter_context(line)
        line.settimeout(5)
        if context is not None:
            line = opened.enter_context(context.wrap_socket(line, server_side=True))
        line.settimeout(0.2)
        received = b""
        while b"\r\n\r\n" not in received:
            received += _more(line, stop)
        head, _, body = received.partition(b"\r\n\r\n")
        for name, _, value in (part.partition(b":") for part in head.lower().split(b"\r\n")):
            while name == b"content-length" and len(body) < int(value):
                body += _more(line, stop)
        server.received.append(Received(head, body))
        line.settimeout(30)
        behave(line, server.received[-1], stop)


def _more(line: socket.socket, stop: threading.Event) -> bytes:
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            received = line.recv(65_536)
            if received:
                return received
            break
    raise OSError("nobody is there")


def eventually(holds: Callable[[], bool], *, seconds: float = 5.0) -> bool:
    """Wait for something that other threads are about to do; tell whether it came to be."""
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()
