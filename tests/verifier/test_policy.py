"""A policy is a value: matter and channel decide it, and its digest names it."""

from dataclasses import dataclass, replace

from certhub_verifier.facts import Fact
from certhub_verifier.policy import Channel, Level, policy_for


@dataclass(frozen=True)
class SomeMatter:
    """The four limits that a policy is made of."""

    code: str = "M-1"
    max_status_age_seconds: int = 3600
    offline_allowed: bool = True
    deficiency_allowed: bool = False


def test_a_live_ticket_requires_all_that_applies():
    """Binding and ledger are off until they are built; audience and agreement do not always apply."""
    policy = policy_for(SomeMatter(), Channel.TICKET)

    assert {Fact.HOLDER_BINDING, Fact.LOGGED} == {fact for fact in Fact if policy.level(fact) is Level.OFF}
    assert Level.EXPECTED is policy.level(Fact.AUDIENCE)


def test_an_answer_from_another_region_requires_an_agreement():
    """Default deny: without a live agreement nothing of a peer is valid."""
    assert Level.REQUIRED is policy_for(SomeMatter(), Channel.PEER).level(Fact.AGREEMENT)


def test_a_sealed_code_expects_what_only_a_network_can_tell():
    """Offline, first use and status are expected; a matter that is never settled offline requires them."""
    offline = policy_for(SomeMatter(), Channel.SEALED)
    online_only = policy_for(SomeMatter(offline_allowed=False), Channel.PAPER)

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


def test_the_digest_names_the_rules():
    """Equal rules have equal digests; any other limit, level or matter has another."""
    one = policy_for(SomeMatter(), Channel.TICKET)
    others = [
        policy_for(SomeMatter(), Channel.PEER),
        policy_for(SomeMatter(code="M-2"), Channel.TICKET),
        policy_for(SomeMatter(deficiency_allowed=True), Channel.TICKET),
        replace(one, max_status_age_seconds=1),
        replace(one, max_trust_age_seconds=1),
        replace(one, expires_soon_days=1),
        replace(one, levels={**one.levels, Fact.LOGGED: Level.EXPECTED}),
    ]

    assert one.digest() == policy_for(SomeMatter(), Channel.TICKET).digest()
    assert len(others) + 1 == len({one.digest(), *(other.digest() for other in others)})
    assert len(one.digest()) == 64
