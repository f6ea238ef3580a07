"""How verifications ended, as the clerk says: rows are only added, the newest one counts.

sealed   {"result": …, "note": …, "id": …, "at": …}   one blob a row: a note is free text, and neither result nor time
                                                      can be rewritten in the table

A row that does not agree with its blob was written by somebody else: it is counted, told in the log and passed over,
and the others are listed all the same. The blobs of before have no id and no time: there the columns are taken.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select

from certhub import plain_json
from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.rows import row_of, value_of
from certhub.db.sealing import BlobRefused
from certhub.db.statements import insert_new
from certhub.verification.receipts.result import Result
from certhub.verification.receipts.tables import OutcomeRow

_OUTCOME = table_of(OutcomeRow)
log = logging.getLogger("certhub.store")


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
    told = {"result": result.value, "note": note, "id": str(made.id), "at": made.at.isoformat()}
    plain = plain_json.printed(told)
    sealed = unit.vault.seal("verification_outcome", _name(verification_id, number), plain)
    row = row_of(OutcomeRow, made, verification=verification_id, entry=number, sealed=sealed)
    return made if insert_new(unit, _OUTCOME, [row]) else None


def latest(unit: Unit, verification_id: str) -> Outcome | None:
    """Return the outcome that counts; None while the clerk has said nothing."""
    entries = history(unit, verification_id)
    return entries[-1] if entries else None


def next_number(unit: Unit, verification_id: str) -> int:
    """Return the number of the next entry: one more than the last row has, whoever wrote that."""
    last = unit.sql.scalar(
        select(func.max(_OUTCOME.c.entry)).where(_OUTCOME.c.verification == verification_id)
    )
    return (last or 0) + 1


def history(unit: Unit, verification_id: str) -> list[Outcome]:
    """Return every outcome of a verification, oldest first."""
    return _believed(
        unit,
        select(_OUTCOME).where(_OUTCOME.c.verification == verification_id).order_by(_OUTCOME.c.entry),
    )


def results(unit: Unit, verification_ids: Sequence[str]) -> dict[str, Result]:
    """Return the result that counts, for each of the verifications that has one."""
    query = (
        select(_OUTCOME)
        .where(_OUTCOME.c.verification.in_(list(verification_ids)))
        .order_by(_OUTCOME.c.verification, _OUTCOME.c.entry)
    )
    return {one.verification_id: one.result for one in _believed(unit, query)}


def reported(unit: Unit, *, limit: int, before: UUID | None = None) -> list[Outcome]:
    """Return what clerks reported, newest first; `before` continues a page.

    A page is filled up: rows that are passed over make it no shorter, so that what follows them is not taken for the
    end.
    """
    query = select(_OUTCOME).where(_OUTCOME.c.result == Result.REPORTED.value).order_by(_OUTCOME.c.id.desc())
    found: list[Outcome] = []
    while len(found) < limit:
        page = query if before is None else query.where(_OUTCOME.c.id < before)
        rows = unit.sql.execute(page.limit(limit)).all()
        found += [one for row in rows if (one := _outcome(unit, row)) is not None]
        if len(rows) < limit:
            break
        before = rows[-1].id
    return found[:limit]


def _name(verification_id: str, number: int) -> str:
    return f"{verification_id}/{number}"


def _believed(unit: Unit, query: Select[Any]) -> list[Outcome]:
    read = [_outcome(unit, row) for row in unit.sql.execute(query)]
    return [one for one in read if one is not None]


def _outcome(unit: Unit, row: Row[Any]) -> Outcome | None:
    """Open a row; one that says something else than what was sealed is counted, told, and None."""
    try:
        return _opened(unit, row)
    except (BlobRefused, TypeError):  # TypeError: SQLite keeps a text where a blob belongs
        unit.refused[_OUTCOME.name] += 1
        log.warning("store: a row of %s is not what was sealed; it is passed over", _OUTCOME.name)
        return None


def _opened(unit: Unit, row: Row[Any]) -> Outcome:
    name = _name(row.verification, row.entry)
    told = plain_json.read(unit.vault.open("verification_outcome", name, row.sealed))
    columns = {"result": row.result, "id": str(row.id), "at": row.at.isoformat()}
    if any(told.get(column, value) != value for column, value in columns.items()):
        raise BlobRefused("an outcome's columns say something else than what was sealed")
    return value_of(Outcome, row, verification_id=row.verification, number=row.entry, note=told["note"])
