"""The outermost layer: a trace id, headers that browsers obey, HEAD, and the last resort. Pure ASGI.

What nobody foresaw is logged here, once, under the trace id: the type and the places in the code, never the
message, which may repeat what a person typed.
"""

import logging
import traceback
from collections.abc import Callable

from certhub_verifier.formats import crockford
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from certhub.api.problems import answer, refusal, status_of

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


class Edge:
    """ASGI middleware, before every other; `random` makes trace ids."""

    def __init__(self, app: ASGIApp, *, random: Callable[[int], bytes]) -> None:
        self.app, self.random = app, random

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, whatever happens further in."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        trace_id = crockford.encode(self.random(TRACE_BYTES))
        scope = {**scope, "state": {**scope.get("state", {}), "trace_id": trace_id}}
        is_head = scope["method"] == "HEAD"
        if is_head:
            scope["method"] = "GET"
        started = False

        async def send_on(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _add_headers(MutableHeaders(scope=message), scope["path"])
            elif is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self.app(scope, receive, send_on)
        except ClientDisconnect:
            return
        except Exception as raised:
            if started:
                raise
            error = refusal(raised)
            if status_of(error) >= 500:
                _log(raised, error.code, scope["state"]["trace_id"])
            await answer(error, scope)(scope, receive, send_on)


def _add_headers(headers: MutableHeaders, path: str) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", DOCS_CSP if path == DOCS else STRICT_CSP)
    headers.setdefault("Cache-Control", "no-cache" if path.startswith(ASSETS) else "no-store")


def _log(raised: Exception, code: str, trace_id: str) -> None:
    places = "".join(traceback.format_tb(raised.__traceback__))
    log.error("trace %s: %s %s\n%s", trace_id, code, type(raised).__name__, places)
