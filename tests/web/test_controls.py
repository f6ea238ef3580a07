"""No button without an effect: every control is listed with what it does; browser/test_controls.py tries each."""

import re
from pathlib import Path

import pytest

from tests.web.conftest import PATHS, Markup, Site
from tests.web.controls import Control, controls

JS = Path(__file__).parents[2] / "certhub" / "web" / "static" / "js"


@pytest.mark.parametrize("page", PATHS)
def test_every_button_of_a_page_is_listed_with_its_effect(site: Site, page: str) -> None:
    """A button that a template gains fails here until the list says what it does."""
    listed = " ".join(one.control for one in controls() if one.page == page)
    buttons = [a for tag, a in Markup(site.visit().get(PATHS[page]).text).tags if tag == "button"]

    named = [a.get("id") for a in buttons if a.get("id")]
    assert [] == [name for name in named if not re.search(rf"#{name}(?![\w-])", listed)]
    assert [] == [a for a in buttons if not a.get("id") and a.get("type") != "submit"]


@pytest.mark.parametrize("path", sorted(JS.glob("*.js")), ids=lambda path: path.name)
def test_every_button_that_a_script_makes_does_something(path: Path) -> None:
    """A button made by a script has its listener beside it, in the same call or the next statements."""
    text = path.read_text(encoding="utf-8")
    for made in re.finditer(r'el\("button"', text):
        near = text[made.start() : made.start() + 1200]
        assert re.search(r'onclick:|addEventListener\("click"', near), text[made.start() : made.start() + 80]


@pytest.mark.parametrize("one", controls(), ids=str)
def test_an_entry_says_what_its_kind_of_effect_needs(one: Control) -> None:
    """A change that only the page has names what is seen and why that is enough; a request names itself."""
    needs = {"asks": "what", "carries": "what press", "goes": "to", "prints": "", "here": "shows why"}[
        one.does
    ]

    assert all(getattr(one, name) for name in needs.split())
