"""Spreadsheets as departments export them: bytes into rows with their places, nothing judged but the shape.

    bytes ──► opening.open_table ──► Table ──► headers.match_header ──► rows.rows_under ──► TableRow, or RowOutOfShape
                 │
                 ├── text.py        CSV: encoding, delimiter, line ends, quotes
                 └── workbook.py    XLSX, read by calamine once package.py has gone through it

No column and no kind is known here. Whoever asks brings the names of the columns, and says what a fault is: a cell
that is no text says only how the file holds it (`CellSort`). SpreadsheetRefused is the one error, with a code and
details; its words belong to whoever asked.
"""

from certhub.adapters.spreadsheets.headers import Header, match_header
from certhub.adapters.spreadsheets.opening import open_table
from certhub.adapters.spreadsheets.rows import RowOutOfShape, TableRow, check_table, rows_under
from certhub.adapters.spreadsheets.table import CellSort, OtherSheet, Record, SpreadsheetRefused, Table

__all__ = [
    "CellSort",
    "Header",
    "OtherSheet",
    "Record",
    "RowOutOfShape",
    "SpreadsheetRefused",
    "Table",
    "TableRow",
    "check_table",
    "match_header",
    "open_table",
    "rows_under",
]
