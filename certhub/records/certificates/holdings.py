"""What holders hold: a share lies in each holder's own bucket and names the certificate, which lies in its first one's.

    held_by           all that some holders hold
    held_and_named    of what is asked for by its public id, what they hold; nothing else is read
    held_after        a page of it

A share and its certificate are one row of a JOIN by equality, since SQLite reads both tables whole for
(a, b) IN (…). Each is believed by its own MAC. What was never signed is nobody's.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.grants import is_ours
from certhub.db.prepared import Prepared
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import State
from certhub.records.certificates.store import opened
from certhub.records.certificates.tables import CertificateRow, HoldingRow, PublicIdRow

_CERTIFICATE, _HOLDING, _PUBLIC = table_of(CertificateRow), table_of(HoldingRow), table_of(PublicIdRow)
NEVER_SIGNED = (State.INTENDED, State.VOIDED)
FIRST = UUID(int=0)
"""Comes before every row id."""
_HELD = (
    select(_CERTIFICATE, _HOLDING)
    .join(
        _HOLDING,
        and_(
            _HOLDING.c.certificate_bucket == _CERTIFICATE.c.bucket,
            _HOLDING.c.certificate == _CERTIFICATE.c.id,
        ),
    )
    .where(_HOLDING.c.bucket == bindparam("holder_bucket"), _HOLDING.c.holder == bindparam("holder"))
)
_ALL = Prepared(_HELD)
_NEXT = Prepared(
    _HELD.where(_HOLDING.c.certificate > bindparam("after"))
    .order_by(_HOLDING.c.certificate)
    .limit(bindparam("at_most"))
)
_NAMED = Prepared(
    _HELD.join(
        _PUBLIC, and_(_PUBLIC.c.bucket == _CERTIFICATE.c.bucket, _PUBLIC.c.certificate == _CERTIFICATE.c.id)
    ).where(_PUBLIC.c.cid == bindparam("certificate_id"), _CERTIFICATE.c.cid == bindparam("certificate_id"))
)


@dataclass(frozen=True)
class HeldPage:
    """Some of what is held, oldest first: (holder, certificate); `following` is where to go on, None at the end."""

    held: Sequence[tuple[bytes, Certificate]]
    following: UUID | None


def held_by(unit: Unit, holders: Sequence[bytes]) -> list[tuple[bytes, Certificate]]:
    """Return what these holders (blind indexes) hold, oldest first."""
    shares = (share for holder in holders for share in _shares(unit, _ALL, holder))
    held = ((share.holder, opened(unit, share)) for share in shares if _is_held(unit, share))
    return sorted(held, key=lambda pair: pair[1].id)


def held_and_named(
    unit: Unit, holders: Sequence[bytes], certificate_ids: Collection[str]
) -> dict[str, Certificate]:
    """Return, by public id, those of these certificates that one of the holders (blind indexes) holds."""
    found: dict[str, Certificate] = {}
    for certificate_id in certificate_ids:
        shares = (
            share
            for holder in holders
            for share in _shares(unit, _NAMED, holder, certificate_id=certificate_id)
        )
        held = next((share for share in shares if _is_held(unit, share)), None)
        if held is not None:
            found[certificate_id] = opened(unit, held)
    return found


def held_after(unit: Unit, holders: Sequence[bytes], after: UUID | None, *, limit: int) -> HeldPage:
    """Return what these holders (blind indexes) hold, at most `limit` certificates that follow `after`.

    A certificate of two of them is there once, as the first one's. A row that is left out makes a page shorter, and
    none look like the last one.
    """
    shares: dict[UUID, list[Any]] = {}
    for holder in holders:
        for share in _shares(unit, _NEXT, holder, after=after or FIRST, at_most=limit + 1):
            shares.setdefault(share.id, []).append(share)
    ids = sorted(shares)
    held = []
    for certificate in ids[:limit]:
        share = next((share for share in shares[certificate] if _is_held(unit, share)), None)
        if share is not None:
            held.append((share.holder, opened(unit, share)))
    return HeldPage(held, ids[limit - 1] if len(ids) > limit else None)


def _shares(unit: Unit, query: Prepared, holder: bytes, **values: Any) -> list[Any]:
    """Return a holder's rows of a query over `_HELD`."""
    return unit.rows(query, holder_bucket=unit.vault.bucket(holder), holder=holder, **values)


def _is_held(unit: Unit, share: Any) -> bool:
    """Tell whether a holder's share and its certificate both carry our MAC, and it was signed at all."""
    is_believed = is_ours(unit, HoldingRow, share) and is_ours(unit, CertificateRow, share)
    return is_believed and share.state not in NEVER_SIGNED
