"""Which key signs now: the trust set says, by purpose, owner, state and term."""

from dataclasses import replace
from datetime import timedelta

import pytest
from certhub_schemas.purposes import Purpose
from certhub_verifier.formats.trust.listedkey import KeyState
from certhub_verifier.formats.trust.trustlist import RegionKeys, keys_path
from certhub_verifier.trust import TrustSet
from hypothesis import given
from hypothesis import strategies as st

from certhub.hub.keyring import Keyring, NoKey
from tests.support.trust_files import (
    AGENCY,
    HOME,
    JANUARY,
    NOON,
    PEER,
    listed,
    region_key,
    region_keys,
    trust_files,
)


class Lender:
    """A key store that lends signers, and remembers how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, kid: str):
        """Lend the signer of a key."""
        self.asked.append(kid)
        for purpose in Purpose:
            for n in (1, 2):
                if kid == region_key(HOME, purpose, n).kid:
                    return region_key(HOME, purpose, n)
        return replace(region_key(HOME, Purpose.SHOW), kid=kid)


def trust_with(*keys) -> TrustSet:
    """The small trust list with other keys of the home region."""
    files = trust_files() | {keys_path(HOME): RegionKeys(region=HOME, keys=keys).to_bytes()}
    return TrustSet.from_files(files, as_of=NOON)


def status_key(n: int = 1, **changes):
    """An entry of a status key of the home region."""
    return replace(listed(region_key(HOME, Purpose.STATUS, n), Purpose.STATUS), **changes)


def test_a_purpose_has_its_own_key():
    """Nothing is signed with a key for something else."""
    ring, trust = Keyring(HOME, Lender()), TrustSet.from_files(trust_files(), as_of=NOON)

    for purpose in (one for one in Purpose if one is not Purpose.SEAL):
        assert f"{HOME}-{purpose}-1" == ring.region_signer(purpose, trust=trust, at=NOON).kid
    assert f"{AGENCY}-1" == ring.seal_signer(AGENCY, trust=trust, at=NOON).kid


def test_another_regions_keys_are_never_asked_for():
    """Neither its own nor its agencies'."""
    trust = TrustSet.from_files(trust_files(), as_of=NOON)

    with pytest.raises(NoKey):
        Keyring(HOME, Lender()).seal_signer("11430000006122244L", trust=trust, at=NOON)
    assert (
        f"{PEER}-status-1" == Keyring(PEER, Lender()).region_signer(Purpose.STATUS, trust=trust, at=NOON).kid
    )


def test_of_two_the_newer_one_signs_once_it_may():
    """A rotation is published before it takes effect."""
    second = status_key(2, from_=NOON)
    trust, ring = trust_with(status_key(1), second), Keyring(HOME, Lender())

    before = ring.region_signer(Purpose.STATUS, trust=trust, at=NOON - timedelta(seconds=1))
    after = ring.region_signer(Purpose.STATUS, trust=trust, at=NOON)

    assert [f"{HOME}-status-1", f"{HOME}-status-2"] == [before.kid, after.kid]


@pytest.mark.parametrize("state", [state for state in KeyState if state is not KeyState.ACTIVE])
def test_only_an_active_key_signs(state):
    """A retired or compromised one is told apart from one that never was."""
    since = JANUARY if state is KeyState.COMPROMISED else None
    trust = trust_with(status_key(1, state=state, compromised_since=since))

    with pytest.raises(NoKey, match="make one and publish it"):
        Keyring(HOME, Lender()).region_signer(Purpose.STATUS, trust=trust, at=NOON)


@given(st.timedeltas(timedelta(days=-800), timedelta(days=800)))
def test_a_key_signs_in_its_term_alone(offset):
    """From its first moment to the one before its end."""
    entry, at = status_key(1), NOON + offset
    trust, ring = trust_with(entry), Keyring(HOME, Lender())

    if entry.from_ <= at < entry.until:
        assert ring.region_signer(Purpose.STATUS, trust=trust, at=at)
    else:
        with pytest.raises(NoKey):
            ring.region_signer(Purpose.STATUS, trust=trust, at=at)


def test_a_signer_is_lent_once():
    """Opening a key costs; a purpose asked for a thousand times opens it once."""
    lender = Lender()
    ring, trust = Keyring(HOME, lender), TrustSet.from_files(trust_files(), as_of=NOON)

    for _ in range(5):
        ring.region_signer(Purpose.STATUS, trust=trust, at=NOON)

    assert [f"{HOME}-status-1"] == lender.asked


def test_the_small_list_has_a_key_for_every_purpose():
    """So that the first sentence of this page means something."""
    assert {purpose for purpose in Purpose if purpose is not Purpose.SEAL} == {
        key.purpose for key in region_keys(HOME).keys
    }


def test_the_keys_of_an_owner_are_those_that_a_look_at_all_keys_finds() -> None:
    """The index holds each key once, in the order of the list, and follows the set that it is of."""
    trust = TrustSet.from_files(trust_files(), as_of=NOON)
    for one in trust.keys.values():
        expected = tuple(
            key
            for key in trust.keys.values()
            if (key.region, key.purpose, key.owner) == (one.region, one.purpose, one.owner)
        )
        assert expected == trust.keys_of(one.region, one.purpose, one.owner)
    assert () == trust.keys_of(HOME, Purpose.SEAL, "nobody") == trust.keys_of(PEER, Purpose.SEAL, AGENCY)
    assert () == replace(trust, keys={}).keys_of(HOME, Purpose.SEAL, AGENCY)
