"""The agreement that a question quotes is compared with ours: another one is refused, and nothing is spent."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from certhub_schemas.purposes import Purpose
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.trustlist import agreement_path

from certhub.adapters.public_files import PublicFiles
from certhub.db.columns import table_of
from certhub.demo import people as p
from certhub.flows.verification.answer import answer
from certhub.history.events import store as history
from certhub.hub import TRUST
from certhub.verification.tickets.tables import RedemptionRow
from tests.flows.test_query import AGREED, last_question, spent_rows, through
from tests.support.region import Clock, Region, Wire
from tests.support.story import issued, licence, scan, ticket, told

PAIR = ("420700", "420100")


def live(region: Region):
    """The agreement of the two regions that is live by this region's list."""
    return region.hub.trust.agreement(*PAIR, region.clock.now())


def publish(agreement, *where: Region) -> None:
    """Put an agreement, as both regions publish it, into the trust folders of some hubs."""
    for region in where:
        for own, peer in (PAIR, PAIR[::-1]):
            PublicFiles(region.hub.settings.data / TRUST).put(
                agreement_path(own, peer, agreement.n), agreement.to_bytes()
            )


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
    publish(replace(live(home), n=2, from_=clock.now() - timedelta(hours=1)), home)
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
    fewer = tuple(replace(item, fields=("名称",)) for item in first.items)
    publish(replace(first, n=2, from_=clock.now() + timedelta(seconds=4), items=fewer), home, other)
    clock.pass_(seconds=2)

    report = scan(through(other, SlowWire(home.wire, clock, 2)), ticket(home, issued(home, licence("营-1"))))

    assert first.reference == jws.parse(last_question(home)[0], "xr-req+jwt").payload["agr"]
    assert 2 == live(home).n
    assert ("valid", "OK") == told(report)
    assert {"名称"} == set(report["items"][0]["disclosed"]) != AGREED


def test_a_clock_that_is_ahead_quotes_the_next_agreement_and_is_answered_under_the_one_in_force(
    home, other, clock
):
    """Half a minute early: live by the question's date on both sides; told what is agreed now and then."""
    first = live(home)
    publish(replace(first, n=2, from_=clock.now() + timedelta(seconds=20)), home, other)
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
    publish(replace(first, n=2, until=clock.now() + timedelta(seconds=4)), home, other)
    clock.pass_(seconds=2)

    report = scan(through(other, SlowWire(home.wire, clock, 2)), ticket(home, issued(home, licence("营-1"))))

    assert ("undetermined", "NO_AGREEMENT") == told(report)
    assert 0 == spent_rows(home)


def row_of(region: Region) -> tuple[object, ...]:
    """What is on record of the one code that was used: the row, whole."""
    with region.hub.reading() as unit:
        [row] = unit.sql.execute(table_of(RedemptionRow).select())
    return tuple(row)


def narrowed(home: Region, other: Region, clock: Clock, items) -> str:
    """Put the next version into force, with these rows; return what a question quotes now."""
    publish(
        replace(live(home), n=2, from_=clock.now() + timedelta(seconds=1), items=tuple(items)), home, other
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


LESS = {
    "without the kind": lambda items: [item for item in items if item.kind != p.LICENCE],
    "with fewer fields": lambda items: [replace(item, fields=item.fields[:1]) for item in items],
    "for another matter": lambda items: [replace(item, matters=("PLACEHOLDER-999",)) for item in items],
    "the other way": lambda items: [replace(item, direction="420100->420700") for item in items],
}


@pytest.mark.parametrize("how", ["the same bytes", "a new question"])
@pytest.mark.parametrize("less", LESS)
def test_an_answer_that_is_no_longer_agreed_is_not_given_again(home, other, clock, less, how):
    """What was told under the agreement before stays at home from now on; row and history are as they were."""
    assert ("valid", "OK") == told(scan(other, ticket(home, issued(home, licence("营-1")))))
    before = row_of(home), looks(home)

    reply = asked_again(home, other, how, narrowed(home, other, clock, LESS[less](live(home).items)))

    causes = {reply.get("error"), *(result["cause"] for result in reply.get("results", []))}
    assert "NO_AGREEMENT" in causes
    assert not any(result["items"] for result in reply.get("results", []))
    assert "演示路8号" not in str(reply)
    assert before == (row_of(home), looks(home))


@pytest.mark.parametrize("how", ["the same bytes", "a new question"])
def test_an_answer_that_is_still_agreed_is_given_again(home, other, clock, how):
    """Under the next version, which takes away another kind: the answer of before, one use, one look."""
    assert ("valid", "OK") == told(scan(other, ticket(home, issued(home, licence("营-1")))))
    before, first = (row_of(home), looks(home)), jws.parse(last_question(home)[1], "xr-res+jwt").payload
    others = [item for item in live(home).items if item.kind == p.LICENCE]

    reply = asked_again(home, other, how, narrowed(home, other, clock, others))

    assert first["results"] == reply["results"]
    assert before == (row_of(home), looks(home))


def test_without_any_agreement_no_kept_answer_goes_out(home, other, clock):
    """The end of the agreement is an end for the same bytes too."""
    assert ("valid", "OK") == told(scan(other, ticket(home, issued(home, licence("营-1")))))
    before = row_of(home), looks(home)
    publish(replace(live(home), n=2, until=clock.now() + timedelta(seconds=1)), home, other)
    clock.pass_(seconds=2)

    assert "NO_AGREEMENT" == asked_again(home, other, "the same bytes", "")["error"]
    assert before == (row_of(home), looks(home))
