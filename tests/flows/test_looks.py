"""A holder sees every look at what they hold, wherever it was made; what they object to reaches whoever looked."""

from dataclasses import replace
from datetime import timedelta

import pytest
from certhub_verifier.formats.exchange import notice
from certhub_verifier.formats.exchange.notice import NoticeKind, Settlement
from certhub_verifier.formats.jose import jws
from sqlalchemy import event

from certhub.errors import BadRequest, Conflict, NotFound
from certhub.flows.people import disputes, looks
from certhub.flows.regions import switch
from certhub.flows.verification import notices, outcome
from certhub.flows.verification.show import Choice, Mode, show
from certhub.jobs.sweeping import sweep
from certhub.people.looks.store import ANSWER_WITHIN
from certhub.people.parties.people import Role
from certhub.regions.notices import store as kept
from certhub.verification.receipts.result import Result
from certhub.verification.tickets.item import TicketItem
from tests.support.looks import (
    events_of,
    looked_at,
    notices_sent,
    said,
    seen_disputes,
    seen_looks,
    the_look,
    waiting,
)
from tests.support.region import Region
from tests.support.requests import another_holder, consented, opened
from tests.support.story import BUSINESS, FOOD, LAND, issued, licence, marriage, scan, sealed, ticket


@pytest.fixture(params=["at home", "in another region"])
def asker(request: pytest.FixtureRequest, home: Region, other: Region) -> Region:
    """The region whose counter looks; the holder's hub is always Ezhou's."""
    return home if request.param == "at home" else other


def test_a_look_says_who_looked_where_for_what_and_at_which_fields(home, asker):
    """As it stands in the holder's list at once; the verdict as soon as the side that looked has told it."""
    report = scan(asker, ticket(home, issued(home, licence("营-1"))), window="7号窗口")

    look = the_look(home)

    assert (asker.hub.region, asker.clerk.office, "7号窗口") == (
        look["region"],
        look["office"],
        look["window"],
    )
    assert (BUSINESS, "营业执照") == (look["matter"], look["kind_name"])
    assert sorted(report["items"][0]["disclosed"]) == look["fields"]
    assert ("示例小面馆", False) == (look["acting_for"], look["disputed"])
    notices_sent(asker)
    told = the_look(home)
    assert (report["verdict"], report["code"]) == (told["verdict"], told["code"])
    assert {} == waiting(asker)


def test_what_is_consented_to_is_a_look(home, asker):
    """At the counter of either region, with the predicates that were answered in the place of values."""
    request = opened(asker, window="3号窗口")
    consented(home, asker, request, issued(home, licence("营-1")))
    notices_sent(asker)

    look = the_look(home)

    assert ("3号窗口", "valid") == (look["window"], look["verdict"])
    assert {"名称", "法定代表人", "成立日期"} == set(look["fields"])


def test_a_sealed_code_that_is_checked_online_is_a_look(home, asker):
    """It is redeemed at its own hub, which tells its face."""
    scan(asker, sealed(home, issued(home, licence("营-1"))))

    assert asker.hub.region == the_look(home)["region"]


def test_what_is_not_told_is_no_look(home, asker):
    """A code for another matter, a code for a matter that takes a request, a preview: nothing was seen."""
    certificate = issued(home, licence("营-1"))
    scan(asker, ticket(home, certificate), matter=LAND)
    choice = Choice((TicketItem(certificate),), Mode.TICKET, FOOD)
    scan(asker, show(choice, by=home.holder, hub=home.hub).code, matter=BUSINESS)

    assert [] == seen_looks(home)
    assert {} == waiting(asker)


def test_the_same_scan_again_is_one_look(home, asker):
    """A counter that got no answer asks again under the same id."""
    code = ticket(home, issued(home, licence("营-1")))
    for _ in range(2):
        scan(asker, code, verification_id="the-same-id-again")

    assert 1 == len(seen_looks(home))


def test_each_holder_of_a_certificate_sees_the_look(home):
    """A marriage certificate has two; the one who did not show it sees who looked, too."""
    report = scan(home, ticket(home, issued(home, marriage("婚-1"))))
    spouse = another_holder(home)

    [mine], [theirs] = seen_looks(home), seen_looks(home, spouse.holder)

    assert mine["id"] == theirs["id"]
    assert report["items"][0]["kind"] == theirs["kind"]


def test_nobody_else_sees_a_look(home, asker):
    """Whoever holds nothing of it finds none, and cannot object to it."""
    looked_at(home, asker)
    stranger = another_holder(home)

    assert [] == seen_looks(home, stranger.holder)
    with pytest.raises(NotFound):
        looks.dispute(the_look(home)["id"], None, by=stranger.holder, hub=home.hub)
    assert [] == seen_disputes(home, home.operator)


def test_looks_are_read_page_by_page(home, clock):
    """Newest first, and no look twice."""
    ids = [issued(home, licence(f"营-{n}")) for n in range(3)]
    for one in ids:
        scan(home, ticket(home, one))
        clock.pass_(seconds=1)

    first, cursor = looks.looks(limit=2, before=None, by=home.holder, hub=home.hub)
    second, end = looks.looks(limit=2, before=cursor, by=home.holder, hub=home.hub)

    assert (2, 1, None) == (len(first), len(second), end)
    times = [one["at"] for one in (*first, *second)]
    assert sorted(times, reverse=True) == times
    with pytest.raises(BadRequest):
        looks.looks(limit=2, before="no cursor", by=home.holder, hub=home.hub)


def test_what_the_clerk_says_in_the_end_reaches_the_holder(home, asker):
    """Not the person: the holder reads it; the note stays where it was written."""
    verification = looked_at(home, asker)

    outcome.conclude(verification, Result.NOT_THE_PERSON, "不像", by=asker.clerk, hub=asker.hub)
    notices_sent(asker)

    assert "not_the_person" == the_look(home)["result"]
    assert not any("不像".encode() in body for _, body, _ in home.wire.sent)


def test_a_dispute_reaches_operator_agency_and_whoever_looked(home, asker):
    """With a deadline; the note and the certificate stay at home."""
    looked_at(home, asker)
    look = the_look(home)

    made = looks.dispute(look["id"], "我没有去过", by=home.holder, hub=home.hub)
    notices_sent(home)

    assert "open" == made["state"]
    [at_operator] = seen_disputes(home, home.operator)
    [at_agency] = seen_disputes(home, home.agency)
    [at_asker] = seen_disputes(asker, asker.operator)
    assert ("我没有去过", None) == (at_operator["note"], at_operator["certificate_id"])
    assert at_agency["certificate_id"]
    assert (look["id"], look["office"], look["window"]) == tuple(
        at_asker[name] for name in ("id", "office", "window")
    )
    assert made["due_at"] == at_operator["due_at"] == at_asker["due_at"]
    assert [asker is home, True] == [at_operator["may_settle"], at_asker["may_settle"]]
    assert not any("我没有去过".encode() in body for _, body, _ in home.wire.sent)
    assert 1 == len(events_of(home, "look.disputed"))
    assert (made["state"], True) == (the_look(home)["dispute"]["state"], the_look(home)["disputed"])


def test_the_same_objection_again_is_one_dispute(home, asker):
    """Whoever presses twice objects once."""
    looked_at(home, asker)
    look = the_look(home)

    first = looks.dispute(look["id"], None, by=home.holder, hub=home.hub)
    again = looks.dispute(look["id"], "noch einmal", by=home.holder, hub=home.hub)
    notices_sent(home)

    assert first == again
    assert 1 == len(seen_disputes(asker, asker.operator))
    assert 1 == len(events_of(home, "look.disputed"))


def test_what_was_found_reaches_the_holder(home, asker):
    """Settled once, where it was looked; the holder reads the finding and not the note."""
    looked_at(home, asker)
    looks.dispute(the_look(home)["id"], None, by=home.holder, hub=home.hub)
    notices_sent(home)
    [waits] = seen_disputes(asker, asker.operator)

    settled = disputes.settle(
        home.hub.region, waits["id"], Settlement.JUSTIFIED, "窗口误扫", by=asker.operator, hub=asker.hub
    )
    notices_sent(asker)

    assert ("settled", "justified", False) == (settled["state"], settled["finding"], settled["may_settle"])
    assert ("settled", "justified") == tuple(the_look(home)["dispute"][name] for name in ("state", "finding"))
    assert ["settled"] == [one["state"] for one in seen_disputes(home, home.agency)]
    assert 1 == len(events_of(asker, "dispute.settled"))
    assert not any("窗口误扫".encode() in body for _, body, _ in home.wire.sent)
    with pytest.raises(Conflict) as twice:
        disputes.settle(
            home.hub.region, waits["id"], Settlement.UNCLEAR, None, by=asker.operator, hub=asker.hub
        )
    assert "DISPUTE_SETTLED" == twice.value.code


def test_the_side_that_did_not_look_settles_nothing(home, other):
    """The operator at home sees it and waits for the other region; an agency of others does not see it."""
    looked_at(home, other)
    look = the_look(home)
    looks.dispute(look["id"], None, by=home.holder, hub=home.hub)
    stranger = replace(home.agency, agencies=("11420799MB99990413",))

    with pytest.raises(Conflict) as elsewhere:
        disputes.settle(home.hub.region, look["id"], Settlement.UNCLEAR, None, by=home.operator, hub=home.hub)
    with pytest.raises(NotFound):
        disputes.settle(home.hub.region, look["id"], Settlement.UNCLEAR, None, by=stranger, hub=home.hub)

    assert "DISPUTE_ELSEWHERE" == elsewhere.value.code
    assert [] == seen_disputes(home, stranger)
    assert "open" == the_look(home)["dispute"]["state"]


def test_a_dispute_is_overdue_once_its_time_has_passed(home, clock):
    """Ten days; one second later it is marked."""
    looked_at(home, home)
    looks.dispute(the_look(home)["id"], None, by=home.holder, hub=home.hub)
    clock.pass_(seconds=ANSWER_WITHIN.total_seconds())
    [before] = seen_disputes(home, home.operator)
    clock.pass_(seconds=1)
    [after] = seen_disputes(home, home.operator)

    assert [False, True] == [before["is_overdue"], after["is_overdue"]]


def test_notices_wait_while_the_other_side_is_down(home, other):
    """Both ways; each is told once it answers again, and once."""
    scan(other, ticket(home, issued(home, licence("营-1"))))
    home.wire.down = {home.hub.region}
    notices_sent(other)
    assert {home.hub.region: 1} == waiting(other)
    assert None is the_look(home)["verdict"]

    [there] = switch.others(hub=other.hub)
    assert 1 == there.waiting
    home.wire.down = set()
    notices_sent(other)
    assert ({}, "valid") == (waiting(other), the_look(home)["verdict"])

    looks.dispute(the_look(home)["id"], None, by=home.holder, hub=home.hub)
    home.wire.down = {other.hub.region}
    notices_sent(home)
    assert [] == seen_disputes(other, other.operator)
    home.wire.down = set()
    notices_sent(home, home)
    assert 1 == len(seen_disputes(other, other.operator))


def test_a_region_that_is_stopped_is_told_nothing_and_tells_nothing(home, other):
    """On either side; what waits is told once it is resumed."""
    scan(other, ticket(home, issued(home, licence("营-1"))))
    switch.switch(other.hub.region, is_stopped=True, reason=None, by=home.operator.key, hub=home.hub)
    notices_sent(other)
    assert ({home.hub.region: 1}, None) == (waiting(other), the_look(home)["verdict"])

    looks.dispute(the_look(home)["id"], None, by=home.holder, hub=home.hub)
    notices_sent(home)
    assert {other.hub.region: 1} == waiting(home)

    switch.switch(other.hub.region, is_stopped=False, reason=None, by=home.operator.key, hub=home.hub)
    notices_sent(other, home)
    assert ({}, {}, "valid") == (waiting(other), waiting(home), the_look(home)["verdict"])


def test_a_notice_that_nobody_took_lapses(home, other, clock):
    """After seven days it is no longer sent."""
    scan(other, ticket(home, issued(home, licence("营-1"))))
    clock.pass_(seconds=kept.LIFE.total_seconds())
    notices_sent(other)

    assert {} == waiting(other)
    assert None is the_look(home)["verdict"]


def test_notices_that_ended_are_forgotten_and_one_that_waits_is_not(home, other, clock):
    """Thirty days after their life, by a time that somebody measured; what the clerk says then still reaches home."""
    verification = looked_at(home, other)
    home.wire.down, clerk, holder = {home.hub.region}, other.clerk, home.holder
    with other.hub.writing() as unit:
        kept.leave(unit, home.hub.region, NoticeKind.OUTCOME, "waits", {"result": "confirmed"})

    def rows() -> list[str]:
        with other.hub.reading() as unit:
            found = unit.sql.exec_driver_sql("SELECT verification FROM notice ORDER BY verification")
            return [one for (one,) in found if one in {verification, "waits"}]

    clock.pass_(seconds=(kept.LIFE + kept.REMEMBERED).total_seconds())
    sweep(other.hub)
    assert sorted([verification, "waits"]) == rows()
    clock.pass_(seconds=1)
    sweep(other.hub)
    assert ["waits"] == rows()

    home.wire.down = set()
    outcome.conclude(verification, Result.CONFIRMED, None, by=clerk, hub=other.hub)
    notices_sent(other)
    assert ["confirmed"] == [one["result"] for one in seen_looks(home, holder)]


def test_notices_that_wait_are_counted_without_being_read(home, other):
    """It stands in the transaction that stops a region: a number by region, and no body of a notice."""
    for number in range(3):
        scan(other, ticket(home, issued(home, licence(f"营-{number}"))))
    statements: list[str] = []
    with other.hub.reading() as unit:
        event.listen(unit.sql, "before_cursor_execute", lambda *call: statements.append(call[2]))
        counted = kept.count_waiting(unit)

    assert {home.hub.region: 3} == counted
    assert [False] == ["sealed" in one for one in statements]


def test_a_notice_is_taken_once(home, other):
    """The same bytes again, and other bytes under the same id, change nothing."""
    verification = looked_at(home, other)
    first = said(home, other, verification)
    notices.take(first, hub=home.hub)
    again = notices.take(first, hub=home.hub)
    other_body = {"verdict": "valid", "code": "OK", "materials": None}
    notices.take(said(home, other, verification, body=other_body), hub=home.hub)

    assert {"taken": True} == again
    assert ("invalid", "REVOKED") == (the_look(home)["verdict"], the_look(home)["code"])
    assert 2 == len(events_of(home, "notice.taken"))  # the real one, and the first of these


def test_a_region_speaks_of_its_own_looks_alone(home, other):
    """What a region says of a look that another made is about nothing."""
    report = scan(home, ticket(home, issued(home, licence("营-1"))))
    verification = str(report["verification_id"])

    assert {"refused": "NOT_FOUND"} == notices.take(said(home, other, verification), hub=home.hub)
    assert "valid" == the_look(home)["verdict"]
    assert [] == events_of(home, "notice.taken")


@pytest.mark.parametrize("kind", [NoticeKind.DISPUTE, NoticeKind.SETTLEMENT])
def test_a_notice_about_nothing_of_ours_is_refused(home, other, kind):
    """A dispute of a verification, and a settlement of a dispute, that are not there."""
    body = {"dispute": "B" * 26} | (
        {"due_at": 1_900_000_000} if kind is NoticeKind.DISPUTE else {"finding": "unclear"}
    )
    token = said(home, other, "no-such-verification", kind=kind, body=body)

    assert {"refused": "NOT_FOUND"} == notices.take(token, hub=home.hub)
    assert [] == seen_disputes(home, home.operator)


def test_another_region_settles_no_dispute_of_a_look_that_was_made_at_home(home, other):
    """Whoever looked settles, and nobody else."""
    verification = looked_at(home, home)
    look = the_look(home)
    looks.dispute(look["id"], None, by=home.holder, hub=home.hub)
    body = {"dispute": look["id"], "finding": "not_justified"}
    token = said(home, other, verification, kind=NoticeKind.SETTLEMENT, body=body)

    assert {"refused": "NOT_FOUND"} == notices.take(token, hub=home.hub)
    assert "open" == the_look(home)["dispute"]["state"]


def test_a_notice_that_is_not_for_us_or_not_of_now_is_refused(home, other, clock):
    """Meant for somebody else, signed by somebody else, of tomorrow, or older than it lives."""
    verification = looked_at(home, other)
    now = int(clock.now().timestamp())
    wrong = {
        "for another region": said(home, other, verification, receiver="110000"),
        "in another region's name": said(home, other, verification, sender="110000"),
        "of tomorrow": said(home, other, verification, issued_at=now + 3600, expires=now + 7200),
        "over": said(home, other, verification, issued_at=now - 600, expires=now - 1),
        "not a notice": b"a.b.c",
    }
    for what, token in wrong.items():
        with pytest.raises(BadRequest):
            notices.take(token, hub=home.hub)
        assert "valid" == the_look(home)["verdict"], what


def test_a_look_that_was_altered_in_the_table_is_not_shown(home):
    """Who writes the database alone makes no look, and no verdict of one."""
    looked_at(home, home)
    with home.hub.writing() as unit:
        unit.sql.exec_driver_sql("UPDATE look SET region = '110000'")

    assert [] == seen_looks(home)


def test_looks_and_notices_tell_nobodys_name(home, other):
    """What crosses between the hubs after a look holds no value of the certificate, and no name."""
    looked_at(home, other)
    looks.dispute(the_look(home)["id"], None, by=home.holder, hub=home.hub)
    before = len(home.wire.sent)
    notices_sent(home)
    [waits] = seen_disputes(other, other.operator)
    disputes.settle(
        home.hub.region, waits["id"], Settlement.NOT_JUSTIFIED, None, by=other.operator, hub=other.hub
    )
    notices_sent(other)

    sent = home.wire.sent[before:]
    assert 2 == len(sent)
    for _, body, _ in sent:
        text = str(jws.parse(body, notice.TYP).payload)
        assert not any(word in text for word in ("张演示", "示例小面馆", "9242", "营-1", home.holder.key))


def test_an_account_that_holds_nothing_sees_no_looks(home):
    """A clerk's is one."""
    assert Role.CLERK is home.clerk.role
    with pytest.raises(Exception, match="holds nothing"):
        seen_looks(home, home.clerk)


def test_due_is_ten_days(home):
    """The deadline that the holder reads is the one that the law gives for a check of shared data."""
    assert timedelta(days=10) == ANSWER_WITHIN
