"""The verdict is a pure function of facts and policy: worse facts never give a better one."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest
from certhub_verifier.causes import CODES, Verdict
from certhub_verifier.facts import CAUTIONS, NO_CAUSES, OPEN_CAUSES, Checked, Fact, Outcome
from certhub_verifier.floor import FloorRow
from certhub_verifier.policy import Channel, Level, policy_for
from certhub_verifier.verdict import VALID, Judgement, judge, worst
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 20, tzinfo=UTC)
TICKET = policy_for(None, Channel.TICKET)
NEVER_SOFTENED = [
    "LIST_TOO_OLD",
    "STATUS_UNKNOWN",
    "ISSUER_UNKNOWN",
    "CLOCK_WRONG",
    "NO_AGREEMENT",
    "PEER_DOWN",
]


def fact(name, outcome, cause=None, **detail):
    """One checked fact."""
    return Checked(Fact(name), Outcome(outcome), cause, NOW, None, detail)


def all_good():
    """Every fact answered with yes."""
    return [fact(name, "yes") for name in Fact]


def but(*changed):
    """Every fact good, except for these."""
    return [one for one in all_good() if one.fact not in {c.fact for c in changed}] + list(changed)


CHECKED = st.builds(
    Checked,
    fact=st.sampled_from(Fact),
    outcome=st.sampled_from(Outcome),
    cause=st.none() | st.sampled_from(sorted(CODES)) | st.just("MOON_PHASE"),
    as_of=st.just(NOW),
)
KIND_OF = {
    Channel.TICKET: FloorRow.TICKET,
    Channel.FILE: FloorRow.FILE,
    Channel.SEALED: FloorRow.CODE,
    Channel.PAPER: FloorRow.CODE,
    Channel.PEER: FloorRow.ANSWER,
}
BY_TICKET = FloorRow.TICKET
KINDS = st.sampled_from(FloorRow)
POLICIES = st.sampled_from([policy_for(None, channel) for channel in Channel])


@pytest.mark.parametrize(
    "channel", [Channel.TICKET, Channel.PEER, Channel.SEALED, Channel.PAPER, Channel.FILE]
)
def test_all_good_is_valid(channel):
    """With every fact good nothing is left to say."""
    assert judge(all_good(), policy_for(None, channel), KIND_OF[channel]) == VALID


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("name", Fact)
def test_any_no_is_invalid(channel, name):
    """A known bad is invalid, whatever a policy says of its fact."""
    causes = NO_CAUSES[name] or (None,)
    for cause in causes:
        found = judge(but(fact(name, "no", cause)), policy_for(None, channel), KIND_OF[channel])
        assert Verdict.INVALID is found.verdict
        assert CODES[found.code].verdict is Verdict.INVALID


@pytest.mark.parametrize("name", [f for f in Fact if TICKET.level(f) is Level.REQUIRED])
def test_a_required_fact_that_is_missing_or_open_is_undetermined(name):
    """Nobody gets to "valid" by leaving a required fact out."""
    missing = judge([one for one in all_good() if one.fact is not name], TICKET, BY_TICKET)
    opened = judge(but(fact(name, "undetermined", OPEN_CAUSES[name][0])), TICKET, BY_TICKET)

    assert Judgement(Verdict.UNDETERMINED, OPEN_CAUSES[name][0]) == missing == opened


@pytest.mark.parametrize("cause", NEVER_SOFTENED)
def test_some_causes_are_never_softened(cause):
    """An expected fact that is open for a grave cause stays undetermined."""
    name = next(f for f in Fact if cause in OPEN_CAUSES[f])
    policy = replace(TICKET, levels=dict.fromkeys(Fact, Level.EXPECTED))

    assert Verdict.UNDETERMINED is judge([fact(name, "undetermined", cause)], policy, BY_TICKET).verdict


def test_an_expected_fact_that_is_open_asks_for_a_look():
    """An aged status at an offline counter is check, with its age for the sentence."""
    aged = fact("status", "undetermined", "STATUS_AGED", status_as_of="2026-11-20T01:41:00Z")
    found = judge(but(aged), policy_for(None, Channel.SEALED), FloorRow.CODE)

    assert Judgement(Verdict.CHECK, "STATUS_AGED", {"status_as_of": "2026-11-20T01:41:00Z"}) == found


@pytest.mark.parametrize(("name", "cause"), [(f, c) for f, causes in CAUTIONS.items() for c in causes])
def test_a_yes_with_a_caution_asks_for_a_look(name, cause):
    """Good, and somebody should look."""
    policy = replace(TICKET, levels={**TICKET.levels, Fact.HOLDER_BINDING: Level.EXPECTED})

    assert Judgement(Verdict.CHECK, cause) == judge(but(fact(name, "yes", cause)), policy, BY_TICKET)


def test_a_yes_that_contradicts_itself_is_not_good():
    """A yes with a cause that it cannot have is undetermined."""
    assert Verdict.UNDETERMINED is judge(but(fact("status", "yes", "REVOKED")), TICKET, BY_TICKET).verdict


def test_the_first_cause_in_the_order_is_the_headline():
    """Revoked comes before expired, and both before whatever is unknown, in any order of facts."""
    facts = [
        fact("dates", "no", "EXPIRED"),
        fact("status", "no", "REVOKED", date="2026-03-01"),
        fact("trust_fresh", "undetermined", "LIST_TOO_OLD"),
    ]
    for order in permutations(facts):
        assert Judgement(Verdict.INVALID, "REVOKED", {"date": "2026-03-01"}) == judge(
            order, TICKET, BY_TICKET
        )


def test_what_is_off_is_told_and_not_weighed():
    """A region's signature alone does not lower a sealed code."""
    only = fact("stands_behind", "undetermined", "REGION_ONLY")

    assert judge(but(only), policy_for(None, Channel.SEALED), FloorRow.CODE) == VALID


@given(st.lists(CHECKED, max_size=20), POLICIES, KINDS)
def test_the_code_fits_the_verdict(facts, policy, kind):
    """Valid says OK, invalid an invalid cause, check a check cause; undetermined never says good."""
    found = judge(facts, policy, kind)
    allowed = {
        Verdict.VALID: {Verdict.VALID},
        Verdict.CHECK: {Verdict.CHECK},
        Verdict.INVALID: {Verdict.INVALID},
        Verdict.UNDETERMINED: {Verdict.UNDETERMINED, Verdict.CHECK},
    }
    assert CODES[found.code].verdict in allowed[found.verdict]


@given(st.lists(CHECKED, max_size=20), CHECKED, POLICIES, KINDS)
def test_another_fact_never_makes_it_better_unless_it_was_missing(facts, more, policy, kind):
    """Adding an answer to a question that was already answered can only make the verdict worse."""
    if more.fact in {one.fact for one in facts}:
        before, after = judge(facts, policy, kind), judge([*facts, more], policy, kind)
        assert after.verdict.badness >= before.verdict.badness


@given(st.permutations(range(6)), st.lists(CHECKED, min_size=6, max_size=6), POLICIES, KINDS)
def test_the_order_of_facts_does_not_matter(order, facts, policy, kind):
    """The judgement's verdict and code depend on what was found, not on when."""
    one, other = judge(facts, policy, kind), judge([facts[i] for i in order], policy, kind)

    assert (one.verdict, one.code) == (other.verdict, other.code)


def test_the_worst_speaks_for_all():
    """Among items an invalid one comes before an undetermined one, and that before a check."""
    check, unknown = Judgement(Verdict.CHECK, "STATUS_AGED"), Judgement(Verdict.UNDETERMINED, "PEER_DOWN")
    bad = Judgement(Verdict.INVALID, "EXPIRED")

    assert bad == worst([check, unknown, bad, VALID])
    assert unknown == worst([check, unknown, VALID])
    assert check == worst([VALID, check])
