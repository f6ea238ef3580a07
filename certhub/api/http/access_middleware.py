"""The door before every route: who may come in, then what body they may bring. Pure ASGI.

    1 access.json   which row: none is 404, another method 405
    2 deps          who is asking: 401
    3 access.json   whether their role may: 403
    4 bodies        the whole body, checked: 415, 413, 408, 400

No byte of a body is read before its sender is known and may send it.
"""

from starlette._utils import get_route_path
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from certhub.api.http.access import AccessTable, Row
from certhub.api.http.bodies import DEADLINE_SECONDS, read_body, replay
from certhub.api.http.deps import authenticate
from certhub.errors import NotAllowed
from certhub.hub import Hub
from certhub.people.parties.people import Actor


class AccessMiddleware:
    """ASGI middleware; raises the hub's errors, which `OuterMiddleware` answers."""

    def __init__(
        self, app: ASGIApp, *, table: AccessTable, deadline_seconds: float = DEADLINE_SECONDS
    ) -> None:
        self.app, self.table, self.deadline_seconds = app, table, deadline_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or raise."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        row = self.table.find(scope["method"], get_route_path(scope))
        request = Request(scope)
        if row.roles is not None:
            scope["state"]["actor"] = await run_in_threadpool(
                _authorise, request, row, scope["app"].state.hub
            )
        if row.body is not None:
            body = await read_body(receive, request.headers, row.body, seconds=self.deadline_seconds)
            receive = replay(body, receive)
        await self.app(scope, receive, send)


def _authorise(request: Request, row: Row, hub: Hub) -> Actor:
    actor = authenticate(request, hub)
    if row.roles is None or actor.role not in row.roles:
        raise NotAllowed(f"this is not for the role {actor.role}")
    return actor
