"""The blind index by which an agency finds its certificates again.

    term = HMAC-SHA-256(index key, "term" ‖ what ‖ agency ‖ value), first 16 bytes      what: one of `Sought`

The agency is under the digest: the database does not show that two agencies have one holder. One row of no
certificate says that every certificate is in the index; a database of an earlier version lacks it until
`certhub migrate` has been through.
"""

import unicodedata
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection, select

from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.statements import insert_new
from certhub.records.certificates.query import Sought
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.tables import TermRow

_TERM = table_of(TermRow)
_COMPLETE = {"term": bytes(16), "certificate": UUID(int=0), "bucket": -1}


def add(unit: Unit, certificates: Iterable[Certificate]) -> None:
    """Make certificates findable; those that are already stay as they are."""
    rows = [
        {"term": each, "certificate": c.id, "bucket": c.bucket} for c in certificates for each in of(unit, c)
    ]
    if rows:
        insert_new(unit, _TERM, rows)


def of(unit: Unit, c: Certificate) -> frozenset[bytes]:
    """Return every term under which a certificate is found."""
    record = c.record
    pairs = [(Sought.NUMBER, record.number), (Sought.IDENTIFIER, record.identifier)]
    for holder in record.holders:
        pairs += [(Sought.HOLDER_NUMBER, holder.id_number), (Sought.HOLDER_NAME, holder.name)]
    return frozenset(term(unit, what, c.agency, value) for what, value in pairs)


def term(unit: Unit, sought: Sought, agency: str, value: str) -> bytes:
    """Return the term (16 bytes) of a value at an agency.

    Numbers are compared in NFKC without spaces and case, names as they are written (NFC).
    """
    if sought is Sought.HOLDER_NAME:
        spelled = unicodedata.normalize("NFC", value).strip()
    else:
        spelled = "".join(unicodedata.normalize("NFKC", value).split()).upper()
    return unit.vault.digest("term", sought.value, agency, spelled)[:16]


def is_complete(sql: Connection) -> bool:
    """Say whether every certificate is in the index."""
    mark = select(_TERM.c.bucket).where(
        _TERM.c.term == _COMPLETE["term"], _TERM.c.certificate == _COMPLETE["certificate"]
    )
    return sql.execute(mark).first() is not None


def set_complete(unit: Unit) -> None:
    """Put on record that every certificate is in the index."""
    insert_new(unit, _TERM, [_COMPLETE])
