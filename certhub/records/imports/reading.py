"""A department's file as rows of certificates: the spreadsheet's shape, held against the catalogue's columns.

What a file is and how it is split is the spreadsheet reader's business (certhub/adapters/spreadsheets). Here its
answers get this wing's words, and a cell that a workbook does not hold as text gets a reason where that spoils it.

A file is gone through twice: first to know that all of it can be read, so that no import stops half-way,
then row by row. Records that are blank are nothing, but count.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from certhub_schemas import Kind

from certhub.adapters.spreadsheets import (
    RowOutOfShape,
    SpreadsheetRefused,
    Table,
    TableRow,
    check_table,
    open_table,
    rows_under,
)
from certhub.errors import Fault
from certhub.records.imports.columns import Columns, column_of, read_header
from certhub.records.imports.faults import BadFile, row_fault
from certhub.records.imports.spoiled import spoiled_cells
from certhub.spelling.row_faults import RowFaults
from certhub.spelling.sentences import Lang

KIND_COLUMN = column_of("/kind")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `number` is the line that a spreadsheet shows, `cells` the text by column name.

    `spoiled` says by column what a spreadsheet made of a cell, so that its text cannot be taken for what was meant.
    """

    number: int
    cells: dict[str, str]
    spoiled: Mapping[str, Fault] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rows:
    """A file that can be read to its end. Iterating reads it again from the start.

    `total` is the number of rows that are not blank, those of the wrong shape included.
    """

    table: Table
    columns: Columns
    total: int
    lang: Lang

    @property
    def encoding(self) -> str:
        """What the file is written in: UTF-8, UTF-8 (BOM), GB18030 or XLSX."""
        return self.table.encoding

    @property
    def delimiter(self) -> str:
        """What stands between two cells of a text file; empty for a workbook."""
        return self.table.delimiter

    @property
    def sheet(self) -> str:
        """The name of the sheet that is read; empty where the file has none."""
        return self.table.sheet

    @property
    def unread_sheets(self) -> tuple[str, ...]:
        """The names of the sheets that hold something else, and are not read."""
        return tuple(other.name for other in self.table.others)

    def __iter__(self) -> Iterator[Row | RowFaults]:
        """Yield each row that is not blank; RowFaults where it does not fit the header."""
        try:
            for row in rows_under(self.table, self.columns.header):
                yield self._misshapen(row) if isinstance(row, RowOutOfShape) else self._row(row)
        except SpreadsheetRefused as refused:
            raise BadFile.of(refused) from refused

    def _row(self, row: TableRow) -> Row:
        if not row.sorts:
            return Row(row.number, row.cells)
        return Row(row.number, row.cells, spoiled_cells(row, self.columns.codes))

    def _misshapen(self, row: RowOutOfShape) -> RowFaults:
        return RowFaults(row.number, (row_fault(row.number, "", row.code, self.lang, row.detail),))


def read_rows(data: bytes | BinaryIO, name: str, *, of: Iterable[Kind], lang: Lang = "zh") -> Rows:
    """Return the rows of the file called `name`, after making sure that it can be read to its end.

    A stream must be seekable; it is not closed, and must stay open while rows are taken. `of` are the kinds
    whose claims may be columns. Row faults speak `lang`.

    Raises:
        BadFile: what `open_table`, `read_header` and `check_table` refuse.
    """
    try:
        table = open_table(data, name, telltale=KIND_COLUMN)
        columns = read_header(table.header, of)
        return Rows(table, columns, check_table(table, columns.header), lang)
    except SpreadsheetRefused as refused:
        raise BadFile.of(refused) from refused
