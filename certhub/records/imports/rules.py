"""Whether a row may go in: pure decisions over one row, and over the rows before it in the same file.

What a draft must satisfy is known to the catalogue, which is handed in as `accept`; here its answer is
turned into what a spreadsheet knows: row, column, and one reason for each cell.
"""

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from typing import TypeVar

from certhub.errors import ClaimsInvalid, Fault
from certhub.records.imports.columns import Cells, cells_of, column_of
from certhub.records.imports.faults import row_fault
from certhub.records.imports.reading import Row
from certhub.spelling.row_faults import RowFault, RowFaults
from certhub.spelling.sentences import Lang

Accepted = TypeVar("Accepted")

NUMBER_COLUMN = column_of("/number")

_FIRST = ("ID_EXCEL_NUMBER", "TEXT_SHEET_ERROR", "TEXT_FORMULA", "TEXT_CONTROL_CHARS", "TEXT_UNMAPPED_CHARS")
_LAST = "REQUIRED_MISSING"


def judge_row(row: Row, *, accept: Callable[[Cells], Accepted], lang: Lang = "zh") -> Accepted | RowFaults:
    """Return the draft that `accept` makes of `row`, or every cell that is wrong.

    `accept` raises ClaimsInvalid. Where several faults fall into one cell (holders share a column), the one
    that says most is told: what a spreadsheet destroyed, then hidden characters, then a count that does not
    pair up, then the rest; "missing" last.
    """
    cells, unpaired = cells_of(row.cells)
    faults = list(unpaired)
    try:
        draft = accept(cells)
    except ClaimsInvalid as refused:
        faults += refused.faults
    else:
        if not faults and not row.spoiled:
            return draft
    return _result_of(row, faults, bool(unpaired), lang)


def judge_rows(
    rows: Iterable[Row | RowFaults],
    *,
    accept: Callable[[Cells], Accepted],
    identity: Callable[[Accepted], bytes],
    lang: Lang = "zh",
) -> Iterator[tuple[int, Accepted | RowFaults]]:
    """Yield each row's number with its draft or its faults; the second of two equal drafts is refused.

    Equal means equal `identity`. Only a row that is itself in order counts as the first: a refused row is
    not in the file as far as the hub is concerned.
    """
    seen = FirstSeen()
    for row in rows:
        if isinstance(row, RowFaults):
            yield row.row, row
            continue
        verdict = judge_row(row, accept=accept, lang=lang)
        if not isinstance(verdict, RowFaults):
            first = seen.first_row(identity(verdict), row.number)
            if first != row.number:
                yield row.number, RowFaults(row.number, (duplicate(row.number, first, lang),))
                continue
        yield row.number, verdict


class FirstSeen:
    """Which row of a file first had an identity; 16 bytes of digest a row, so that no number is kept."""

    def __init__(self) -> None:
        self._rows: dict[bytes, int] = {}

    def first_row(self, identity: bytes, row: int) -> int:
        """Return the row that first had `identity`: `row` itself, if none had it before."""
        return self._rows.setdefault(blake2b(identity, digest_size=16).digest(), row)


def duplicate(row: int, first: int, lang: Lang = "zh") -> RowFault:
    """Return the fault of `row`, which holds the same certificate as the row `first`."""
    return row_fault(row, NUMBER_COLUMN, "DUPLICATE_IN_FILE", lang, {"first_row": str(first)})


def _result_of(row: Row, faults: list[Fault], unpaired: bool, lang: Lang) -> RowFaults:
    by_column: dict[str, Fault] = dict(row.spoiled)
    for fault in sorted(faults, key=_rank):
        if unpaired and fault.pointer == "/holders":
            continue  # how many holders there are is not known before their columns pair up
        by_column.setdefault(column_of(fault.pointer), fault)
    places = {name: place for place, name in enumerate(row.cells)}
    ordered = sorted(by_column.items(), key=lambda told: places.get(told[0], len(places)))
    return RowFaults(
        row.number,
        tuple(row_fault(row.number, column, fault.code, lang, fault.detail) for column, fault in ordered),
    )


def _rank(fault: Fault) -> int:
    if fault.code in _FIRST:
        return _FIRST.index(fault.code)
    if fault.code == "HOLDER_COUNT":
        return len(_FIRST)
    return len(_FIRST) + (2 if fault.code == _LAST else 1)
