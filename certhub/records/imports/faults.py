"""What is wrong with a file or with a row, and the words for it (messages.json: Chinese and English).

    BadFile     the file cannot be read as a table of certificates; no row is judged
    RowFaults   a row cannot be taken; one RowFault for each of its cells that is wrong

No message carries what stood in a cell; numbers of rows, names of columns and limits are all it may tell.
"""

from collections.abc import Mapping
from typing import Self

from certhub.adapters.spreadsheets import SpreadsheetRefused
from certhub.errors import BadRequest
from certhub.spelling.row_faults import RowFault
from certhub.spelling.sentences import Lang, sentence


class BadFile(BadRequest):
    """The file as a whole cannot be read; `code` is permanent, `column` names the column or is empty."""

    code = "BAD_FILE"

    def __init__(self, code: str, column: str = "", **detail: str) -> None:
        super().__init__(words(code, "en", {"column": column, **detail}), code=code, detail=detail)
        self.column = column

    @classmethod
    def of(cls, refused: SpreadsheetRefused) -> Self:
        """Return what the spreadsheet's reader refused, in the words of this wing."""
        detail = dict(refused.detail)
        return cls(refused.code, detail.pop("column", ""), **detail)

    def message(self, lang: Lang = "zh") -> str:
        """Return what is wrong and what to do, in `lang`."""
        return words(self.code, lang, {"column": self.column, **self.detail})


def row_fault(
    row: int, column: str, code: str, lang: Lang = "zh", detail: Mapping[str, str] | None = None
) -> RowFault:
    """Return the fault with its words; `detail` fills their blanks and may pick a closer sentence (`why`)."""
    return RowFault(row, column, code, words(code, lang, detail or {}))


def words(code: str, lang: Lang, detail: Mapping[str, str]) -> str:
    """Return the sentence for `code` in `lang` (certhub/spelling/sentences.py)."""
    return sentence(code, lang, detail, of=__package__)
