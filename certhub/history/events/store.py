"""Append events; read them back.

An event names a credential by the hash of its signed header.payload, never by token text; people by pairwise
names. The ledger (a later room) takes the leaves in the order of their ids.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from heapq import merge
from itertools import islice
from typing import Any
from uuid import UUID

from certhub_verifier.formats.jose.strict_json import canonical
from sqlalchemy import Row, bindparam, select

from certhub import plain_json
from certhub.db import ids, statements
from certhub.db.columns import table_of
from certhub.db.engine import FarPen, Pen, Unit
from certhub.db.prepared import Filled, Prepared
from certhub.db.sealing import BlobRefused
from certhub.db.statements import CHUNK, insert
from certhub.history.events.catalogue import Event, EventType, name_of, names_of
from certhub.history.events.tables import EventRow, EventSaltRow

_EVENT, _SALT = table_of(EventRow), table_of(EventSaltRow)


def _newest_first(*, of_subject: bool, of_type: bool) -> Prepared:
    """Return the statement that reads a page of events; each kind of question has an index that it is read off."""
    query = select(_EVENT).where(_EVENT.c.id < bindparam("before"))
    if of_subject:
        query = query.where(_EVENT.c.subject == bindparam("subject"))
    if of_type:
        query = query.where(_EVENT.c.type == bindparam("type"))
    return Prepared(query.order_by(_EVENT.c.id.desc()).limit(bindparam("at_most")))


_NEWEST = {
    (of_subject, of_type): _newest_first(of_subject=of_subject, of_type=of_type)
    for of_subject in (False, True)
    for of_type in (False, True)
}


@dataclass(frozen=True)
class Entry:
    """An event on record, opened; `type` is today's name, also where the row was written under a former one."""

    id: UUID
    at: datetime
    type: str
    actor: str
    subject: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class NewEvents:
    """Events as they are put on record, and their salts."""

    events: Sequence[Mapping[str, Any]]
    salts: Sequence[Mapping[str, Any]]


def append(unit: Unit, *events: Event[Any]) -> None:
    """Put events on record, in the caller's transaction."""
    put(unit, rows(unit, *events))


def rows(pen: Pen, *events: Event[Any]) -> NewEvents:
    """Make the rows of events."""
    made, salts = [], []
    for event in events:
        event_id, salt, body = pen.new_id(), pen.random(32), event.body.members()
        plain = plain_json.printed(body)
        row = {
            "id": event_id,
            "at": pen.now,
            "type": event.type.name,
            "actor": event.actor,
            "subject": event.subject,
            "sealed": pen.vault.seal("event", str(event_id), plain),
        }
        made.append(row | {"leaf": leaf_of(row, body, salt)})
        salts.append({"event": event_id, "salt": salt})
    return NewEvents(made, salts)


def filled(pen: FarPen, made: NewEvents) -> tuple[Filled, Filled]:
    """Return the rows of events and those of their salts, ready for the driver."""
    return statements.filled(pen, _EVENT, made.events), statements.filled(pen, _SALT, made.salts)


def put(unit: Unit, made: NewEvents) -> None:
    """Put the rows of events on record."""
    insert(unit, _EVENT, made.events)
    insert(unit, _SALT, made.salts)


def leaf_of(row: Mapping[str, Any], body: Mapping[str, Any], salt: bytes) -> bytes:
    """Return the leaf of an event: a digest, with its salt, over all that it says."""
    opened = {name: row[name] for name in ("type", "actor", "subject")}
    return sha256(salt + canonical(opened | {"at": row["at"].isoformat(), "body": dict(body)})).digest()


def events(
    unit: Unit, *, subject: str | None = None, type_: str | None = None, limit: int = 100
) -> list[Entry]:
    """Return events, newest first; `type_` is a name of the catalogue, whose former names count too."""
    names = [None] if type_ is None else names_of(type_)
    newest = merge(
        *(_newest(unit, subject, name, size=limit) for name in names), key=lambda row: row.id, reverse=True
    )
    # A former name may have meant another type, as the subject tells: those rows are counted once they are read.
    fitting = (row for row in newest if type_ is None or name_of(row.type, row.subject) == type_)
    return [
        Entry(
            row.id,
            row.at,
            name_of(row.type, row.subject),
            row.actor,
            row.subject,
            plain_json.read(unit.vault.open("event", str(row.id), row.sealed)),
        )
        for row in islice(fitting, limit)
    ]


def _newest(unit: Unit, subject: str | None, name: str | None, *, size: int) -> Iterator[Any]:
    """Yield rows of events, newest first; each page of `size` is read when the one before it is through."""
    before = UUID(int=2**128 - 1)
    while True:
        page = unit.rows(
            _NEWEST[subject is not None, name is not None],
            before=before,
            at_most=size,
            subject=subject,
            type=name,
        )
        yield from page
        if len(page) < size:
            return
        before = page[-1].id


def about(unit: Unit, subjects: Sequence[str], types: Sequence[EventType[Any]]) -> list[Entry]:
    """Return the events of some types about these subjects, oldest first, that are as they were written.

    Event rows carry no MAC. One is left out and counted whose body does not open for its id, whose time is not the one
    in its id, or which is not what its leaf was made of, as nobody can say without its salt.
    """
    wanted = {row.name for row in types}
    names = [name for row in types for name in names_of(row.name)]
    found: list[Entry] = []
    for at in range(0, len(subjects), CHUNK):
        query = (
            select(_EVENT, _SALT.c.salt)
            .outerjoin(_SALT, _SALT.c.event == _EVENT.c.id)
            .where(_EVENT.c.subject.in_(subjects[at : at + CHUNK]), _EVENT.c.type.in_(names))
        )
        for row in unit.sql.execute(query):
            if name_of(row.type, row.subject) not in wanted:
                continue
            entry = _as_written(unit, row)
            unit.refused[_EVENT.name] += entry is None
            found += [] if entry is None else [entry]
    return sorted(found, key=lambda entry: (entry.at, entry.id))


def _as_written(unit: Unit, row: Row[Any]) -> Entry | None:
    try:
        body = plain_json.read(unit.vault.open("event", str(row.id), row.sealed))
    except BlobRefused:
        return None
    is_of_its_time = ids.milliseconds(row.id) == int(row.at.timestamp() * 1000)
    if not is_of_its_time or row.salt is None:
        return None
    if leaf_of(dict(row._mapping), body, row.salt) != row.leaf:
        return None
    return Entry(row.id, row.at, name_of(row.type, row.subject), row.actor, row.subject, body)
