"""What a workbook made of a cell that was meant as text: told here, since its text alone looks like content.

a formula never calculated     no content at all: the cell would be taken for a blank one, which may be right
an error                       the content is lost
covered by a merged cell       the spreadsheet shows the other cell's text here, and the file holds none
a number of 16 digits or more  a spreadsheet keeps 15
a number in a column of codes  leading zeros or last digits may be gone, and nobody can tell
a date in a column of codes    a code such as 2024-1-5 was taken for a day
"""

from collections.abc import Mapping

from certhub.adapters.spreadsheets import CellSort, TableRow
from certhub.errors import Fault
from certhub.records.imports.columns import column_of

_DIGITS_KEPT = 15
_NUMBER = column_of("/number")
_CODES = frozenset(map(column_of, ("/holders/*/id_number", "/issuer")))
_NO_DATES = frozenset(map(column_of, ("/number", "/kind", "/holders/*/id_type")))
_WHATEVER_COLUMN = {
    CellSort.NOT_CALCULATED: "FORMULA_NOT_CALCULATED",
    CellSort.ERROR: "TEXT_SHEET_ERROR",
    CellSort.COVERED: "CELL_MERGED",
}


def spoiled_cells(row: TableRow, codes: frozenset[str]) -> Mapping[str, Fault]:
    """Return by column what is wrong with those cells of `row` that are no text; `codes` are claims that are codes."""
    spoiled: dict[str, Fault] = {}
    for column, sort in row.sorts.items():
        fault = _fault(column, sort, row.cells[column], column in codes or column in _CODES)
        if fault is not None:
            spoiled[column] = fault
    return spoiled


def _fault(column: str, sort: CellSort, text: str, is_code: bool) -> Fault | None:
    if sort in _WHATEVER_COLUMN:
        return Fault("", _WHATEVER_COLUMN[sort])
    if sort is CellSort.DATE:
        return Fault("", "ID_EXCEL_DATE") if is_code or column in _NO_DATES else None
    if len(text.lstrip("-").partition(".")[0]) > _DIGITS_KEPT:
        return Fault("", "ID_EXCEL_NUMBER")
    if is_code or (column == _NUMBER and not text.isdigit()):
        return Fault("", "ID_EXCEL_NUMBER", {"why": "cell"})
    return None
