"""Rows judged: drafts, faults with their words, and the same certificate twice in one file."""

from contextlib import suppress
from dataclasses import fields

import pytest
from certhub_schemas import kinds
from hypothesis import given
from hypothesis import strategies as st

from certhub.errors import ClaimsInvalid, Fault
from certhub.records.catalog import Draft, RawDraft
from certhub.records.imports.columns import Cells
from certhub.records.imports.faults import BadFile, row_fault, words
from certhub.records.imports.reading import Row, read_rows
from certhub.records.imports.rules import judge_row
from certhub.spelling.row_faults import RowFaults
from certhub.spelling.sentences import sentences
from tests.hub.catalog.drafts import LICENCE, LICENCE_CLAIMS, MARKET, SHOP
from tests.hub.imports.files import HEADER, accept_cells, couple, csv_bytes, judged

MESSAGES = sentences("certhub.records.imports")


def row(**changes: str) -> Row:
    """A couple's row in order, with `changes` by column name."""
    return Row(2, dict(zip(HEADER, couple(**changes), strict=True)))


def faults_of(verdict: Draft | RowFaults) -> list[tuple[str, str, str]]:
    """Column, code and words of each fault."""
    assert isinstance(verdict, RowFaults)
    return [(fault.column, fault.code, fault.message) for fault in verdict.faults]


def test_a_row_in_order_is_a_draft():
    """The draft is what the catalogue made of the row."""
    assert isinstance(judge_row(row(), accept=accept_cells), Draft)


def test_faults_come_in_the_order_of_the_columns_with_their_words():
    """The clerk reads from left to right, in Chinese unless asked otherwise."""
    spoiled = row(**{"登记日期": "45296", "证照编号": ""})

    assert [
        ("证照编号", "REQUIRED_MISSING", "必填，不能为空。"),
        ("登记日期", "DATE_UNREADABLE", MESSAGES["DATE_UNREADABLE.spreadsheet_number"]["zh"]),
    ] == faults_of(judge_row(spoiled, accept=accept_cells))
    assert faults_of(judge_row(spoiled, accept=accept_cells, lang="en"))[0][2] == "Must not be blank."


def test_the_second_of_two_equal_rows_is_refused():
    """The first goes in; the second names it."""
    drafts, refused = judged(csv_bytes(couple("J1"), couple("J2"), couple(" ｊ1 ")))

    assert (len(drafts), refused) == (2, [(4, "证照编号", "DUPLICATE_IN_FILE")])
    assert words("DUPLICATE_IN_FILE", "zh", {"first_row": "2"}) == "与第 2 行是同一张证照。请删去其中一行。"


def test_equal_is_agency_kind_and_number():
    """Other content under the same number is the same certificate."""
    assert judged(csv_bytes(couple("J1"), couple("J1", **{"登记机关": "别处"})))[1] == [
        (3, "证照编号", "DUPLICATE_IN_FILE")
    ]


def test_a_refused_row_is_not_the_first_of_two():
    """A row that cannot go in does not keep out its mended copy further down."""
    drafts, refused = judged(csv_bytes(couple("J1", **{"登记日期": "?"}), couple("J1"), couple("J1")))

    assert len(drafts) == 1
    assert refused == [(2, "登记日期", "DATE_UNREADABLE"), (4, "证照编号", "DUPLICATE_IN_FILE")]


def test_one_file_may_hold_several_kinds():
    """Blank cells under another kind's columns say nothing; filled ones are told."""
    header = [*HEADER, *LICENCE_CLAIMS]
    marriage = [*couple(), *[""] * len(LICENCE_CLAIMS)]
    day = "2024-01-05"
    shop = [
        LICENCE,
        SHOP,
        "示例",
        SHOP,
        "001",
        "",
        MARKET,
        day,
        day,
        "长期",
        "",
        " ",
        *LICENCE_CLAIMS.values(),
    ]
    mixed = [*couple("J2"), *LICENCE_CLAIMS.values()]
    drafts, refused = judged(csv_bytes(marriage, shop, mixed, header=header))

    assert len(drafts) == 2
    assert [(4, title, "CLAIM_UNKNOWN") for title in LICENCE_CLAIMS] == refused


def test_a_row_lacking_a_whole_column_is_told_its_title():
    """In a file of several kinds a kind may miss its columns altogether."""
    day = "2024-01-05"
    shop = [LICENCE, SHOP, "示例", SHOP, "001", "", MARKET, day, day, "长期", "", ""]

    assert {(2, title, "REQUIRED_MISSING") for title in LICENCE_CLAIMS} == set(judged(csv_bytes(shop))[1])


def test_the_catalogue_may_be_any():
    """The rules know `accept` by its answer alone: a value, or faults with pointers."""

    def never(cells: object) -> str:
        raise ClaimsInvalid([Fault("/claims/登记机关", "NEW_REASON", {"most": "3"}), Fault("/else", "ODD")])

    assert judge_row(row(), accept=lambda cells: "fine") == "fine"
    assert [
        ("登记机关", "NEW_REASON", MESSAGES["OTHER"]["zh"]),
        ("", "ODD", MESSAGES["OTHER"]["zh"]),
    ] == faults_of(judge_row(row(), accept=never))


@pytest.mark.parametrize("code", MESSAGES)
def test_every_message_is_a_sentence_in_both_languages(code):
    """Chinese and English, each finished, each filled when its blanks are given."""
    chinese, english = MESSAGES[code]["zh"], MESSAGES[code]["en"]

    assert chinese.endswith("。")
    assert english.endswith(".")


def test_what_the_design_names_has_words_of_its_own():
    """The codes that people and programs rely on (and those that a row can get besides) are all told."""
    codes = [
        "KIND_UNKNOWN",
        "USCC_CHECK_DIGIT",
        "ID_CHECK_DIGIT",
        "ID_EXCEL_NUMBER",
        "DATE_UNREADABLE",
        "DATE_BEFORE_START",
        "REQUIRED_MISSING",
        "HOLDER_TYPE_UNKNOWN",
        "ISSUER_NOT_ENTITLED",
        "TEXT_CONTROL_CHARS",
        "DUPLICATE_IN_FILE",
        "CONFLICT_WITH_STORED",
        "CODE_LENGTH",
        "CODE_ALPHABET",
        "CODE_PRINTABLE",
        "ID_DATE",
        "HOLDER_COUNT",
        "HOLDER_CATEGORY",
        "TEXT_UNMAPPED_CHARS",
        "TEXT_TOO_LONG",
        "CLAIM_UNKNOWN",
        "CLAIM_INVALID",
        "ROW_SHAPE",
    ]

    assert [code for code in codes if code not in MESSAGES] == []


CELL = st.text(max_size=12) | st.sampled_from(
    ["4.20799E+17", "长期", "^", "^^^", "１", "\u202e", "2024-01-05"]
)


@given(st.lists(CELL, min_size=len(HEADER), max_size=len(HEADER)))
def test_whatever_stands_in_a_row_it_is_judged(values):
    """No row raises; a refused row has a fault, and no two in one cell."""
    verdict = judge_row(Row(2, dict(zip(HEADER, values, strict=True))), accept=accept_cells)

    assert isinstance(verdict, RowFaults)
    columns = [fault.column for fault in verdict.faults]
    assert columns
    assert sorted(set(columns)) == sorted(columns)


@given(st.dictionaries(st.sampled_from(HEADER), CELL, max_size=3))
def test_only_the_columns_that_were_spoiled_are_told(changes):
    """Whatever is put into cells of a good row, no cell is told that depends on none of them."""
    verdict = judge_row(row(**changes), accept=accept_cells)
    if isinstance(verdict, RowFaults):
        holders = {"持证主体", "持证主体代码", "持证主体代码类型代码"}
        touched = set(changes) | (holders if holders & set(changes) else set())
        if "证照类型代码" in changes:
            touched.add("持证主体")
        if "证照有效期起始日期" in changes:
            touched.add("证照有效期截止日期")
        assert {fault.column for fault in verdict.faults} <= touched


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_our_own_error(data):
    """A file is rows or BadFile."""
    with suppress(BadFile):
        list(read_rows(data, "x.csv", of=kinds()))


@given(st.binary(max_size=200))
def test_no_bytes_behind_a_good_header_raise_anything_but_our_own_error(data):
    """Nor does what follows a header that is in order; every row is judged."""
    with suppress(BadFile):
        judged(csv_bytes() + data)


def test_a_fault_of_a_row_carries_its_row_and_column():
    """What the import's answer lists, word for word."""
    fault = row_fault(7, "证照编号", "REQUIRED_MISSING")

    assert (
        fault.row,
        fault.column,
        fault.code,
        fault.message,
    ) == (7, "证照编号", "REQUIRED_MISSING", "必填，不能为空。")


def test_cells_are_what_the_catalogue_reads():
    """A row's cells and a request's draft have the same members, so that one `accept` reads both."""
    assert [field.name for field in fields(RawDraft)] == [field.name for field in fields(Cells)]


def test_a_file_that_is_only_a_byte_order_mark_is_empty():
    """Three bytes of BOM are a file without a header, and told as such."""
    with pytest.raises(BadFile) as refused:
        read_rows(b"\xef\xbb\xbf", "x.csv", of=kinds())

    assert "FILE_EMPTY" == refused.value.code
