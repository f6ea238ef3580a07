"""One catalogue of words: whole in both languages, used, and never a phrase that tells nobody what to do."""

import re
from pathlib import Path
from string import Formatter

import pytest
from certhub_verifier.sentences import BANNED

from certhub.demo.cards import ALL_CARDS
from certhub.records.certificates.rules import State
from certhub.web.language import LANGS
from certhub.web.wording import texts

HUB = Path(__file__).parents[2] / "certhub"
WHERE = ("*.py", "templates/*.html", "static/js/*.js")
WEB, DEMO = ([path for where in WHERE for path in (HUB / name).glob(where)] for name in ("web", "demo"))
SOURCES = [*WEB, *DEMO]
WORDS = {lang: {**texts(lang), **texts(lang, "certhub.demo")} for lang in LANGS}
KEY = re.compile(r"[a-z]+\.[a-z0-9_-]+")
BEGUN = re.compile(r"""["`]([a-z]+\.[a-z_]+_)(?:\$\{|" ?~)""")
CLAUSES = re.compile(r"[。；，！？：,.;!?:]")


def used() -> tuple[set[str], set[str]]:
    """Return the keys that stand in the sources whole, and the beginnings of those that are put together."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    return set(KEY.findall(code)), set(BEGUN.findall(code))


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    """What can be said in Chinese can be said in English."""
    assert list(WORDS["zh"]) == list(WORDS["en"])


@pytest.mark.parametrize("key", WORDS["zh"])
def test_both_languages_have_the_same_blanks_and_no_hole(key: str) -> None:
    """A text names the same placeholders in both languages, and is not empty."""
    zh, en = WORDS["zh"][key], WORDS["en"][key]
    blanks = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (zh, en)]

    assert blanks[0] == blanks[1]
    assert zh.strip()
    assert en.strip()


def test_no_text_is_unused() -> None:
    """Every key stands in a template or a script, or begins as one that is put together there."""
    whole, begun = used()

    assert [] == [key for key in WORDS["zh"] if key not in whole and not key.startswith(tuple(begun))]


def test_no_word_is_missing() -> None:
    """Every key that a source names is in the catalogue."""
    areas = {key.split(".")[0] for key in WORDS["zh"]}
    named = set(re.findall(r"""\bt\(\s*["`]([a-z]+\.[a-z0-9_-]*[a-z0-9])["`]""", _code()))

    assert areas >= {key.split(".")[0] for key in named}
    assert [] == sorted(named - WORDS["zh"].keys())


def test_the_product_has_no_word_of_the_demos() -> None:
    """No key stands in both catalogues, and the product's sources name none of the demo's."""
    demo = texts("zh", "certhub.demo").keys()
    product = set(KEY.findall("\n".join(path.read_text(encoding="utf-8") for path in WEB)))

    assert set() == demo & texts("zh").keys()
    assert set() == demo & product


def test_every_state_and_every_card_has_words() -> None:
    """What is put together at run time is there: states of certificates, cards and what to expect of them."""
    needed = {f"common.state_{state}" for state in (*State, "expired", "expiring")}
    needed |= {f"home.card_{name}{end}" for name in ALL_CARDS for end in ("", "_expect")}

    assert needed <= WORDS["zh"].keys()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_text_is_an_answer_that_tells_nobody_what_to_do(lang: str) -> None:
    """No banned phrase is a whole text, or a whole clause of one."""
    for key, text in WORDS[lang].items():
        assert not set(BANNED) & {clause.strip() for clause in CLAUSES.split(text)}, key
        assert "oops" not in text.lower()


def _code() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
