"""A department's export is imported: good rows once, bad rows told, whatever happens in between."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from certhub.errors import HubError
from certhub.flows.records import import_
from certhub.flows.records.import_ import Tally, import_file
from certhub.history.events import store as history
from certhub.jobs.sweeping import VOID_AFTER, sweep
from certhub.records.certificates import store as certificates
from certhub.records.certificates.rules import State, Transition
from tests.support import named
from tests.support.exports import csv_file, row
from tests.support.plug import PulledPlug, cut
from tests.support.region import Region
from tests.support.story import FOOD, change, food, issued, scan, ticket, told

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "import"
FILES = sorted(FOLDER.glob("*.csv"))


def imported(region: Region, file: io.BufferedIOBase, *, check_only: bool = False) -> Tally:
    """Import a file in the agencies' name."""
    return import_file(file, "test.csv", by=region.agency, hub=region.hub, check_only=check_only)


def figures(tally: Tally) -> tuple[int, int, int, int]:
    """Rows, issued, existing, refused rows."""
    return tally.rows, tally.issued, tally.existing, len({fault.row for fault in tally.refused})


def stored(region: Region) -> int:
    """How many certificates there are."""
    with region.hub.reading() as unit:
        return certificates.count(unit)


def events(region: Region) -> int:
    """How many deeds were told."""
    with region.hub.reading() as unit:
        return len(history.events(unit, limit=100_000))


@pytest.mark.skipif(not FILES, reason="no ../shared/data/import beside the checkout")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_of_a_departments_file_exactly_the_faulty_rows_are_refused(home, path):
    """Each planted fault at its row, column and code; every other row issued."""
    planted = json.loads(path.with_name(path.name + ".faults.json").read_text())
    with path.open("rb") as file:
        tally = imported(home, file)

    expected = {(fault["row"], fault["column"], fault["fault"]) for fault in planted["faults"]}
    assert expected == {(fault.row, fault.column, fault.code) for fault in tally.refused}
    assert planted["rows"] == tally.rows
    assert planted["rows"] - len({row for row, _, _ in expected}) == tally.issued


@pytest.mark.skipif(not FILES, reason="no ../shared/data/import beside the checkout")
def test_five_hundred_licences_are_issued_once(home):
    """licence-clean.csv: 500 issued; again: 0 issued, 500 existing."""
    path = FOLDER / "licence-clean.csv"

    with path.open("rb") as file:
        assert (500, 500, 0, 0) == figures(imported(home, file))
    before = stored(home)
    with path.open("rb") as file:
        assert (500, 0, 500, 0) == figures(imported(home, file))
    assert before == stored(home)


def test_what_is_imported_is_valid(home):
    """An imported certificate walked the same stairs as any other."""
    imported(home, csv_file(row("食-1")))

    with home.hub.reading() as unit:
        [found] = [
            c for c in certificates.issued_by(unit, [named.MARKET], limit=50) if c.record.number == "食-1"
        ]
    assert State.ACTIVE is found.state
    assert ("valid", "OK") == told(scan(home, ticket(home, found.certificate_id, matter=FOOD), FOOD))


def test_bad_rows_are_told_by_line_column_and_cause_and_good_ones_issued(home):
    """The header is line 1; one bad row costs nobody else anything."""
    file = csv_file(
        row("食-1"), row("食-2", 持证主体代码="92420799MA99990139"), row("食-3", 经营项目=""), row("食-4")
    )

    tally = imported(home, file)

    assert (4, 2, 0, 2) == figures(tally)
    assert [(3, "持证主体代码", "USCC_CHECK_DIGIT"), (4, "经营项目", "REQUIRED_MISSING")] == [
        (fault.row, fault.column, fault.code) for fault in sorted(tally.refused, key=lambda f: f.row)
    ]


def test_the_summary_is_what_the_design_says(home):
    """rows, issued, existing, refused with row, column, code and message, in the file's order."""
    told_ = imported(home, csv_file(row("食-1", 经营项目=""), row("食-2", 经营项目=""))).to_dict()

    assert {"rows", "issued", "existing", "refused"} == set(told_)
    assert [2, 3] == [fault["row"] for fault in told_["refused"]]
    assert {"row", "column", "code", "message"} == set(told_["refused"][0])


def test_the_same_file_again_issues_nothing(home):
    """Existing is by agency, kind, number and contents."""
    file = csv_file(*(row(f"食-{n}") for n in range(30)))

    assert (30, 30, 0, 0) == figures(imported(home, file))
    file.seek(0)
    before = stored(home)
    assert (30, 0, 30, 0) == figures(imported(home, file))
    assert before == stored(home)


def test_a_number_that_is_stored_with_other_contents_is_refused(home):
    """What is stored stays; the row is told, at its number."""
    issued(home, food("食-1"))

    tally = imported(home, csv_file(row("食-1", 经营项目="冷食类食品制售")))

    assert [(2, "证照编号", "CONFLICT_WITH_STORED")] == [(f.row, f.column, f.code) for f in tally.refused]


def test_a_row_that_was_issued_by_hand_is_existing(home):
    """The same certificate, typed and exported, is one certificate."""
    draft = food("食-1")
    issued(home, replace(draft, claims=draft.claims | {"经营场所": "演示路8号"}))

    assert (1, 0, 1, 0) == figures(imported(home, csv_file(row("食-1"))))


def test_the_second_of_two_equal_rows_is_told_and_the_first_issued(home):
    """DUPLICATE_IN_FILE, at the number."""
    tally = imported(home, csv_file(row("食-1"), row("食-2"), row("食-1")))

    assert (3, 2, 0, 1) == figures(tally)
    assert ["DUPLICATE_IN_FILE"] == [fault.code for fault in tally.refused]


def test_a_row_of_an_agency_that_may_not_issue_the_kind_is_refused(home):
    """The trust list says who issues what."""
    tally = imported(home, csv_file(row("食-1", 证照颁发机构代码=named.CIVIL)))

    assert ["ISSUER_NOT_ENTITLED"] == [fault.code for fault in tally.refused]


def test_an_expired_row_is_issued_and_a_revoked_one_stays_revoked(home):
    """Old certificates are on record too; and an import brings nothing back that was taken away."""
    file = csv_file(row("食-1", 证照有效期截止日期="2025-01-04"))
    imported(home, file)
    with home.hub.reading() as unit:
        [found] = [
            c for c in certificates.issued_by(unit, [named.MARKET], limit=50) if c.record.number == "食-1"
        ]
    assert ("invalid", "EXPIRED") == told(scan(home, ticket(home, found.certificate_id)))

    change(home, found.certificate_id, Transition.REVOKE)
    file.seek(0)
    assert (1, 0, 1, 0) == figures(imported(home, file))
    assert ("invalid", "REVOKED") == told(scan(home, ticket(home, found.certificate_id)))


def test_check_only_predicts_and_writes_nothing(home):
    """The import that follows, foreseen as `would_issue`; not a row, an event or a slot is written before it."""
    issued(home, replace(food("食-1"), claims=food("食-1").claims | {"经营场所": "演示路8号"}))
    issued(home, food("食-2"))
    rows = [row("食-1"), row("食-2"), row("食-3"), row("食-4", 经营项目=""), row("食-3")]
    before = (stored(home), events(home))

    foreseen = imported(home, csv_file(*rows), check_only=True).to_dict()

    assert before == (stored(home), events(home))
    done = imported(home, csv_file(*rows)).to_dict()
    assert {**done, "issued": 0, "would_issue": done["issued"]} == foreseen
    assert (5, 1, 1, 3) == (
        foreseen["rows"],
        foreseen["would_issue"],
        foreseen["existing"],
        len(foreseen["refused"]),
    )


def test_progress_is_told_and_ends_at_the_number_of_rows(home):
    """The bar moves with every batch of 500 and reaches its end."""
    seen: list[int] = []
    file = csv_file(*(row(f"食-{n}") for n in range(510)))

    import_file(file, "x.csv", by=home.agency, hub=home.hub, progress=seen.append)

    assert sorted(seen) == seen
    assert (2, 510) == (len(set(seen)), seen[-1])


def test_one_event_tells_of_the_import(home):
    """The counts and the file's digest; never its contents."""
    imported(home, csv_file(row("食-1"), row("食-2", 经营项目="")))

    with home.hub.reading() as unit:
        [event] = history.events(unit, type_="import.finished")
    assert {"rows": 2, "issued": 1, "existing": 0, "refused": 1} == event.body
    assert 64 == len(event.subject)


@pytest.mark.parametrize(
    "step", ["import:2", "issue:2", "issue:3", "issue:5", "issue:6", "issue:7", "import:3"]
)
def test_an_import_that_was_killed_is_finished_by_the_next_run(home, clock, step):
    """Its rows are taken over when the lease has ended: none lost, none doubled."""
    rows = [row(f"食-{n}") for n in range(20)]
    before = stored(home)
    with pytest.raises(PulledPlug):
        import_file(csv_file(*rows), "x.csv", by=home.agency, hub=cut(home, step))
    clock.pass_(seconds=11)

    tally = imported(home, csv_file(*rows))

    assert 20 == tally.issued + tally.existing
    assert before + 20 == stored(home)
    with home.hub.reading() as unit:
        made = certificates.issued_by(unit, [named.MARKET], limit=50)
    assert {State.ACTIVE} == {c.state for c in made if c.record.number.startswith("食-")}


def test_rows_that_another_run_still_holds_are_waited_for(home, clock):
    """The first run hangs; the second waits, second by second, until the lease is over, and takes over."""
    with pytest.raises(PulledPlug):
        import_file(csv_file(row("食-1")), "x.csv", by=home.agency, hub=cut(home, "issue:4"))
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        clock.pass_(seconds=seconds)

    tally = import_file(csv_file(row("食-1")), "x.csv", by=home.agency, hub=home.hub, wait=wait)

    assert (1, 1, 0, 0) == figures(tally)
    assert 10 < sum(waited) < import_.TRIES


def test_rows_that_stay_held_are_told_as_in_flight(home):
    """Nobody waits for ever; the same file again finishes them."""
    with pytest.raises(PulledPlug):
        import_file(csv_file(row("食-1")), "x.csv", by=home.agency, hub=cut(home, "issue:4"))

    tally = imported(home, csv_file(row("食-1"), row("食-2")))

    assert (2, 1, 0, 1) == figures(tally)
    assert ["IN_FLIGHT"] == [fault.code for fault in tally.refused]


def test_a_killed_import_whose_rows_were_voided_can_be_run_again(home, clock):
    """The sweeper gave the numbers back; the next run issues them, under new identifiers."""
    rows = [row(f"食-{n}") for n in range(5)]
    with pytest.raises(PulledPlug):
        import_file(csv_file(*rows), "x.csv", by=home.agency, hub=cut(home, "issue:4"))
    clock.pass_(seconds=VOID_AFTER.total_seconds() + 11)
    sweep(home.hub)

    assert (5, 5, 0, 0) == figures(imported(home, csv_file(*rows)))


@pytest.mark.parametrize(
    "content", [b"", b"\xef\xbb\xbf", b"PK\x03\x04not a workbook", b"a,b\n1,2\n", b"\xff\xfe\x00"]
)
def test_a_file_that_is_none_is_refused_as_a_whole(home, content):
    """With words; and nothing of it is issued."""
    before = stored(home)

    with pytest.raises(HubError) as refused:
        imported(home, io.BytesIO(content))

    assert "INTERNAL" != refused.value.code
    assert before == stored(home)


def test_blank_tail_rows_are_nothing(home):
    """A spreadsheet's empty last lines are not rows."""
    assert (1, 1, 0, 0) == figures(imported(home, csv_file(row("食-1"), [""] * 14, [""] * 14)))
