"""The queries of the certificates noun. Every function takes the unit of work first.

A certificate, a number or a holding without our MAC is not there for whoever asks (certhub/db/grants.py); a number
whose row is not ours is taken all the same, by contents that equal nobody's.

A state changes in `_move` and nowhere else: the row that keeps the change for ever is written beside it (states.py).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, or_, select, update

from certhub.adapters.clock import AHEAD
from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.grants import believed, is_ours, signed
from certhub.db.rows import row_of, value_of
from certhub.db.statements import CHUNK, insert_new
from certhub.records.certificates import states, terms
from certhub.records.certificates.changes import Change
from certhub.records.certificates.record import Certificate, Place, Record
from certhub.records.certificates.rules import State, starts
from certhub.records.certificates.tables import CertificateRow, HoldingRow, NumberRow, PublicIdRow

_CERTIFICATE, _NUMBER = table_of(CertificateRow), table_of(NumberRow)
_PUBLIC, _HOLDING = table_of(PublicIdRow), table_of(HoldingRow)
_PAIRS = 200  # places a statement: SQLite takes a tree of 1,000 terms
MOVING = ("state", "state_since", "sealed", "lease_until", "mac")
"""The columns that change when a certificate moves on."""
SEEN = ("bucket", "id", "state", "state_since")
"""What a certificate that moves on must still be: its place, and its state as it was read."""
NEVER_SIGNED = (State.INTENDED, State.VOIDED)


NOWHERE = Place(-1, UUID(int=0))
"""Where no certificate lies."""


@dataclass(frozen=True)
class NumberClaim:
    """One wish to own a certificate number: keyed digests of identity and of content."""

    number_hash: bytes
    content_hash: bytes
    place: Place


def claim_numbers(unit: Unit, claims: Sequence[NumberClaim]) -> dict[bytes, NumberClaim]:
    """Claim numbers; whoever was first keeps them.

    Returns:
        For each number hash the claim that stands now: ours, or the one that was there before.
    """
    insert_new(unit, _NUMBER, [_number_row(unit, claim) for claim in claims])
    return standing_numbers(unit, [c.number_hash for c in claims])


def standing_numbers(unit: Unit, hashes: Sequence[bytes]) -> dict[bytes, NumberClaim]:
    """Return the claim that stands for each of these number hashes; one that nobody holds is left out."""
    rows = unit.sql.execute(select(_NUMBER).where(_NUMBER.c.number_hash.in_(hashes)))
    return {row.number_hash: _claim(unit, row) for row in rows}


def _claim(unit: Unit, row: Row[Any]) -> NumberClaim:
    if not is_ours(unit, NumberRow, row):
        return NumberClaim(row.number_hash, b"", NOWHERE)
    return NumberClaim(row.number_hash, row.content_hash, Place(row.bucket, row.certificate))


def _number_row(unit: Unit, claim: NumberClaim) -> dict[str, Any]:
    row = {
        "number_hash": claim.number_hash,
        "content_hash": claim.content_hash,
        "bucket": claim.place.bucket,
        "certificate": claim.place.id,
    }
    return signed(unit, NumberRow, row)


def move_number(unit: Unit, number_hash: bytes, content_hash: bytes, place: Place) -> None:
    """Point a number at a newer version (renewal)."""
    row = _number_row(unit, NumberClaim(number_hash, content_hash, place))
    unit.sql.execute(update(_NUMBER).where(_NUMBER.c.number_hash == number_hash).values(**row))


def add(unit: Unit, certificates: Sequence[Certificate]) -> None:
    """Put certificates on record, each with its public id and a holding in every holder's own bucket."""
    if not certificates:
        return
    unit.sql.execute(_CERTIFICATE.insert(), [_row(unit, certificate) for certificate in certificates])
    unit.sql.execute(
        _PUBLIC.insert(),
        [{"cid": c.certificate_id, "bucket": c.bucket, "certificate": c.id} for c in certificates],
    )
    holdings: dict[tuple[bytes, UUID], dict[str, Any]] = {}
    for c in certificates:
        for holder in c.record.holders:
            index = unit.vault.index(holder.id_type, holder.id_number)
            row = {
                "bucket": unit.vault.bucket(index),
                "holder": index,
                "certificate": c.id,
                "certificate_bucket": c.bucket,
            }
            holdings[index, c.id] = signed(unit, HoldingRow, row)
    unit.sql.execute(_HOLDING.insert(), list(holdings.values()))
    terms.add(unit, certificates)


def activate(unit: Unit, certificates: Sequence[Certificate], *, by: str) -> list[Certificate]:
    """Make intended certificates active, now that each record holds its signature; `by` is who has them issued.

    Returns:
        Those that this very call made active, as they now stand. One that somebody else activated or voided
        meanwhile is left alone and left out.
    """
    moves = [
        (
            replace(c, state=State.INTENDED),
            replace(c, state=State.ACTIVE, state_since=unit.now, lease_until=None),
        )
        for c in certificates
    ]
    return _move(unit, moves, by=by)


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
    return next(iter(_move(unit, [(certificate, moved)], by=by, effective_from=from_)), None)


def _move(
    unit: Unit,
    moves: Sequence[tuple[Certificate, Certificate]],
    *,
    by: str,
    effective_from: datetime | None = None,
) -> list[Certificate]:
    """Move certificates on from what was read, and keep each change; return those that nobody moved meanwhile."""
    made = []
    move = (  # spelled once for all: a batch of 500 spelled it 500 times
        update(_CERTIFICATE)
        .where(*(_CERTIFICATE.c[name] == bindparam(f"seen_{name}") for name in SEEN))
        .values({name: bindparam(name) for name in MOVING})
    )
    for seen, moved in moves:
        was = {f"seen_{name}": getattr(seen, name) for name in SEEN}
        done = unit.sql.execute(move, was | _moved(unit, moved))
        if done.rowcount == 1:
            made.append((seen, moved))
    states.add(unit, [_change(unit, seen, moved, by, effective_from) for seen, moved in made])
    return [moved for _, moved in made]


def _change(
    unit: Unit, seen: Certificate, moved: Certificate, by: str, effective_from: datetime | None
) -> tuple[Place, Change]:
    change = Change(
        id=unit.new_id(),
        was=seen.state,
        was_since=seen.state_since,
        state=moved.state,
        decided_at=moved.state_since,
        effective_from=effective_from or moved.state_since,
        by=by,
        written_at=unit.now,
        reason=moved.record.reason,
        decision=moved.record.decision,
    )
    return seen.place, change


def get(unit: Unit, place: Place) -> Certificate | None:
    """Return the certificate at a place."""
    return next(iter(get_many(unit, [place])), None)


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
    return find_many(unit, [certificate_id]).get(certificate_id)


def find_many(unit: Unit, certificate_ids: Collection[str]) -> dict[str, Certificate]:
    """Return the certificates with these public ids, by them; one that is not there is left out."""
    wanted = sorted(certificate_ids)
    rows = [
        row
        for at in range(0, len(wanted), CHUNK)
        for row in unit.sql.execute(select(_PUBLIC).where(_PUBLIC.c.cid.in_(wanted[at : at + CHUNK])))
    ]
    named = {Place(row.bucket, row.certificate): row.cid for row in rows}
    found = {one.certificate_id: one for one in get_many(unit, named)}
    return {cid: found[cid] for place, cid in named.items() if cid in found and found[cid].place == place}


def held_by(unit: Unit, holders: Sequence[bytes]) -> list[tuple[bytes, Certificate]]:
    """Return what these holders (blind indexes) hold, oldest first; what was never signed is nobody's."""
    pairs = [(unit.vault.bucket(index), index) for index in holders]
    if not pairs:
        return []
    query = select(_HOLDING).where(_is_one_of(_HOLDING.c.bucket, _HOLDING.c.holder, pairs))
    shares = believed(unit, HoldingRow, query)
    found = {c.id: c for c in get_many(unit, [Place(s.certificate_bucket, s.certificate) for s in shares])}
    held = [(s.holder, found[s.certificate]) for s in shares if s.certificate in found]
    held = [(holder, certificate) for holder, certificate in held if certificate.state not in NEVER_SIGNED]
    return sorted(held, key=lambda pair: pair[1].id)


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
        found += [_open(unit, row) for row in rows if is_ours(unit, CertificateRow, row)]
        before = rows[-1].id
    return found


def lapsed(unit: Unit, before: datetime, *, limit: int) -> list[Certificate]:
    """Return intended certificates whose lease ended before a moment: the sweeper voids them."""
    query = (
        select(_CERTIFICATE)
        .where(_CERTIFICATE.c.state == State.INTENDED, _CERTIFICATE.c.lease_until < before)
        .limit(limit)
    )
    return _certificates(unit, query)


def forget_number(unit: Unit, place: Place) -> None:
    """Free the number of a voided certificate, so that it can be issued after all."""
    unit.sql.execute(
        _NUMBER.delete().where(and_(_NUMBER.c.bucket == place.bucket, _NUMBER.c.certificate == place.id))
    )


def by_slot(unit: Unit, list_no: int, index: int) -> Certificate | None:
    """Return the certificate that a status slot belongs to."""
    query = select(_CERTIFICATE).where(_CERTIFICATE.c.list_no == list_no, _CERTIFICATE.c.list_index == index)
    return next(iter(_certificates(unit, query)), None)


def count(unit: Unit) -> int:
    """Return how many certificates there are, of every state; for start-up and tests, not for pages."""
    rows = unit.sql.execute(select(_CERTIFICATE.c.id).where(or_(_CERTIFICATE.c.state != State.VOIDED)))
    return len(rows.all())


def _row(unit: Unit, c: Certificate) -> dict[str, Any]:
    sealed = unit.vault.seal("certificate", str(c.id), c.record.to_bytes())
    row = row_of(CertificateRow, c, cid=c.certificate_id, sealed=sealed)
    return signed(unit, CertificateRow, row)


def _moved(unit: Unit, c: Certificate) -> dict[str, Any]:
    """Return the columns that change when a certificate moves on, with the MAC over its whole new row."""
    row = _row(unit, c)
    return {name: row[name] for name in MOVING}


def _certificates(unit: Unit, query: Select[Any]) -> list[Certificate]:
    return [_open(unit, row) for row in believed(unit, CertificateRow, query)]


def _open(unit: Unit, row: Row[Any]) -> Certificate:
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
