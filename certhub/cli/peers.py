"""certhub peer."""

from typing import Annotated

import typer
from rich.table import Table

from certhub.cli.console import CONSOLE, DataOption, JsonOption, app, open_hub, result, say
from certhub.flows.regions.switch import COMMAND_LINE, others, switch

peer = typer.Typer(no_args_is_help=True, help="其他地区 / other regions")
app.add_typer(peer, name="peer")
Region = Annotated[str, typer.Argument(help="地区六位代码 / six digits")]
Reason = Annotated[str | None, typer.Option(help="原因，记入历史 / why; the history keeps it")]


@peer.command("list")
def list_(data: DataOption = None, as_json: JsonOption = False) -> None:
    """列出信任名录中的地区 / list the regions of the trust set."""
    hub = open_hub(data)
    items = [
        {
            "code": neighbour.region.code,
            "name": neighbour.region.name,
            "url": neighbour.region.url,
            "stopped": neighbour.is_stopped,
            "agreement": None if neighbour.agreement is None else neighbour.agreement.id,
        }
        for neighbour in others(hub=hub)
    ]
    hub.close()
    if as_json:
        result({"items": items})
        return
    table = Table("代码 code", "名称 name", "地址 url", "已停 stopped", "协议 agreement")
    for item in items:
        stopped = "是 yes" if item["stopped"] else "否 no"
        agreement = item["agreement"] or "无 none"
        table.add_row(str(item["code"]), str(item["name"]), str(item["url"] or ""), stopped, str(agreement))
    CONSOLE.print(table)


@peer.command("stop")
def stop(region: Region, reason: Reason = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """立即停止与某地区互询 / stop asking and answering a region, at once."""
    _switch(region, reason, data, stopped=True, as_json=as_json)


@peer.command("resume")
def resume(
    region: Region, reason: Reason = None, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """恢复互询 / resume."""
    _switch(region, reason, data, stopped=False, as_json=as_json)


def _switch(region: str, reason: str | None, data: DataOption, *, stopped: bool, as_json: bool) -> None:
    hub = open_hub(data)
    switch(region, is_stopped=stopped, reason=reason, by=COMMAND_LINE, hub=hub)
    hub.close()
    say(f"{region} 已{'停' if stopped else '恢复'}", f"{region} is {'stopped' if stopped else 'resumed'}")
    if as_json:
        result({"region": region, "stopped": stopped})
