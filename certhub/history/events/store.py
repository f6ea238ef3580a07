"""Write events and outbox rows; read them back.

An event names a credential by the hash of its signed header.payload, never by token text; people by pairwise
names. The ledger (a later room) takes the leaves in the order of their ids.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from certhub_verifier.formats.jose.strict_json import canonical
from sqlalchemy import String, cast, delete, select

from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.statements import CHUNK
from certhub.history.events.tables import EventRow, EventSaltRow, OutboxRow

_EVENT, _SALT, _OUTBOX = table_of(EventRow), table_of(EventSaltRow), table_of(OutboxRow)
_OUTBOX_ID = cast(_OUTBOX.c.id, String)


@dataclass(frozen=True)
class Event:
    """A deed, opened."""

    id: UUID
    at: datetime
    type: str
    actor: str
    subject: str
    body: Mapping[str, Any]


def record(unit: Unit, type_: str, *, actor: str, subject: str, body: Mapping[str, Any]) -> None:
    """Write one event in the caller's transaction."""
    record_all(unit, [(type_, actor, subject, body)])


def record_all(unit: Unit, deeds: Sequence[tuple[str, str, str, Mapping[str, Any]]]) -> None:
    """Write events: (type, actor, subject, body) each."""
    events, salts = [], []
    for type_, actor, subject, body in deeds:
        event_id, salt = unit.new_id(), unit.random(32)
        event = {
            "at": unit.now.isoformat(),
            "type": type_,
            "actor": actor,
            "subject": subject,
            "body": dict(body),
        }
        plain = canonical(event)
        events.append(
            {
                "id": event_id,
                "at": unit.now,
                "type": type_,
                "actor": actor,
                "subject": subject,
                "leaf": sha256(salt + plain).digest(),
                "sealed": unit.vault.seal(
                    "event", str(event_id), json.dumps(dict(body), ensure_ascii=False).encode()
                ),
            }
        )
        salts.append({"event": event_id, "salt": salt})
    if events:
        unit.sql.execute(_EVENT.insert(), events)
        unit.sql.execute(_SALT.insert(), salts)


def events(
    unit: Unit, *, subject: str | None = None, type_: str | None = None, limit: int = 100
) -> list[Event]:
    """Return events, newest first."""
    query = select(_EVENT).order_by(_EVENT.c.id.desc()).limit(limit)
    if subject is not None:
        query = query.where(_EVENT.c.subject == subject)
    if type_ is not None:
        query = query.where(_EVENT.c.type == type_)
    return [
        Event(
            row.id,
            row.at,
            row.type,
            row.actor,
            row.subject,
            json.loads(unit.vault.open("event", str(row.id), row.sealed)),
        )
        for row in unit.sql.execute(query)
    ]


def post(unit: Unit, topic: str, ref: str) -> None:
    """Leave word for the worker, in the caller's transaction."""
    unit.sql.execute(_OUTBOX.insert().values(id=unit.new_id(), topic=topic, ref=ref, created_at=unit.now))


def posted(unit: Unit, topic: str) -> list[tuple[str, str]]:
    """Return the first that waits under a topic, oldest first: (id, ref). Somebody else's id need not be one."""
    rows = unit.sql.execute(
        select(_OUTBOX_ID.label("id"), _OUTBOX.c.ref)
        .where(_OUTBOX.c.topic == topic)
        .order_by(_OUTBOX.c.id)
        .limit(CHUNK)
    )
    return [(row.id, row.ref) for row in rows]


def done(unit: Unit, ids: Sequence[str]) -> None:
    """Take outbox rows away, their work being done."""
    if ids:
        unit.sql.execute(delete(_OUTBOX).where(_OUTBOX_ID.in_(ids)))
