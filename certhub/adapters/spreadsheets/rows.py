"""The rows below a header: each with its cells by the column's name, or with what is wrong with its shape.

Files that were joined are taken apart by nobody: a header in the middle is refused as what it is, and a header of
other columns refuses the file, since rows below it would be misread. So does a second sheet under the same header,
since its rows would be lost.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from certhub.adapters.spreadsheets.headers import Header
from certhub.adapters.spreadsheets.table import CellSort, SpreadsheetRefused, Table


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row that fits the header: the text of its cells by column, and which of them are no text."""

    number: int
    cells: dict[str, str]
    sorts: Mapping[str, CellSort]


@dataclass(frozen=True, slots=True)
class RowOutOfShape:
    """A row that cannot be laid under the header: ROW_SHAPE (found, expected; why), HEADER_REPEATED, FILES_JOINED."""

    number: int
    code: str
    detail: Mapping[str, str]


def check_table(table: Table, header: Header) -> int:
    """Read `table` to its end and return how many of its rows are not blank, those out of shape included.

    Raises:
        SpreadsheetRefused: NO_ROWS, FILES_JOINED (row), SHEETS_SEVERAL (sheet), or what stops the records.
    """
    for other in table.others:
        for place, cells in enumerate(other.top):
            if header.names_columns(cells) and other.lines > place + 1:
                raise SpreadsheetRefused("SHEETS_SEVERAL", sheet=other.name)
    total = 0
    for record in table:
        total += not record.is_blank
        if record.cells is not None and header.is_contradicted_by(record.cells):
            raise SpreadsheetRefused("FILES_JOINED", why="columns", row=str(record.number))
    if not total:
        raise SpreadsheetRefused("NO_ROWS")
    return total


def rows_under(table: Table, header: Header) -> Iterator[TableRow | RowOutOfShape]:
    """Yield each row of `table` that is not blank."""
    names = header.names
    for record in table:
        number, cells, sorts = record
        if cells is None:
            yield RowOutOfShape(number, "ROW_SHAPE", {"why": "quotes"})
        elif record.is_blank:
            continue
        elif header.is_begun_by(cells):
            yield RowOutOfShape(number, "FILES_JOINED", {})
        elif header.is_repeated_by(cells):
            yield RowOutOfShape(number, "HEADER_REPEATED", {})
        elif len(cells) < len(names) or "".join(cells[len(names) :]).strip():
            yield RowOutOfShape(number, "ROW_SHAPE", {"found": str(len(cells)), "expected": str(len(names))})
        else:
            by_name = {names[place]: sort for place, sort in sorts.items() if place < len(names)}
            yield TableRow(number, dict(zip(names, cells, strict=False)), by_name)
