"""The engine asks the catalogue that it is handed: what nobody has described is looked at by a person."""

from dataclasses import replace

import pytest
from certhub_schemas import Catalogue, kind, shipped_catalogue
from certhub_verifier import (
    Channel,
    Fact,
    NotValid,
    PresentedCredential,
    SealedCode,
    Verdict,
    channel_of,
    examine,
    overall,
    policy_for,
    run,
    verify,
)
from certhub_verifier.formats.exchange.reported_fact import StatedFact

from tests.support.credentials import LICENCE, MATTER, NOW, World
from tests.support.showings import answered, news, redeemed

WORLD = World()
SHIPPED = shipped_catalogue()
UNKNOWN = "11420700MB99990011999"
ELSEWHERE = World(kinds=(LICENCE, UNKNOWN))


def judged(shown, *, catalogue=SHIPPED, world=ELSEWHERE):
    """Examine what is shown by that catalogue."""
    policy = replace(policy_for(None, channel_of(shown)), matter_code=MATTER)
    return run(examine(shown, trust=world.trust(), policy=policy, catalogue=catalogue, now=NOW), news)


def by_code(version, make=WORLD.sealed_code, **changes):
    """A code whose certificate's row names that version, None where the row is not at hand."""
    return SealedCode(make(**changes), asker=None, kind_version=version)


STRANGE = {
    "a kind by ticket": (redeemed(ELSEWHERE.credential(kind_code=UNKNOWN)), "KIND_UNKNOWN"),
    "a kind in a sealed code": (SealedCode(ELSEWHERE.sealed_code(kind=UNKNOWN), asker=None), "KIND_UNKNOWN"),
    "version 999": (redeemed(WORLD.credential(kind_version=999)), "VERSION_UNKNOWN"),
    "version 999 of a sealed code": (by_code(999), "VERSION_UNKNOWN"),
    "version 999 of a paper code": (by_code(999, WORLD.paper_code), "VERSION_UNKNOWN"),
    "version 999 of a peer": (answered({}, version=999), "VERSION_UNKNOWN"),
    "no version of a sealed code": (by_code(None), "VERSION_UNSTATED"),
    "no version of a paper code": (by_code(None, WORLD.paper_code), "VERSION_UNSTATED"),
    "no version of a peer": (answered({}, version=None), "VERSION_UNSTATED"),
    "no version, and a claim": (by_code(None, claims={"月相": "满月"}), "CLAIM_UNKNOWN"),
    "a claim by ticket": (redeemed(WORLD.credential({"月相": "满月"})), "CLAIM_UNKNOWN"),
    "a claim in a sealed code": (
        SealedCode(WORLD.sealed_code(claims={"月相": "满月"}), asker=None),
        "CLAIM_UNKNOWN",
    ),
    "a claim of a peer": (answered({"名称": "示例小面馆", "月相": "满月"}), "CLAIM_UNKNOWN"),
}


@pytest.mark.parametrize(("shown", "cause"), STRANGE.values(), ids=STRANGE)
def test_what_the_catalogue_does_not_know_is_at_most_check(shown, cause):
    """Each with its own cause, and a sentence in both languages."""
    report = judged(shown)
    told = overall([report], channel=channel_of(shown), as_of=NOW)

    assert (Verdict.CHECK, cause) == (report.verdict, report.code)
    assert all(told.sentence(lang).headline and told.sentence(lang).next_step for lang in ("zh", "en"))


@pytest.mark.parametrize(
    "shown",
    [redeemed(WORLD.credential()), by_code(1), by_code(None), answered({}), STRANGE["a kind by ticket"][0]],
)
def test_the_answer_names_the_catalogue_that_gave_it(shown):
    """Whatever it says, and however the certificate came: the digest of the catalogue that was handed in."""
    for catalogue in (SHIPPED, Catalogue.of([kind(LICENCE)])):
        report = judged(shown, catalogue=catalogue)
        assert [catalogue.digest] == [one.evidence for one in report.facts if one.fact is Fact.CATALOGUED]
    assert [None] == [
        one.evidence for one in judged(shown, catalogue=None).facts if one.fact is Fact.CATALOGUED
    ]


@pytest.mark.parametrize("shown", [by_code(1), by_code(1, WORLD.paper_code), answered({})])
def test_a_version_that_is_stated_and_known_is_valid(shown):
    """What makes the difference in the rows above is the version."""
    assert (Verdict.VALID, 1) == ((report := judged(shown)).verdict, report.kind_version)


def test_a_version_that_nobody_stated_is_not_taken_for_the_newest():
    """A claim of any version is known; which one it is of is not, however many versions the catalogue holds."""
    old, new = kind(LICENCE), replace(kind(LICENCE), version=2, fields=kind(LICENCE).fields[:1])
    first = next(one.title for one in old.fields if new.field(one.title) is None)

    for catalogue in (SHIPPED, Catalogue.of([old, new])):
        report = judged(by_code(None, claims={first: "x"}), catalogue=catalogue)
        assert (Verdict.CHECK, "VERSION_UNSTATED") == (report.verdict, report.code)


def test_a_peers_kind_that_we_do_not_know_is_never_valid():
    """No agreement names it either, which speaks first; the fact is there all the same."""
    report = judged(answered({}, kind=UNKNOWN))
    facts = {checked.fact: checked for checked in report.facts}

    assert "KIND_UNKNOWN" == facts[Fact.CATALOGUED].cause
    assert Verdict.UNDETERMINED is report.verdict


def test_a_peer_cannot_say_that_our_catalogue_knows_it():
    """The fact is ours to say: its own word is passed over."""
    shown = answered({"月相": "满月"})
    said = (*shown.item.facts, StatedFact("catalogued", "yes", None, NOW))

    assert "CLAIM_UNKNOWN" == judged(replace(shown, item=replace(shown.item, facts=said))).code


@pytest.mark.parametrize("channel", [Channel.TICKET, Channel.FILE, Channel.SEALED])
def test_without_a_catalogue_nothing_is_verified_and_a_fact_says_why(channel):
    """An embedder that hands in none is told so."""
    shown = {
        Channel.TICKET: redeemed(WORLD.credential()),
        Channel.FILE: PresentedCredential(WORLD.credential(), "file", asker=None),
        Channel.SEALED: SealedCode(WORLD.sealed_code(), asker=None),
    }[channel]
    report = judged(shown, catalogue=None)

    assert "NO_CATALOGUE" == next(one.cause for one in report.facts if one.fact is Fact.CATALOGUED)
    assert (Verdict.CHECK, report.kind) == (report.verdict, report.kind_name)
    with pytest.raises(NotValid):
        verify(
            shown,
            trust=WORLD.trust(),
            policy=policy_for(None, channel),
            catalogue=None,
            now=NOW,
            fetch=news,
        )


def test_a_catalogue_may_hold_several_versions_of_a_kind():
    """A credential is read, and its kind called, by the version that it names; the newest is for whoever names none."""
    newer = replace(kind(LICENCE), version=2, name="新营业执照", fields=kind(LICENCE).fields[:1])
    both = Catalogue.of([kind(LICENCE), newer])

    assert (kind(LICENCE), newer, None) == tuple(both.version(LICENCE, n) for n in (1, 2, 3))
    assert newer == both.kind(LICENCE)
    first = judged(redeemed(WORLD.credential()), catalogue=both)
    assert (Verdict.VALID, "营业执照") == (first.verdict, first.kind_name)
    second = judged(redeemed(WORLD.credential(kind_version=2)), catalogue=both)
    assert ("CLAIM_UNKNOWN", "新营业执照") == (second.code, second.kind_name)
    assert "新营业执照" == judged(by_code(None), catalogue=both).kind_name


def test_every_shipped_kind_is_found_by_its_code_and_version():
    """And what is not there is None."""
    assert SHIPPED.kind(LICENCE) == SHIPPED.version(LICENCE, kind(LICENCE).version) == kind(LICENCE)
    assert SHIPPED.kind(UNKNOWN) is None
