"""Which characters may stand in a value, and how a value is spelled.

    text      keeps its characters (NFC), outer spaces go
    codes     NFKC, outer spaces go, upper case        (full-width digits and letters become plain ones)

What a reader cannot see may not be signed: control characters, bidirectional controls (Unicode UAX #9) and
the default-ignorable code points (UCD DerivedCoreProperties) are refused, except variation selectors, which
pick between printed forms of a rare character. So are private-use and replacement characters: what they
look like depends on the font of one department.
"""

import re
import unicodedata

from certhub_schemas.codes import normalise

OUTER_SPACE = (
    "\t\n\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
_UNMAPPED = re.compile("[\ue000-\uf8ff\ufffc-\uffff\U000f0000-\U0010ffff]")


class Unfit(Exception):
    """A value cannot be taken; `code` is the fault's code. Never leaves the catalogue."""

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
    _refuse_hidden(text.replace("\n", "") if lines else text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return _within(text, max_length)


def read_printed_number(raw: str, *, max_length: int | None = None) -> str:
    """Return `raw` in NFKC without outer spaces, letters as they are; `max_length` in characters.

    Raises:
        Unfit: as `read_text`.
    """
    text = raw.strip(OUTER_SPACE)
    _refuse_hidden(text)
    return _within(unicodedata.normalize("NFKC", text).strip(), max_length)


def read_code(raw: str) -> str:
    """Return `raw` as codes are spelled: NFKC, no outer spaces, upper case.

    Raises:
        Unfit: TEXT_CONTROL_CHARS or TEXT_UNMAPPED_CHARS.
    """
    text = raw.strip(OUTER_SPACE)
    _refuse_hidden(text)
    return normalise(text)


def _refuse_hidden(text: str) -> None:
    if _HIDDEN.search(text):
        raise Unfit("TEXT_CONTROL_CHARS")
    if _UNMAPPED.search(text):
        raise Unfit("TEXT_UNMAPPED_CHARS")


def _within(text: str, max_length: int | None) -> str:
    if max_length is not None and len(text) > max_length:
        raise Unfit("TEXT_TOO_LONG", most=str(max_length))
    return text
