"""The queries of the states that a certificate was in: one row for each change, written with the change itself.

    put(unit, …)                       beside the row of the certificate, in its transaction: only store.py calls it
    state_at(unit, certificate, when)  one query
    incomplete(sql, after)             certificates that changed without a row: older code did it
    fill(unit, …)                      puts in what somebody who knows found out (certhub/setup/state_history.py)

Reason and decision are sealed: {"reason", "decision"}. A row without our MAC is not there, which leaves a gap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, exists, or_, select

from certhub import plain_json
from certhub.db import statements
from certhub.db.columns import table_of
from certhub.db.engine import FarPen, Pen, Unit
from certhub.db.grants import believed, signed
from certhub.db.prepared import Filled
from certhub.db.rows import row_of, value_of
from certhub.db.statements import CHUNK, insert, insert_new
from certhub.records.certificates.changes import Change, NoState, ordered, state_on
from certhub.records.certificates.record import Certificate, Place
from certhub.records.certificates.rules import State
from certhub.records.certificates.tables import CertificateRow, StateRow

_STATE, _CERTIFICATE = table_of(StateRow), table_of(CertificateRow)


@dataclass(frozen=True)
class Window:
    """Some certificates that were looked at: those that lack a change, and the last one, to go on from."""

    incomplete: Sequence[Place]
    last: Place | None


def row(pen: Pen, place: Place, change: Change) -> dict[str, Any]:
    """Make the row of a change of the certificate at a place."""
    plain = plain_json.printed({"reason": change.reason, "decision": change.decision})
    sealed = pen.vault.seal(_STATE.name, str(change.id), plain)
    made = row_of(StateRow, change, bucket=place.bucket, certificate=place.id, sealed=sealed)
    return signed(pen, StateRow, made)


def put(unit: Unit, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows of changes beside the certificates that they changed, in the caller's transaction."""
    insert(unit, _STATE, rows)


def filled(pen: FarPen, rows: Sequence[Mapping[str, Any]]) -> Filled:
    """Return rows of changes, ready for the driver."""
    return statements.filled(pen, _STATE, rows)


def fill(unit: Unit, changes: Sequence[tuple[Place, Change]]) -> int:
    """Write changes of before, found out now; return how many were not there yet."""
    rows = [row(unit, place, replace(change, written_at=unit.now)) for place, change in changes]
    return len(insert_new(unit, _STATE, rows))


def changes_of(unit: Unit, place: Place) -> list[Change]:
    """Return the known changes of a certificate's state, in the order in which they happened."""
    query = select(_STATE).where(_STATE.c.bucket == place.bucket, _STATE.c.certificate == place.id)
    return ordered(_open(unit, row) for row in believed(unit, StateRow, query))


def state_at(unit: Unit, certificate: Certificate, when: datetime) -> State | NoState:
    """Return the state that a certificate was in at a moment, by what is known now; from a change's moment on it holds.

    Returns:
        The state; or why there is none to tell: it was not on record yet, or a change of that time is not known.
    """
    return state_on(certificate, changes_of(unit, certificate.place), when)


def incomplete(sql: Connection, after: Place | None, *, size: int = CHUNK) -> Window:
    """Look at the next `size` certificates; name those of which a change has no row."""
    bucket, id_ = _CERTIFICATE.c.bucket, _CERTIFICATE.c.id
    page = (
        select(bucket, id_, _CERTIFICATE.c.state, _CERTIFICATE.c.state_since)
        .order_by(bucket, id_)
        .limit(size)
    )
    if after is not None:
        # The first part alone begins the index there: PostgreSQL read every certificate before the page.
        page = page.where(bucket >= after.bucket, or_(bucket > after.bucket, id_ > after.id))
    # The page comes first, as a table of its own: else PostgreSQL hashes every change of state for each page.
    here = page.subquery("page").c
    rows = sql.execute(
        select(here.bucket, here.id, _lacks_a_change(here).label("lacks")).order_by(here.bucket, here.id)
    ).all()
    return Window(
        [Place(row.bucket, row.id) for row in rows if row.lacks],
        Place(rows[-1].bucket, rows[-1].id) if rows else None,
    )


def _lacks_a_change(certificate: Any) -> Any:
    """Spell of the columns of certificates: the last change has no row, or a row names one before that has none."""
    row, before = _STATE.alias("row"), _STATE.alias("before")
    here = (_STATE.c.bucket == certificate.bucket, _STATE.c.certificate == certificate.id)
    last = exists(
        select(_STATE.c.id).where(
            *here,
            _STATE.c.state == certificate.state,
            _STATE.c.decided_at == certificate.state_since,
        )
    )
    named = exists(
        select(before.c.id).where(
            before.c.bucket == row.c.bucket,
            before.c.certificate == row.c.certificate,
            before.c.state == row.c.was,
            before.c.decided_at == row.c.was_since,
        )
    )
    gap = exists(
        select(row.c.id).where(
            row.c.bucket == certificate.bucket,
            row.c.certificate == certificate.id,
            or_(row.c.was.is_(None), row.c.was != State.INTENDED),
            ~named,
        )
    )
    return and_(certificate.state != State.INTENDED, or_(~last, gap))


def _open(unit: Unit, row: Any) -> Change:
    said = plain_json.read(unit.vault.open(_STATE.name, str(row.id), row.sealed))
    return value_of(Change, row, reason=said["reason"], decision=said["decision"])
