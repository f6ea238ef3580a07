"""A header held against any reader's columns: here those of windows, which are no certificate's."""

import pytest

from certhub.adapters.spreadsheets import (
    RowOutOfShape,
    SpreadsheetRefused,
    TableRow,
    check_table,
    match_header,
    open_table,
    rows_under,
)
from tests.support.workbooks import workbook

COLUMNS = ["窗口代码", "窗口名称", "办事点代码", "启用日期"]
REQUIRED = COLUMNS[:3]


@pytest.mark.parametrize(
    ("header", "code", "detail"),
    [
        (["甲", "乙"], "HEADER_NOT_FOUND", {"column": "窗口代码"}),
        ([], "HEADER_NOT_FOUND", {"column": "窗口代码"}),
        ([*COLUMNS, "备注"], "COLUMN_UNKNOWN", {"column": "备注"}),
        ([*COLUMNS, "窗口代码 "], "COLUMN_DOUBLED", {"column": "窗口代码"}),
        (["窗口代码", "", "窗口名称"], "COLUMN_UNNAMED", {"place": "2"}),
        (["窗口代码", "窗口名称"], "COLUMN_MISSING", {"column": "办事点代码"}),
    ],
)
def test_a_header_is_refused_by_name(header, code, detail):
    """The column that is unknown, doubled or missing, and the place of one without a name."""
    with pytest.raises(SpreadsheetRefused) as refused:
        match_header(header, COLUMNS, required=REQUIRED)

    assert (code, detail) == (refused.value.code, refused.value.detail)


def test_names_are_compared_without_form_and_outer_spaces():
    """Their own spelling is the reader's; blank columns at the end are nothing."""
    header = match_header([" 办事点代码", "窗口代码\u3000", "窗口名称", "", " "], COLUMNS, required=REQUIRED)

    assert ("办事点代码", "窗口代码", "窗口名称") == header.names
    assert ("(a)",) == match_header(["（ａ）"], ["(a)"]).names


@pytest.mark.parametrize("sort", ["csv", "xlsx"])
def test_another_wing_reads_its_rows_with_its_own_columns(sort):
    """Rows by column with their places, and what is out of shape: the same from text and from a workbook."""
    lines = [COLUMNS, ["W1", "一号", "P1", ""], [], COLUMNS, ["W2", "二号", "P1", "2024-01-05", "旁注"]]
    text = "\n".join(",".join(line) for line in lines).encode()
    table = open_table(text if sort == "csv" else workbook(lines), f"windows.{sort}", telltale="窗口代码")
    header = match_header(table.header, COLUMNS, required=REQUIRED)

    assert 3 == check_table(table, header)
    assert [
        TableRow(2, dict(zip(COLUMNS, lines[1], strict=True)), {}),
        RowOutOfShape(4, "HEADER_REPEATED", {}),
        RowOutOfShape(5, "ROW_SHAPE", {"found": "5", "expected": "4"}),
    ] == list(rows_under(table, header))


@pytest.mark.parametrize("sort", ["csv", "xlsx"])
def test_a_header_of_another_order_further_down_refuses_the_file(sort):
    """Rows below it would be read into the wrong columns."""
    lines = [COLUMNS, ["W1", "一号", "P1", ""], COLUMNS[::-1], ["", "P1", "二号", "W2"]]
    text = "\n".join(",".join(line) for line in lines).encode()
    table = open_table(text if sort == "csv" else workbook(lines), f"windows.{sort}")

    with pytest.raises(SpreadsheetRefused, match="FILES_JOINED") as refused:
        check_table(table, match_header(table.header, COLUMNS, required=REQUIRED))
    assert "3" == refused.value.detail["row"]
