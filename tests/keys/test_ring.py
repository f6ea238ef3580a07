"""Which key signs, which is believed, which comes next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from certhub_keys import BadKeyEntry, KeyNotUsable, NoCurrentKey, NoNextKey, Reason
from certhub_keys.ring import KeyEntry, KeyState, current, next_key, usable_to_sign, usable_to_verify
from certhub_schemas.algorithms import ES256
from certhub_schemas.purposes import Purpose
from hypothesis import given
from hypothesis import strategies as st

START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def day(number: int) -> datetime:
    """The start of a day, counted from 2026-01-01 UTC."""
    return START + timedelta(days=number)


def entry(kid: str = "420700-show-1", begins: int = 0, ends: int = 90, believed: int = 300) -> KeyEntry:
    """An active key for `show` with these days."""
    return KeyEntry(
        kid=kid,
        purpose=Purpose.SHOW,
        algorithm=ES256,
        jwk={},
        from_=day(begins),
        until=day(ends),
        verify_until=day(believed),
    )


def compromised(key: KeyEntry) -> KeyEntry:
    """The same key, declared compromised since day 50."""
    return replace(key, state=KeyState.COMPROMISED, compromised_since=day(50))


@pytest.mark.parametrize("at", [day(0), day(90) - MOMENT])
def test_a_key_signs_from_its_first_instant_to_before_its_last(at: datetime) -> None:
    """The span holds its beginning and not its end."""
    assert entry() == usable_to_sign(entry(), at)


@pytest.mark.parametrize(
    ("key", "at", "reason"),
    [
        (entry(), day(0) - MOMENT, Reason.NOT_YET),
        (entry(), day(90), Reason.SIGNING_OVER),
        (replace(entry(), state=KeyState.RETIRED), day(10), Reason.RETIRED),
        (compromised(entry()), day(10), Reason.COMPROMISED),
    ],
)
def test_a_key_that_may_not_sign_says_why(key: KeyEntry, at: datetime, reason: Reason) -> None:
    """The reason is a value, the kid is named."""
    with pytest.raises(KeyNotUsable) as refused:
        usable_to_sign(key, at)

    assert (key.kid, reason) == (refused.value.kid, refused.value.reason)


@pytest.mark.parametrize("key", [entry(), replace(entry(), state=KeyState.RETIRED)])
@pytest.mark.parametrize("at", [day(0), day(90), day(300) - MOMENT])
def test_a_key_is_believed_after_it_stops_signing(key: KeyEntry, at: datetime) -> None:
    """Active or retired, its signatures hold until verify_until."""
    assert key == usable_to_verify(key, at)


@pytest.mark.parametrize(
    ("key", "at", "reason"),
    [
        (entry(), day(0) - MOMENT, Reason.NOT_YET),
        (entry(), day(300), Reason.VERIFYING_OVER),
        (compromised(entry()), day(10), Reason.COMPROMISED),
        (compromised(entry()), day(60), Reason.COMPROMISED),
    ],
)
def test_a_key_that_is_not_believed_says_why(key: KeyEntry, at: datetime, reason: Reason) -> None:
    """A compromised key is not believed even before the compromise: dates can be written back."""
    with pytest.raises(KeyNotUsable) as refused:
        usable_to_verify(key, at)

    assert reason is refused.value.reason


def test_in_an_overlap_the_newer_key_signs() -> None:
    """From its first instant on, the new key signs, in whatever order they are listed."""
    old, new = entry("k-1", 0, 90), entry("k-2", 60, 150)
    for ring in ([old, new], [new, old]):
        assert old == current(ring, Purpose.SHOW, day(60) - MOMENT)
        assert new == current(ring, Purpose.SHOW, day(60))
        assert new == current(ring, Purpose.SHOW, day(120))


def test_when_the_newer_key_falls_the_older_one_signs_again() -> None:
    """A compromised or retired key is passed over while another is in its span."""
    old, new = entry("k-1", 0, 90), entry("k-2", 60, 150)
    for fallen in (compromised(new), replace(new, state=KeyState.RETIRED)):
        assert old == current([old, fallen], Purpose.SHOW, day(70))


def test_keys_that_began_together_are_decided_by_name() -> None:
    """Every process chooses the same key."""
    one, two = entry("k-1"), entry("k-2")

    assert two == current([one, two], Purpose.SHOW, day(1)) == current([two, one], Purpose.SHOW, day(1))


@pytest.mark.parametrize(
    ("ring", "at"),
    [([], day(1)), ([entry()], day(90)), ([entry()], day(-1)), ([compromised(entry())], day(1))],
)
def test_without_a_key_there_is_no_current_one(ring: list[KeyEntry], at: datetime) -> None:
    """None, too early, too late or compromised: the purpose is named."""
    with pytest.raises(NoCurrentKey, match="show"):
        current(ring, Purpose.SHOW, at)


def test_a_key_of_another_purpose_never_steps_in() -> None:
    """One key, one purpose."""
    with pytest.raises(NoCurrentKey):
        current([entry()], Purpose.PAPER, day(1))
    with pytest.raises(NoNextKey):
        next_key([entry()], Purpose.PAPER, day(-1))


def test_the_next_key_is_the_first_to_come() -> None:
    """Of several prepared keys the earliest takes over; a compromised one does not count."""
    ring = [entry("k-3", 120, 200), entry("k-2", 60, 150), entry("k-1", 0, 90)]

    assert next_key(ring, Purpose.SHOW, day(10)).kid == "k-2"
    assert next_key([*ring[:1], compromised(ring[1])], Purpose.SHOW, day(10)).kid == "k-3"
    with pytest.raises(NoNextKey):
        next_key(ring, Purpose.SHOW, day(120))


@pytest.mark.parametrize(
    "change",
    [
        {"from_": datetime(2026, 1, 1)},  # noqa: DTZ001 - the missing zone is the point
        {"compromised_since": datetime(2026, 1, 1), "state": KeyState.COMPROMISED},  # noqa: DTZ001
        {"until": day(0)},
        {"verify_until": day(89)},
        {"state": KeyState.COMPROMISED},
        {"compromised_since": day(5)},
        {"compromised_since": day(5), "state": KeyState.RETIRED},
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(change: dict[str, datetime]) -> None:
    """It never becomes a value, and the key is named."""
    with pytest.raises(BadKeyEntry, match="420700-show-1"):
        replace(entry(), **change)  # type: ignore[arg-type]


@given(
    spans=st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), max_size=6), moment=st.integers(0, 110)
)
def test_the_current_key_may_sign_and_is_believed(spans: list[tuple[int, int]], moment: int) -> None:
    """Whatever the ring holds, what it chooses may sign and be believed; where it chooses none, none may."""
    ring = [
        entry(f"k-{i}", begins, begins + length, begins + length) for i, (begins, length) in enumerate(spans)
    ]
    at = day(moment).astimezone(timezone(timedelta(hours=8)))
    try:
        chosen = current(ring, Purpose.SHOW, at)
    except NoCurrentKey:
        for key in ring:
            with pytest.raises(KeyNotUsable):
                usable_to_sign(key, at)
    else:
        assert chosen == usable_to_sign(chosen, at) == usable_to_verify(chosen, at)
