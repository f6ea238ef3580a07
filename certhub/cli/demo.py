"""certhub demo.

What makes a demo is imported when one is asked for: a hub that serves a city has none of it in its process.
"""

import signal
import socket
import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certhub.cli.console import CONSOLE, DEMO_FOLDER, JsonOption, app, has_display, result, say

if TYPE_CHECKING:
    from certhub.demo.launcher import Demo


@app.command("demo")
def demo(
    data: Annotated[Path, typer.Option("--data", help="数据目录 / data folder")] = DEMO_FOLDER,
    port: Annotated[
        int | None,
        typer.Option("--port", min=1, max=65534, help="第一个地区的端口 / the first region's port"),
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="清空后重来 / start from nothing")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="不打开浏览器 / open no browser")] = False,
    lan: Annotated[
        bool, typer.Option("--lan", help="局域网内可访问（手机）/ reachable from a phone")
    ] = False,
    database_url: Annotated[
        str, typer.Option("--database-url", help="PostgreSQL；每地区一个 schema / one schema a region")
    ] = "",
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=32, help="每地区的进程数 / processes a region")
    ] = 1,
    regions: Annotated[
        int | None,
        typer.Option("--regions", min=2, max=32, help="几个地区，默认两个 / how many, two by default"),
    ] = None,
    regions_from: Annotated[
        Path | None,
        typer.Option(
            "--regions-from",
            file_okay=False,
            exists=True,
            help="更多地区文件的目录 / a folder of more region files",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """两个或更多地区、虚构的人和单位，一个可以动手的故事 / two regions or more, made-up people, one story to try."""
    from certhub.demo.launcher import Options, start
    from certhub.demo.region_file import chosen

    shown = chosen(regions, regions_from)
    names = "、".join(one.name for one in shown), ", ".join(one.file.name_en for one in shown)
    say(f"正在准备演示：{names[0]}", f"preparing a demo: {names[1]}")
    host = "0.0.0.0" if lan else "127.0.0.1"  # noqa: S104  only when asked for
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    running: Demo | None = None
    try:
        running = start(Options(data, port, host, reset, database_url, workers, shown))
        if as_json:
            result(running.ready_line())
        else:
            _story(running, lan=lan)
        if not (no_browser or as_json) and has_display():
            webbrowser.open(running.urls[0])
        running.wait(say)
    except _Stopped:
        say("演示已结束；数据留在 " + str(data), "the demo has ended; its data stay in " + str(data))
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if running is not None:
            running.stop()
    sys.exit(0)


class _Stopped(BaseException):
    """Somebody asked the demo to end."""


def _stop(number: int, frame: object) -> None:
    raise _Stopped


def _story(running: "Demo", *, lan: bool) -> None:
    home, *others = running.urls
    counters = "\n".join(
        f"                     {one.name} {one.file.name_en}: {url}/counter"
        for one, url in zip(running.options.regions[1:], others, strict=True)
    )
    CONSOLE.print(
        f"""
  演示已就绪 / the demo is ready      （人物与单位均为虚构 / all people and agencies are made up）

    首页 home        {home}/
    窗口 counter     {home}/counter
{counters}
    持证人 holder    {home}/me
    发证机关 agency  {home}/agency
    运维 operator    {home}/ops
    接口 API         {home}/docs

    数据 data        {running.options.folder}     结束 stop: Ctrl+C     重来 again: --reset
""",
        highlight=False,
    )
    if lan:
        _phone(running)


def _phone(running: "Demo") -> None:
    """Print the address for a phone, with a QR code."""
    import qrcode

    address = f"http://{_lan_address()}:{running.urls[0].rsplit(':', 1)[1]}/me"
    code = qrcode.QRCode(border=2)
    code.add_data(address)
    CONSOLE.print(f"    手机 phone       {address}")
    code.print_ascii(out=sys.stderr, invert=True)


def _lan_address() -> str:
    """Return this machine's address on its own network; nothing is sent (UDP connect only picks a route)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1, RFC 5737
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
