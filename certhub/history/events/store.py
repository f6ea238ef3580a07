"""Append events; read them back.

An event names a credential by the hash of its signed header.payload, never by token text; people by pairwise
names. The ledger (a later room) takes the leaves in the order of their ids.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from certhub_verifier.formats.jose.strict_json import canonical
from sqlalchemy import select

from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.history.events.catalogue import Event, name_of, names_of
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
        opened = {
            "at": unit.now.isoformat(),
            "type": event.type.name,
            "actor": event.actor,
            "subject": event.subject,
            "body": body,
        }
        rows.append(
            {
                "id": event_id,
                "at": unit.now,
                "type": event.type.name,
                "actor": event.actor,
                "subject": event.subject,
                "leaf": sha256(salt + canonical(opened)).digest(),
                "sealed": unit.vault.seal(
                    "event", str(event_id), json.dumps(body, ensure_ascii=False).encode()
                ),
            }
        )
        salts.append({"event": event_id, "salt": salt})
    if rows:
        unit.sql.execute(_EVENT.insert(), rows)
        unit.sql.execute(_SALT.insert(), salts)


def events(
    unit: Unit, *, subject: str | None = None, type_: str | None = None, limit: int = 100
) -> list[Entry]:
    """Return events, newest first; `type_` is a name of the catalogue, whose former names count too."""
    query = select(_EVENT).order_by(_EVENT.c.id.desc()).limit(limit)
    if subject is not None:
        query = query.where(_EVENT.c.subject == subject)
    if type_ is not None:
        query = query.where(_EVENT.c.type.in_(names_of(type_)))
    return [
        Entry(
            row.id,
            row.at,
            name_of(row.type),
            row.actor,
            row.subject,
            json.loads(unit.vault.open("event", str(row.id), row.sealed)),
        )
        for row in unit.sql.execute(query)
    ]
