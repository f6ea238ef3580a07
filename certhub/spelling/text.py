"""Which characters may stand in a value, and how a value is spelled.

    text      keeps its characters (NFC), outer spaces go
    codes     NFKC, outer spaces go, upper case        (full-width digits and letters become plain ones)

What a reader cannot see, or what only one department's font can show, is refused by the same screen that the
verifier holds what it shows to: `certhub_schemas.text`.

What a spreadsheet computes may not be signed either: a formula says something else tomorrow, and `#N/A` says
that the value was lost on its way here.

    name      also not with + or - at its start; where a claim names somebody, a dash alone says that there is nobody
    value     + is a formula unless a digit follows (+86 …); - is a dash or a basement (-1层)
"""

import re
import unicodedata

from certhub_schemas.codes import normalise
from certhub_schemas.text import unfit

OUTER_SPACE = (
    "\t\n\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)

_FORMULA = re.compile("[=@＝＠]|[+＋](?![0-9０-９])")
_FORMULA_OF_NAME = re.compile("[=@＝＠+＋\\-－]")
_FORMULA_OF_NAMING = re.compile("[=@＝＠+＋]|[-－](?![-－]*$)")
_SHEET_ERROR = re.compile(  # the error values of spreadsheets, and ##### of a column too narrow to print
    r"[#＃](?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!"
    r"|EXTERNAL!|PYTHON!|GETTING_DATA|[#＃]+)",
    re.IGNORECASE,
)


class Unfit(Exception):
    """A value cannot be taken; `code` is the code of the fault that whoever reads it tells."""

    def __init__(self, code: str, **detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def read_text(raw: str, *, max_length: int | None = None, lines: bool = False) -> str:
    """Return `raw` in NFC without outer spaces; the empty string where it is blank.

    With `lines`, line breaks inside are kept, each as one LF.

    Raises:
        Unfit: TEXT_CONTROL_CHARS, TEXT_UNMAPPED_CHARS or TEXT_TOO_LONG (`max_length` in characters).
    """
    text = raw.strip(OUTER_SPACE)
    if lines:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    _refuse_unfit(text, lines=lines)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return _within(text, max_length)


def read_name(raw: str, *, max_length: int | None = None) -> str:
    """Return `raw` as `read_text` does: the name of a holder.

    Raises:
        Unfit: as `read_text`, TEXT_FORMULA or TEXT_SHEET_ERROR.
    """
    _refuse_sheet(raw.strip(OUTER_SPACE), _FORMULA_OF_NAME)
    return read_text(raw, max_length=max_length)


def read_naming(raw: str, *, max_length: int | None = None, lines: bool = False) -> str:
    """Return `raw` as `read_text` does: the text of a claim that names a person or an organisation.

    Raises:
        Unfit: as `read_name`; but a dash alone is none.
    """
    _refuse_sheet(raw.strip(OUTER_SPACE), _FORMULA_OF_NAMING)
    return read_text(raw, max_length=max_length, lines=lines)


def begins_formula(name: str) -> bool:
    """Tell whether a spreadsheet would compute the name of somebody; a dash alone it would not."""
    return bool(_FORMULA_OF_NAMING.match(name))


def read_value(raw: str, *, max_length: int | None = None, lines: bool = False) -> str:
    """Return `raw` as `read_text` does: the text of a claim.

    Raises:
        Unfit: as `read_text`, TEXT_FORMULA or TEXT_SHEET_ERROR.
    """
    _refuse_sheet(raw.strip(OUTER_SPACE), _FORMULA)
    return read_text(raw, max_length=max_length, lines=lines)


def read_printed_number(raw: str, *, max_length: int | None = None) -> str:
    """Return `raw` in NFKC without outer spaces, letters as they are; `max_length` in characters.

    Raises:
        Unfit: as `read_value`.
    """
    text = raw.strip(OUTER_SPACE)
    _refuse_sheet(text, _FORMULA)
    _refuse_unfit(text)
    return _within(unicodedata.normalize("NFKC", text).strip(), max_length)


def read_code(raw: str) -> str:
    """Return `raw` as codes are spelled: NFKC, no outer spaces, upper case.

    Raises:
        Unfit: TEXT_CONTROL_CHARS, TEXT_UNMAPPED_CHARS, TEXT_FORMULA or TEXT_SHEET_ERROR.
    """
    text = raw.strip(OUTER_SPACE)
    _refuse_sheet(text, _FORMULA)
    _refuse_unfit(text)
    return normalise(text)


def _refuse_sheet(text: str, formula: re.Pattern[str]) -> None:
    if formula.match(text):
        raise Unfit("TEXT_FORMULA")
    if _SHEET_ERROR.fullmatch(text):
        raise Unfit("TEXT_SHEET_ERROR")


def _refuse_unfit(text: str, *, lines: bool = False) -> None:
    if found := unfit(text, lines=lines):
        raise Unfit(found)


def _within(text: str, max_length: int | None) -> str:
    if max_length is not None and len(text) > max_length:
        raise Unfit("TEXT_TOO_LONG", most=str(max_length))
    return text
