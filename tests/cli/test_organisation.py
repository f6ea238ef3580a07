"""The organisation and its staff, as an operator enters them on the hub's machine."""

import csv
import json

import pytest
import xlsxwriter
from typer.testing import CliRunner

from certhub.cli import whole_app
from certhub.history.events import store as history
from certhub.people.organisation.nodes import NodeKind
from certhub.people.organisation.reading import columns_of
from tests.support.organisation import TRANSPORT, agency, office, window

AGENCY, OFFICE, WINDOW = NodeKind.AGENCY, NodeKind.OFFICE, NodeKind.WINDOW


@pytest.fixture
def command(home):
    """Runs a command on the region's folder; returns its exit code and the JSON that it prints."""

    def run(*line):
        ended = CliRunner().invoke(whole_app(), [*line, "--data", str(home.hub.settings.data), "--json"])
        return ended.exit_code, json.loads(ended.stdout) if ended.stdout else str(ended.exception)

    return run


def table(kind, *rows):
    """The header and the rows of a kind's file."""
    columns = columns_of(kind)
    return [
        [column.column for column in columns],
        *([row.get(column.field, "") for column in columns] for row in rows),
    ]


def as_csv(path, lines):
    """Write a file as departments export it."""
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(lines)
    return str(path)


def as_xlsx(path, lines):
    """Write a workbook of text cells."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("表")
        for row, line in enumerate(lines):
            for column, text in enumerate(line):
                sheet.write_string(row, column, text)
    return str(path)


@pytest.mark.parametrize(("write", "name"), [(as_csv, "x.csv"), (as_xlsx, "x.xlsx")])
def test_a_table_is_taken_in_and_its_faults_are_told(command, tmp_path, write, name):
    """CSV and XLSX alike: line, column, cause; exit 1 where a row was refused, 0 where all are in."""
    lines = table(AGENCY, agency(), agency("11420799MB9999033X"))
    code, counts = command("agency", "import", write(tmp_path / name, lines))
    again, same = command("agency", "import", write(tmp_path / name, lines[:2]))

    assert (1, 2, 1, 0) == (code, counts["rows"], counts["added"], counts["existing"])
    [fault] = counts["refused"]
    assert (3, "统一社会信用代码", "USCC_CHECK_DIGIT") == (fault["row"], fault["column"], fault["code"])
    assert (0, 0, 1, []) == (again, same["added"], same["existing"], same["refused"])


def test_a_check_writes_nothing(command, tmp_path):
    """It says what an import would do."""
    file = as_csv(tmp_path / "x.csv", table(AGENCY, agency()))

    assert (0, 1) == (
        (checked := command("agency", "import", file, "--check-only"))[0],
        checked[1]["would_add"],
    )
    assert (0, {"items": []}) == command("agency", "list")


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (["统一社会信用代码", "机构名称"], "COLUMN_MISSING"),
        (["统一社会信用代码", "机构名称", "区划代码", "电话"], "COLUMN_UNKNOWN"),
        (["机构", "名"], "HEADER_NOT_FOUND"),
    ],
)
def test_a_file_with_another_header_is_refused_whole(command, tmp_path, header, code):
    """And says which column."""
    file = as_csv(tmp_path / "x.csv", [header, ["x"] * len(header)])
    ended, counts = command("agency", "import", file)

    assert (1, [code]) == (ended, [fault["code"] for fault in counts["refused"]])


def test_a_place_is_added_listed_and_closed(command, home, tmp_path):
    """By the names of the columns; a window is named with its office."""
    for kind, row in ((AGENCY, agency()), (OFFICE, office()), (WINDOW, window("1"))):
        pairs = [f"{name}={text}" for name, text in row.items()]
        assert 0 == command(kind.value, "add", *pairs)[0]
    code, ended = command("window", "close", "EZ-01/1", "--until", "2027-01-01")

    assert (0, "EZ-01/1", "2027-01-01") == (code, ended["code"], ended["until"])
    assert [TRANSPORT] == [item["code"] for item in command("agency", "list")[1]["items"]]
    with home.hub.reading() as unit:
        [event] = history.events(unit, type_="window.ended")
    assert ("EZ-01/1", home.operator.key) == (event.subject, event.actor)


def test_a_word_that_is_no_column_is_told(command):
    """The command line itself cannot be understood, and nothing is opened."""
    code, _ = command("agency", "add", "电话=1")

    assert 2 == code


def test_staff_are_added_invited_listed_and_closed(command):
    """The link is printed for who hands it over, and in no list."""
    for kind, row in ((AGENCY, agency()), (OFFICE, office())):
        command(kind.value, "add", *(f"{name}={text}" for name, text in row.items()))
    pairs = ["工号=W1", "姓名=王窗口", "电子邮箱=w@example.org", "角色=窗口人员", "办事点代码=EZ-01"]
    code, first = command("user", "add", *pairs)
    second = command("user", "invite", "W1")[1]
    items = command("user", "list")[1]["items"]

    assert 0 == code
    assert first["login"] == second["login"]
    assert first["invitation"] != second["invitation"]
    assert [("W1", ["clerk"], "invited")] == [(one["number"], one["roles"], one["state"]) for one in items]
    assert "invitation#" not in json.dumps(items)
    assert (0, {"number": "W1"}) == command("user", "close", "W1")
    assert ["ended"] == [one["state"] for one in command("user", "list")[1]["items"]]
    assert 1 == command("user", "invite", "W1")[0]


def test_a_file_of_staff_is_taken_in(command, tmp_path):
    """Who is in order is invited; the others are told."""
    header = ["工号", "姓名", "手机号", "电子邮箱", "角色", "所属机构代码", "办事点代码"]
    rows = [
        ["O1", "李运维", "", "li@example.org", "运维人员", "", ""],
        ["O2", "赵", "", "", "运维人员", "", ""],
    ]
    code, counts = command("user", "import", as_csv(tmp_path / "s.csv", [header, *rows]))

    assert (1, 1, ["NO_WAY_TO_REACH"]) == (code, counts["added"], [one["code"] for one in counts["refused"]])
