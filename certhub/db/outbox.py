"""The outbox: what must still be done because of what was committed with it, such as a list to be signed anew."""

from collections.abc import Sequence

from sqlalchemy import String, cast, delete, select

from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.queue_tables import OutboxRow
from certhub.db.statements import CHUNK

STATUS_LISTS = "status"
"""The topic of the lists that have to be signed and published anew; a ref is a list's number."""
ISSUERS = "issuers"
"""The topic of agencies of which the trust list may have to say something else; a ref is an agency's USCC."""
_OUTBOX = table_of(OutboxRow)
_OUTBOX_ID = cast(_OUTBOX.c.id, String)


def post(unit: Unit, topic: str, ref: str) -> None:
    """Leave word for a background job, in the caller's transaction."""
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
