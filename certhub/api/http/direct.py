"""Calls the routes that people wait for without the machinery around them: as many as say so, by `@direct`.

    access.json, bodies.py    the same door as for every route (access_middleware.py)
    path and body             the same annotations and models as FastAPI reads, the same refusals
    the route                 the same function, described in the OpenAPI document like all others

FastAPI takes 200 µs and more for a request to be matched, its dependencies solved and its answer passed on, which is
more than such a route takes itself. A route that asks for what is not known here is refused when the app is made.
"""

import inspect
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from fastapi import params
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import Receive, Scope

from certhub.api.http.deps import acting, acting_in, hub_in, the_hub

Endpoint = TypeVar("Endpoint", bound=Callable[..., Awaitable[Response]])
Argument = Callable[["DirectCall"], Any]
_MARK = "__certhub_direct__"


def direct(endpoint: Endpoint) -> Endpoint:
    """Mark a route that is called directly; it is asynchronous, and takes a path, a body, who asks, and the hub."""
    setattr(endpoint, _MARK, True)
    return endpoint


@dataclass(slots=True)
class DirectCall:
    """One request at the route: its path's parts and the body that was checked."""

    scope: Scope
    receive: Receive
    parts: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class DirectRoute:
    """A route and what each of its parameters is made of."""

    endpoint: Callable[..., Awaitable[Response]]
    pattern: Any
    arguments: Mapping[str, Argument]

    async def __call__(self, scope: Scope, receive: Receive, path: str, body: bytes) -> Response:
        """Answer a request that the door let in.

        Raises:
            RequestValidationError: the path or the body does not have the shape that the route takes.
        """
        matched = self.pattern.match(path)
        call = DirectCall(scope, receive, matched.groupdict() if matched else {}, body)
        given = {name: make(call) for name, make in self.arguments.items()}
        return await self.endpoint(**given)


def direct_routes(routes: Iterable[tuple[str, str, Any]]) -> dict[str, DirectRoute]:
    """Return the direct ones of these routes (method, path, endpoint), by "METHOD path".

    Raises:
        TypeError: one takes what is not known here.
    """
    return {
        f"{method} {path}": DirectRoute(endpoint, compile_path(path)[0], _arguments(endpoint))
        for method, path, endpoint in routes
        if getattr(endpoint, _MARK, False)
    }


def _arguments(endpoint: Callable[..., Any]) -> dict[str, Argument]:
    if not inspect.iscoroutinefunction(endpoint):
        raise TypeError(f"{endpoint.__name__} is called in the event loop, and is not asynchronous")
    hints = get_type_hints(endpoint, include_extras=True)
    return {name: _argument(name, hints[name], endpoint) for name in inspect.signature(endpoint).parameters}


def _argument(name: str, hint: Any, endpoint: Callable[..., Any]) -> Argument:
    extras = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    asks = next((one.dependency for one in extras if isinstance(one, params.Depends)), None)
    if asks is acting:
        return lambda call: acting_in(call.scope)
    if asks is the_hub:
        return lambda call: hub_in(call.scope)
    if hint is Request:
        return lambda call: Request(call.scope, call.receive)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return _body(TypeAdapter(hint))
    if any(isinstance(one, params.Path) for one in extras) or hint is str:
        return _part(name, TypeAdapter(hint))
    raise TypeError(f"{endpoint.__name__} takes {name}, which no direct route knows")


def _body(kind: TypeAdapter[Any]) -> Argument:
    def read(call: DirectCall) -> Any:
        if not call.body:
            raise RequestValidationError([{"type": "missing", "loc": ("body",), "ctx": {}}])
        try:
            return kind.validate_python(json.loads(call.body))
        except ValidationError as refused:
            raise _refusal("body", refused) from refused

    return read


def _part(name: str, kind: TypeAdapter[Any]) -> Argument:
    def read(call: DirectCall) -> Any:
        try:
            return kind.validate_python(call.parts[name])
        except ValidationError as refused:
            raise _refusal("path", refused, name) from refused

    return read


def _refusal(where: str, refused: ValidationError, *path: str) -> RequestValidationError:
    return RequestValidationError(
        [one | {"loc": (where, *path, *one["loc"])} for one in refused.errors(include_url=False)]
    )
