"""A status list is believed if its region signed it, under that name, in time; then its number speaks."""

from dataclasses import replace
from datetime import timedelta

import pytest
from certhub_schemas.purposes import Purpose
from certhub_verifier.checks.status import status
from certhub_verifier.formats.status import statuslist
from certhub_verifier.formats.trust.listedkey import KeyState
from certhub_verifier.lookups import StatusAt, StatusToken
from certhub_verifier.policy import Channel, policy_for

from tests.support.credentials import AWAY, HOME, INDEX, NOW, World, named_key
from tests.support.sm2 import signed_with_sm2, sm2_entry

WORLD = World()
URI = statuslist.status_uri(HOME, 3)
POLICY = replace(policy_for(None, Channel.FILE), max_status_age_seconds=3600)
SECOND = timedelta(seconds=1)


def judged(token, *, world=WORLD, index=INDEX, now=NOW):
    """Return outcome and cause of what the list says."""
    found = status(StatusToken(token), StatusAt(URI, index), trust=world.trust(), policy=POLICY, now=now)
    return found.outcome.value, found.cause


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, ("yes", None)),
        (1, ("no", "REVOKED")),
        (2, ("no", "SUSPENDED")),
        (3, ("undetermined", "STATUS_UNKNOWN")),
    ],
)
def test_the_number_speaks(value, expected):
    """0 good, 1 withdrawn, 2 suspended; 3 has no meaning of ours."""
    assert judged(WORLD.status_token({INDEX: value})) == expected


def test_the_neighbours_do_not_speak():
    """Only the credential's own slot counts."""
    assert judged(WORLD.status_token({INDEX - 1: 1, INDEX + 1: 2})) == ("yes", None)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0, ("yes", None)),
        (30, ("yes", None)),
        (31, ("undetermined", "STATUS_AGED")),
        (3600, ("undetermined", "STATUS_AGED")),
        (3601, ("undetermined", "LIST_TOO_OLD")),
        (-60, ("yes", None)),
        (-61, ("undetermined", "CLOCK_WRONG")),
    ],
)
def test_its_age_against_its_ttl_and_the_matters_limit(age, expected):
    """Fresh, aged, too old, or from the future."""
    assert judged(WORLD.status_token(iat=NOW - age * SECOND)) == expected


def test_a_long_ttl_does_not_stretch_the_matters_limit():
    """A region may not declare its old list fresh."""
    token = WORLD.status_token(iat=NOW - 3601 * SECOND, ttl=86_400)

    assert judged(token) == ("undetermined", "LIST_TOO_OLD")


def test_past_its_end_a_list_is_too_old():
    """Whatever the matter allows."""
    token = WORLD.status_token(iat=NOW - 60 * SECOND, life=60 * SECOND)

    assert judged(token) == ("undetermined", "LIST_TOO_OLD")


def test_withdrawn_stays_withdrawn_however_old_the_list():
    """A known bad does not age."""
    token = WORLD.status_token({INDEX: 1}, iat=NOW - timedelta(days=9))

    assert judged(token) == ("no", "REVOKED")


@pytest.mark.parametrize(
    "token",
    [
        b"",
        b"no.token.at all",
        WORLD.status_token(key=named_key("420700-status-9")),
        WORLD.status_token(key=WORLD.region_key(Purpose.SHOW)),
        WORLD.status_token(key=WORLD.region_key(Purpose.STATUS, AWAY)),
        WORLD.status_token(key=replace(WORLD.region_key(Purpose.STATUS), number=9)),
        WORLD.status_token(uri=statuslist.status_uri(HOME, 4)),
        WORLD.status_token(iat=NOW - timedelta(days=400)),
        WORLD.receipt().encode(),
    ],
    ids=[
        "empty",
        "garbage",
        "unknown",
        "purpose",
        "region",
        "forged",
        "another list",
        "too early",
        "no list",
    ],
)
def test_what_is_wrong_with_a_list_is_no_word_about_the_certificate(token):
    """Unknown, neither good nor bad."""
    assert judged(token) == ("undetermined", "STATUS_UNKNOWN")


FAULTS = {
    "form": b"no.token.at all",
    "key": WORLD.status_token(key=WORLD.region_key(Purpose.STATUS, AWAY)),
    "signature": WORLD.status_token(key=replace(WORLD.region_key(Purpose.STATUS), number=9)),
    "sub": WORLD.status_token(uri=statuslist.status_uri(HOME, 4)),
    "iat": WORLD.status_token(iat=NOW - timedelta(days=400)),
}


@pytest.mark.parametrize(("fault", "token"), FAULTS.items())
def test_the_fault_of_a_list_is_named(fault, token):
    """Whoever keeps the public files learns what to look at."""
    found = status(StatusToken(token), StatusAt(URI, INDEX), trust=WORLD.trust(), policy=POLICY, now=NOW)

    assert found.detail["fault"] == fault


def test_a_list_by_a_suite_that_cannot_be_computed_is_unknown_and_says_why():
    """The list may be good; this machine cannot tell, and neither expects nor softens it."""
    world = World(entries={"420700-status-1": sm2_entry("420700-status-1")})
    token = signed_with_sm2(WORLD.status_token())

    assert judged(token, world=world) == ("undetermined", "SUITE_MISSING")


def test_an_index_beyond_the_list_is_unknown():
    """A list that is too short says nothing."""
    assert judged(WORLD.status_token(), index=1 << 23) == ("undetermined", "STATUS_UNKNOWN")


def test_a_lost_status_key_says_nothing():
    """Its thief could call anything good."""
    entry = {"state": KeyState.COMPROMISED, "compromised_since": NOW}
    world = World(entries={"420700-status-1": entry})

    assert judged(world.status_token(), world=world) == ("undetermined", "STATUS_UNKNOWN")
