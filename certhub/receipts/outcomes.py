"""How verifications ended, as the clerk says: rows are only added, the newest one counts.

sealed   {"result": …, "note": …}   one blob a row: a note is free text, and a result cannot be rewritten in the table
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.sealing import BlobRefused
from certhub.db.statements import insert_new
from certhub.receipts.tables import OutcomeRow

_OUTCOME = table_of(OutcomeRow)


class Result(StrEnum):
    """What the clerk found of the person (closed list, design of the wire)."""

    CONFIRMED = "confirmed"
    NOT_THE_PERSON = "not_the_person"
    REPORTED = "reported"


@dataclass(frozen=True)
class Outcome:
    """One entry: the `number`-th of its verification, from 1 on."""

    id: UUID
    verification_id: str
    number: int
    result: Result
    note: str | None
    at: datetime


def add(unit: Unit, verification_id: str, number: int, result: Result, note: str | None) -> Outcome | None:
    """Put an outcome on record as the `number`-th; None when somebody else's is that already."""
    made = Outcome(unit.new_id(), verification_id, number, result, note, unit.now)
    plain = json.dumps({"result": result.value, "note": note}, ensure_ascii=False).encode()
    row = {
        "verification": verification_id,
        "entry": number,
        "id": made.id,
        "result": result.value,
        "at": made.at,
        "sealed": unit.vault.seal("verification_outcome", _name(verification_id, number), plain),
    }
    return made if insert_new(unit, _OUTCOME, [row]) else None


def latest(unit: Unit, verification_id: str) -> Outcome | None:
    """Return the outcome that counts; None while the clerk has said nothing."""
    row = unit.sql.execute(
        select(_OUTCOME)
        .where(_OUTCOME.c.verification == verification_id)
        .order_by(_OUTCOME.c.entry.desc())
        .limit(1)
    ).first()
    return None if row is None else _outcome(unit, row)


def history(unit: Unit, verification_id: str) -> list[Outcome]:
    """Return every outcome of a verification, oldest first."""
    rows = unit.sql.execute(
        select(_OUTCOME).where(_OUTCOME.c.verification == verification_id).order_by(_OUTCOME.c.entry)
    )
    return [_outcome(unit, row) for row in rows]


def results(unit: Unit, verification_ids: Sequence[str]) -> dict[str, Result]:
    """Return the result that counts, for each of the verifications that has one."""
    rows = unit.sql.execute(
        select(_OUTCOME)
        .where(_OUTCOME.c.verification.in_(list(verification_ids)))
        .order_by(_OUTCOME.c.verification, _OUTCOME.c.entry)
    )
    return {one.verification_id: one.result for one in (_outcome(unit, row) for row in rows)}


def reported(unit: Unit, *, limit: int, before: UUID | None = None) -> list[Outcome]:
    """Return what clerks reported, newest first; `before` continues a page."""
    query = select(_OUTCOME).where(_OUTCOME.c.result == Result.REPORTED.value)
    if before is not None:
        query = query.where(_OUTCOME.c.id < before)
    rows = unit.sql.execute(query.order_by(_OUTCOME.c.id.desc()).limit(limit))
    return [_outcome(unit, row) for row in rows]


def _name(verification_id: str, number: int) -> str:
    return f"{verification_id}/{number}"


def _outcome(unit: Unit, row: object) -> Outcome:
    values = row._mapping  # type: ignore[attr-defined]
    name = _name(values["verification"], values["entry"])
    plain = json.loads(unit.vault.open("verification_outcome", name, values["sealed"]))
    if plain["result"] != values["result"]:
        raise BlobRefused("an outcome's column says something else than what was sealed")
    return Outcome(
        values["id"],
        values["verification"],
        values["entry"],
        Result(plain["result"]),
        plain["note"],
        values["at"],
    )
