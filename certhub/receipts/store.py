"""The queries of the receipts noun.

sealed   {"report": …, "receipt": payload to be signed, "opening": […]}   one blob a row
receipt  the signed receipt, once somebody signed it; it names no person, so it stands in clear
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.statements import insert_new
from certhub.receipts.tables import VerificationRow

_VERIFICATION = table_of(VerificationRow)


@dataclass(frozen=True)
class Verification:
    """A verification as the store knows it; the last four are None until it is answered."""

    id: str
    clerk: str
    code_hash: bytes
    asked_at: datetime
    answered_at: datetime | None
    report: Mapping[str, Any] | None
    receipt_payload: Mapping[str, Any] | None
    opening: Sequence[Mapping[str, str]] | None
    receipt: str | None


def ask(unit: Unit, verification_id: str, *, clerk: str, code_hash: bytes) -> Verification | None:
    """Put a question on record; when the id is taken already, return the verification that has it."""
    row = {
        "id": verification_id,
        "clerk": clerk,
        "code_hash": code_hash,
        "state": "asked",
        "asked_at": unit.now,
    }
    return None if insert_new(unit, _VERIFICATION, [row]) else get(unit, verification_id)


def answer(
    unit: Unit,
    verification_id: str,
    *,
    report: Mapping[str, Any],
    receipt_payload: Mapping[str, Any],
    opening: Sequence[Mapping[str, str]],
) -> bool:
    """Put the answer on record; False when another try of the same question was quicker."""
    plain = json.dumps(
        {"report": report, "receipt": receipt_payload, "opening": list(opening)}, ensure_ascii=False
    )
    done = unit.sql.execute(
        update(_VERIFICATION)
        .where(_VERIFICATION.c.id == verification_id, _VERIFICATION.c.state == "asked")
        .values(
            state="answered",
            answered_at=unit.now,
            verdict=report["verdict"],
            code=report["code"],
            sealed=unit.vault.seal("verification", verification_id, plain.encode()),
        )
    )
    return done.rowcount == 1


def keep_receipt(unit: Unit, verification_id: str, receipt: str) -> str:
    """Keep the signed receipt; the first one signed is the one that everybody gets."""
    unit.sql.execute(
        update(_VERIFICATION)
        .where(_VERIFICATION.c.id == verification_id, _VERIFICATION.c.receipt.is_(None))
        .values(receipt=receipt)
    )
    kept: Any = unit.sql.scalar(select(_VERIFICATION.c.receipt).where(_VERIFICATION.c.id == verification_id))
    return str(kept)


def get(unit: Unit, verification_id: str) -> Verification | None:
    """Return a verification by its id."""
    row = unit.sql.execute(select(_VERIFICATION).where(_VERIFICATION.c.id == verification_id)).first()
    return None if row is None else _verification(unit, row)


def latest(unit: Unit, *, clerk: str, limit: int) -> list[Verification]:
    """Return a clerk's latest verifications that were answered, newest first."""
    rows = unit.sql.execute(
        select(_VERIFICATION)
        .where(_VERIFICATION.c.clerk == clerk, _VERIFICATION.c.state == "answered")
        .order_by(_VERIFICATION.c.asked_at.desc(), _VERIFICATION.c.id)
        .limit(limit)
    )
    return [_verification(unit, row) for row in rows]


def _verification(unit: Unit, row: Any) -> Verification:
    plain: dict[str, Any] = {"report": None, "receipt": None, "opening": None}
    if row.sealed is not None:
        plain = json.loads(unit.vault.open("verification", row.id, row.sealed))
    return Verification(
        row.id,
        row.clerk,
        row.code_hash,
        row.asked_at,
        row.answered_at,
        plain["report"],
        plain["receipt"],
        plain["opening"],
        row.receipt,
    )
