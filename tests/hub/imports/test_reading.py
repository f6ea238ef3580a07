"""From bytes to rows: encodings, delimiters, quotes, shapes, and files that cannot be read at all."""

import io
import tracemalloc

import pytest
from certhub_schemas import kinds

from certhub.records.imports.faults import BadFile
from certhub.records.imports.reading import Row, read_rows
from certhub.spelling.row_faults import RowFaults
from tests.hub.imports.files import DATA, HEADER, couple, csv_bytes, judged, refusal, rows_of


@pytest.mark.parametrize(
    ("file", "encoding"),
    [("utf8.csv", "UTF-8"), ("utf8-bom.csv", "UTF-8 (BOM)"), ("gb18030.csv", "GB18030")],
)
def test_the_encoding_is_found_and_named(file, encoding):
    """The same two couples come out of three encodings, the rare character among them."""
    rows = rows_of((DATA / file).read_bytes(), file)
    drafts, refused = judged((DATA / file).read_bytes(), file)

    assert encoding == rows.encoding
    assert (rows.total, refused) == (2, [])
    assert [holder.name for holder in drafts[0].holders] == ["张演示", "赵䶮示"]
    assert [holder.id_number for holder in drafts[1].holders] == ["420799190003030036", "420799190002020020"]


def test_a_row_is_a_record_and_not_a_line():
    """Line breaks inside quotes do not count, blank records do: numbers are those of a spreadsheet."""
    data = (DATA / "quoted-newline.csv").read_bytes()
    drafts, refused = judged(data)

    assert rows_of(data).total == 2
    assert drafts[0].claims["经营范围"] == '餐饮服务；\n食品销售（含“网络”销售）, "小吃"'
    assert drafts[0].claims["法定代表人身份证号"] == "42079919000806004X"
    assert refused == [(4, "证照编号", "ID_EXCEL_NUMBER"), (4, "法定代表人身份证号", "ID_EXCEL_NUMBER")]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_found(delimiter):
    """Comma, tab and semicolon are told apart by the header."""
    assert (judged(csv_bytes(couple(), delimiter=delimiter))[1], 1) == ([], 1)
    assert delimiter == rows_of(csv_bytes(couple(), delimiter=delimiter)).delimiter


def test_tabs_and_gb18030_together():
    """What a spreadsheet's text export looks like."""
    drafts, refused = judged((DATA / "tabs-gb18030.csv").read_bytes())

    assert (len(drafts), refused) == (1, [])


def test_characters_that_gb18030_gained_in_2022():
    """Eighteen codes that were private use until 2005 are real characters now."""
    data = csv_bytes(couple(**{"登记机关": "@局"})).decode().encode("gb18030").replace(b"@", b"\xfe\x59")

    assert judged(data)[0][0].claims["登记机关"] == "\u9fb4局"


def test_rows_can_be_read_again():
    """Iterating twice gives the same rows: once to check, once to issue."""
    rows = rows_of((DATA / "utf8.csv").read_bytes())

    assert list(rows) == list(rows)
    assert [row.number for row in rows if isinstance(row, Row)] == [2, 3]


def test_a_stream_is_read_where_it_lies():
    """A seekable stream does as well as bytes, wherever it stands, and stays open."""
    stream = io.BytesIO((DATA / "utf8-bom.csv").read_bytes())
    stream.seek(99)

    assert len(list(read_rows(stream, "x.csv", of=kinds()))) == 2
    assert not stream.closed


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (couple()[:-1], {"found": 11}),
        ([*couple(), "more"], {"found": 13}),
    ],
)
def test_a_row_of_another_shape_is_refused(row, expected):
    """Cells too few or too many: nobody can say which belongs where."""
    data = csv_bytes(couple("J1"), row, couple("J3"))
    faults = [each for each in rows_of(data) if isinstance(each, RowFaults)]

    assert judged(data)[1] == [(3, "", "ROW_SHAPE")]
    assert f"{expected['found']} 格" in faults[0].faults[0].message


def test_blank_cells_and_columns_at_the_end_are_nothing():
    """Spreadsheets leave empty columns and rows behind."""
    data = csv_bytes([*couple(), "", " "], [""], [" "] * 14, ["\u3000"], header=[*HEADER, "", " "])

    assert (judged(data)[1], rows_of(data).total) == ([], 1)


def test_quotes_that_do_not_pair_up_spoil_their_row_alone():
    """Text behind a closing quote: this row is refused, the next is read."""
    good = csv_bytes(couple("J1"), couple("J2")).decode()
    spoiled = good.replace(",民政局,", ',"民政"局,', 1)

    assert judged(spoiled.encode())[1] == [(2, "", "ROW_SHAPE")]


def test_a_quote_that_never_closes_spoils_the_file():
    """It has swallowed rows that nobody would miss, so nothing is imported."""
    data = csv_bytes(couple("J1"), couple("J2"), couple("J3")).decode()
    broken = refusal(data.replace(",J2,", ',"J2,').encode())

    assert broken.code == "CSV_UNREADABLE"
    assert broken.detail == {"row": "3"}


def test_bytes_of_no_encoding_are_refused_at_their_row():
    """A byte that is neither UTF-8 nor GB18030 stops the file before anything is imported."""
    data = csv_bytes(couple("J1"), couple("J2"))

    assert (refusal(b"\xff\xff\n").code, refusal(b"\xff\xff\n").detail) == (
        "ENCODING_UNREADABLE",
        {"row": "1"},
    )
    assert refusal(data.replace(b"J2", b"\xff")).detail == {"row": "3"}
    assert refusal(data.decode().encode("gb18030").replace(b"J2", b"\xff")).detail == {"row": "3"}


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.csv", "FILE_EMPTY"),
        (b"PK\x03\x04rest", "a.csv", "WORKBOOK_UNREADABLE"),
        (b"a,b\n", "A.XLSX", "WORKBOOK_UNREADABLE"),
        (b"<html><table>", "a.xls", "WORKBOOK_UNREADABLE"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "WORKBOOK_FORMAT"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "WORKBOOK_LOCKED"),
        ("证照类型代码\t证照编号\r\n".encode("utf-16"), "a.txt", "ENCODING_UNREADABLE"),
        (b"\n\n", "a.csv", "HEADER_NOT_FOUND"),
        ("鄂州市证照导出表,,,\n".encode(), "a.csv", "HEADER_NOT_FOUND"),
        (b'"a"b,c\n', "a.csv", "CSV_UNREADABLE"),
        (b'"' + b"a" * 140_000, "a.csv", "CSV_UNREADABLE"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(data, name, code):
    """Each says what it is and what to do, in both languages."""
    refused = refusal(data, name)

    assert code == refused.code
    assert refused.message("zh") != refused.message("en") == str(refused)
    assert "…" not in refused.message("zh")


@pytest.mark.parametrize("rows", [(), ([""] * 12, [" "])], ids=["header", "blank rows"])
def test_a_header_alone_says_that_nothing_was_in_the_file(rows):
    """An export that found nothing is told, so that nobody takes it for done."""
    refused = refusal(csv_bytes(*rows))

    assert "NO_ROWS" == refused.code
    assert "没有" in refused.message("zh")


def test_memory_does_not_grow_with_the_file():
    """Ten times the rows take no more memory than one time, beyond the file itself."""
    peaks = []
    for count in (1_000, 10_000):
        stream = io.BytesIO(csv_bytes(*(couple(f"J{number}") for number in range(count))))
        tracemalloc.start()
        assert count == sum(1 for _ in read_rows(stream, "x.csv", of=kinds()))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < peaks[0] * 1.5 + 50_000


def test_lines_that_end_in_a_bare_cr_are_lines():
    """The line ends of an old Macintosh, also where a chunk of the file ends inside one."""
    data = csv_bytes(*(couple(f"J{number}") for number in range(2_000)))
    old = data.replace(b"\r\n", b"\r")
    rows = [row for row in rows_of(old) if isinstance(row, Row)]

    assert (2_000, 2_000) == (rows_of(old).total, len(rows))
    assert [row.cells for row in rows_of(data) if isinstance(row, Row)] == [row.cells for row in rows]
    assert (2, 2_001) == (rows[0].number, rows[-1].number)


def test_two_sorts_of_line_ends_are_not_guessed_at():
    """A bare CR inside a file of line feeds may be a break or part of a cell: the file is refused, and says why."""
    good = csv_bytes(couple("J1"), couple("J2"), couple("J3"))
    place = good.index(b"\r\n", good.index(b"J2"))
    broken = refusal(good[:place] + b"\r" + good[place + 2 :])

    assert ("CSV_UNREADABLE", "3") == (broken.code, broken.detail["row"])
    assert "换行" in broken.message("zh")


def test_a_cr_inside_quotes_belongs_to_its_cell():
    """A line break that somebody typed into a cell is no end of a row, whichever sort it is."""
    data = csv_bytes(couple("J1", 登记机关="民政局\r二楼"), couple("J2"))

    assert ["民政局\r二楼", "民政局"] == [
        row.cells["登记机关"] for row in rows_of(data) if isinstance(row, Row)
    ]


def test_a_header_row_in_the_middle_is_called_one():
    """A page's repeated header is no certificate; the rows around it go in."""
    drafts, refused = judged(csv_bytes(couple("J1"), HEADER, couple("J2")))

    assert (2, [(3, "", "HEADER_REPEATED")]) == (len(drafts), refused)
    [fault] = [row for row in rows_of(csv_bytes(HEADER)) if isinstance(row, RowFaults)]
    assert "这是表头" in fault.faults[0].message


BOM = "\ufeff".encode()


@pytest.mark.parametrize(
    "joined",
    [
        csv_bytes(couple("J1")) + BOM + csv_bytes(couple("J2")),
        BOM + csv_bytes(couple("J1")) + BOM + csv_bytes(couple("J2")),
        csv_bytes(couple("J1")) + BOM + b"\r\n" + csv_bytes(couple("J2")).split(b"\r\n", 1)[1],
    ],
    ids=["with its header", "both marked", "a mark alone"],
)
def test_a_byte_order_mark_in_the_middle_is_two_files_joined(joined):
    """The mark stands at the start of a file, so here another file starts; it is named, not blamed on a cell."""
    drafts, refused = judged(joined)

    assert (2, [(3, "", "FILES_JOINED")]) == (len(drafts), refused)
    [fault] = [row for row in rows_of(joined) if isinstance(row, RowFaults)]
    assert "两个文件接在一起" in fault.faults[0].message


@pytest.mark.parametrize("mark", [b"", BOM], ids=["unmarked", "marked"])
def test_two_files_joined_inside_a_line_are_named_too(mark):
    """The first file did not end its last line: that row cannot be told from the header behind it."""
    joined = csv_bytes(couple("J1"), couple("J2")).removesuffix(b"\r\n") + mark + csv_bytes(couple("J3"))
    drafts, refused = judged(joined)

    assert (2, [(3, "", "FILES_JOINED")]) == (len(drafts), refused)


def test_a_second_header_of_another_order_refuses_the_file():
    """Rows below it would be read into the wrong columns; nothing is guessed and nothing goes in."""
    turned = [HEADER[1], HEADER[0], *HEADER[2:]]
    second = couple("J2")
    joined = csv_bytes(couple("J1"), turned, [second[1], second[0], *second[2:]])
    marked = csv_bytes(couple("J1")) + BOM + csv_bytes(couple("J2"), header=turned)

    assert ("FILES_JOINED", "3") == (refusal(joined).code, refusal(joined).detail["row"])
    assert ("FILES_JOINED", "3") == (refusal(marked).code, refusal(marked).detail["row"])


@pytest.mark.parametrize(
    ("first", "second"), [("utf-8", "gb18030"), ("gb18030", "utf-8"), ("gb18030", "utf-8-sig")]
)
def test_two_files_of_two_encodings_are_named_and_refused(first, second):
    """Below the join every name would be read in the wrong encoding and could look like one."""
    joined = csv_bytes(couple("J1")).decode().encode(first) + csv_bytes(couple("J2")).decode().encode(second)

    assert ("FILES_JOINED", "3") == (refusal(joined).code, refusal(joined).detail["row"])


def test_a_line_longer_than_any_row_is_no_table():
    """A file that never ends its line is refused before it fills the memory."""
    stream = io.BytesIO(csv_bytes() + b"a" * 30_000_000)
    tracemalloc.start()
    with pytest.raises(BadFile) as refused:
        read_rows(stream, "x.csv", of=kinds())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert "CSV_UNREADABLE" == refused.value.code
    assert peak < 20_000_000
