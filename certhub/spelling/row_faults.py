"""What is wrong with a row of a file: one fault for each of its cells, in words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowFault:
    """One wrong cell; `row` is the line that a spreadsheet shows, `column` empty for the row as a whole."""

    row: int
    column: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class RowFaults:
    """A row that is refused, and why: at least one fault, at most one for a cell, in column order."""

    row: int
    faults: tuple[RowFault, ...]
