"""Which column is which place: headers understood, headers refused, holders in pairs."""

import pytest
from certhub_schemas import kinds

from certhub.records.imports.columns import cells_of, column_of, read_header
from certhub.records.imports.faults import BadFile
from tests.hub.catalog.drafts import LI, LICENCE_CLAIMS, ZHANG
from tests.hub.imports.files import HEADER, couple, csv_bytes, judged


def test_names_are_known_in_any_order_and_spelling():
    """Outer spaces, full-width forms and another order do not matter."""
    header = [f" {name}\u3000" for name in reversed(HEADER)]

    assert tuple(reversed(HEADER)) == read_header(header, kinds()).names
    assert read_header(header, kinds()).claims == ("登记日期", "登记机关")


@pytest.mark.parametrize(
    ("header", "code", "column"),
    [
        ([name for name in HEADER if name != "证照编号"], "COLUMN_MISSING", "证照编号"),
        ([name for name in HEADER if name != "登记日期"], "COLUMN_MISSING", "登记日期"),
        ([*HEADER[:10], *list(LICENCE_CLAIMS)[2:]], "COLUMN_MISSING", "名称"),
        ([*HEADER, "证照编号"], "COLUMN_DOUBLED", "证照编号"),
        ([*HEADER, "备注"], "COLUMN_UNKNOWN", "备注"),
        ([*HEADER[:3], "", *HEADER[3:]], "COLUMN_UNNAMED", ""),
        (["序号", "姓名?"], "HEADER_NOT_FOUND", "证照类型代码"),
        ([], "HEADER_NOT_FOUND", "证照类型代码"),
    ],
)
def test_a_header_is_refused_by_the_column_that_is_wrong(header, code, column):
    """One clear refusal, naming the column and what to do."""
    with pytest.raises(BadFile) as refused:
        read_header(header, kinds())

    assert (code, column) == (refused.value.code, refused.value.column)
    assert column in refused.value.message("zh")


def test_the_agencys_name_may_be_left_out():
    """Only its code counts."""
    row = couple()
    without = [index for index, name in enumerate(HEADER) if name != "证照颁发机构"]
    data = csv_bytes([row[index] for index in without], header=[HEADER[index] for index in without])

    assert judged(data)[1] == []


@pytest.mark.parametrize("name", HEADER)
def test_every_column_knows_its_place(name):
    """A pointer leads back to the column that its value came from."""
    pointers = {
        "证照类型代码": "/kind",
        "证照编号": "/number",
        "持证主体": "/holders/1/name",
        "持证主体代码": "/holders/0/id_number",
        "持证主体代码类型代码": "/holders/12/id_type",
        "证照颁发机构代码": "/issuer",
        "证照颁发日期": "/issued_on",
        "证照有效期起始日期": "/valid_from",
        "证照有效期截止日期": "/valid_to",
    }
    if name != "证照颁发机构":
        assert name == column_of(pointers.get(name, f"/claims/{name}"))


def test_other_pointers():
    """The holders as a whole are told at their names; a title is unescaped; the rest is no column."""
    assert column_of("/holders") == "持证主体"
    assert column_of("/claims/a~1b~0c") == "a/b~c"
    assert column_of("/claims") == ""
    assert column_of("/else") == ""


def cells(**changes: str):
    """The cells of a couple's row with `changes`."""
    return cells_of(dict(zip(HEADER, couple(**changes), strict=True)))


def test_holders_joined_by_a_caret_are_paired():
    """Names and numbers in the same order; one type serves all, or each has its own."""
    expected = [("张演示", "111", ZHANG), ("李样例", "111", LI)]

    for types in ("111", "111^111", "111＾111"):
        found, faults = cells(**{"持证主体代码类型代码": types})

        assert expected == list(found.holders)
        assert faults == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"持证主体代码": ZHANG}, [("持证主体代码", "HOLDER_COUNT")]),
        ({"持证主体代码": f"{ZHANG}^{LI}^{LI}"}, [("持证主体代码", "HOLDER_COUNT")]),
        ({"持证主体代码": f"{ZHANG}、{LI}"}, [("持证主体代码", "HOLDER_COUNT")]),
        ({"持证主体": "张演示"}, [("持证主体代码", "HOLDER_COUNT")]),
        ({"持证主体": "张演示^李样例^王"}, [("持证主体代码", "HOLDER_COUNT")]),
        ({"持证主体代码类型代码": "111^111^111"}, [("持证主体代码类型代码", "HOLDER_COUNT")]),
        ({"持证主体": "张演示", "持证主体代码": ZHANG}, [("持证主体", "HOLDER_COUNT")]),
        ({"持证主体代码": "4.20799E+17"}, [("持证主体代码", "ID_EXCEL_NUMBER")]),
        ({"持证主体代码": " "}, [("持证主体代码", "REQUIRED_MISSING")]),
        ({"持证主体代码": f"{ZHANG}^"}, [("持证主体代码", "REQUIRED_MISSING")]),
        ({"持证主体": "  "}, [("持证主体", "REQUIRED_MISSING")]),
        ({"持证主体": "张演示^ "}, [("持证主体", "REQUIRED_MISSING")]),
        ({"持证主体代码类型代码": ""}, [("持证主体代码类型代码", "REQUIRED_MISSING")]),
        ({"持证主体代码类型代码": "007"}, [("持证主体代码类型代码", "HOLDER_TYPE_UNKNOWN")]),
        ({"持证主体代码": f"{ZHANG[:-1]}9^{LI[:-1]}9"}, [("持证主体代码", "ID_CHECK_DIGIT")]),
        ({"持证主体代码": f"{ZHANG[:-1]}9^4.2E+17"}, [("持证主体代码", "ID_EXCEL_NUMBER")]),
    ],
)
def test_one_slip_among_the_holders_is_one_fault(changes, expected):
    """Where cells of several holders do not fit each other, one cell is told, with the closest code."""
    refused = judged(csv_bytes(couple(**changes)))[1]

    assert expected == [(column, code) for _, column, code in refused]


def test_a_wrong_count_stands_beside_other_faults():
    """A count that does not pair up hides no fault of another column."""
    refused = judged(csv_bytes(couple(**{"持证主体代码": ZHANG, "登记日期": "?", "证照类型代码": "?"})))[1]

    assert [(column, code) for _, column, code in refused] == [
        ("证照类型代码", "KIND_UNKNOWN"),
        ("持证主体代码", "HOLDER_COUNT"),
    ]
