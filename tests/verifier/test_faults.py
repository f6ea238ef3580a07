"""What a machine in trouble says: undetermined, why, and how old; never that something is good.

no trust list · one of 72 hours and more · no status · a status of days ago · a clock that is slow
× a ticket at home · a file · a sealed code · a paper code · another region's answer
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from certhub_schemas import matter, shipped_catalogue
from certhub_verifier.causes import CODES, Verdict
from certhub_verifier.engine import examine, run
from certhub_verifier.evidence import PeerAnswer, PresentedCredential, SealedCode
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.formats.exchange.envelope import AnsweredItem
from certhub_verifier.formats.exchange.reported_fact import StatedFact
from certhub_verifier.lookups import RedemptionRecord, StatusAt, StatusToken
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.report import overall
from certhub_verifier.sentences import placeholders

from tests.support.credentials import AWAY, FACE, HOME, LICENCE, MATTER, NOW, World
from tests.support.showings import TOLD

WORLD = World()
HOUR = timedelta(hours=1)


SOME_MATTER = replace(matter(MATTER), deficiency_allowed=False)  # settled offline too, a status of one day


def answer(as_of):
    """What 420700 tells 420100: all good."""
    facts = tuple(StatedFact(name, "yes", None, as_of) for name in TOLD)
    return AnsweredItem(kind=LICENCE, kind_version=1, facts=facts, disclosed=FACE, cert_digest="d" * 64)


# What is shown at `NOW`, whatever the machine believes the time to be.
SHOWN = {
    Channel.TICKET: PresentedCredential(
        WORLD.credential(), "ticket", Checked(Fact.ONE_TIME, Outcome.YES, None, NOW), asker=None
    ),
    Channel.FILE: PresentedCredential(WORLD.credential(), "file", asker=None),
    Channel.SEALED: SealedCode(WORLD.sealed_code(), asker=None, kind_version=1),
    Channel.PAPER: SealedCode(WORLD.paper_code(), asker=None, kind_version=1),
    Channel.PEER: PeerAnswer(HOME, answer(NOW), "e" * 64, NOW, asker=AWAY),
}


def news(token):
    """A folder of public files with one list and a hub that has never seen the code."""
    return lambda need: (
        (StatusToken(token) if token else None)
        if isinstance(need, StatusAt)
        else RedemptionRecord(False, as_of=NOW)
    )


FRESH = WORLD.status_token()
FAULTS = {
    "no trust list": {"trust": None},
    "a trust list of 73 hours": {"trust": WORLD.trust(NOW - 73 * HOUR)},
    "no status": {"token": None},
    "a status of 25 hours": {"token": WORLD.status_token(iat=NOW - 25 * HOUR)},
    "a status list past its end": {"token": WORLD.status_token(iat=NOW - 3 * HOUR, life=2 * HOUR)},
    "a clock 10 minutes slow": {"now": NOW - timedelta(minutes=10)},
    "a clock a year slow": {"now": NOW - timedelta(days=365)},
}
CAUSES = {
    "no trust list": {"ISSUER_UNKNOWN"},
    "a trust list of 73 hours": {"LIST_TOO_OLD"},
    "no status": {"STATUS_UNKNOWN"},
    "a status of 25 hours": {"LIST_TOO_OLD"},
    "a status list past its end": {"LIST_TOO_OLD"},
    "a clock 10 minutes slow": {"CLOCK_WRONG"},
    "a clock a year slow": {"CLOCK_WRONG"},
}


def found(channel, *, trust=WORLD.trust(), token=FRESH, now=NOW):  # noqa: B008 - values, never changed
    """Examine what is shown by `channel` on a machine in some trouble."""
    policy = policy_for(SOME_MATTER, channel)
    return run(
        examine(SHOWN[channel], trust=trust, policy=policy, now=now, catalogue=shipped_catalogue()),
        news(token),
    )


# Another region's answer brings its own status: a missing list is no trouble to it.
CASES = [(c, f) for c in SHOWN for f in FAULTS if not (c is Channel.PEER and "token" in FAULTS[f])]


@pytest.mark.parametrize(("channel", "fault"), CASES)
def test_trouble_is_undetermined_with_its_cause_and_age(channel, fault):
    """Trouble with our own means makes nothing good and nothing bad, and the sentence says why."""
    report = found(channel, **FAULTS[fault])

    assert (report.verdict, report.code) == (Verdict.UNDETERMINED, *CAUSES[fault])
    assert all(checked.as_of is not None for checked in report.facts)
    said = overall([report], channel=channel, as_of=NOW).sentence("zh")
    assert frozenset() == placeholders(said.headline) == placeholders(said.next_step)


@pytest.mark.parametrize("channel", SHOWN)
def test_without_trouble_the_same_is_good(channel):
    """The faults above are what makes the difference; a file has nobody who shows it."""
    expected = Verdict.CHECK if channel is Channel.FILE else Verdict.VALID

    assert found(channel).verdict is expected


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("other", FAULTS)
def test_two_troubles_are_no_better_than_one(fault, other):
    """Nothing that is missing makes up for something else that is missing."""
    for channel in SHOWN:
        both = {**FAULTS[fault], **FAULTS[other]}
        if channel is Channel.PEER and not {"trust", "now"} & both.keys():
            continue
        report = found(channel, **both)
        assert report.verdict is Verdict.UNDETERMINED
        assert CODES[report.code].verdict is Verdict.UNDETERMINED


def test_a_known_bad_stays_bad_in_trouble():
    """Revoked yesterday, by a list that is too old to say that anything is good."""
    old = WORLD.status_token({40_961: 1}, iat=NOW - 25 * HOUR)

    assert (Verdict.INVALID, "REVOKED") == (
        found(Channel.SEALED, token=old).verdict,
        found(Channel.SEALED, token=old).code,
    )


@pytest.mark.parametrize(
    ("age", "outcome", "grade"),
    [
        (timedelta(0), "yes", "fresh"),
        (timedelta(minutes=15), "yes", "fresh"),
        (timedelta(minutes=16), "yes", "aging"),
        (24 * HOUR, "yes", "aging"),
        (25 * HOUR, "yes", "stale"),
        (72 * HOUR, "yes", "stale"),
        (72 * HOUR + timedelta(seconds=1), "undetermined", None),
        (-timedelta(seconds=60), "yes", "fresh"),
        (-timedelta(seconds=61), "undetermined", None),
    ],
)
def test_the_grades_of_a_trust_list(age, outcome, grade):
    """Fresh, aging, stale, too old; and one from the future is a slow clock."""
    report = found(Channel.PAPER, trust=WORLD.trust(NOW - age))
    fresh = next(checked for checked in report.facts if checked.fact is Fact.TRUST_FRESH)

    assert (fresh.outcome.value, fresh.detail.get("grade")) == (outcome, grade)
    assert fresh.as_of == NOW - age


def test_a_stale_list_serves_only_matters_that_may_be_settled_offline():
    """Twenty-five hours: too old for a matter that has to be online."""
    steps = examine(
        SHOWN[Channel.TICKET],
        trust=WORLD.trust(NOW - 25 * HOUR),
        policy=policy_for(replace(SOME_MATTER, offline_allowed=False), Channel.TICKET),
        now=NOW,
        catalogue=shipped_catalogue(),
    )
    report = run(steps, news(FRESH))
    assert (report.code, report.detail["hours"]) == ("LIST_TOO_OLD", "25")


# One presentation that every question can be put to: a credential of 420700, shown to a counter of 420100 by a
# ticket, whose hub knows for whom it was meant, who showed it, and that the ledger holds it.
EVERYTHING = PresentedCredential(
    WORLD.credential(),
    "ticket",
    redeemed=Checked(Fact.ONE_TIME, Outcome.YES, None, NOW),
    known=tuple(
        Checked(fact, Outcome.YES, None, NOW) for fact in (Fact.AUDIENCE, Fact.HOLDER_BINDING, Fact.LOGGED)
    ),
    asker=AWAY,
)
MINUTES = timedelta(minutes=10)
NONE = timedelta(0)
FOUR = ("no trust list", "a trust list of 73 hours", "no status", "a clock 10 minutes slow")
OPEN = {  # what each trouble leaves open: the cause, and the age that is told of it
    "no trust list": {
        Fact.ISSUER_KNOWN: ("ISSUER_UNKNOWN", NONE),
        Fact.TRUST_FRESH: ("ISSUER_UNKNOWN", NONE),
    },
    "a trust list of 73 hours": {Fact.TRUST_FRESH: ("LIST_TOO_OLD", 73 * HOUR)},
    "no status": {Fact.STATUS: ("STATUS_UNKNOWN", NONE)},
    "a clock 10 minutes slow": {
        Fact.DATES: ("CLOCK_WRONG", NONE),
        Fact.STATUS: ("CLOCK_WRONG", -MINUTES),
        Fact.TRUST_FRESH: ("CLOCK_WRONG", -MINUTES),
        **dict.fromkeys(
            (Fact.HOLDER_BINDING, Fact.AUDIENCE, Fact.ONE_TIME, Fact.LOGGED), ("CLOCK_WRONG", -MINUTES)
        ),
    },
}
ASKED_WITHOUT_TRUST = (Fact.WELL_FORMED, Fact.ISSUER_KNOWN, Fact.TRUST_FRESH)  # nothing else can be believed


def all_facts(fault):
    """What is answered of everything, on a machine in that trouble; and the time that it believes in."""
    with_fault = {"trust": WORLD.trust(), "token": FRESH, "now": NOW, **FAULTS.get(fault, {})}
    policy = policy_for(SOME_MATTER, Channel.TICKET)
    steps = examine(
        EVERYTHING,
        trust=with_fault["trust"],
        policy=policy,
        now=with_fault["now"],
        catalogue=shipped_catalogue(),
    )
    report = run(steps, news(with_fault["token"]))
    return report, {checked.fact: checked for checked in report.facts}, with_fault["now"]


def test_every_question_is_put_where_nothing_is_wrong():
    """The matrix below has a row for each of the sixteen facts, and all of them are yes."""
    report, answers, _ = all_facts("none")

    assert set(Fact) == set(answers)
    assert {Outcome.YES} == {checked.outcome for checked in answers.values()}
    assert report.verdict is Verdict.VALID


@pytest.mark.parametrize("fault", FOUR)
@pytest.mark.parametrize("fact", Fact)
def test_four_troubles_times_every_fact(fault, fact):
    """Each cell: yes with evidence that the trouble leaves alone, undetermined with cause and age, or not asked.

    No cell is a "no", and no column is valid.
    """
    report, answers, now = all_facts(fault)
    checked = answers.get(fact)

    assert report.verdict is Verdict.UNDETERMINED
    if fault == "no trust list" and fact not in ASKED_WITHOUT_TRUST:
        assert checked is None
    elif fact in OPEN[fault]:
        cause, age = OPEN[fault][fact]
        assert (Outcome.UNDETERMINED, cause) == (checked.outcome, checked.cause)
        assert age == now - checked.as_of
    else:
        assert (Outcome.YES, None) == (checked.outcome, checked.cause)


@pytest.mark.parametrize("channel", SHOWN)
@pytest.mark.parametrize("deficiency", [False, True])
@pytest.mark.parametrize("offline", [False, True])
def test_no_matter_makes_trouble_valid(channel, offline, deficiency):
    """However lenient the matter, and whichever the trouble: zero valid."""
    lenient = replace(SOME_MATTER, offline_allowed=offline, deficiency_allowed=deficiency)
    for fault, changes in FAULTS.items():
        if (channel, fault) in CASES:
            given = {"trust": WORLD.trust(), "token": FRESH, "now": NOW, **changes}
            steps = examine(
                SHOWN[channel],
                trust=given["trust"],
                policy=policy_for(lenient, channel),
                now=given["now"],
                catalogue=shipped_catalogue(),
            )
            assert run(steps, news(given["token"])).verdict is Verdict.UNDETERMINED
