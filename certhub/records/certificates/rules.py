"""The life of a certificate, as a table.

    intended ──activate──► active ──suspend──► suspended ──reinstate──► active
        │                    │                     │
       void               supersede  revoke  withdraw  cancel  transfer
        ▼                    ▼
      voided              the end: nothing happens to these, ever again

Expired is computed from the dates, never stored. On the wire a status list knows 0 valid, 1 invalid,
2 suspended (Token Status List); which end it was is told only in an authenticated answer.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

from certhub.errors import WrongState

CHINA = timezone(timedelta(hours=8))


class State(StrEnum):
    """Where in its life a certificate is."""

    INTENDED = "intended"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"
    VOIDED = "voided"
    TRANSFERRED_OUT = "transferred_out"


class Transition(StrEnum):
    """What can be done to a certificate."""

    ACTIVATE = "activate"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    SUPERSEDE = "supersede"
    CANCEL = "cancel"
    REVOKE = "revoke"
    WITHDRAW = "withdraw"
    VOID = "void"
    TRANSFER = "transfer"


_ENDS = {
    Transition.SUPERSEDE: State.SUPERSEDED,
    Transition.CANCEL: State.CANCELLED,
    Transition.REVOKE: State.REVOKED,
    Transition.WITHDRAW: State.WITHDRAWN,
    Transition.TRANSFER: State.TRANSFERRED_OUT,
}
STEPS: dict[tuple[State, Transition], State] = {
    (State.INTENDED, Transition.ACTIVATE): State.ACTIVE,
    (State.INTENDED, Transition.VOID): State.VOIDED,
    (State.ACTIVE, Transition.SUSPEND): State.SUSPENDED,
    (State.SUSPENDED, Transition.REINSTATE): State.ACTIVE,
    **{(state, event): end for state in (State.ACTIVE, State.SUSPENDED) for event, end in _ENDS.items()},
}
ON_THE_WIRE = {
    State.INTENDED: 0,
    State.ACTIVE: 0,
    State.SUSPENDED: 2,
    State.SUPERSEDED: 1,
    State.CANCELLED: 1,
    State.REVOKED: 1,
    State.WITHDRAWN: 1,
    State.VOIDED: 1,
    State.TRANSFERRED_OUT: 1,
}


def after(state: State, event: Transition) -> State:
    """Return the state that `event` leads to.

    Raises:
        WrongState: the event cannot happen in that state.
    """
    try:
        return STEPS[state, event]
    except KeyError:
        raise WrongState(state, event) from None


def wire_status(state: State) -> int:
    """Return what the status list says of a certificate in `state`: 0, 1 or 2."""
    return ON_THE_WIRE[state]


def starts(day: date) -> datetime:
    """Return the first moment of a day in China, in UTC: a certificate is valid from then."""
    return datetime(day.year, day.month, day.day, tzinfo=CHINA).astimezone(UTC)


def ends(day: date | None) -> datetime | None:
    """Return the first moment after the last valid day, in UTC; None for 长期."""
    return None if day is None else starts(day) + timedelta(days=1)
