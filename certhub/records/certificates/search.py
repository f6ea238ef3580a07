"""Finding an agency's certificates again, over everything stored.

    term   = a keyed digest of agency and value (records/certificates/terms.py)
    page   = rows older than a cursor, newest first (keyset): what is issued meanwhile moves no row to another page

A number, an identifier, a holder's number and a holder's name are found exactly and only inside one agency:
the database shows neither the values nor that two agencies have one holder. A row of the index is a hint; what
is told is what the opened certificate says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, or_, select

from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.errors import Unavailable
from certhub.records.certificates import store, terms
from certhub.records.certificates.query import CertificateQuery, Sought
from certhub.records.certificates.record import Certificate, Place
from certhub.records.certificates.rules import CHINA, State
from certhub.records.certificates.tables import CertificateRow, TermRow

_CERTIFICATE, _TERM = table_of(CertificateRow), table_of(TermRow)
EXPIRED = "expired"
FILL_BATCH = 200


@dataclass(frozen=True)
class Page:
    """Some certificates, newest first; `following` is the public id to go on from, None at the end."""

    certificates: tuple[Certificate, ...]
    following: str | None


class IndexIncomplete(Unavailable):
    """Certificates of an earlier version are not in the index yet: an answer would leave some out."""

    code = "SEARCH_NOT_READY"


def search(
    unit: Unit, agencies: Sequence[str], question: CertificateQuery, *, limit: int, before: UUID | None
) -> Page:
    """Return at most `limit` certificates of these agencies that fit, older than `before`.

    Raises:
        IndexIncomplete: a value is sought, and certificates are stored that the index does not know yet.
    """
    needs_index = bool(question.exact) or question.text is not None
    if needs_index and not terms.is_complete(unit.sql):
        raise IndexIncomplete(
            "run `certhub migrate`: the index of an earlier version's certificates is not built"
        )
    found: dict[UUID, Any] = {}
    for agency in agencies:
        for wanted in _term_sets(unit, agency, question):
            for row in unit.sql.execute(_statement(unit, agency, wanted, question, limit + 1, before)):
                found[row.id] = row
    newest = [found[place] for place in sorted(found, reverse=True)[: limit + 1]]
    told = newest[:limit]
    opened = {c.id: c for c in store.get_many(unit, [Place(row.bucket, row.id) for row in told])}
    fitting = [opened[row.id] for row in told if row.id in opened and _fits(unit, opened[row.id], question)]
    return Page(tuple(fitting), told[-1].cid if len(newest) > limit else None)


def fill(unit: Unit, *, before: UUID | None) -> UUID | None:
    """Put the next certificates of an earlier version into the index, newest first, at most 200.

    Returns:
        The last one done, to go on from; None when all are done, which is then on record.
    """
    places = (
        select(_CERTIFICATE.c.bucket, _CERTIFICATE.c.id).order_by(_CERTIFICATE.c.id.desc()).limit(FILL_BATCH)
    )
    if before is not None:
        places = places.where(_CERTIFICATE.c.id < before)
    rows = unit.sql.execute(places).all()
    if not rows:
        terms.set_complete(unit)
        return None
    terms.add(unit, store.get_many(unit, [Place(row.bucket, row.id) for row in rows]))
    last: UUID = rows[-1].id
    return last


def _term_sets(unit: Unit, agency: str, question: CertificateQuery) -> Iterator[list[bytes]]:
    """Yield the terms that must all be there; several sets where a text may be any of `Sought`."""
    exact = [terms.term(unit, what, agency, value) for what, value in question.exact.items()]
    if question.text is None:
        yield exact
        return
    for what in Sought:
        yield [terms.term(unit, what, agency, question.text), *exact]


def _statement(
    unit: Unit, agency: str, wanted: list[bytes], question: CertificateQuery, limit: int, before: UUID | None
) -> Any:
    columns = (_CERTIFICATE.c.bucket, _CERTIFICATE.c.id, _CERTIFICATE.c.cid)
    statement = select(*columns).where(_CERTIFICATE.c.agency == agency)
    order = _CERTIFICATE.c.id
    if wanted:
        # The first term leads: its rows are few and lie in the index in the order of the page.
        lead = _TERM.alias("lead")
        same = and_(lead.c.bucket == _CERTIFICATE.c.bucket, lead.c.certificate == _CERTIFICATE.c.id)
        statement = statement.join(lead, same).where(lead.c.term == wanted[0])
        order = lead.c.certificate
    for term in wanted[1:]:
        statement = statement.where(
            exists().where(_TERM.c.term == term, _TERM.c.certificate == _CERTIFICATE.c.id)
        )
    if question.kind is not None:
        statement = statement.where(_CERTIFICATE.c.kind == question.kind)
    if question.state is not None:
        statement = statement.where(_in_state(question.state, unit.now.astimezone(CHINA).date()))
    if before is not None:
        statement = statement.where(order < before)
    return statement.order_by(order.desc()).limit(limit)


def _in_state(state: str, today: date) -> Any:
    if state == EXPIRED:
        return and_(_CERTIFICATE.c.state == State.ACTIVE, _CERTIFICATE.c.valid_to < today)
    if state == State.ACTIVE:
        lasts = or_(_CERTIFICATE.c.valid_to.is_(None), _CERTIFICATE.c.valid_to >= today)
        return and_(_CERTIFICATE.c.state == State.ACTIVE, lasts)
    return _CERTIFICATE.c.state == state


def _fits(unit: Unit, c: Certificate, question: CertificateQuery) -> bool:
    """Whether the opened certificate says what was asked for, whatever the index says."""
    own = terms.of(unit, c)
    return any(own.issuperset(wanted) for wanted in _term_sets(unit, c.agency, question))
