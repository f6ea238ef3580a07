"""The routes of the pages: / /counter /me /agency /ops and /favicon.ico, each in Chinese or English.

In the folder of a demo a page of a role answers 200 to anybody and comes signed in. In production, until people can
sign in, each page says so plainly, and sets no cookie at all. The first page is the demo's story where the demo's own
app is served (certhub/demo/app.py); here it says where things are.
"""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request

from certhub.hub import Hub
from certhub.web.addition import Addition
from certhub.web.language import COOKIE, HTML_LANG, LANGS, Lang, lang_of, language, switched
from certhub.web.signin import demo_actor, sign_in
from certhub.web.views import AGENCY, COUNTER, HOME, ME, OPS, PAGES, Page, island, region_name
from certhub.web.wording import OURS, speaker, texts

YEAR_SECONDS = 365 * 24 * 3600

router = APIRouter(include_in_schema=False)


@router.get("/", response_class=HTMLResponse)
def home(request: Request) -> HTMLResponse:
    """Say where things are."""
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
    known, lang = common(request, page), language(request)
    if page.role is None or not hub.settings.is_demo:
        return answered(request, page, environment().get_template("closed.html").render(known))
    added: Addition = request.app.state.addition
    actor = demo_actor(hub, page.role)
    known |= {
        "actor": actor,
        "island": island(page, lang, hub, actor),
        "scripts": (f"{page.name}.js", *added.scripts.get(page.name, ())),
    }
    response = answered(request, page, environment().get_template(f"{page.name}.html").render(known))
    sign_in(response, hub, page.role)
    return response


def answered(request: Request, page: Page, html: str) -> HTMLResponse:
    """Return a drawn page with its headers; in a demo it keeps the language that the request switched to."""
    hub: Hub = request.app.state.hub
    lang = language(request)
    headers = {
        "Cache-Control": "no-store",
        "Content-Language": HTML_LANG[lang],
        "Vary": "Accept-Language, Cookie",
    }
    response = HTMLResponse(html, headers=headers)
    if hub.settings.is_demo and switched(request) is not None:
        response.set_cookie(COOKIE, lang, max_age=YEAR_SECONDS, samesite="lax", path="/")
    return response


def common(request: Request, page: Page) -> dict[str, Any]:
    """Return what every page's template reads."""
    hub: Hub = request.app.state.hub
    lang: Lang = language(request)
    return {
        "page": page,
        "pages": PAGES,
        "lang": lang,
        "other_lang": next(one for one in LANGS if one != lang),
        "html_lang": HTML_LANG[lang],
        "lang_of": lambda value: lang_of(value, lang),
        "t": speaker(texts(lang)),
        "is_demo": hub.settings.is_demo,
        "region": region_name(hub, lang),
    }


@cache
def environment(*packages: str) -> Environment:
    """Return the templates of these pages, and of the packages that have pages of their own."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader(name, "templates") for name in (OURS, *packages)]),
        undefined=StrictUndefined,
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return made
