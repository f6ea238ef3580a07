"""One table: which key may have signed what, by state, date, purpose and region; every reader keeps to it.

What lasts (a credential, a receipt, a paper code) stays good when its key is retired; what speaks of now (a list,
a bundle, a show code, a question, an answer) does not. Questions and answers: tests/flows/test_key_states.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from certhub_schemas import matters, shipped_catalogue
from certhub_schemas.purposes import Purpose
from certhub_verifier import Channel, PresentedCredential, RedemptionRecord, SealedCode, StatusAt, policy_for
from certhub_verifier.checks.status import ListFault, read_list
from certhub_verifier.engine import Evidence, examine, run
from certhub_verifier.errors import BadSignature, UnknownKey
from certhub_verifier.facts import Fact, Outcome
from certhub_verifier.formats.jose.tokens import TOKEN_TYPES
from certhub_verifier.formats.status import statuslist
from certhub_verifier.formats.trust.listedkey import KeyState
from certhub_verifier.lookups import StatusToken
from certhub_verifier.receipts import Finding, examine_receipt
from certhub_verifier.trust import Standing, TrustedKey, TrustSet, open_bundle

from tests.support.credentials import AGENCY, AWAY, AWAY_AGENCY, HOME, NOW, World, named_key
from tests.support.signing import NumberedKey

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LISTED = [typ for typ, token in TOKEN_TYPES.items() if token.purpose is not None]
LASTING = {"dc+sd-jwt", "receipt+jwt", "paper+jwt"}
STATES: Mapping[str, Mapping[str, Any]] = {
    "active": {},
    "retired": {"state": KeyState.RETIRED},
    "compromised before": {"state": KeyState.COMPROMISED, "compromised_since": NOW - 90 * DAY},
    "compromised after": {"state": KeyState.COMPROMISED, "compromised_since": NOW + DAY},
}
TERMS: Mapping[str, Mapping[str, Any]] = {
    "inside": {},
    "ended": {"from_": NOW - 90 * DAY, "until": NOW - 60 * DAY},
    "not begun": {"from_": NOW + 60 * DAY, "until": NOW + 90 * DAY},
}


def expected(typ: str, state: str, term: str, *, its_own: bool) -> Standing:
    """The table itself, read from top to bottom."""
    if not its_own:
        return Standing.FOREIGN
    if state.startswith("compromised"):
        return Standing.COMPROMISED
    if state == "retired" and typ not in LASTING:
        return Standing.RETIRED
    return Standing.YES if term == "inside" else Standing.NO


def owner_of(typ: str, region: str) -> str:
    """Who signs a token of that type in that region."""
    return {HOME: AGENCY, AWAY: AWAY_AGENCY}[region] if typ == "dc+sd-jwt" else region


def key_for(typ: str, region: str = HOME) -> NumberedKey:
    """The key of that region for that type."""
    purpose = TOKEN_TYPES[typ].purpose
    assert purpose is not None
    return named_key(f"{owner_of(typ, region)}-1" if purpose is Purpose.SEAL else f"{region}-{purpose}-1")


def world_of(key: NumberedKey, *entries: Mapping[str, Any]) -> World:
    """The two regions, where the trust list says all of `entries` of `key`."""
    return World(entries={key.kid: {name: value for one in entries for name, value in one.items()}})


@cache
def listed(typ: str, region: str, state: str, term: str) -> TrustedKey:
    """How the key of that region for that type stands on the list, in that state and term."""
    key = key_for(typ, region)
    found = world_of(key, STATES[state], TERMS[term]).trust().key(key.kid)
    assert found is not None
    return found


def test_the_table_has_a_row_for_every_type_that_a_listed_key_signs() -> None:
    """Ten types; which of them last stands in the table of token types."""
    assert 10 == len(LISTED)
    assert LASTING == {typ for typ in LISTED if TOKEN_TYPES[typ].lasts}


@pytest.mark.parametrize("typ", LISTED)
@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("state", STATES)
def test_one_rule_says_what_a_key_may_have_signed(typ: str, state: str, term: str) -> None:
    """Every key of both regions against every type: its own alone, and that by its state and the date."""
    for signed_by in LISTED:
        for region in (HOME, AWAY):
            key = listed(signed_by, region, state, term)
            its_own = region == HOME and TOKEN_TYPES[signed_by].purpose is TOKEN_TYPES[typ].purpose

            assert expected(typ, state, term, its_own=its_own) == key.may_have_signed(
                typ, by=owner_of(typ, HOME), at=NOW
            ), (signed_by, region)


def test_a_key_signs_something_new_only_while_it_is_active_and_in_term() -> None:
    """What our own keyring asks before it lends a signer."""
    signs = {
        (state, term): listed("receipt+jwt", HOME, state, term).may_sign(NOW)
        for state in STATES
        for term in TERMS
    }

    assert {("active", "inside")} == {case for case, answer in signs.items() if answer}


# --- through the readers ------------------------------------------------------------------------------------


def seen_by_engine(evidence: Evidence, channel: Channel, world: World, trust: TrustSet) -> bool:
    """Whether the engine finds the signer entitled."""
    policy = policy_for(replace(matters()[0], offline_allowed=True), channel)

    def news(need: object) -> object:
        return (
            StatusToken(world.status_token())
            if isinstance(need, StatusAt)
            else RedemptionRecord(False, as_of=NOW)
        )

    report = run(examine(evidence, trust=trust, policy=policy, now=NOW, catalogue=shipped_catalogue()), news)  # type: ignore[arg-type]
    return Outcome.YES in {one.outcome for one in report.facts if one.fact is Fact.ISSUER_ENTITLED}


def show(world: World, key: NumberedKey, trust: TrustSet) -> bool:
    """Whether a show code that the key signed is by somebody entitled."""
    return seen_by_engine(SealedCode(world.sealed_code(key=key), asker=HOME), Channel.SEALED, world, trust)


def paper(world: World, key: NumberedKey, trust: TrustSet) -> bool:
    """Whether a paper code is."""
    return seen_by_engine(SealedCode(world.paper_code(key=key), asker=HOME), Channel.PAPER, world, trust)


def credential(world: World, key: NumberedKey, trust: TrustSet) -> bool:
    """Whether a credential is."""
    shown = PresentedCredential(world.credential(key=key), "file", asker=HOME)
    return seen_by_engine(shown, Channel.FILE, world, trust)


def status_list(world: World, key: NumberedKey, trust: TrustSet) -> bool:
    """Whether a list is read."""
    try:
        read_list(world.status_token(key=key), statuslist.status_uri(HOME, 3), trust=trust)
    except ListFault:
        return False
    return True


def bundle(world: World, key: NumberedKey, trust: TrustSet) -> bool:
    """Whether a bundle opens."""
    try:
        open_bundle(world.bundle(key=key), anchor=trust)
    except (BadSignature, UnknownKey):
        return False
    return True


def receipt(world: World, key: NumberedKey, trust: TrustSet) -> bool:
    """Whether a receipt is genuine."""
    return Finding.GENUINE is examine_receipt(world.receipt(key=key), trust=trust, now=NOW).finding


Reader = Callable[[World, NumberedKey, TrustSet], bool]
READERS: Mapping[str, Reader] = {
    "dc+sd-jwt": credential,
    "show+jwt": show,
    "paper+jwt": paper,
    "statuslist+jwt": status_list,
    "bundle+jwt": bundle,
    "receipt+jwt": receipt,
}
EXCHANGED = {"xr-req+jwt", "xr-res+jwt", "request+jwt", "notice+jwt"}


def test_every_type_is_read_by_somebody() -> None:
    """No type is left out of the table below, but the four that only hubs read."""
    assert set(LISTED) == READERS.keys() | EXCHANGED


@pytest.mark.parametrize("typ", READERS)
@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("state", STATES)
def test_every_reader_keeps_to_the_table(typ: str, state: str, term: str) -> None:
    """Its own key, by state and date."""
    key = key_for(typ)
    world = world_of(key, STATES[state], TERMS[term])
    standing = expected(typ, state, term, its_own=True)

    assert (standing is Standing.YES) == READERS[typ](world, key, world.trust())


@pytest.mark.parametrize("typ", READERS)
@pytest.mark.parametrize("signed_by", LISTED)
@pytest.mark.parametrize("region", [HOME, AWAY])
def test_no_reader_takes_another_key(typ: str, signed_by: str, region: str) -> None:
    """Every key of both regions that is for something else, or somebody else's, properly signed by it."""
    key, world = key_for(signed_by, region), World()
    its_own = region == HOME and TOKEN_TYPES[signed_by].purpose is TOKEN_TYPES[typ].purpose

    assert its_own == READERS[typ](world, key, world.trust())


def test_a_receipt_outlives_the_key_that_signed_it() -> None:
    """Retired the next day: what it signed before is what it was."""
    world = world_of(key_for("receipt+jwt"), {"until": NOW + DAY}, STATES["retired"])
    report = examine_receipt(world.receipt(), trust=world.trust(NOW + 2 * DAY), now=NOW + 2 * DAY)

    assert Finding.GENUINE == report.finding
