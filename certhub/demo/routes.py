"""The demo's three routes: its first page, a test card (cards.py), and 重置演示 (resetting.py).

Each asks who clicks, and in which language; what is done is done there.
"""

from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.requests import Request

from certhub.demo.cards import matter_of_cards, minted_card, offered
from certhub.demo.resetting import put_back
from certhub.errors import NotAllowed
from certhub.hub import Hub
from certhub.people.parties.people import Actor, Role
from certhub.web.language import Lang, language
from certhub.web.pages import answered, common, environment
from certhub.web.signin import demo_actor
from certhub.web.views import HOME, island, trust_of
from certhub.web.wording import areas, speaker, texts

PACKAGE = "certhub.demo"
LOOPBACK = ("127.0.0.1", "localhost")

router = APIRouter(include_in_schema=False)


@router.get("/", response_class=HTMLResponse)
def home(request: Request) -> HTMLResponse:
    """Show the story, the other regions, and the test cards that this one deals."""
    hub: Hub = request.app.state.hub
    lang = language(request)
    words = {**texts(lang), **texts(lang, PACKAGE)}
    own = {"role": Role.OPERATOR.value, "texts": areas(words, "common", HOME.name)}
    matter = matter_of_cards()
    known = common(request, HOME) | {
        "t": speaker(words),
        "others": other_regions(hub, lang, seen_at=request.url.hostname or ""),
        "cards": offered(hub),
        "first_matter": matter.name_en if lang == "en" else matter.name,
        "island": island(HOME, lang, hub, None) | own,
    }
    return answered(request, HOME, environment(PACKAGE).get_template("home.html").render(known))


@router.post("/demo/cards/{name}")
def deal_card(name: str, request: Request) -> dict[str, Any]:
    """Return a fresh code for a test card, and for `stale-list` also a report; `minted_card` says what it raises."""
    hub: Hub = request.app.state.hub
    clerk = _actor(request, Role.CLERK, "test cards are for the demo's clerk")
    return minted_card(
        name, clerk=clerk, holder=demo_actor(hub, Role.HOLDER), lang=language(request), hub=hub
    )


@router.post("/demo/reset")
def reset(request: Request) -> dict[str, Any]:
    """Put this region's demo back; return what was done (`PutBack.to_dict`)."""
    operator = _actor(request, Role.OPERATOR, "the demo's operator puts it back")
    return put_back(request.app.state.hub, by=operator).to_dict()


def other_regions(hub: Hub, lang: Lang, *, seen_at: str) -> list[dict[str, str]]:
    """Return the other regions of the trust set whose pages can be reached: [{"name", "url"}].

    A demo's regions share a machine: a phone that sees us at `seen_at` (a host) finds the others there, too.
    """
    trust = trust_of(hub)
    return [
        {"name": (lang == "en" and one.name_en) or one.name, "url": as_seen(one.url, seen_at)}
        for one in (trust.regions.values() if trust else ())
        if one.code != hub.region and one.url
    ]


def as_seen(url: str, host: str) -> str:
    """Return a demo region's address on this machine as somebody sees it who sees this machine as `host`."""
    parts = urlsplit(url)
    if parts.hostname not in LOOPBACK or not host or host in LOOPBACK:
        return url
    return f"{parts.scheme}://{host}:{parts.port}"


def _actor(request: Request, role: Role, refusal: str) -> Actor:
    actor = getattr(request.state, "actor", None)
    if not isinstance(actor, Actor) or actor.role is not role:
        raise NotAllowed(refusal)
    return actor
