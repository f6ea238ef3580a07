"""In a demo, pages come signed in: each sets the cookie of the one role that it is for.

    DATA/demo-pages.json   {"clerk": token, …}, written anew at every start of the demo

These are not the tokens that the demo hands to programs: a page's token gets personal values masked, also when
somebody takes it out of the browser and sends it as a bearer token.

The cookie is HttpOnly and SameSite=Strict, and counts only with the header X-CertHub-Role that the pages' scripts
send (certhub/api/http/deps.py). In production there is no such file, and no page sets a cookie.
"""

import json
from collections.abc import Mapping

from starlette.responses import Response

from certhub.flows.people.accounts import account_of
from certhub.hub import DEMO_PAGES, Hub
from certhub.people.parties.people import Actor, Role

COOKIE_PREFIX = "certhub_"


def demo_tokens(hub: Hub) -> Mapping[str, str]:
    """Return the pages' tokens by role; none outside a demo."""
    if not hub.settings.is_demo:
        return {}
    try:
        found: dict[str, str] = json.loads((hub.settings.data / DEMO_PAGES).read_bytes())
    except OSError:
        return {}
    return found


def demo_actor(hub: Hub, role: Role) -> Actor | None:
    """Return who the demo's token of a role speaks for."""
    token = demo_tokens(hub).get(role.value)
    return None if token is None else account_of(token, hub=hub)


def sign_in(response: Response, hub: Hub, role: Role) -> None:
    """Let the page speak for the demo's account of `role`."""
    token = demo_tokens(hub).get(role.value)
    if token is not None:
        response.set_cookie(COOKIE_PREFIX + role.value, token, httponly=True, samesite="strict", path="/")
