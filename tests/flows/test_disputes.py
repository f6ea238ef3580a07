"""Disputes are listed page by page, each to whom it concerns; a region disputes looks at what it keeps alone."""

import json
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from certhub_verifier.formats.exchange.notice import NoticeKind, Settlement
from sqlalchemy import event, select, update

from certhub.db.columns import table_of
from certhub.errors import BadRequest, Unavailable
from certhub.flows.people import disputes, looks
from certhub.flows.verification import notices
from certhub.flows.verification.filing import VerificationRequest
from certhub.flows.verification.verify import verify
from certhub.people.looks import store
from certhub.people.looks.store import DisputeDetail, DisputeFile, DisputePlace, DisputeState
from certhub.verification.receipts import store as receipts
from certhub.verification.receipts.tables import VerificationRow
from tests.support.looks import events_of, looked_at, notices_sent, said, seen_disputes, the_look
from tests.support.peers import ForgetfulWire, asked_through
from tests.support.plug import PulledPlug, cut
from tests.support.region import Region, make_regions, with_step
from tests.support.requests import consented, falls_silent, opened
from tests.support.story import BUSINESS, issued, licence, ticket

THIRD = "110000"
TAKEN, REFUSED = {"taken": True}, {"refused": "NOT_FOUND"}


def filed(
    region: Region, *ids: str, home: str = THIRD, agency: str = "", due: timedelta = timedelta(days=1)
) -> None:
    """Put disputes about looks of this region on record."""
    with region.hub.writing() as unit:
        for one in ids:
            opened_at, due_at = unit.now, unit.now + due
            detail = DisputeDetail(office="一号大厅", window="1号窗口", matter="PLACEHOLDER-901")
            looker = region.hub.region
            made = DisputeFile(
                home, one, looker, "v" * 26, agency, opened_at, due_at, DisputeState.OPEN, detail
            )
            assert store.open_dispute(unit, made)


def many(count: int, letter: str = "F") -> list[str]:
    """So many ids of disputes."""
    return [f"{letter}{n:025}" for n in range(count)]


def pages(region: Region, by: Any, limit: int) -> list[list[str]]:
    """The ids of all disputes that an account sees, page by page."""
    found, cursor = [], None
    while True:
        page = disputes.disputes(limit=limit, after=cursor, by=by, hub=region.hub)
        found.append([one["id"] for one in page["items"]])
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def objected(home: Region) -> str:
    """A dispute of 张演示 about a look at home; its id."""
    looked_at(home, home)
    look = str(the_look(home)["id"])
    looks.dispute(look, None, by=home.holder, hub=home.hub)
    return look


def test_disputes_of_others_hide_none_of_an_agencys_own(home):
    """However many of another agency, and of other regions, are due before it."""
    look = objected(home)
    filed(home, *many(120))
    filed(home, *many(120, "A"), agency="11420799MB9999999X", home=home.hub.region)

    page = disputes.disputes(limit=100, after=None, by=home.agency, hub=home.hub)

    assert [look] == [one["id"] for one in page["items"]]
    assert (None, 1, 0) == (page["next_cursor"], page["waiting"], page["overdue"])


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_disputes_are_read_page_by_page(home, limit):
    """None twice and none left out: those that wait first, the one due first at the top, also where days are alike."""
    filed(home, *many(3, "B"), due=timedelta(days=2))
    filed(home, *many(2, "A"), due=timedelta(days=3))
    filed(home, *many(1, "B"), home="120000", due=timedelta(days=2))
    first = many(3, "B")[0]
    disputes.settle(THIRD, first, Settlement.UNCLEAR, None, by=home.operator, hub=home.hub)

    read = pages(home, home.operator, limit)

    assert [*many(3, "B")[1:], first, *many(2, "A"), first] == [one for page in read for one in page]
    assert all(len(page) <= limit for page in read)


def test_agencies_of_one_account_share_a_page(home):
    """In one order, whichever agency a dispute is about."""
    one, other = home.agency.agencies[:2]
    filed(home, many(3)[0], agency=one, due=timedelta(days=1))
    filed(home, many(3)[1], agency=other, due=timedelta(days=2))
    filed(home, many(3)[2], agency=one, due=timedelta(days=3))

    assert [many(3)[:2], many(3)[2:]] == pages(home, home.agency, 2)


def test_a_dispute_that_is_settled_meanwhile_hides_none_that_follows(home):
    """The cursor says where the page ended, not what stands there now."""
    filed(home, *many(3))
    page = disputes.disputes(limit=1, after=None, by=home.operator, hub=home.hub)
    disputes.settle(THIRD, many(1)[0], Settlement.UNCLEAR, None, by=home.operator, hub=home.hub)

    rest = disputes.disputes(limit=100, after=page["next_cursor"], by=home.operator, hub=home.hub)

    assert [*many(3)[1:], many(1)[0]] == [one["id"] for one in rest["items"]]
    assert 2 == rest["waiting"]


def test_what_waits_and_what_is_late_is_counted_of_all(home, clock):
    """Not of the page: more may wait than stand on it."""
    filed(home, *many(3))
    filed(home, *many(2, "L"), due=timedelta(hours=1))
    clock.pass_(hours=2)

    page = disputes.disputes(limit=1, after=None, by=home.operator, hub=home.hub)

    assert (5, 2) == (page["waiting"], page["overdue"])


def test_rows_that_are_not_ours_end_no_list(home):
    """Who writes the database alone puts no dispute into the list, and none that follows goes out of it."""
    filed(home, *many(3))
    with home.hub.writing() as unit:
        unit.sql.exec_driver_sql(f"UPDATE dispute SET verification = 'x' WHERE id <> '{many(3)[2]}'")

    assert [[], [], [many(3)[2]]] == pages(home, home.operator, 1)


@pytest.mark.parametrize(
    "cursor",
    ["", "open", "open.1.420700", "shut.1.420700." + "A" * 26, f"open.{'9' * 18}.420700." + "A" * 26,
     "open.1.420700.\0" + "A" * 26, "open.١.420700." + "A" * 26, "A" * 32],
)  # fmt: skip
def test_a_cursor_that_nobody_was_given_is_refused(home, cursor):
    """With a code of its own."""
    with pytest.raises(BadRequest) as refused:
        disputes.disputes(limit=1, after=cursor, by=home.operator, hub=home.hub)

    assert "CURSOR_UNKNOWN" == refused.value.code


@pytest.mark.parametrize("agencies", [None, ("11420799MB99990413", "11420799MB99990765")])
def test_a_page_of_disputes_goes_by_an_index(tmp_path, agencies):
    """No statement reads the table from end to end or sorts it: for an operator, for agencies, on any page."""
    plans: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("SELECT"):
            rows = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[-1] for row in rows)

    with (
        make_regions(tmp_path) as (home, _),
        home.hub.reading() as unit,
    ):  # on SQLite, which says how it reads
        event.listen(unit.sql, "before_cursor_execute", explain)
        store.disputes(unit, agencies, limit=10)
        store.disputes(unit, agencies, limit=10, after=DisputePlace("open", unit.now, THIRD, many(1)[0]))
        store.count_disputes(unit, agencies)

    assert plans
    assert [] == [plan for plan in plans if plan == "SCAN dispute" or "TEMP B-TREE" in plan]


def test_a_dispute_is_named_by_its_home_and_its_id(home):
    """Another region may have one of the same id, which it chose: each is settled under its own name."""
    look = objected(home)
    filed(home, look)

    ours = disputes.settle(home.hub.region, look, Settlement.JUSTIFIED, None, by=home.agency, hub=home.hub)
    states = {one["home"]: one["state"] for one in seen_disputes(home, home.operator)}
    theirs = disputes.settle(THIRD, look, Settlement.UNCLEAR, None, by=home.operator, hub=home.hub)

    assert {home.hub.region: "settled", THIRD: "open"} == states
    assert (home.hub.region, "justified") == (ours["home"], ours["finding"])
    assert (THIRD, "unclear") == (theirs["home"], theirs["finding"])
    assert "justified" == the_look(home)["dispute"]["finding"]


def disputed(
    home: Region, other: Region, verification: str, *, named: str = "B" * 26, **body: object
) -> bytes:
    """A dispute of the other region about a verification of this one, signed; each under an id of its own."""
    due_at = int((home.clock.now() + timedelta(days=3)).timestamp())
    told = {"dispute": named, "due_at": due_at, **body}
    jti = f"J{named[1:]}"
    return said(home, other, verification, kind=NoticeKind.DISPUTE, body=told, jti=jti)


def test_a_region_disputes_no_look_at_what_it_does_not_keep(home, other):
    """Whoever knows the id of a verification at home objects to nothing by it: refused, and nothing is told."""
    verification = looked_at(home, home)

    assert REFUSED == notices.take(disputed(home, other, verification), hub=home.hub)
    assert [] == seen_disputes(home, home.operator)
    assert [] == events_of(home, "notice.taken")


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [(timedelta(days=3), timedelta(days=3)), (timedelta(days=3650), timedelta(days=10)),
     (timedelta(days=-365), timedelta(0)), (timedelta(days=365 * 7000), timedelta(days=10))],
)  # fmt: skip
def test_a_day_that_another_region_sets_is_within_ours(other, home, theirs, ours):
    """Never later than ten days, and never past when it comes: here 武汉 looked, and 鄂州 objects."""
    verification = looked_at(home, other)
    due = int((other.clock.now() + theirs).timestamp())

    assert TAKEN == notices.take(disputed(other, home, verification, due_at=due), hub=other.hub)

    [made] = seen_disputes(other, other.operator)
    assert (other.clock.now() + ours).replace(microsecond=0) == datetime.fromisoformat(made["due_at"])


def test_a_verification_is_disputed_as_often_as_certificates_were_seen(other, home):
    """Once for each; the same dispute again is the one of before, and one more is refused."""
    verification = looked_at(home, other)
    first, second = ("B" * 26, "C" * 26)
    taken = [
        notices.take(disputed(other, home, verification, named=one), hub=other.hub) for one in (first, second)
    ]
    again = disputed(other, home, verification, named=first, due_at=1_900_000_000)

    assert [TAKEN, REFUSED] == taken
    assert TAKEN == notices.take(again, hub=other.hub)
    assert [first] == [one["id"] for one in seen_disputes(other, other.operator)]


@pytest.mark.parametrize("is_filed", [True, False])
def test_a_look_whose_answer_was_lost_can_be_disputed(home, other, is_filed):
    """It was told at home, and the hub that asked knows only whom it asked: filed without an answer, or not at all."""
    code = ticket(home, issued(home, licence("营-1")))
    asks = asked_through(other, ForgetfulWire(other.wire, loses=2)) if is_filed else cut(other, "verify:4")
    with nullcontext() if is_filed else pytest.raises(PulledPlug):
        verify(VerificationRequest(code, BUSINESS, "1号窗口"), by=other.clerk, hub=asks)

    looks.dispute(the_look(home)["id"], None, by=home.holder, hub=home.hub)
    notices_sent(home)

    [waits] = seen_disputes(other, other.operator)
    assert (BUSINESS, "1号窗口", True) == (waits["matter"], waits["window"], waits["may_settle"])


def test_ten_looks_are_disputed_where_nobody_knows_how_many_there_were(home, other):
    """What a holder shows at a time, and no more."""
    verification = "lost-on-the-way"
    with other.hub.writing() as unit:
        question = {"matter": BUSINESS, "purpose": "verify", "window": "1号窗口", "case": None}
        clerk, region = other.clerk.key, home.hub.region
        receipts.ask(unit, verification, clerk=clerk, code_hash=b"0" * 32, question=question, peer=region)
    taken = [notices.take(disputed(other, home, verification, named=one), hub=other.hub) for one in many(12)]

    assert [TAKEN] * 10 + [REFUSED] * 2 == taken
    assert 10 == len(seen_disputes(other, other.operator))


def test_a_request_whose_answer_never_came_is_disputed_by_whom_it_was_given_to(home, other):
    """The holder consented, and the counter heard nothing of it; what was given to nobody, nobody disputes."""
    request, free = opened(other, window="3号窗口"), opened(other)
    certificate = issued(home, licence("营-1"))
    cut_off = replace(home, hub=with_step(home, falls_silent(home, other)))
    with pytest.raises(Unavailable):
        consented(cut_off, other, request, certificate)
    home.wire.down.clear()

    looks.dispute(the_look(home)["id"], None, by=home.holder, hub=home.hub)
    notices_sent(home)
    refused = notices.take(disputed(other, home, free.request_id), hub=other.hub)

    [waits] = seen_disputes(other, other.operator)
    assert ("3号窗口", REFUSED) == (waits["window"], refused)


@pytest.mark.parametrize(("place", "reply"), [("other", TAKEN), ("home", REFUSED)])
def test_what_the_release_before_filed_can_be_disputed(home, other, place, reply):
    """Its row names no region that was asked; the receipt says whether one was: 鄂州 shows, 武汉 or 鄂州 looks."""
    counter, objecting = (other, home) if place == "other" else (home, other)
    verification = looked_at(home, counter)
    with counter.hub.writing() as unit:
        table = table_of(VerificationRow)
        [row] = unit.sql.execute(select(table).where(table.c.id == verification))
        plain = json.loads(unit.vault.open("verification", verification, row.sealed))
        del plain["peer"]
        sealed = unit.vault.seal("verification", verification, json.dumps(plain).encode())
        unit.sql.execute(update(table).where(table.c.id == verification).values(sealed=sealed))

    assert reply == notices.take(disputed(counter, objecting, verification), hub=counter.hub)
