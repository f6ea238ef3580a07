"""What must hold whenever nothing is at work: the row, its changes, the slot, the published list and the history agree.

    disagreements(hub)   every sentence in which two of them differ; none is the good answer
    settled(hub, clock)  the same once the worker has published: then the public list is compared slot by slot

A flow's test looks at one of the five and cannot see the other four. So every test that uses regions ends with this,
and every drill looks with it after a death.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status.statuslist import StatusList, parse_statement
from sqlalchemy import or_, select

from certhub.db import outbox
from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.errors import NotFound
from certhub.history.events import store as history
from certhub.history.events.tables import EventRow
from certhub.hub import Hub
from certhub.jobs.status_lists import publish
from certhub.records.certificates import states
from certhub.records.certificates.record import Place
from certhub.records.certificates.rules import State, wire_status
from certhub.records.certificates.tables import CertificateRow, HoldingRow, NumberRow, PublicIdRow, StateRow
from certhub.records.status.tables import SlotRow, StatusListRow
from tests.support.region import Clock

_CERTIFICATE, _NUMBER, _PUBLIC_ID, _HOLDING, _SLOT, _LIST, _CHANGE = (
    table_of(row)
    for row in (CertificateRow, NumberRow, PublicIdRow, HoldingRow, SlotRow, StatusListRow, StateRow)
)
_WHOLE = (_CERTIFICATE, _NUMBER, _PUBLIC_ID, _HOLDING, _CHANGE, table_of(EventRow))
ISSUED = "certificate.issued"
TOLD = {ISSUED: State.ACTIVE, "certificate.reinstated": State.ACTIVE} | {
    f"certificate.{state.value}": state for state in State if state is not State.ACTIVE
}
"""The state in which a certificate is after an event of a type."""
ENDS = set(State) - {State.INTENDED, State.ACTIVE, State.SUSPENDED, State.VOIDED}
LIVE = {State.ACTIVE, State.SUSPENDED}
_AGREED: set[tuple[Any, ...]] = set()
"""Certificates that agreed with their changes and history, row for row: each test begins with the same dozen."""
Slot = tuple[int, int]


@dataclass(frozen=True)
class _Seen:
    """What is looked at, whole: slots by their places, and the rows of each other table."""

    slots: Mapping[Slot, Any]
    rows: Mapping[str, Sequence[Any]]


def disagreements(hub: Hub) -> list[str]:
    """Return what the store, its history and the published lists say differently of any certificate."""
    with hub.reading() as unit:
        seen = _look(unit)
        return _between_rows(unit, seen) + _in_public(unit, hub, seen)


def settled(hub: Hub, clock: Clock) -> list[str]:
    """Return what still differs once the worker has had its turn, a second later, so that it may speak again."""
    with hub.reading() as unit:
        seen = _look(unit)
        before = _between_rows(unit, seen) + _in_public(unit, hub, seen)
        waiting = outbox.posted(unit, outbox.STATUS_LISTS)
    if before:
        return before
    clock.pass_(seconds=1)
    published = publish(hub)
    with hub.reading() as unit:
        left = [
            f"the outbox still says that list {ref} changed"
            for _, ref in outbox.posted(unit, outbox.STATUS_LISTS)
        ]
        if not (
            waiting or published or left
        ):  # nothing waited, and what it wrote itself it would have published
            return []
        now = _look(unit)
        # Rows that are exactly those of before agree as they did.
        return left + (_between_rows(unit, now) if now != seen else []) + _in_public(unit, hub, now)


def _look(unit: Unit) -> _Seen:
    """Read the rows; a slot that is nobody's and says nothing is left out, as there is nothing to say of it."""
    query = select(_SLOT.c.list_no, _SLOT.c.list_index, _SLOT.c.value, _SLOT.c.certificate)
    slots = unit.sql.execute(query.where(or_(_SLOT.c.certificate.is_not(None), _SLOT.c.value != 0))).all()
    rows = {table.name: unit.sql.execute(select(table)).all() for table in _WHOLE}
    return _Seen({(slot[0], slot[1]): slot for slot in slots}, rows)


def _between_rows(unit: Unit, seen: _Seen) -> list[str]:
    """Certificates, their slots, changes, indexes and history agree."""
    certificates, told = seen.rows[_CERTIFICATE.name], _history(unit)
    changes: dict[UUID, list[Any]] = defaultdict(list)
    for change in seen.rows[_CHANGE.name]:
        changes[change.certificate].append(change)
    key = unit.vault.mac(b"settled")
    unknown = {
        (key, tuple(row), frozenset(told.get(row.ref.hex(), {}).items()), *map(tuple, changes[row.id])): row
        for row in certificates
    }
    for agreed in _AGREED & unknown.keys():
        del unknown[agreed]
    differing = _rows_and_changes(unit, unknown.values(), told)
    if not differing:
        _AGREED.update(unknown)
    return [
        *_rows_and_slots(certificates, seen.slots),
        *_rows_and_history(certificates, told),
        *differing,
        *_rows_and_indexes(unit, certificates),
    ]


def _in_public(unit: Unit, hub: Hub, seen: _Seen) -> list[str]:
    """Every list that no word waits for says in public what the store says."""
    waiting = {int(ref) for _, ref in outbox.posted(unit, outbox.STATUS_LISTS)}
    lists = unit.sql.scalars(select(_LIST.c.list_no)).all()
    said: dict[int, dict[int, int]] = {list_no: {} for list_no in lists}
    for (list_no, index), slot in seen.slots.items():
        if slot[2] and list_no in said:
            said[list_no][index] = slot[2]
    return [
        line for list_no in lists if list_no not in waiting for line in _public(hub, list_no, said[list_no])
    ]


def _rows_and_slots(certificates: Iterable[Any], slots: Mapping[Slot, Any]) -> list[str]:
    """Each certificate has its slot, which says what its state says; each slot is a certificate's or a decoy's."""
    found, owners = [], {}
    for row in certificates:
        place = (row.list_no, row.list_index)
        slot, owners[row.id] = slots.get(place), place
        if slot is None or slot.certificate != row.id:
            found.append(f"certificate {row.certificate_id} ({row.state}): slot {place} is not its own")
        elif slot.value != wire_status(State(row.state)):
            found.append(
                f"certificate {row.certificate_id} is {row.state}, and its slot {place} says {slot.value}"
            )
    found += [
        f"slot {place} is of a certificate that is not there"
        for place, slot in slots.items()
        if slot.certificate is not None and slot.certificate not in owners
    ]
    return found


def _history(unit: Unit) -> Mapping[str, Counter[str]]:
    """Count, by the hash that an event names a credential by, how often each state was told."""
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for event in history.events(unit, limit=1_000_000):
        if event.type in TOLD:
            told[event.subject][event.type if event.type == ISSUED else TOLD[event.type]] += 1
    return told


def _rows_and_history(certificates: Iterable[Any], told: Mapping[str, Counter[str]]) -> list[str]:
    """The state that the history leads to is the state of the row; a row that was only intended has no history."""
    return [
        f"certificate {row.certificate_id} is {row.state}, and its history is {dict(states)}"
        for row in certificates
        for states in [told.get(row.ref.hex(), Counter())]
        if _led_to(states) is not State(row.state)
    ]


def _led_to(states: Counter[str]) -> State | None:
    """Return where the events lead, None where they contradict each other; events of one moment have no order."""
    ends = [state for state in states if state in ENDS]
    if not states:
        return State.INTENDED
    if State.VOIDED in states:
        return State.VOIDED if states == {State.VOIDED: 1} else None
    paused = states[State.SUSPENDED] - states[State.ACTIVE]
    if states[ISSUED] != 1 or len(ends) > 1 or any(states[end] > 1 for end in ends) or paused not in (0, 1):
        return None
    return ends[0] if ends else State.SUSPENDED if paused else State.ACTIVE


def _rows_and_changes(unit: Unit, rows: Iterable[Any], told: Mapping[str, Counter[str]]) -> list[str]:
    """The kept changes lead, one by one, from the intent to the state of the row, and are those that were told."""
    found = []
    for row in rows:
        changes = states.changes_of(unit, Place(row.bucket, row.id))
        line = [(State.INTENDED, row.created_at), *(change.after for change in changes)]
        if line[-1] != (row.state, row.state_since):
            found.append(
                f"certificate {row.certificate_id} is {row.state}, and its last change led to {line[-1]}"
            )
        if [change.before for change in changes] != line[:-1]:
            found.append(f"certificate {row.certificate_id}: between {line} a change is missing")
        kept = Counter(
            ISSUED if c.was is State.INTENDED and c.state is State.ACTIVE else c.state for c in changes
        )
        if kept != told.get(row.ref.hex(), Counter()):
            found.append(
                f"certificate {row.certificate_id} changed as {dict(kept)}, and its history is otherwise"
            )
    return found


def _rows_and_indexes(unit: Unit, certificates: Iterable) -> list[str]:
    """One version of a number is live at most; number, public id and holdings lead to rows that are there."""
    rows: dict[UUID, Any] = {row.id: row for row in certificates}
    superseded = {
        row.previous: row for row in rows.values() if row.previous is not None and row.state in LIVE
    }
    found = [
        f"two versions are live: {row.certificate_id} and {superseded[row.id].certificate_id}"
        for row in rows.values()
        if row.id in superseded and row.state in LIVE
    ]
    numbered = {row.certificate for row in unit.sql.execute(select(_NUMBER))}
    named = {row.certificate for row in unit.sql.execute(select(_PUBLIC_ID))}
    held = {row.certificate for row in unit.sql.execute(select(_HOLDING))}
    found += [f"a number leads to {one}, which is not there" for one in numbered - rows.keys()]
    found += [f"a public id leads to {one}, which is not there" for one in named - rows.keys()]
    found += [f"a holding leads to {one}, which is not there" for one in held - rows.keys()]
    found += [
        f"certificate {row.certificate_id} has no public id" for row in rows.values() if row.id not in named
    ]
    found += [f"certificate {row.certificate_id} is nobody's" for row in rows.values() if row.id not in held]
    found += [
        f"certificate {row.certificate_id} is {row.state}, and its number leads elsewhere"
        for row in rows.values()
        if State(row.state) in LIVE and row.id not in numbered
    ]
    return found


def _public(hub: Hub, list_no: int, known: Mapping[int, int]) -> list[str]:
    """A published list that no word waits for says of every slot what the store says."""
    try:
        token = hub.public_files.get(f"status/{list_no}")
    except NotFound:
        return []
    statuses = parse_statement(jws.parse(token, "statuslist+jwt").payload).statuses
    if statuses.data == StatusList.blank(statuses.size).with_statuses(known).data:
        return []
    return [
        f"list {list_no} says {statuses.get(index)} in public of slot {index}, which says {known.get(index, 0)}"
        for index in range(statuses.size)
        if statuses.get(index) != known.get(index, 0)
    ]
