"""A workbook's package, gone through before calamine reads it: how large it is, and which part is which sheet.

Each part is inflated here once, against a bound that its own headers have no say in, and each sheet is parsed
strictly (sheet_part.py). What could be read in two ways is refused: two parts of one name, two workbooks, an entity.
"""

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from certhub.adapters.spreadsheets.sheet_part import Area, Broken, SheetReading
from certhub.adapters.spreadsheets.table import SpreadsheetRefused

MAX_FILE = 64 << 20  # bytes of the file
MAX_INFLATED = 256 << 20  # bytes of all its parts together
MAX_PARTS = 2_000

_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the workbook; `area` is None where it is no sheet of cells (a chart, a macro)."""

    name: str
    is_visible: bool
    area: Area | None


def look_through(source: BinaryIO) -> list[Sheet]:
    """Return the sheets in the workbook's order.

    Raises:
        SpreadsheetRefused: WORKBOOK_TOO_LARGE (why: file, inflated, cells or notes), WORKBOOK_FORMAT,
            WORKBOOK_UNREADABLE.
    """
    if source.seek(0, 2) > MAX_FILE:
        raise SpreadsheetRefused("WORKBOOK_TOO_LARGE", why="file")
    try:
        with zipfile.ZipFile(source) as package:
            return _sheets(_parts(package))
    except (Broken, expat.ExpatError, zipfile.BadZipFile, zlib.error, OSError, EOFError) as broken:
        raise SpreadsheetRefused("WORKBOOK_UNREADABLE") from broken
    except (NotImplementedError, RuntimeError, ValueError, OverflowError) as broken:
        # What zipfile says of an archive with a password of its own, of another version, or with a date of no calendar.
        raise SpreadsheetRefused("WORKBOOK_UNREADABLE") from broken


@dataclass
class _Book:
    sheets: list[tuple[str, bool, str]] = field(default_factory=list)  # name, visible, relation


@dataclass
class _Relations:
    targets: dict[str, str] = field(default_factory=dict)


_Part = Area | _Book | _Relations | None


def _parts(package: zipfile.ZipFile) -> Mapping[str, _Part]:
    """Inflate every part to its end and return, by its name in small letters, what was found in it."""
    members = package.infolist()
    if len(members) > MAX_PARTS:
        raise SpreadsheetRefused("WORKBOOK_TOO_LARGE", why="inflated")
    parts: dict[str, _Part] = {}
    left = MAX_INFLATED
    for member in members:
        name = member.filename.replace("\\", "/").lower()
        if name in parts:
            raise Broken  # two parts of one name: nobody can say which is read
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Broken  # no spreadsheet does so, and the others take memory before they give a byte
        member.file_size = left + 4 * _CHUNK  # what the archive says of a part's size bounds nothing
        reading = _PartReading()
        with package.open(member) as part:
            while data := part.read(_CHUNK):
                left -= len(data)
                if left < 0:
                    raise SpreadsheetRefused("WORKBOOK_TOO_LARGE", why="inflated")
                reading.feed(data)
        parts[name] = reading.end(must_be_xml=name.endswith((".xml", ".rels")))
    return parts


def _sheets(parts: Mapping[str, _Part]) -> list[Sheet]:
    """Return the sheets that the one workbook among the parts names."""
    books = [(name, part) for name, part in parts.items() if isinstance(part, _Book)]
    if not books and any(name in parts for name in ("xl/workbook.bin", "content.xml")):
        raise SpreadsheetRefused("WORKBOOK_FORMAT")  # .xlsb, .ods
    if len(books) != 1 or not books[0][1].sheets:
        raise Broken
    [(name, book)] = books
    folder, base = posixpath.split(name)
    relations = parts.get(posixpath.join(folder, "_rels", f"{base}.rels"))
    if not isinstance(relations, _Relations):
        raise Broken
    sheets = []
    for sheet, is_visible, relation in book.sheets:
        target = relations.targets.get(relation, "").replace("\\", "/").lower()
        if not target:
            raise Broken
        path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        if path not in parts:
            raise Broken
        area = parts[path]
        sheets.append(Sheet(sheet, is_visible, area if isinstance(area, Area) else None))
    return sheets


class _PartReading:
    """Parses one part as far as its root says that it matters; a sheet to its end."""

    def __init__(self) -> None:
        self._part: _Part = None
        self._failed: expat.ExpatError | None = None
        parser = expat.ParserCreate()
        parser.StartElementHandler = lambda name, _: self._root(name, parser)
        parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser: expat.XMLParserType | None = parser
        self._finish: Callable[[], None] = lambda: None

    def feed(self, data: bytes, *, is_end: bool = False) -> None:
        """Take the next bytes."""
        if self._parser is None:
            return
        try:
            self._parser.Parse(data, is_end)
        except expat.ExpatError as failed:
            if self._part is not None:
                raise
            self._failed, self._parser = failed, None
        except _OfNoInterest:
            self._parser = None

    def end(self, *, must_be_xml: bool) -> _Part:
        """Return what the part was.

        Raises:
            expat.ExpatError: it should be XML and is not.
        """
        self.feed(b"", is_end=True)
        if self._failed is not None and must_be_xml:
            raise self._failed
        self._finish()
        return self._part

    def _root(self, name: str, parser: expat.XMLParserType) -> None:
        root = name.rpartition(":")[2]
        if root == "worksheet":
            reading = SheetReading(parser)
            self._part, self._finish = reading.area, reading.finish
        elif root == "workbook":
            self._part = book = _Book()
            parser.StartElementHandler = lambda name, found: _take_sheet(book, name, found)
        elif root == "Relationships":
            self._part = relations = _Relations()
            parser.StartElementHandler = lambda name, found: _take_relation(relations, name, found)
        else:
            raise _OfNoInterest


class _OfNoInterest(Exception):
    """The rest of this part says nothing about the table."""


def _refuse_doctype(*_: object) -> None:
    raise Broken


def _take_sheet(book: _Book, name: str, attributes: dict[str, str]) -> None:
    if name.rpartition(":")[2] == "sheet":
        relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
        is_visible = attributes.get("state", "visible") == "visible"
        book.sheets.append((attributes.get("name", ""), is_visible, relation))


def _take_relation(relations: _Relations, name: str, attributes: dict[str, str]) -> None:
    # What lies outside the file is never fetched, so that nothing can be read from there.
    if name.rpartition(":")[2] == "Relationship" and attributes.get("TargetMode") != "External":
        relations.targets[attributes.get("Id", "")] = attributes.get("Target", "")
