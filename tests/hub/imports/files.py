"""Files made for the tests, and how the demo region judges them."""

import csv
import io
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from certhub_schemas import kind, kinds

from certhub.records.catalog import Draft, accept, identity_parts
from certhub.records.imports.faults import BadFile
from certhub.records.imports.reading import Rows, read_rows
from certhub.records.imports.rules import judge_rows
from certhub.spelling.file_dates import read_date
from certhub.spelling.row_faults import RowFaults
from tests.hub.catalog.drafts import CIVIL, LI, MARRIAGE, ZHANG, entitled

DATA = Path(__file__).parent / "data"

HEADER = [
    "证照类型代码",
    "证照编号",
    "持证主体",
    "持证主体代码",
    "持证主体代码类型代码",
    "证照颁发机构",
    "证照颁发机构代码",
    "证照颁发日期",
    "证照有效期起始日期",
    "证照有效期截止日期",
    "登记机关",
    "登记日期",
]

accept_cells = partial(accept, kind_of=kind, entitled=entitled, read_date=read_date)


def couple(number: str = "J1", **changes: str) -> list[str]:
    """A row of a marriage certificate in order, with `changes` by column name."""
    day = "1925-02-23"
    names, numbers = "张演示^李样例", f"{ZHANG}^{LI}"
    good = [MARRIAGE, number, names, numbers, "111", "民政局", CIVIL, day, day, "长期", "民政局", day]
    row = dict(zip(HEADER, good, strict=True)) | changes
    return list(row.values())


def csv_bytes(*rows: Sequence[str], header: Sequence[str] = HEADER, delimiter: str = ",") -> bytes:
    """The rows as a CSV file, UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    return text.getvalue().encode()


def rows_of(data: bytes, name: str = "test.csv") -> Rows:
    """Read a file."""
    return read_rows(data, name, of=kinds())


def judged(data: bytes, name: str = "test.csv") -> tuple[list[Draft], list[tuple[int, str, str]]]:
    """What is accepted, and (row, column, code) of what is not."""
    drafts: list[Draft] = []
    refused: list[tuple[int, str, str]] = []
    for _, verdict in judge_rows(rows_of(data, name), accept=accept_cells, identity=identity_parts):
        if isinstance(verdict, RowFaults):
            refused += [(fault.row, fault.column, fault.code) for fault in verdict.faults]
        else:
            drafts.append(verdict)
    return drafts, refused


def refusal(data: bytes, name: str = "test.csv") -> BadFile:
    """Why the file as a whole is refused."""
    with pytest.raises(BadFile) as refused:
        rows_of(data, name)
    return refused.value
