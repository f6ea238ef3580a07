"""Disclosed strings are screened like imported ones: what nobody sees is neither sealed nor shown."""

from dataclasses import replace

import pytest
from certhub_schemas import shipped_catalogue
from certhub_schemas.purposes import Purpose
from certhub_schemas.text import unfit, unfit_within
from certhub_verifier import (
    Fact,
    Malformed,
    Outcome,
    SealedCode,
    Verdict,
    channel_of,
    examine,
    overall,
    policy_for,
    run,
)
from certhub_verifier.formats import codes
from certhub_verifier.formats.credential import foreign, sdjwt, vc
from certhub_verifier.formats.exchange.reported_fact import StatedFact
from certhub_verifier.formats.jose import jws as jose

from tests.support.credentials import MATTER, NOW, World
from tests.support.fixed_keys import fixed_random
from tests.support.showings import answered, news, redeemed

WORLD = World()
RLO, ISOLATE, ESCAPE, JOINER, PRIVATE = "\u202e", "\u2067", "\x1b", "\u200d", "\ue863"
TRICKS = [RLO, ISOLATE, ESCAPE, JOINER, PRIVATE]


def judged(shown):
    """Examine what is shown; the matter is one of the agreement."""
    policy = replace(policy_for(None, channel_of(shown)), matter_code=MATTER)
    steps = examine(shown, trust=WORLD.trust(), policy=policy, catalogue=shipped_catalogue(), now=NOW)
    return run(steps, news)


def by_ticket(disclosed):
    """A credential that an agency sealed with another program than ours, its ticket redeemed."""
    disclosures, digests = sdjwt.conceal(disclosed, random=fixed_random())
    payload = vc.parse(WORLD.credential()).parsed.payload | {"_sd": digests}
    text = sdjwt.join(
        jose.sign(payload, typ=vc.TYP, key=WORLD.seal_key()), [one.encoded for one in disclosures]
    )
    return redeemed(text)


def by_code(claims):
    """A sealed code that a region made with another program than ours."""
    parsed = jose.parse(codes.read_code(WORLD.sealed_code()).jws, "show+jwt")
    jws = jose.sign(parsed.payload | {"c": claims}, typ="show+jwt", key=WORLD.region_key(Purpose.SHOW))
    return SealedCode(codes.pack(jws, "EC2"), asker=None, kind_version=1)


WAYS = pytest.mark.parametrize("way", [by_ticket, by_code, answered])


@pytest.mark.parametrize("trick", TRICKS, ids=lambda text: f"{ord(text):04X}")
@WAYS
def test_what_would_mislead_the_reader_is_not_shown_and_nothing_is_green(way, trick):
    """The claim is dropped, the rest is shown, and the verdict says why: its signer sealed it, nobody altered it."""
    report = judged(way({"名称": f"示例{trick}小面馆", "住所": "鄂州市"}))
    shape = next(one for one in report.facts if one.fact is Fact.WELL_FORMED)

    assert (Verdict.UNDETERMINED, "TEXT_UNFIT") == (report.verdict, report.code)
    assert {"住所": "鄂州市"} == report.disclosed
    assert (Outcome.UNDETERMINED, "TEXT_UNFIT") == (shape.outcome, shape.cause)
    assert 1 == [one.fact for one in report.facts].count(Fact.WELL_FORMED)
    told = overall([report], channel=channel_of(way({})), as_of=NOW)
    assert all(told.sentence(lang).next_step for lang in ("zh", "en"))


@WAYS
def test_the_same_without_it_is_shown_whole(way):
    """What makes the difference is the character; rare ones and other scripts pass."""
    report = judged(way({"名称": "赵䶮𠮷", "住所": "鄂州市"}))

    assert (Verdict.VALID, 2) == (report.verdict, len(report.disclosed))


@pytest.mark.parametrize(
    "disclosed",
    [
        {"经营范围": {"市": f"鄂州{RLO}市"}},
        {"经营范围": {f"市{RLO}": "鄂州市"}},
        {"经营范围": ["鄂州市", ["鄂城区", f"{ISOLATE}1 号"]]},
    ],
    ids=["nested", "a nested name", "an element"],
)
def test_it_is_found_at_any_depth(disclosed):
    """In what a claim holds, in the names there, in elements of lists."""
    report = judged(by_ticket({**disclosed, "住所": "鄂州市"}))

    assert ("TEXT_UNFIT", {"住所": "鄂州市"}) == (report.code, report.disclosed)


@pytest.mark.parametrize(
    "disclosed", [{f"名{RLO}称": "x"}, {"持证主体": ["示例\n小面馆"]}, {"证照编号": f"1{RLO}2"}]
)
def test_titles_numbers_and_holders_are_of_the_format_itself(disclosed):
    """Their shape has no such character, so that a credential with one is none: nothing in it is believed."""
    report = judged(by_ticket({**disclosed, "住所": "鄂州市"}))

    assert ("TAMPERED", {}) == (report.code, report.disclosed)


@pytest.mark.parametrize("trick", [JOINER, PRIVATE, "\u3164", "\u00ad"], ids=lambda text: f"{ord(text):04X}")
@pytest.mark.parametrize(
    "disclosed",
    [
        lambda trick: {"持证主体": [f"示例{trick}小面馆"]},
        lambda trick: {"证照编号": f"1{trick}2"},
        lambda trick: {f"名{trick}称": "示例小面馆"},
    ],
    ids=["holder", "number", "title"],
)
def test_what_an_agency_sealed_with_a_hidden_character_is_not_called_altered(disclosed, trick):
    """The first releases read these, and another program may seal them: not shown, not green, and no forgery."""
    report = judged(by_ticket({**disclosed(trick), "住所": "鄂州市"}))

    assert (Verdict.UNDETERMINED, "TEXT_UNFIT") == (report.verdict, report.code)
    assert {"住所": "鄂州市"} == report.disclosed


def test_a_claim_may_have_lines():
    """A scope of business has them, as the import takes them."""
    assert Verdict.VALID is judged(by_ticket({"经营范围": "餐饮服务\n食品销售"})).verdict


@pytest.mark.parametrize("trick", TRICKS, ids=lambda text: f"{ord(text):04X}")
def test_nothing_of_the_kind_is_sealed(trick):
    """Neither into a credential, nested or not, nor into a sealed code."""
    for disclosed in ({"名称": trick}, {"住所": {"市": [trick]}}, {trick: "x"}):
        with pytest.raises(Malformed):
            WORLD.credential(disclosed)
    with pytest.raises(Malformed):
        WORLD.sealed_code(claims={"名称": trick})


def test_a_lone_surrogate_is_neither_sealed_nor_read():
    """JSON can spell one; no text holds one."""
    with pytest.raises(Malformed):
        WORLD.credential({"名称": "\ud800"})
    assert "TEXT_CONTROL_CHARS" == unfit("\ud800")


def test_a_strangers_credential_is_refused_whole():
    """The interop profile makes no report that could say what was dropped."""
    shown = by_ticket({"名称": f"示例{RLO}小面馆"}).text

    with pytest.raises(Malformed):
        foreign.parse(shown)
    assert foreign.parse(by_ticket({"名称": "示例小面馆"}).text)


def test_what_a_peer_says_beside_a_fact_is_screened_too():
    """A window's name that turns the sentence around is left out of it."""
    shown = answered({})
    used = StatedFact("one_time", "no", "CODE_USED", NOW, None, {"where": f"2{RLO}号", "time": "10:00"})
    facts = (*(one for one in shown.item.facts if one.fact != "one_time"), used)
    report = judged(replace(shown, item=replace(shown.item, facts=facts)))

    assert ("CODE_USED", {"time": "10:00"}) == (
        report.code,
        {name: text for name, text in report.detail.items() if name in ("where", "time")},
    )


def test_the_screen_names_what_it_found():
    """The same two codes that an import gives."""
    assert ("TEXT_CONTROL_CHARS", "TEXT_UNMAPPED_CHARS", None) == (unfit(RLO), unfit(PRIVATE), unfit("示例"))
    assert (None, "TEXT_CONTROL_CHARS") == (unfit("a\nb", lines=True), unfit("a\nb"))
    assert "TEXT_CONTROL_CHARS" == unfit_within({"a": [1, None, {"b": ("c", RLO)}]})
