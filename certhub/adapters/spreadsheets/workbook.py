"""XLSX: cells into the text that a spreadsheet shows of their value; those that are no text say how they are held.

    text                as it stands, whatever the form of the cell
    number              15 digits at most, no exponent, no ".0"; the form (00#, 50 %) is not looked at
    date                2024-01-05, with the time behind it unless that is midnight; counted from 1900 or 1904
    formula             what the spreadsheet calculated last; nothing is calculated here, no link is followed
    the sheet           the first that can be seen and holds anything; the others are named
    hidden lines        are lines like all others, as in a CSV that the spreadsheet saves

The whole sheet is in memory while it is read: 100,000 rows of 12 columns (a file of 4 MB) take 94 MB.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import BinaryIO, TypeVar

import python_calamine

from certhub.adapters.spreadsheets.package import Sheet, look_through
from certhub.adapters.spreadsheets.sheet_part import Area, merged_lines
from certhub.adapters.spreadsheets.table import (
    ALL_TEXT,
    CellSort,
    OtherSheet,
    Record,
    SpreadsheetRefused,
    Table,
)

XLSX = "XLSX"

_TOP = 5  # lines of another sheet that are looked at: a header stands below a title or two
_LONGEST_NAME = 31  # characters of a sheet's name
_Result = TypeVar("_Result")
_NoText = int | float | bool | time | date | datetime | timedelta


def open_workbook(source: BinaryIO, name: str) -> Table:
    """Return the table on the first sheet that can be seen and is not empty.

    Raises:
        SpreadsheetRefused: FILE_EMPTY (why: hidden, with sheet), WORKBOOK_FORMAT, WORKBOOK_LOCKED,
            WORKBOOK_UNREADABLE or WORKBOOK_TOO_LARGE.
    """
    sheets = look_through(source)
    source.seek(0)
    with _calamine(lambda: python_calamine.CalamineWorkbook.from_filelike(source)) as book:
        if [sheet.name for sheet in sheets] != book.sheet_names:
            raise SpreadsheetRefused("WORKBOOK_UNREADABLE")
        filled = [
            (place, sheet, sheet.area)
            for place, sheet in enumerate(sheets)
            if sheet.area is not None and sheet.area.lines
        ]
        chosen = next((each for each in filled if each[1].is_visible), None)
        if chosen is None:
            hidden = {"why": "hidden", "sheet": _short(filled[0][1])} if filled else {}
            raise SpreadsheetRefused("FILE_EMPTY", **hidden)
        others = tuple(
            OtherSheet(_short(sheet), sheet.is_visible, _top(_read_sheet(book, place), area), area.lines)
            for place, sheet, area in filled
            if place != chosen[0]
        )
        cells, area = _read_sheet(book, chosen[0]), chosen[2]

    def records() -> Iterator[Record]:
        return _records(cells, area)

    header = next(records()).cells or ()
    return Table(name, XLSX, tuple(header), records, sheet=_short(chosen[1]), others=others)


def _read_sheet(book: python_calamine.CalamineWorkbook, place: int) -> python_calamine.CalamineSheet:
    return _calamine(lambda: book.get_sheet_by_index(place))


def _calamine(read: Callable[[], _Result]) -> _Result:
    """Return what calamine reads, or say that it cannot.

    Raises:
        SpreadsheetRefused: WORKBOOK_LOCKED or WORKBOOK_UNREADABLE.
    """
    try:
        return read()
    except python_calamine.PasswordError as locked:
        raise SpreadsheetRefused("WORKBOOK_LOCKED") from locked
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as broken:  # calamine's own panic is no Exception
        raise SpreadsheetRefused("WORKBOOK_UNREADABLE") from broken


def _top(sheet: python_calamine.CalamineSheet, area: Area) -> tuple[tuple[str, ...], ...]:
    """Return the first lines of a sheet that are not blank."""
    filled = (record.cells or () for record in _records(sheet, area) if not record.is_blank)
    return tuple(tuple(cells) for cells in islice(filled, _TOP))


def _records(sheet: python_calamine.CalamineSheet, area: Area) -> Iterator[Record]:
    """Yield each line from the first to the last that holds anything; none is shorter than the first."""
    before = [""] * (sheet.start[1] if sheet.start else 0)
    lines = sheet.iter_rows()
    width = 0
    for line, merged in enumerate(merged_lines(area)):
        cells = list(before)
        sorts: dict[int, CellSort] = {}
        for cell in next(lines, ()):
            if isinstance(cell, str):
                cells.append(cell)
                continue
            text, sort = _shown(cell)
            if sort is not None:
                sorts[len(cells)] = sort
            cells.append(text)
        for column, (sort, text) in area.notes.get(line, {}).items():
            cells += [""] * (column + 1 - len(cells))
            cells[column], sorts[column] = text, sort
        while cells and not cells[-1] and len(cells) - 1 not in sorts:
            cells.pop()
        width = width or len(cells)
        cells += [""] * (width - len(cells))
        for top, left, _, right in merged if line else ():
            for column in range(left + (line == top), min(right + 1, len(cells))):
                sorts[column] = CellSort.COVERED
        yield Record(line + 1, cells, sorts or ALL_TEXT)


def _shown(cell: _NoText) -> tuple[str, CellSort | None]:
    """Return the text of a cell that is no text, and how the workbook holds it."""
    if isinstance(cell, bool):
        return str(cell).upper(), None
    if isinstance(cell, (int, float)):
        return _digits(float(cell)), CellSort.NUMBER
    if isinstance(cell, datetime):
        whole = (cell + timedelta(microseconds=500_000)).replace(microsecond=0)
        return (f"{whole:%Y-%m-%d}" if whole.time() == time() else f"{whole}"), CellSort.DATE
    if isinstance(cell, date):
        return cell.isoformat(), CellSort.DATE
    return str(cell).partition(".")[0], None


def _digits(number: float) -> str:
    """Return what a spreadsheet shows in its line of input: 15 digits, no exponent."""
    return f"{Decimal(f'{number:.15g}'):f}"


def _short(sheet: Sheet) -> str:
    return sheet.name[:_LONGEST_NAME]
