"""certhub init."""

import secrets
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from certhub.adapters.clock import SystemClock
from certhub.cli.console import CONSOLE, OPENED, JsonOption, app, result, say
from certhub.errors import BadRequest
from certhub.flows.people.staff import enter
from certhub.flows.regions.switch import COMMAND_LINE
from certhub.hub import Hub
from certhub.people.logins.logins import Staff
from certhub.people.parties.people import Role
from certhub.settings import Profile
from certhub.setup.initialise import RegionSetup, initialise


class Accepted(StrEnum):
    """What a production hub is refused unless somebody takes it upon themselves in words."""

    SQLITE = "sqlite"
    SOFTWARE_KEYS = "software-keys"
    NO_TLS = "no-tls"


class NotAccepted(BadRequest):
    """A production hub would stand on something that nobody said they accept."""

    code = "NOT_ACCEPTED"


_WHY = {
    Accepted.SQLITE: "没有给 --database-url：数据库会是目录里的 SQLite 文件，只适合一台机器试用"
    " / without --database-url the database is a SQLite file in the folder, for a trial on one machine",
    Accepted.SOFTWARE_KEYS: "密钥以文件存放，能以本程序身份登录的人读得到；本版本还没有别的密钥库"
    " / keys lie in files, readable to whoever runs as this program; this release has no other key store",
    Accepted.NO_TLS: "--origin 不是 https：密码和证照会以明文经过网络"
    " / --origin is not https: passwords and certificates cross the network in clear",
}


@app.command("init")
def init(
    data: Annotated[
        Path, typer.Option("--data", envvar="CERTHUB_DATA", help="新枢纽的目录 / the new hub's folder")
    ],
    region: Annotated[
        str, typer.Option("--region", prompt="地区六位代码 / region", help="GB/T 2260 六位代码 / six digits")
    ],
    name: Annotated[
        str, typer.Option("--name", prompt="地区名称 / name", help="地区名称 / the region's name")
    ],
    origin: Annotated[
        str,
        typer.Option(
            "--origin",
            "--url",
            prompt="外界访问本枢纽的地址 / origin",
            help="外界访问本枢纽的地址 / how browsers and other regions reach this hub",
        ),
    ],
    operator: Annotated[
        str,
        typer.Option(
            "--operator",
            prompt="首位运维人员的邮箱 / operator's mail address",
            help="首位运维人员的邮箱 / mail address of the first operator",
        ),
    ],
    passphrase_file: Annotated[
        Path,
        typer.Option(
            "--passphrase-file",
            exists=True,
            dir_okay=False,
            help="开密钥库的口令文件，放在别处 / the key store's passphrase, kept elsewhere",
        ),
    ],
    database_url: Annotated[
        str, typer.Option("--database-url", help="PostgreSQL 的 libpq 地址 / a libpq URI of PostgreSQL")
    ] = "",
    keys: Annotated[str, typer.Option("--keys", help="密钥库的 URI / where the keys are made")] = "",
    name_en: Annotated[str, typer.Option("--name-en", help="英文名称 / the region's English name")] = "",
    operator_name: Annotated[
        str, typer.Option("--operator-name", help="首位运维人员的姓名 / the first operator's name")
    ] = "运维人员",
    accept: Annotated[
        list[Accepted] | None,
        typer.Option(
            "--accept", help="明知而接受的风险，可多次给出 / what you take upon yourself; may be repeated"
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """新建一个地区的枢纽，并邀请首位运维人员 / found a region's hub and invite its first operator."""
    _require_accepted(set(accept or ()), origin=origin, database=database_url)
    passphrase = passphrase_file.read_bytes().strip()
    settings = initialise(
        data,
        RegionSetup(region, name, name_en or name, origin, ()),
        profile=Profile.PRODUCTION,
        passphrase=passphrase,
        now=SystemClock().now(),
        random=secrets.token_bytes,
        database=database_url,
        keys=keys,
    )
    say(f"已建 {settings.region} {settings.name}", f"founded {settings.region}")
    hub = Hub.open(settings.model_copy(update={"passphrase_file": passphrase_file}))
    OPENED.callback(hub.close)
    first = Staff("OPERATOR-1", operator_name, (Role.OPERATOR,), mail=operator)
    invited = enter(first, by=COMMAND_LINE, trip=hub.at(None))
    if as_json:
        result({"region": settings.region, "data": str(settings.data), "invitation": invited.link})
    else:
        CONSOLE.print(
            f"邀请链接，三天内用一次 / the invitation, for one use in three days:\n{invited.link}",
            markup=False,
        )
    CONSOLE.print(
        f"下一步 / next: CERTHUB_PASSPHRASE_FILE={passphrase_file} certhub serve --data {data}", markup=False
    )


def _require_accepted(accepted: set[Accepted], *, origin: str, database: str) -> None:
    """Refuse what a production hub should not stand on, unless it is accepted; raises NotAccepted."""
    needed = [Accepted.SOFTWARE_KEYS]
    if not database.startswith("postgres"):
        needed.append(Accepted.SQLITE)
    if urlsplit(origin).scheme != "https":
        needed.append(Accepted.NO_TLS)
    missing = [word for word in needed if word not in accepted]
    if missing:
        for word in missing:
            CONSOLE.print(f"✕ {_WHY[word]}", style="bold red", markup=False)
        words = " ".join(f"--accept {word}" for word in missing)
        raise NotAccepted(f"say what you take upon yourself: {words}")
