"""Begin and finish a request that must have one effect.

The key is written in the same transaction as the effect's first row, the answer in the same transaction as
its last. A key whose lease ended without an answer belongs to a process that died: the retry takes it over,
and finds the effect's own row (a certificate number, a state) where it was left.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update

from certhub import plain_json
from certhub.adapters.clock import AHEAD, LARGEST_JUMP
from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.idempotency.key import Key
from certhub.db.idempotency.tables import IdempotencyRow
from certhub.db.statements import insert_new
from certhub.errors import Conflict, Unavailable

_KEY = table_of(IdempotencyRow)
KEPT, LEASE = timedelta(hours=24), timedelta(seconds=10)


def begin(unit: Unit, key: Key) -> Mapping[str, Any] | None:
    """Begin a request; return the stored answer when it was finished before.

    Raises:
        Conflict: the key was used with another request (IDEMPOTENCY_MISMATCH).
        Unavailable: the first try is still at work (IN_FLIGHT).
    """
    kept = unit.vault.digest("request", key.request_hash)  # a body has values that can be guessed
    row = {
        "key_hash": key.key_hash,
        "request_hash": kept,
        "lease_until": unit.now + LEASE,
        "keep_until": unit.now + KEPT,
        "answer": None,
    }
    if insert_new(unit, _KEY, [row]):
        return None
    found = unit.sql.execute(select(_KEY).where(_KEY.c.key_hash == key.key_hash)).one()
    if found.request_hash not in {
        kept,
        key.request_hash,
    }:  # the second: a key of the last release, for 24 hours
        raise Conflict("this Idempotency-Key was used with another request", code="IDEMPOTENCY_MISMATCH")
    if found.answer is not None:
        answer: Mapping[str, Any] = plain_json.read(
            unit.vault.open("idempotency_key", key.key_hash.hex(), found.answer)
        )
        return answer
    taken = unit.sql.execute(
        update(_KEY)
        .where(_KEY.c.key_hash == key.key_hash, _is_over(unit.now), _KEY.c.answer.is_(None))
        .values(lease_until=unit.now + LEASE)
    )
    if taken.rowcount != 1:
        raise Unavailable("the first request with this Idempotency-Key is still at work", code="IN_FLIGHT")
    return None


def _is_over(now: datetime) -> ColumnElement[bool]:
    """A lease has ended, or was written by a clock that was ahead: none reaches so far."""
    return or_(_KEY.c.lease_until < now, _KEY.c.lease_until > now + LEASE + AHEAD)


def finish(unit: Unit, key: Key, answer: Mapping[str, Any]) -> None:
    """Keep the answer of a request that is done."""
    sealed = unit.vault.seal("idempotency_key", key.key_hash.hex(), plain_json.printed(dict(answer)))
    unit.sql.execute(update(_KEY).where(_KEY.c.key_hash == key.key_hash).values(answer=sealed))


def abandon(unit: Unit, key: Key) -> None:
    """Give a key back whose request was refused and left nothing behind."""
    unit.sql.execute(delete(_KEY).where(_KEY.c.key_hash == key.key_hash, _KEY.c.answer.is_(None)))


def forget(unit: Unit, past: datetime) -> int:
    """Delete keys that were a day old before the largest jump of a clock."""
    return unit.sql.execute(delete(_KEY).where(_KEY.c.keep_until < past - LARGEST_JUMP)).rowcount
