"""The queries of the receipts noun.

sealed     {"question": {matter, purpose, window, case}, "peer": region} from the first moment; once it is answered also
           {"report": …, "receipt": payload to be signed, "opening": […]}   one blob a row
signed     the signed receipt, once somebody signed it: sealed too, since it holds the case number and the window
code_hash  keyed once more: a clerk may have scanned anything, and an identity number is soon guessed from its hash
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, select, update

from certhub import plain_json
from certhub.db.columns import table_of
from certhub.db.engine import Pen, Unit
from certhub.db.grants import believed, is_ours, signed
from certhub.db.prepared import Prepared
from certhub.db.rows import value_of
from certhub.db.sealing import BlobRefused
from certhub.db.statements import insert_new
from certhub.errors import Conflict, NotFound
from certhub.verification.receipts.tables import VerificationRow

_VERIFICATION = table_of(VerificationRow)
_RECEIPT = "verification.receipt"  # what the vault is told: a row has two blobs
_ANSWERED = ("state", "answered_at", "verdict", "code", "sealed")
_BY_ID = Prepared(select(_VERIFICATION).where(_VERIFICATION.c.id == bindparam("id")))
_ANSWER = Prepared(
    update(_VERIFICATION)
    .where(_VERIFICATION.c.id == bindparam("new_id"), _VERIFICATION.c.state == "asked")
    .values({name: bindparam(f"new_{name}") for name in _ANSWERED})
    .returning(_VERIFICATION.c.id)
)
_KEEP_RECEIPT = Prepared(
    update(_VERIFICATION)
    .where(_VERIFICATION.c.id == bindparam("new_id"), _VERIFICATION.c.signed.is_(None))
    .values(signed=bindparam("new_signed"))
    .returning(_VERIFICATION.c.id)
)


@dataclass(frozen=True)
class Verification:
    """A verification as the store knows it; from `answered_at` to `receipt` all are None until it is answered.

    `question` is what was asked about the code; None in rows of the release before, which kept none. `peer` is the
    other region that was asked, whether or not its answer came; None where none was. In rows of the release before
    nobody wrote it down: `is_peer_known` is False.
    """

    id: str
    clerk: str
    code_hash: bytes
    asked_at: datetime
    question: Mapping[str, str | None] | None
    answered_at: datetime | None
    report: Mapping[str, Any] | None
    receipt_payload: Mapping[str, Any] | None
    opening: Sequence[Mapping[str, str]] | None
    receipt: str | None
    peer: str | None = None
    is_peer_known: bool = True

    @property
    def certificates_told(self) -> int:
        """How many certificates its report tells: what may not be told has no digest in the receipt."""
        return sum("cert" in item for item in (self.receipt_payload or {}).get("items", ()))


def ask(
    unit: Unit,
    verification_id: str,
    *,
    clerk: str,
    code_hash: bytes,
    question: Mapping[str, str | None],
    peer: str | None = None,
) -> bool:
    """Put a question on record; False when the id is taken already (then `find` says by what)."""
    row = {
        "id": verification_id,
        "clerk": clerk,
        "code_hash": _kept(unit, code_hash),
        "state": "asked",
        "asked_at": unit.now,
        "sealed": _sealed(unit, verification_id, {"question": question, "peer": peer}),
    }
    return bool(insert_new(unit, _VERIFICATION, [signed(unit, VerificationRow, row)]))


def find(unit: Unit, verification_id: str, *, code_hash: bytes) -> Verification | None:
    """Return the verification that has an id, with `code_hash` in it where it is of that code; None where none has.

    Raises:
        Conflict: a row that is not to be believed has the id.
    """
    rows = unit.rows(_BY_ID, id=verification_id)
    if not rows:
        return None
    before = next(
        iter(_opened_rows(unit, (row for row in rows if is_ours(unit, VerificationRow, row)))), None
    )
    if before is None:
        raise Conflict("this verification id cannot be used", code="VERIFICATION_ID_TAKEN")
    is_of_code = before.code_hash == _kept(unit, code_hash)
    return replace(before, code_hash=code_hash) if is_of_code else before


def _kept(pen: Pen, code_hash: bytes) -> bytes:
    return pen.vault.digest("verification code", code_hash)


@dataclass(frozen=True)
class Answered:
    """An answer that is to be put on record: of whom, to what, and what it says."""

    verification_id: str
    clerk: str
    code_hash: bytes
    question: Mapping[str, str | None]
    report: Mapping[str, Any]
    receipt_payload: Mapping[str, Any]
    opening: Sequence[Mapping[str, str]]
    peer: str | None = None


def answered_row(pen: Pen, answered: Answered) -> Mapping[str, Any]:
    """Make the row of a verification that is asked and answered in one go."""
    plain = {
        "question": answered.question,
        "peer": answered.peer,
        "report": answered.report,
        "receipt": answered.receipt_payload,
        "opening": list(answered.opening),
    }
    row = {
        "id": answered.verification_id,
        "clerk": answered.clerk,
        "code_hash": _kept(pen, answered.code_hash),
        "state": "answered",
        "asked_at": pen.now,
        "answered_at": pen.now,
        "verdict": answered.report["verdict"],
        "code": answered.report["code"],
        "sealed": _sealed(pen, answered.verification_id, plain),
    }
    return signed(pen, VerificationRow, row)


def put_answered(unit: Unit, row: Mapping[str, Any]) -> bool:
    """Put a verification on record with its answer; False when its id is taken."""
    return bool(insert_new(unit, _VERIFICATION, [row]))


def answer(unit: Unit, row: Mapping[str, Any]) -> bool:
    """Put the answer to a question that is on record beside it; False when another try of it was quicker."""
    return bool(unit.rows(_ANSWER, **{f"new_{name}": row[name] for name in ("id", *_ANSWERED)}))


def keep_receipt(unit: Unit, verification_id: str, receipt: str) -> str:
    """Keep the signed receipt; the first one signed is the one that everybody gets.

    Raises:
        NotFound: there is no such verification.
    """
    sealed = unit.vault.seal(_RECEIPT, verification_id, receipt.encode())
    if unit.rows(_KEEP_RECEIPT, new_id=verification_id, new_signed=sealed):
        return receipt
    kept = next((row.signed for row in unit.rows(_BY_ID, id=verification_id)), None)
    if kept is None:
        raise NotFound("no such verification")
    return unit.vault.open(_RECEIPT, verification_id, kept).decode()


def get(unit: Unit, verification_id: str) -> Verification | None:
    """Return a verification by its id; None also for one that is not to be believed, or does not open."""
    rows = believed(unit, VerificationRow, _BY_ID, id=verification_id)
    return next(iter(_opened_rows(unit, rows)), None)


def get_many(unit: Unit, verification_ids: Collection[str]) -> dict[str, Verification]:
    """Return the verifications with these ids, by them; as `get`, one that is not to be believed is left out."""
    found = _verifications(
        unit, select(_VERIFICATION).where(_VERIFICATION.c.id.in_(sorted(verification_ids)))
    )
    return {one.id: one for one in found}


def latest(unit: Unit, *, clerk: str, limit: int) -> list[Verification]:
    """Return a clerk's latest verifications that were answered, newest first."""
    query = (
        select(_VERIFICATION)
        .where(_VERIFICATION.c.clerk == clerk, _VERIFICATION.c.state == "answered")
        .order_by(_VERIFICATION.c.asked_at.desc(), _VERIFICATION.c.id)
        .limit(limit)
    )
    return _verifications(unit, query)


def _verifications(unit: Unit, query: Select[Any]) -> list[Verification]:
    return _opened_rows(unit, believed(unit, VerificationRow, query))


def _opened_rows(unit: Unit, rows: Iterable[Any]) -> list[Verification]:
    found = (_verification(unit, row) for row in rows)
    return [one for one in found if one is not None]


def _verification(unit: Unit, row: Row[Any]) -> Verification | None:
    try:
        plain = _opened(unit, "verification", row.id, row.sealed) or b"{}"
        receipt = _opened(unit, _RECEIPT, row.id, row.signed)
    except BlobRefused:
        unit.refused[_VERIFICATION.name] += 1
        return None
    told: dict[str, Any] = plain_json.read(plain)
    return value_of(
        Verification,
        row,
        question=told.get("question"),
        peer=told.get("peer"),
        is_peer_known="peer" in told,
        report=told.get("report"),
        receipt_payload=told.get("receipt"),
        opening=told.get("opening"),
        receipt=None if receipt is None else receipt.decode(),
    )


def _opened(unit: Unit, table: str, row: str, blob: bytes | None) -> bytes | None:
    return None if blob is None else unit.vault.open(table, row, blob)


def _sealed(pen: Pen, verification_id: str, plain: Mapping[str, Any]) -> bytes:
    return pen.vault.seal("verification", verification_id, plain_json.printed(plain))
