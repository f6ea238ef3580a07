"""The words of messages: each in both languages, with the same blanks, and nothing personal where others read."""

import re

import pytest

from certhub.adapters.messenger import Trouble
from certhub.sharing.messages.rules import Medium, MessageState, Template
from certhub.sharing.messages.wording import LANGUAGES, needed, placeholders, templates, words
from tests.support.messages import VALUES

HAN = re.compile("[\u4e00-\u9fff]")
ALLOWED = frozenset({"region", "until", "link", "when", "dispute", "due"})
"""What a text may be filled with: neither a name, nor a kind, nor a number of anybody's."""


def test_every_template_has_its_words_and_no_other():
    """A template without words would fail when the first message of it is queued."""
    assert {one.value for one in Template} == templates().keys()
    assert all(set(LANGUAGES) == both.keys() for both in templates().values())
    assert all({"subject", "text"} == one.keys() for both in templates().values() for one in both.values())


@pytest.mark.parametrize("template", Template)
def test_a_template_has_the_same_blanks_in_both_languages(template):
    """Who reads English is told what who reads Chinese is told; and each blank is on the list."""
    texts = [templates()[template][lang]["text"] for lang in LANGUAGES]

    assert {needed(template)} == {placeholders(text) for text in texts}
    assert needed(template) <= ALLOWED
    assert needed(template) == VALUES[template].keys()


@pytest.mark.parametrize("template", Template)
def test_a_subject_has_no_blank(template):
    """A subject stands in logs of servers and on locked screens."""
    assert [] == [lang for lang in LANGUAGES if placeholders(templates()[template][lang]["subject"])]
    assert [] == [lang for lang in LANGUAGES if "{" in templates()[template][lang]["subject"]]


@pytest.mark.parametrize("template", Template)
def test_a_text_writes_no_link_of_its_own(template):
    """The only link is the one that is filled in, and that is looked at (rules.require_link)."""
    for lang in LANGUAGES:
        text = templates()[template][lang]["text"]
        assert "http" not in text
        assert text.count("{link}") == ("link" in needed(template))


@pytest.mark.parametrize("template", Template)
def test_each_language_is_its_own(template):
    """The Chinese words are Chinese, and the English ones hold no Chinese."""
    both = templates()[template]

    assert [] == [part for part in ("subject", "text") if not HAN.search(both["zh"][part])]
    assert [] == [part for part in ("subject", "text") if HAN.search(both["en"][part])]


@pytest.mark.parametrize(
    ("group", "members"),
    [("media", Medium), ("templates", Template), ("states", MessageState), ("troubles", Trouble)],
)
def test_every_word_of_a_list_is_said_in_both_languages(group, members):
    """The command tells a state and a cause in words, never as a bare code."""
    assert {one.value for one in members} == words()[group].keys()
    assert all(HAN.search(said["zh"]) and not HAN.search(said["en"]) for said in words()[group].values())
