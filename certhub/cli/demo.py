"""certhub demo.

What makes a demo is imported when one is asked for: a hub that serves a city has none of it in its process.
"""

import signal
import sys
import webbrowser
from ipaddress import IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certhub.adapters.lan import lan_address as own_lan_address
from certhub.adapters.tls import AUTHORITY
from certhub.cli.console import CONSOLE, DEMO_FOLDER, JsonOption, app, has_display, result, say

if TYPE_CHECKING:
    from certhub.demo.lan import Lan
    from certhub.demo.launcher import Demo


WITHOUT_TLS = """
    没有 TLS：同一网络里的人能读到、也能改动手机与本机之间的一切，包括证照内容和登录凭据。
    浏览器在这样的地址上不开放摄像头和通行密钥（passkey）；登录只能用密码加动态口令，cookie 不带 __Host- 前缀。
    只用虚构数据演示；去掉 --no-tls 就有加密。
    Without TLS anybody on this network can read and change all that passes between the phone and this machine,
    certificates and sign-in included. On such an address browsers open neither the camera nor passkeys; one signs in
    by password and one-time code alone, with a cookie that has no __Host- prefix.
    Show made-up data only; without --no-tls it is encrypted.
"""
UNTIL_TRUSTED = """
    手机信任这个颁发机构之前，浏览器会警告一次：下载后先比对指纹，再按下面的步骤安装。
    Until the phone trusts this authority its browser warns: fetch it, compare the fingerprint first, then install it
    as told below.
"""


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
        bool, typer.Option("--lan", help="局域网内可用 https 访问（手机）/ reachable from a phone, by https")
    ] = False,
    lan_address: Annotated[
        str, typer.Option("--lan-address", help="用哪个局域网地址 / which address of this machine")
    ] = "",
    no_tls: Annotated[
        bool, typer.Option("--no-tls", help="与 --lan 连用：不加密 / with --lan: without encryption")
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
    reached = _lan(lan, lan_address, no_tls=no_tls)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    running: Demo | None = None
    try:
        running = start(
            Options(
                data, port, reset=reset, database=database_url, workers=workers, regions=shown, lan=reached
            )
        )
        if as_json:
            result(running.ready_line())
        else:
            _story(running)
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


def _lan(asked: bool, address: str, *, no_tls: bool) -> "Lan | None":
    """Return how the network reaches the demo, as it was asked for.

    Raises:
        DemoFailed: this machine has no address on a network.
    """
    from certhub.demo.lan import Lan
    from certhub.demo.launcher import DemoFailed

    if not (asked or address):
        if no_tls:
            raise typer.BadParameter("goes with --lan", param_hint="--no-tls")
        return None
    address = address or own_lan_address() or ""
    if not address:
        raise DemoFailed(
            "本机没有局域网地址，用 --lan-address 指明 / no address on a network: name one with --lan-address"
        )
    try:
        return Lan(str(IPv4Address(address)), is_tls=not no_tls)
    except ValueError:
        raise typer.BadParameter("is no IPv4 address", param_hint="--lan-address") from None


def _story(running: "Demo") -> None:
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
    if running.lan_urls:
        _phone(running)


def _phone(running: "Demo") -> None:
    """Print the address for a phone, with a QR code, and what stands between it and this machine."""
    import qrcode

    address = f"{running.lan_urls[0]}/me"
    code = qrcode.QRCode(border=2)
    code.add_data(address)
    CONSOLE.print(f"    手机 phone       {address}", markup=False, soft_wrap=True)
    code.print_ascii(out=sys.stderr, invert=True)
    if running.authority is None:
        CONSOLE.print(WITHOUT_TLS, markup=False, soft_wrap=True)
        return
    from certhub.cli.tls import authority_words, trusting_words
    from certhub.demo.lan import authority_folder

    path = authority_folder(running.options.folder) / AUTHORITY
    fetched = f"{running.lan_urls[0]}/authority.crt"
    CONSOLE.print(authority_words(path, running.authority, fetched), markup=False, soft_wrap=True)
    CONSOLE.print(UNTIL_TRUSTED, markup=False, soft_wrap=True)
    CONSOLE.print(trusting_words(), markup=False, soft_wrap=True)
