"""certhub tls: a local authority, what the hub is served with, and how devices come to trust them."""

import secrets
from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any

import typer

from certhub.adapters.clock import SystemClock
from certhub.adapters.lan import lan_address
from certhub.adapters.tls import AUTHORITY, SERVER
from certhub.cli.console import CONSOLE, DataOption, JsonOption, app, folder_of, result, say
from certhub.settings import Settings, host_name
from certhub.setup import tls as making
from certhub.setup import trusting
from certhub.setup.tls import Description, NoAuthority, describe, read_x509

tls = typer.Typer(
    no_args_is_help=True, help="本地颁发机构与 https 证书 / a local authority, and what https is served with"
)
app.add_typer(tls, name="tls")
Hosts = Annotated[
    list[str] | None,
    typer.Option("--host", help="再加一个名字或地址，可重复 / a name or an address more, may be repeated"),
]
Lan = Annotated[
    bool, typer.Option("--lan", help="加上本机的局域网地址 / add this machine's address on its network")
]


@tls.command("init")
def init(
    data: DataOption = None,
    hosts: Hosts = None,
    networks: Annotated[
        list[str] | None,
        typer.Option("--network", help="还可签发的网段，如 203.0.113.0/24 / a network it may sign for, too"),
    ] = None,
    lan: Lan = False,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="换掉原有的，各设备须重新信任 / in place of the one that is there"),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """新建本地颁发机构，并签发本枢纽的 https 证书 / make a local authority, and what this hub is served with."""
    settings = Settings.load(folder_of(data))
    folder, now = making.folder_of(settings), SystemClock().now()
    wanted, beyond = _wanted(settings, hosts, lan=lan), [_network(text) for text in networks or ()]
    if replace:
        making.remove_authority(folder)
    authority = making.make_authority(
        folder,
        wanted,
        beyond,
        title=f"CertHub local authority {settings.region} {now:%Y-%m-%d}",
        now=now,
        random=secrets.token_bytes,
    )
    server = _issue(settings, wanted, folder)
    say(
        f"已建本地颁发机构，至 {authority.ends:%Y-%m-%d}",
        f"a local authority was made, until {authority.ends:%Y-%m-%d}",
    )
    _tell_server(settings, server)
    CONSOLE.print(
        "下一步 / next: certhub.toml 里写 tls = true，再 certhub serve / set tls = true there, then certhub serve; "
        f"certhub tls show --data {settings.data}",
        markup=False,
        soft_wrap=True,
    )
    if as_json:
        result(
            {
                "authority": _described(folder / AUTHORITY, authority),
                "server": _described(folder / SERVER, server),
            }
        )


@tls.command("issue")
def issue(
    data: DataOption = None,
    hosts: Hosts = None,
    lan: Lan = False,
    authority: Annotated[
        Path | None,
        typer.Option(
            "--authority", file_okay=False, help="颁发机构私钥所在目录 / the folder of the authority's key"
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """为本枢纽签发新的 https 证书（续期也用它）/ make anew what this hub is served with, also to renew it."""
    settings = Settings.load(folder_of(data))
    folder = making.folder_of(settings)
    server = _issue(settings, _wanted(settings, hosts, lan=lan), authority or folder)
    _tell_server(settings, server)
    say("重启 certhub serve 后生效", "certhub serve takes it up when it is started again")
    if as_json:
        result({"server": _described(folder / SERVER, server)})


@tls.command("show")
def show(data: DataOption = None, as_json: JsonOption = False) -> None:
    """指纹、名字、日期，和各系统信任它的步骤 / fingerprint, names, dates, and how each system comes to trust it."""
    settings = Settings.load(folder_of(data))
    folder = making.folder_of(settings)
    if not (folder / AUTHORITY).exists():
        raise NoAuthority(f"there is no authority in {folder}")
    authority = describe(read_x509(folder / AUTHORITY))
    server = describe(read_x509(folder / SERVER)) if (folder / SERVER).exists() else None
    if as_json:
        described = {"authority": _described(folder / AUTHORITY, authority)}
        if server is not None:
            described["server"] = _described(folder / SERVER, server)
        steps = [
            {"system": one.system, "name": one.name, "zh": one.zh, "en": one.en} for one in trusting.systems()
        ]
        result(
            {
                **described,
                "before": {"zh": trusting.before().zh, "en": trusting.before().en},
                "systems": steps,
            }
        )
        return
    CONSOLE.print(
        authority_words(folder / AUTHORITY, authority, f"{settings.url}/authority.crt"), markup=False
    )
    if server is not None:
        _tell_server(settings, server)
    CONSOLE.print(trusting_words(), markup=False, soft_wrap=True)


def authority_words(path: Path, authority: Description, address: str) -> str:
    """Return where an authority's x509 is, and what it says of itself, in both languages."""
    signs_for = "  ".join((*authority.subject.names, *map(str, authority.networks)))
    return f"""
  本地颁发机构 authority  {path}
    下载 fetch            {address}
    SHA-256               {authority.sha256[:47]}
                          {authority.sha256[48:]}
    日期 dates            {authority.begins:%Y-%m-%d} – {authority.ends:%Y-%m-%d}
    只能签发 signs for    {signs_for}
"""


def trusting_words() -> str:
    """Return what to do on each system, first in Chinese and then in English."""
    parts = []
    for steps in (trusting.before(), *trusting.systems()):
        lines = [f"  {steps.name}".rstrip()] if steps.name else []
        lines += [f"    {sentence}" for sentence in (*steps.zh, *steps.en)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _issue(settings: Settings, hosts: Iterable[str], authority: Path) -> Description:
    return making.issue_server(
        making.folder_of(settings),
        hosts,
        authority=authority,
        title=f"CertHub {settings.region}",
        now=SystemClock().now(),
        random=secrets.token_bytes,
    )


def _wanted(settings: Settings, hosts: list[str] | None, *, lan: bool) -> frozenset[str]:
    """Return every name that is to be served: the hub's own, those that were given, and the network's if asked for."""
    address = lan_address() if lan else None
    if lan and address is None:
        say("本机没有局域网地址", "this machine has no address on a network")
    return (
        making.own_hosts(settings) | {_host(text) for text in hosts or ()} | ({address} if address else set())
    )


def _host(text: str) -> str:
    try:
        return host_name(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no name and no address", param_hint="--host") from None


def _network(text: str) -> making.Network:
    try:
        return ip_network(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no network", param_hint="--network") from None


def _tell_server(settings: Settings, server: Description) -> None:
    names = " ".join(server.subject.hosts)
    say(
        f"https 证书至 {server.ends:%Y-%m-%d}，用于 {names}",
        f"https until {server.ends:%Y-%m-%d}, for {names}",
    )
    silent = sorted({*server.subject.hosts} - making.own_hosts(settings))
    if silent:
        listed = ", ".join(silent)
        say(
            f"枢纽还不应答 {listed}：写进 certhub.toml 的 hosts",
            f"the hub does not answer to {listed} yet: add them to hosts in certhub.toml",
        )


def _described(path: Path, description: Description) -> dict[str, Any]:
    return {
        "file": str(path),
        "sha256": description.sha256,
        "begins": description.begins.isoformat(),
        "ends": description.ends.isoformat(),
        "names": list(description.subject.hosts),
        **({"networks": [str(one) for one in description.networks]} if description.networks else {}),
    }
