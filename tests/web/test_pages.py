"""Five pages, two languages, signed in only where everybody is made up."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from certhub.app import create_app
from certhub.demo.app import create_demo_app
from certhub.demo.routes import as_seen
from certhub.regions.trust.folder import TrustFolder
from tests.support.clients import client_of
from tests.support.region import Region
from tests.web.conftest import PATHS, Markup, Site

LANGS = {"zh": "zh-CN", "en": "en"}
TITLES = {
    "home": {"zh": "首页", "en": "Home"},
    "counter": {"zh": "核验台", "en": "Counter"},
    "me": {"zh": "我的证照", "en": "My certificates"},
    "agency": {"zh": "发证工作台", "en": "Agency desk"},
    "ops": {"zh": "体检", "en": "Health"},
}
ROLES = {"counter": "clerk", "me": "holder", "agency": "agency", "ops": "operator"}
EVERY_PAGE = pytest.mark.parametrize("name", PATHS)


@EVERY_PAGE
@pytest.mark.parametrize("lang", LANGS)
def test_every_page_answers_in_both_languages(site: Site, name: str, lang: str) -> None:
    """A page answers 200 to anybody in a demo, says its language, and has a title in it."""
    answer = site.visit().get(PATHS[name], headers={"Accept-Language": LANGS[lang]})

    assert 200 == answer.status_code
    assert f'<html lang="{LANGS[lang]}">' in answer.text
    assert f"<title>{TITLES[name][lang]} · " in answer.text
    assert LANGS[lang] == answer.headers["Content-Language"]


@EVERY_PAGE
def test_every_page_can_be_switched_and_stays_so(site: Site, name: str) -> None:
    """The switch of a page leads to the other language, and the next visit keeps it."""
    visitor = site.visit()
    first = visitor.get(PATHS[name], headers={"Accept-Language": "zh-CN"})
    [switch] = [a["href"] for tag, a in Markup(first.text).tags if tag == "a" and "hreflang" in a]

    visitor.get(f"{PATHS[name]}{switch}")
    later = visitor.get(PATHS[name], headers={"Accept-Language": "zh-CN"})

    assert "?lang=en" == switch
    assert '<html lang="en">' in later.text


@pytest.mark.parametrize("asked", ["fr", "xx, en;q=0.1", "", "zh-TW,en", "*", "en-GB", "a" * 5000])
def test_a_browser_that_speaks_neither_gets_chinese(site: Site, asked: str) -> None:
    """English is given to whoever names it before Chinese; everybody else reads Chinese."""
    answer = site.visit().get("/", headers={"Accept-Language": asked})

    expected = "en" if asked in {"xx, en;q=0.1", "en-GB"} else "zh-CN"
    assert expected == answer.headers["Content-Language"]


@pytest.mark.parametrize("name", ROLES)
def test_a_demo_page_signs_in_its_own_role_and_no_other(site: Site, name: str) -> None:
    """A page sets the one cookie of its role, out of reach of scripts and of other sites."""
    cookies = site.visit().get(PATHS[name]).headers.get_list("set-cookie")

    [cookie] = cookies
    assert cookie.startswith(f"certhub_{ROLES[name]}=")
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()


def test_the_cookie_counts_only_with_the_pages_header(site: Site) -> None:
    """The cookie that a page sets lets its scripts in, and nobody who cannot add a header."""
    visitor = site.visit()
    visitor.get("/counter")

    assert 401 == visitor.get("/api/v1/matters").status_code
    assert 200 == visitor.get("/api/v1/matters", headers={"X-CertHub-Role": "clerk"}).status_code


def test_the_first_page_signs_nobody_in(site: Site) -> None:
    """Home sets no cookie."""
    assert [] == site.visit().get("/").headers.get_list("set-cookie")


@EVERY_PAGE
@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_in_production_pages_say_that_signing_in_comes_later(
    closed_site: Site, name: str, query: str
) -> None:
    """A production page says so plainly, sets no cookie, runs no script and offers no demo."""
    answer = closed_site.visit().get(PATHS[name] + query)
    tags = {tag for tag, _ in Markup(answer.text).tags}

    assert 200 == answer.status_code
    assert ("Signing in comes in a later release" if query else "登录功能将在后续版本提供") in answer.text
    assert [] == answer.headers.get_list("set-cookie")
    assert "script" not in tags
    assert "demo" not in answer.text.lower()
    assert "演示" not in answer.text


def test_without_the_demos_app_the_first_page_says_where_its_story_is(site: Site) -> None:
    """`certhub serve` in a demo's folder: the pages of the roles as ever, and no card that would lead nowhere."""
    plain = client_of(create_app(hub=site.region.hub))
    home, counter = plain.get("/"), plain.get("/counter")

    assert "考题卡由 certhub demo 提供" in home.text
    assert "/counter?card=" not in home.text
    assert "/assets/js/counter.js" in counter.text
    assert "/assets/js/cards.js" not in counter.text
    assert "/assets/js/cards.js" in site.visit().get("/counter").text
    assert (404, 200) == tuple(one.get("/assets/js/cards.js").status_code for one in (plain, site.visit()))


@EVERY_PAGE
def test_a_page_has_nothing_inline_and_nothing_from_outside(site: Site, name: str) -> None:
    """Scripts and styles are files of this origin; only a link to another region leaves it."""
    for tag, attributes in Markup(site.visit().get(PATHS[name]).text).tags:
        assert tag != "style"
        assert not any(one.startswith("on") or one == "style" for one in attributes), (tag, attributes)
        if tag == "script":
            assert attributes.get("type") == "application/json" or "src" in attributes
        for one in ("src", "href", "action"):
            link = attributes.get(one) or "/"
            is_ours = link.startswith(("/", "#", "?")) and not link.startswith("//")
            assert is_ours or (tag == "a" and link == "http://420100.test/"), (tag, link)


@pytest.mark.parametrize("name", ROLES)
def test_a_page_tells_its_scripts_what_they_need_and_no_secret(site: Site, name: str) -> None:
    """The JSON block reads as JSON, names its page and role, and holds no token."""
    page = site.visit().get(PATHS[name]).text
    known = json.loads(Markup(page).data)

    assert (name, ROLES[name], "420700") == (known["page"], known["role"], known["region"]["code"])
    assert not any(token in page for token in site.region.tokens.values())


def test_home_leads_to_the_other_region_and_to_every_role(site: Site) -> None:
    """The first page links the pages of each role and the other region's home."""
    links = {
        attributes.get("href") for tag, attributes in Markup(site.visit().get("/").text).tags if tag == "a"
    }

    assert {"/counter", "/me", "/agency", "/ops", "/docs", "http://420100.test/"} <= links


def test_the_icon_is_an_icon(site: Site) -> None:
    """Browsers that ask for /favicon.ico get one."""
    answer = site.visit().get("/favicon.ico")

    assert (200, "image/x-icon") == (answer.status_code, answer.headers["content-type"])
    assert answer.content.startswith(b"\x00\x00\x01\x00")


@EVERY_PAGE
def test_a_hub_that_lost_its_trust_list_still_shows_its_pages(
    regions: tuple[Region, Region], tmp_path: Path, name: str
) -> None:
    """Most of all the operator's: a page that says what is missing must not be missing with it."""
    hub = regions[0].hub
    lost = replace(hub, trust_folder=TrustFolder(tmp_path, hub.clock))

    answer = client_of(create_demo_app(hub=lost)).get(PATHS[name])

    assert 200 == answer.status_code


@pytest.mark.parametrize(
    ("url", "seen_at", "expected"),
    [
        ("http://127.0.0.1:8001", "192.168.1.7", "http://192.168.1.7:8001"),
        ("http://127.0.0.1:8001", "localhost", "http://127.0.0.1:8001"),
        ("https://wuhan.example", "192.168.1.7", "https://wuhan.example"),
    ],
)
def test_a_phone_finds_the_other_region_of_a_demo(url: str, seen_at: str, expected: str) -> None:
    """A demo on one machine is linked by the host at which the visitor sees it; a real region by its own address."""
    assert expected == as_seen(url, seen_at)
