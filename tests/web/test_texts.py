"""One catalogue of words: whole in both languages, used, and never a phrase that tells nobody what to do."""

import re
from pathlib import Path
from string import Formatter

import pytest
from certhub_schemas.predicates import PREDICATES
from certhub_verifier.formats.exchange.notice import Settlement
from certhub_verifier.sentences import BANNED

from certhub.demo.cards import ALL_CARDS
from certhub.records.certificates.rules import State
from certhub.verification.receipts.outcomes import Result
from certhub.web.language import LANGS, Lang
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


STORY = {
    "zh": (
        "还缺什么",
        "先选要办的事",
        "窗口会看到什么",
        "可以取消",
        "本事项不用",
        "两位数字",
        "每次查看",
        "回执",
    ),
    "en": (
        *("still needs", "chooses the matter first", "what the counter will see", "withhold", "does not use"),
        *("two digits", "each look", "receipt"),
    ),
}


@pytest.mark.parametrize("lang", LANGS)
def test_the_story_tells_what_a_scan_answers(lang: Lang) -> None:
    """Whether the matter is met, what is withheld, the request, and that the holder sees each look."""
    told = " ".join(
        text for key, text in WORDS[lang].items() if key.startswith(("home.story_", "home.promise"))
    )

    assert [] == [words for words in STORY[lang] if words not in told]


def test_every_part_of_a_look_has_words() -> None:
    """A look says each predicate, each outcome and each finding in words: a new one fails here until it has some."""
    needed = {f"me.look_asks_{name}" for name in PREDICATES}
    needed |= {f"me.look_result_{result}" for result in Result}
    needed |= {f"common.finding_{finding}" for finding in Settlement}

    assert needed <= WORDS["zh"].keys()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_text_is_an_answer_that_tells_nobody_what_to_do(lang: str) -> None:
    """No banned phrase is a whole text, or a whole clause of one."""
    for key, text in WORDS[lang].items():
        assert not set(BANNED) & {clause.strip() for clause in CLAUSES.split(text)}, key
        assert "oops" not in text.lower()


def _code() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
