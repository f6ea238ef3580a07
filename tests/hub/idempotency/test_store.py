"""A key stands for one request: begun once, answered alike, taken over when its first try has died."""

import pytest

from certhub.adapters.clock import LARGEST_JUMP
from certhub.db.columns import table_of
from certhub.db.idempotency import store as idempotency
from certhub.db.idempotency.key import Key
from certhub.db.idempotency.store import KEPT, LEASE
from certhub.db.idempotency.tables import IdempotencyRow
from certhub.errors import Conflict, Unavailable

KEY = Key(b"k" * 32, b"r" * 32)
ANSWER = {"id": "1", "holders": [{"name": "张演示"}]}


def test_a_request_begins_once_and_is_answered_alike(database):
    """New; at work; finished, with the same answer for everybody who asks again."""
    with database.writing() as unit:
        assert None is idempotency.begin(unit, KEY)
    with database.writing() as unit, pytest.raises(Unavailable) as busy:
        idempotency.begin(unit, KEY)
    assert "IN_FLIGHT" == busy.value.code
    with database.writing() as unit:
        idempotency.finish(unit, KEY, ANSWER)
        assert ANSWER == idempotency.begin(unit, KEY)


def test_another_request_under_the_key_is_refused(database):
    """Whether the first is at work or done."""
    other = Key(KEY.key_hash, b"s" * 32)
    with database.writing() as unit:
        idempotency.begin(unit, KEY)
    for _ in range(2):
        with database.writing() as unit, pytest.raises(Conflict) as refused:
            idempotency.begin(unit, other)
        assert "IDEMPOTENCY_MISMATCH" == refused.value.code
        with database.writing() as unit:
            idempotency.finish(unit, KEY, ANSWER)


def test_a_try_that_died_is_taken_over_by_one_and_not_by_two(database):
    """When its ten seconds are over the next one begins; whoever comes after that one waits again."""
    with database.writing() as unit:
        idempotency.begin(unit, KEY)
    database.clock.pass_(seconds=LEASE.total_seconds())
    with database.writing() as unit, pytest.raises(Unavailable):
        idempotency.begin(unit, KEY)
    database.clock.pass_(seconds=1)
    with database.writing() as unit:
        assert None is idempotency.begin(unit, KEY)
    with database.writing() as unit, pytest.raises(Unavailable):
        idempotency.begin(unit, KEY)


def test_a_refused_requests_key_is_given_back(database):
    """Abandoned it is new again; a finished one is not taken away."""
    with database.writing() as unit:
        idempotency.begin(unit, KEY)
        idempotency.abandon(unit, KEY)
        assert None is idempotency.begin(unit, KEY)
        idempotency.finish(unit, KEY, ANSWER)
        idempotency.abandon(unit, KEY)
        assert ANSWER == idempotency.begin(unit, KEY)


def test_an_answer_is_sealed(database):
    """It holds the certificate that was issued."""
    with database.writing() as unit:
        idempotency.begin(unit, KEY)
        idempotency.finish(unit, KEY, ANSWER)
        [row] = unit.sql.execute(table_of(IdempotencyRow).select()).all()

    assert "张演示".encode() not in row.answer


def test_keys_are_kept_for_a_day(database):
    """And for the largest jump of a clock after it; then they are forgotten."""
    with database.writing() as unit:
        idempotency.begin(unit, KEY)
    database.clock.pass_(seconds=(KEPT + LARGEST_JUMP).total_seconds())
    with database.writing() as unit:
        assert 0 == idempotency.forget(unit, unit.now)
    database.clock.pass_(seconds=1)
    with database.writing() as unit:
        assert 1 == idempotency.forget(unit, unit.now)
