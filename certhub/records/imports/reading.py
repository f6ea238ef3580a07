"""CSV as departments export it: bytes into rows, nothing judged but the shape.

    UTF-8, with or without a byte order mark, or GB18030     told by the header line, which is Chinese
    comma, tab or semicolon                                  the one that the header line has most of
    CR LF, LF or a bare CR                                   the one that ends the header line
    a row's number                                           what a spreadsheet shows: records, header = 1

A file is gone through twice: first to know that all of it can be read, so that no import stops half-way,
then row by row, so that its size does not matter. Records that are blank are nothing, but count.

Files that were joined are taken apart by nobody: a header in the middle is refused as what it is, and a
header of other columns or of another encoding refuses the file, since rows below it would be misread.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from certhub_schemas import Kind

from certhub.records.imports.columns import Columns, column_of, is_header, read_header, same_header
from certhub.records.imports.faults import BadFile, row_fault
from certhub.spelling.row_faults import RowFaults
from certhub.spelling.sentences import Lang

KIND_COLUMN = column_of("/kind")
UTF8, UTF8_MARKED, GB18030 = "UTF-8", "UTF-8 (BOM)", "GB18030"

_DELIMITERS = ",\t;"  # the first wins a tie
_CODECS = {UTF8: "utf-8", UTF8_MARKED: "utf-8", GB18030: "gb18030"}
_MARK = "\ufeff"
_CHUNK = 1 << 16
_LONGEST_LINE = 1 << 20  # bytes: a row of claims has at most 36 KiB, and a cell 131,072 characters
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # ZIP (xlsx), OLE2 (xls)

# GB 18030-2022 gave these 18 codes to real characters; the codec still says private use, as in 2005.
_SINCE_2022 = str.maketrans(
    "\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864",
    "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `number` is the line that a spreadsheet shows, `cells` the text by column name."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rows:
    """A file that can be read to its end. Iterating reads it again from the start.

    `total` is the number of rows that are not blank, those of the wrong shape included.
    """

    name: str
    encoding: str
    delimiter: str
    columns: Columns
    total: int
    source: BinaryIO
    lang: Lang

    def __iter__(self) -> Iterator[Row | RowFaults]:
        """Yield each row that is not blank; RowFaults (ROW_SHAPE) where it does not fit the header."""
        records = _records(self.source, self.encoding, self.delimiter)
        next(records)
        names = self.columns.names
        for number, record in records:
            if record is None:
                yield self._misshapen(number, {"why": "quotes"})
            elif _is_blank(record):
                continue
            elif code := _second_header(record, self.columns):
                yield RowFaults(number, (row_fault(number, "", code, self.lang),))
            elif len(record) < len(names) or not _is_blank(record[len(names) :]):
                yield self._misshapen(number, {"found": str(len(record)), "expected": str(len(names))})
            else:
                yield Row(number, dict(zip(names, record, strict=False)))

    def _misshapen(self, number: int, detail: dict[str, str]) -> RowFaults:
        return RowFaults(number, (row_fault(number, "", "ROW_SHAPE", self.lang, detail),))


def read_rows(data: bytes | BinaryIO, name: str, *, of: Iterable[Kind], lang: Lang = "zh") -> Rows:
    """Return the rows of the file called `name`, after making sure that it can be read to its end.

    A stream must be seekable; it is not closed, and must stay open while rows are taken. `of` are the kinds
    whose claims may be columns. Row faults speak `lang`.

    Raises:
        BadFile: XLSX_NOT_YET, FILE_EMPTY, NO_ROWS, ENCODING_UNREADABLE, CSV_UNREADABLE, FILES_JOINED, or what
            `read_header` raises.
    """
    source = io.BytesIO(data) if isinstance(data, bytes) else data
    encoding, first_line = _detect(source, name)
    delimiter = max(_DELIMITERS, key=first_line.count)
    records = _records(source, encoding, delimiter)
    first = next(records, None)
    if first is None:
        raise BadFile("FILE_EMPTY")
    number, header = first
    if header is None:
        raise BadFile("CSV_UNREADABLE", row=str(number))
    columns = read_header(header, of)
    total = 0
    for number, record in records:
        if record is None or not _is_blank(record):
            total += 1
        if record is not None and _is_other_header(record, columns):
            raise BadFile("FILES_JOINED", why="columns", row=str(number))
    if not total:
        raise BadFile("NO_ROWS")
    return Rows(name, encoding, delimiter, columns, total, source, lang)


def _detect(source: BinaryIO, name: str) -> tuple[str, str]:
    """Return the encoding's name and the header line as text."""
    source.seek(0)
    start = source.read(_CHUNK)
    if not start:
        raise BadFile("FILE_EMPTY")
    if start.startswith(_WORKBOOKS) or name.lower().endswith((".xlsx", ".xls", ".xlsm", ".et")):
        raise BadFile("XLSX_NOT_YET")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise BadFile("ENCODING_UNREADABLE", why="utf16")
    line = _first_line(source)
    if line.startswith(codecs.BOM_UTF8):
        return UTF8_MARKED, line.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")
    for encoding in (UTF8, GB18030):
        try:
            return encoding, line.decode(_CODECS[encoding])
        except UnicodeDecodeError:
            continue
    raise BadFile("ENCODING_UNREADABLE", row="1")


def _first_line(source: BinaryIO) -> bytes:
    source.seek(0)
    try:
        return next(_byte_lines(source))
    except _TooLong as long:
        raise BadFile("CSV_UNREADABLE", why="long", row="1") from long


def _records(source: BinaryIO, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """Yield each record with its number, from the header (1) on; None where its quotes do not pair up."""
    lines = _lines(source, encoding)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            record: list[str] | None = next(reader)
        except StopIteration:
            return
        except UnicodeDecodeError as unreadable:
            raise BadFile("ENCODING_UNREADABLE", row=str(number)) from unreadable
        except _OtherEncoding as joined:
            raise BadFile("FILES_JOINED", why="columns", row=str(number)) from joined
        except _TooLong as long:
            raise BadFile("CSV_UNREADABLE", why="long", row=str(number)) from long
        except csv.Error as broken:
            # Text behind a closing quote spoils one row. Anything else (a quote that never closes) has
            # swallowed rows that nobody would miss, so the file is refused.
            if "new-line character" in str(broken):
                raise BadFile("CSV_UNREADABLE", why="line_ends", row=str(number)) from broken
            if "expected after" not in str(broken):
                raise BadFile("CSV_UNREADABLE", row=str(number)) from broken
            record = None
        yield number, record


class _TooLong(Exception):
    """A line is longer than any row."""


class _OtherEncoding(Exception):
    """A line names a column in another encoding than the file began in."""


def _lines(source: BinaryIO, encoding: str) -> Iterator[str]:
    """Yield decoded lines; no byte of a GB18030 character is a line end, so bytes may be split first."""
    source.seek(len(codecs.BOM_UTF8) if encoding == UTF8_MARKED else 0)
    codec = _CODECS[encoding]
    column_elsewhere = KIND_COLUMN.encode("utf-8" if encoding == GB18030 else "gb18030")
    for line in _byte_lines(source):
        if column_elsewhere in line:
            raise _OtherEncoding
        text = line.decode(codec)
        yield text.translate(_SINCE_2022) if encoding == GB18030 else text


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


def _second_header(record: list[str], columns: Columns) -> str:
    """Return the code of what `record` is, where it is no row but the start of a table; else empty."""
    if record[0].startswith(_MARK) or _glued(record, columns):
        return "FILES_JOINED"
    return "HEADER_REPEATED" if same_header(record, columns) else ""


def _glued(record: list[str], columns: Columns) -> bool:
    """Whether the header of another file hangs on the last cell of a row whose line did not end."""
    last = len(columns.names) - 1
    if len(record) <= last or not record[last].strip().endswith(columns.names[0]):
        return False
    return same_header([columns.names[0], *record[last + 1 :]], columns)


def _is_other_header(record: list[str], columns: Columns) -> bool:
    """Whether `record` is a header, and not the one of this file."""
    cells = [cell.removeprefix(_MARK) for cell in record]
    return is_header(cells, columns) and not same_header(cells, columns) and not _glued(record, columns)


def _is_blank(record: list[str]) -> bool:
    return not "".join(record).strip()
