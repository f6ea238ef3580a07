"""The door before every route: who may come in, then what body they may bring. Pure ASGI.

    1 access.json   which row: none is 404, another method 405
    2 deps          who is asking: 401
    3 access.json   whether their role may: 403
    4 bodies        the whole body, checked: 415, 413, 408, 400
    5 direct        a route that is called directly answers here; every other one is FastAPI's to find

No byte of a body is read before its sender is known and may send it.
"""

from collections.abc import Mapping
from functools import partial

from starlette._utils import get_route_path
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from certhub.api.http.access import AccessTable, Row
from certhub.api.http.bodies import DEADLINE_SECONDS, read_body, replay
from certhub.api.http.deps import authenticate
from certhub.api.http.direct import DirectRoute
from certhub.api.http.driving import read
from certhub.errors import NotAllowed
from certhub.hub import Hub
from certhub.people.parties.people import Actor


class AccessMiddleware:
    """ASGI middleware; raises the hub's errors, which `OuterMiddleware` answers."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        table: AccessTable,
        direct: Mapping[str, DirectRoute],
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self.app, self.table, self.direct = app, table, direct
        self.deadline_seconds = deadline_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or raise."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = get_route_path(scope)
        row, body = self.table.find(scope["method"], path), b""
        request = Request(scope)
        if row.roles is not None:
            hub: Hub = scope["app"].state.hub
            scope["state"]["actor"] = await read(partial(_authorise, request, row, hub), hub)
        if row.body is not None:
            body = await read_body(receive, request.headers, row.body, seconds=self.deadline_seconds)
            receive = replay(body, receive)
        direct = self.direct.get(row.key)
        if direct is None:
            await self.app(scope, receive, send)
            return
        response = await direct(scope, receive, path, body)
        await response(scope, receive, send)


def _authorise(request: Request, row: Row, hub: Hub) -> Actor:
    actor = authenticate(request, hub)
    if row.roles is None or actor.role not in row.roles:
        raise NotAllowed(f"this is not for the role {actor.role}")
    return actor
