"""One sheet's part, parsed strictly: how large it is, and what calamine passes over.

calamine gives a sheet's cells as one block of memory from the first to the last, reads a broken sheet as far as it
goes, and takes an error, or a formula without a value, for a blank cell. So XML must be whole and cells in order, the
block has a bound, and those cells are noted here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from certhub.adapters.spreadsheets.table import CellSort, SpreadsheetRefused

MAX_AREA = 6_000_000  # cells of a sheet from its first column to its last: 100,000 rows of 60 columns
MAX_NOTES = 100_000  # cells of a sheet that are errors or were not calculated
MAX_LINES, MAX_COLUMNS = 1 << 20, 1 << 14  # of any spreadsheet

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})", re.ASCII)
_RANGE = re.compile(r"([A-Z]{1,3}[1-9][0-9]{0,6}):([A-Z]{1,3}[1-9][0-9]{0,6})", re.ASCII)
_BEHIND_CELLS = frozenset((
    "sheetCalcPr", "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate",
    "customSheetViews", "mergeCells", "mergeCell", "conditionalFormatting", "dataValidations", "hyperlinks",
    "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties",
    "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing", "legacyDrawingHF", "picture",
    "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
))  # fmt: skip
"""What follows the cells in a sheet. A formula there belongs to no cell."""


class Broken(Exception):
    """A part is not what a workbook has there."""


@dataclass
class Area:
    """What stands where in one sheet; lines and columns are counted from 0, a range's ends belong to it."""

    first_column: int = MAX_COLUMNS
    last_column: int = -1
    last_line: int = -1
    lines: int = 0
    notes: dict[int, dict[int, tuple[CellSort, str]]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    @property
    def cells(self) -> int:
        """How many cells the block from the first line to the last has."""
        return (self.last_line + 1) * max(0, self.last_column - self.first_column + 1)


class SheetReading:
    """Takes a sheet's elements one after another. A cell is settled when the next one begins."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.area = Area()
        self._parser = parser
        parser.StartElementHandler = self._start
        self._names: dict[str, str] = {}
        self._line = self._column = -1
        self._kind, self._has_formula, self._has_value = "", False, False
        self._is_in_cell = False
        self._text: list[str] = []
        self._filled_line = -1
        self._notes = 0

    def finish(self) -> None:
        """Settle the last cell."""
        self._settle()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        element = self._names.get(name)
        if element is None:
            element = self._names[name] = name.rpartition(":")[2]
        if element == "c":
            self._settle()
            self._take_cell(attributes)
        elif element in ("v", "is"):
            if not self._is_in_cell:
                raise Broken
            self._has_value = True
            if element == "v" and (self._has_formula or self._kind == "e"):
                self._parser.CharacterDataHandler = self._text.append
        elif element == "f":
            self._has_formula = self._is_in_cell
        elif element == "row":
            self._settle()
            self._take_line(attributes)
        elif element in _BEHIND_CELLS:
            self._settle()
            if element == "mergeCell":
                self._take_merged(attributes.get("ref", ""))

    def _take_line(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        line = self._line + 1 if number is None else _number(number) - 1
        if not self._line < line < MAX_LINES:
            raise Broken
        self._line, self._column = line, -1

    def _take_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        line, column = (self._line, self._column + 1) if reference is None else _place(reference)
        if line != self._line or not self._column < column < MAX_COLUMNS:
            raise Broken
        self._column = column
        self._kind = attributes.get("t", "")
        self._is_in_cell = True

    def _settle(self) -> None:
        """Note the cell that was begun, if it holds anything."""
        self._is_in_cell = False
        if not (self._has_value or self._has_formula):
            return
        area = self.area
        self._parser.CharacterDataHandler = None
        text = "".join(self._text).strip()
        if self._kind == "e":
            self._note(CellSort.ERROR, text or "#VALUE!")
        elif self._has_formula and not text and self._kind != "str":
            self._note(CellSort.NOT_CALCULATED, "")
        area.first_column = min(area.first_column, self._column)
        area.last_column = max(area.last_column, self._column)
        area.last_line = self._line
        if self._line != self._filled_line:
            self._filled_line = self._line
            area.lines += 1
        if area.cells > MAX_AREA:
            raise SpreadsheetRefused("WORKBOOK_TOO_LARGE", why="cells")
        self._has_formula = self._has_value = False
        self._text.clear()

    def _note(self, sort: CellSort, text: str) -> None:
        self._notes += 1
        if self._notes > MAX_NOTES:
            raise SpreadsheetRefused("WORKBOOK_TOO_LARGE", why="notes")
        self.area.notes.setdefault(self._line, {})[self._column] = (sort, text[:16])

    def _take_merged(self, reference: str) -> None:
        ends = _RANGE.fullmatch(reference)
        if ends is None:
            raise Broken
        (top, left), (bottom, right) = _place(ends[1]), _place(ends[2])
        self.area.merged.append((top, left, bottom, right))


def _place(reference: str) -> tuple[int, int]:
    """Return line and column of a reference such as B7."""
    parts = _REFERENCE.fullmatch(reference)
    if parts is None:
        raise Broken
    column = 0
    for letter in parts[1]:
        column = column * 26 + ord(letter) - 64
    return int(parts[2]) - 1, column - 1


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        raise Broken
    return int(text)


def merged_lines(area: Area) -> Iterator[list[tuple[int, int, int, int]]]:
    """Yield for each line of `area`, from the first, the merged ranges that reach into it.

    Raises:
        SpreadsheetRefused: WORKBOOK_TOO_LARGE, where the ranges lie upon each other beyond any use.
    """
    inside = [
        (top, left, min(bottom, area.last_line), min(right, area.last_column))
        for top, left, bottom, right in area.merged
        if top <= area.last_line and left <= area.last_column
    ]
    if sum((bottom - top + 1) * (right - left + 1) for top, left, bottom, right in inside) > MAX_AREA:
        raise SpreadsheetRefused("WORKBOOK_TOO_LARGE", why="cells")
    inside.sort(reverse=True)
    reaching: list[tuple[int, int, int, int]] = []
    for line in range(area.last_line + 1):
        while inside and inside[-1][0] <= line:
            reaching.append(inside.pop())
        if reaching:
            reaching = [merged for merged in reaching if merged[2] >= line]
        yield reaching
