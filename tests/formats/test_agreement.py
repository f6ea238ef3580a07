"""What an agreement lets out: exactly what a row names, in both formats; nothing for what no row names."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from certhub_schemas.predicates import OF_A_CASE, PREDICATES
from certhub_schemas.requirements import MODES
from certhub_verifier.formats.trust.agreement import (
    GRANTABLE,
    AgreedKind,
    Agreement,
    Granted,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.support.trust_files import AGREEMENT, BY_MATTERS, FOOD, HOME, LICENCE, PEER

KEPT = Path(__file__).parent / "kept" / "format-1.json"
USUAL = {"kind": LICENCE, "matter": "M-1", "purpose": "verify", "mode": "L1", "asker": PEER, "provider": HOME}
"""What 420100 may be told of a licence of 420700."""


def granted(*fields: str, predicates: tuple[str, ...] = ()) -> Granted:
    """Return a grant of these names."""
    return Granted(frozenset(fields), frozenset(predicates))


def asked(agreement: Agreement, **question: str) -> Granted | None:
    """Ask an agreement what may be told; the usual question, unless it is another one."""
    return agreement.covers(**USUAL | question)


FORMATS = {1: AGREEMENT, 2: BY_MATTERS}
TOLD = [
    (1, {}, granted("名称", "住所")),
    (1, {"asker": HOME, "provider": PEER}, granted("名称", "住所")),
    (1, {"matter": "M-2"}, granted("名称", "住所")),
    (1, {"kind": FOOD, "purpose": "prefill"}, granted("经营者名称")),
    (2, {}, granted("名称", "住所", predicates=("in_force_on", "equals"))),
    (2, {"mode": "L2"}, granted("名称", "住所", predicates=("in_force_on", "equals"))),
    (2, {"asker": HOME, "provider": PEER}, granted("名称", "住所", predicates=("in_force_on", "equals"))),
    (2, {"kind": FOOD}, granted("经营者名称")),
    (2, {"matter": "M-2", "mode": "L3"}, granted("名称", predicates=("not_ended_within",))),
    (
        2,
        {"matter": "M-2", "mode": "L3", "purpose": "prefill"},
        granted("名称", predicates=("not_ended_within",)),
    ),
]
NEITHER = [
    {"kind": "111000000000131433001"},
    {"kind": "*"},
    {"kind": FOOD, "matter": "M-2"},
    {"matter": "M-3"},
    {"matter": ""},
    {"purpose": "prefill"},
    {"asker": "420600"},
    {"provider": "420600"},
    {"asker": HOME},
    {"provider": PEER},
]
DENIED = [
    *((number, question) for number in FORMATS for question in NEITHER),
    (1, {"kind": FOOD, "asker": HOME, "provider": PEER}),
    (2, {"mode": "L3"}),
    (2, {"matter": "M-2"}),
    (2, {"matter": "M-2", "mode": "L2"}),
    (2, {"matter": "M-2", "mode": "L3", "asker": HOME, "provider": PEER}),
    (2, {"kind": FOOD, "matter": "M-2", "mode": "L3"}),
]


@pytest.mark.parametrize(
    ("number", "question", "expected"), TOLD, ids=[f"{number} {question}" for number, question, _ in TOLD]
)
def test_an_agreement_grants_exactly_what_the_row_names(
    number: int, question: dict[str, str], expected: Granted
) -> None:
    """Fields and predicates of the one row that speaks of the question, and of no other row."""
    assert expected == asked(FORMATS[number], **question)


@pytest.mark.parametrize(
    ("number", "question"), DENIED, ids=[f"{number} {question}" for number, question in DENIED]
)
def test_what_no_row_names_is_denied(number: int, question: dict[str, str]) -> None:
    """Default deny: another kind, matter, purpose, mode, direction or region gets None."""
    assert asked(FORMATS[number], **question) is None


def test_an_agreement_of_format_1_takes_every_mode_and_grants_no_predicate() -> None:
    """It knows neither: the fields are granted however the certificate was shown."""
    assert {granted("名称", "住所")} == {asked(AGREEMENT, mode=mode) for mode in MODES}


def test_grants_add_up_and_a_grant_of_no_field_is_a_grant() -> None:
    """Two rows for one question give both their names; one without names lets facts be told."""
    item, row = AGREEMENT.items[0], BY_MATTERS.rows[0]
    nothing, more = AgreedKind(kind=LICENCE, fields=()), AgreedKind(kind=LICENCE, fields=("成立日期",))
    less = replace(row, kinds=(replace(more, predicates=("age_at_least",)),))

    assert granted() == asked(replace(AGREEMENT, items=(replace(item, fields=()),)))
    assert granted() == asked(replace(BY_MATTERS, rows=(replace(row, kinds=(nothing,)),)))
    assert granted("名称", "住所", "成立日期") == asked(
        replace(AGREEMENT, items=(*AGREEMENT.items, replace(item, fields=("成立日期",))))
    )
    assert granted("名称", "住所", "成立日期", predicates=("in_force_on", "equals", "age_at_least")) == asked(
        replace(BY_MATTERS, rows=(*BY_MATTERS.rows, less))
    )


def test_a_row_can_grant_every_predicate_of_one_certificate_and_none_of_a_case() -> None:
    """Those of a case are answered by whoever judges it, so that nothing is let out by them."""
    assert set(PREDICATES) == GRANTABLE | OF_A_CASE
    assert not GRANTABLE & OF_A_CASE


def test_the_members_of_format_2_are_the_design_member_by_member() -> None:
    """Rows of matters, kinds in them, and what later formats say of a row is not there."""
    printed = json.loads(BY_MATTERS.to_bytes())

    assert (2, "items" in printed) == (printed["format"], False)
    assert {
        "matter": "M-1",
        "kinds": [
            {"kind": LICENCE, "fields": ["名称", "住所"], "predicates": ["in_force_on", "equals"]},
            {"kind": FOOD, "fields": ["经营者名称"], "predicates": []},
        ],
        "modes": ["L1", "L2"],
        "purposes": ["verify"],
        "direction": "both",
    } == printed["rows"][0]


# --- rows that are set aside --------------------------------------------------------------------------------

SPOILS: dict[str, Callable[[dict[str, Any]], object]] = {
    **{
        f"a member of a later release: {name}": lambda row, name=name: row.update({name: 1})
        for name in ("units", "quota", "max_age_seconds", "offline", "retention_days", "mapping")
    },
    "a mode": lambda row: row["modes"].append("L4"),
    "a predicate": lambda row: row["kinds"][1]["predicates"].append("taller_than"),
    "a member of a kind": lambda row: row["kinds"][1].update(mask=True),
    "a direction": lambda row: row.update(direction="out"),
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_row_of_which_more_is_said_than_we_know_is_set_aside_and_the_others_stand(spoil: str) -> None:
    """It grants nothing, also not of its kinds that we know; it is counted; the next row is as it was."""
    printed = json.loads(BY_MATTERS.to_bytes())
    SPOILS[spoil](printed["rows"][0])
    read = Agreement.from_bytes(json.dumps(printed).encode())

    assert (None, None) == (asked(read), asked(read, kind=FOOD))
    assert granted("名称", predicates=("not_ended_within",)) == asked(read, matter="M-2", mode="L3")
    assert ["agreement.rows[0]"] == [one.entry for one in read.set_aside]
    assert read.known


def test_a_member_of_the_whole_that_is_not_known_takes_every_row_away() -> None:
    """It could narrow each of them."""
    printed = json.loads(BY_MATTERS.to_bytes()) | {"supersedes": "x"}
    read = Agreement.from_bytes(json.dumps(printed).encode())

    assert (False, ()) == (read.known, read.rows)
    assert asked(read) is None
    assert asked(replace(BY_MATTERS, known=False)) is None


def objects_of(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a file that is an entry, or the whole."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects_of(one)


def of_a_later_release(chance: Random) -> bytes:
    """Return the file of format 2 with some of its entries as a later release could write them."""
    printed = json.loads(BY_MATTERS.to_bytes())
    for one in chance.sample(entries := list(objects_of(printed)), k=chance.randint(1, len(entries))):
        words = [name for name in ("modes", "predicates") if name in one]
        if words and chance.random() < 0.5:
            one[chance.choice(words)].insert(0, "later")
        else:
            one["later"] = chance.choice([1, {}, "x"])
    return json.dumps(printed).encode()


def rights(agreement: Agreement) -> set[tuple[str, ...]]:
    """Return everything that an agreement lets out, as comparable pieces."""
    found: set[tuple[str, ...]] = set()
    for kind, matter, mode in product((LICENCE, FOOD), ("M-1", "M-2"), MODES):
        for purpose, (asker, provider) in product(("verify", "prefill"), ((HOME, PEER), (PEER, HOME))):
            question = dict(zip(USUAL, (kind, matter, purpose, mode, asker, provider), strict=True))
            told = asked(agreement, **question)
            names = () if told is None else ("", *told.fields, *told.predicates)
            found |= {(*question.values(), name) for name in names}
    return found


@given(st.integers(0, 1 << 32))
def test_setting_a_row_aside_never_adds_a_right(seed: int) -> None:
    """Whatever a later release added anywhere in the file: nobody may be told more by it, and it is counted."""
    read = Agreement.from_bytes(of_a_later_release(Random(seed)))

    assert set() == rights(read) - rights(BY_MATTERS)
    assert read.set_aside


QUESTIONS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([LICENCE, FOOD]),
        "matter": st.sampled_from(["M-1", "M-2", "M-3"]),
        "purpose": st.sampled_from(["verify", "prefill"]),
        "mode": st.sampled_from(MODES),
        "asker": st.sampled_from([HOME, PEER]),
        "provider": st.sampled_from([HOME, PEER]),
    }
)


@given(QUESTIONS)
def test_what_is_granted_is_what_a_reader_of_the_file_finds(question: dict[str, str]) -> None:
    """The file read by hand, row by row, for every question there is."""
    way = {"both", f"{question['provider']}->{question['asker']}"}
    named = [
        kind
        for row in json.loads(BY_MATTERS.to_bytes())["rows"]
        if row["matter"] == question["matter"] and row["direction"] in way
        if question["mode"] in row["modes"] and question["purpose"] in row["purposes"]
        for kind in row["kinds"]
        if kind["kind"] == question["kind"] and question["asker"] != question["provider"]
    ]
    found = asked(BY_MATTERS, **question)

    assert bool(named) is (found is not None)
    if found is not None:
        assert found.fields == {name for kind in named for name in kind["fields"]}
        assert found.predicates == {name for kind in named for name in kind["predicates"]}


# --- what was written before --------------------------------------------------------------------------------


def test_an_agreement_that_commit_3ae5ef0_published_grants_what_it_did_then() -> None:
    """As that release wrote it: its fields for its eight matters, in every mode, and no predicate."""
    text = json.loads(KEPT.read_text(encoding="utf-8"))["trust"]["regions/420700/agreements/420100.1.json"]
    read = Agreement.from_bytes(text.encode())
    fields = granted("证照编号", "持证主体", "经营者名称", "经营场所", "主体业态", "经营项目")

    assert (1, (), (), True) == (read.format, read.rows, read.set_aside, read.known)
    assert text.encode() == read.to_bytes()
    for mode in MODES:
        assert fields == asked(read, kind=FOOD, matter="PLACEHOLDER-906", mode=mode)
        assert asked(read, kind=FOOD, matter="PLACEHOLDER-909", mode=mode) is None
