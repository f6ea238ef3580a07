"""The one age rule: whatever somebody states is as old as its date, and a matter says how old it may be."""

from dataclasses import replace
from datetime import timedelta

import pytest
from certhub_schemas import shipped_catalogue
from certhub_verifier import (
    Checked,
    Fact,
    Outcome,
    PresentedCredential,
    RedemptionRecord,
    SealedCode,
    StatusAt,
    StatusRecord,
    Verdict,
    channel_of,
    examine,
    policy_for,
    run,
)
from certhub_verifier.checks.core import in_time
from certhub_verifier.predicates import Manner, PredicateAnswer

from tests.support.credentials import HOME, NOW, World
from tests.support.needs import asked

WORLD = World()
YEAR = timedelta(days=365)
POLICY = policy_for(None, channel_of(SealedCode("", asker=None)))
STATED = [fact for fact in Fact if fact is not Fact.SIGNATURE]


def judged(shown, *, status=NOW, use=NOW, state="active", used=False):
    """Examine what is shown; the home hub's row and the use are told as of those moments."""
    policy = policy_for(None, channel_of(shown))
    steps = examine(shown, trust=WORLD.trust(), policy=policy, catalogue=shipped_catalogue(), now=NOW)
    return run(
        steps,
        lambda need: (
            StatusRecord(state, status) if isinstance(need, StatusAt) else RedemptionRecord(used, as_of=use)
        ),
    )


def by_ticket(as_of=NOW, known=()):
    """A credential whose ticket was redeemed then."""
    return PresentedCredential(
        WORLD.credential(), "ticket", Checked(Fact.ONE_TIME, Outcome.YES, None, as_of), known, asker=None
    )


def test_a_row_of_a_year_ago_is_no_status():
    """What the home hub's row said last year is not what it says."""
    report = judged(by_ticket(), status=NOW - YEAR)

    assert (Verdict.UNDETERMINED, "FACT_TOO_OLD") == (report.verdict, report.code)
    assert Verdict.VALID is judged(by_ticket()).verdict


def test_a_revocation_of_a_year_ago_is_still_one():
    """A known bad does not age."""
    assert "REVOKED" == judged(by_ticket(), status=NOW - YEAR, state="revoked").code


def test_a_ticket_that_was_redeemed_a_year_ago_is_no_first_use_today():
    """The hub's word on the redemption ages like any other."""
    assert "FACT_TOO_OLD" == judged(by_ticket(NOW - YEAR)).code


def test_a_use_that_was_looked_up_a_year_ago_says_nothing_of_today():
    """A code that was unused then may have been used since; one that was used stays used."""
    code = SealedCode(WORLD.sealed_code(), asker=None, kind_version=1)

    assert "FACT_TOO_OLD" == judged(code, use=NOW - YEAR).code
    assert "CODE_USED" == judged(code, use=NOW - YEAR, used=True).code
    assert Verdict.VALID is judged(code).verdict


@pytest.mark.parametrize(
    "shown", [by_ticket, lambda known: SealedCode(WORLD.sealed_code(), known, asker=None)]
)
def test_what_a_caller_knows_ages(shown):
    """That it was meant for this counter a year ago is not known of today."""
    old = Checked(Fact.AUDIENCE, Outcome.YES, None, NOW - YEAR)

    assert "FACT_TOO_OLD" == judged(shown(known=(old,))).code


def test_a_ledgers_word_of_a_year_ago_does_not_save_a_compromised_key():
    """Whether the ledger holds it is asked of the aged fact too."""
    logged = Checked(Fact.LOGGED, Outcome.YES, None, NOW - YEAR)

    assert "FACT_TOO_OLD" == in_time(logged, policy=POLICY, now=NOW).cause


@pytest.mark.parametrize("fact", STATED)
@pytest.mark.parametrize("outcome", [Outcome.YES, Outcome.UNDETERMINED])
def test_every_fact_that_is_stated_has_a_limit(fact, outcome):
    """To the second: within it stands what was said, beyond it it is too old, and dated ahead a clock is wrong."""
    limit = POLICY.max_status_age_seconds
    if fact in (Fact.ISSUER_KNOWN, Fact.ISSUER_ENTITLED):
        limit = POLICY.max_trust_age_seconds
    said = Checked(fact, outcome, None, NOW - timedelta(seconds=limit))
    older, ahead = (replace(said, as_of=NOW + timedelta(seconds=seconds)) for seconds in (-limit - 1, 61))

    assert said == in_time(said, policy=POLICY, now=NOW)
    assert "FACT_TOO_OLD" == in_time(older, policy=POLICY, now=NOW).cause
    assert "CLOCK_WRONG" == in_time(ahead, policy=POLICY, now=NOW).cause


TODAY, BY_THEN = asked("in_force_on", date="today"), asked("in_force_on", date="2026-11-24")
OF_AGE, UNENDED = asked("age_at_least", n=60), asked("not_ended_within", days=30)
THERE, DECLARED = asked("in_region", prefix="4207"), asked("equals", field="社会保障号码")
MOVING = [(TODAY, "yes"), (TODAY, "no"), (OF_AGE, "no"), (UNENDED, "yes")]
SETTLED = [
    *((OF_AGE, "yes"), (UNENDED, "no"), (BY_THEN, "yes"), (BY_THEN, "no"), (THERE, "yes"), (THERE, "no")),
    *((DECLARED, "yes"), (DECLARED, "no"), (OF_AGE, "undetermined"), (TODAY, "undetermined")),
]
LIMIT = timedelta(seconds=POLICY.status_limit)
SECOND = timedelta(seconds=1)


def answer_of(predicate, outcome, as_of):
    """What the engine leaves of one answer, given so and as of then: the outcome and its cause."""
    cause = "CLAIM_ABSENT" if outcome == "undetermined" else None
    told = PredicateAnswer(predicate, Outcome(outcome), cause, as_of, HOME)
    report = judged(replace(by_ticket(), manner=Manner(predicates=(told,))))
    [found] = report.manner.predicates
    assert replace(told, outcome=found.outcome, cause=found.cause) == found
    return found.outcome.value, found.cause


@pytest.mark.parametrize(("predicate", "outcome"), MOVING)
def test_an_answer_that_moves_with_the_day_ages(predicate, outcome):
    """To the second, by the limit of a status: who was in force, or too young, three years ago need not be today."""
    assert (outcome, None) == answer_of(predicate, outcome, NOW - LIMIT)
    for age in (LIMIT + SECOND, 1000 * timedelta(days=1)):
        assert ("undetermined", "FACT_TOO_OLD") == answer_of(predicate, outcome, NOW - age)


@pytest.mark.parametrize(("predicate", "outcome"), SETTLED)
def test_an_answer_that_no_day_changes_does_not_age(predicate, outcome):
    """Who was sixty stays so, what had ended has ended, and a region, a declared value and a past day stay."""
    cause = "CLAIM_ABSENT" if outcome == "undetermined" else None

    assert (outcome, cause) == answer_of(predicate, outcome, NOW - 1000 * timedelta(days=1))


@pytest.mark.parametrize(("predicate", "outcome"), [*MOVING, *SETTLED])
def test_an_answer_that_is_dated_ahead_is_not_known(predicate, outcome):
    """Of two clocks one is wrong; a minute between them is nothing."""
    cause = "CLAIM_ABSENT" if outcome == "undetermined" else None

    assert (outcome, cause) == answer_of(predicate, outcome, NOW + timedelta(seconds=60))
    assert ("undetermined", "CLOCK_WRONG") == answer_of(predicate, outcome, NOW + timedelta(seconds=61))
