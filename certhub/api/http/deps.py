"""What endpoints ask for: the hub, who is asking, and the Idempotency-Key.

    Authorization: Bearer <token>                         everywhere
    Cookie: __Host-certhub=<token>  +  X-CertHub-Role     a member of staff's session; `certhub` where there is no TLS
    Cookie: certhub_<role>=<token>  +  X-CertHub-Role     only in a demo: the pages' scripts

Whoever comes by a cookie, or with a token that was made for a page, is a page's session (`Actor.is_page`), however
the token is presented: it gets personal values masked, and each of them only by a reveal that is on record.

A cookie alone is never enough: a page of another site can make a browser send it, but cannot add a header of
its own without CORS, and that is off.
"""

from dataclasses import replace
from hashlib import sha256
from typing import Annotated

from certhub_verifier.formats.jose import strict_json
from fastapi import Depends, Header
from starlette.requests import Request
from starlette.types import Scope

from certhub.db.idempotency.key import Key
from certhub.errors import BadRequest, Unauthenticated, Unavailable
from certhub.flows.people.accounts import account_of
from certhub.flows.people.sessions import Speaker, speaker
from certhub.hub import Hub
from certhub.people.parties.people import PAGE_PREFIX, Actor, Role
from certhub.settings import Settings

ROLE_HEADER, COOKIE_PREFIX = "X-CertHub-Role", "certhub_"
MAX_TOKEN = 512  # characters; ours have 43
MAX_KEY = 200
KEY_WORDS = "1 to 200 visible ASCII characters: new for each deed, the same for its retry"


def authenticate(request: Request, hub: Hub) -> Actor:
    """Return who is asking.

    Raises:
        Unauthenticated: there is no token, or it is unknown or expired.
    """
    by_cookie = "authorization" not in request.headers
    if by_cookie and (speaking := session_speaker(request, hub)) is not None:
        return replace(speaking.actor, is_page=True)
    token = _cookie(request, hub) if by_cookie else _bearer(request)
    if token is None or not 0 < len(token) <= MAX_TOKEN:
        raise Unauthenticated("send a bearer token")
    actor = account_of(token, hub=hub)
    if actor is None:
        raise Unauthenticated("this token is unknown or has expired")
    return replace(actor, is_page=by_cookie or token.startswith(PAGE_PREFIX))


def session_speaker(request: Request, hub: Hub) -> Speaker | None:
    """Return who acts in the session that a request's cookie names, in the role that its page names; else None."""
    token, role = request.cookies.get(session_cookie(hub.settings)), request.headers.get(ROLE_HEADER, "")
    if token is None or not 0 < len(token) <= MAX_TOKEN:
        return None
    speaking = speaker(token, hub=hub, leave=hub.writer.leave)
    return speaking if speaking is not None and speaking.actor.role == role else None


def session_cookie(settings: Settings) -> str:
    """Return the name of the cookie of a session: a browser keeps `__Host-` to this host, over TLS alone."""
    return "__Host-certhub" if settings.url.startswith("https://") else "certhub"


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers["authorization"].partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _cookie(request: Request, hub: Hub) -> str | None:
    role = request.headers.get(ROLE_HEADER, "")
    if not hub.settings.is_demo or role not in set(Role):
        return None
    return request.cookies.get(COOKIE_PREFIX + role)


async def the_hub(request: Request) -> Hub:
    """Return the hub of this app."""
    return hub_in(request.scope)


def hub_in(scope: Scope) -> Hub:
    """Return the hub of the app that a request came to."""
    hub: Hub | None = scope["app"].state.hub
    if hub is None:
        raise Unavailable("this app was made without a hub")
    return hub


async def acting(request: Request) -> Actor:
    """Return who the door let in; a route that asks for somebody and has a public row fails closed."""
    return acting_in(request.scope)


def acting_in(scope: Scope) -> Actor:
    """Return who the door let in with a request."""
    actor = scope.get("state", {}).get("actor")
    if not isinstance(actor, Actor):
        raise Unauthenticated("nobody was let in")
    return actor


async def idempotency_key(
    request: Request,
    by: Annotated[Actor, Depends(acting)],
    key: Annotated[str | None, Header(alias="Idempotency-Key", description=KEY_WORDS)] = None,
) -> Key:
    """Return the request's key in its scope, the account and the route; spacing of the JSON does not count.

    Raises:
        BadRequest: IDEMPOTENCY_KEY_REQUIRED.
    """
    if key is None or not 0 < len(key) <= MAX_KEY or not all("!" <= character <= "~" for character in key):
        raise BadRequest("send an Idempotency-Key", code="IDEMPOTENCY_KEY_REQUIRED")
    route, body = request.scope["route"].path, await request.body()
    said = strict_json.canonical(strict_json.loads(body, max_depth=64, floats=True)) if body else b""
    return Key(
        sha256("\x00".join((by.key, request.method, route, key)).encode()).digest(),
        sha256(b"\x00".join((request.url.path.encode(), said))).digest(),
    )


TheHub = Annotated[Hub, Depends(the_hub)]
Acting = Annotated[Actor, Depends(acting)]
IdempotencyKey = Annotated[Key, Depends(idempotency_key)]
