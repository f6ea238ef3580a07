"""The state that a certificate was in: what its changes say, in any order, and never more than they know."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certhub.records.certificates.changes import Change, NoState, ordered, state_on
from certhub.records.certificates.record import Certificate, Record
from certhub.records.certificates.rules import STEPS, State

MADE = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
NEW, A, S, R = State.INTENDED, State.ACTIVE, State.SUSPENDED, State.REVOKED


def day(number: int) -> datetime:
    """The so manyth day of the story."""
    return MADE + number * DAY


def life(*moves: tuple[State, int] | tuple[State, int, int]) -> tuple[Certificate, list[Change]]:
    """A certificate made on day 0 and moved on: (state, decided on day, effective from day)."""
    was, since = NEW, MADE
    changes = []
    for number, (state, decided, *effective) in enumerate(moves):
        at = day(decided)
        changes.append(Change(UUID(int=number), was, since, state, at, day(*effective or [decided]), "x", at))
        was, since = state, at
    return certificate(was, since), changes


def certificate(state: State, since: datetime) -> Certificate:
    """One whose own row says this."""
    record = Record("", "", (), date(2026, 1, 1), {}, "", ())
    return Certificate(
        id=UUID(int=1),
        bucket=1,
        certificate_id="c",
        kind="k",
        kind_version=1,
        agency="a",
        version=1,
        state=state,
        state_since=since,
        valid_from=date(2026, 1, 1),
        valid_to=None,
        list_no=1,
        list_index=1,
        ref=b"",
        created_at=MADE,
        lease_until=None,
        previous=None,
        record=record,
    )


@st.composite
def lives(draw: st.DrawFn) -> tuple[Certificate, list[Change]]:
    """A life as the rules allow it; decisions on one day or weeks apart, effective then or up to 30 days before."""
    moves, state, now = [], NEW, 0
    for _ in range(draw(st.integers(0, 7))):
        able = sorted(to for (was, _), to in STEPS.items() if was is state)
        if not able:
            break
        state, now = draw(st.sampled_from(able)), now + draw(st.integers(0, 20))
        moves.append((state, now, max(0, now - draw(st.sampled_from([0, 0, 0, 5, 30])))))
    return life(*moves)


def by_hand(certificate: Certificate, changes: list[Change], when: datetime) -> State | NoState:
    """What a clerk would say who has every decision on paper: the last one whose effect had begun counts."""
    if when < certificate.created_at:
        return NoState.NOT_YET
    counted = [change.state for change in changes if change.effective_from <= when]
    return counted[-1] if counted else NEW


@pytest.mark.parametrize(
    ("when", "state"),
    [(-1, NoState.NOT_YET), (0, NEW), (1, A), (4, A), (5, S), (8, A), (10, R), (900, R)],
)
def test_a_state_holds_from_its_change_on_until_the_next(when, state):
    """On the day of a change it is the new one; one moment before it is the old one."""
    one, changes = life((A, 1), (S, 5), (A, 8), (R, 10))

    assert state == state_on(one, changes, day(when))


def test_the_moment_before_a_change_is_the_old_state():
    """Half open: from the change on, until the next one begins."""
    one, changes = life((A, 1), (S, 5), (A, 8))
    tick = timedelta(microseconds=1)

    assert [A, S, S, A] == [
        state_on(one, changes, when) for when in (day(5) - tick, day(5), day(8) - tick, day(8))
    ]


@pytest.mark.parametrize(("when", "state"), [(1, A), (2, A), (3, R), (6, R), (9, R)])
def test_what_holds_from_before_its_decision_is_the_state_of_then(when, state):
    """Revoked on day 9 from day 3 on: on day 6 it was revoked, although it was suspended then."""
    one, changes = life((A, 1), (S, 5), (R, 9, 3))

    assert state == state_on(one, changes, day(when))


def test_before_the_first_known_change_nothing_is_known():
    """A certificate of before the table: its own row is known since it says so, nothing else is."""
    one, _ = life((A, 1), (S, 5))

    assert [NoState.NOT_YET, NoState.UNKNOWN, NoState.UNKNOWN, S, S] == [
        state_on(one, [], day(when)) for when in (-1, 0, 4, 5, 9)
    ]


def test_a_change_tells_what_was_before_it():
    """Older code suspended it and wrote no row; the reinstatement says since when it was suspended."""
    one, changes = life((A, 1), (S, 5), (A, 8))
    del changes[1]

    assert [NoState.UNKNOWN, S, S, A] == [state_on(one, changes, day(when)) for when in (4, 5, 7, 8)]


def test_what_may_have_held_from_any_day_makes_unknown_what_was_before():
    """Older code revoked it on day 20; from when that holds is not known, so neither is day 3."""
    _, changes = life((A, 1), (S, 5), (A, 8))
    one = certificate(R, day(20))

    assert [NoState.UNKNOWN, NoState.UNKNOWN, R] == [state_on(one, changes, day(when)) for when in (3, 9, 20)]


def test_the_own_row_counts_where_the_changes_say_otherwise():
    """Older code revoked it: the last change that is kept says active."""
    _, changes = life((A, 1))
    one = certificate(R, day(5))

    assert [NoState.UNKNOWN, R] == [state_on(one, changes, day(when)) for when in (4, 5)]


@given(lives(), st.randoms(use_true_random=False), st.integers(-3, 150))
def test_rows_in_any_order_say_what_a_clerk_would_say(made, random, when):
    """Decisions of one moment, and those that hold from before, among them."""
    one, changes = made
    mixed = random.sample(changes, len(changes))

    assert [change.after for change in changes] == [change.after for change in ordered(mixed)]
    expected = one.state if day(when) >= one.state_since else by_hand(one, changes, day(when))
    assert expected == state_on(one, mixed, day(when))


@given(lives(), st.sets(st.integers(0, 7)), st.integers(-3, 150))
def test_what_is_missing_makes_unknown_and_never_false(made, gone, when):
    """Whatever rows are taken away, what is still said is true."""
    one, changes = made
    left = [change for number, change in enumerate(changes) if number not in gone]

    told = state_on(one, left, day(when))

    assert told in (NoState.UNKNOWN, state_on(one, changes, day(when)))


def test_a_change_of_a_clock_that_went_back_stands_where_it_happened():
    """Reinstated after it was suspended, by a clock five days behind."""
    _, changes = life((A, 10), (S, 20), (A, 15), (R, 16))

    assert [A, S, A, R] == [change.state for change in ordered(reversed(changes))]


@given(lives(), st.integers(0, 7))
def test_a_clock_that_went_back_changes_no_order(made, back):
    """Each change names the one before it: the order is theirs, not the clock's."""
    _, changes = made
    if back >= len(changes):
        return
    moved = [replace(change) for change in changes]
    for number in range(back, len(moved)):
        before = moved[number - 1].after if number else moved[number].before
        at = moved[number].decided_at - 400 * DAY
        moved[number] = replace(moved[number], was_since=before[1], decided_at=at, effective_from=at)

    assert [change.state for change in changes] == [change.state for change in ordered(reversed(moved))]
