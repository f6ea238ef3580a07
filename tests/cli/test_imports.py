"""certhub import: a file as a department exports it, from CSV and from a workbook alike."""

import io
import json
from pathlib import Path

import pytest

from certhub.cli import main
from tests.support.exports import HEADER, csv_file, row
from tests.support.region import Region
from tests.support.workbooks import workbook

ROWS = [
    row("食-1"),
    row("食-2", 证照有效期截止日期="45296"),
    row("食-1"),
    row("食-3", 持证主体="示例·䶮"),
    [*row("食-4"), "旁注"],
    row("食-5", 持证主体代码="4.20799E+17"),
]


@pytest.fixture
def type_import(home: Region, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Type `certhub import` for a file of these bytes; exit code, the JSON line and what was said."""

    def run(name: str, content: bytes, *more: str):
        file = tmp_path / name
        file.write_bytes(content)
        with pytest.raises(SystemExit) as ended:
            main(["import", str(file), "--data", str(home.hub.settings.data), "--json", *more])
        said = capsys.readouterr()
        return ended.value.code or 0, json.loads(said.out), said.err

    return run


def test_a_workbook_and_a_csv_file_of_the_same_rows_are_told_alike(type_import):
    """The same figures, and the same faults at the same rows and columns, word for word."""
    text = type_import("a.csv", csv_file(*ROWS).getvalue(), "--check-only")
    book = type_import("a.xlsx", workbook([HEADER, *ROWS]), "--check-only")

    assert text[:2] == book[:2]
    assert (1, 6, 2, 4) == (book[0], book[1]["rows"], book[1]["would_issue"], len(book[1]["refused"]))
    assert "XLSX，工作表“表1”" in book[2]


def test_what_a_workbook_issued_exists_for_the_csv_file(type_import):
    """Both are read into the same certificates: nothing is issued twice."""
    issued = type_import("a.xlsx", workbook([HEADER, row("食-1"), row("食-2")]))[1]
    again = type_import("a.csv", csv_file(row("食-1"), row("食-2")).getvalue())[1]

    assert (2, 0) == (issued["issued"], issued["existing"])
    assert (0, 2) == (again["issued"], again["existing"])


def test_sheets_that_are_not_read_are_named(type_import):
    """Instructions beside the table are not imported, and that is said."""
    code, tally, said = type_import("a.xlsx", workbook([HEADER, row("食-1")], [["填写说明"]]), "--check-only")

    assert (0, 1) == (code, tally["would_issue"])
    assert "没有读取其他工作表：表2" in said.replace("\n", "")
    assert "sheets that are not read: 表2" in said.replace("\n", "")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "WORKBOOK_FORMAT"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "WORKBOOK_LOCKED"),
        ("a.xlsx", b"PK\x03\x04", "WORKBOOK_UNREADABLE"),
        ("a.xlsx", io.BytesIO(workbook([HEADER, row("食-1")])).read()[:-30], "WORKBOOK_UNREADABLE"),
    ],
)
def test_a_workbook_that_cannot_be_read_ends_with_a_next_step(type_import, name, content, code):
    """What it is, and what to do in the spreadsheet, in both languages; nothing is issued."""
    ended, tally, said = type_import(name, content)

    assert (1, 0, code) == (ended, tally["rows"], tally["refused"][0]["code"])
    assert "另存为" in said.replace("\n", "") or "取消密码" in said.replace("\n", "")
    assert "next" in said
