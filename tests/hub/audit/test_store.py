"""One history: a deed is written with what it changed, its leaf is salted, and word for the worker is taken away."""

from hashlib import sha256

import pytest
from certhub_verifier.formats.jose.strict_json import canonical
from sqlalchemy import delete

from certhub.db.columns import table_of
from certhub.history.events import store as audit
from certhub.history.events.tables import EventRow, EventSaltRow

EVENT, SALT = table_of(EventRow), table_of(EventSaltRow)


def test_a_deed_is_read_as_it_was_written(database):
    """Who, what, to which subject, and the body."""
    with database.writing() as unit:
        audit.record(
            unit, "certificate.issued", actor="agency", subject="s-1", body={"kind": "营业执照", "n": 1}
        )
        [event] = audit.events(unit)

    assert ("certificate.issued", "agency", "s-1", {"kind": "营业执照", "n": 1}) == (
        event.type, event.actor, event.subject, event.body,
    )  # fmt: skip
    assert database.clock.now() == event.at


def test_a_leaf_is_the_salted_hash_of_the_canonical_event(database):
    """SHA-256(32-byte salt ‖ canonical event): what the ledger will publish, and nothing else."""
    with database.writing() as unit:
        audit.record(unit, "t", actor="a", subject="s", body={"b": 1, "a": "乙"})
        row, salt = unit.sql.execute(EVENT.select()).one(), unit.sql.execute(SALT.select()).one()

    said = {"at": row.at.isoformat(), "type": "t", "actor": "a", "subject": "s", "body": {"b": 1, "a": "乙"}}
    assert 32 == len(salt.salt)
    assert sha256(salt.salt + canonical(said)).digest() == row.leaf


def test_two_equal_deeds_have_different_leaves(database):
    """Nobody finds a deed by guessing it."""
    with database.writing() as unit:
        audit.record_all(unit, [("t", "a", "s", {})] * 20)
        assert 20 == len({row.leaf for row in unit.sql.execute(EVENT.select())})


def test_without_its_salt_a_leaf_proves_nothing(database):
    """Deleting the salt is erasure: the event's leaf stays, and can be joined with nothing."""
    with database.writing() as unit:
        audit.record(unit, "t", actor="a", subject="s", body={})
        leaf = unit.sql.execute(EVENT.select()).one().leaf
        unit.sql.execute(delete(SALT))
        assert leaf == unit.sql.execute(EVENT.select()).one().leaf
        assert sha256(canonical({"type": "t"})).digest() != leaf


def test_bodies_are_sealed(database):
    """What a deed was about is for those who hold the key."""
    with database.writing() as unit:
        audit.record(unit, "t", actor="a", subject="s", body={"reason": "提交虚假材料"})
        assert "提交虚假材料".encode() not in unit.sql.execute(EVENT.select()).one().sealed


def test_a_deed_goes_with_its_transaction(database):
    """What was not done is not told."""
    with pytest.raises(KeyError), database.writing() as unit:  # noqa: PT012  the unit has to fail after the deed
        audit.record(unit, "t", actor="a", subject="s", body={})
        raise KeyError
    with database.reading() as unit:
        assert [] == audit.events(unit)


def test_deeds_are_found_newest_first_by_subject_and_type(database):
    """At most as many as asked for."""
    for n in range(5):
        with database.writing() as unit:
            audit.record(unit, f"t{n % 2}", actor="a", subject="s" if n else "x", body={"n": n})
        database.clock.pass_(seconds=1)
    with database.reading() as unit:
        assert [4, 3, 2] == [event.body["n"] for event in audit.events(unit, limit=3)]
        assert [4, 2] == [event.body["n"] for event in audit.events(unit, subject="s", type_="t0")]


def test_word_for_the_worker_waits_until_it_is_done(database):
    """Oldest first, by topic; what came meanwhile stays."""
    with database.writing() as unit:
        for ref in ("1", "2"):
            audit.post(unit, "status", ref)
        audit.post(unit, "other", "3")
    database.clock.pass_(seconds=1)
    with database.writing() as unit:
        waiting = audit.posted(unit, "status")
        audit.post(unit, "status", "4")
        audit.done(unit, [row_id for row_id, _ in waiting])
        audit.done(unit, [])
        assert {"1", "2"} == {ref for _, ref in waiting}
        assert ["4"] == [ref for _, ref in audit.posted(unit, "status")]
        assert ["3"] == [ref for _, ref in audit.posted(unit, "other")]
