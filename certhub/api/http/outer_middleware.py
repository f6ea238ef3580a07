"""The outermost layer: a trace id, headers that browsers obey, HEAD, and the last resort. Pure ASGI.

What nobody foresaw is logged here, once, under the trace id: the type and the places in the code, never the
message, which may repeat what a person typed.
"""

import logging
import traceback
from collections.abc import Callable

from certhub_verifier.formats.codes import crockford
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from certhub.api.http.bodies import BodyTooSlow, discard
from certhub.api.http.problems import answer, refusal, status_of

log = logging.getLogger("certhub.api")

TRACE_BYTES = 10
STRICT_CSP = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
DOCS_CSP = STRICT_CSP + "; style-src 'self' 'unsafe-inline'"  # Swagger UI styles elements by itself
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
DOCS, ASSETS = "/docs", "/assets/"


class OuterMiddleware:
    """ASGI middleware, before every other; `random` makes trace ids."""

    def __init__(self, app: ASGIApp, *, random: Callable[[int], bytes]) -> None:
        self.app, self.random = app, random

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, whatever happens further in."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        trace_id = crockford.encode(self.random(TRACE_BYTES))
        state = {**scope.get("state", {}), "trace_id": trace_id}
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        line = _Line(scope, receive, send)
        scope = {**scope, "state": state, "method": method}
        try:
            await self.app(scope, line.receive, line.send)
        except ClientDisconnect:
            return
        except Exception as raised:
            if line.has_answered:
                raise
            await _refuse(raised, scope, line)


class _Line:
    """The two ends of one request, and what has passed over them."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        self._receive, self._send, self._path = receive, send, scope["path"]
        self._is_head = scope["method"] == "HEAD"
        self._asks_first = headers.get("expect", "").lower() == "100-continue"
        self._more_comes = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
        self.has_answered = False

    async def receive(self) -> Message:
        """Take what the client sends."""
        message = await self._receive()
        self._more_comes = message["type"] == "http.request" and message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Send an answer with the headers of every answer; to HEAD without its body."""
        if message["type"] == "http.response.start":
            self.has_answered = True
            _add_headers(MutableHeaders(scope=message), self._path)
        elif self._is_head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)

    async def drain(self) -> None:
        """Let a client that is still sending finish, unless it asked before it sends (RFC 9110 §10.1.1)."""
        if self._more_comes and not self._asks_first:
            await discard(self.receive)


async def _refuse(raised: Exception, scope: Scope, line: _Line) -> None:
    error = refusal(raised)
    if status_of(error) >= 500:
        _log(raised, error.code, scope["state"]["trace_id"])
    try:
        if not isinstance(error, BodyTooSlow):
            await line.drain()
        await answer(error, scope)(scope, line.receive, line.send)
    except ClientDisconnect:
        return


def _add_headers(headers: MutableHeaders, path: str) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", DOCS_CSP if path == DOCS else STRICT_CSP)
    headers.setdefault("Cache-Control", "no-cache" if path.startswith(ASSETS) else "no-store")


def _log(raised: Exception, code: str, trace_id: str) -> None:
    places = "".join(traceback.format_tb(raised.__traceback__))
    log.error("trace %s: %s %s\n%s", trace_id, code, type(raised).__name__, places)
