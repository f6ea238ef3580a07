"""The agreement that a question quotes is compared with ours: another one is refused, and nothing is spent."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from certhub_schemas.purposes import Purpose
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.agreement import AgreementRow

from certhub.db.columns import table_of
from certhub.demo import people as p
from certhub.flows.verification.answer import answer
from certhub.history.events import store as history
from certhub.verification.tickets.tables import RedemptionRow
from tests.flows.test_query import AGREED, last_question, spent_rows, through
from tests.support.agreements import live, publish_agreement
from tests.support.region import Clock, Region, Wire
from tests.support.story import BUSINESS, issued, licence, scan, ticket, told


def asked_under(other: Region, home: Region, quoted: str | None) -> dict:
    """Let the other region ask home about a fresh ticket, quoting that; give the payload of the answer."""
    scan(other, ticket(home, issued(home, licence("营-前"))))
    payload = dict(jws.parse(last_question(home)[0], "xr-req+jwt").payload)
    code = ticket(home, issued(home, licence("营-1")))
    question = payload["q"][0] | {"code": code, "verification_id": "another-question-of-the-test"}
    payload |= {"agr": quoted, "jti": "another-id-of-the-test", "q": [question]}
    token = jws.sign(payload, typ="xr-req+jwt", key=other.hub.signer(Purpose.EXCHANGE)).encode()
    return {"code": code, **jws.parse(answer(token, hub=home.hub), "xr-res+jwt").payload}


def looks(region: Region) -> int:
    """How many events of a look a region has written."""
    with region.hub.reading() as unit:
        return len(history.events(unit, type_="certificate.looked_at"))


WRONG = {
    "nothing": lambda reference: None,
    "another digest": lambda reference: reference.partition("@")[0] + "@sha256:" + "0" * 64,
    "another pair's": lambda reference: "430000-" + reference,
}


@pytest.mark.parametrize("how", WRONG)
def test_a_question_under_another_agreement_is_refused_and_nothing_is_spent(home, other, how):
    """Signed NO_AGREEMENT; no code used, nobody told, and the holder's code is still good."""
    reply = asked_under(other, home, WRONG[how](live(home).reference))

    assert "NO_AGREEMENT" == reply["error"]
    assert "results" not in reply
    assert (1, 1) == (spent_rows(home), looks(home))  # the question before it
    assert ("valid", "OK") == told(scan(home, reply["code"]))


def test_the_right_agreement_is_answered(home, other):
    """The same question under the agreement that both hold: the test above fails for its agreement alone."""
    assert "error" not in asked_under(other, home, live(home).reference)


def test_the_version_before_is_another_agreement(home, other, clock):
    """Home has taken up the next version and the asker has not: refused, and the clerk is told which one."""
    publish_agreement(replace(live(home), n=2, from_=clock.now() - timedelta(hours=1)), home)
    clock.pass_(seconds=2)
    code = ticket(home, issued(home, licence("营-1")))

    report = scan(other, code)

    assert ("undetermined", "NO_AGREEMENT") == told(report)
    assert f"{live(other).id} 1" in report["headline"]
    assert 0 == spent_rows(home)
    assert ("valid", "OK") == told(scan(home, code))


@dataclass
class SlowWire:
    """A wire on which a question takes some seconds."""

    wire: Wire
    clock: Clock
    seconds: int

    def post(self, url: str, body: bytes, *, content_type: str, timeout: float) -> bytes:
        """Let the time pass, then deliver the question."""
        self.clock.pass_(seconds=self.seconds)
        return self.wire.post(url, body, content_type=content_type, timeout=timeout)


def test_an_agreement_that_takes_over_while_a_question_is_on_its_way_is_no_disagreement(home, other, clock):
    """Asked under the old one, answered under the new one: what it no longer lets out stays at home."""
    first = live(home)
    fewer = tuple(row_with(row, fields=("名称",)) for row in first.rows)
    publish_agreement(replace(first, n=2, from_=clock.now() + timedelta(seconds=4), rows=fewer), home, other)
    clock.pass_(seconds=2)

    report = scan(through(other, SlowWire(home.wire, clock, 2)), ticket(home, issued(home, licence("营-1"))))

    assert first.reference == jws.parse(last_question(home)[0], "xr-req+jwt").payload["agr"]
    assert 2 == live(home).n
    assert ("check", "FIELDS_WITHHELD") == told(report)
    assert {"名称"} == set(report["items"][0]["disclosed"]) != AGREED


def test_a_clock_that_is_ahead_quotes_the_next_agreement_and_is_answered_under_the_one_in_force(
    home, other, clock
):
    """Half a minute early: live by the question's date on both sides; told what is agreed now and then."""
    first = live(home)
    publish_agreement(replace(first, n=2, from_=clock.now() + timedelta(seconds=20)), home, other)
    clock.pass_(seconds=2)
    ahead = Clock(clock.now() + timedelta(seconds=30))
    hub = replace(other.hub, clock=ahead, trust_folder=replace(other.hub.trust_folder, clock=ahead))

    report = scan(replace(other, hub=hub, clock=ahead), ticket(home, issued(home, licence("营-1"))))

    assert first.reference != jws.parse(last_question(home)[0], "xr-req+jwt").payload["agr"]
    assert 1 == live(home).n
    assert ("valid", "OK") == told(report)


def test_an_agreement_that_ended_on_the_way_is_over(home, other, clock):
    """Without a successor the question comes too late: nothing is told, nothing spent."""
    first = live(home)
    publish_agreement(replace(first, n=2, until=clock.now() + timedelta(seconds=4)), home, other)
    clock.pass_(seconds=2)

    report = scan(through(other, SlowWire(home.wire, clock, 2)), ticket(home, issued(home, licence("营-1"))))

    assert ("undetermined", "NO_AGREEMENT") == told(report)
    assert 0 == spent_rows(home)


def row_of(region: Region) -> tuple[object, ...]:
    """What is on record of the one code that was used: the row, whole."""
    with region.hub.reading() as unit:
        [row] = unit.sql.execute(table_of(RedemptionRow).select())
    return tuple(row)


def narrowed(home: Region, other: Region, clock: Clock, rows: Iterable[AgreementRow]) -> str:
    """Put the next version into force, with these rows; return what a question quotes now."""
    publish_agreement(
        replace(live(home), n=2, from_=clock.now() + timedelta(seconds=1), rows=tuple(rows)), home, other
    )
    clock.pass_(seconds=2)
    return live(home).reference


def asked_again(home: Region, other: Region, how: str, quoted: str) -> dict:
    """Send the last question once more: the same bytes, or a new question with the same id and code."""
    question, _ = last_question(home)
    payload = jws.parse(question, "xr-req+jwt").payload
    if how == "a new question":
        now = int(home.clock.now().timestamp())
        changed = dict(payload) | {
            "agr": quoted,
            "jti": "another-id-of-the-test",
            "iat": now,
            "exp": now + 60,
        }
        question = jws.sign(changed, typ="xr-req+jwt", key=other.hub.signer(Purpose.EXCHANGE)).encode()
    return dict(jws.parse(answer(question, hub=home.hub), "xr-res+jwt").payload)


def row_with(row: AgreementRow, **changes: object) -> AgreementRow:
    """Return a row with something else of each of its kinds."""
    return replace(row, kinds=tuple(replace(one, **changes) for one in row.kinds))


LESS = {
    "without the kind": lambda rows: [row_with(row, kind=p.FOOD) for row in rows],
    "with fewer fields": lambda rows: [row_with(row, fields=("成立日期",)) for row in rows],
    "for another matter": lambda rows: [replace(row, matter="PLACEHOLDER-999") for row in rows],
    "in another mode": lambda rows: [replace(row, modes=("L2", "L3")) for row in rows],
    "the other way": lambda rows: [replace(row, direction="420100->420700") for row in rows],
}


@pytest.mark.parametrize("how", ["the same bytes", "a new question"])
@pytest.mark.parametrize("less", LESS)
def test_an_answer_that_is_no_longer_agreed_is_not_given_again(home, other, clock, less, how):
    """What was told under the agreement before stays at home from now on; row and history are as they were."""
    assert ("valid", "OK") == told(scan(other, ticket(home, issued(home, licence("营-1")))))
    before = row_of(home), looks(home)

    reply = asked_again(home, other, how, narrowed(home, other, clock, LESS[less](live(home).rows)))

    causes = {reply.get("error"), *(result["cause"] for result in reply.get("results", []))}
    assert "NO_AGREEMENT" in causes
    assert not any(result["items"] for result in reply.get("results", []))
    assert p.ZHANG.name not in str(reply)
    assert before == (row_of(home), looks(home))


@pytest.mark.parametrize("how", ["the same bytes", "a new question"])
def test_an_answer_that_is_still_agreed_is_given_again(home, other, clock, how):
    """Under the next version, which takes away every other matter: the answer of before, one use, one look."""
    assert ("valid", "OK") == told(scan(other, ticket(home, issued(home, licence("营-1")))))
    before, first = (row_of(home), looks(home)), jws.parse(last_question(home)[1], "xr-res+jwt").payload
    others = [row for row in live(home).rows if row.matter == BUSINESS]

    reply = asked_again(home, other, how, narrowed(home, other, clock, others))

    assert first["results"] == reply["results"]
    assert before == (row_of(home), looks(home))


def test_without_any_agreement_no_kept_answer_goes_out(home, other, clock):
    """The end of the agreement is an end for the same bytes too."""
    assert ("valid", "OK") == told(scan(other, ticket(home, issued(home, licence("营-1")))))
    before = row_of(home), looks(home)
    publish_agreement(replace(live(home), n=2, until=clock.now() + timedelta(seconds=1)), home, other)
    clock.pass_(seconds=2)

    assert "NO_AGREEMENT" == asked_again(home, other, "the same bytes", "")["error"]
    assert before == (row_of(home), looks(home))
