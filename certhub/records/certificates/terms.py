"""The blind index by which an agency finds its certificates again.

    term = HMAC-SHA-256(index key, "term" ‖ what ‖ agency ‖ value), first 16 bytes      what: one of `Sought`

The agency is under the digest: the database does not show that two agencies have one holder. One row of no
certificate says that every certificate is in the index; a database of an earlier version lacks it until
`certhub migrate` has been through.
"""

import unicodedata
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from certhub.db.columns import table_of
from certhub.db.engine import Pen, Unit
from certhub.db.statements import insert_new
from certhub.records.certificates.query import Sought
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.tables import TermRow

TABLE = table_of(TermRow)
_COMPLETE = {"term": bytes(16), "certificate": UUID(int=0), "bucket": -1}


def add(unit: Unit, certificates: Iterable[Certificate]) -> None:
    """Make certificates findable; those that are already stay as they are."""
    insert_new(unit, TABLE, rows(unit, certificates))


def rows(pen: Pen, certificates: Iterable[Certificate]) -> list[dict[str, Any]]:
    """Make the rows by which certificates are found."""
    return [
        {"term": each, "certificate": c.id, "bucket": c.bucket} for c in certificates for each in of(pen, c)
    ]


def of(pen: Pen, c: Certificate) -> frozenset[bytes]:
    """Return every term under which a certificate is found."""
    record = c.record
    pairs = [(Sought.NUMBER, record.number), (Sought.IDENTIFIER, record.identifier)]
    for holder in record.holders:
        pairs += [(Sought.HOLDER_NUMBER, holder.id_number), (Sought.HOLDER_NAME, holder.name)]
    return frozenset(term(pen, what, c.agency, value) for what, value in pairs)


def term(pen: Pen, sought: Sought, agency: str, value: str) -> bytes:
    """Return the term (16 bytes) of a value at an agency.

    Numbers are compared in NFKC without spaces and case, names as they are written (NFC).
    """
    if sought is Sought.HOLDER_NAME:
        spelled = unicodedata.normalize("NFC", value).strip()
    else:
        spelled = "".join(unicodedata.normalize("NFKC", value).split()).upper()
    return pen.vault.digest("term", sought.value, agency, spelled)[:16]


def is_complete(sql: Connection) -> bool:
    """Say whether every certificate is in the index."""
    mark = select(TABLE.c.bucket).where(
        TABLE.c.term == _COMPLETE["term"], TABLE.c.certificate == _COMPLETE["certificate"]
    )
    return sql.execute(mark).first() is not None


def set_complete(unit: Unit) -> None:
    """Put on record that every certificate is in the index."""
    insert_new(unit, TABLE, [_COMPLETE])
