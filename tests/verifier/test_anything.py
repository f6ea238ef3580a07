"""Whatever is handed in can be told, drawn and printed: nothing is thrown, and nothing hostile reaches a screen."""

import json
from xml.etree import ElementTree

import pytest
from certhub_schemas import matters
from certhub_verifier.cli.console import result_lines
from certhub_verifier.cli.documents import Documents
from certhub_verifier.cli.judging import Judging
from certhub_verifier.cli.sources import Source
from certhub_verifier.cli.trust_sources import NOTHING, Anchor
from certhub_verifier.cli.view import Colours, View
from certhub_verifier.cli.why_svg import why_svg
from certhub_verifier.cli.why_text import why_lines
from certhub_verifier.formats.status import statuslist
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.credentials import HOME, NOW, World
from tests.verifier.test_texts import by_code, by_ticket

WORLD = World()
TRUST = WORLD.trust()
LISTS = {statuslist.status_uri(HOME, 3): WORLD.status_token()}
GOOD = [
    text.encode()
    for text in (
        WORLD.receipt(),
        WORLD.receipt_file(),
        WORLD.receipt(
            office="\u00ad\u200b办", window="", case="x" * 60, format=1
        ),  # as the first release wrote it
        WORLD.credential(),
        by_ticket({"名称": ["深", {"a": ["b" * 300]}], "住所": "\x1b[2J\u202e"}).text,
        WORLD.sealed_code(),
        WORLD.paper_code(),
        by_code({"名称": "\x1b[31m有效"}).text,
        WORLD.bundle(),
        "EC1" + "0" * 17,
    )
]
DESKS = [
    Judging(
        anchor=anchor,
        documents=Documents(None, anchor),
        matter=matters()[0],
        matter_named=named,
        now=NOW,
        explaining=True,
    )
    for anchor, named in (
        (NOTHING, False),
        (Anchor(origin="folder", trust=TRUST, status=LISTS), True),
        (Anchor(origin="bundle", trust=TRUST, status=dict.fromkeys(LISTS, b"x"), region="420100"), False),
    )
]
VIEWS = [
    View(langs=("zh", "en"), columns=31, colours=Colours.FULL),
    View(langs=("en",)),
    View(langs=("zh",), columns=200, colours=Colours.EIGHT),
]


def told(content, desk, view):
    """Judge, tell, draw and print one input; returns the exit codes."""
    codes = []
    for result in desk.results(Source(name="x\x1b[2J", text=content)):
        why = desk.why_of(result)
        for line in (*result_lines(result, desk, view), *why_lines(why, view)):
            assert line.replace("\x1b[", "").isprintable()
            assert view.colours is not Colours.NONE or "\x1b" not in line
        ElementTree.fromstring(why_svg(result, why, langs=view.langs))
        json.dumps([result.to_dict("zh"), why.to_list()])
        codes.append(result.exit_code)
    return codes


@pytest.mark.parametrize("good", GOOD, ids=range(len(GOOD)))
def test_what_we_make_can_be_told_by_anybody(good):
    """With any trust, in any language and width; claims that would write on the screen are shown as text."""
    assert all(told(good, desk, view) for desk in DESKS for view in VIEWS)


@given(
    st.sampled_from(GOOD),
    st.floats(0, 1),
    st.integers(0, 40),
    st.binary(max_size=40),
    st.sampled_from(DESKS),
    st.sampled_from(VIEWS),
)
@settings(max_examples=150)
def test_whatever_became_of_it_can_be_told(good, place, gone, put, desk, view):
    """Some bytes cut out, others put in, anywhere."""
    at = int(place * len(good))

    assert told(good[:at] + put + good[at + gone :], desk, view)


@given(st.binary(max_size=400), st.sampled_from(DESKS), st.sampled_from(VIEWS))
@settings(max_examples=80)
def test_anything_at_all_can_be_told(content, desk, view):
    """Nothing random is ever valid, either."""
    assert 0 not in told(content, desk, view)
