"""certhub peer."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from certhub.cli.console import CONSOLE, DataOption, JsonOption, app, open_hub, result, say
from certhub.flows.regions.elsewhere import MatterAcross, RegionAcross, across
from certhub.flows.regions.switch import COMMAND_LINE, others, switch
from certhub.regions.trust.coverage import Gap, Lack

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


@peer.command("matters")
def matters(region: Region, data: DataOption = None, as_json: JsonOption = False) -> None:
    """列出各事项能否与某地区异地办理，及原因 / which matters can be done across the two regions, and why not."""
    hub = open_hub(data)
    pair = across(region, hub=hub)
    hub.close()
    if as_json:
        result(_pair(pair))
        return
    table = Table("事项 matter", "在对方办 there", "在本地办 here")
    for one in pair.matters:
        name = f"{one.matter.name} {one.matter.name_en}"
        table.add_row(name, _can_be_done(one.there), _can_be_done(one.here))
    CONSOLE.print(table)
    if pair.is_stopped:
        say("与该地区的互询已停", "the exchange with this region is stopped")
    elif pair.agreement is None:
        say("与该地区没有生效的协议", "no live agreement with this region")
    for one in pair.matters:
        _say_why(one)


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


def _can_be_done(gaps: tuple[Gap, ...]) -> str:
    return "不可 no" if gaps else "可异地办理 yes"


def _say_why(matter_across: MatterAcross) -> None:
    """Say of each requirement that cannot be met what is not agreed: once, where it is the same both ways."""
    same = matter_across.there == matter_across.here
    places = {("在对方办", "there"): matter_across.there, ("在本地办", "here"): matter_across.here}
    either = {("", ""): matter_across.there}
    for (where, where_en), gaps in (either if same else places).items():
        for gap in gaps:
            for lack in gap.lacks:
                why, why_en = _why(lack, matter_across.kind_names)
                zh = filter(None, (matter_across.matter.name, where, gap.requirement.name, why))
                en = filter(None, (matter_across.matter.name_en, where_en, gap.requirement.name_en, why_en))
                say("：".join(zh), ": ".join(en))


def _why(lack: Lack, names: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    name, name_en = names[lack.kind]
    if lack.mode is not None:
        return f"{name}未约定 {lack.mode} 方式", f"{name_en} is not agreed in mode {lack.mode}"
    words = (*lack.fields, *lack.predicates)
    if not words:
        return f"{name}不在协议内", f"{name_en} is not in the agreement"
    return f"{name}未约定{'、'.join(words)}", f"{name_en} is agreed without {', '.join(words)}"


def _pair(pair: RegionAcross) -> dict[str, Any]:
    return {
        "region": pair.region.code,
        "name": pair.region.name,
        "stopped": pair.is_stopped,
        "agreement": None if pair.agreement is None else pair.agreement.id,
        "items": [
            {
                "matter": one.matter.code,
                "name": one.matter.name,
                "name_en": one.matter.name_en,
                "there": [_gap(gap, one.kind_names) for gap in one.there],
                "here": [_gap(gap, one.kind_names) for gap in one.here],
            }
            for one in pair.matters
        ],
    }


def _gap(gap: Gap, names: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    return {
        "requirement": gap.requirement.id,
        "name": gap.requirement.name,
        "name_en": gap.requirement.name_en,
        "lacks": [
            {
                "kind": lack.kind,
                "kind_name": names[lack.kind][0],
                "kind_name_en": names[lack.kind][1],
                "fields": list(lack.fields),
                "predicates": list(lack.predicates),
                "mode": lack.mode,
            }
            for lack in gap.lacks
        ],
    }
