"""Questions of other regions are answered once, their answers kept for a retry; a region can be stopped."""

import pytest

from certhub.adapters.clock import LARGEST_JUMP
from certhub.errors import Conflict, Unavailable
from certhub.regions.peers import store as peers
from certhub.regions.peers.store import REPLAY_WINDOW, Received

FIRST = Received("420100", "jti-1", b"1" * 32)


def test_a_question_is_received_once_and_its_answer_given_again(database):
    """New; then at work; then answered, with the same bytes."""
    with database.writing() as unit:
        assert None is peers.receive(unit, FIRST)
    with database.writing() as unit, pytest.raises(Unavailable) as busy:
        peers.receive(unit, FIRST)
    assert "IN_FLIGHT" == busy.value.code
    with database.writing() as unit:
        peers.keep_answer(unit, FIRST, b"signed answer")
        assert b"signed answer" == peers.receive(unit, FIRST)


def test_other_bytes_under_its_id_are_refused(database):
    """At work or answered: an id stands for one question."""
    with database.writing() as unit:
        peers.receive(unit, FIRST)
    for _ in range(2):
        with database.writing() as unit, pytest.raises(Conflict) as refused:
            peers.receive(unit, Received("420100", "jti-1", b"2" * 32))
        assert "REPLAY_MISMATCH" == refused.value.code
        with database.writing() as unit:
            peers.keep_answer(unit, FIRST, b"signed answer")


def test_an_id_is_one_regions_own(database):
    """Two regions may make the same id."""
    with database.writing() as unit:
        assert None is peers.receive(unit, FIRST)
        assert None is peers.receive(unit, Received("430000", "jti-1", b"3" * 32))


def test_what_could_not_be_answered_is_given_back(database):
    """Released, it is new again; an answered one is not taken away."""
    with database.writing() as unit:
        peers.receive(unit, FIRST)
        peers.release(unit, FIRST)
        assert None is peers.receive(unit, FIRST)
        peers.keep_answer(unit, FIRST, b"signed answer")
        peers.release(unit, FIRST)
        assert b"signed answer" == peers.receive(unit, FIRST)


def test_an_id_is_remembered_for_the_replay_window(database):
    """And for the largest jump of a clock after it, without its answer; then it is forgotten."""
    with database.writing() as unit:
        peers.receive(unit, FIRST)
        peers.keep_answer(unit, FIRST, b"signed answer")
    database.clock.pass_(seconds=REPLAY_WINDOW.total_seconds() + 1)
    with database.writing() as unit:
        assert 0 == peers.forget(unit, unit.now)
        with pytest.raises(Unavailable):
            peers.receive(unit, FIRST)
    database.clock.pass_(seconds=LARGEST_JUMP.total_seconds() - 1)
    with database.writing() as unit:
        assert 0 == peers.forget(unit, unit.now)
    database.clock.pass_(seconds=1)
    with database.writing() as unit:
        assert 1 == peers.forget(unit, unit.now)


def test_a_region_is_stopped_and_resumed(database):
    """However often either is said."""
    with database.writing() as unit:
        for _ in range(2):
            peers.stop(unit, "420100", by="operator")
        assert {"420100"} == peers.stopped(unit)
        for _ in range(2):
            peers.resume(unit, "420100")
        assert frozenset() == peers.stopped(unit)
