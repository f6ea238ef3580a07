"""A server protocol that does not wait for ever, keeps little, and always has room for one more.

Uvicorn's httptools protocol has no request deadline, and its keep-alive timer starts again with every byte:
2,000 half-sent requests stayed open for as long as anybody looked, and shut honest ones out. It keeps whatever
header comes: one connection sent 300 MB of them, and the process grew by 283 MB. What is added:

    a request     whole within eleven seconds of its connection or first byte; blank lines are not a request
    its head      request line, headers and trailers together at most 64 KiB: 431
    an answer     taken within thirty seconds, whenever the client stops reading it
    the room      as many connections as there are files for (room.py); when it is full the one that has kept
                  us waiting longest goes, never one that is being answered

Give it to the server as `http=`.
"""

import asyncio
from typing import Any, cast
from weakref import WeakKeyDictionary

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from certhub.api.http.bodies import DEADLINE_SECONDS
from certhub.api.http.room import most_connections

MAX_HEAD = 64 << 10  # bytes; a browser's is under 4 KiB, ours with a bearer token under 1
MAX_PIPELINED = 8  # requests sent before the first is answered; browsers send none

HEARD_OUT_SECONDS, MAX_DISCARDED = 1.0, 1 << 20  # of what a refused client still sends, seconds and bytes

_HEAD_TOO_LARGE = b"431 Request Header Fields Too Large"
_NO_ROOM = b"503 Service Unavailable"


class _Refused(Exception):
    """Raised into the parser, which stops and calls `send_400_response`."""


class DeadlineProtocol(HttpToolsProtocol):
    """Uvicorn's httptools protocol with deadlines and bounds.

    The deadline is a little longer than that of bodies.py, so that a slow body still gets its 408.
    """

    seconds = DEADLINE_SECONDS + 1.0
    stall_seconds = 30.0
    max_head = MAX_HEAD

    _deadline: asyncio.TimerHandle | None = None
    _stall: asyncio.TimerHandle | None = None
    _head = 0  # bytes of the request line, headers and trailers of this request, as the parser told of them
    _discarded: int | None = None  # bytes taken and thrown away since this connection was refused
    _untold = 0  # bytes since the parser last told of anything: a value without end, a chunk's extension

    # the transport's side

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request, in the room that there is."""
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > most_connections():
            self._make_room()

    def data_received(self, data: bytes) -> None:
        """Read on, as long as what comes is of use."""
        if self._discarded is not None:
            self._discard(len(data))
            return
        self._untold += len(data)
        super().data_received(data)
        if self.transport.is_closing() or self._discarded is not None:
            return
        if self._untold > self.max_head:
            self.send_400_response("")
        elif self._deadline is None and not self._is_answering():
            self._wait()  # the keep-alive timer has stopped, and no request has begun

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting: nobody is there."""
        super().connection_lost(exc)
        self._stop_waiting()
        self._stop_stall()

    def pause_writing(self) -> None:
        """Begin to wait for a client that has stopped reading."""
        super().pause_writing()
        self._wait_for_reader()

    def resume_writing(self) -> None:
        """Stop waiting: it reads."""
        super().resume_writing()
        self._stop_stall()

    def timeout_keep_alive_handler(self) -> None:
        """End an idle connection for good: a close would wait for a client that has not read its last answer."""
        self._give_up()

    # the parser's side

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a request."""
        super().on_message_begin()
        self._head = self._untold = 0
        self._wait()

    def on_url(self, url: bytes) -> None:
        """Count the request line."""
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header, or a trailer."""
        super().on_header(name, value)
        self._count(len(name) + len(value) + 4)

    def on_headers_complete(self) -> None:
        """Let a request in, unless its client has sent too many at once."""
        self._untold = 0
        if len(self.pipeline) >= MAX_PIPELINED:
            raise _Refused
        super().on_headers_complete()

    def on_chunk_header(self) -> None:
        """Go on: a chunk has come."""
        self._untold = 0

    def on_body(self, body: bytes) -> None:
        """Go on: a part of the body has come."""
        self._untold = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop waiting: the request is whole."""
        self._untold = 0
        super().on_message_complete()
        self._stop_waiting()

    def on_response_complete(self) -> None:
        """Be idle; or, where the connection ends with this answer, see that it does."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._wait_for_reader()
        elif self._deadline is None and not self._is_answering():
            _waiting(self.server_state)[self] = None

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read on; an answer that is under way is cut, since nobody could tell the two apart."""
        if self._is_answering():
            self._give_up()
        elif self._head > self.max_head or self._untold > self.max_head:
            self._refuse(_HEAD_TOO_LARGE)
        else:
            super().send_400_response(msg)
            self._wait_for_reader()

    # ours

    def _count(self, more: int) -> None:
        self._head, self._untold = self._head + more, 0
        if self._head > self.max_head:
            raise _Refused

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(self.seconds, self._give_up)
        if not self._is_answering():
            _waiting(self.server_state)[self] = None

    def _stop_waiting(self) -> None:
        _waiting(self.server_state).pop(self, None)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _wait_for_reader(self) -> None:
        self._stop_stall()
        self._stall = self.loop.call_later(self.stall_seconds, self._give_up)

    def _stop_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def _make_room(self) -> None:
        """End the connection that has waited longest; this one, when all others are being answered."""
        longest = next(iter(_waiting(self.server_state)))
        if longest is self:
            self._answer(_NO_ROOM)
            self.transport.close()
        else:
            longest._give_up()

    def _refuse(self, status: bytes) -> None:
        """Answer, say that no more will come, and hear the client out for a moment.

        A server that hangs up while somebody still sends resets the connection, and the answer is never read.
        """
        self._stop_waiting()
        self._discarded = 0
        self._answer(status)
        if self.transport.can_write_eof():  # TLS has no half that can be closed by itself
            self.transport.write_eof()
        self._deadline = self.loop.call_later(HEARD_OUT_SECONDS, self._give_up)

    def _answer(self, status: bytes) -> None:
        self.transport.write(b"HTTP/1.1 %b\r\nconnection: close\r\ncontent-length: 0\r\n\r\n" % status)

    def _discard(self, more: int) -> None:
        self._discarded = (self._discarded or 0) + more
        if self._discarded > MAX_DISCARDED:
            self._give_up()

    def _give_up(self) -> None:
        self._stop_waiting()
        self._stop_stall()
        cast(Any, self.transport).abort()


_ROOMS: WeakKeyDictionary[ServerState, dict[DeadlineProtocol, None]] = WeakKeyDictionary()


def _waiting(state: ServerState) -> dict[DeadlineProtocol, None]:
    """Return the connections of a server that it waits for, the longest first."""
    return _ROOMS.setdefault(state, {})
