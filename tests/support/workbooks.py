"""Workbooks made for the tests: as a spreadsheet writes them (XlsxWriter), and by hand where none would."""

import io
import zipfile
from collections.abc import Callable, Sequence

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

Fill = Callable[[xlsxwriter.Workbook, Worksheet], None]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(
    *sheets: Sequence[Sequence[str]],
    fill: Fill = lambda book, sheet: None,
    hidden: Sequence[int] = (),
    **options: object,
) -> bytes:
    """Sheets of text, called 表1, 表2 and so on; `fill` gets the first of them when its text is written."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, **options})
    for place, lines in enumerate(sheets or ((),), start=1):
        sheet = book.add_worksheet(f"表{place}")
        for line, cells in enumerate(lines):
            for column, text in enumerate(cells):
                if text:
                    sheet.write_string(line, column, text)
        if place in hidden:
            sheet.hide()
        if place == 1:
            fill(book, sheet)
            if place in hidden:
                book.add_worksheet("空").activate()
    book.close()
    return file.getvalue()


def sheet_xml(lines: str, *, behind: str = "", head: str = "") -> str:
    """A sheet's part around its lines."""
    return f'<worksheet xmlns="{_MAIN}">{head}<sheetData>{lines}</sheetData>{behind}</worksheet>'


def package(sheet: str, **parts: str | bytes) -> bytes:
    """A workbook of one sheet S, as small as one can be; `parts` are more of it, by name."""
    everything: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": _relations("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": sheet,
        **parts,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in everything.items():
            archive.writestr(name, content)
    return file.getvalue()


def line_xml(number: int, *texts: str) -> str:
    """A line of text cells, from column A on."""
    cells = "".join(
        f'<c r="{chr(65 + column)}{number}" t="str"><v>{text}</v></c>' for column, text in enumerate(texts)
    )
    return f'<row r="{number}">{cells}</row>'


def _relations(sort: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/{sort}" Target="{target}"/></Relationships>'
    )
