"""A server protocol that does not wait for ever: a request has to arrive whole within seconds.

Uvicorn has no request deadline, and its keep-alive timer starts again with every byte: 2,000 half-sent
requests stayed open for as long as anybody looked, and shut honest ones out. Closing them by a timer kept
every honest request alive beside 8,000 such connections. Give it to the server as `http=`.
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from certhub.api.bodies import DEADLINE_SECONDS


class DeadlineProtocol(HttpToolsProtocol):
    """Uvicorn's httptools protocol with a deadline: from connection or first byte to the request's last.

    A little longer than that of bodies.py, so that a slow body still gets its 408 before the line is cut.
    """

    seconds = DEADLINE_SECONDS + 1.0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a request."""
        super().on_message_begin()
        self._wait()

    def on_message_complete(self) -> None:
        """Stop waiting: the request is whole."""
        super().on_message_complete()
        self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting: nobody is there."""
        super().connection_lost(exc)
        self._stop_waiting()

    def _wait(self) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(self.seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        cast(Any, self.transport).abort()
