"""Verifications on record: asked before anything is sent, answered once, signed once."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest
from sqlalchemy import update

from certhub.db.columns import table_of
from certhub.errors import Conflict
from certhub.verification.receipts import store as receipts
from certhub.verification.receipts.store import Answered
from certhub.verification.receipts.tables import VerificationRow

REPORT = {"verdict": "valid", "code": "OK", "headline": "张演示"}
QUESTION = {"matter": "PLACEHOLDER-901", "purpose": "verify", "window": "1", "case": None}


def answer_row(pen, vid, **says):
    """Return the row of an answer to the question that clerk a asked."""
    answered = Answered(vid, "a", b"1" * 32, QUESTION, REPORT, {}, [])
    return receipts.answered_row(pen, replace(answered, **says))


def test_an_answer_without_a_question_on_record_takes_its_id(home):
    """It is asked and answered by one row; whoever has the id second gets nothing on record."""
    with home.hub.writing() as unit:
        assert receipts.put_answered(unit, answer_row(unit, "v-1"))
        assert not receipts.put_answered(unit, answer_row(unit, "v-1", report=REPORT | {"code": "X"}))
        found = receipts.get(unit, "v-1")
    assert (REPORT, QUESTION, "a") == (found.report, found.question, found.clerk)
    assert found.asked_at == found.answered_at


def test_a_question_is_on_record_once(home):
    """Whoever asks second under an id is shown whose it is."""
    with home.hub.writing() as unit:
        assert None is receipts.find(unit, "v-1", code_hash=b"1" * 32)
        assert receipts.ask(unit, "v-1", clerk="a", code_hash=b"1" * 32, question=QUESTION)
        assert not receipts.ask(unit, "v-1", clerk="b", code_hash=b"2" * 32, question=QUESTION)
        other = receipts.find(unit, "v-1", code_hash=b"2" * 32)
        same = receipts.find(unit, "v-1", code_hash=b"1" * 32)
    assert ("a", b"1" * 32, QUESTION, None) == (same.clerk, same.code_hash, same.question, same.report)
    assert ("a", same.asked_at) == (other.clerk, other.asked_at)
    assert other.code_hash not in {b"1" * 32, b"2" * 32}


def test_what_was_scanned_cannot_be_guessed_from_the_row(home):
    """Somebody who scans an identity number leaves no hash of it that ten digits of guessing would find."""
    scanned = sha256(b"420799190001010015").digest()
    with home.hub.writing() as unit:
        receipts.ask(unit, "v-1", clerk="a", code_hash=scanned, question=QUESTION)
        row = unit.sql.execute(table_of(VerificationRow).select()).first()
    assert scanned != row.code_hash
    assert home.hub.database.vault.digest("verification code", scanned) == row.code_hash


def test_a_row_of_the_release_before_has_no_question(home):
    """It is read as it was filed; what was asked is not known, so that nothing contradicts it."""
    table = table_of(VerificationRow)
    plain = json.dumps({"report": REPORT, "receipt": {}, "opening": []}).encode()
    with home.hub.writing() as unit:
        receipts.ask(unit, "v-1", clerk="a", code_hash=b"1" * 32, question=QUESTION)
        unit.sql.execute(
            update(table).values(state="answered", sealed=unit.vault.seal("verification", "v-1", plain))
        )
        found = receipts.get(unit, "v-1")
    assert (None, REPORT) == (found.question, found.report)


def test_an_answer_is_filed_once(home):
    """The second answer to one question changes nothing."""
    with home.hub.writing() as unit:
        receipts.ask(unit, "v-1", clerk="a", code_hash=b"1" * 32, question=QUESTION)
        assert receipts.answer(unit, answer_row(unit, "v-1", receipt_payload={"vid": "v-1"}))
        late = receipts.answer(unit, answer_row(unit, "v-1", report=REPORT | {"code": "X"}))
        found = receipts.get(unit, "v-1")
    assert not late
    assert (REPORT, {"vid": "v-1"}, []) == (found.report, found.receipt_payload, found.opening)


def test_the_first_receipt_signed_is_everybodys(home):
    """Two that sign at once get the same one back."""
    with home.hub.writing() as unit:
        receipts.ask(unit, "v-1", clerk="a", code_hash=b"1" * 32, question=QUESTION)
        receipts.answer(unit, answer_row(unit, "v-1"))
        assert ["one", "one"] == [receipts.keep_receipt(unit, "v-1", token) for token in ("one", "two")]


def test_a_sealed_report_belongs_to_its_row(home):
    """Moved to another id it does not open."""
    table = table_of(VerificationRow)
    with home.hub.writing() as unit:
        for vid in ("v-1", "v-2"):
            receipts.ask(unit, vid, clerk="a", code_hash=b"1" * 32, question=QUESTION)
            receipts.answer(unit, answer_row(unit, vid))
        row = unit.sql.execute(table.select().where(table.c.id == "v-1")).one()
        unit.sql.execute(update(table).where(table.c.id == "v-2").values(sealed=row.sealed))
        assert None is receipts.get(unit, "v-2")
        with pytest.raises(Conflict):
            receipts.find(unit, "v-2", code_hash=b"1" * 32)
    assert "张演示".encode() not in row.sealed
