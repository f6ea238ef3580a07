"""Another region's answer: its facts are its own words; whether we rely on them is ours to say."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from certhub_schemas import shipped_catalogue
from certhub_verifier.causes import CODES, Verdict
from certhub_verifier.engine import examine, run
from certhub_verifier.evidence import PeerAnswer
from certhub_verifier.facts import Fact
from certhub_verifier.formats.exchange.envelope import AnsweredItem
from certhub_verifier.formats.exchange.reported_fact import StatedFact, StatedIssuer
from certhub_verifier.formats.trust.trustlist import MemberState, agreement_path
from certhub_verifier.policy import Channel, policy_for
from hypothesis import given
from hypothesis import strategies as st

from tests.support.credentials import (
    AGENCY,
    AWAY,
    AWAY_AGENCY,
    HOME,
    LICENCE,
    MARRIAGE,
    MATTER,
    NOW,
    World,
    an_agreement,
)

WORLD = World()
TRUST = WORLD.trust()
POLICY = replace(policy_for(None, Channel.PEER), matter_code=MATTER)
DIGEST = "e" * 64
NEEDED = (
    *("well_formed", "signature", "issuer_known", "issuer_entitled"),
    *("dates", "status", "audience", "one_time"),
)


def good(*changed):
    """All that a peer has to say, said with yes, except for these."""
    names = {one.fact for one in changed}
    return (*(StatedFact(name, "yes", None, NOW) for name in NEEDED if name not in names), *changed)


def said(fact, outcome, cause=None, *, as_of=NOW, **detail):
    """One stated fact."""
    return StatedFact(fact, outcome, cause, as_of, "f" * 64, detail)


def examined(
    facts,
    *,
    trust=TRUST,
    policy=POLICY,
    kind=LICENCE,
    purpose="verify",
    disclosed=None,
    now=NOW,
    at=NOW,
    kind_version=1,
    **said,
):
    """Examine 420700's answer of the moment `at` as 420100 does; `said` are issuer and term."""
    item = AnsweredItem(
        kind=kind,
        facts=tuple(facts),
        disclosed=disclosed or {"名称": "示例小面馆"},
        cert_digest="d" * 64,
        kind_version=kind_version,
        **said,
    )
    evidence = PeerAnswer(HOME, item, DIGEST, at, asker=AWAY, purpose=purpose)
    return run(
        examine(evidence, trust=trust, policy=policy, now=now, catalogue=shipped_catalogue()),
        lambda need: None,
    )


def fact_of(report, name):
    """Return one fact of a report."""
    return next(checked for checked in report.facts if checked.fact == name)


def test_a_good_answer_under_an_agreement_is_valid():
    """The peer stands behind it, and the answer is the evidence of each of its facts."""
    report = examined(good())

    assert (report.verdict, report.code) == (Verdict.VALID, "OK")
    assert fact_of(report, "stands_behind").detail["region"] == "鄂州市"
    assert {fact_of(report, name).evidence for name in (*NEEDED, "stands_behind")} == {DIGEST}
    assert fact_of(report, "agreement").detail["reference"].startswith("HOME-AWAY-1@sha256:")


def test_its_facts_keep_their_own_age():
    """What the peer saw four seconds ago is four seconds old."""
    report = examined(good(said("status", "yes", as_of=NOW - timedelta(seconds=4))))

    assert fact_of(report, "status").as_of == NOW - timedelta(seconds=4)


@pytest.mark.parametrize("name", NEEDED)
def test_what_it_leaves_out_is_undetermined(name):
    """No fact is taken for granted."""
    report = examined([fact for fact in good() if fact.fact != name])

    assert report.verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize("name", ["agreement", "trust_fresh", "stands_behind"])
def test_what_is_ours_to_say_it_cannot_say(name):
    """The peer's own word on these is passed over, good or bad."""
    without = WORLD.trust(without=[agreement_path(HOME, AWAY, 1)])

    assert examined([*good(), said(name, "no")]).verdict is Verdict.VALID
    assert examined([*good(), said(name, "yes")], trust=without).code == "NO_AGREEMENT"


@pytest.mark.parametrize(
    "strange",
    [
        said("moon_phase", "yes"),
        said("status", "yes", "REVOKED"),
        said("status", "yes", "MOON_PHASE"),
        said("status", "perhaps"),
        said("status", "undetermined", "MOON_PHASE"),
        said("issuer_known", "no", "ISSUER_UNKNOWN"),
        said("status", "yes", as_of=NOW + timedelta(minutes=2)),
        said("status", "yes", as_of=NOW - timedelta(days=2)),
    ],
)
def test_what_we_do_not_understand_never_helps(strange):
    """A word of a newer version, a contradiction, or a status of another day: not good."""
    assert examined(good(strange)).verdict is Verdict.UNDETERMINED


def test_a_no_with_a_word_that_we_do_not_know_is_still_a_no():
    """A known bad whose reason is news to us."""
    report = examined(good(said("status", "no", "MOON_PHASE")))

    assert (report.verdict, CODES[report.code].verdict) == (Verdict.INVALID, Verdict.INVALID)


def test_a_fact_told_twice_is_not_good():
    """And the bad one of the two counts."""
    assert examined([*good(), said("status", "yes")]).verdict is Verdict.UNDETERMINED
    assert examined([*good(), said("status", "no", "REVOKED")]).code == "REVOKED"


@pytest.mark.parametrize("order", [1, -1])
def test_of_a_fact_told_twice_the_no_stands(order):
    """Whichever comes first: a known bad is not talked away by a yes, nor by a shrug."""
    for other in (said("status", "yes"), said("status", "undetermined", "STATUS_UNKNOWN")):
        twice = (said("status", "no", "REVOKED"), other)[::order]
        report = examined(good(*twice))

        assert (Verdict.INVALID, "REVOKED") == (report.verdict, report.code)


def test_a_minute_is_what_two_clocks_may_differ_by():
    """What the peer saw sixty seconds from now it saw now; a second later, one of the clocks is wrong."""
    ahead = [examined(good(said("status", "yes", as_of=NOW + timedelta(seconds=s)))) for s in (60, 61)]

    assert [Verdict.VALID, Verdict.UNDETERMINED] == [report.verdict for report in ahead]
    assert "CLOCK_WRONG" == ahead[1].code


@pytest.mark.parametrize(
    ("changes", "trust"),
    [
        ({"kind": MARRIAGE}, TRUST),
        ({"purpose": "prefill"}, TRUST),
        ({"policy": replace(POLICY, matter_code="PLACEHOLDER-902")}, TRUST),
        ({"policy": replace(POLICY, matter_code=None)}, TRUST),
        ({}, WORLD.trust(without=[agreement_path(AWAY, HOME, 1)])),
        ({}, World(agreement=an_agreement(until=NOW)).trust()),
        ({}, World(away_state=MemberState.PROBATION).trust()),
    ],
    ids=["kind", "purpose", "matter", "no matter", "one side", "ended", "not a full member"],
)
def test_without_an_agreement_nothing_of_a_peer_is_relied_on(changes, trust):
    """Default deny; and nothing that it disclosed is shown."""
    report = examined(good(), trust=trust, **changes)

    assert (report.verdict, report.code) == (Verdict.UNDETERMINED, "NO_AGREEMENT")
    assert report.disclosed == {}
    assert report.detail["region"] == "鄂州市"


def test_fields_beyond_the_agreement_are_dropped():
    """The provider cuts the fields; if it did not, we do."""
    report = examined(good(), disclosed={"名称": "示例小面馆", "法定代表人身份证号": "420799190001010015"})

    assert report.disclosed == {"名称": "示例小面馆"}


def test_an_agreement_of_one_direction_goes_one_way():
    """What 420100 may be shown does not follow from what it shows."""
    item = replace(an_agreement().items[0], direction=f"{AWAY}->{HOME}")
    world = World(agreement=an_agreement(items=(item,)))

    assert examined(good(), trust=world.trust()).code == "NO_AGREEMENT"


STATED = st.builds(
    StatedFact,
    fact=st.sampled_from([*Fact, "moon_phase"]).map(str),
    outcome=st.sampled_from(["yes", "no", "undetermined", "perhaps"]),
    cause=st.none() | st.sampled_from([*CODES, "MOON_PHASE"]),
    as_of=st.sampled_from([NOW, NOW - timedelta(days=3), NOW + timedelta(hours=1)]),
)


@given(st.lists(STATED, max_size=16))
def test_whatever_it_says_nothing_is_thrown_and_good_needs_every_fact(facts):
    """A hostile answer gets a verdict like any other, and "valid" only if all that we need is a clean yes."""
    report = examined(facts)

    if report.verdict in (Verdict.VALID, Verdict.CHECK):
        assert set(NEEDED) <= {fact.fact for fact in facts if fact.outcome == "yes"}


@pytest.mark.parametrize("name", NEEDED)
def test_whatever_a_peer_states_ages(name):
    """A "yes" of a year ago is no news of today, whichever question it answers; a "no" stays known."""
    report = examined(good(said(name, "yes", as_of=NOW - timedelta(days=365))))
    checked = fact_of(report, name)

    assert (report.verdict, report.code) == (Verdict.UNDETERMINED, "FACT_TOO_OLD")
    assert (checked.cause, checked.detail["hours"]) == ("FACT_TOO_OLD", "8760")


def test_what_a_peer_knows_by_its_trust_list_may_be_as_old_as_one():
    """Its list of yesterday names the issuer; for a matter whose status may be a minute old that is no news."""
    strict = replace(POLICY, max_status_age_seconds=60)
    listed = [
        said(name, "yes", as_of=NOW - timedelta(days=1)) for name in ("issuer_known", "issuer_entitled")
    ]

    assert examined(good(*listed), policy=strict).verdict is Verdict.VALID
    assert examined(good(said("dates", "yes", as_of=NOW - timedelta(seconds=61))), policy=strict).code == (
        "FACT_TOO_OLD"
    )


def test_of_a_peers_invalid_certificate_nothing_is_shown():
    """Its name came with the answer; the counter gets kind and cause."""
    report = examined(good(said("status", "no", "REVOKED")))

    assert ("REVOKED", LICENCE, {}) == (report.code, report.kind, report.disclosed)


@pytest.mark.parametrize(("days", "code"), [(-365, "FACT_TOO_OLD"), (365, "CLOCK_WRONG")])
def test_no_fact_is_newer_than_the_answer_that_states_it(days, code):
    """An answer of last year, or of next year, whose facts are dated now is not believed."""
    report = examined(good(), at=NOW + timedelta(days=days))

    assert (Verdict.UNDETERMINED, code) == (report.verdict, report.code)


def test_no_policy_makes_a_statement_of_last_year_young():
    """The ages that a policy names end where any matter's end."""
    policy = replace(POLICY, max_status_age_seconds=10**12, max_trust_age_seconds=10**12)
    old = [said(name, "yes", as_of=NOW - timedelta(days=365)) for name in NEEDED]

    assert Verdict.UNDETERMINED is examined(good(*old), policy=policy).verdict


def test_the_issuers_name_is_the_lists_and_never_the_peers():
    """Whatever the peer calls it; and an agency that is not that region's makes the issuer unknown."""
    renamed = examined(good(), issuer=StatedIssuer(AGENCY, "北京市公安局"))
    foreign = examined(good(), issuer=StatedIssuer(AWAY_AGENCY, "鄂州市市场监督管理局"))
    nobody = examined(good(), issuer=StatedIssuer("11420799MB9999041J", "鄂州市民政局"))

    assert (Verdict.VALID, AGENCY, "鄂州市市场监督管理局（演示）") == (
        renamed.verdict,
        renamed.issuer.code,
        renamed.issuer.name,
    )
    for report in (foreign, nobody):
        assert (Verdict.UNDETERMINED, "ISSUER_UNKNOWN", None) == (report.verdict, report.code, report.issuer)


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2030, 1, 1), None), (None, date(2001, 1, 1)), (date(2030, 1, 1), date(2001, 1, 1))],
)
def test_a_term_that_contradicts_the_dates_is_not_shown_as_good(first, last):
    """A peer that says yes to the dates and names a term that today lies outside of contradicts itself."""
    report = examined(good(), valid_from=first, valid_to=last)

    assert Verdict.UNDETERMINED is report.verdict
    assert (None, None) == (report.valid_from, report.valid_to)
    assert Verdict.VALID is examined(good(), valid_from=NOW.date(), valid_to=NOW.date()).verdict
