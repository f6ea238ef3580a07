"""certhub import."""

import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from certhub.cli.console import CONSOLE, DataOption, JsonOption, app, open_hub, result, say
from certhub.errors import NotAllowed
from certhub.flows.people.accounts import first_of
from certhub.flows.records.import_ import Tally, import_file
from certhub.hub import Hub
from certhub.people.parties.people import Actor, Role
from certhub.records.imports.faults import BadFile
from certhub.records.imports.reading import Rows, read_rows
from certhub.spelling.row_faults import RowFault

SHOWN = 20


@app.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            readable=True,
            help="CSV（UTF-8 或 GB18030）或 XLSX / CSV (UTF-8 or GB18030) or XLSX",
        ),
    ],
    data: DataOption = None,
    check_only: Annotated[
        bool, typer.Option("--check-only", help="只检查，不签发 / check, issue nothing")
    ] = False,
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="办理各行的进程数 / processes that carry the rows")
    ] = min(len(os.sched_getaffinity(0)), 4),
    as_json: JsonOption = False,
) -> None:
    """导入部门导出的证照；好行签发一次，坏行逐列说明 / import a department's export."""
    hub = open_hub(data)
    try:
        tally = _run(file, hub, agency_account(hub), check_only=check_only, processes=processes)
    except BadFile as refused:
        CONSOLE.print(
            f"✕ {file.name}: {refused.message('zh')} [{refused.code}]", style="bold red", markup=False
        )
        CONSOLE.print(f"下一步 / next: {refused.message('en')}", markup=False)
        if as_json:
            result(_nothing(refused, check_only=check_only).to_dict())
        sys.exit(1)
    finally:
        hub.close()
    if as_json:
        result(tally.to_dict())
    else:
        _tell(tally, check_only=check_only)
    sys.exit(1 if tally.refused else 0)


def _run(file: Path, hub: Hub, by: Actor, *, check_only: bool, processes: int) -> Tally:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with file.open("rb") as source, Progress(*columns, console=CONSOLE, transient=True) as bar:
        total = _announce(read_rows(source, file.name, of=hub.kinds(hub.now())), file.name)
        task = bar.add_task("检查 / check" if check_only else "签发 / issue", total=total)
        return import_file(
            source,
            file.name,
            by=by,
            hub=hub,
            check_only=check_only,
            processes=processes,
            progress=lambda done: bar.update(task, completed=done),
            wait=time.sleep,
        )


def _announce(rows: Rows, name: str) -> int:
    """Say what the file is, and which of its sheets are not read; return how many rows it has."""
    sheet = f"，工作表“{rows.sheet}”" if rows.sheet else ""
    say(f"{name}：{rows.total} 行，{rows.encoding}{sheet}", f"{rows.total} rows")
    if rows.unread_sheets:
        unread = "、".join(rows.unread_sheets)
        say(f"没有读取其他工作表：{unread}", f"sheets that are not read: {unread}")
    return rows.total


def _nothing(refused: BadFile, *, check_only: bool) -> Tally:
    """The summary of a file that was refused as a whole: no row, and one refusal where the reading ended."""
    at = RowFault(int(refused.detail.get("row", "1")), refused.column, refused.code, refused.message())
    return Tally(refused=[at], would_issue=0 if check_only else None)


def agency_account(hub: Hub) -> Actor:
    """Return the account that agencies work under on this machine."""
    found = first_of(Role.AGENCY, hub=hub)
    if found is None:
        raise NotAllowed("this hub has no agency account to import for")
    return found


def _tell(tally: Tally, *, check_only: bool) -> None:
    word, number = ("可签发", tally.would_issue) if check_only else ("已签发", tally.issued)
    refused = len({fault.row for fault in tally.refused})
    say(
        f"共 {tally.rows} 行：{word} {number}，已存在 {tally.existing}，未采用 {refused} 行",
        f"{tally.rows} rows: {number} {'to issue' if check_only else 'issued'}, {tally.existing} existing, "
        f"{refused} refused",
    )
    if not tally.refused:
        return
    table = Table("行 row", "列 column", "原因 cause")
    table.add_column("说明 what to do", overflow="fold")
    for fault in sorted(tally.refused, key=lambda f: f.row)[:SHOWN]:
        table.add_row(str(fault.row), fault.column, fault.code, fault.message)
    CONSOLE.print(table)
    if len(tally.refused) > SHOWN:
        say(
            f"另有 {len(tally.refused) - SHOWN} 处；加 --json 看全部",
            f"{len(tally.refused) - SHOWN} more: --json lists all",
        )
    CONSOLE.print(
        "下一步 / next: 改好这些行后再导入一次，已签发的不会重复 / mend these rows and import the file again"
    )
