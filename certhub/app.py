"""The app: routes, pages and public files put together, around one hub.

    OuterMiddleware ─► AccessMiddleware ─► FastAPI ─► a route of certhub.api or a page of certhub.web
    /assets/ ─► certhub/web/static

Another package may add to it (certhub/web/addition.py), as the demo does.

Beside it, for as long as the app lives, the worker's thread.
"""

import gc
import mimetypes
import os
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from certhub.api.http.access import AccessTable, access_table
from certhub.api.http.access_middleware import AccessMiddleware
from certhub.api.http.description import describe
from certhub.api.http.direct import DirectRoute, direct_routes
from certhub.api.http.outer_middleware import OuterMiddleware
from certhub.api.http.problems import answer, refusal
from certhub.api.routes import agency, clerk, holder, operator, peer, public, staff
from certhub.hub import Hub
from certhub.jobs.runner import run
from certhub.settings import BadSettings, Settings
from certhub.web import pages
from certhub.web.addition import NOTHING, Addition
from certhub.web.wording import OURS

ENVIRONMENT = "CERTHUB_DATA"
API = (public.router, peer.router, agency.router, holder.router, clerk.router, operator.router, staff.router)
STOP_SECONDS = 10.0
MEDIA_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".wasm": "application/wasm",
}


def create_app(
    settings: Settings | None = None, *, hub: Hub | None = None, addition: Addition = NOTHING
) -> FastAPI:
    """Return the app of one hub: that of `settings`, opened here and closed with the app, or a given one.

    With neither, the app can describe itself and nothing else. `addition` is what another package adds.

    Raises:
        BadSettings: the hub cannot be opened.
        RuntimeError: a route has no row in access.json.
        ValueError: the addition has a row for a path of ours.
    """
    opened = Hub.open(settings) if hub is None and settings is not None else None
    hub = hub or opened
    table = access_table(addition.rows)
    direct: dict[str, DirectRoute] = {}
    app = FastAPI(
        lifespan=_lifespan(hub, opened=opened),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        middleware=[
            Middleware(OuterMiddleware, **_outermost(hub)),
            Middleware(AccessMiddleware, table=table, direct=direct),
        ],
        exception_handlers={RequestValidationError: _refuse, HTTPException: _refuse},
    )
    app.state.hub, app.state.addition = hub, addition
    for router in (*addition.routers, *API, pages.router):
        app.include_router(router)
    for ending, media_type in MEDIA_TYPES.items():  # some systems say text/plain, and nosniff believes them
        mimetypes.add_type(media_type, ending)
    app.mount(
        "/assets",
        StaticFiles(packages=[(name, "static") for name in (OURS, *addition.static)]),
        name="assets",
    )
    require_rows(app, table)
    direct |= direct_routes(_endpoints(app))
    app.openapi = _once(partial(describe, app, table))  # type: ignore[method-assign]
    return app


def _outermost(hub: Hub | None) -> dict[str, Any]:
    """Return what the outermost layer is told; a demo's names are of this machine, where http must go on working."""
    if hub is None:
        return {"random": secrets.token_bytes}
    settings = hub.settings
    return {"random": hub.random, "names": settings.names, "always_tls": not settings.is_demo}


def create_app_from_environment(environment: Mapping[str, str] = os.environ) -> FastAPI:
    """Return the app of the hub whose folder CERTHUB_DATA names: the factory that a server is given.

    Raises:
        BadSettings: it names none, or not a hub's.
    """
    folder = environment.get(ENVIRONMENT)
    if not folder:
        raise BadSettings(f"set {ENVIRONMENT} to the hub's folder")
    return create_app(Settings.load(Path(folder)))


def _endpoints(app: FastAPI) -> Iterator[tuple[str, str, Any]]:
    """Give method, path and function of each route."""
    for context in iter_route_contexts(app.routes):
        for method in context.methods or ():
            yield method, context.path or "", getattr(context.original_route, "endpoint", None)


def routes_of(app: FastAPI) -> set[tuple[str, str]]:
    """Return every (method, path) that the app answers, mounted folders as {path:path}."""
    found = set()
    for context in iter_route_contexts(app.routes):
        if context.methods:
            found |= {(method, context.path or "") for method in context.methods if method != "HEAD"}
        else:
            found.add(("GET", f"{context.path}/{{path:path}}"))
    return found


def _lifespan(hub: Hub | None, *, opened: Hub | None) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def live(_: FastAPI) -> AsyncIterator[None]:
        if hub is None:
            raise BadSettings("an app without a hub cannot serve")
        stop = threading.Event()
        worker = threading.Thread(target=run, args=(hub, stop), name="certhub-worker", daemon=True)
        worker.start()
        if opened is not None:
            _settle_down()
        try:
            yield
        finally:
            stop.set()
            await run_in_threadpool(worker.join, STOP_SECONDS)
            if opened is not None:
                gc.unfreeze()
                await run_in_threadpool(opened.close)

    return live


def _settle_down() -> None:
    """Take what the process has made so far out of the garbage collector's rounds, which stop everybody else.

    A full round over the 200,000 objects of a server that has started takes 0.2 s: it was the slowest answer of a
    hundred. What is made later is looked at as ever.
    """
    gc.collect()
    gc.freeze()


async def _refuse(request: Request, raised: Exception) -> Response:
    return answer(refusal(raised), request.scope)


def require_rows(app: FastAPI, table: AccessTable) -> None:
    """Refuse an app with a route that the access table does not name (RuntimeError)."""
    listed = {(row.method, row.path) for row in table.rows()}
    unlisted = sorted(f"{method} {path}" for method, path in routes_of(app) - listed)
    if unlisted:
        raise RuntimeError(f"no row in access.json for: {', '.join(unlisted)}")


def _once(make: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    made: list[dict[str, Any]] = []

    def get() -> dict[str, Any]:
        if not made:
            made.append(make())
        return made[0]

    return get
