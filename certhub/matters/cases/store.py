"""The queries of the cases noun.

matter_case   found by HMAC(office, matter, case number); sealed {"office", "matter", "number"}
case_scan     sealed {"items": […], "declared": {requirement: by}}: what was shown, and what was declared
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, delete, select

from certhub import plain_json
from certhub.db.columns import table_of
from certhub.db.engine import Pen, Unit
from certhub.db.grants import believed, signed
from certhub.db.prepared import Prepared
from certhub.db.rows import row_of, value_of
from certhub.db.sealing import BlobRefused
from certhub.db.statements import insert_new
from certhub.matters.cases.tables import CaseRow, CaseScanRow, QuotaRow

_CASE, _SCAN, _QUOTA = table_of(CaseRow), table_of(CaseScanRow), table_of(QuotaRow)
MAX_SCANS = 200
"""How many verifications of a case count, the newest first: a case with more was not worked on by hand."""
_CASE_BY_NAME = Prepared(select(_CASE).where(_CASE.c.found_by == bindparam("found_by")))
_CASE_BY_ID = Prepared(select(_CASE).where(_CASE.c.case_id == bindparam("case_id")))
_NEWEST_SCANS = Prepared(
    select(_SCAN).where(_SCAN.c.case_id == bindparam("case_id")).order_by(_SCAN.c.nth.desc()).limit(MAX_SCANS)
)


class Counted(StrEnum):
    """What a case, or of a holder, may be asked only so often a day."""

    DECLARED = "declared"
    """A value that was declared, to be compared with what a certificate says."""
    COMPARED = "compared"
    """A declared value that a holder's certificate was compared with, whoever asked: counted for the holder."""
    HOLDER = "holder"
    """Whether somebody holds what the matter needs."""


@dataclass(frozen=True)
class CaseName:
    """What makes a case one: the office, the matter and the number that the office gave it."""

    office: str
    matter: str
    number: str


@dataclass(frozen=True)
class CaseFile:
    """A case on record."""

    found_by: bytes
    case_id: str
    opened_at: datetime
    name: CaseName


@dataclass(frozen=True)
class CaseScan:
    """The `nth` verification of a case; `items` is what was shown, in the form of flows/verification/case_items.py."""

    case_id: str
    nth: int
    verification: str
    at: datetime
    items: Sequence[Mapping[str, Any]]
    declared: Mapping[str, str]


def found_by(pen: Pen, name: CaseName) -> bytes:
    """Return the blind index (32 bytes) of a case."""
    return pen.vault.digest("case", name.office, name.matter, name.number)


def find(unit: Unit, name: CaseName) -> CaseFile | None:
    """Return the case of that name, None where none is on record."""
    return _case(unit, believed(unit, CaseRow, _CASE_BY_NAME, found_by=found_by(unit, name)))


def get(unit: Unit, case_id: str) -> CaseFile | None:
    """Return the case with that id, None where none is on record."""
    return _case(unit, believed(unit, CaseRow, _CASE_BY_ID, case_id=case_id))


def case_row(pen: Pen, name: CaseName, case_id: str) -> Mapping[str, Any]:
    """Make the row of a case that is opened now."""
    made = CaseFile(found_by(pen, name), case_id, pen.now, name)
    plain = plain_json.printed({"office": name.office, "matter": name.matter, "number": name.number})
    row = row_of(CaseRow, made, sealed=pen.vault.seal("matter_case", case_id, plain))
    return signed(pen, CaseRow, row)


def put_case(unit: Unit, row: Mapping[str, Any]) -> bool:
    """Put a case on record; False where somebody was quicker: theirs is the case."""
    return bool(insert_new(unit, _CASE, [row]))


def put_scan(unit: Unit, scan: CaseScan, row: Mapping[str, Any], *, or_later: bool) -> bool:
    """Put a verification of a case on record as its `nth`; False where somebody else's is that already.

    `row` is the scan's, made before. `or_later` takes the next place that is free instead.
    """
    if insert_new(unit, _SCAN, [row]):
        return True
    later = range(scan.nth + 1, scan.nth + (MAX_SCANS if or_later else 1))
    return any(insert_new(unit, _SCAN, [scan_row(unit, replace(scan, nth=place))]) for place in later)


def scan_row(pen: Pen, scan: CaseScan) -> Mapping[str, Any]:
    """Make the row of a verification of a case."""
    plain = plain_json.printed({"items": list(scan.items), "declared": dict(scan.declared)})
    name = _scan_name(scan.case_id, scan.verification)
    row = row_of(CaseScanRow, scan, sealed=pen.vault.seal("case_scan", name, plain))
    return signed(pen, CaseScanRow, row)


def scans(unit: Unit, case_id: str) -> list[CaseScan]:
    """Return the verifications of a case, oldest first; of a long one the newest `MAX_SCANS`."""
    found = [_scan(unit, row) for row in believed(unit, CaseScanRow, _NEWEST_SCANS, case_id=case_id)]
    return [one for one in reversed(found) if one is not None]


def count(unit: Unit, case: bytes, what: Counted, day: str, *, at_most: int) -> bool:
    """Count one more question of a kind about a case on a day; False where it would be one too many."""
    row = {"found_by": case, "what": what.value, "day": day}
    return any(insert_new(unit, _QUOTA, [row | {"nth": nth}]) for nth in range(1, at_most + 1))


def forget(unit: Unit, day: str) -> int:
    """Delete what was counted before a day (ISO, in China); return how many rows went."""
    return int(unit.sql.execute(delete(_QUOTA).where(_QUOTA.c.day < day)).rowcount)


def _case(unit: Unit, rows: Sequence[Any]) -> CaseFile | None:
    if not rows:
        return None
    try:
        plain = plain_json.read(unit.vault.open("matter_case", rows[0].case_id, rows[0].sealed))
    except BlobRefused:
        unit.refused[_CASE.name] += 1
        return None
    return value_of(CaseFile, rows[0], name=CaseName(plain["office"], plain["matter"], plain["number"]))


def _scan(unit: Unit, row: Any) -> CaseScan | None:
    try:
        plain = plain_json.read(
            unit.vault.open("case_scan", _scan_name(row.case_id, row.verification), row.sealed)
        )
    except BlobRefused:
        unit.refused[_SCAN.name] += 1
        return None
    return value_of(CaseScan, row, items=plain["items"], declared=plain["declared"])


def _scan_name(case_id: str, verification: str) -> str:
    return f"{case_id}/{verification}"
