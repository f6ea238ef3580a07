"""Workbooks of certificates: the same rows and faults as from CSV, and what only a workbook can do to a cell."""

from datetime import datetime

import pytest

from tests.hub.imports.files import HEADER, couple, csv_bytes, judged, refusal, rows_of
from tests.support.workbooks import workbook

NUMBER, HOLDER, TYPE = map(HEADER.index, ("证照编号", "持证主体代码", "持证主体代码类型代码"))
AGENCY, ISSUED, LAST = map(HEADER.index, ("证照颁发机构代码", "证照颁发日期", "证照有效期截止日期"))
DAY = datetime(2024, 1, 5)  # noqa: DTZ001


def with_cell(column: int, value: object, **changes: str) -> bytes:
    """A couple's row in a workbook, with a number or a date in one cell."""

    def fill(book, sheet):
        if isinstance(value, datetime):
            sheet.write_datetime(1, column, value, book.add_format({"num_format": "yyyy/m/d"}))
        elif isinstance(value, str):
            sheet.write_formula(1, column, "=1", None, value)
        else:
            sheet.write_number(1, column, value)

    return workbook([HEADER, couple(**changes)], fill=fill)


def test_the_same_rows_from_csv_and_from_a_workbook():
    """Good rows, faults, places and totals, whatever is wrong with a row."""
    rows = [
        couple("J1"),
        [],
        couple("J2", 登记日期="45296"),
        couple("J1"),
        HEADER,
        [*couple("J3"), "旁注"],
        couple("J4", 登记机关="示例·䶮\n二楼"),
        couple("", 持证主体代码="420799190003030000^1"),
        couple("J5", 登记机关="=1+1"),
        couple("J6", 登记机关="#N/A"),
    ]
    text, book = csv_bytes(*rows), workbook([HEADER, *rows])

    assert judged(text) == judged(book, "x.xlsx")
    assert (9, "XLSX", "表1") == (rows_of(book).total, rows_of(book).encoding, rows_of(book).sheet)
    assert 2 == len(judged(book)[0])


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        (HOLDER, 420799190003030036, "ID_EXCEL_NUMBER"),
        (HOLDER, 12345678, "ID_EXCEL_NUMBER"),
        (AGENCY, 914207000000000001, "ID_EXCEL_NUMBER"),
        (NUMBER, 2024000000000001, "ID_EXCEL_NUMBER"),
        (NUMBER, 2024.1, "ID_EXCEL_NUMBER"),
        (NUMBER, DAY, "ID_EXCEL_DATE"),
        (HOLDER, DAY, "ID_EXCEL_DATE"),
        (TYPE, DAY, "ID_EXCEL_DATE"),
        (HEADER.index("登记机关"), 1234567890123456, "ID_EXCEL_NUMBER"),
        (HEADER.index("登记机关"), "#REF!", "TEXT_SHEET_ERROR"),
        (LAST, 45296, "DATE_UNREADABLE"),
        (ISSUED, DAY.replace(hour=9), "DATE_UNREADABLE"),
    ],
)
def test_what_a_spreadsheet_made_of_a_cell_is_told_at_that_cell(column, value, code):
    """One fault, at its column, with words that say what to do."""
    data = with_cell(column, value)
    refused = judged(data)[1]

    assert [(2, HEADER[column], code)] == refused


def test_a_number_whose_digits_happen_to_check_is_still_refused():
    """A program wrote all 18 digits; a double keeps 15, and one in eleven of the wrong ones passes the check digit."""
    refused = [judged(with_cell(HOLDER, 420799190003030000 + tail))[1] for tail in range(0, 1_000, 64)]

    assert [[(2, "持证主体代码", "ID_EXCEL_NUMBER")]] * 16 == refused


def test_whole_numbers_and_dates_are_taken_where_they_mean_what_they_say():
    """A number without ".0", a type of holder number, a day in any form."""
    assert "20240001" == judged(with_cell(NUMBER, 20240001))[0][0].number
    assert "111" == judged(with_cell(TYPE, 111))[0][0].holders[0].id_type
    assert "2024-01-05" == judged(with_cell(ISSUED, DAY))[0][0].issued_on.isoformat()
    assert "2024-01-05" == judged(with_cell(HEADER.index("登记日期"), 20240105))[0][0].claims["登记日期"]


def test_a_formula_without_a_result_is_no_blank():
    """A blank cell may be right; one whose result nobody knows is refused as what it is."""
    calculated = with_cell(LAST, "2099-01-01")
    missing = with_cell(LAST, "")  # as a program writes a formula that it cannot calculate

    assert "2099-01-01" == judged(calculated)[0][0].valid_to.isoformat()
    assert ([], [(2, "证照有效期截止日期", "FORMULA_NOT_CALCULATED")]) == judged(missing)


def test_a_day_that_is_merged_over_several_rows_is_not_blank():
    """The spreadsheet shows one day beside three rows; the file has it in the first alone."""

    def merge(book, sheet):
        sheet.merge_range(1, LAST, 3, LAST, "2029-01-04")

    rows = [couple(number, 证照有效期截止日期="") for number in ("J1", "J2", "J3")]
    drafts, refused = judged(workbook([HEADER, *rows], fill=merge))

    assert ["2029-01-04"] == [draft.valid_to.isoformat() for draft in drafts]
    assert [(3, "证照有效期截止日期", "CELL_MERGED"), (4, "证照有效期截止日期", "CELL_MERGED")] == refused


def test_other_sheets_are_named_and_certificates_on_them_refuse_the_file():
    """Instructions beside the table are told of; a second table would be lost."""
    told = rows_of(workbook([HEADER, couple()], [["填写说明"]], [["代码表"]], hidden=[3]))
    broken = refusal(workbook([HEADER, couple("J1")], [HEADER, couple("J2")]), "x.xlsx")

    assert (1, ("表2", "表3")) == (told.total, told.unread_sheets)
    assert "SHEETS_SEVERAL" == broken.code
    assert "“表2”" in broken.message("zh")
    assert "表2" in broken.message("en")


def test_a_cell_that_is_a_number_says_so_in_words():
    """The sentence of a number that lost digits is another than that of a number cell."""
    words = []
    for value in (420799190003030036, 12345678):
        [row] = list(rows_of(with_cell(HOLDER, value)))
        words.append(row.spoiled["持证主体代码"].detail.get("why"))

    assert [None, "cell"] == words
