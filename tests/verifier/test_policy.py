"""A policy is a value: matter and channel decide it, and its digest names it."""

import json
from dataclasses import replace

import pytest
from certhub_schemas import matter, matters
from certhub_verifier.facts import Fact
from certhub_verifier.policy import Channel, Level, policy_for

from tests.support.credentials import MATTER


def some_matter(**changes):
    """The first matter, with what a test wants to be different."""
    return replace(matter(MATTER), **changes)


def test_a_live_ticket_requires_all_that_applies():
    """Binding and ledger are off until they are built; audience and agreement do not always apply."""
    policy = policy_for(some_matter(), Channel.TICKET)

    assert {Fact.HOLDER_BINDING, Fact.LOGGED} == {fact for fact in Fact if policy.level(fact) is Level.OFF}
    assert Level.EXPECTED is policy.level(Fact.AUDIENCE)


def test_an_answer_from_another_region_requires_an_agreement():
    """Default deny: without a live agreement nothing of a peer is valid."""
    assert Level.REQUIRED is policy_for(some_matter(), Channel.PEER).level(Fact.AGREEMENT)


def test_a_sealed_code_expects_what_only_a_network_can_tell():
    """Offline, first use and status are expected; a matter that is never settled offline requires them."""
    offline = policy_for(some_matter(), Channel.SEALED)
    online_only = policy_for(some_matter(offline_allowed=False), Channel.PAPER)

    assert {Level.EXPECTED} == {offline.level(Fact.STATUS), offline.level(Fact.ONE_TIME)}
    assert {Level.REQUIRED} == {online_only.level(Fact.STATUS), online_only.level(Fact.ONE_TIME)}


def test_a_file_is_at_most_check_without_a_binding():
    """Nobody was seen to hold it: the binding is expected, first use does not apply."""
    policy = policy_for(None, Channel.FILE)

    assert Level.EXPECTED is policy.level(Fact.HOLDER_BINDING)
    assert Level.OFF is policy.level(Fact.ONE_TIME)


def test_a_fact_that_a_policy_does_not_name_is_required():
    """A new fact weighs until somebody decides otherwise."""
    assert Level.REQUIRED is replace(policy_for(None, Channel.FILE), levels={}).level(Fact.LOGGED)


def test_no_matter_offers_nothing():
    """Without a matter no case may be accepted incomplete."""
    assert not policy_for(None, Channel.PEER).deficiency_allowed


@pytest.mark.parametrize("channel", Channel)
def test_without_a_matter_nobody_asks_what_a_matter_asks(channel):
    """Whether it is needed, and how it was shown, are questions of a matter alone."""
    policy = policy_for(None, channel)

    assert [Level.OFF, Level.OFF] == [policy.level(Fact.NEEDED), policy.level(Fact.MODE)]
    assert (None, ()) == (policy.mode, policy.requirements)


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("each", matters(), ids=lambda each: each.code)
def test_every_matter_asks_both_by_every_channel(each, channel):
    """What it does not use is looked at by a person; an identity that nobody checked leaves it open."""
    policy = policy_for(each, channel)

    assert Level.EXPECTED is policy.level(Fact.NEEDED)
    assert (Level.REQUIRED if each.mode == "L3" else Level.EXPECTED) is policy.level(Fact.MODE)
    assert (each.mode, each.requirements) == (policy.mode, policy.requirements)


@pytest.mark.parametrize("each", matters(), ids=lambda each: each.code)
def test_a_matters_limits_alone_ask_nothing(each):
    """Every limit and every other level holds; what the matter needs, and in which mode, nobody asks."""
    whole = policy_for(each, Channel.TICKET)
    alone = whole.limits_alone()

    assert (Level.OFF, Level.OFF, None, ()) == (
        alone.level(Fact.NEEDED),
        alone.level(Fact.MODE),
        alone.mode,
        alone.requirements,
    )
    others = [fact for fact in Fact if fact not in (Fact.NEEDED, Fact.MODE)]
    assert [whole.level(fact) for fact in others] == [alone.level(fact) for fact in others]
    assert alone == replace(whole, levels=alone.levels, requirements=(), mode=None)


def test_what_a_matter_requires_is_no_part_of_the_rules_name():
    """A receipt names the matter by a digest of its own."""
    other = some_matter(requirements=matters()[1].requirements)

    assert policy_for(other, Channel.TICKET).digest() == policy_for(some_matter(), Channel.TICKET).digest()


def test_the_release_before_named_the_rules_without_what_a_matter_asks():
    """Its form of the same rules has every other level, and a name of its own."""
    policy = policy_for(some_matter(), Channel.TICKET)
    now, before = json.loads(policy.document()), json.loads(policy.former_documents()[-1])

    assert {"needed", "mode"} == now["levels"].keys() - before["levels"].keys()
    assert before == now | {"levels": before["levels"]}
    assert before["levels"].items() <= now["levels"].items()


def test_the_digest_names_the_rules():
    """Equal rules have equal digests; any other limit, level or matter has another."""
    one = policy_for(some_matter(), Channel.TICKET)
    others = [
        policy_for(some_matter(), Channel.PEER),
        policy_for(some_matter(code="ANOTHER"), Channel.TICKET),
        policy_for(some_matter(deficiency_allowed=False), Channel.TICKET),
        replace(one, max_status_age_seconds=1),
        replace(one, max_trust_age_seconds=1),
        replace(one, expires_soon_days=1),
        replace(one, levels={**one.levels, Fact.LOGGED: Level.EXPECTED}),
    ]

    assert one.digest() == policy_for(some_matter(), Channel.TICKET).digest()
    assert len(others) + 1 == len({one.digest(), *(other.digest() for other in others)})
    assert len(one.digest()) == 64
