"""The rows of the certificates noun as a pen makes them: values, sealed and under their MACs. Nothing here does I/O.

They may be made in another process than the one that writes them (ready.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from certhub.db.columns import table_of
from certhub.db.engine import Pen
from certhub.db.grants import signed
from certhub.db.rows import row_of
from certhub.records.certificates import states, terms
from certhub.records.certificates.changes import Change
from certhub.records.certificates.record import Certificate, NumberClaim
from certhub.records.certificates.rules import State
from certhub.records.certificates.tables import CertificateRow, HoldingRow, NumberRow, PublicIdRow

MOVING = ("state", "state_since", "sealed", "lease_until", "mac")
"""The columns that change when a certificate moves on."""
SEEN = ("bucket", "id", "state", "state_since")
"""What a certificate that moves on must still be: its place, and its state as it was read."""


@dataclass(frozen=True)
class Move:
    """A certificate that moves on: as it will stand, and the values of the two rows that say so."""

    moved: Certificate
    row: Mapping[str, Any]
    change: Mapping[str, Any]


def number_row(pen: Pen, claim: NumberClaim) -> dict[str, Any]:
    """Make the row that claims a number."""
    row = {
        "number_hash": claim.number_hash,
        "content_hash": claim.content_hash,
        "bucket": claim.place.bucket,
        "certificate": claim.place.id,
    }
    return signed(pen, NumberRow, row)


def rows_of(pen: Pen, certificates: Sequence[Certificate]) -> list[tuple[Any, list[dict[str, Any]]]]:
    """Make all rows of certificates that are new, by table."""
    public = [{"cid": c.certificate_id, "bucket": c.bucket, "certificate": c.id} for c in certificates]
    return [
        (table_of(CertificateRow), [_row(pen, certificate) for certificate in certificates]),
        (table_of(PublicIdRow), public),
        (table_of(HoldingRow), [row for certificate in certificates for row in _holdings(pen, certificate)]),
        (terms.TABLE, terms.rows(pen, certificates)),
    ]


def _holdings(pen: Pen, c: Certificate) -> list[dict[str, Any]]:
    held: dict[bytes, dict[str, Any]] = {}
    for holder in c.record.holders:
        index = pen.vault.index(holder.id_type, holder.id_number)
        row = {
            "bucket": pen.vault.bucket(index),
            "holder": index,
            "certificate": c.id,
            "certificate_bucket": c.bucket,
        }
        held[index] = signed(pen, HoldingRow, row)
    return list(held.values())


def activations(pen: Pen, certificates: Sequence[Certificate], *, by: str) -> list[Move]:
    """Make the rows that make intended certificates active."""
    pairs = [
        (
            replace(c, state=State.INTENDED),
            replace(c, state=State.ACTIVE, state_since=pen.now, lease_until=None),
        )
        for c in certificates
    ]
    return moves(pen, pairs, by=by)


def moves(
    pen: Pen,
    pairs: Sequence[tuple[Certificate, Certificate]],
    *,
    by: str,
    effective_from: datetime | None = None,
) -> list[Move]:
    """Make the rows that move certificates on from what was read, and that keep each change."""
    return [
        Move(
            moved,
            {f"seen_{name}": getattr(seen, name) for name in SEEN} | _moved(pen, moved),
            states.row(pen, seen.place, _change(pen, seen, moved, by, effective_from)),
        )
        for seen, moved in pairs
    ]


def _change(
    pen: Pen, seen: Certificate, moved: Certificate, by: str, effective_from: datetime | None
) -> Change:
    return Change(
        id=pen.new_id(),
        was=seen.state,
        was_since=seen.state_since,
        state=moved.state,
        decided_at=moved.state_since,
        effective_from=effective_from or moved.state_since,
        by=by,
        written_at=pen.now,
        reason=moved.record.reason,
        decision=moved.record.decision,
    )


def _row(pen: Pen, c: Certificate) -> dict[str, Any]:
    sealed = pen.vault.seal("certificate", str(c.id), c.record.to_bytes())
    row = row_of(CertificateRow, c, cid=c.certificate_id, sealed=sealed)
    return signed(pen, CertificateRow, row)


def _moved(pen: Pen, c: Certificate) -> dict[str, Any]:
    """Return the columns that change when a certificate moves on, with the MAC over its whole new row."""
    row = _row(pen, c)
    return {name: row[name] for name in MOVING}
