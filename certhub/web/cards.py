"""The route of the demo's ten test cards (certhub/demo/cards.py): it asks who clicks, and in which language."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request

from certhub.demo.cards import deal
from certhub.errors import NotAllowed
from certhub.hub import Hub
from certhub.people.parties.people import Actor, Role
from certhub.web.language import language
from certhub.web.signin import demo_actor

router = APIRouter(include_in_schema=False)


@router.post("/demo/cards/{name}")
def deal_card(name: str, request: Request) -> dict[str, Any]:
    """Return a fresh code for a test card, and for `stale-list` also a report; `deal` says what it raises."""
    hub: Hub = request.app.state.hub
    clerk = getattr(request.state, "actor", None)
    if not isinstance(clerk, Actor) or clerk.role is not Role.CLERK:
        raise NotAllowed("test cards are for the demo's clerk")
    return deal(name, clerk=clerk, holder=demo_actor(hub, Role.HOLDER), lang=language(request), hub=hub)
