"""The floor: what no policy can lower, for each kind of evidence."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from certhub_schemas import shipped_catalogue
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
    PresentedCredential,
    RedemptionRecord,
    SealedCode,
    StatusAt,
    StatusToken,
    Verdict,
    WrongChannel,
    channel_of,
    examine,
    judge,
    policy_for,
    run,
    verify,
)
from certhub_verifier.causes import CODES
from certhub_verifier.facts import OPEN_CAUSES
from certhub_verifier.verdict import VALID, Judgement

from tests.support.credentials import NOW, World

WORLD = World()
ALL_OFF = replace(policy_for(None, Channel.TICKET), levels=dict.fromkeys(Fact, Level.OFF))
HELD = [(kind, fact, hold) for kind, floor in FLOORS.items() for fact, hold in floor.holds.items()]
THEN = datetime(2026, 11, 20, tzinfo=UTC)


def yes(fact):
    """A fact that was found to be so."""
    return Checked(fact, Outcome.YES, None, THEN)


def news(need):
    """A good list, and a region that has never seen the code."""
    return (
        StatusToken(WORLD.status_token())
        if isinstance(need, StatusAt)
        else RedemptionRecord(used=False, as_of=NOW)
    )


def test_seven_facts_stand_on_every_floor():
    """On each floor stand the seven facts without which nothing is known of a certificate."""
    seven = {"well_formed", "signature", "issuer_known", "issuer_entitled", "dates", "status", "trust_fresh"}

    for floor in FLOORS.values():
        assert seven <= {fact.value for fact in floor.holds}
        softened = {fact.value for fact, hold in floor.holds.items() if hold is Hold.EXPECTED}
        assert {"status"} == softened & seven


OWN_ROWS = {
    (FloorRow.TICKET, Fact.ONE_TIME): Verdict.UNDETERMINED,
    (FloorRow.FILE, Fact.HOLDER_BINDING): Verdict.UNDETERMINED,
    (FloorRow.CODE, Fact.ONE_TIME): Verdict.UNDETERMINED,
    (FloorRow.ANSWER, Fact.AGREEMENT): Verdict.UNDETERMINED,
    (FloorRow.ANSWER, Fact.AUDIENCE): Verdict.UNDETERMINED,
    (FloorRow.RECORDED, Fact.STANDS_BEHIND): Verdict.UNDETERMINED,
}
"""What the floor holds of one kind of evidence beside what it holds of all: written here once more, by hand."""


@pytest.mark.parametrize(("kind", "fact"), OWN_ROWS, ids=lambda one: one.value)
def test_each_row_of_one_kind_of_evidence_holds(kind, fact):
    """By a policy that turns everything off: without that fact nothing is valid, whatever the table says by now."""
    others = [yes(one) for one in Fact if one is not fact]

    assert OWN_ROWS[kind, fact] is judge(others, ALL_OFF, kind).verdict
    for cause in OPEN_CAUSES[fact]:
        doubt = Checked(fact, Outcome.UNDETERMINED, cause, THEN)
        assert Verdict.VALID is not judge([*others, doubt], ALL_OFF, kind).verdict


def test_the_floor_has_no_row_that_is_not_written_here():
    """A new row is written in both places."""
    everywhere = set.intersection(*(set(floor.holds) for floor in FLOORS.values()))

    assert everywhere == {
        *(Fact.WELL_FORMED, Fact.SIGNATURE, Fact.ISSUER_KNOWN, Fact.ISSUER_ENTITLED, Fact.CATALOGUED),
        *(Fact.DATES, Fact.STATUS, Fact.TRUST_FRESH, Fact.AGREEMENT, Fact.NEEDED, Fact.MODE),
    }
    assert {
        (kind, fact)
        for kind, floor in FLOORS.items()
        for fact, hold in floor.holds.items()
        if fact not in everywhere or hold is not FLOORS[FloorRow.FILE].holds[fact]
    } == OWN_ROWS.keys()


@pytest.mark.parametrize(("kind", "fact", "hold"), HELD)
def test_a_fact_on_the_floor_is_never_missing_and_never_off(kind, fact, hold):
    """By a policy that turns everything off: missing or open, it is not valid; softened only where it may be."""
    others = [yes(one) for one in Fact if one is not fact]
    missing = judge(others, ALL_OFF, kind).verdict

    may_be_absent = hold in (Hold.WHERE_TOLD, Hold.WHERE_ASKED)  # no second region, no matter
    assert (Verdict.UNDETERMINED is missing) == (not may_be_absent)
    for cause in OPEN_CAUSES[fact]:
        found = judge([*others, Checked(fact, Outcome.UNDETERMINED, cause, THEN)], ALL_OFF, kind)
        softened = hold in (Hold.EXPECTED, Hold.WHERE_ASKED) and CODES[cause].verdict is Verdict.CHECK
        assert (Verdict.CHECK if softened else Verdict.UNDETERMINED) is found.verdict


@pytest.mark.parametrize("kind", FloorRow)
def test_a_policy_may_demand_more_than_the_floor(kind):
    """Status that the floor would soften is undetermined where the policy requires it."""
    strict = replace(ALL_OFF, levels={Fact.STATUS: Level.REQUIRED})
    facts = [yes(one) for one in Fact if one is not Fact.STATUS]
    facts.append(Checked(Fact.STATUS, Outcome.UNDETERMINED, "STATUS_AGED", THEN))

    assert Judgement(Verdict.UNDETERMINED, "STATUS_AGED") == judge(facts, strict, kind)


@pytest.mark.parametrize("kind", FloorRow)
def test_a_certificate_without_a_seal_is_at_most_check(kind):
    """A region's record that no agency sealed is looked at by a person, with every fact good."""
    found = judge([yes(fact) for fact in Fact], ALL_OFF, kind)
    recorded = Judgement(Verdict.CHECK, "REGION_ONLY")

    assert (recorded if kind is FloorRow.RECORDED else VALID) == found


SHOWN = [
    PresentedCredential(WORLD.credential(), "ticket", yes(Fact.ONE_TIME), asker=None),
    PresentedCredential(WORLD.credential(), "file", asker=None),
    SealedCode(WORLD.sealed_code(), asker=None),
    SealedCode(f" -{WORLD.paper_code()}".lower(), asker=None),
    SealedCode("not a code", asker=None),
]


def test_the_channel_is_the_evidences_own():
    """By its type, and of a code by its prefix, however it was typed."""
    expected = [Channel.TICKET, Channel.FILE, Channel.SEALED, Channel.PAPER, Channel.SEALED]

    assert expected == [channel_of(shown) for shown in SHOWN]


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("shown", SHOWN)
def test_a_policy_for_another_channel_is_refused(shown, channel):
    """A file judged as a sealed code would need neither a binding nor a first use: it is not judged at all."""
    if channel is channel_of(shown):
        return
    with pytest.raises(WrongChannel):
        examine(
            shown,
            trust=WORLD.trust(),
            policy=policy_for(None, channel),
            now=NOW,
            catalogue=shipped_catalogue(),
        )


def test_a_copied_file_is_never_valid_however_lenient_the_policy():
    """With every level off it is genuine, and nobody knows who shows it."""
    lenient = replace(policy_for(None, Channel.FILE), levels=dict.fromkeys(Fact, Level.OFF))
    report = run(
        examine(SHOWN[1], trust=WORLD.trust(), policy=lenient, now=NOW, catalogue=shipped_catalogue()), news
    )

    assert (Verdict.CHECK, "NOT_BOUND") == (report.verdict, report.code)


def test_a_strangers_credential_without_a_trust_list_is_never_verified():
    """The policy that once turned every fact off returned `Verified` for it."""
    for shown in SHOWN:
        lenient = replace(policy_for(None, channel_of(shown)), levels=dict.fromkeys(Fact, Level.OFF))
        with pytest.raises(NotValid):
            verify(shown, trust=None, policy=lenient, now=NOW, fetch=news, catalogue=shipped_catalogue())


def test_a_receipt_is_no_channel():
    """No certificate comes by it, and a policy for it would have nothing to weigh."""
    assert "receipt" not in {channel.value for channel in Channel}
