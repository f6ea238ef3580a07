"""CSV: bytes into records.

    UTF-8, with or without a byte order mark, or GB18030     told by the header line, which is Chinese
    comma, tab or semicolon                                  the one that the header line has most of
    CR LF, LF or a bare CR                                   the one that ends the header line
    a record's number                                        what a spreadsheet shows: records, header = 1

Records are taken one after another, so that the size of the file does not matter.
"""

import codecs
import csv
from collections.abc import Iterator
from typing import BinaryIO

from certhub.adapters.spreadsheets.table import Record, SpreadsheetRefused, Table

UTF8, UTF8_MARKED, GB18030 = "UTF-8", "UTF-8 (BOM)", "GB18030"

_DELIMITERS = ",\t;"  # the first wins a tie
_CODECS = {UTF8: "utf-8", UTF8_MARKED: "utf-8", GB18030: "gb18030"}
_CHUNK = 1 << 16
_LONGEST_LINE = 1 << 20  # bytes: a row of claims has at most 36 KiB, and a cell 131,072 characters

# GB 18030-2022 gave these 18 codes to real characters; the codec still says private use, as in 2005.
_SINCE_2022 = str.maketrans(
    "\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864",
    "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb",
)


def open_text(source: BinaryIO, name: str, telltale: str) -> Table:
    """Return the table in a text file; `telltale` as in `open_table`.

    Raises:
        SpreadsheetRefused: FILE_EMPTY, ENCODING_UNREADABLE or CSV_UNREADABLE; records raise FILES_JOINED too.
    """
    encoding, first_line = _detect(source)
    delimiter = max(_DELIMITERS, key=first_line.count)

    def records() -> Iterator[Record]:
        return _records(source, encoding, delimiter, telltale)

    first = next(records(), None)
    if first is None:
        raise SpreadsheetRefused("FILE_EMPTY")
    if first.cells is None:
        raise SpreadsheetRefused("CSV_UNREADABLE", row=str(first.number))
    return Table(name, encoding, tuple(first.cells), records, delimiter=delimiter)


def _detect(source: BinaryIO) -> tuple[str, str]:
    """Return the encoding's name and the header line as text."""
    source.seek(0)
    start = source.read(_CHUNK)
    if not start:
        raise SpreadsheetRefused("FILE_EMPTY")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SpreadsheetRefused("ENCODING_UNREADABLE", why="utf16")
    line = _first_line(source)
    if line.startswith(codecs.BOM_UTF8):
        return UTF8_MARKED, line.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")
    for encoding in (UTF8, GB18030):
        try:
            return encoding, line.decode(_CODECS[encoding])
        except UnicodeDecodeError:
            continue
    raise SpreadsheetRefused("ENCODING_UNREADABLE", row="1")


def _first_line(source: BinaryIO) -> bytes:
    source.seek(0)
    try:
        return next(_byte_lines(source))
    except _TooLong as long:
        raise SpreadsheetRefused("CSV_UNREADABLE", why="long", row="1") from long


def _records(source: BinaryIO, encoding: str, delimiter: str, telltale: str) -> Iterator[Record]:
    """Yield each record from the header (1) on; without cells where its quotes do not pair up."""
    lines = _lines(source, encoding, telltale)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells: list[str] | None = next(reader)
        except StopIteration:
            return
        except UnicodeDecodeError as unreadable:
            raise SpreadsheetRefused("ENCODING_UNREADABLE", row=str(number)) from unreadable
        except _OtherEncoding as joined:
            raise SpreadsheetRefused("FILES_JOINED", why="columns", row=str(number)) from joined
        except _TooLong as long:
            raise SpreadsheetRefused("CSV_UNREADABLE", why="long", row=str(number)) from long
        except csv.Error as broken:
            # Text behind a closing quote spoils one row. Anything else (a quote that never closes) has
            # swallowed rows that nobody would miss, so the file is refused.
            if "new-line character" in str(broken):
                raise SpreadsheetRefused("CSV_UNREADABLE", why="line_ends", row=str(number)) from broken
            if "expected after" not in str(broken):
                raise SpreadsheetRefused("CSV_UNREADABLE", row=str(number)) from broken
            cells = None
        yield Record(number, cells)


class _TooLong(Exception):
    """A line is longer than any row."""


class _OtherEncoding(Exception):
    """A line names a column in another encoding than the file began in."""


def _lines(source: BinaryIO, encoding: str, telltale: str) -> Iterator[str]:
    """Yield decoded lines; no byte of a GB18030 character is a line end, so bytes may be split first."""
    source.seek(len(codecs.BOM_UTF8) if encoding == UTF8_MARKED else 0)
    codec = _CODECS[encoding]
    column_elsewhere = telltale.encode("utf-8" if encoding == GB18030 else "gb18030")
    for line in _byte_lines(source):
        if column_elsewhere and column_elsewhere in line:
            raise _OtherEncoding
        decoded = line.decode(codec)
        yield decoded.translate(_SINCE_2022) if encoding == GB18030 else decoded


def _byte_lines(source: BinaryIO) -> Iterator[bytes]:
    """Yield lines with their ends, from where `source` stands; they end as the first of them does.

    Raises:
        _TooLong: a line does not end; no more than two of the longest are held.
    """
    first = source.read(_CHUNK)
    end = b"\r" if _ends_in_cr(first) else b"\n"
    rest = b""
    part = first
    while part:
        *whole, rest = (rest + part).split(end)
        for line in whole:
            yield line + end
        if len(rest) > _LONGEST_LINE:
            raise _TooLong
        part = source.read(_CHUNK)
    if rest:
        yield rest


def _ends_in_cr(start: bytes) -> bool:
    """Whether the first line ends in a bare CR."""
    place = start.find(b"\r")
    return place >= 0 and b"\n" not in start[:place] and start[place + 1 : place + 2] != b"\n"
