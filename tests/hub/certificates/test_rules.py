"""The life of a certificate is a table, and the ends of it are ends."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from certhub.errors import WrongState
from certhub.records.certificates.rules import STEPS, State, Transition, after, ends, starts, wire_status

ENDS = frozenset(State) - {start for start, _ in STEPS}


@pytest.mark.parametrize("event", Transition)
@pytest.mark.parametrize("state", sorted(ENDS))
def test_an_end_is_the_end(state, event):
    """Nothing happens to a revoked certificate, ever again; nor to any other that has ended."""
    with pytest.raises(WrongState) as refused:
        after(state, event)
    assert (state, event) == (refused.value.state, refused.value.event)


def test_these_are_the_ends():
    """Superseded, cancelled, revoked, withdrawn, transferred; and voided, which never began."""
    assert {
        State.SUPERSEDED, State.CANCELLED, State.REVOKED, State.WITHDRAWN, State.VOIDED, State.TRANSFERRED_OUT,
    } == ENDS  # fmt: skip


@given(st.sampled_from(State), st.sampled_from(Transition))
def test_what_the_table_does_not_allow_cannot_be(state, event):
    """No event works in a state by accident."""
    if (state, event) in STEPS:
        assert STEPS[state, event] is after(state, event)
    else:
        with pytest.raises(WrongState):
            after(state, event)


@pytest.mark.parametrize(
    ("state", "value"),
    [(State.INTENDED, 0), (State.ACTIVE, 0), (State.SUSPENDED, 2), *((end, 1) for end in sorted(ENDS))],
)
def test_the_wire_knows_three_words(state, value):
    """0 valid, 1 invalid, 2 suspended; every end is 1."""
    assert value == wire_status(state)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_a_day_begins_and_ends_in_china(day):
    """Valid through its last day: until the first moment of the next one, eight hours ahead of UTC."""
    assert datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8) == starts(day)
    assert starts(day + timedelta(days=1)) == ends(day)


def test_without_a_last_day_there_is_no_end():
    """长期."""
    assert ends(None) is None


class Life(RuleBasedStateMachine):
    """One certificate to which anything may be tried, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State.INTENDED
        self.past: list[State] = []

    @rule(event=st.sampled_from(Transition))
    def try_(self, event: Transition) -> None:
        """Try an event; refused, it changes nothing."""
        try:
            following = after(self.state, event)
        except WrongState:
            return
        self.past.append(self.state)
        self.state = following

    @invariant()
    def nothing_comes_back(self) -> None:
        """Whoever ended stays ended; whoever was signed is never intended again; what is voided never was active."""
        assert not ENDS & set(self.past)
        assert State.INTENDED not in self.past[1:]
        assert not (self.state is State.VOIDED and State.ACTIVE in self.past)

    @invariant()
    def the_wire_agrees(self) -> None:
        """A bit goes from 1 back to 0 never; from 2 back to 0 by a reinstatement alone."""
        assert (wire_status(self.state) == 1) is (self.state in ENDS)


TestLife = Life.TestCase
