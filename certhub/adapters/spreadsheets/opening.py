"""Which sort of file it is: told by its content, never by its name alone."""

import io
from typing import BinaryIO

from certhub.adapters.spreadsheets import text, workbook
from certhub.adapters.spreadsheets.table import SpreadsheetRefused, Table

_ZIP, _OLE2 = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_NAMES_OF_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream of an OLE2 file that holds a locked workbook
_CHUNK = 1 << 20


def open_table(source: bytes | BinaryIO, name: str, *, telltale: str = "") -> Table:
    """Return the table in the file called `name`.

    A stream must be seekable; it is not closed, and must stay open while records are taken. `telltale` is a
    column that every file of this sort has: a line of text that holds it in another encoding is another file's header.

    Raises:
        SpreadsheetRefused: FILE_EMPTY; ENCODING_UNREADABLE, CSV_UNREADABLE (row, why); WORKBOOK_FORMAT,
            WORKBOOK_LOCKED, WORKBOOK_UNREADABLE, WORKBOOK_TOO_LARGE (why). Records raise FILES_JOINED too.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    stream.seek(0)
    start = stream.read(len(_ZIP))
    if start == _ZIP:
        return workbook.open_workbook(stream, name)
    if start == _OLE2:
        # .xls and .et say of no formula whether it was ever calculated, and their cells have no bound that could
        # be looked at beforehand.
        raise SpreadsheetRefused("WORKBOOK_LOCKED" if _holds(stream, _ENCRYPTED) else "WORKBOOK_FORMAT")
    if start and name.lower().endswith(_NAMES_OF_WORKBOOKS):
        raise SpreadsheetRefused("WORKBOOK_UNREADABLE", why="name")
    return text.open_text(stream, name, telltale)


def _holds(source: BinaryIO, wanted: bytes) -> bool:
    source.seek(0)
    rest = b""
    while part := source.read(_CHUNK):
        if wanted in rest + part:
            return True
        rest = part[-len(wanted) :]
    return False
