"""What is wrong with a file or with a row, and the words for it (messages.json: Chinese and English).

    BadFile     the file cannot be read as a table of certificates; no row is judged
    RowFaults   a row cannot be taken; one RowFault for each of its cells that is wrong

No message carries what stood in a cell; numbers of rows, names of columns and limits are all it may tell.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, Self

from certhub.adapters.spreadsheets import SpreadsheetRefused
from certhub.errors import BadRequest

Lang = Literal["zh", "en"]

_OTHER = "OTHER"


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


def row_fault(
    row: int, column: str, code: str, lang: Lang = "zh", detail: Mapping[str, str] | None = None
) -> RowFault:
    """Return the fault with its words; `detail` fills their blanks and may pick a closer sentence (`why`)."""
    return RowFault(row, column, code, words(code, lang, detail or {}))


def words(code: str, lang: Lang, detail: Mapping[str, str]) -> str:
    """Return the sentence for `code` in `lang`.

    A `why` in `detail` picks the sentence `CODE.why` where there is one. A code without a sentence gets the
    general one, so that a new reason in a lower layer never breaks an import.
    """
    known = _messages()
    sentence = known.get(f"{code}.{detail.get('why', '')}") or known.get(code) or known[_OTHER]
    return sentence[lang].format_map(_Blanks(detail))


class _Blanks(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


@cache
def _messages() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = json.loads(
        files("certhub.records.imports").joinpath("messages.json").read_text(encoding="utf-8")
    )
    return found
