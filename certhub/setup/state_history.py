"""Fill in changes of state that have no row: what happened before there were any, and what older code does beside us.

    records.certificates.states   which certificates lack a change
    history.events                what the history says of them
    records.certificates.states   the missing changes, at most 500 in a transaction

It can be run again at any time, by several at once: a change that is there is not written twice, since the row of one
that is filled in has the id of its event. What the history does not say stays unknown.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine

from certhub.db.engine import Database, Unit
from certhub.db.statements import CHUNK
from certhub.history.events import catalogue
from certhub.history.events import store as events
from certhub.history.events.catalogue import EventType
from certhub.history.events.store import Entry
from certhub.records.certificates import states
from certhub.records.certificates import store as certificates
from certhub.records.certificates.changes import Change
from certhub.records.certificates.record import Certificate, Place
from certhub.records.certificates.rules import STEPS, State, Transition, starts

OF_TYPE: Mapping[EventType[Any], Transition] = {
    catalogue.CERTIFICATE_ISSUED: Transition.ACTIVATE,
    catalogue.CERTIFICATE_SUSPENDED: Transition.SUSPEND,
    catalogue.CERTIFICATE_REINSTATED: Transition.REINSTATE,
    catalogue.CERTIFICATE_SUPERSEDED: Transition.SUPERSEDE,
    catalogue.CERTIFICATE_CANCELLED: Transition.CANCEL,
    catalogue.CERTIFICATE_REVOKED: Transition.REVOKE,
    catalogue.CERTIFICATE_WITHDRAWN: Transition.WITHDRAW,
    catalogue.CERTIFICATE_VOIDED: Transition.VOID,
    catalogue.CERTIFICATE_TRANSFERRED_OUT: Transition.TRANSFER,
}
"""What each type of event did to a certificate."""
_DID = {row.name: transition for row, transition in OF_TYPE.items()}
Recovered = tuple[Place, Change]


def fill_next(database: Database, after: Place | None) -> tuple[int, Place | None]:
    """Fill in what the next 500 certificates lack, round and round: for a worker beside older code.

    Returns:
        How many changes there were, and the last place that was looked at, for the next time; None begins anew.
    """
    with database.reading() as unit:
        window = states.incomplete(unit.sql, after)
    return fill(database, window.incomplete), window.last


def fill_all(engine: Engine, opened: Callable[[], Database], *, chunk: int = CHUNK) -> int:
    """Fill in what every certificate lacks; `opened` is asked for a vault only when one lacks a change.

    Returns:
        How many changes were filled in.
    """
    filled, after = 0, None
    while True:
        with engine.connect() as connection:
            window = states.incomplete(connection, after)
        if window.last is None:
            return filled
        after = window.last
        if window.incomplete:
            filled += fill(opened(), window.incomplete, chunk=chunk)


def fill(database: Database, places: Sequence[Place], *, chunk: int = CHUNK) -> int:
    """Fill in what the history knows of some certificates, `chunk` changes at a time; return how many there were."""
    if not places:
        return 0
    with database.reading() as unit:
        found = _recovered(unit, places)
    filled = 0
    for at in range(0, len(found), chunk):
        with database.writing() as unit:
            filled += states.fill(unit, found[at : at + chunk])
    return filled


def _recovered(unit: Unit, places: Sequence[Place]) -> list[Recovered]:
    """Return the changes that have an event and no row.

    Events are read before rows: a change whose event is seen here has its row, which came with it, when rows are read.
    """
    by_ref = {c.ref.hex(): c for c in certificates.get_many(unit, places)}
    told: dict[str, list[Entry]] = defaultdict(list)
    for event in events.about(unit, list(by_ref), list(OF_TYPE)):
        told[event.subject].append(event)
    return [
        (certificate.place, change)
        for ref, certificate in by_ref.items()
        for change in missing(certificate, told[ref], states.changes_of(unit, certificate.place))
    ]


def missing(certificate: Certificate, entries: Iterable[Entry], kept: Iterable[Change]) -> list[Change]:
    """Return the changes that a certificate's events tell and that are not kept; `told` is oldest first.

    Those of one moment are put into the order that the life of a certificate allows. One that cannot follow the one
    before it follows something that is not known.
    """
    has_row = Counter(change.after for change in kept)
    left = list(entries)
    was: State | None = State.INTENDED
    since: datetime | None = certificate.created_at
    found = []
    while left:
        together = [event for event in left if event.at == left[0].at]
        event = next((event for event in together if was and (was, _DID[event.type]) in STEPS), None)
        if event is None:
            event, was, since = left[0], None, None
        left.remove(event)
        state = next(to for (_, what), to in STEPS.items() if what is _DID[event.type])
        if has_row[state, event.at]:
            has_row[state, event.at] -= 1
        else:
            found.append(_change(event, was, since, state))
        was, since = state, event.at
    return found


def _change(entry: Entry, was: State | None, since: datetime | None, state: State) -> Change:
    body = entry.body
    day = body.get("effective_from")
    return Change(
        id=entry.id,
        was=was,
        was_since=since,
        state=state,
        decided_at=entry.at,
        effective_from=entry.at if day is None else starts(date.fromisoformat(day)),
        by=entry.actor,
        written_at=entry.at,
        reason=body.get("reason"),
        decision=body.get("decision"),
    )
