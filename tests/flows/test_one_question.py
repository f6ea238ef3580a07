"""One verification id is one question: whoever asks something else under it gets a 409, and nothing changes."""

import json

import pytest
from certhub_schemas.purposes import Purpose
from certhub_verifier.formats.jose import jws

from certhub.db.ids import public_id
from certhub.errors import Conflict
from certhub.flows.verification import verify
from certhub.flows.verification.answer import answer
from certhub.flows.verification.filing import VerificationRequest
from tests.support.plug import PulledPlug, cut
from tests.support.region import Region
from tests.support.story import BUSINESS, LAND, issued, licence, scan, ticket, told

OTHERWISE = {
    "another matter": {"matter": LAND},
    "another window": {"window": "2号窗口"},
    "another case": {"case_number": "鄂办20261124-8"},
    "no case": {"case_number": None},
}


def state(region: Region) -> list[tuple]:
    """All that a question could change."""
    with region.hub.reading() as unit:
        return [
            tuple(row)
            for table in ("verification", "spent", "event")
            for row in unit.sql.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1")
        ]


def asked(code: str, **changes: str | None) -> VerificationRequest:
    """The clerk's question, with something changed."""
    plain = {"matter": BUSINESS, "window": "1号窗口", "case_number": "鄂办20261124-7"} | changes
    return VerificationRequest(code, verification_id="one-1", **plain)


@pytest.mark.parametrize("where", ["home", "other"])
@pytest.mark.parametrize("change", OTHERWISE)
def test_the_same_id_and_code_for_something_else_is_a_conflict(regions, where, change):
    """Another matter, window or case is another question; its asker gets no report of the first one."""
    home, other = regions
    region = home if where == "home" else other
    code = ticket(home, issued(home, licence("营-1")))
    first = verify.verify(asked(code), by=region.clerk, hub=region.hub)
    before = [state(one) for one in regions]

    with pytest.raises(Conflict) as refused:
        verify.verify(asked(code, **OTHERWISE[change]), by=region.clerk, hub=region.hub)

    assert "VERIFICATION_ID_TAKEN" == refused.value.code
    assert before == [state(one) for one in regions]
    again = verify.verify(asked(code), by=region.clerk, hub=region.hub)
    assert json.dumps(first, ensure_ascii=False) == json.dumps(again, ensure_ascii=False)


@pytest.mark.parametrize("step", ["verify:2", "ask:4", "verify:3", "verify:4"])
def test_a_question_that_left_for_another_region_is_that_question_too(home, other, step):
    """The power went before the answer: the id is taken by what was asked, from before anything was sent."""
    code = ticket(home, issued(home, licence("营-1")))
    with pytest.raises(PulledPlug):
        verify.verify(asked(code), by=other.clerk, hub=cut(other, step))

    with pytest.raises(Conflict):
        verify.verify(asked(code, matter=LAND), by=other.clerk, hub=other.hub)
    assert ("valid", "OK") == told(verify.verify(asked(code), by=other.clerk, hub=other.hub))


@pytest.mark.parametrize("step", ["verify:1", "verify:3", "verify:4"])
def test_a_question_about_a_code_of_our_own_leaves_nothing_before_its_answer(home, step):
    """The power went before the one write: nobody was told anything, and the id and the code are as free as before."""
    code = ticket(home, issued(home, licence("营-1")))
    before = state(home)
    with pytest.raises(PulledPlug):
        verify.verify(asked(code), by=home.clerk, hub=cut(home, step))

    assert before == state(home)
    assert ("valid", "OK") == told(verify.verify(asked(code), by=home.clerk, hub=home.hub))


def test_what_is_asked_is_sealed_from_the_first_moment(home, other):
    """Window and case number of a question that was never answered stand nowhere in clear."""
    code = ticket(home, issued(home, licence("营-1")))
    with pytest.raises(PulledPlug):
        verify.verify(asked(code), by=other.clerk, hub=cut(other, "verify:2"))

    with other.hub.reading() as unit:
        [row] = unit.sql.exec_driver_sql("SELECT * FROM verification WHERE id = 'one-1'").all()
    assert not any(
        "鄂办20261124-7".encode() in bytes(value) for value in row if isinstance(value, bytes | memoryview)
    )


def another_question(home: Region, other: Region, **changes: str) -> bytes:
    """A question of Wuhan under the id and code of its last one, with something of it changed."""
    payload = dict(jws.parse(home.wire.sent[-1][1], "xr-req+jwt").payload)
    payload |= {"jti": public_id(other.hub.random), "q": [payload["q"][0] | changes]}
    return jws.sign(payload, typ="xr-req+jwt", key=other.hub.signer(Purpose.EXCHANGE)).encode()


@pytest.mark.parametrize(
    "change", [{"matter": LAND}, {"matter": "PLACEHOLDER-902"}, {"window": "9号窗口"}, {"purpose": "prefill"}]
)
def test_a_provider_answers_one_question_of_an_id(home, other, change):
    """The same asker, id and code for something else: 409, nothing spent again, nothing told."""
    scan(other, ticket(home, issued(home, licence("营-1"))), verification_id="one-2")
    before = state(home)

    with pytest.raises(Conflict) as refused:
        answer(another_question(home, other, **change), hub=home.hub)

    assert "VERIFICATION_ID_TAKEN" == refused.value.code
    assert before == state(home)


def test_a_provider_gives_the_same_question_the_same_answer(home, other):
    """A new envelope around the same question: result for result the same bytes."""
    scan(other, ticket(home, issued(home, licence("营-1"))), verification_id="one-3")
    _, first = home.wire.sent[-1][1:]

    again = answer(another_question(home, other), hub=home.hub)

    assert json.dumps(jws.parse(first, "xr-res+jwt").payload["results"]) == json.dumps(
        jws.parse(again, "xr-res+jwt").payload["results"]
    )
