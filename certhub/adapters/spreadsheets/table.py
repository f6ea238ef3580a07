"""What every file becomes: a table of records, whatever it was written by."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple


class SpreadsheetRefused(Exception):
    """The file cannot be read as a table; `code` is permanent, `detail` holds numbers and names of columns or sheets.

    No detail carries what stands in a cell below the header.
    """

    def __init__(self, code: str, **detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class CellSort(Enum):
    """How a workbook holds a cell that is no text. A CSV file has text alone."""

    NUMBER = "number"  # its text has the 15 digits that a spreadsheet keeps, and no exponent
    DATE = "date"  # its text is 2024-01-05, with the time behind it where there is one
    ERROR = "error"  # its text is the error's own name, such as #N/A
    NOT_CALCULATED = "not_calculated"  # a formula that no spreadsheet has calculated; its text is empty
    COVERED = "covered"  # another cell is merged over it, whose text is shown in its place


ALL_TEXT: Mapping[int, CellSort] = MappingProxyType({})


class Record(NamedTuple):
    """One line of a table: `number` is the line that a spreadsheet shows, the header being 1.

    `cells` is None where the line cannot be split into cells. `sorts` says by place which cells are no text.
    """

    number: int
    cells: Sequence[str] | None
    sorts: Mapping[int, CellSort] = ALL_TEXT

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in the line. A formula that nobody has calculated is not nothing."""
        if self.cells is None or "".join(self.cells).strip():
            return False
        return CellSort.NOT_CALCULATED not in self.sorts.values()


class OtherSheet(NamedTuple):
    """A sheet with something in it that is not the table: its first lines, and how many lines follow the first."""

    name: str
    is_visible: bool
    top: tuple[tuple[str, ...], ...]
    lines: int


@dataclass(frozen=True, slots=True)
class Table:
    """A file whose header can be read. Iterating takes the records below it from the start, one after another.

    `encoding` is UTF-8, UTF-8 (BOM), GB18030 or XLSX. `delimiter` and `sheet` are empty where the file has none.
    Whoever iterates may meet SpreadsheetRefused: only who has come to the end knows that all of it can be read.
    """

    name: str
    encoding: str
    header: tuple[str, ...]
    records: Callable[[], Iterator[Record]]
    delimiter: str = ""
    sheet: str = ""
    others: tuple[OtherSheet, ...] = ()

    def __iter__(self) -> Iterator[Record]:
        """Yield each record below the header, blank ones too."""
        records = self.records()
        next(records, None)
        return records
