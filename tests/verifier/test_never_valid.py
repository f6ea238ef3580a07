"""Whatever is shown, told, believed and whenever: "valid" only where every fact that weighs is a yes.

Hypothesis chooses what is shown, the news (none, good, garbage, of another kind), the trust list and its age,
the clock, the matter and the facts that a caller or another region brings along.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from certhub_schemas import matter, matters, shipped_catalogue
from certhub_schemas.requirements import MODES
from certhub_verifier import (
    FLOORS,
    Channel,
    Checked,
    Fact,
    FloorRow,
    Hold,
    Level,
    NotValid,
    Outcome,
    PeerAnswer,
    PresentedCredential,
    RedemptionRecord,
    SealedCode,
    StatusAt,
    StatusRecord,
    StatusToken,
    Verdict,
    Verified,
    WrongChannel,
    channel_of,
    examine,
    policy_for,
    run,
    verify,
)
from certhub_verifier.causes import CODES
from certhub_verifier.checks.need import reaches
from certhub_verifier.checks.status import STATES
from certhub_verifier.facts import CAUTIONS
from certhub_verifier.formats.exchange.envelope import AnsweredItem
from certhub_verifier.formats.exchange.reported_fact import StatedFact
from certhub_verifier.formats.trust.trustlist import MemberState
from certhub_verifier.predicates import Manner
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.support.credentials import AWAY, FACE, HOME, INDEX, LICENCE, MATTER, NOW, World

WORLD = World()
TRUST = {
    None: None,
    "good": WORLD.trust(),
    "suspended": World(home_state=MemberState.SUSPENDED).trust(),
    "left": World(home_state=MemberState.LEFT).trust(),
    "other kinds": World(kinds=("111000000000131433001",)).trust(),
    "home's keys are missing": WORLD.trust(without=["regions/420700/keys.json"]),
    "home's agencies are missing": WORLD.trust(without=["regions/420700/issuers.json"]),
    "one side's agreement": WORLD.trust(without=["regions/420100/agreements/420700.1.json"]),
}
CREDENTIAL, CODE, PAPER = WORLD.credential(), WORLD.sealed_code(), WORLD.paper_code()
LISTS = [
    WORLD.status_token(),
    WORLD.status_token({INDEX: 1}),
    WORLD.status_token({INDEX: 2}),
    WORLD.status_token({INDEX: 3}),
    WORLD.status_token(iat=NOW - timedelta(hours=3)),
    WORLD.status_token(uri="https://420700.certhub.example/status/4"),
    WORLD.receipt().encode(),
    b"",
    b"<html>404</html>",
]

LIMITS = (0, 59, 61, 16 * 60, 25 * 3600, 73 * 3600, 179 * 86_400, 400 * 86_400, 3_000 * 86_400)
OFFSETS = (st.sampled_from(LIMITS) | st.integers(0, 10**8)).map(lambda seconds: timedelta(seconds=seconds))
MOMENTS = st.just(NOW) | st.builds(
    lambda offset, sign: NOW + sign * offset, OFFSETS, st.sampled_from([1, -1])
)
LEVELS = st.sampled_from(Level)
OFF = dict.fromkeys(Fact, Level.OFF)
LISTED = st.sampled_from(["good", "good", "good", *TRUST])
CAUSES = st.none() | st.sampled_from([*CODES, "SOMETHING_ELSE"])
SIGNED = Fact.SIGNATURE  # the one fact that only the engine can know
FACTS = st.builds(
    Checked,
    st.sampled_from([fact for fact in Fact if fact is not SIGNED]),
    st.sampled_from(Outcome),
    CAUSES,
    MOMENTS,
)
STATED = st.builds(
    StatedFact,
    st.sampled_from([*(fact.value for fact in Fact), "approved"]),
    st.sampled_from([*(outcome.value for outcome in Outcome), "maybe"]),
    CAUSES,
    MOMENTS,
)
SEVEN = frozenset(
    {
        Fact.WELL_FORMED,
        Fact.SIGNATURE,
        Fact.ISSUER_KNOWN,
        Fact.ISSUER_ENTITLED,
        Fact.DATES,
        Fact.STATUS,
        Fact.TRUST_FRESH,
    }
)
ALL_YES = tuple(StatedFact(fact.value, "yes", None, NOW) for fact in Fact)
ANSWERED = AnsweredItem(kind=LICENCE, kind_version=1, facts=ALL_YES, disclosed=FACE, cert_digest="d" * 64)
REGIONS = st.sampled_from([None, HOME, AWAY, "999999"])
VERSIONS = st.sampled_from([1, 1, 1, None, 2, 999])
MANNERS = st.builds(Manner, st.sampled_from(MODES), st.booleans())


def bent(text):
    """A code or credential as it is, cut short, or with one character changed."""
    places = st.integers(0, len(text) - 1)
    changed = st.builds(
        lambda at, character: text[:at] + character + text[at + 1 :], places, st.sampled_from("0Aa~.\u202e")
    )
    return st.just(text) | st.just(text) | changed | places.map(lambda at: text[:at])


SHOWN = st.one_of(
    st.builds(
        PresentedCredential,
        bent(CREDENTIAL),
        st.sampled_from(["ticket", "file"]),
        st.none() | FACTS.map(lambda fact: replace(fact, fact=Fact.ONE_TIME)),
        st.lists(FACTS, max_size=2).map(tuple),
        asker=REGIONS,
        manner=MANNERS,
    ),
    st.builds(
        SealedCode,
        bent(CODE) | bent(PAPER),
        st.lists(FACTS, max_size=2).map(tuple),
        asker=REGIONS,
        kind_version=VERSIONS,
        manner=MANNERS,
    ),
    st.builds(
        PeerAnswer,
        st.sampled_from([HOME, AWAY]),
        st.builds(
            AnsweredItem,
            kind=st.sampled_from([LICENCE, "1" * 21]),
            facts=st.just(ALL_YES) | st.lists(STATED, max_size=12).map(tuple),
            disclosed=st.just(FACE) | st.just({"名称": "示例小面馆"}),
            cert_digest=st.just("d" * 64),
            kind_version=VERSIONS,
        ),
        st.just("e" * 64),
        MOMENTS,
        st.sampled_from([HOME, AWAY]),
        manner=MANNERS,
    ),
)
STATUS_NEWS = st.one_of(
    st.none(),
    st.sampled_from(LISTS[:1] * 6 + LISTS).map(StatusToken),
    st.binary(max_size=64).map(StatusToken),
    st.builds(StatusRecord, st.sampled_from([*STATES, "intended", "", "aktiv"]), MOMENTS),
    st.just(RedemptionRecord(redeemed=False, as_of=NOW)),
)
USE_NEWS = st.one_of(
    st.none(),
    st.builds(RedemptionRecord, st.booleans(), as_of=MOMENTS),
    st.just(StatusRecord("active", NOW)),
    st.just(StatusToken(b"x")),
)


@st.composite
def policies(draw):
    """The rules of any matter, by any channel; as they are, or with any level of any fact."""

    some = replace(
        draw(st.sampled_from([*[matter(MATTER)] * 3, *matters()])),
        max_status_age_seconds=draw(st.sampled_from([30, 300, 86_400, 10**9])),
        offline_allowed=draw(st.booleans()),
    )
    policy = policy_for(draw(st.none() | st.just(some)), draw(st.sampled_from(Channel)))
    levels = draw(st.just(policy.levels) | st.just(OFF) | st.dictionaries(st.sampled_from(Fact), LEVELS))
    return replace(policy, levels=levels)


def judged(shown, trust, policy, now, status, use):
    """Let the engine judge, and tell it what was drawn."""
    steps = examine(shown, trust=trust, policy=policy, now=now, catalogue=shipped_catalogue())
    return run(steps, lambda need: status if isinstance(need, StatusAt) else use)


def for_what_came(shown, policy):
    """Return the policy, for the channel that `shown` came by: any other is refused."""
    return replace(policy, channel=channel_of(shown))


def ways(policy, kind):
    """Return what the matter takes of a kind."""
    return [way for one in policy.requirements for way in one.of_kind(kind)]


def floor_of(shown):
    """Return the row of the floor's table that `shown` stands on."""
    match shown:
        case PeerAnswer():
            return FLOORS[FloorRow.ANSWER]
        case SealedCode():
            return FLOORS[FloorRow.CODE]
        case _:
            return FLOORS[FloorRow(shown.how)]


GOOD = PresentedCredential(CREDENTIAL, "ticket", Checked(Fact.ONE_TIME, Outcome.YES, None, NOW), asker=None)
TICKET = policy_for(None, Channel.TICKET)


@settings(max_examples=200)
@given(SHOWN, LISTED, MOMENTS, policies(), MOMENTS, STATUS_NEWS, USE_NEWS)
@example(GOOD, "good", NOW, TICKET, NOW, StatusToken(LISTS[0]), None)
def test_valid_is_said_only_where_every_fact_that_weighs_is_a_yes(
    shown, name, as_of, policy, now, status, use
):
    """No news, garbage, an old list, a slow clock, a stranger's words: none of them makes anything valid."""
    policy = for_what_came(shown, policy)
    trust = TRUST[name] and replace(TRUST[name], as_of=as_of)
    report = judged(shown, trust, policy, now, status, use)
    facts = {checked.fact: checked for checked in report.facts}

    if report.verdict in (Verdict.VALID, Verdict.CHECK):
        assert trust is not None
        assert not any(checked.outcome is Outcome.NO for checked in report.facts)
        assert all(facts[fact].outcome is Outcome.YES for fact in SEVEN - {Fact.STATUS})
        assert Fact.STATUS in facts
    if report.verdict is Verdict.VALID:
        assert 1 == report.kind_version  # the one that the catalogue holds; no other, and not an unsaid one
        assert all(
            facts[fact].outcome is Outcome.YES
            if fact in facts
            else hold in (Hold.WHERE_TOLD, Hold.WHERE_ASKED)
            for fact, hold in floor_of(shown).holds.items()
        )
        if policy.mode is not None:
            assert {Fact.NEEDED, Fact.MODE} <= facts.keys()
            assert reaches(shown.manner.reached, policy.mode)
            assert any(set(way.titles) <= report.disclosed.keys() for way in ways(policy, report.kind))
        for fact in Fact:
            level = policy.level(fact)
            assert level is not Level.REQUIRED or facts[fact].outcome is Outcome.YES
            assert level is Level.OFF or fact not in facts or facts[fact].outcome is Outcome.YES
        assert all(c.cause is None for c in report.facts if policy.level(c.fact) is not Level.OFF)
    if report.disclosed and not isinstance(shown, PeerAnswer):
        assert facts[SIGNED].outcome is Outcome.YES


@settings(max_examples=40)
@given(SHOWN, LISTED, MOMENTS, policies(), MOMENTS, USE_NEWS)
def test_no_status_is_never_valid(shown, name, as_of, policy, now, use):
    """Where nothing could be had, or nothing that is a status, the verdict is not "valid"."""
    assume(not isinstance(shown, PeerAnswer))  # it brings its status along
    policy = for_what_came(shown, policy)
    told = getattr(shown, "told", getattr(shown, "known", ()))
    assume(all(checked.fact is not Fact.STATUS for checked in told))
    trust = TRUST[name] and replace(TRUST[name], as_of=as_of)
    for nothing in (
        None,
        RedemptionRecord(redeemed=False, as_of=NOW),
        StatusToken(b""),
        StatusRecord("", NOW),
    ):
        assert judged(shown, trust, policy, now, nothing, use).verdict is not Verdict.VALID


@settings(max_examples=50)
@given(SHOWN, policies(), MOMENTS, STATUS_NEWS, USE_NEWS)
def test_no_trust_list_is_never_even_check(shown, policy, now, status, use):
    """A machine that trusts nobody says invalid of what does not read, and nothing of the rest."""
    policy = for_what_came(shown, policy)
    assert judged(shown, None, policy, now, status, use).verdict in (Verdict.INVALID, Verdict.UNDETERMINED)


@settings(max_examples=100)
@given(SHOWN, LISTED, policies(), MOMENTS, STATUS_NEWS, USE_NEWS)
def test_a_verified_value_exists_only_of_a_valid_report(shown, name, policy, now, status, use):
    """`Verified` cannot be made of anything else."""
    policy = for_what_came(shown, policy)
    report = judged(shown, TRUST[name], policy, now, status, use)
    if report.verdict is Verdict.VALID:
        assert report is Verified(report).report
        return
    with pytest.raises(NotValid) as refused:
        Verified(report)
    assert report is refused.value.report


ONE_OF_EACH = [
    GOOD,
    PresentedCredential(CREDENTIAL, "file", asker=None),
    SealedCode(CODE, asker=None),
    SealedCode(PAPER, asker=None),
    PeerAnswer(HOME, ANSWERED, "e" * 64, NOW, AWAY),
]


@settings(max_examples=100)
@given(st.sampled_from(ONE_OF_EACH) | SHOWN, policies(), MOMENTS, STATUS_NEWS, USE_NEWS)
def test_without_a_trust_list_nothing_is_ever_verified(shown, policy, now, status, use):
    """Whatever the channel, the policy and the news: `verify` returns nothing, it raises."""
    with pytest.raises((NotValid, WrongChannel)):
        verify(
            shown,
            trust=None,
            policy=policy,
            now=now,
            fetch=lambda need: status if isinstance(need, StatusAt) else use,
            catalogue=shipped_catalogue(),
        )


def test_cautions_are_known():
    """A yes may carry only the causes that this suite knows as cautions."""
    assert {"EXPIRES_SOON", "STATUS_AGED", "NAME_VARIANT", "IDENTITY_SEEN"} == {
        c for causes in CAUTIONS.values() for c in causes
    }
