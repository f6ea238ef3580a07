"""The organisation comes in by files and one by one: what stands is told, what cannot stand says why."""

from dataclasses import replace
from datetime import date
from itertools import count

import pytest
from sqlalchemy import update

from certhub.db.columns import table_of
from certhub.errors import BadRequest, ClaimsInvalid, Conflict, NotAllowed, NotFound
from certhub.flows.people import organisation, places
from certhub.history.events import store as history
from certhub.people.organisation import store
from certhub.people.organisation.nodes import Agency, NodeKind, OfficeKind
from certhub.people.organisation.tables import WindowRow
from tests.support.organisation import (
    BRANCH,
    DIGEST,
    TRANSPORT,
    agency,
    division,
    founded,
    imported,
    numbered,
    office,
    window,
)
from tests.support.plug import PulledPlug
from tests.support.region import with_step

DIVISION, AGENCY, OFFICE, WINDOW = NodeKind
OTHER = "11420700MB0000012F"


def codes(tally):
    """What was refused: line, column, code."""
    return [(fault.row, fault.column, fault.code) for fault in tally.refused]


def counts(tally):
    """Rows, added, existing, refused rows."""
    return tally.rows, tally.added, tally.existing, len({fault.row for fault in tally.refused})


def events(region, type_):
    """The subjects of the events of a type, sorted."""
    with region.hub.reading() as unit:
        return sorted(entry.subject for entry in history.events(unit, type_=type_))


def on_record(region, kind):
    """The keys of the nodes of a kind."""
    return [node.key for node in places.nodes(kind, under={}, after=None, limit=500, hub=region.hub)]


def test_a_file_puts_each_row_on_record_once(home):
    """The same file again finds everything there, and tells only that it was taken in."""
    founded(home)
    again = imported(home, WINDOW, window("1"), window("2"), window("3"))

    assert (3, 0, 3, 0) == counts(again)
    assert [("EZ-01", "1"), ("EZ-01", "2"), ("EZ-01", "3")] == on_record(home, WINDOW)
    assert ["EZ-01/1", "EZ-01/2", "EZ-01/3"] == events(home, "window.added")
    assert [DIGEST] * 5 == events(home, "organisation.imported")


def test_a_blank_cell_says_nothing_against_what_stands(home):
    """A file without days is the same file tomorrow, and does not open again what was closed."""
    bare = {name: text for name, text in window("1").items() if name != "since"}
    founded(home)
    places.end(WINDOW, ("EZ-01", "1"), date(2027, 1, 1), by=home.operator, hub=home.hub)
    home.clock.pass_(days=1)

    assert (1, 0, 1, 0) == counts(imported(home, WINDOW, bare))
    with home.hub.reading() as unit:
        assert date(2027, 1, 1) == store.find(unit, WINDOW, ("EZ-01", "1")).until


def test_another_content_under_a_code_that_stands_is_refused(home):
    """Nothing is written over by a file."""
    founded(home)

    refused = imported(home, WINDOW, window("1", name="另一个窗口"), window("4"))

    assert [(2, "窗口代码", "CONFLICT_WITH_STORED")] == codes(refused)
    assert (2, 1, 0, 1) == counts(refused)
    with home.hub.reading() as unit:
        assert "1 号窗口" == store.find(unit, WINDOW, ("EZ-01", "1")).name


@pytest.mark.parametrize(
    ("kind", "row", "column", "code"),
    [
        (DIVISION, division("420800-GD"), "区划代码", "DIVISION_ELSEWHERE"),
        (DIVISION, division("420700-G"), "区划代码", "DIVISION_CODE"),
        (DIVISION, division(level="省"), "区划层级", "LEVEL_NOT_BELOW"),
        (DIVISION, division(level="帮派"), "区划层级", "WORD_UNKNOWN"),
        (DIVISION, division(parent="420700-XX"), "上级区划代码", "DIVISION_UNKNOWN"),
        (DIVISION, division(parent="420700-GD"), "上级区划代码", "PARENT_IS_ITSELF"),
        (AGENCY, agency("11420799MB9999033X"), "统一社会信用代码", "USCC_CHECK_DIGIT"),
        (AGENCY, agency("1.1420799E+17"), "统一社会信用代码", "ID_EXCEL_NUMBER"),
        (AGENCY, agency(name=""), "机构名称", "REQUIRED_MISSING"),
        (AGENCY, agency(name="=1+1"), "机构名称", "TEXT_FORMULA"),
        (AGENCY, agency(kinds="123"), "可颁发证照类型代码", "KIND_UNKNOWN"),
        (AGENCY, agency(until="2019-01-01"), "停用日期", "UNTIL_BEFORE_SINCE"),
        (AGENCY, agency(since="2024-02-30"), "启用日期", "DATE_UNREADABLE"),
        (AGENCY, agency(division="420700-XX"), "区划代码", "DIVISION_UNKNOWN"),
        (AGENCY, agency(parent=OTHER), "上级机构代码", "AGENCY_UNKNOWN"),
        (OFFICE, office(kind="地铁站"), "办事点类型", "WORD_UNKNOWN"),
        (OFFICE, office(agency=OTHER), "所属机构代码", "AGENCY_UNKNOWN"),
        (WINDOW, window("窗"), "窗口代码", "CODE_FORM"),
        (WINDOW, window(office="EZ-02"), "办事点代码", "OFFICE_UNKNOWN"),
        (WINDOW, window(since="2019-12-31"), "办事点代码", "PARENT_ENDED"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_row_that_cannot_stand_says_where_and_why(home, kind, row, column, code):
    """The column is the header's, and the good row beside it is put on record."""
    if kind in (OFFICE, WINDOW):
        imported(home, AGENCY, agency())
    if kind is WINDOW:
        imported(home, OFFICE, office())
    good = {
        DIVISION: division("420700-HR"),
        AGENCY: agency(BRANCH),
        OFFICE: office("EZ-09"),
        WINDOW: window("9"),
    }

    tally = imported(home, kind, row, good[kind])

    assert [(2, column, code)] == codes(tally)
    assert (2, 1, 0, 1) == counts(tally)
    assert all("…" not in fault.message for fault in tally.refused)


def test_every_fault_of_a_row_is_told(home):
    """Whoever mends a file mends it once."""
    tally = imported(home, AGENCY, agency("", name="", division="x"))

    assert [
        (2, "统一社会信用代码", "REQUIRED_MISSING"),
        (2, "机构名称", "REQUIRED_MISSING"),
        (2, "区划代码", "DIVISION_CODE"),
    ] == codes(tally)


def test_the_order_of_rows_does_not_matter(home):
    """What a row stands under may come behind it."""
    tally = imported(home, AGENCY, agency(BRANCH, parent=TRANSPORT), agency(TRANSPORT))

    assert (2, 2, 0, 0) == counts(tally)
    assert sorted([TRANSPORT, BRANCH]) == events(home, "agency.added")


def test_agencies_that_stand_under_each_other_are_refused(home):
    """A circle is no tree."""
    tally = imported(home, AGENCY, agency(BRANCH, parent=TRANSPORT), agency(TRANSPORT, parent=BRANCH))

    assert [(2, "上级机构代码", "PARENT_IS_ITSELF"), (3, "上级机构代码", "PARENT_IS_ITSELF")] == codes(tally)
    assert [] == on_record(home, AGENCY)


def test_what_stands_under_a_refused_row_is_refused_too(home):
    """And says so, line by line."""
    tally = imported(home, AGENCY, agency(BRANCH, parent=TRANSPORT), agency(TRANSPORT, name=""))

    assert [(2, "上级机构代码", "AGENCY_UNKNOWN"), (3, "机构名称", "REQUIRED_MISSING")] == sorted(
        codes(tally)
    )


def test_the_second_of_two_rows_of_one_code_is_refused(home):
    """The fault names the first line."""
    founded(home)
    tally = imported(home, WINDOW, window("7"), window("7", name="又一个"), None)

    assert [(3, "窗口代码", "DUPLICATE_IN_FILE"), (4, "", "ROW_SHAPE")] == codes(tally)
    assert "第 2 行" in tally.refused[0].message


def test_one_code_may_stand_in_two_offices(home):
    """A window's code is its office's."""
    founded(home)
    imported(home, OFFICE, office("EZ-02"))

    assert (1, 1, 0, 0) == counts(imported(home, WINDOW, window("1", office="EZ-02")))


def test_a_check_finds_what_an_import_would_do_and_writes_nothing(home):
    """Also where a row stands under another row of the file."""
    tally = imported(
        home, AGENCY, agency(BRANCH, parent=TRANSPORT), agency(TRANSPORT), agency("x"), check_only=True
    )

    assert (3, 0, 2) == (tally.rows, tally.added, tally.would_add)
    assert [(4, "统一社会信用代码", "CODE_LENGTH")] == codes(tally)
    assert [] == on_record(home, AGENCY)
    assert [] == events(home, "organisation.imported")


def test_one_node_is_added_alone(home):
    """The same values again change nothing, others are a conflict; a fault names the field."""
    added = organisation.add(AGENCY, agency(), by=home.operator, hub=home.hub)
    assert added == organisation.add(AGENCY, agency(), by=home.operator, hub=home.hub)

    with pytest.raises(Conflict, match="code"):
        organisation.add(AGENCY, agency(name="别的局"), by=home.operator, hub=home.hub)
    with pytest.raises(ClaimsInvalid) as refused:
        organisation.add(OFFICE, office(agency=OTHER, kind="x"), by=home.operator, hub=home.hub)

    assert [("/kind", "WORD_UNKNOWN")] == [(one.pointer, one.code) for one in refused.value.faults]
    assert [TRANSPORT] == events(home, "agency.added")


def test_a_node_ends_on_a_day_and_stays_on_record(home):
    """The end is told once, may be moved, and does not lie before the beginning."""
    founded(home)

    def end(day):
        return places.end(OFFICE, ("EZ-01",), day, by=home.operator, hub=home.hub)

    assert date(2027, 1, 1) == end(date(2027, 1, 1)).until
    end(date(2027, 1, 1))
    assert date(2028, 1, 1) == end(date(2028, 1, 1)).until
    with pytest.raises(BadRequest) as refused:
        end(date(2020, 1, 1))

    assert "UNTIL_BEFORE_SINCE" == refused.value.code
    assert ["EZ-01", "EZ-01"] == events(home, "office.ended")
    assert [("EZ-01",)] == on_record(home, OFFICE)


def test_an_agency_ends_in_others_that_are_there(home):
    """Successors are named, and have to be on record."""
    imported(home, AGENCY, agency(), agency(BRANCH))
    with pytest.raises(NotFound):
        places.end(
            AGENCY, (TRANSPORT,), date(2027, 1, 1), successors=(OTHER,), by=home.operator, hub=home.hub
        )
    places.end(AGENCY, (TRANSPORT,), date(2027, 1, 1), successors=(BRANCH,), by=home.operator, hub=home.hub)

    with home.hub.reading() as unit:
        [ended] = history.events(unit, type_="agency.ended")
    assert (TRANSPORT, {"until": "2027-01-01", "successors": [BRANCH]}) == (ended.subject, ended.body)


def test_an_agency_gets_another_name(home):
    """Once told; the row has it from then on."""
    imported(home, AGENCY, agency())
    for _ in range(2):
        places.rename(TRANSPORT, "鄂州市交通局", name_en="Ezhou Transport", by=home.operator, hub=home.hub)

    with home.hub.reading() as unit:
        found = store.find(unit, AGENCY, (TRANSPORT,))
    assert isinstance(found, Agency)
    assert ("鄂州市交通局", "Ezhou Transport") == (found.name, found.name_en)
    assert [TRANSPORT] == events(home, "agency.renamed")


@pytest.mark.parametrize("role", ["agency", "clerk", "holder"])
def test_nobody_else_keeps_the_organisation(home, role):
    """Every way in asks first, and nothing is written."""
    by = getattr(home, role)
    for deed in (
        lambda: organisation.import_rows(AGENCY, numbered([agency()]), digest=DIGEST, by=by, hub=home.hub),
        lambda: organisation.add(AGENCY, agency(), by=by, hub=home.hub),
        lambda: places.end(AGENCY, (TRANSPORT,), date(2027, 1, 1), by=by, hub=home.hub),
        lambda: places.rename(TRANSPORT, "别的", by=by, hub=home.hub),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert [] == on_record(home, AGENCY)


def test_a_window_that_somebody_wrote_into_the_database_is_none(home):
    """A row without our MAC is left out and counted."""
    founded(home)
    with home.hub.writing() as unit:
        unit.sql.execute(
            update(table_of(WindowRow)).where(table_of(WindowRow).c.code == "2").values(name="假窗口")
        )

    assert [("EZ-01", "1"), ("EZ-01", "3")] == on_record(home, WINDOW)
    with home.hub.reading() as unit:
        assert {"office_window": 1} == store.not_ours(unit)


def test_pages_come_in_the_order_of_the_keys(home):
    """Behind a key come the next, of one office alone where that is asked."""
    founded(home)
    imported(home, OFFICE, office("EZ-02"))
    imported(home, WINDOW, *(window(code, office="EZ-02") for code in ("1", "2")))

    def page(after, **under):
        found = places.nodes(WINDOW, under=under, after=after, limit=2, hub=home.hub)
        return [node.key for node in found]

    assert [("EZ-01", "3"), ("EZ-02", "1")] == page(("EZ-01", "2"))
    assert [("EZ-02", "1"), ("EZ-02", "2")] == page(None, office="EZ-02")


def test_an_import_that_was_cut_short_goes_on(home):
    """What its first transactions put there is found by the next run, and told once."""
    founded(home)
    rows = [window(str(number)) for number in range(1_000, 2_001)]
    batches = count(1)

    def pull(step):
        if step == "organisation:2" and next(batches) == 3:
            raise PulledPlug

    with pytest.raises(PulledPlug):
        imported(replace(home, hub=with_step(home, pull)), WINDOW, *rows)

    assert (1_001, 1, 1_000, 0) == counts(imported(home, WINDOW, *rows))
    with home.hub.reading() as unit:
        assert 3 + 1_001 == len(history.events(unit, type_="window.added", limit=2_000))


def test_words_of_files_and_of_programs_mean_the_same(home):
    """大厅 is hall, and a day may be written as departments do."""
    imported(home, AGENCY, agency())
    imported(home, OFFICE, office("A1", kind="hall", since="2024年1月5日"), office("A2", kind="银行"))

    with home.hub.reading() as unit:
        found = store.find_all(unit, OFFICE, [("A1",), ("A2",)])
    assert (OfficeKind.HALL, date(2024, 1, 5)) == (found["A1",].kind, found["A1",].since)
    assert OfficeKind.BANK is found["A2",].kind
