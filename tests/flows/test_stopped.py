"""A region that was stopped here is told nothing, whatever it was told before; what it gets leaves nothing behind."""

import json

import pytest
from certhub_verifier.formats.jose import jws

from certhub.flows.verification.answer import answer
from certhub.history.events import store as history
from certhub.regions.peers import store as peers
from tests.flows.test_query import last_question, spent_rows, through
from tests.support.peers import BrokenWire
from tests.support.region import Region, with_step
from tests.support.story import issued, licence, scan, sealed, ticket, told


def stop(region: Region) -> None:
    """Stop the other region here."""
    with region.hub.writing() as unit:
        peers.stop(unit, "420100", by=region.operator.key)


def resume(region: Region) -> None:
    """Answer it again."""
    with region.hub.writing() as unit:
        peers.resume(unit, "420100")


def state(region: Region) -> tuple[int, int, int]:
    """How many codes were used, questions kept, looks put into the history."""
    with region.hub.reading() as unit:
        kept = unit.sql.exec_driver_sql("SELECT count(*) FROM exchange").scalar_one()
        return spent_rows(region), kept, len(history.events(unit, type_="certificate.looked_at"))


def says(reply: bytes) -> tuple[str | None, list]:
    """The signed error of an answer, and its results."""
    payload = jws.parse(reply, "xr-res+jwt").payload
    return payload.get("error"), payload.get("results", [])


@pytest.mark.parametrize("make", [ticket, sealed])
def test_a_question_that_was_answered_is_not_answered_again_after_a_stop(home, other, make):
    """The kept answer stays where it is: the same bytes get the signed refusal, and after the stop what they got."""
    assert ("valid", "OK") == told(scan(other, make(home, issued(home, licence("营-1")))))
    question, reply = last_question(home)
    before = state(home)
    stop(home)

    refusal = answer(question, hub=home.hub)

    assert ("NO_AGREEMENT", []) == says(refusal)
    assert "演示路8号" not in json.dumps(jws.parse(refusal, "xr-res+jwt").payload, ensure_ascii=False)
    assert (1, 1, 1) == before == state(home)
    resume(home)
    assert reply == answer(question, hub=home.hub)
    assert before == state(home)


@pytest.mark.parametrize("make", [ticket, sealed])
def test_a_question_that_came_during_a_stop_is_answered_when_it_is_over(home, other, make):
    """Nothing went on record of it but that it was refused: the code is unused, the refusal is not kept."""
    code = make(home, issued(home, licence("营-1")))
    stop(home)
    assert ("undetermined", "NO_AGREEMENT") == told(scan(other, code))
    question, _ = last_question(home)
    assert (0, 0, 0) == state(home)

    resume(home)
    error, results = says(answer(question, hub=home.hub))

    assert (None, 1) == (error, len(results[0]["items"]))
    assert (1, 1, 1) == state(home)


def test_a_stop_that_comes_while_a_question_is_answered_counts(home, other):
    """Until the code is used nothing was told: the last look at the stop is in that very transaction."""

    def step(name: str) -> None:
        if name == "answer:5":
            stop(home)

    code = ticket(home, issued(home, licence("营-1")))
    home.wire.hubs["420700"] = with_step(home, step)

    assert ("undetermined", "NO_AGREEMENT") == told(scan(through(other, BrokenWire(home.wire, bytes)), code))
    home.wire.hubs["420700"] = home.hub
    assert (0, 0) == state(home)[::2]
