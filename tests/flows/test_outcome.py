"""How a verification ended is a deed on record: who, when, what; the history is only added to."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import update

from certhub.db.columns import table_of
from certhub.errors import BadRequest, NotFound
from certhub.flows.verification import outcome, results
from certhub.history.events import store as history
from certhub.setup.health import all_checks
from certhub.verification.receipts import outcomes
from certhub.verification.receipts import store as receipts
from certhub.verification.receipts.result import Result
from certhub.verification.receipts.tables import OutcomeRow
from tests.support.region import Region
from tests.support.story import food, issued, licence, scan, ticket

NOTE = "照面与申请表不一致，经办人诸葛紫嫣"


def verified(region: Region, name: str = "a") -> str:
    """Scan a licence; return the verification's id."""
    report = scan(region, ticket(region, issued(region, licence(f"终-{name}"))), case_number="案-7")
    return str(report["verification_id"])


def entries(region: Region, vid: str) -> list[tuple[str, str | None]]:
    """Every outcome on record."""
    with region.hub.reading() as unit:
        return [(one.result.value, one.note) for one in outcomes.history(unit, vid)]


def told_of(region: Region, vid: str) -> list[dict[str, object]]:
    """The bodies of the events, oldest first."""
    with region.hub.reading() as unit:
        found = history.events(unit, subject=vid, type_="verification.concluded")
    return sorted((dict(one.body) for one in found), key=lambda body: int(str(body["number"])))


@pytest.mark.parametrize("result", Result)
def test_an_outcome_is_on_record_with_its_event(home, clock, result):
    """The row and the event are there, the event without the note; the report and the receipt stay as they were."""
    vid = verified(home)
    report, receipt = (f(vid, by=home.clerk, hub=home.hub) for f in (results.stored, results.receipt))
    clock.pass_(seconds=9)

    said = outcome.conclude(vid, result, NOTE, by=home.clerk, hub=home.hub)

    expected = {
        "verification_id": vid,
        "result": result.value,
        "note": NOTE,
        "at": "2026-11-24T17:41:09+08:00",
    }
    assert expected == said
    assert [(result.value, NOTE)] == entries(home, vid)
    assert [{"result": result.value, "number": 1, "has_note": True}] == told_of(home, vid)
    assert report == results.stored(vid, by=home.clerk, hub=home.hub)
    assert receipt == results.receipt(vid, by=home.clerk, hub=home.hub)


def test_the_same_result_again_adds_nothing(home, clock):
    """A counter that got no answer asks again: one entry, one event, the time of the first."""
    vid = verified(home)
    first = outcome.conclude(vid, Result.REPORTED, NOTE, by=home.clerk, hub=home.hub)
    clock.pass_(seconds=30)

    again = outcome.conclude(vid, Result.REPORTED, NOTE, by=home.clerk, hub=home.hub)
    without_note = outcome.conclude(vid, Result.REPORTED, None, by=home.clerk, hub=home.hub)

    assert first == again == without_note
    assert 1 == len(entries(home, vid)) == len(told_of(home, vid))


def test_another_note_is_not_lost(home):
    """The same result with more to say about it is one more entry."""
    vid = verified(home)
    for note in (None, "先无照片", "后来发现印章也不对"):
        outcome.conclude(vid, Result.REPORTED, note, by=home.clerk, hub=home.hub)

    assert [("reported", None), ("reported", "先无照片"), ("reported", "后来发现印章也不对")] == entries(
        home, vid
    )


def test_a_second_thought_counts_and_the_first_stays(home):
    """Confirmed, then seen to be another person, then reported: the newest counts, all three are on record."""
    vid = verified(home)
    for result in (Result.CONFIRMED, Result.NOT_THE_PERSON, Result.REPORTED):
        outcome.conclude(vid, result, None, by=home.clerk, hub=home.hub)

    assert ["confirmed", "not_the_person", "reported"] == [result for result, _ in entries(home, vid)]
    assert [1, 2, 3] == [body["number"] for body in told_of(home, vid)]
    assert "reported" == outcome.latest(limit=10, by=home.clerk, hub=home.hub)[0]["outcome"]


def test_a_second_thought_can_be_taken_back(home):
    """A result that was said before, but does not count any more, is said anew."""
    vid = verified(home)
    for result in (Result.CONFIRMED, Result.REPORTED, Result.CONFIRMED):
        outcome.conclude(vid, result, None, by=home.clerk, hub=home.hub)

    assert ["confirmed", "reported", "confirmed"] == [result for result, _ in entries(home, vid)]


def test_another_clerks_verification_is_not_there(home):
    """Neither to be concluded nor listed; nothing is written."""
    vid, stranger = verified(home), replace(home.clerk, account=UUID(int=7))

    with pytest.raises(NotFound):
        outcome.conclude(vid, Result.CONFIRMED, None, by=stranger, hub=home.hub)
    assert [] == outcome.latest(limit=10, by=stranger, hub=home.hub)
    assert [] == entries(home, vid) == told_of(home, vid)


def test_what_was_asked_and_not_answered_has_no_outcome(home):
    """A verification without a report is not there yet."""
    with home.hub.writing() as unit:
        receipts.ask(unit, "asked-only", clerk=home.clerk.key, code_hash=b"\0" * 32, question={})

    with pytest.raises(NotFound):
        outcome.conclude("asked-only", Result.CONFIRMED, None, by=home.clerk, hub=home.hub)
    assert [] == outcome.latest(limit=10, by=home.clerk, hub=home.hub)


def test_the_latest_ten_are_told_newest_first_with_covered_names(home, clock):
    """A counter's list: time, verdict, kinds, covered name, window, case, and how each ended."""
    for n in range(11):
        clock.pass_(seconds=1)
        vid = verified(home, str(n))
    outcome.conclude(vid, Result.CONFIRMED, None, by=home.clerk, hub=home.hub)
    clock.pass_(seconds=1)
    scan(home, "https://pay.example/1")

    refused, newest, *rest = outcome.latest(limit=10, by=home.clerk, hub=home.hub)

    assert ("NOT_OUR_CODE", [], "", None) == tuple(refused[n] for n in ("code", "kinds", "holder", "outcome"))
    expected = {
        "verification_id": vid,
        "at": "2026-11-24T17:41:11+08:00",
        "verdict": "valid",
        "code": "OK",
        "kinds": [
            {"kind": "11100000MB0143028R001", "kind_name": "营业执照", "kind_name_en": "Business licence"}
        ],
        "holder": "示***馆",
        "matter": "PLACEHOLDER-901",
        "window": "1号窗口",
        "case_number": "案-7",
        "outcome": "confirmed",
    }
    assert expected == newest
    assert 8 == len(rest)
    assert {None} == {one["outcome"] for one in rest}


def test_the_operator_sees_what_was_reported(home, clock):
    """The inbox: which verification, when, at which office and window, what it had found, what the clerk wrote."""
    vid = verified(home)
    clock.pass_(seconds=60)
    outcome.conclude(vid, Result.REPORTED, NOTE, by=home.clerk, hub=home.hub)
    outcome.conclude(verified(home, "b"), Result.CONFIRMED, None, by=home.clerk, hub=home.hub)

    items, following = outcome.reported(limit=50, before=None, hub=home.hub)

    expected = {
        "verification_id": vid,
        "at": "2026-11-24T17:42:00+08:00",
        "note": NOTE,
        "outcome": "reported",
        "verified_at": "2026-11-24T17:41:00+08:00",
        "verdict": "valid",
        "code": "OK",
        "matter": "PLACEHOLDER-901",
        "office": home.clerk.office,
        "window": "1号窗口",
    }
    assert ([expected], None) == (items, following)


def test_the_inbox_is_read_page_by_page_and_keeps_what_was_thought_better_of(home, clock):
    """Newest first, no report left out or told twice; one that the clerk took back says what counts now."""
    vids = []
    for n in range(5):
        clock.pass_(seconds=1)
        vids.append(verified(home, str(n)))
        outcome.conclude(vids[-1], Result.REPORTED, None, by=home.clerk, hub=home.hub)
    outcome.conclude(vids[0], Result.CONFIRMED, None, by=home.clerk, hub=home.hub)
    read, cursor = [], None
    for _ in range(3):
        items, cursor = outcome.reported(limit=2, before=cursor, hub=home.hub)
        read += items

    assert vids[::-1] == [one["verification_id"] for one in read]
    assert ["reported"] * 4 + ["confirmed"] == [one["outcome"] for one in read]
    assert cursor is None
    with pytest.raises(BadRequest) as refused:
        outcome.reported(limit=2, before="x", hub=home.hub)
    assert "CURSOR_UNKNOWN" == refused.value.code


FORGED = {
    "another result": {"result": "confirmed"},
    "another time": {"at": datetime(2026, 11, 20, tzinfo=UTC)},
    "another id": {"id": UUID(int=7)},
    "another blob": {"sealed": b"\1" * 60},
    "no blob": {"sealed": b""},
}


def rows_light(region: Region) -> tuple[bool, str]:
    """Whether the operator's check of the rows is green, and what it says."""
    [found] = [one for one in all_checks(region.hub) if one.check == "rows"]
    return found.ok, found.says


@pytest.mark.parametrize("forged", FORGED)
def test_an_outcome_that_was_rewritten_in_the_table_is_not_believed(home, forged, caplog):
    """Who writes in the database without keys cannot turn "not the person" into "confirmed", nor put it on another day.

    The clerk's list is there all the same, the row is counted, and what the clerk says next counts.
    """
    vid, row = verified(home), table_of(OutcomeRow)
    outcome.conclude(vid, Result.NOT_THE_PERSON, None, by=home.clerk, hub=home.hub)
    assert "not_the_person" == outcome.latest(limit=10, by=home.clerk, hub=home.hub)[0]["outcome"]
    assert rows_light(home)[0]
    with home.hub.writing() as unit:
        unit.sql.execute(update(row).values(**FORGED[forged]))

    assert [(vid, None)] == [
        (one["verification_id"], one["outcome"])
        for one in outcome.latest(limit=10, by=home.clerk, hub=home.hub)
    ]
    assert (False, True) == (rows_light(home)[0], "verification_outcome 1" in rows_light(home)[1])
    assert "a row of verification_outcome is not what was sealed" in caplog.text
    outcome.conclude(vid, Result.REPORTED, NOTE, by=home.clerk, hub=home.hub)
    assert [("reported", NOTE)] == entries(home, vid)


@pytest.mark.parametrize("forged", [name for name in FORGED if name != "another id"])
@pytest.mark.parametrize("at", [[0], [2], [4], [1, 2, 3], [0, 1, 2, 3]])
def test_a_row_that_was_altered_takes_no_other_report_away(home, clock, at, forged):
    """The operator's list goes on below it, page by page, with no report twice; what was made a report is none."""
    vids, row = [], table_of(OutcomeRow)
    for n in range(5):
        clock.pass_(seconds=1)
        vids.append(verified(home, str(n)))
        result = Result.CONFIRMED if n in at and "result" in FORGED[forged] else Result.REPORTED
        outcome.conclude(vids[-1], result, None, by=home.clerk, hub=home.hub)
    changes = FORGED[forged] | ({"result": "reported"} if "result" in FORGED[forged] else {})
    with home.hub.writing() as unit:
        for n in at:
            unit.sql.execute(update(row).where(row.c.verification == vids[n]).values(**changes))
    read, cursor, pages = [], None, 0
    while pages == 0 or cursor is not None:
        items, cursor = outcome.reported(limit=1, before=cursor, hub=home.hub)
        read, pages = read + items, pages + 1

    assert [vid for n, vid in reversed(list(enumerate(vids))) if n not in at] == [
        one["verification_id"] for one in read
    ]
    assert not rows_light(home)[0]


def test_an_outcome_of_before_is_read(home):
    """Its blob has neither id nor time: the columns say them, the result is sealed all the same."""
    vid, row = verified(home), table_of(OutcomeRow)
    outcome.conclude(vid, Result.REPORTED, NOTE, by=home.clerk, hub=home.hub)
    plain = json.dumps({"result": "reported", "note": NOTE}).encode()
    with home.hub.writing() as unit:
        old = unit.vault.seal("verification_outcome", f"{vid}/1", plain)
        unit.sql.execute(update(row).values(sealed=old))

    assert [("reported", NOTE)] == entries(home, vid)
    assert rows_light(home)[0]


def test_a_note_lies_sealed_and_nowhere_else(home, tmp_path, caplog):
    """What a clerk writes may name a person: it is in no file in clear, no event and no log."""
    vid = verified(home)
    outcome.conclude(vid, Result.REPORTED, NOTE, by=home.clerk, hub=home.hub)
    files = [path.read_bytes() for path in (tmp_path / "regions").rglob("*") if path.is_file()]

    assert not any(NOTE[-4:].encode() in content for content in files)
    assert NOTE not in json.dumps(told_of(home, vid), ensure_ascii=False)
    assert NOTE[-4:] not in caplog.text


def test_an_invalid_certificate_can_be_reported(home):
    """Any verification that was answered, whatever its verdict."""
    code = ticket(home, issued(home, food("终-食")))
    scan(home, code)
    vid = str(scan(home, code)["verification_id"])

    outcome.conclude(vid, Result.REPORTED, None, by=home.clerk, hub=home.hub)

    assert [("reported", None)] == entries(home, vid)
