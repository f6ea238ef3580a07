"""The routes of the pages: / /counter /me /agency /ops and /favicon.ico, each in Chinese or English.

In a demo a page answers 200 to anybody and comes signed in. In production, until people can sign in, each page
says so plainly, and sets no cookie at all.
"""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request

from certhub.demo.cards import offered
from certhub.hub import Hub
from certhub.web import cards, reset
from certhub.web.language import COOKIE, HTML_LANG, LANGS, Lang, lang_of, language, switched
from certhub.web.signin import demo_actor, sign_in
from certhub.web.views import AGENCY, COUNTER, HOME, ME, OPS, PAGES, Page, island, other_regions, region_name
from certhub.web.wording import speaker

YEAR_SECONDS = 365 * 24 * 3600

router = APIRouter(include_in_schema=False)
router.include_router(cards.router)
router.include_router(reset.router)


@router.get("/", response_class=HTMLResponse)
def home(request: Request) -> HTMLResponse:
    """Show the demo's story and its test cards, or in production where things are."""
    return _drawn(request, HOME)


@router.get("/counter", response_class=HTMLResponse)
def counter(request: Request) -> HTMLResponse:
    """Show the clerk's counter."""
    return _drawn(request, COUNTER)


@router.get("/me", response_class=HTMLResponse)
def me(request: Request) -> HTMLResponse:
    """Show the holder's certificates."""
    return _drawn(request, ME)


@router.get("/agency", response_class=HTMLResponse)
def agency(request: Request) -> HTMLResponse:
    """Show the agency's desk."""
    return _drawn(request, AGENCY)


@router.get("/ops", response_class=HTMLResponse)
def ops(request: Request) -> HTMLResponse:
    """Show the operator's page."""
    return _drawn(request, OPS)


@router.get("/favicon.ico")
def favicon() -> FileResponse:
    """Show the icon to browsers that ask for it by its old name; pages name the SVG."""
    path = Path(str(files("certhub.web").joinpath("static/favicon.ico")))
    return FileResponse(path, media_type="image/x-icon", headers={"Cache-Control": "max-age=86400"})


def _drawn(request: Request, page: Page) -> HTMLResponse:
    hub: Hub = request.app.state.hub
    lang, is_demo = language(request), hub.settings.is_demo
    template = page.name if is_demo else "closed"
    response = HTMLResponse(
        _environment().get_template(f"{template}.html").render(_context(request, page, lang, hub)),
        headers={
            "Cache-Control": "no-store",
            "Content-Language": HTML_LANG[lang],
            "Vary": "Accept-Language, Cookie",
        },
    )
    if is_demo:
        if switched(request) is not None:
            response.set_cookie(COOKIE, lang, max_age=YEAR_SECONDS, samesite="lax", path="/")
        if page.role is not None:
            sign_in(response, hub, page.role)
    return response


def _context(request: Request, page: Page, lang: Lang, hub: Hub) -> dict[str, Any]:
    common = {
        "page": page,
        "pages": PAGES,
        "lang": lang,
        "other_lang": next(one for one in LANGS if one != lang),
        "html_lang": HTML_LANG[lang],
        "lang_of": lambda value: lang_of(value, lang),
        "t": speaker(lang),
        "is_demo": hub.settings.is_demo,
        "region": region_name(hub, lang),
    }
    if not hub.settings.is_demo:
        return common
    actor = demo_actor(hub, page.role) if page.role else None
    own = (
        {"others": other_regions(hub, lang, seen_at=request.url.hostname or ""), "cards": offered(hub)}
        if page is HOME
        else {}
    )
    return common | own | {"actor": actor, "island": island(page, lang, hub, actor)}


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("certhub.web", "templates"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return made
