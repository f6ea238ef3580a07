"""The recipe, step by step: what each step finds, and what is no longer looked at after it."""

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest
from certhub_schemas import matter, shipped_catalogue
from certhub_schemas.algorithms import ES256
from certhub_schemas.predicates import Predicate
from certhub_schemas.purposes import Purpose
from certhub_verifier.causes import Verdict
from certhub_verifier.checks import core
from certhub_verifier.engine import NotValid, Verified, examine, run, verify
from certhub_verifier.errors import Malformed
from certhub_verifier.evidence import PresentedCredential, SealedCode
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.formats import codes
from certhub_verifier.formats.credential import sdjwt, vc
from certhub_verifier.formats.credential.identifier import Identifier
from certhub_verifier.formats.jose import jws as jose
from certhub_verifier.formats.status import statuslist
from certhub_verifier.formats.trust.listedkey import KeyState
from certhub_verifier.formats.trust.trustlist import MemberState
from certhub_verifier.lookups import RedemptionOf, RedemptionRecord, StatusAt, StatusRecord, StatusToken
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.predicates import Manner, PredicateAnswer
from certhub_verifier.sentences import CHINA

from tests.support.credentials import (
    AGENCY,
    AWAY,
    AWAY_AGENCY,
    FACE,
    HOME,
    INDEX,
    LICENCE,
    MARRIAGE,
    NOW,
    SERIAL,
    YEAR,
    World,
    named_key,
    seconds,
)
from tests.support.fixed_keys import fixed_random

WORLD = World()
TICKET = policy_for(None, Channel.TICKET)
DAY = timedelta(days=1)


def active(need):
    """A home hub whose row says that all is well, and that has never seen the code."""
    return (
        StatusRecord("active", NOW)
        if isinstance(need, StatusAt)
        else RedemptionRecord(redeemed=False, as_of=NOW)
    )


def listed(statuses=None, **changes):
    """A folder of public files that holds one list, and nobody to ask about codes."""
    token = WORLD.status_token(statuses, **changes)
    return lambda need: StatusToken(token) if isinstance(need, StatusAt) else None


def redeemed(outcome=Outcome.YES, cause=None):
    """What the hub found when it redeemed the ticket."""
    return Checked(Fact.ONE_TIME, outcome, cause, NOW)


def ticket(text=None, *, fetch=active, world=WORLD, trust=None, now=NOW, **changes):
    """Examine a credential that came by a redeemed ticket."""
    evidence = PresentedCredential(
        text or world.credential(), "ticket", **{"redeemed": redeemed(), "asker": None, **changes}
    )
    return run(
        examine(
            evidence, trust=trust or world.trust(), policy=TICKET, now=now, catalogue=shipped_catalogue()
        ),
        fetch,
    )


def sealed(text, *, fetch=active, world=WORLD, now=NOW, channel=Channel.SEALED, **changes):
    """Examine a sealed code; whoever asks has the row of its certificate, unless it says otherwise."""
    steps = examine(
        SealedCode(text, **{"asker": None, "kind_version": 1, **changes}),
        trust=world.trust(),
        policy=policy_for(None, channel),
        now=now,
        catalogue=shipped_catalogue(),
    )
    return run(steps, fetch)


@pytest.mark.parametrize("judged", [ticket, sealed])
def test_what_is_too_long_is_refused_unread(judged):
    """A megabyte is no credential and no code, by its length alone; no digest is made of it as evidence."""
    shape = judged("EC2" + "A" * (1 << 20)).facts[0]

    assert (Fact.WELL_FORMED, None) == (shape.fact, shape.evidence)
    assert shape.outcome is not Outcome.YES


def told(report):
    """Return the outcome and cause of each fact."""
    return {checked.fact.value: (checked.outcome.value, checked.cause) for checked in report.facts}


def test_a_ticket_that_was_redeemed_is_valid():
    """A sealed certificate, known issuer, live status, first use: valid, with all facts and fields."""
    report = ticket()

    assert (report.verdict, report.code) == (Verdict.VALID, "OK")
    assert {outcome for outcome, _ in told(report).values()} == {"yes"}
    assert report.kind_name == "营业执照"
    assert report.disclosed["名称"] == "示例小面馆"
    assert report.detail["agency"] == "鄂州市市场监督管理局（演示）"


def test_facts_stand_in_the_order_of_the_questions_and_say_how_old_they_are():
    """The trust list's facts carry its age and digest, not this machine's time."""
    trust = WORLD.trust(NOW - timedelta(minutes=3))
    report = ticket(trust=trust)
    known = next(checked for checked in report.facts if checked.fact is Fact.ISSUER_KNOWN)

    assert [c.fact for c in report.facts] == [f for f in Fact if f in {c.fact for c in report.facts}]
    assert (known.as_of, known.evidence) == (NOW - timedelta(minutes=3), trust.digest)


def test_verify_returns_a_value_that_exists_only_if_all_is_well():
    """There is no other way to a `Verified`, and `NotValid` brings the report."""
    arguments = {"trust": WORLD.trust(), "policy": TICKET, "now": NOW}
    good = PresentedCredential(WORLD.credential(), "ticket", redeemed(), asker=None)

    assert isinstance(verify(good, fetch=active, **arguments, catalogue=shipped_catalogue()), Verified)
    with pytest.raises(NotValid) as refused:
        verify(good, fetch=lambda need: None, **arguments, catalogue=shipped_catalogue())
    assert refused.value.report.code == "STATUS_UNKNOWN"
    with pytest.raises(NotValid):
        Verified(refused.value.report)


def test_the_same_credential_as_a_file_is_at_most_check():
    """Nobody was seen to hold it: genuine, and who shows it is not known."""
    steps = examine(
        PresentedCredential(WORLD.credential(), "file", asker=None),
        trust=WORLD.trust(),
        policy=policy_for(None, Channel.FILE),
        now=NOW,
        catalogue=shipped_catalogue(),
    )
    report = run(steps, listed())

    assert (report.verdict, report.code) == (Verdict.CHECK, "NOT_BOUND")


def test_step_1_what_does_not_read_is_altered_and_nothing_in_it_is_believed():
    """Not even its kind."""
    report = ticket("not~a~credential~")

    assert told(report)["well_formed"] == ("no", "TAMPERED")
    assert (report.code, report.kind, report.disclosed) == ("TAMPERED", "", {})
    assert set(told(report)) == {"well_formed", "trust_fresh"}


@pytest.mark.parametrize(
    "identifier", [Identifier(MARRIAGE, AGENCY, SERIAL, 1), Identifier(LICENCE, AWAY_AGENCY, SERIAL, 1)]
)
def test_step_1_an_identifier_that_contradicts_the_seal_is_altered(identifier):
    """The agency signed it; a certificate that says two things of itself says nothing, also when it came right."""
    with pytest.raises(Malformed):
        WORLD.credential({"证照标识": str(identifier)})
    disclosures, digests = sdjwt.conceal({"证照标识": str(identifier)}, random=fixed_random())
    payload = vc.parse(WORLD.credential()).parsed.payload | {"_sd": digests}
    jws = jose.sign(payload, typ=vc.TYP, key=WORLD.seal_key())
    report = ticket(sdjwt.join(jws, [one.encoded for one in disclosures]))

    assert told(report)["well_formed"] == ("no", "TAMPERED")
    assert (report.verdict, report.disclosed) == (Verdict.INVALID, {})


def test_step_2_an_issuer_that_is_not_listed_is_undetermined():
    """Nothing can be said of its signature, and nothing that it discloses is shown."""
    stranger = named_key(f"{AGENCY}-9")
    report = ticket(WORLD.credential(key=stranger))

    assert (report.verdict, report.code) == (Verdict.UNDETERMINED, "ISSUER_UNKNOWN")
    assert report.disclosed == {}
    assert "trust_as_of" in report.detail


@pytest.mark.parametrize(
    "world",
    [
        World(home_state=MemberState.SUSPENDED),
        World(entries={f"{AGENCY}-1": {"until": NOW - 20 * DAY, "verify_until": NOW - DAY}}),
    ],
    ids=["region suspended", "past the time for checking"],
)
def test_step_2_a_key_that_nobody_vouches_for_any_more_is_unknown(world):
    """A suspended region's keys, and keys past `verify_until`, are as good as not listed."""
    assert ticket(world=world).code == "ISSUER_UNKNOWN"


def test_step_2_what_a_region_signed_before_it_left_can_still_be_checked():
    """Leaving ends what is new, not what was."""
    assert ticket(world=World(home_state=MemberState.LEFT)).verdict is Verdict.VALID


def test_step_3_a_changed_signature_is_tampering():
    """Another agency's key under this one's name does not make its signature."""
    impostor = replace(WORLD.seal_key(), number=4711)
    report = ticket(WORLD.credential(key=impostor))

    assert told(report)["signature"] == ("no", "TAMPERED")
    assert report.disclosed == {}
    assert "status" not in told(report)


def test_step_12_of_what_nobody_vouched_for_no_matter_asks_anything():
    """Nothing of it is seen, so that nobody withheld it, and nobody says that it is of no use."""
    impostor = replace(WORLD.seal_key(), number=4711)
    nobody = replace(WORLD.seal_key(), kid="nobody-seal-1")
    policy = policy_for(matter("PLACEHOLDER-901"), Channel.TICKET)

    for text, is_asked in (
        (WORLD.credential(), True),
        (WORLD.credential(key=impostor), False),
        (WORLD.credential(key=nobody), False),
        ("not~a~credential~", False),
    ):
        evidence = PresentedCredential(text, "ticket", redeemed(), asker=None)
        steps = examine(evidence, trust=WORLD.trust(), policy=policy, now=NOW, catalogue=shipped_catalogue())
        assert ({"needed", "mode"} if is_asked else set()) == {"needed", "mode"} & told(
            run(steps, active)
        ).keys()


def test_step_3_a_suite_that_is_not_installed_is_undetermined():
    """A signature that cannot be computed is neither good nor bad."""
    good = vc.parse(WORLD.credential())
    key = WORLD.trust().key(f"{AGENCY}-1")
    parsed = replace(good.parsed, header=replace(good.header, alg="NEXT"))
    found = core.signature(parsed, replace(key, algorithm=replace(ES256, name="NEXT")), now=NOW)

    assert (found.outcome, found.cause) == (Outcome.UNDETERMINED, "SUITE_MISSING")
    assert found.detail == {"suite": "NEXT"}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"kind_code": "11100000000019713D008"}, None),
        ({"agency": AWAY_AGENCY}, None),
        ({"issued_at": seconds(NOW - 2 * YEAR)}, None),
        ({}, WORLD.region_key(Purpose.SHOW)),
    ],
    ids=["another kind", "another agency's name", "before the key began", "a key for codes"],
)
def test_step_5_who_may_not_issue_it_is_refused(changes, key):
    """Kind, name, date and purpose of the key all have to fit."""
    report = ticket(WORLD.credential(key=key, **changes))

    assert (report.verdict, report.code) == (Verdict.INVALID, "ISSUER_NOT_ENTITLED")


def compromised(since):
    """A world whose agency lost its seal."""
    entry = {"state": KeyState.COMPROMISED, "compromised_since": since}
    return World(entries={f"{AGENCY}-1": entry})


def test_step_5_what_a_thief_may_have_signed_is_refused():
    """Sealed after the compromise."""
    assert ticket(world=compromised(NOW - 40 * DAY)).code == "ISSUER_NOT_ENTITLED"


def test_step_5_a_date_before_the_compromise_needs_a_witness():
    """The thief writes any date; only the ledger can say that it was there before."""
    logged = Checked(Fact.LOGGED, Outcome.YES, None, NOW)
    alone = ticket(world=compromised(NOW - DAY))
    witnessed = ticket(world=compromised(NOW - DAY), known=(logged,))

    assert (alone.verdict, alone.code) == (Verdict.UNDETERMINED, "NOT_LOGGED")
    assert witnessed.verdict is Verdict.VALID


def test_step_5_a_witness_does_not_make_a_key_older_than_it_is():
    """Logged, before the compromise, and before the key was there: no key of that name signed it."""
    logged = Checked(Fact.LOGGED, Outcome.YES, None, NOW)
    early = WORLD.credential(issued_at=seconds(NOW - 4000 * DAY))

    assert "ISSUER_NOT_ENTITLED" == ticket(early, world=compromised(NOW - DAY), known=(logged,)).code


@pytest.mark.parametrize(
    ("changes", "now", "code"),
    [
        ({"issued_at": seconds(NOW) + 60}, NOW, "OK"),
        ({"issued_at": seconds(NOW) + 61}, NOW, "CLOCK_WRONG"),
        ({"expires": seconds(NOW)}, NOW, "EXPIRED"),
        ({"expires": seconds(NOW) + 1}, NOW, "EXPIRES_SOON"),
        ({"not_before": seconds(NOW + DAY)}, NOW, "NOT_YET_VALID"),
        ({"not_before": seconds(NOW) + 60}, NOW, "OK"),
        ({"expires": None}, NOW + 300 * DAY, "OK"),
        ({"expires": seconds(NOW + 31 * DAY)}, NOW, "OK"),
        ({"expires": seconds(NOW + 30 * DAY)}, NOW, "EXPIRES_SOON"),
    ],
)
def test_step_6_dates(changes, now, code):
    """The end does not belong to the term, the beginning does; thirty days before the end people are told."""
    now_redeemed = {
        "redeemed": replace(redeemed(), as_of=now),
        "fetch": lambda need: StatusRecord("active", now),
    }
    report = ticket(WORLD.credential(**changes), trust=WORLD.trust(now), now=now, **now_redeemed)

    assert report.code == code


def test_step_6_the_last_day_and_the_days_left_are_told():
    """The day that is shown is the last good one, in China."""
    end = NOW.replace(hour=16, minute=0) + 5 * DAY  # midnight in China
    report = ticket(WORLD.credential(expires=seconds(end)))

    assert report.detail["date"] == "2026-11-29"
    assert report.detail["days"] == "5"


def test_step_6_a_credential_from_the_future_says_that_the_clock_is_slow():
    """Its seal is good, so it is our clock that is wrong; nothing is judged by it."""
    report = ticket(WORLD.credential(issued_at=seconds(NOW) + 600, not_before=seconds(NOW) + 600))

    assert (report.verdict, report.code) == (Verdict.UNDETERMINED, "CLOCK_WRONG")
    assert report.detail["minutes"] == "10"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("active", "OK"),
        ("suspended", "SUSPENDED"),
        ("revoked", "REVOKED"),
        ("withdrawn", "REVOKED"),
        ("cancelled", "CANCELLED"),
        ("voided", "CANCELLED"),
        ("transferred_out", "CANCELLED"),
        ("superseded", "SUPERSEDED"),
        ("intended", "STATUS_UNKNOWN"),
        ("a state of next year", "STATUS_UNKNOWN"),
    ],
)
def test_step_9_the_home_hubs_own_row(state, code):
    """Every state of a certificate has its cause; a state that nobody knows is no good one."""
    report = ticket(fetch=lambda need: StatusRecord(state, NOW, NOW - 30 * DAY, {"decision": "3 号"}))

    assert report.code == code
    if code == "REVOKED":
        assert report.detail["date"] == "2026-10-25"
        assert report.detail["decision"] == "3 号"


def test_step_9_no_news_is_not_good_news():
    """A status that could not be had, or news of another kind, is undetermined."""
    assert ticket(fetch=lambda need: None).code == "STATUS_UNKNOWN"
    assert ticket(fetch=lambda need: RedemptionRecord(redeemed=False, as_of=NOW)).code == "STATUS_UNKNOWN"


def test_step_9_no_other_region_speaks_of_it():
    """A credential that points to another region's list asks nobody."""
    asked = []
    report = ticket(WORLD.credential(status_uri=statuslist.status_uri(AWAY, 3)), fetch=asked.append)

    assert (report.code, asked) == ("STATUS_UNKNOWN", [])


def test_a_ticket_that_nobody_redeemed_is_undetermined():
    """First use is required of a ticket, and only its hub can say."""
    assert ticket(redeemed=None).code == "USE_UNKNOWN"
    assert ticket(redeemed=None).verdict is Verdict.UNDETERMINED
    assert ticket(redeemed=redeemed(Outcome.NO, "CODE_USED")).code == "CODE_USED"


def test_a_sealed_code_offline_is_check():
    """Fresh list, nobody to ask for its use: genuine, and somebody should look."""
    report = sealed(WORLD.sealed_code(), fetch=listed(), kind_version=None)

    assert (report.verdict, report.code) == (Verdict.CHECK, "USE_UNKNOWN")
    assert told(report)["catalogued"] == ("undetermined", "VERSION_UNSTATED")
    assert told(report)["stands_behind"] == ("undetermined", "REGION_ONLY")
    assert report.disclosed == FACE
    assert report.detail["region"] == "鄂州市"


def test_a_sealed_code_whose_hub_knows_it_is_valid():
    """Asked online, for the first time."""
    assert sealed(WORLD.sealed_code()).verdict is Verdict.VALID


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (400, ("yes", None, Verdict.VALID)),
        (31, ("yes", None, Verdict.VALID)),
        (30, ("yes", "EXPIRES_SOON", Verdict.CHECK)),
        (0, ("yes", "EXPIRES_SOON", Verdict.CHECK)),
        (-1, ("no", "EXPIRED", Verdict.INVALID)),
    ],
)
def test_a_sealed_code_of_a_certificate_whose_row_is_at_hand_has_its_term_as_well(days, expected):
    """The last day that the row says, in China; a code that lives longer than its certificate is no good."""
    report = sealed(WORLD.sealed_code(), valid_to=(NOW + days * DAY).astimezone(CHINA).date())

    assert expected == (*told(report)["dates"], report.verdict)
    assert ("yes" if days >= 0 else "undetermined") == told(report)["one_time"][
        0
    ]  # what has ended is not redeemed


def test_a_row_makes_a_dead_code_no_better():
    """Its own end comes first, and then nobody looks at the certificate's."""
    late = NOW + timedelta(seconds=60)
    report = sealed(WORLD.sealed_code(), now=late, valid_to=(NOW + 400 * DAY).date())

    assert ("undetermined", "CODE_EXPIRED") == told(report)["dates"]


def test_a_sealed_code_asks_for_its_status_and_then_for_its_use():
    """The need that may spend the code comes last."""
    needs = []

    def fetch(need):
        needs.append(need)
        return active(need)

    sealed(WORLD.sealed_code(), fetch=fetch)
    assert [StatusAt(statuslist.status_uri(HOME, 3), INDEX), RedemptionOf(HOME, "dHdlbHZlIGJ5dGVz")] == needs


def test_a_used_sealed_code_says_when_and_where():
    """Used before is invalid, whatever else is good."""
    used = RedemptionRecord(
        redeemed=True, redeemed_at=NOW - timedelta(minutes=1), redeemed_where="2 号窗口", as_of=NOW
    )
    report = sealed(
        WORLD.sealed_code(), fetch=lambda need: used if isinstance(need, RedemptionOf) else active(need)
    )

    assert (report.verdict, report.code) == (Verdict.INVALID, "CODE_USED")
    assert report.detail["where"] == "2 号窗口"
    assert report.detail["time"] == (NOW - timedelta(minutes=1)).isoformat(timespec="seconds")


@pytest.mark.parametrize(
    ("age", "code"),
    [(59, "OK"), (60, "CODE_EXPIRED"), (-60, "OK"), (-61, "CLOCK_WRONG")],
)
def test_a_sealed_code_lives_for_sixty_seconds(age, code):
    """Over is over; with more life left than it can have, this machine's clock is slow."""
    now = NOW + timedelta(seconds=age)
    steps = examine(
        SealedCode(WORLD.sealed_code(), asker=None, kind_version=1),
        trust=WORLD.trust(min(NOW, now)),
        policy=policy_for(None, Channel.SEALED),
        now=now,
        catalogue=shipped_catalogue(),
    )
    asked = []
    report = run(steps, lambda need: asked.append(need) or active(need))

    assert report.code == code
    assert any(isinstance(need, RedemptionOf) for need in asked) == (code == "OK")


def test_a_paper_code_lives_for_half_a_year():
    """Another prefix, another key, another life; nothing else."""
    made = NOW - 179 * DAY
    assert sealed(WORLD.paper_code(now=made), channel=Channel.PAPER).verdict is Verdict.VALID
    assert sealed(WORLD.paper_code(now=made), channel=Channel.PAPER, now=NOW + 2 * DAY).code == "CODE_EXPIRED"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (WORLD.sealed_code(kind="11100000000019713D008"), "ISSUER_NOT_ENTITLED"),
        (WORLD.sealed_code(key=WORLD.region_key(Purpose.PAPER)), "ISSUER_NOT_ENTITLED"),
        (WORLD.sealed_code(key=WORLD.region_key(Purpose.SHOW, AWAY)), "ISSUER_NOT_ENTITLED"),
        (WORLD.sealed_code(key=replace(WORLD.region_key(Purpose.SHOW), number=5)), "TAMPERED"),
        (WORLD.sealed_code(key=named_key("420700-show-9")), "ISSUER_UNKNOWN"),
        (WORLD.sealed_code()[:300], "CODE_PARTIAL"),
        ("https://example.com/pay", "NOT_OUR_CODE"),
    ],
    ids=["kind", "purpose", "region", "forged", "unknown key", "cut", "something else"],
)
def test_a_sealed_code_that_is_not_what_it_should_be(code, expected):
    """Kind, purpose and region of the key have to fit, and the text has to be whole."""
    assert sealed(code).code == expected


def test_any_changed_character_of_a_sealed_code_is_found():
    """Not one of them is good, and the signature is why."""
    good = WORLD.sealed_code()
    for place in range(3, len(good)):
        other = "0" if good[place] != "0" else "1"
        report = sealed(good[:place] + other + good[place + 1 :])
        assert report.verdict in (Verdict.INVALID, Verdict.UNDETERMINED)
        assert report.disclosed == {}


def test_a_certificate_of_another_region_needs_an_agreement():
    """The counter is in 420100 and names a matter; what was agreed is shown, the rest is dropped."""
    matter = policy_for(None, Channel.SEALED)
    agreed = replace(matter, matter_code="PLACEHOLDER-901")
    code = WORLD.sealed_code(claims={**FACE, "类型": "个体工商户"})

    def at_the_counter(text, policy):
        steps = examine(
            SealedCode(text, asker=AWAY, kind_version=1),
            trust=WORLD.trust(),
            policy=policy,
            now=NOW,
            catalogue=shipped_catalogue(),
        )
        return run(steps, active)

    assert at_the_counter(code, agreed).disclosed == FACE
    assert at_the_counter(code, agreed).verdict is Verdict.VALID
    for refused in (
        at_the_counter(code, matter),
        at_the_counter(WORLD.sealed_code(kind=MARRIAGE), agreed),
    ):
        assert (refused.verdict, refused.code) == (Verdict.UNDETERMINED, "NO_AGREEMENT")
        assert refused.disclosed == {}
        assert told(refused)["one_time"] == ("undetermined", "USE_UNKNOWN")


@pytest.mark.parametrize("how", ["ticket", "file"])
def test_no_agreement_is_never_softened(how):
    """However it came, and whatever else is good."""
    channel = Channel.TICKET if how == "ticket" else Channel.FILE
    steps = examine(
        PresentedCredential(WORLD.credential(), how, redeemed(), asker=AWAY),
        trust=WORLD.trust(),
        policy=policy_for(None, channel),
        now=NOW,
        catalogue=shipped_catalogue(),
    )
    assert run(steps, active).code == "NO_AGREEMENT"


def test_a_kind_that_the_catalogue_does_not_hold_goes_by_its_code():
    """A newer region's kind can be judged; its name is missing, and a person looks at it."""
    world = World(kinds=("11420700MB99990011999",))
    report = ticket(world.credential(kind_code="11420700MB99990011999"), world=world)

    assert (report.verdict, report.code) == (Verdict.CHECK, "KIND_UNKNOWN")
    assert report.kind_name == "11420700MB99990011999"


def test_a_presentation_with_fewer_fields_is_as_good():
    """Dropping a disclosure changes no fact."""
    text = WORLD.credential()
    some = sdjwt.select(sdjwt.split(text), ["名称"])
    report = ticket(sdjwt.join(some.issuer_jwt, some.disclosures))

    assert (report.verdict, report.disclosed) == (Verdict.VALID, {"名称": "示例小面馆"})


def test_codes_of_either_case_are_the_same_code():
    """Scanners and keyboards disagree about case, spaces and hyphens."""
    good = WORLD.sealed_code()
    assert sealed(good.lower()).verdict is Verdict.VALID
    assert codes.normalise(good) == good


def revoked(need):
    """A home hub whose row says that it was withdrawn."""
    return (
        StatusRecord("revoked", NOW)
        if isinstance(need, StatusAt)
        else RedemptionRecord(redeemed=False, as_of=NOW)
    )


@pytest.mark.parametrize("judged", [ticket, lambda **how: sealed(WORLD.sealed_code(), **how)])
def test_of_an_invalid_certificate_kind_and_cause_are_told_and_nothing_else(judged):
    """Not the holder's name and address; with another status the same shows them."""
    bad, good = judged(fetch=revoked), judged(fetch=active)

    assert (Verdict.INVALID, "REVOKED", "营业执照") == (bad.verdict, bad.code, bad.kind_name)
    assert ({}, "示例小面馆") == (bad.disclosed, good.disclosed["名称"])
    assert "示例小面馆" not in str(bad.to_dict())


@pytest.mark.parametrize(("state", "is_told"), [("active", True), ("revoked", False)])
def test_of_an_invalid_certificate_nobody_is_told_whose_it_is_nor_what_was_answered(state, is_told):
    """Neither its holders' names in the case nor its answers are left; in which mode it was shown is."""
    of_age = Predicate("age_at_least", MappingProxyType({"n": 60}))
    answers = (PredicateAnswer(of_age, Outcome.YES, None, NOW, HOME),)
    manner = Manner("L2", True, answers, ("s" * 22,))

    report = ticket(manner=manner, fetch=lambda need: StatusRecord(state, NOW))

    assert (manner if is_told else Manner("L2", True)) == report.manner
