"""XLSX: what stands in each sort of cell, which sheet is read, and workbooks that nobody should read."""

import io
import struct
import tracemalloc
import zipfile
from datetime import datetime

import pytest

from certhub.adapters.spreadsheets import (
    CellSort,
    SpreadsheetRefused,
    Table,
    check_table,
    match_header,
    open_table,
)
from certhub.adapters.spreadsheets.package import MAX_FILE
from certhub.adapters.spreadsheets.sheet_part import MAX_NOTES
from tests.support.workbooks import line_xml, package, sheet_xml, workbook

HEAD = ["编号", "姓名", "日期"]
DAY = datetime(2024, 1, 5)  # noqa: DTZ001


def table(data: bytes) -> Table:
    """The table in a workbook, whatever it is called."""
    return open_table(data, "x.csv")


def refusal(data: bytes, name: str = "x.xlsx") -> tuple[str, dict[str, str]]:
    """Why a workbook is refused, read to its end."""
    with pytest.raises(SpreadsheetRefused) as refused:
        list(open_table(data, name))
    return refused.value.code, dict(refused.value.detail)


def cell(write) -> tuple[str, CellSort | None]:
    """What is read where `write` put something into line 2, column B."""
    written = workbook([HEAD], fill=write)
    [record] = table(written)
    return record.cells[1], record.sorts.get(1)


def test_text_comes_out_as_it_stands():
    """Rare characters, a middle dot, an apostrophe in front, line breaks, and what looks like a number."""
    texts = ["赵䶮示", "阿依·古丽", "'42", "一\n二", "007", " x ", "_x0041_", "𠮷"]
    [record] = table(workbook([[f"列{place}" for place in range(8)], texts]))

    assert texts == list(record.cells)
    assert {} == record.sorts


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (5.0, "5"),
        (420799190003030036, "420799190003030000"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (-12.5, "-12.5"),
        (123456789012345, "123456789012345"),
    ],
)
def test_a_number_shows_the_digits_that_a_spreadsheet_keeps(number, text):
    """Fifteen digits, no exponent and no ".0"; that it was a number is said, so that a code is not guessed at."""
    assert (text, CellSort.NUMBER) == cell(lambda book, sheet: sheet.write_number(1, 1, number))


@pytest.mark.parametrize(
    "form", [14, 31, 58, 'yyyy"年"m"月"d"日"', '[DBNum1][$-804]yyyy"年"m"月"d"日";@', "mm-dd-yy"]
)
@pytest.mark.parametrize("since_1904", [False, True])
def test_a_date_is_a_day_whatever_its_form(form, since_1904):
    """Also in the forms that only a Chinese spreadsheet knows by their number, and by both counts of days."""
    written = workbook(
        [HEAD],
        fill=lambda book, sheet: sheet.write_datetime(1, 1, DAY, book.add_format({"num_format": form})),
        date_1904=since_1904,
    )
    [record] = table(written)

    assert ("2024-01-05", CellSort.DATE) == (record.cells[1], record.sorts[1])


def test_a_time_of_day_stays_behind_its_day():
    """Whoever asked says whether a time is wanted; half a thousandth of a second is noise of the count."""
    form = {"num_format": 22}

    assert ("2024-01-05 13:20:00", CellSort.DATE) == cell(
        lambda book, sheet: sheet.write_datetime(1, 1, DAY.replace(hour=13, minute=20), book.add_format(form))
    )
    assert ("2024-01-05", CellSort.DATE) == cell(
        lambda book, sheet: sheet.write_datetime(1, 1, DAY.replace(microsecond=1000), book.add_format(form))
    )


def test_a_formula_gives_what_was_calculated_last():
    """Text, number, error and the empty text; a formula that nobody calculated is not a blank cell."""
    lines = (
        line_xml(1, *"ABCDEF")
        + '<row r="2"><c r="A2" t="str"><f>x</f><v>文</v></c><c r="B2"><f>1+1</f><v>2</v></c>'
        '<c r="C2" t="e"><f>NA()</f><v>#N/A</v></c><c r="D2" t="str"><f>""</f><v></v></c>'
        '<c r="E2"><f>1+1</f></c><c r="F2"><f>1+1</f><v/></c></row>'
    )
    behind = "<extLst><ext><f>A1</f></ext></extLst>"
    [record] = table(package(sheet_xml(lines, behind=behind)))

    assert ["文", "2", "#N/A", "", "", ""] == list(record.cells)
    assert {
        1: CellSort.NUMBER, 2: CellSort.ERROR, 4: CellSort.NOT_CALCULATED, 5: CellSort.NOT_CALCULATED
    } == record.sorts  # fmt: skip


def test_a_line_of_formulas_that_nobody_calculated_is_not_blank():
    """It would be lost without a word, since its cells have no text."""
    lines = line_xml(1, "A") + '<row r="3"><c r="A3"><f>1+1</f></c></row>'

    found = table(package(sheet_xml(lines)))

    assert [(2, True), (3, False)] == [(each.number, each.is_blank) for each in found]
    assert 1 == check_table(found, match_header(found.header, ["A"]))


def test_blank_lines_and_columns_keep_their_places():
    """A line's number is the one that the spreadsheet shows; styled blanks behind the table are nothing."""

    def style(book, sheet):
        grey = book.add_format({"bg_color": "#CCCCCC"})
        for line in range(4, 2_000):
            sheet.write_blank(line, 30, None, grey)

    found = list(table(workbook([HEAD, ["1", "甲", ""], [], ["2", "", "乙"]], fill=style)))

    assert [(2, ["1", "甲", ""]), (3, ["", "", ""]), (4, ["2", "", "乙"])] == [
        (each.number, list(each.cells)) for each in found
    ]
    assert ("", "", "编号") == table(workbook([["", "", "编号"], ["", "", "1"]])).header


def test_what_stands_beside_the_table_is_not_dropped():
    """A cell behind the last column stays in its line, for whoever asks to refuse."""
    [record] = table(workbook([HEAD, ["1", "甲", "", "", "旁注"]]))

    assert ["1", "甲", "", "", "旁注"] == list(record.cells)


def test_a_merged_cell_covers_the_others():
    """The spreadsheet shows its text in all of them, and the file has it once."""

    def merge(book, sheet):
        sheet.merge_range(1, 2, 3, 2, "2029-01-04")

    found = list(table(workbook([HEAD, ["1", "甲"], ["2", "乙"], ["3", "丙"]], fill=merge)))

    assert [{}, {2: CellSort.COVERED}, {2: CellSort.COVERED}] == [each.sorts for each in found]
    assert ["2029-01-04", "", ""] == [each.cells[2] for each in found]


def test_a_merged_header_is_no_header():
    """A title over the table, or a name over two columns, is refused by what is wrong with it."""

    def title(book, sheet):
        sheet.merge_range(0, 0, 0, 2, "导出表")

    def wide(book, sheet):
        sheet.merge_range(0, 1, 0, 2, "姓名")

    with pytest.raises(SpreadsheetRefused, match="HEADER_NOT_FOUND"):
        match_header(table(workbook([[], HEAD], fill=title)).header, HEAD)
    with pytest.raises(SpreadsheetRefused, match="COLUMN_UNNAMED") as refused:
        match_header(table(workbook([["编号", "", "", "日期"]], fill=wide)).header, HEAD)
    assert {"place": "3"} == refused.value.detail


def test_the_first_sheet_that_can_be_seen_and_holds_anything_is_read():
    """The others are named with their first lines, so that nothing in them goes by unseen."""
    found = table(workbook([["旧"]], [], [HEAD, ["1", "甲", ""]], [["说明"], ["填写"]], hidden=[1]))

    assert ("表3", tuple(HEAD)) == (found.sheet, found.header)
    assert [("表1", False, (("旧",),), 1), ("表4", True, (("说明",), ("填写",)), 2)] == [
        tuple(other) for other in found.others
    ]
    assert ("FILE_EMPTY", {"why": "hidden", "sheet": "表1"}) == refusal(workbook([HEAD], hidden=[1]))
    assert ("FILE_EMPTY", {}) == refusal(workbook([]))


@pytest.mark.parametrize("titles", [[], [["旧表"]]])
def test_a_second_sheet_of_this_sort_refuses_the_file(titles):
    """Its rows would be lost. An empty form beside the table loses nothing."""
    second = table(workbook([HEAD, ["1"]], [*titles, HEAD, ["2"]]))
    form = table(workbook([HEAD, ["1"]], [*titles, HEAD]))

    with pytest.raises(SpreadsheetRefused, match="SHEETS_SEVERAL") as refused:
        check_table(second, match_header(second.header, HEAD))
    assert {"sheet": "表2"} == refused.value.detail
    assert 1 == check_table(form, match_header(form.header, HEAD))


@pytest.mark.parametrize(
    "lines",
    [
        line_xml(1, "a") + "<row r='2'><c r='A2' t='str'><v>b",
        line_xml(2, "b") + line_xml(1, "a"),
        '<row r="1"><c r="A1" t="str"><v>a</v></c><c r="A1" t="str"><v>b</v></c></row>',
        '<row r="1"><c r="B2" t="str"><v>a</v></c></row>',
        '<row r="1"><c r="ZZZZ1" t="str"><v>a</v></c></row>',
        '<row r="1"><c r="A99999999999" t="str"><v>a</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
        '<row r="1"><c r="XFD1"><pageMargins/><v>7</v></c></row>',
    ],
    ids=[
        "cut off",
        "lines turned",
        "a cell twice",
        "another line",
        "no column",
        "no line",
        "no such text",
        "hidden",
    ],
)
def test_a_sheet_that_is_not_whole_is_refused(lines):
    """calamine reads some of these as far as they go, and rows would be missing without a word."""
    broken = package(f"<worksheet><sheetData>{lines}</sheetData></worksheet>")

    assert ("WORKBOOK_UNREADABLE", {}) == refusal(broken)


def test_two_cells_far_apart_are_too_large():
    """A sheet is one block in memory: a file of 1 KB could ask for 400 GB."""
    far = sheet_xml(line_xml(1, "a") + '<row r="1048576"><c r="XFD1048576" t="str"><v>a</v></c></row>')

    assert ("WORKBOOK_TOO_LARGE", {"why": "cells"}) == refusal(package(far))


def test_merged_cells_upon_each_other_are_too_large():
    """Each alone is as large as the sheet."""
    many = '<mergeCell ref="A1:B3000"/>' * 2_000
    tall = sheet_xml(
        line_xml(1, "a", "b") + line_xml(3000, "c", "d"), behind=f"<mergeCells>{many}</mergeCells>"
    )

    assert ("WORKBOOK_TOO_LARGE", {"why": "cells"}) == refusal(package(tall))


def test_a_bomb_is_refused_before_it_is_held():
    """What the archive says of a part's size bounds nothing: the part is inflated, counted and thrown away."""
    bomb = bytearray(package(sheet_xml(line_xml(1, "a")), **{"xl/media/x.bin": bytes(300 << 20)}))
    place = bomb.rindex(b"PK\x01\x02", 0, bomb.rindex(b"xl/media/x.bin"))
    bomb[place + 24 : place + 28] = struct.pack("<I", 10)  # the size that the directory tells
    tracemalloc.start()
    answer = refusal(bytes(bomb))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert ("WORKBOOK_TOO_LARGE", {"why": "inflated"}) == answer
    assert peak < 20_000_000


def test_a_file_beyond_the_bound_is_not_opened(tmp_path):
    """Its size alone says so: the file has a hole where its content would be."""
    with (tmp_path / "x.xlsx").open("w+b") as file:
        file.write(b"PK\x03\x04")
        file.truncate(MAX_FILE + 1)
        with pytest.raises(SpreadsheetRefused, match="WORKBOOK_TOO_LARGE") as refused:
            open_table(file, "x.xlsx")

    assert {"why": "file"} == refused.value.detail


def test_too_many_formulas_without_a_result_refuse_the_file():
    """Each is remembered, so there is a bound, and its sentence says to calculate the workbook."""
    lines = "".join(f'<row r="{line}"><c r="A{line}"><f>1</f></c></row>' for line in range(2, MAX_NOTES + 3))

    assert ("WORKBOOK_TOO_LARGE", {"why": "notes"}) == refusal(package(sheet_xml(line_xml(1, "A") + lines)))


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/sharedStrings.xml", '<!DOCTYPE x [<!ENTITY a "aa">]><sst/>'),
        ("XL/Workbook.xml", "<workbook/>"),
        ("xl/other.xml", "<workbook><sheets/></workbook>"),
        ("xl/styles.xml", "no XML"),
    ],
)
def test_parts_that_can_be_read_in_two_ways_are_refused(part, content):
    """An entity, a part of the same name in other letters, a second workbook, and what only looks like XML."""
    assert ("WORKBOOK_UNREADABLE", {}) == refusal(package(sheet_xml(line_xml(1, "a")), **{part: content}))


def test_every_cut_of_a_workbook_is_refused():
    """A file whose upload ended early is never half of its rows."""
    whole = workbook([HEAD, ["1", "甲", "乙"]])

    for length in range(4, len(whole) - 1, 97):
        assert "WORKBOOK_UNREADABLE" == refusal(whole[:length])[0]


def test_a_changed_byte_is_refused_or_changes_nothing():
    """Each part has its checksum; a workbook is read as it was written, or not at all."""
    whole = workbook([HEAD, ["1", "甲", "乙"]])
    expected = [tuple(each.cells) for each in table(whole)]

    answers = []
    for place in range(4, len(whole), 41):
        changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        try:
            answers.append([tuple(each.cells) for each in table(changed)])
        except SpreadsheetRefused as refused:
            answers.append(refused.code)

    assert {"WORKBOOK_UNREADABLE", "WORKBOOK_FORMAT"} >= {each for each in answers if each != expected}


def test_workbooks_of_another_sort_are_told_from_broken_ones():
    """A clerk is told to save as .xlsx, and not that the file is damaged."""
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("xl/workbook.bin", b"\x83\x01")

    assert "WORKBOOK_FORMAT" == refusal(other.getvalue())[0]


def test_what_lies_outside_the_file_is_never_read():
    """A sheet that is a link to another place is no sheet."""
    relations = '<Relationships><Relationship Id="rId1" TargetMode="External" Target="http://127.0.0.1:9/s.xml"/></Relationships>'

    assert ("WORKBOOK_UNREADABLE", {}) == refusal(
        package(sheet_xml(line_xml(1, "a")), **{"xl/_rels/workbook.xml.rels": relations})
    )


def test_records_can_be_taken_again_and_at_the_same_time():
    """Two readers of one table do not disturb each other."""
    found = table(workbook([HEAD, *([str(number), "甲", ""] for number in range(50))]))

    assert [first == second for first, second in zip(found, found, strict=True)] == [True] * 50
