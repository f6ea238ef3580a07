"""No sentence without its thing: what a next step quotes stands on the page of whoever is to press it.

A control is what a page's template or scripts make with words: button, link, label, option, summary, heading, title.
Who reads which sentence is data, `readers.json` beside this file.
"""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from certhub_verifier.sentences import CATALOGUE
from typer.main import get_command

from certhub.cli import whole_app
from certhub.web.wording import texts
from tests.web.conftest import PATHS, Markup, Site

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "certhub" / "web" / "static" / "js"
READERS: dict[str, Any] = json.loads(Path(__file__).with_name("readers.json").read_text(encoding="utf-8"))
PROBLEMS: dict[str, Any] = json.loads(
    next(ROOT.glob("certhub/**/problems.json")).read_text(encoding="utf-8")
)["problems"]
LANGS = ("zh", "en")
WORDS = {lang: {**texts(lang), **texts(lang, "certhub.demo")} for lang in LANGS}
QUOTED = re.compile(r"[“「](.+?)[”」]")
CONTROLS = {"button", "a", "label", "legend", "option", "summary", "h1", "h2", "span"}
MADE = re.compile(r"""el\("(?:button|a|label|summary|option)"(.*?)(?:\n\s*\n|\);\n)""", re.DOTALL)
SPOKEN = re.compile(r"""\bt\(\s*["`]([a-z]+\.[a-z0-9_-]*)(\$\{)?""")
NOWHERE = {
    "zh": (
        "照片",
        "刷新",
        "下拉",
        "跳转",
        "模板",
        "电话",
        "热线",
        "摄像头也能",
        "选择本窗口",
        "重新登录",
        "自动复核",
        "自动补查",
    ),
    "en": (
        "photo ",
        "refresh",
        "pull down",
        "leads to the page",
        "template",
        "telephone",
        "hotline",
        "choose this window",
        "sign in again",
    ),
}
PATH = re.compile(r"(?<![\w.])(/(?:[a-z][\w.]*)(?:/[\w.]+)*)")
COMMAND = re.compile(r"certhub ((?:[a-z]+ ?)+)")


class Controls(HTMLParser):
    """The words of what can be pressed, chosen or read as a heading on a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: set[str] = set()
        self._open: list[list[str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin to listen."""
        if tag in CONTROLS:
            self._open.append([])

    def handle_endtag(self, tag: str) -> None:
        """Keep what was said."""
        if tag in CONTROLS and self._open:
            self.words.add("".join(self._open.pop()).strip())

    def handle_data(self, data: str) -> None:
        """Give a text to every control that is open."""
        for said in self._open:
            said.append(data)


def controls(site: Site, page: str, lang: str) -> set[str]:
    """Return the labels on a page in a language, each also without what follows its first colon or its key."""
    html = site.visit().get(PATHS[page], headers={"Accept-Language": {"zh": "zh-CN", "en": "en"}[lang]}).text
    found = Controls(html).words | {WORDS[lang][key] for key in _made_by_scripts(page)}
    assert Markup(html).data or page == "home"
    heads = {re.split(r"[：:]", label)[0].strip() for label in found}
    return found | heads | {re.sub(r" (?:Enter|F\d)$", "", label) for label in found}


def _made_by_scripts(page: str) -> set[str]:
    """Return the keys of the labels that a page's scripts make."""
    whole: set[str] = set()
    begun: set[str] = set()
    for path in _modules(SCRIPTS / f"{page}.js") if page != "home" else ():
        for made in MADE.findall(path.read_text(encoding="utf-8")):
            for key, goes_on in SPOKEN.findall(made):
                (begun if goes_on else whole).add(key)
    return {key for key in WORDS["zh"] if key in whole or (begun and key.startswith(tuple(begun)))}


def _modules(path: Path, seen: frozenset[Path] = frozenset()) -> set[Path]:
    found = {path} | seen
    for source in re.findall(r'from "\./([\w.-]+)"', path.read_text(encoding="utf-8")):
        if path.parent / source not in found:
            found |= _modules(path.parent / source, frozenset(found))
    return found


def sentences(lang: str) -> Iterator[tuple[str, str, str]]:
    """Yield every sentence that tells somebody what to do: where it is from, its name, its words."""
    for code, entry in CATALOGUE["codes"].items():
        for part in ("next_step", "deficiency"):
            yield from (("codes", code, way) for way in entry[lang].get(part, ()))
    for code, entry in PROBLEMS.items():
        yield "problems", code, entry[lang][1]
    yield from (
        ("texts", key, text) for key, text in WORDS[lang].items() if key not in READERS["shown"]["keys"]
    )


def pages_of(source: str, name: str) -> list[str]:
    """Return the pages on which a sentence's things must be."""
    listed = READERS[source].get(name)
    if listed is not None:
        return list(listed)
    area = name.split(".", maxsplit=1)[0]
    return [area] if source == "texts" and area in PATHS else []


@pytest.mark.parametrize("lang", LANGS)
def test_every_control_that_is_quoted_stands_on_its_readers_page(site: Site, lang: str) -> None:
    """What a next step quotes is a label on a page that `readers.json` names, in that language."""
    there = {page: controls(site, page, lang) for page in PATHS}
    missing = [
        (name, quoted)
        for source, name, words in sentences(lang)
        for quoted in QUOTED.findall(words)
        if "{" not in quoted and not any(quoted in there[page] for page in pages_of(source, name))
    ]

    assert [] == missing


@pytest.mark.parametrize("lang", LANGS)
def test_no_sentence_names_what_does_not_exist(lang: str) -> None:
    """No photo, no refreshing, no choice of a window on the phone, no telephone, nothing that runs by itself."""
    told = [(name, words) for _, name, words in sentences(lang)]

    assert [] == [(name, gone) for name, words in told for gone in NOWHERE[lang] if gone in words.lower()]


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_that_is_promised_is_there(site: Site, lang: str) -> None:
    """A path in a sentence answers something else than 404."""
    visitor = site.visit()
    paths = {path for _, _, words in sentences(lang) for path in PATH.findall(words)}

    assert {"/docs"} <= paths
    assert [] == sorted(path for path in paths if visitor.get(path).status_code == 404)


@pytest.mark.parametrize("lang", LANGS)
def test_every_command_that_is_named_is_one(lang: str) -> None:
    """`certhub …` in a sentence is a command of ours; in Chinese no English word follows it that is not its own."""
    named = {said.strip() for _, _, words in sentences(lang) for said in COMMAND.findall(words)}

    assert named
    assert [] == sorted(one for one in named if not _is_command(one.split(), is_exact=lang == "zh"))


@pytest.mark.parametrize("page", PATHS)
def test_every_link_of_a_page_leads_somewhere(site: Site, page: str) -> None:
    """Each link within the site answers."""
    visitor = site.visit()
    links = {
        a["href"] for tag, a in Markup(visitor.get(PATHS[page]).text).tags if tag == "a" and a.get("href")
    }
    inside = {str(link) for link in links if str(link).startswith("/")}

    assert inside
    assert [] == sorted(link for link in inside if visitor.get(link).status_code >= 400)


def test_the_readers_are_of_sentences_that_exist() -> None:
    """No row of `readers.json` outlives its sentence, and each quotes something."""
    quoting = {
        (source, name) for lang in LANGS for source, name, words in sentences(lang) if QUOTED.search(words)
    }
    listed = {(source, name) for source in ("codes", "problems", "texts") for name in READERS[source]}

    assert set() == listed - quoting
    assert set(READERS["shown"]["keys"]) <= WORDS["zh"].keys()


def _is_command(words: list[str], *, is_exact: bool) -> bool:
    found: Any = get_command(whole_app())
    for word in words:
        if not hasattr(found, "commands"):
            return not is_exact or any(one.param_type_name == "argument" for one in found.params)
        found = found.commands.get(word)
        if found is None:
            return False
    return True
