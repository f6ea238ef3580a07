"""What a matter still lacks: each requirement's state, over everything shown for a case, in whatever order."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from certhub_schemas.requirements import MODES
from certhub_verifier.causes import CODES, Verdict
from certhub_verifier.checks import need
from certhub_verifier.facts import Fact, Outcome
from certhub_verifier.materials import PASSING, comparisons
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.needs import (
    CARD,
    DECLARED,
    HERE,
    IN_FORCE,
    LICENCE,
    NOW,
    OF_AGE,
    OLDEST,
    PERMIT,
    THERE,
    answer,
    case_of,
    computed,
    materials,
    requirement,
    same_person,
    shown,
    state,
    states,
    way,
)

MET, MISSING, AWAY = ("met", None), ("missing", None), ("not_applicable", None)
ENTITY = requirement("entity", way(LICENCE, "名称"))
APPLICANT = requirement("applicant", way(CARD, "姓名"))


# -- One requirement, one thing that was shown


def test_what_serves_a_requirement_meets_it():
    """Kind, fields, predicates, mode and news: nothing is missing, and the report says by what."""
    one = requirement("a", way(CARD, "姓名", asks=[OF_AGE], mode="L2"))
    served = shown(CARD, "姓名", answers=[answer(OF_AGE, "yes")], mode="L2", place=3, vid="v-of-it")

    found = materials([one], [served])

    [row] = found.requirements
    assert ("complete", MET) == (found.materials, state(one, served))
    assert (3, "v-of-it", ()) == (row.item, row.vid, row.missing_fields)


def test_nothing_shown_is_missing_without_a_cause():
    """And what would meet it is named once, however many alternatives have that kind."""
    one = requirement("a", way(LICENCE, "名称"), way(CARD, "姓名"), way(LICENCE, "住所"))

    found = materials([one], [shown(PERMIT, "编号")])

    [row] = found.requirements
    assert ("incomplete", MISSING) == (found.materials, states(found)["a"])
    assert (None, None, [LICENCE, CARD]) == (row.item, row.vid, [each.kind for each in row.accepts])


INVALID = sorted(code for code, cause in CODES.items() if cause.verdict is Verdict.INVALID)
UNKNOWN = sorted(
    code
    for code, cause in CODES.items()
    if cause.verdict is Verdict.UNDETERMINED and code not in PASSING | {"MODE_L3"}
)


@pytest.mark.parametrize("code", INVALID)
def test_what_is_bad_meets_nothing(code):
    """Whole, and in the highest mode: missing, for the reason that it is bad."""
    assert ("missing", code) == state(ENTITY, shown(LICENCE, "名称", code=code, mode="L3"))
    assert ("missing", code) == state(
        ENTITY, shown(LICENCE, "名称", code=code, mode="L3"), deficiency_allowed=True
    )


@pytest.mark.parametrize("code", UNKNOWN)
def test_what_could_not_be_checked_leaves_it_open_and_is_not_deferred(code):
    """It may be met; where the cause does not pass by itself, no case begins without it."""
    candidate = shown(LICENCE, "名称", code=code)

    for allowed in (False, True):
        assert ("undetermined", code) == state(ENTITY, candidate, deficiency_allowed=allowed)


def test_a_caution_meets_as_well():
    """A certificate that ends soon is one that is in force."""
    assert MET == state(ENTITY, shown(LICENCE, "名称", code="EXPIRES_SOON"))


@pytest.mark.parametrize(
    ("titles", "answers", "expected", "lacking"),
    [
        ([], [answer(OF_AGE, "yes")], ("missing", "FIELDS_WITHHELD"), ("姓名",)),
        (["姓名"], [], ("missing", "FIELDS_WITHHELD"), ()),
        ([], [], ("missing", "FIELDS_WITHHELD"), ("姓名",)),
        (["姓名"], [answer(OF_AGE, "no")], ("missing", "NOT_NEEDED"), ()),
        ([], [answer(OF_AGE, "no")], ("missing", "NOT_NEEDED"), ()),
        (
            ["姓名"],
            [answer(OF_AGE, "undetermined", "CLAIM_ABSENT")],
            ("undetermined", "CLAIM_ABSENT"),
            (),
        ),
        (["姓名"], [answer(OF_AGE, "undetermined", "CLOCK_WRONG")], ("undetermined", "CLOCK_WRONG"), ()),
    ],
)
def test_what_does_not_suffice_says_why(titles, answers, expected, lacking):
    """What can be mended is missing, and the fields that were not shown are named; what nobody knows is open."""
    one = requirement("a", way(CARD, "姓名", asks=[OF_AGE]))

    found = materials([one], [shown(CARD, *titles, answers=answers)])

    assert (expected, lacking) == (states(found)["a"], found.requirements[0].missing_fields)


@pytest.mark.parametrize("demanded", MODES)
@pytest.mark.parametrize("reached", MODES)
def test_a_mode_that_was_not_reached_meets_nothing(demanded, reached):
    """A request that was not made is missing; an identity that nobody checked is not known."""
    one = requirement("a", way(LICENCE, "名称", mode=demanded))
    code = "OK" if reached >= demanded else f"MODE_{demanded}"
    expected = {"MODE_L2": ("missing", "MODE_L2"), "MODE_L3": ("undetermined", "MODE_L3")}.get(code, MET)

    assert expected == state(one, shown(LICENCE, "名称", code=code, mode=reached))
    assert expected == state(one, shown(LICENCE, "名称", code=code, mode=reached), deficiency_allowed=True)


# -- News, and what passes by itself


@pytest.mark.parametrize(
    ("age", "expected"), [(0, MET), (OLDEST, MET), (OLDEST + 1, ("undetermined", "FACT_TOO_OLD"))]
)
def test_news_older_than_the_alternative_takes_leaves_it_open(age, expected):
    """To the second; the item itself may be green by the matter's own, longer term."""
    assert expected == state(ENTITY, shown(LICENCE, "名称", age=age))


def test_each_alternative_has_its_own_oldest_news():
    """More fields make up for older news; the stricter one alone is left open."""
    strict, patient = way(LICENCE, "名称", oldest=60), way(LICENCE, "名称", "住所", oldest=600)
    full, short = shown(LICENCE, "名称", "住所", age=300), shown(LICENCE, "名称", age=300)

    for ways in ((strict, patient), (patient, strict)):
        assert MET == state(requirement("a", *ways), full)
        assert ("undetermined", "FACT_TOO_OLD") == state(requirement("a", *ways), short)


def test_an_answer_older_than_the_alternative_takes_leaves_it_open():
    """Its status may be fresh: what moves with the day is news as well, and what no day changes is not."""
    one = requirement("a", way(CARD, "姓名", asks=[IN_FORCE, OF_AGE]))

    def card(old, fresh, age):
        said = replace(answer(old, "yes"), as_of=NOW - timedelta(seconds=age))
        return shown(CARD, "姓名", answers=[said, answer(fresh, "yes")])

    assert MET == state(one, card(IN_FORCE, OF_AGE, OLDEST))
    assert ("undetermined", "FACT_TOO_OLD") == state(one, card(IN_FORCE, OF_AGE, OLDEST + 1))
    assert MET == state(one, card(OF_AGE, IN_FORCE, OLDEST + 1))
    assert MET == state(
        requirement("a", way(CARD, "姓名", asks=[OF_AGE])), card(IN_FORCE, OF_AGE, OLDEST + 1)
    )


def test_old_news_of_what_was_withheld_is_told_as_withheld():
    """The fields are asked for first: with them the news is fetched anew."""
    assert ("missing", "FIELDS_WITHHELD") == state(ENTITY, shown(LICENCE, age=OLDEST + 1))


def test_news_of_another_fact_is_no_news_of_the_status():
    """Old news of the signature ages nothing."""
    fresh = shown(LICENCE, "名称")
    old = replace(shown(LICENCE, "名称", age=9 * OLDEST).item.facts[0], fact=Fact.SIGNATURE)
    both = replace(fresh, item=replace(fresh.item, facts=(old, *fresh.item.facts)))

    assert MET == state(ENTITY, both)


@pytest.mark.parametrize("code", sorted(PASSING))
def test_what_passes_by_itself_is_deferred_where_the_matter_allows_it(code):
    """容缺: the case begins without it; the materials are open, and not complete."""
    candidate = shown(LICENCE, "名称", code=code)

    assert ("undetermined", code) == state(ENTITY, candidate)
    assert ("deferred", code) == state(ENTITY, candidate, deficiency_allowed=True)
    for allowed in (False, True):
        assert "undetermined" == materials([ENTITY], [candidate], deficiency_allowed=allowed).materials


def test_old_news_passes_as_well():
    """A list that is fetched anew settles it."""
    old = shown(LICENCE, "名称", age=OLDEST + 1, place=2, vid="v-old")

    found = materials([ENTITY], [old], deficiency_allowed=True)

    assert {"entity": ("deferred", "FACT_TOO_OLD")} == states(found)
    assert (2, "v-old") == (found.requirements[0].item, found.requirements[0].vid)


def test_what_is_missing_is_never_deferred():
    """Nothing shown, fields withheld, a request not made, an end that is known: nobody begins without them."""
    two = requirement("a", way(LICENCE, "名称", mode="L2"))

    assert MISSING == state(ENTITY, deficiency_allowed=True)
    assert ("missing", "FIELDS_WITHHELD") == state(ENTITY, shown(LICENCE), deficiency_allowed=True)
    assert ("missing", "MODE_L2") == state(
        two, shown(LICENCE, "名称", code="MODE_L2"), deficiency_allowed=True
    )


# -- Several alternatives, and several things shown


def test_two_modes_of_one_kind():
    """Fewer fields where a request was made: each way is judged by itself, and the best counts."""
    much, little = way(LICENCE, "名称", "住所", mode="L1"), way(LICENCE, "名称", mode="L2")

    for ways in ((much, little), (little, much)):
        one = requirement("a", *ways)
        assert MET == state(one, shown(LICENCE, "名称", "住所"))
        assert MET == state(one, shown(LICENCE, "名称", mode="L2"))
        assert MET == state(one, shown(LICENCE, "名称", "住所", mode="L3"))
        assert ("missing", "FIELDS_WITHHELD") == state(one, shown(LICENCE, "名称", code="MODE_L2"))
        assert ("missing", "FIELDS_WITHHELD") == state(one, shown(LICENCE, mode="L2"))
        found = materials([one], [shown(LICENCE, "名称", code="MODE_L2")])
        assert ("住所",) == found.requirements[0].missing_fields


def test_what_was_reached_in_person_is_open_where_another_way_is_only_missing():
    """What may be met comes before what is not."""
    much, little = way(LICENCE, "名称", "住所", mode="L1"), way(LICENCE, "名称", mode="L3")

    for ways in ((much, little), (little, much)):
        assert ("undetermined", "MODE_L3") == state(
            requirement("a", *ways), shown(LICENCE, "名称", code="MODE_L3")
        )


def test_an_identity_that_one_requirement_wants_checked_is_nothing_to_another():
    """The one in person is open; of the other, which takes any showing, the field that was not shown is missing."""
    in_person = requirement("in-person", way(LICENCE, "名称", mode="L3"))
    lightly = requirement("lightly", way(LICENCE, "名称", "住所"))

    found = materials([in_person, lightly], [shown(LICENCE, "名称", code="MODE_L3")])

    assert {"in-person": ("undetermined", "MODE_L3"), "lightly": ("missing", "FIELDS_WITHHELD")} == states(
        found
    )
    assert ("住所",) == found.requirements[1].missing_fields


BEST_FIRST = {
    "met": shown(CARD, "姓名", answers=[answer(OF_AGE, "yes")], mode="L2", vid="1"),
    "not known": shown(CARD, "姓名", code="PEER_DOWN", mode="L2", vid="2"),
    "one field withheld": shown(CARD, answers=[answer(OF_AGE, "yes")], mode="L2", vid="3"),
    "no request": shown(CARD, "姓名", answers=[answer(OF_AGE, "yes")], code="MODE_L2", vid="4"),
    "not of age": shown(CARD, "姓名", answers=[answer(OF_AGE, "no")], mode="L2", vid="5"),
    "expired": shown(CARD, "姓名", code="EXPIRED", mode="L2", vid="6"),
    "of no use": shown(PERMIT, "编号", mode="L2", vid="7"),
}
SAID = {
    "met": MET,
    "not known": ("undetermined", "PEER_DOWN"),
    "one field withheld": ("missing", "FIELDS_WITHHELD"),
    "no request": ("missing", "MODE_L2"),
    "not of age": ("missing", "NOT_NEEDED"),
    "expired": ("missing", "EXPIRED"),
    "of no use": MISSING,
}


@pytest.mark.parametrize("best", list(BEST_FIRST))
def test_what_came_closest_counts_whatever_was_shown_before_or_after(best):
    """Met, then open, then what is easiest to mend; and the report names the one that counts."""
    one = requirement("a", way(CARD, "姓名", asks=[OF_AGE], mode="L2"))
    names = list(BEST_FIRST)
    rest = [BEST_FIRST[name] for name in names[names.index(best) :]]

    for others in (rest, rest[::-1], [*rest[1:], rest[0]]):
        found = materials([one], others)
        assert SAID[best] == states(found)["a"]
        expected = None if best == "of no use" else BEST_FIRST[best].vid
        assert expected == found.requirements[0].vid


def test_of_two_that_withhold_the_one_that_lacks_less_counts():
    """The fields named are those of the nearest."""
    one = requirement("a", way(LICENCE, "名称", "住所", "经营范围"))
    less, more = shown(LICENCE, "名称", "住所"), shown(LICENCE, "名称")

    for both in ([less, more], [more, less]):
        assert ("经营范围",) == materials([one], both).requirements[0].missing_fields


@pytest.mark.parametrize("code", ["REVOKED", "SUSPENDED", "EXPIRED"])
def test_an_earlier_item_that_stops_being_good_stops_satisfying(code):
    """Judged again it is bad: the requirement is missing for that reason, and what was shown later does not save it."""
    earlier, later = shown(LICENCE, "名称", vid="v-1"), shown(CARD, "姓名", vid="v-2")
    before = materials([ENTITY, APPLICANT], [earlier, later])
    ended = replace(earlier, item=shown(LICENCE, code=code).item)

    after = materials([ENTITY, APPLICANT], [ended, later])

    assert ("complete", "incomplete") == (before.materials, after.materials)
    assert {"entity": ("missing", code), "applicant": MET} == states(after)
    assert MET == states(materials([ENTITY, APPLICANT], [ended, later, shown(LICENCE, "名称")]))["entity"]


def test_an_earlier_item_that_ages_stops_satisfying_until_it_is_shown_again():
    """The case is open, not met; a fresh one meets it, and is the one that the report names."""
    aged = shown(LICENCE, "名称", age=OLDEST + 1, vid="v-1")
    fresh = shown(LICENCE, "名称", age=0, vid="v-2")

    assert ("undetermined", "FACT_TOO_OLD") == state(ENTITY, aged)
    for both in ([aged, fresh], [fresh, aged]):
        assert "v-2" == materials([ENTITY], both).requirements[0].vid


# -- Optional, declared, computed


def test_an_optional_requirement_is_never_missing():
    """Its state is told, and the case is complete without it, bad, open or absent."""
    extra = requirement("extra", way(PERMIT, "编号"), optional=True)
    entity = shown(LICENCE, "名称")

    for more, expected in (
        ((), MISSING),
        ((shown(PERMIT, "编号", code="REVOKED"),), ("missing", "REVOKED")),
        ((shown(PERMIT, "编号", code="PEER_DOWN"),), ("undetermined", "PEER_DOWN")),
        ((shown(PERMIT, "编号"),), MET),
    ):
        found = materials([ENTITY, extra], [entity, *more])
        assert ("complete", expected) == (found.materials, states(found)["extra"])


def test_a_case_with_something_missing_is_incomplete_whatever_else_is_open():
    """Missing weighs more than open, and open more than met."""
    open_, met = shown(LICENCE, "名称", code="PEER_DOWN"), shown(LICENCE, "名称")

    assert "incomplete" == materials([ENTITY, APPLICANT], [open_]).materials
    assert "undetermined" == materials([ENTITY, APPLICANT], [open_, shown(CARD, "姓名")]).materials
    assert "complete" == materials([ENTITY, APPLICANT], [met, shown(CARD, "姓名")]).materials


FORMER = requirement("former", way(PERMIT, "编号"), condition=DECLARED)


def test_a_declared_condition_is_due_until_somebody_declares_it_away():
    """Then it is not applicable, the report says who declared it, and the case is complete without it."""
    entity = shown(LICENCE, "名称")
    due = materials([ENTITY, FORMER], [entity])
    away = materials([ENTITY, FORMER], [entity], declared={"former": "op-1"})

    assert ("incomplete", MISSING) == (due.materials, states(due)["former"])
    assert ("complete", AWAY) == (away.materials, states(away)["former"])
    assert [None, "op-1"] == [row.declared_by for row in away.requirements]


def test_what_was_shown_counts_more_than_what_was_declared():
    """Met is met; what is bad, open or withheld was declared away, and nothing of it is told."""
    declared = {"former": "op-1"}

    assert MET == state(FORMER, shown(PERMIT, "编号"), declared=declared)
    for other in (
        shown(PERMIT, "编号", code="REVOKED"),
        shown(PERMIT, "编号", code="PEER_DOWN"),
        shown(PERMIT),
    ):
        found = materials([FORMER], [other], declared=declared)
        [row] = found.requirements
        assert ("complete", AWAY) == (found.materials, states(found)["former"])
        assert (None, None, ()) == (row.item, row.vid, row.missing_fields)


def test_a_declaration_is_of_one_requirement():
    """Another one stays due, and a name that no requirement has does nothing."""
    other = replace(FORMER, id="other")

    found = materials([FORMER, other], declared={"former": "op-1", "entity": "op-1"})

    assert {"former": AWAY, "other": MISSING} == states(found)


@pytest.mark.parametrize("outcome", ["yes", "undetermined"])
def test_only_a_declared_condition_can_be_declared_away(outcome):
    """A declaration that is kept from another version of the matter declares nothing where no person says it."""
    declared = {"applicant": "op-1", "entity": "op-1", "retired": "op-1"}
    rows = [APPLICANT, ENTITY, RETIRED]

    for candidates in ([], [applicant(outcome)]):
        due, away = materials(rows, candidates), materials(rows, candidates, declared=declared)
        assert states(due) == states(away)
        assert [None] * 3 == [row.declared_by for row in away.requirements]
        assert "incomplete" == away.materials


RETIRED = requirement("retired", way(PERMIT, "编号"), condition=computed(OF_AGE, "applicant"))


def applicant(outcome=None, cause=None, **more):
    """What meets the requirement that the condition rests on, with its answer."""
    answers = [] if outcome is None else [answer(OF_AGE, outcome, cause)]
    return shown(CARD, "姓名", answers=answers, **more)


COMPUTED = {
    "yes": ([applicant("yes")], MISSING, "incomplete"),
    "no": ([applicant("no")], AWAY, "complete"),
    "not known": (
        [applicant("undetermined", "CLAIM_ABSENT")],
        ("undetermined", "CLAIM_ABSENT"),
        "undetermined",
    ),
    "not known, the clock is wrong": (
        [applicant("undetermined", "CLOCK_WRONG")],
        ("undetermined", "CLOCK_WRONG"),
        "undetermined",
    ),
    "not asked": ([applicant()], ("undetermined", "CLAIM_ABSENT"), "undetermined"),
    "another predicate": (
        [shown(CARD, "姓名", answers=[answer(IN_FORCE, "no")])],
        ("undetermined", "CLAIM_ABSENT"),
        "undetermined",
    ),
    "two, one of age": ([applicant("no"), applicant("yes")], MISSING, "incomplete"),
    "two, neither of age": ([applicant("no"), applicant("no")], AWAY, "complete"),
    "two, one not known": (
        [applicant("no"), applicant("undetermined", "CLAIM_ABSENT")],
        ("undetermined", "CLAIM_ABSENT"),
        "undetermined",
    ),
    "nobody": ([], ("undetermined", None), "incomplete"),
    "somebody whose card is bad": (
        [applicant("no", code="REVOKED")],
        ("undetermined", "REVOKED"),
        "incomplete",
    ),
    "somebody whose card is not known": (
        [applicant("no", code="PEER_DOWN")],
        ("undetermined", "PEER_DOWN"),
        "undetermined",
    ),
}


@pytest.mark.parametrize("name", list(COMPUTED))
def test_a_computed_condition_is_what_the_certificate_says(name):
    """Due, not applicable or open, by what meets the requirement that it rests on, and by nothing else."""
    candidates, expected, whole = COMPUTED[name]

    for given_ in (candidates, candidates[::-1]):
        found = materials([APPLICANT, RETIRED], given_)
        assert (expected, whole) == (states(found)["retired"], found.materials)
    assert states(found) == states(materials([RETIRED, APPLICANT], candidates))


@pytest.mark.parametrize("outcome", ["yes", "no", "undetermined", None])
def test_what_is_shown_meets_it_whatever_the_condition_says(outcome):
    """Nobody is told that what they brought is not applicable."""
    assert (
        MET == states(materials([APPLICANT, RETIRED], [applicant(outcome), shown(PERMIT, "编号")]))["retired"]
    )


# -- Of one case: who is who


MARRIAGE = requirement("marriage", way(PERMIT, "编号", asks=[same_person("applicant")]))
ZHANG, LI = "zhang", "li"


def names(holders: str | None) -> list[str]:
    """The holders of a certificate, as a case names them."""
    return [] if holders is None else holders.split()


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        (("zhang", HERE), [("zhang", HERE)], MET),
        (("zhang", HERE), [("li", HERE)], ("missing", "SUBJECT_OTHER")),
        (("zhang", HERE), [("zhang", THERE)], ("undetermined", "SUBJECT_UNLINKED")),
        (("zhang", HERE), [("li", THERE)], ("undetermined", "SUBJECT_UNLINKED")),
        ((None, HERE), [("zhang", HERE)], ("undetermined", "SUBJECT_UNLINKED")),
        (("zhang", HERE), [(None, HERE)], ("undetermined", "SUBJECT_UNLINKED")),
        ((None, HERE), [(None, HERE)], ("undetermined", "SUBJECT_UNLINKED")),
        (("zhang", HERE), [], ("undetermined", "SUBJECT_UNLINKED")),
        (("zhang", HERE), [("li", HERE), ("zhang", HERE)], MET),
        (("zhang", HERE), [("li", THERE), ("zhang", HERE)], MET),
        (("zhang", HERE), [("li", HERE), ("li", THERE)], ("undetermined", "SUBJECT_UNLINKED")),
        (("zhang", HERE), [("li", HERE), (None, HERE)], ("undetermined", "SUBJECT_UNLINKED")),
        (("li zhang", HERE), [("zhang", HERE)], MET),
        (("zhang li", HERE), [("zhang", HERE)], MET),
        (("zhang", HERE), [("li zhang", HERE)], MET),
        (("li wang", HERE), [("wang zhang", HERE)], MET),
        (("li wang", HERE), [("zhang", HERE)], ("missing", "SUBJECT_OTHER")),
        (("li zhang", HERE), [("zhang li", THERE)], ("undetermined", "SUBJECT_UNLINKED")),
    ],
)
def test_two_holders_are_one_where_one_hub_names_them_alike(mine, theirs, expected):
    """A name of one hub says nothing beside one of another, and an absent one says nothing at all."""
    cards = [shown(CARD, "姓名", subjects=names(one), kept_by=hub) for one, hub in theirs]
    own = shown(PERMIT, "编号", subjects=names(mine[0]), kept_by=mine[1])

    for given_ in ([own, *cards], [*cards, own], [*cards[::-1], own]):
        assert expected == states(materials([APPLICANT, MARRIAGE], given_))["marriage"]
        assert expected == states(materials([MARRIAGE, APPLICANT], given_))["marriage"]


@pytest.mark.parametrize("code", ["REVOKED", "PEER_DOWN", "MODE_L3"])
def test_what_meets_nothing_is_nobody_to_be_compared_with(code):
    """The card of the applicant is bad or open: whose the other certificate is, nobody knows."""
    candidates = [shown(CARD, "姓名", code=code, subjects=[ZHANG]), shown(PERMIT, "编号", subjects=[ZHANG])]
    mine = replace(APPLICANT, accepts=(way(CARD, "姓名", mode="L3" if code == "MODE_L3" else "L1"),))

    assert ("undetermined", "SUBJECT_UNLINKED") == states(materials([mine, MARRIAGE], candidates))["marriage"]


def test_of_two_comparisons_a_no_counts():
    """The same as one, and not the same as the other: that is known, whichever is asked first."""
    asks = [same_person("applicant"), same_person("owner")]
    owner = requirement("owner", way(LICENCE, "名称"))
    candidates = [
        shown(CARD, "姓名", subjects=[ZHANG], kept_by=THERE),
        shown(LICENCE, "名称", subjects=[LI]),
        shown(PERMIT, "编号", subjects=[ZHANG]),
    ]
    for order in (asks, asks[::-1]):
        both = replace(MARRIAGE, accepts=(way(PERMIT, "编号", asks=order),))
        found = states(materials([APPLICANT, owner, both], candidates))
        assert ("missing", "SUBJECT_OTHER") == found["marriage"]


@pytest.mark.parametrize(("code", "answered"), [("OK", ["yes"]), ("EXPIRES_SOON", ["yes"]), ("REVOKED", [])])
def test_of_what_is_invalid_nobody_says_whose_it_is(code, answered):
    """The card of the applicant is good; of the revoked certificate no answer compares the holders."""
    card, other = shown(CARD, "姓名", subjects=[ZHANG]), shown(PERMIT, "编号", code=code, subjects=[ZHANG])
    other = replace(other, vid=None, place=1)

    told = comparisons(case_of([APPLICANT, MARRIAGE], [card, other]), by=HERE)

    assert answered == [one.outcome.value for one in told.get(1, ())]


# -- Whatever is shown


SOME_WAYS = [
    way(CARD, "姓名"),
    way(CARD, "姓名", "性别", asks=[OF_AGE]),
    way(CARD, "性别", mode="L2", oldest=60),
    way(CARD, "姓名", mode="L3"),
    way(LICENCE, "名称", asks=[IN_FORCE]),
    way(LICENCE, "名称", "住所", mode="L2"),
    way(PERMIT, "编号", oldest=60),
]
COMPARING = way(PERMIT, "编号", asks=[same_person("r0")])
FIELDS = {CARD: ["姓名", "性别"], LICENCE: ["名称", "住所"], PERMIT: ["编号"]}
CAUSES = ["OK", "OK", "OK", "EXPIRES_SOON", "REVOKED", "PEER_DOWN", "MODE_L3", "STATUS_UNKNOWN"]


@st.composite
def cases(draw):
    """A matter of four requirements at most, six things that were shown at most, and what was declared."""
    ways = st.lists(st.sampled_from(SOME_WAYS), min_size=1, max_size=3, unique_by=id)
    conditions = st.sampled_from([None, DECLARED, computed(OF_AGE, "r0")])
    requirements = [requirement("r0", *draw(ways))]
    for n in range(1, draw(st.integers(1, 4))):
        accepts = [*draw(ways), *([COMPARING] if draw(st.booleans()) else [])]
        requirements.append(
            requirement(f"r{n}", *accepts, optional=draw(st.booleans()), condition=draw(conditions))
        )
    candidates = []
    for n in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(list(FIELDS)))
        said = st.sampled_from(["yes", "no", "undetermined"])
        answers = [answer(one, draw(said)) for one in (OF_AGE, IN_FORCE) if draw(st.booleans())]
        candidates.append(
            shown(
                kind,
                *draw(st.lists(st.sampled_from(FIELDS[kind]), unique=True)),
                code=draw(st.sampled_from(CAUSES)),
                age=draw(st.sampled_from([0, 61, OLDEST + 1])),
                answers=answers,
                mode=draw(st.sampled_from(MODES)),
                subjects=draw(st.sampled_from([(), (ZHANG,), (LI,), (LI, ZHANG)])),
                kept_by=draw(st.sampled_from([HERE, THERE])),
                vid=f"v-{n}",
            )
        )
    declared = {one.id: "op-1" for one in requirements if one.condition is DECLARED and draw(st.booleans())}
    return requirements, candidates, declared, draw(st.booleans())


@settings(max_examples=80)
@given(cases(), st.randoms(use_true_random=False))
def test_in_which_order_things_are_shown_never_matters(case, chance):
    """Nor in which order the matter states its requirements: every state, cause and item stays what it was."""
    requirements, candidates, declared, allowed = case
    found = materials(requirements, candidates, declared=declared, deficiency_allowed=allowed)
    chance.shuffle(candidates)
    turned = requirements[::-1]

    again = materials(turned, candidates, declared=declared, deficiency_allowed=allowed)

    assert found.materials == again.materials
    rows = {row.requirement.id: row for row in found.requirements}
    assert rows == {row.requirement.id: row for row in again.requirements}
    assert [one.id for one in requirements] == [row.requirement.id for row in found.requirements]


@settings(max_examples=80)
@given(cases())
def test_what_is_met_is_met_by_something_good_that_was_shown(case):
    """It is neither bad nor open, and of an accepted kind, whose fields it tells in the mode that is demanded."""
    requirements, candidates, declared, allowed = case
    found = materials(requirements, candidates, declared=declared, deficiency_allowed=allowed)

    for row in found.requirements:
        if row.state == "met":
            [one] = [each for each in candidates if each.vid == row.vid]
            assert one.item.verdict in (Verdict.VALID, Verdict.CHECK) or one.item.code == "MODE_L3"
            served = [
                each
                for each in row.requirement.of_kind(one.item.kind)
                if set(each.titles) <= set(one.item.disclosed) and one.item.manner.reached >= each.mode
            ]
            assert served


@settings(max_examples=80)
@given(cases())
def test_what_is_met_stays_met_whatever_else_is_shown(case):
    """One thing more was shown: what was met stays met."""
    requirements, candidates, declared, allowed = case
    if not candidates:
        return
    *fewer, _ = candidates
    before = materials(requirements, fewer, declared=declared, deficiency_allowed=allowed)
    after = states(materials(requirements, candidates, declared=declared, deficiency_allowed=allowed))

    for row in before.requirements:
        if row.state == "met":
            assert "met" == after[row.requirement.id][0]


@settings(max_examples=80)
@given(cases())
def test_what_both_facts_say_yes_to_meets_a_requirement(case):
    """Fact and requirement never differ: green means that something is met, unless its news is too old there."""
    requirements, candidates, _, _ = case
    alone = [replace(one, condition=None) for one in requirements]
    for one in candidates:
        seen = need.Seen(one.item.kind, one.item.disclosed, one.item.manner)
        both = (need.needed(alone, seen, NOW), need.mode(alone, "L1", seen, NOW))
        good = replace(one, item=replace(one.item, verdict=Verdict.VALID, code="OK"))
        found = states(materials(alone, [good]))
        is_green = all(each.outcome is Outcome.YES for each in both)
        reasons = {MET, ("undetermined", "FACT_TOO_OLD"), ("undetermined", "SUBJECT_UNLINKED")}
        assert is_green == bool(reasons & {*found.values()})


def test_every_order_of_three_of_one_case():
    """A revoked licence, a card, and the permit of the same holder: all six orders say the same."""
    rows = [ENTITY, MARRIAGE, APPLICANT]
    three = [
        shown(LICENCE, "名称", vid="v-1"),
        shown(CARD, "姓名", subjects=[ZHANG], vid="v-2"),
        shown(PERMIT, "编号", subjects=[ZHANG], vid="v-3"),
    ]
    three[0] = replace(three[0], item=shown(LICENCE, code="REVOKED").item)

    first, *others = [materials(rows, order) for order in permutations(three)]

    assert {"entity": ("missing", "REVOKED"), "marriage": MET, "applicant": MET} == states(first)
    assert [first] * 5 == others
