"""Append events; read them back.

An event names a credential by the hash of its signed header.payload, never by token text; people by pairwise
names. The ledger (a later room) takes the leaves in the order of their ids.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any
from uuid import UUID

from certhub_verifier.formats.jose.strict_json import canonical
from sqlalchemy import Row, select

from certhub.db import ids
from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.sealing import BlobRefused
from certhub.db.statements import CHUNK
from certhub.history.events.catalogue import Event, EventType, name_of, names_of
from certhub.history.events.tables import EventRow, EventSaltRow

_EVENT, _SALT = table_of(EventRow), table_of(EventSaltRow)


@dataclass(frozen=True)
class Entry:
    """An event on record, opened; `type` is today's name, also where the row was written under a former one."""

    id: UUID
    at: datetime
    type: str
    actor: str
    subject: str
    body: Mapping[str, Any]


def append(unit: Unit, *events: Event[Any]) -> None:
    """Put events on record, in the caller's transaction."""
    rows, salts = [], []
    for event in events:
        event_id, salt, body = unit.new_id(), unit.random(32), event.body.members()
        plain = json.dumps(body, ensure_ascii=False).encode()
        row = {
            "id": event_id,
            "at": unit.now,
            "type": event.type.name,
            "actor": event.actor,
            "subject": event.subject,
            "sealed": unit.vault.seal("event", str(event_id), plain),
        }
        rows.append(row | {"leaf": leaf_of(row, body, salt)})
        salts.append({"event": event_id, "salt": salt})
    if rows:
        unit.sql.execute(_EVENT.insert(), rows)
        unit.sql.execute(_SALT.insert(), salts)


def leaf_of(row: Mapping[str, Any], body: Mapping[str, Any], salt: bytes) -> bytes:
    """Return the leaf of an event: a digest, with its salt, over all that it says."""
    opened = {name: row[name] for name in ("type", "actor", "subject")}
    return sha256(salt + canonical(opened | {"at": row["at"].isoformat(), "body": dict(body)})).digest()


def events(
    unit: Unit, *, subject: str | None = None, type_: str | None = None, limit: int = 100
) -> list[Entry]:
    """Return events, newest first; `type_` is a name of the catalogue, whose former names count too."""
    query = select(_EVENT).order_by(_EVENT.c.id.desc())
    if subject is not None:
        query = query.where(_EVENT.c.subject == subject)
    if type_ is not None:
        query = query.where(_EVENT.c.type.in_(names_of(type_)))
    # A former name may have meant another type, as the subject tells: those rows are counted once they are read.
    rows = unit.sql.execute(query if type_ is not None else query.limit(limit))
    fitting = (row for row in rows if type_ is None or name_of(row.type, row.subject) == type_)
    return [
        Entry(
            row.id,
            row.at,
            name_of(row.type, row.subject),
            row.actor,
            row.subject,
            json.loads(unit.vault.open("event", str(row.id), row.sealed)),
        )
        for row in islice(fitting, limit)
    ]


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
        body = json.loads(unit.vault.open("event", str(row.id), row.sealed))
    except BlobRefused:
        return None
    is_of_its_time = ids.milliseconds(row.id) == int(row.at.timestamp() * 1000)
    if not is_of_its_time or row.salt is None:
        return None
    if leaf_of(dict(row._mapping), body, row.salt) != row.leaf:
        return None
    return Entry(row.id, row.at, name_of(row.type, row.subject), row.actor, row.subject, body)
