"""Whether a matter uses a certificate, whether what is seen of it suffices, and whether it was shown as demanded."""

from dataclasses import replace
from itertools import combinations, product

import pytest
from certhub_schemas.requirements import MODES
from certhub_verifier.causes import CODES
from certhub_verifier.checks import core, need
from certhub_verifier.checks.need import Seen
from certhub_verifier.facts import Fact, Outcome
from certhub_verifier.floor import FloorRow
from certhub_verifier.policy import Channel, Level, policy_for
from certhub_verifier.predicates import CAUSES, Manner
from certhub_verifier.verdict import judge

from tests.support.needs import (
    CARD,
    IN_FORCE,
    LICENCE,
    NOW,
    OF_AGE,
    PERMIT,
    answer,
    requirement,
    same_person,
    way,
)

YES = ("yes", None)
WHOLE = way(LICENCE, "名称", "住所", asks=[OF_AGE, IN_FORCE])
BOTH = (answer(OF_AGE, "yes"), answer(IN_FORCE, "yes"))


def look(kind, fields, answers=(), got="L1", only_seen=False):
    """What is known of a certificate that was shown so."""
    return Seen(kind, fields, Manner(got, only_seen, tuple(answers)))


def told(requirements, seen):
    """What the fact `needed` says, and why."""
    found = need.needed(requirements, seen, NOW)
    assert (Fact.NEEDED, NOW) == (found.fact, found.as_of)
    return found.outcome.value, found.cause


def reached(requirements, seen, of_matter="L1"):
    """What the fact `mode` says, and why."""
    found = need.mode(requirements, of_matter, seen, NOW)
    assert (Fact.MODE, NOW) == (found.fact, found.as_of)
    return found.outcome.value, found.cause


def test_all_fields_and_all_answers_suffice():
    """And more fields than those do no harm."""
    assert need.suffices(WHOLE, look(LICENCE, ["名称", "住所"], BOTH)) is None
    assert need.suffices(WHOLE, look(LICENCE, ["经营范围", "住所", "名称"], BOTH)) is None


def test_a_field_that_is_not_disclosed_is_named():
    """Each of them, in the order of the matter."""
    assert ("住所",) == need.lacking(WHOLE, look(LICENCE, ["名称"]))
    assert ("名称", "住所") == need.lacking(WHOLE, look(LICENCE, ["经营范围"]))
    assert () == need.lacking(WHOLE, look(LICENCE, ["住所", "名称"]))


ANSWERS = {
    "yes": (answer(OF_AGE, "yes"),),
    "no": (answer(OF_AGE, "no"),),
    "unknown": (answer(OF_AGE, "undetermined", "CLOCK_WRONG"),),
    "unknown, nobody says why": (answer(OF_AGE, "undetermined"),),
    "not asked": (),
    "another age": (answer(replace(OF_AGE, arguments={"n": 16}), "yes"),),
}
SUFFICES = {
    ("yes", True): None,
    ("yes", False): "FIELDS_WITHHELD",
    ("no", True): "NOT_NEEDED",
    ("no", False): "NOT_NEEDED",
    ("unknown", True): "CLOCK_WRONG",
    ("unknown", False): "FIELDS_WITHHELD",
    ("unknown, nobody says why", True): "CLAIM_ABSENT",
    ("unknown, nobody says why", False): "FIELDS_WITHHELD",
    ("not asked", True): "FIELDS_WITHHELD",
    ("not asked", False): "FIELDS_WITHHELD",
    ("another age", True): "FIELDS_WITHHELD",
    ("another age", False): "FIELDS_WITHHELD",
}


@pytest.mark.parametrize(("answered", "is_whole"), SUFFICES)
def test_why_something_does_not_suffice(answered, is_whole):
    """A no weighs most, then what was withheld, then what nobody knows."""
    one = way(CARD, "姓名", asks=[OF_AGE])
    seen = look(CARD, ["姓名"] if is_whole else [], ANSWERS[answered])

    assert SUFFICES[answered, is_whole] == need.suffices(one, seen)


def test_the_table_of_why_is_whole():
    """Every answer, with the field and without it."""
    assert set(product(ANSWERS, (True, False))) == set(SUFFICES)


def test_each_answer_counts():
    """One of two that is no, unknown or absent is enough, whichever it is."""
    for one, other in ((OF_AGE, IN_FORCE), (IN_FORCE, OF_AGE)):
        for said, cause in (
            ("no", "NOT_NEEDED"),
            ("undetermined", "CLAIM_ABSENT"),
        ):
            seen = look(LICENCE, ["名称", "住所"], (answer(one, "yes"), answer(other, said)))
            assert cause == need.suffices(WHOLE, seen)
        assert "FIELDS_WITHHELD" == need.suffices(
            WHOLE, look(LICENCE, ["名称", "住所"], (answer(one, "yes"),))
        )


def test_what_compares_two_certificates_is_not_asked_of_one():
    """Who judges the case answers it; a certificate alone serves."""
    one = way(CARD, "姓名", asks=[same_person("other")])

    assert need.suffices(one, look(CARD, ["姓名"])) is None


@pytest.mark.parametrize(
    ("fields", "answers", "expected"),
    [
        (["名称", "住所"], BOTH, YES),
        (["名称"], BOTH, ("undetermined", "FIELDS_WITHHELD")),
        (["名称", "住所"], (), ("undetermined", "FIELDS_WITHHELD")),
        (["名称", "住所"], (answer(OF_AGE, "no"), BOTH[1]), ("undetermined", "NOT_NEEDED")),
        (
            ["名称", "住所"],
            (answer(OF_AGE, "undetermined", "CLOCK_WRONG"), BOTH[1]),
            ("undetermined", "CLOCK_WRONG"),
        ),
    ],
)
def test_one_alternative_is_enough_or_says_why(fields, answers, expected):
    """Never no: a matter that does not use a certificate says nothing against it."""
    assert expected == told([requirement("a", WHOLE)], look(LICENCE, fields, answers))


WORST_FIRST = ("CLOCK_WRONG", "FACT_TOO_OLD", "SUBJECT_UNLINKED", "CLAIM_ABSENT")


@pytest.mark.parametrize(("worse", "better"), list(combinations(WORST_FIRST, 2)))
def test_an_unknown_answer_keeps_its_cause_and_of_two_the_worst_counts(worse, better):
    """In one alternative and over several: what could not be known is never softened to what is only absent."""
    for one, other in ((OF_AGE, IN_FORCE), (IN_FORCE, OF_AGE)):
        seen = look(
            LICENCE,
            ["名称", "住所"],
            (answer(one, "undetermined", worse), answer(other, "undetermined", better)),
        )
        each = way(LICENCE, "名称", asks=[one]), way(LICENCE, "住所", asks=[other])

        assert worse == need.suffices(WHOLE, seen)
        for ways in ([WHOLE], each, each[::-1]):
            assert ("undetermined", worse) == told([requirement("a", *ways)], seen)


def test_the_verdict_of_an_unknown_answer_is_that_of_its_cause():
    """Absent is for a person to look at; too old or dated ahead is undetermined, and each cause may be said."""
    for cause in CAUSES:
        found = need.needed(
            [requirement("a", way(CARD, "姓名", asks=[OF_AGE]))],
            look(CARD, ["姓名"], (answer(OF_AGE, "undetermined", cause),)),
            NOW,
        )
        policy = replace(
            policy_for(None, Channel.TICKET),
            levels=dict.fromkeys(Fact, Level.OFF) | {Fact.NEEDED: Level.EXPECTED},
        )
        facts = [core.yes(fact, NOW) for fact in Fact if fact is not Fact.NEEDED]
        said = judge([*facts, found], policy, FloorRow.TICKET)
        assert (CODES[cause].verdict, cause) == (said.verdict, said.code)


def test_a_cause_that_no_answer_can_have_is_read_as_the_plainest():
    """A word that we do not know softens nothing, and breaks nothing."""
    one = way(CARD, "姓名", asks=[OF_AGE])

    assert "CLAIM_ABSENT" == need.suffices(
        one, look(CARD, ["姓名"], (answer(OF_AGE, "undetermined", "WHATEVER"),))
    )


def test_a_kind_that_no_requirement_takes_is_not_needed():
    """Whatever is disclosed of it."""
    assert ("undetermined", "NOT_NEEDED") == told(
        [requirement("a", WHOLE)], look(PERMIT, ["名称", "住所"], BOTH)
    )
    assert ("undetermined", "NOT_NEEDED") == told([], look(LICENCE, ["名称", "住所"], BOTH))


def test_what_serves_any_requirement_is_needed():
    """An optional one, the second alternative, the second requirement: one that is served is enough."""
    seen = look(LICENCE, ["名称"])
    small, large = way(LICENCE, "名称"), way(LICENCE, "名称", "住所")

    assert YES == told([requirement("a", large, small)], seen)
    assert YES == told([requirement("a", large), requirement("b", small)], seen)
    assert YES == told([requirement("a", small, optional=True)], seen)


def test_what_can_be_mended_at_once_is_told_before_what_cannot():
    """Unknown before withheld, withheld before a no: the nearest of the alternatives, in whatever order they stand."""
    unknown = way(CARD, "姓名", asks=[OF_AGE])
    withheld, refused = way(CARD, "性别"), way(CARD, "姓名", asks=[IN_FORCE])
    seen = look(CARD, ["姓名"], (answer(OF_AGE, "undetermined"), answer(IN_FORCE, "no")))

    for ways in ((unknown, withheld, refused), (refused, withheld, unknown)):
        assert ("undetermined", "CLAIM_ABSENT") == told([requirement("a", *ways)], seen)
    for ways in ((withheld, refused), (refused, withheld)):
        assert ("undetermined", "FIELDS_WITHHELD") == told([requirement("a", *ways)], seen)
    assert ("undetermined", "NOT_NEEDED") == told([requirement("a", refused)], seen)


@pytest.mark.parametrize(("got", "demanded"), list(product(MODES, MODES)))
def test_a_mode_reaches_itself_and_those_below_it(got, demanded):
    """And what was not reached is undetermined, by the mode that was demanded."""
    found = reached([requirement("a", way(LICENCE, "名称", mode=demanded))], look(LICENCE, ["名称"], (), got))

    assert (YES if got >= demanded else ("undetermined", f"MODE_{demanded}")) == found


@pytest.mark.parametrize(("got", "demanded"), list(product(MODES, MODES)))
def test_a_kind_that_is_not_used_is_held_to_the_matters_own_mode(got, demanded):
    """Nothing else says what it would have taken."""
    found = reached([requirement("a", way(PERMIT, "编号", mode="L1"))], look(LICENCE, [], (), got), demanded)

    assert (YES if got >= demanded else ("undetermined", f"MODE_{demanded}")) == found


def test_of_two_modes_of_one_kind_the_lowest_that_is_served_is_demanded():
    """More fields for who shows it, fewer for who is asked: what suffices there alone has to be shown there."""
    much, little = way(LICENCE, "名称", "住所", mode="L1"), way(LICENCE, "名称", mode="L2")
    both, one = look(LICENCE, ["名称", "住所"]), look(LICENCE, ["名称"])

    for requirements in (
        [requirement("a", much, little)],
        [requirement("a", little, much)],
        [requirement("a", much), requirement("b", little)],
    ):
        assert YES == reached(requirements, both)
        assert YES == told(requirements, one)
        assert ("undetermined", "MODE_L2") == reached(requirements, one)
        assert YES == reached(requirements, look(LICENCE, ["名称"], got="L2"))


def test_what_serves_nothing_is_held_to_the_lowest_mode_of_its_kind():
    """What it lacks is said by `needed`; the mode says nothing that would not be wanted."""
    ways = way(LICENCE, "名称", "住所", mode="L2"), way(LICENCE, "名称", mode="L3")

    assert ("undetermined", "MODE_L2") == reached([requirement("a", *ways)], look(LICENCE, []))
    assert YES == reached([requirement("a", *ways)], look(LICENCE, [], (), "L2"))


@pytest.mark.parametrize(("demanded", "only_seen"), list(product(MODES, (True, False))))
def test_an_identity_that_was_only_seen_is_a_caution_where_one_is_demanded(demanded, only_seen):
    """Seen by eye, without a number that was compared: said where the matter is in person, and nowhere else."""
    seen = look(LICENCE, ["名称"], (), "L3", only_seen)

    found = reached([requirement("a", way(LICENCE, "名称", mode=demanded))], seen)

    assert ("yes", "IDENTITY_SEEN" if only_seen and demanded == "L3" else None) == found


def test_neither_fact_is_ever_no():
    """Any no makes a certificate invalid; that a matter does not use it, or that it came too lightly, does not."""
    answers = [(), BOTH, (answer(OF_AGE, "no"), answer(IN_FORCE, "no"))]
    for kind, fields, said, got in product((LICENCE, PERMIT), ([], ["名称", "住所"]), answers, MODES):
        seen = look(kind, fields, said, got)
        matter = [requirement("a", replace(WHOLE, mode="L2"))]
        assert Outcome.NO is not need.needed(matter, seen, NOW).outcome
        assert Outcome.NO is not need.mode(matter, "L3", seen, NOW).outcome
