"""The header of a table held against the columns that its reader knows.

Names are compared without regard to outer spaces and full-width forms. Unnamed columns at the end are nothing.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from certhub.adapters.spreadsheets.table import SpreadsheetRefused

_LONGEST_NAME = 64  # characters: longer than any column's name, so that no long cell is spelled out
_NAMES_OF_A_HEADER = 3
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Header:
    """A header that was understood: its names in the order of the file, each spelled as its reader knows it.

    `known` are the names that any header of this reader may hold, as they are compared.
    """

    names: tuple[str, ...]
    known: frozenset[str]

    def names_columns(self, cells: Sequence[str]) -> bool:
        """Say whether `cells` are a header: at least three of them name columns, which no row's do.

        Where a reader knows only one or two columns, so many are enough.
        """
        wanted = min(_NAMES_OF_A_HEADER, len(self.known))
        named = 0
        for cell in cells:
            named += len(cell) <= _LONGEST_NAME and spelling(cell) in self.known
            if named == wanted:
                return True
        return False

    def is_repeated_by(self, cells: Sequence[str]) -> bool:
        """Say whether `cells` name the same columns in the same order, blank cells at their end apart."""
        if len(cells) < len(self.names) or spelling(cells[0]) != spelling(self.names[0]):
            return False
        return _without_blank_end(cells) == [spelling(name) for name in self.names]

    def hangs_on(self, cells: Sequence[str]) -> bool:
        """Say whether this header, of another file, hangs on the last cell of a row whose line did not end."""
        last = len(self.names) - 1
        if len(cells) <= last or not cells[last].strip().endswith(self.names[0]):
            return False
        return self.is_repeated_by([self.names[0], *cells[last + 1 :]])

    def is_begun_by(self, cells: Sequence[str]) -> bool:
        """Say whether `cells` are where another file begins: behind a byte order mark, or hanging on a row."""
        return cells[0].startswith(_MARK) or self.hangs_on(cells)

    def is_contradicted_by(self, cells: Sequence[str]) -> bool:
        """Say whether `cells` are a header, and not this one: rows below it would be misread."""
        bare = [cell.removeprefix(_MARK) for cell in cells]
        return self.names_columns(bare) and not self.is_repeated_by(bare) and not self.hangs_on(bare)


def match_header(cells: Sequence[str], known: Iterable[str], *, required: Iterable[str] = ()) -> Header:
    """Return what the header line `cells` says, in the spelling of `known`.

    Raises:
        SpreadsheetRefused: HEADER_NOT_FOUND (column: one that is wanted), COLUMN_UNNAMED (place, from 1),
            COLUMN_UNKNOWN, COLUMN_DOUBLED or COLUMN_MISSING (column).
    """
    by_spelling = {spelling(name): name for name in known}
    given = _without_blank_end(cells)
    must = list(required)
    if by_spelling.keys().isdisjoint(given):
        raise SpreadsheetRefused("HEADER_NOT_FOUND", column=next(iter([*must, *by_spelling.values()]), ""))
    names: list[str] = []
    for place, name in enumerate(given, start=1):
        if not name:
            raise SpreadsheetRefused("COLUMN_UNNAMED", place=str(place))
        if name not in by_spelling:
            raise SpreadsheetRefused("COLUMN_UNKNOWN", column=name)
        if by_spelling[name] in names:
            raise SpreadsheetRefused("COLUMN_DOUBLED", column=by_spelling[name])
        names.append(by_spelling[name])
    for name in must:
        if name not in names:
            raise SpreadsheetRefused("COLUMN_MISSING", column=name)
    return Header(tuple(names), frozenset(by_spelling))


def spelling(name: str) -> str:
    """Return a column's name as it is compared: NFKC, without outer spaces."""
    return unicodedata.normalize("NFKC", name).strip()


def _without_blank_end(cells: Sequence[str]) -> list[str]:
    given = [spelling(cell) for cell in cells]
    while given and not given[-1]:
        given.pop()
    return given
