"""The outermost layer: a trace id, the Host check, headers that browsers obey, HEAD, and the last resort. Pure ASGI.

What nobody foresaw is logged here, once, under the trace id: the type and the places in the code, never the
message, which may repeat what a person typed.
"""

from collections.abc import Callable, Collection, Iterable

from certhub_verifier.formats.codes import crockford
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from certhub.api.http.bodies import BodyTooSlow, discard
from certhub.api.http.hosts import ANY_HOST, require_own
from certhub.api.http.problems import answer, log_failure, refusal, status_of

TRACE_BYTES = 10
CSP = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
CLOSED = "microphone=(), geolocation=(), payment=(), usb=(), serial=(), midi=(), hid=(), display-capture=()"
NO_CAMERA, CAMERA = f"camera=(), {CLOSED}", f"camera=(self), {CLOSED}"
SCANNING = {"/counter", "/me"}
"""Where a code is scanned: at the counter the holder's, on the phone that of a counter's request."""
TWO_YEARS = 2 * 365 * 24 * 3600  # seconds
ASSETS = "/assets/"
Raw = tuple[bytes, bytes]
_EVERYWHERE: tuple[Raw, ...] = tuple(
    (name.lower().encode(), value.encode()) for name, value in HEADERS.items()
)
_CONTENT = (b"content-security-policy", CSP.encode())
_NO_CAMERA, _CAMERA = ((b"permissions-policy", policy.encode()) for policy in (NO_CAMERA, CAMERA))
_ALWAYS_TLS = (b"strict-transport-security", f"max-age={TWO_YEARS}; includeSubDomains".encode())
_NOT_KEPT, _REVALIDATED = (b"cache-control", b"no-store"), (b"cache-control", b"no-cache")


class OuterMiddleware:
    """ASGI middleware, before every other; `random` makes trace ids.

    `names` are what a Host header may say; None in an app that only describes itself. `always_tls`: a browser that
    came by TLS is told to come by nothing else.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        random: Callable[[int], bytes],
        names: Collection[str] | None = None,
        always_tls: bool = False,
    ) -> None:
        self.app, self.random, self.names, self.always_tls = app, random, names, always_tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, whatever happens further in."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        trace_id = crockford.encode(self.random(TRACE_BYTES))
        state = {**scope.get("state", {}), "trace_id": trace_id}
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        line = _Line(scope, receive, send, always_tls=self.always_tls and scope.get("scheme") == "https")
        scope = {**scope, "state": state, "method": method}
        try:
            if self.names is not None and scope["path"] not in ANY_HOST:
                require_own(scope["headers"], self.names)
            await self.app(scope, line.receive, line.send)
        except ClientDisconnect:
            return
        except Exception as raised:
            if line.has_answered:
                raise
            await _refuse(raised, scope, line)


class _Line:
    """The two ends of one request, and what has passed over them."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, always_tls: bool) -> None:
        self._always_tls = always_tls
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
            message = {**message, "headers": self._with_headers(message["headers"])}
        elif self._is_head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)

    def _with_headers(self, headers: Iterable[Raw]) -> list[Raw]:
        """Return the headers of an answer with those of every answer that it does not have itself."""
        given, path = list(headers), self._path
        names = {name.lower() for name, _ in given}
        extra = [
            _CONTENT,
            _CAMERA if path in SCANNING else _NO_CAMERA,
            _REVALIDATED if path.startswith(ASSETS) else _NOT_KEPT,
        ]
        if self._always_tls:
            extra.append(_ALWAYS_TLS)
        return [*given, *(one for one in (*_EVERYWHERE, *extra) if one[0] not in names)]

    async def drain(self) -> None:
        """Let a client that is still sending finish, unless it asked before it sends (RFC 9110 §10.1.1)."""
        if self._more_comes and not self._asks_first:
            await discard(self.receive)


async def _refuse(raised: Exception, scope: Scope, line: _Line) -> None:
    error = refusal(raised)
    if status_of(error) >= 500:
        log_failure(raised, error.code, scope["state"]["trace_id"])
    try:
        if not isinstance(error, BodyTooSlow):
            await line.drain()
        await answer(error, scope)(scope, line.receive, line.send)
    except ClientDisconnect:
        return
