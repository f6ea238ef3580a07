"""The queries of the certificates noun. Every function takes the unit of work first.

A certificate, a number or a holding without our MAC is not there for whoever asks (certhub/db/grants.py); a number
whose row is not ours is taken all the same, by contents that equal nobody's.

A state changes in `_move` and nowhere else: the row that keeps the change for ever is written beside it (states.py).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, func, or_, select, update

from certhub.adapters.clock import AHEAD
from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.grants import believed, is_ours
from certhub.db.prepared import Filled, Prepared, inserting_new
from certhub.db.rows import value_of
from certhub.db.statements import insert
from certhub.records.certificates import making, states
from certhub.records.certificates.making import MOVING, SEEN, Move
from certhub.records.certificates.record import Certificate, NumberClaim, Place, Record
from certhub.records.certificates.rules import State, starts
from certhub.records.certificates.tables import CertificateRow, HoldingRow, NumberRow, PublicIdRow

_CERTIFICATE, _NUMBER = table_of(CertificateRow), table_of(NumberRow)
_PUBLIC, _HOLDING = table_of(PublicIdRow), table_of(HoldingRow)
_PAIRS = 200  # places a statement: SQLite takes a tree of 1,000 terms
NEVER_SIGNED = (State.INTENDED, State.VOIDED)
CLAIM = inserting_new(_NUMBER, ("number_hash", "content_hash", "bucket", "certificate", "mac"))
MOVE = Prepared(
    update(_CERTIFICATE)
    .where(*(_CERTIFICATE.c[name] == bindparam(f"seen_{name}") for name in SEEN))
    .values({name: bindparam(name) for name in MOVING})
    .returning(_CERTIFICATE.c.id)
)
"""The one statement that changes a state; what comes back says that nobody was faster."""
_AT = Prepared(
    select(_CERTIFICATE).where(
        _CERTIFICATE.c.bucket == bindparam("bucket"), _CERTIFICATE.c.id == bindparam("id")
    )
)
_OF_SLOT = Prepared(
    select(_CERTIFICATE).where(
        _CERTIFICATE.c.list_no == bindparam("list_no"), _CERTIFICATE.c.list_index == bindparam("list_index")
    )
)
_LAPSED = Prepared(
    select(_CERTIFICATE)
    .where(_CERTIFICATE.c.state == State.INTENDED.value, _CERTIFICATE.c.lease_until < bindparam("before"))
    .limit(bindparam("at_most"))
)
_LIES_THERE = and_(_CERTIFICATE.c.bucket == _PUBLIC.c.bucket, _CERTIFICATE.c.id == _PUBLIC.c.certificate)
_NAMED = Prepared(
    select(_CERTIFICATE)
    .join(_PUBLIC, _LIES_THERE)
    .where(_PUBLIC.c.cid == bindparam("certificate_id"), _CERTIFICATE.c.cid == bindparam("certificate_id"))
)


NOWHERE = Place(-1, UUID(int=0))
"""Where no certificate lies."""


def claim_numbers(unit: Unit, claims: Sequence[NumberClaim]) -> dict[bytes, NumberClaim]:
    """Claim numbers; whoever was first keeps them.

    Returns:
        For each number hash the claim that stands now: ours, or the one that was there before.
    """
    return claim_by(unit, claims, [making.number_row(unit, claim) for claim in claims])


def claim_by(
    unit: Unit, claims: Sequence[NumberClaim], rows: Sequence[Mapping[str, Any]] | Filled
) -> dict[bytes, NumberClaim]:
    """Claim numbers as `claim_numbers` does, by rows that were made before."""
    new = unit.returned(CLAIM, rows)
    ours = {claim.number_hash: claim for claim, found in zip(claims, new, strict=True) if found}
    taken = [claim.number_hash for claim in claims if claim.number_hash not in ours]
    return ours | standing_numbers(unit, taken) if taken else ours


def standing_numbers(unit: Unit, hashes: Sequence[bytes]) -> dict[bytes, NumberClaim]:
    """Return the claim that stands for each of these number hashes; one that nobody holds is left out."""
    rows = unit.sql.execute(select(_NUMBER).where(_NUMBER.c.number_hash.in_(hashes)))
    return {row.number_hash: _claim(unit, row) for row in rows}


def _claim(unit: Unit, row: Row[Any]) -> NumberClaim:
    if not is_ours(unit, NumberRow, row):
        return NumberClaim(row.number_hash, b"", NOWHERE)
    return NumberClaim(row.number_hash, row.content_hash, Place(row.bucket, row.certificate))


def move_number(unit: Unit, number_hash: bytes, content_hash: bytes, place: Place) -> None:
    """Point a number at a newer version (renewal)."""
    row = making.number_row(unit, NumberClaim(number_hash, content_hash, place))
    unit.sql.execute(update(_NUMBER).where(_NUMBER.c.number_hash == number_hash).values(**row))


def add(unit: Unit, certificates: Sequence[Certificate]) -> None:
    """Put certificates on record, each with its public id and a holding in every holder's own bucket."""
    for table, made in making.rows_of(unit, certificates):
        insert(unit, table, made)


def activate(unit: Unit, certificates: Sequence[Certificate], *, by: str) -> list[Certificate]:
    """Make intended certificates active, now that each record holds its signature; `by` is who has them issued.

    Returns:
        Those that this very call made active, as they now stand. One that somebody else activated or voided
        meanwhile is left alone and left out.
    """
    return _move(unit, making.activations(unit, certificates, by=by))


def take_over(unit: Unit, place: Place, lease_until: datetime) -> bool:
    """Take an intended certificate whose lease has ended; False when somebody else still has it or it moved on.

    A lease that reaches further than the one to be taken was written by a clock that was ahead.
    """
    done = unit.sql.execute(
        update(_CERTIFICATE)
        .where(
            _CERTIFICATE.c.bucket == place.bucket,
            _CERTIFICATE.c.id == place.id,
            _CERTIFICATE.c.state == State.INTENDED,
            or_(_CERTIFICATE.c.lease_until < unit.now, _CERTIFICATE.c.lease_until > lease_until + AHEAD),
        )
        .values(lease_until=lease_until)
    )
    return done.rowcount == 1


def set_state(
    unit: Unit,
    certificate: Certificate,
    state: State,
    *,
    by: str,
    reason: str | None = None,
    decision: str | None = None,
    effective_from: date | None = None,
) -> Certificate | None:
    """Move a certificate on, if nobody moved it since it was read; None when somebody did.

    `by` names the account or the job; `effective_from` is the day in China from which it holds, None for now.
    """
    record = replace(certificate.record, reason=reason, decision=decision)
    moved = replace(certificate, state=state, state_since=unit.now, record=record)
    from_ = None if effective_from is None else starts(effective_from)
    return next(
        iter(_move(unit, making.moves(unit, [(certificate, moved)], by=by, effective_from=from_))), None
    )


def _move(unit: Unit, moves: Sequence[Move]) -> list[Certificate]:
    """Move certificates on, and keep each change; return those that nobody moved meanwhile."""
    made = [moves[at] for at in move_by(unit, [move.row for move in moves])]
    states.put(unit, [move.change for move in made])
    return [move.moved for move in made]


def move_by(unit: Unit, rows: Sequence[Mapping[str, Any]] | Filled) -> list[int]:
    """Move certificates on by rows that were made before; return which of the rows nobody was faster than.

    The caller puts the row of each change beside it.
    """
    return [at for at, done in enumerate(unit.returned(MOVE, rows)) if done]


def get(unit: Unit, place: Place) -> Certificate | None:
    """Return the certificate at a place."""
    return _only(unit, _AT, bucket=place.bucket, id=place.id)


def get_many(unit: Unit, places: Iterable[Place]) -> list[Certificate]:
    """Return the certificates at these places, in no particular order."""
    wanted = [(place.bucket, place.id) for place in places]
    return [
        certificate
        for at in range(0, len(wanted), _PAIRS)
        for certificate in _certificates(
            unit,
            select(_CERTIFICATE).where(
                _is_one_of(_CERTIFICATE.c.bucket, _CERTIFICATE.c.id, wanted[at : at + _PAIRS])
            ),
        )
    ]


def _is_one_of(first: Any, second: Any, pairs: Sequence[tuple[Any, Any]]) -> Any:
    """Spell "the pair is one of these" so that SQLite takes the index: for (a, b) IN (…) it reads the whole table."""
    return or_(*(and_(first == one, second == other) for one, other in pairs))


def find(unit: Unit, certificate_id: str) -> Certificate | None:
    """Return the certificate with a public id."""
    return _only(unit, _NAMED, certificate_id=certificate_id)


def find_many(unit: Unit, certificate_ids: Collection[str]) -> dict[str, Certificate]:
    """Return the certificates with these public ids, by them; one that is not there is left out."""
    found = (find(unit, certificate_id) for certificate_id in sorted(certificate_ids))
    return {one.certificate_id: one for one in found if one is not None}


def issued_by(
    unit: Unit, agencies: Sequence[str], *, limit: int, before: UUID | None = None
) -> list[Certificate]:
    """Return what agencies issued, newest first, at most `limit`, older than `before`."""
    newest = (
        select(_CERTIFICATE).where(_CERTIFICATE.c.agency.in_(agencies)).order_by(_CERTIFICATE.c.id.desc())
    )
    found: list[Certificate] = []
    while len(found) < limit:  # a row that is not ours makes no page look like the last one
        older = newest if before is None else newest.where(_CERTIFICATE.c.id < before)
        rows = unit.sql.execute(older.limit(limit - len(found))).all()
        if not rows:
            break
        found += [opened(unit, row) for row in rows if is_ours(unit, CertificateRow, row)]
        before = rows[-1].id
    return found


def lapsed(unit: Unit, before: datetime, *, limit: int) -> list[Certificate]:
    """Return intended certificates whose lease ended before a moment: the sweeper voids them."""
    return [
        opened(unit, row) for row in believed(unit, CertificateRow, _LAPSED, before=before, at_most=limit)
    ]


def forget_number(unit: Unit, place: Place) -> None:
    """Free the number of a voided certificate, so that it can be issued after all."""
    unit.sql.execute(
        _NUMBER.delete().where(and_(_NUMBER.c.bucket == place.bucket, _NUMBER.c.certificate == place.id))
    )


def release_number(unit: Unit, number_hash: bytes) -> None:
    """Give a number back that was claimed in this very unit of work."""
    unit.sql.execute(_NUMBER.delete().where(_NUMBER.c.number_hash == number_hash))


def by_slot(unit: Unit, list_no: int, index: int) -> Certificate | None:
    """Return the certificate that a status slot belongs to."""
    return _only(unit, _OF_SLOT, list_no=list_no, list_index=index)


def count(unit: Unit) -> int:
    """Return how many certificates there are, of every state but voided; for start-up and tests, not for pages."""
    numbered = select(func.count()).select_from(_CERTIFICATE)
    return int(unit.sql.scalar(numbered.where(_CERTIFICATE.c.state != State.VOIDED)) or 0)


def _certificates(unit: Unit, query: Select[Any]) -> list[Certificate]:
    return [opened(unit, row) for row in believed(unit, CertificateRow, query)]


def _only(unit: Unit, query: Prepared, **values: Any) -> Certificate | None:
    """Return the one certificate that a prepared query finds."""
    return next((opened(unit, row) for row in believed(unit, CertificateRow, query, **values)), None)


def opened(unit: Unit, row: Any) -> Certificate:
    """Return the certificate of a row that was believed."""
    record = Record.from_bytes(unit.vault.open("certificate", str(row.id), row.sealed))
    return value_of(Certificate, row, certificate_id=row.cid, record=record)


def prolong(unit: Unit, intent: Certificate) -> None:
    """Write an intent's new lease."""
    unit.sql.execute(
        update(_CERTIFICATE)
        .where(
            _CERTIFICATE.c.bucket == intent.bucket,
            _CERTIFICATE.c.id == intent.id,
            _CERTIFICATE.c.state == State.INTENDED,
        )
        .values(lease_until=intent.lease_until)
    )
