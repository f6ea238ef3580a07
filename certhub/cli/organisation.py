"""certhub division, agency, office, window, user: the organisation and its staff, from files or one by one."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from certhub.adapters.spreadsheets import (
    RowOutOfShape,
    SpreadsheetRefused,
    TableRow,
    check_table,
    match_header,
    open_table,
    rows_under,
)
from certhub.cli.console import CONSOLE, DataOption, JsonOption, app, open_hub, result, say
from certhub.errors import BadRequest, NotAllowed
from certhub.flows.people import organisation, places, staff
from certhub.flows.people.accounts import first_of
from certhub.hub import Hub
from certhub.people.logins.reading import staff_columns
from certhub.people.organisation.nodes import Agency, Key, Node, NodeKind
from certhub.people.organisation.reading import Column, columns_of
from certhub.people.parties.people import Actor, Role
from certhub.spelling.row_faults import RowFault
from certhub.spelling.sentences import sentence

SHOWN = 20
File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV 或 XLSX / CSV or XLSX")
]
CheckOnly = Annotated[bool, typer.Option("--check-only", help="只检查，不写入 / check, write nothing")]
Set = Annotated[
    list[str],
    typer.Argument(metavar="列名=内容…", help="按表头的列名填写 / by the names of the file's columns"),
]
Day = Annotated[
    datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="从这天起停用 / gone from that day on")
]
_KINDS = {
    NodeKind.DIVISION: "区划 / divisions of the region",
    NodeKind.AGENCY: "机构 / agencies",
    NodeKind.OFFICE: "办事点 / offices",
    NodeKind.WINDOW: "窗口 / windows",
}


def operator_account(hub: Hub) -> Actor:
    """Return the account that operators work under on this machine."""
    account = first_of(Role.OPERATOR, hub=hub)
    if account is None:
        raise NotAllowed("this hub has no operator yet; `certhub init` invites the first one")
    return account


def _rows(file: Path, columns: Sequence[Column]) -> Iterator[tuple[int, Mapping[str, str] | None]]:
    """Yield the rows of a file by the fields of its columns, None for one out of shape; raises SpreadsheetRefused."""
    fields = {column.column: column.field for column in columns}
    with file.open("rb") as source:
        table = open_table(source, file.name)
        header = match_header(table.header, fields, required=[one.column for one in columns if one.required])
        check_table(table, header)
        for row in rows_under(table, header):
            yield row.number, None if isinstance(row, RowOutOfShape) else _by_field(row, fields)


def _by_field(row: TableRow, fields: Mapping[str, str]) -> Mapping[str, str]:
    return {fields[name]: text for name, text in row.cells.items()}


def _import(
    file: Path,
    columns: Sequence[Column],
    take_in: Callable[[Iterator[tuple[int, Mapping[str, str] | None]], str, Callable[[int], None]], Any],
    *,
    as_json: bool,
) -> Any:
    """Take in a file, showing how far it is; a file that cannot be read is refused whole."""
    digest = sha256(file.read_bytes()).hexdigest()
    bars = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    try:
        rows = list(_rows(file, columns))
    except SpreadsheetRefused as refused:
        zh, en = (
            sentence(refused.code, lang, refused.detail, of="certhub.records.imports")
            for lang in ("zh", "en")
        )
        CONSOLE.print(f"✕ {file.name}: {zh} [{refused.code}]", style="bold red", markup=False)
        CONSOLE.print(f"下一步 / next: {en}", markup=False)
        if as_json:
            fault = {
                "row": 1,
                "column": refused.detail.get("column", ""),
                "code": refused.code,
                "message": zh,
            }
            result({"rows": 0, "added": 0, "existing": 0, "refused": [fault]})
        sys.exit(1)
    with Progress(*bars, console=CONSOLE, transient=True) as bar:
        task = bar.add_task("写入 / write", total=len(rows))
        return take_in(iter(rows), digest, lambda done: bar.update(task, completed=done))


def _print_tally(counts: Mapping[str, Any], refused: Sequence[RowFault], *, as_json: bool) -> None:
    """Print how a file was taken in, and end with 1 where a row was refused."""
    if as_json:
        result(dict(counts))
        sys.exit(1 if refused else 0)
    rows = len({fault.row for fault in refused})
    word, number = ("可写入", counts["would_add"]) if "would_add" in counts else ("已写入", counts["added"])
    say(
        f"共 {counts['rows']} 行：{word} {number}，已存在 {counts['existing']}，未采用 {rows} 行",
        f"{counts['rows']} rows: {number} added, {counts['existing']} existing, {rows} refused",
    )
    if refused:
        table = Table("行 row", "列 column", "原因 cause")
        table.add_column("说明 what to do", overflow="fold")
        for fault in sorted(refused, key=lambda one: one.row)[:SHOWN]:
            table.add_row(str(fault.row), fault.column, fault.code, fault.message)
        CONSOLE.print(table)
        if len(refused) > SHOWN:
            say(
                f"另有 {len(refused) - SHOWN} 处；加 --json 看全部",
                f"{len(refused) - SHOWN} more: --json lists all",
            )
        CONSOLE.print("下一步 / next: 改好这些行后再导入一次 / mend these rows and import the file again")
        sys.exit(1)


def _cells(pairs: Sequence[str], columns: Sequence[Column]) -> Mapping[str, str]:
    """Return 列名=内容 by field; a field's own name is taken too."""
    fields = {name: column.field for column in columns for name in (column.column, column.field)}
    cells: dict[str, str] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or name not in fields:
            known = " ".join(column.column for column in columns)
            raise typer.BadParameter(f"{name!r} 不是列名=内容；列名有 / is no column; these are: {known}")
        cells[fields[name]] = text
    return cells


def _commands_of(kind: NodeKind) -> typer.Typer:
    """Return import, add, list and close of one kind of node."""
    group = typer.Typer(no_args_is_help=True, help=_KINDS[kind])
    columns = columns_of(kind)

    @group.command("import")
    def import_(
        file: File, data: DataOption = None, check_only: CheckOnly = False, as_json: JsonOption = False
    ) -> None:
        """导入表格；每行说明原因，已有的不重复 / import a file; what stands is left as it is."""
        hub = open_hub(data)
        by = operator_account(hub)
        tally = _import(
            file,
            columns,
            lambda rows, digest, progress: organisation.import_rows(
                kind, rows, digest=digest, by=by, hub=hub, check_only=check_only, progress=progress
            ),
            as_json=as_json,
        )
        _print_tally(tally.to_dict(), tally.refused, as_json=as_json)

    @group.command("add")
    def add(pairs: Set, data: DataOption = None, as_json: JsonOption = False) -> None:
        """添加一个 / add one."""
        cells = _cells(pairs, columns)
        hub = open_hub(data)
        node = organisation.add(kind, cells, by=operator_account(hub), hub=hub)
        if as_json:
            result(_node_out(node))
        else:
            say(f"已添加 {'/'.join(node.key)} {node.name}", f"added {'/'.join(node.key)}")

    @group.command("list")
    def list_(
        data: DataOption = None,
        after: Annotated[str, typer.Option(help="从这个代码之后 / behind this code")] = "",
        limit: Annotated[int, typer.Option(min=1, max=500, help="最多几行 / at most")] = 100,
        as_json: JsonOption = False,
    ) -> None:
        """列出在册的 / list what is on record."""
        hub = open_hub(data)
        nodes = places.nodes(kind, under={}, after=_key(kind, after) if after else None, limit=limit, hub=hub)
        if as_json:
            result({"items": [_node_out(node) for node in nodes]})
            return
        table = Table("代码 code", "名称 name", "上级 under", "启用 since", "停用 until")
        for node in nodes:
            under = " ".join("/".join(key) for _, key in node.parents.values())
            until = "" if node.until is None else node.until.isoformat()
            table.add_row("/".join(node.key), node.name, under, node.since.isoformat(), until)
        CONSOLE.print(table)
        if len(nodes) == limit:
            last = "/".join(nodes[-1].key)
            say(f"可能还有：加 --after {last}", f"there may be more: add --after {last}")

    @group.command("close")
    def close(
        code: Annotated[
            str, typer.Argument(help="代码；窗口为 办事点/窗口 / code; of a window OFFICE/WINDOW")
        ],
        until: Day,
        successor: Annotated[
            list[str] | None, typer.Option(help="接替的机构，可多次给出 / agencies that take its place")
        ] = None,
        data: DataOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """从某一天起停用 / let it end on a day."""
        hub = open_hub(data)
        day: date = until.date()
        ended = places.end(
            kind, _key(kind, code), day, successors=tuple(successor or ()), by=operator_account(hub), hub=hub
        )
        if as_json:
            result(_node_out(ended))
        else:
            say(f"{code} 自 {day} 起停用", f"{code} is there no longer from {day} on")

    return group


def _key(kind: NodeKind, code: str) -> Key:
    """Return what names a node, of a window OFFICE/WINDOW."""
    key = tuple(code.split("/"))
    if len(key) != (2 if kind is NodeKind.WINDOW else 1):
        raise BadRequest("a window is named OFFICE/WINDOW, everything else by its code", code="CODE_FORM")
    return key


def _node_out(node: Node) -> dict[str, Any]:
    more = {"kinds": list(node.kinds)} if isinstance(node, Agency) else {}
    return {
        "code": "/".join(node.key),
        "name": node.name,
        "under": ["/".join(key) for _, key in node.parents.values()],
        "since": node.since.isoformat(),
        "until": None if node.until is None else node.until.isoformat(),
        **more,
    }


for _kind in NodeKind:
    app.add_typer(_commands_of(_kind), name=_kind.value)

user = typer.Typer(no_args_is_help=True, help="工作人员 / members of staff")
app.add_typer(user, name="user")
Number = Annotated[str, typer.Argument(help="工号 / staff number")]


@user.command("import")
def import_staff(
    file: File, data: DataOption = None, check_only: CheckOnly = False, as_json: JsonOption = False
) -> None:
    """导入人员并逐人发出邀请 / import members of staff, each of whom is invited."""
    hub = open_hub(data)
    by = operator_account(hub)
    tally = _import(
        file,
        staff_columns(),
        lambda rows, digest, progress: staff.import_staff(
            rows, digest=digest, by=by, hub=hub, check_only=check_only, progress=progress
        ),
        as_json=as_json,
    )
    _print_tally(tally.to_dict(), tally.refused, as_json=as_json)


@user.command("add")
def add_user(pairs: Set, data: DataOption = None, as_json: JsonOption = False) -> None:
    """添加一人并邀请 / add one and invite them."""
    cells = _cells(pairs, staff_columns())
    hub = open_hub(data)
    _print_invited(staff.add_staff(cells, by=operator_account(hub), hub=hub), as_json)


@user.command("invite")
def invite_user(number: Number, data: DataOption = None, as_json: JsonOption = False) -> None:
    """重新邀请，先前的链接作废；用于换手机、忘记密码 / invite once more; the links of before are void."""
    hub = open_hub(data)
    _print_invited(staff.invite(number, by=operator_account(hub), hub=hub), as_json)


@user.command("close")
def close_user(number: Number, data: DataOption = None, as_json: JsonOption = False) -> None:
    """停用一人：不能再登录，登录中的一并退出 / end a login and its sessions."""
    hub = open_hub(data)
    staff.end(number, by=operator_account(hub), hub=hub)
    if as_json:
        result({"number": number})
    else:
        say(f"{number} 已停用", f"{number} signs in no more")


@user.command("list")
def list_users(data: DataOption = None, as_json: JsonOption = False) -> None:
    """列出人员和角色 / list members of staff and their roles."""
    hub = open_hub(data)
    members = staff.members(by=operator_account(hub), hub=hub)
    items = [
        {
            "number": member.number,
            "name": member.name,
            "roles": [role.value for role in member.roles],
            "agency": member.agency,
            "office": member.office,
            "state": state,
        }
        for member, state in members
    ]
    if as_json:
        result({"items": items})
        return
    table = Table("工号 number", "姓名 name", "角色 roles", "机构 agency", "办事点 office", "状态 state")
    for item in items:
        cells = (
            item["number"],
            item["name"],
            " ".join(item["roles"]),
            item["agency"],
            item["office"],
            item["state"],
        )
        table.add_row(*(str(cell) for cell in cells))
    CONSOLE.print(table)


def _print_invited(invited: staff.Invited, as_json: bool) -> None:
    """Print an invitation's link: a site without mail hands it over in person."""
    if as_json:
        result({"login": invited.login.key, "invitation": invited.link})
        return
    say(
        "邀请链接，三天内用一次；已排队发送",
        "the invitation, for one use in three days; it is queued to be sent",
    )
    CONSOLE.print(invited.link, markup=False, soft_wrap=True)
