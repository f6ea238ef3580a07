"""certhub migrate, doctor, config, kind."""

import secrets
import sys
from typing import Annotated

import typer
from rich.table import Table

from certhub.adapters import private
from certhub.adapters.clock import SystemClock
from certhub.api.routes.checks import explained, words_of
from certhub.cli.console import CONSOLE, DataOption, JsonOption, app, folder_of, open_hub, result, say
from certhub.db.adoption import Adoption
from certhub.db.engine import open_engine
from certhub.errors import Unavailable
from certhub.hub import Hub, database_url, known_catalogue
from certhub.hub.in_force import day_in_china
from certhub.settings import Settings
from certhub.setup.adopting import bring_up, newer_revision, to_dict
from certhub.setup.health import Check, all_checks
from certhub.web.language import Lang
from certhub.web.wording import texts

LANGS: tuple[Lang, Lang] = ("zh", "en")


@app.command("migrate")
def migrate(
    data: DataOption = None,
    restored: Annotated[
        bool,
        typer.Option(
            "--restored", help="放回了升级前的备份，重新接收其中的行 / an old copy was put back on purpose"
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """把数据库升到本版本，目录只留给本账号 / bring the database to this version, close the folder to others."""
    settings = Settings.load(folder_of(data))
    adopted = bring_up(settings, now=SystemClock().now(), random=secrets.token_bytes, restored=restored)
    closed, newer = private.close(settings.data), newer_revision(settings)
    if newer is None:
        say("数据库已是最新", "the database is up to date")
    else:
        say(
            f"数据库比本版本新（{newer}），本版本照样能用；没有改动",
            f"the database is newer than this version ({newer}), which may serve it; nothing was changed",
        )
    if adopted is not None:
        _tell(adopted)
    if closed:
        say(f"{len(closed)} 个文件或目录曾对他人开放，已关上", f"{len(closed)} paths were open to others")
    if as_json:
        told = {} if adopted is None else {"adopted": to_dict(adopted)}
        ahead = {} if newer is None else {"newer": newer}
        result({"migrated": newer is None, **ahead, **told, "closed": len(closed)})


def _tell(adopted: Adoption) -> None:
    """Name what was adopted: from now on these rows are believed, so somebody looks at them now."""
    table = Table("表 table", "已接收 adopted", "未接收 left")
    for name, count in adopted.rows.items():
        table.add_row(name, str(count), str(adopted.left[name]))
    CONSOLE.print(table)
    accounts = Table(
        "账号 account", "角色 role", "名称 name", "机关 agencies", title="请核对 / look at these"
    )
    for account in adopted.accounts:
        accounts.add_row(str(account.id), account.role, account.name, account.agencies)
    CONSOLE.print(accounts)
    CONSOLE.print(
        "下一步 / next: 有不认识的账号，先查清再启动；未接收的行今后不起作用"
        " / do not start before every account is known; a row that was left grants nothing",
        markup=False,
    )


@app.command("doctor")
def doctor(data: DataOption = None, as_json: JsonOption = False) -> None:
    """体检，与运维页同一份检查；退出码 0 全部正常，1 有不正常或没能查的 / the page's checks; exit 0 all good"""
    hub: Hub = open_hub(data)
    found, names = all_checks(hub), _names(hub)
    hub.close()
    if as_json:
        result({"healthy": all(check.ok for check in found), "checks": explained(found)["checks"]})
    else:
        _show(found, names)
    sys.exit(0 if all(check.ok for check in found) else 1)


@app.command("config")
def config(data: DataOption = None, as_json: JsonOption = False) -> None:
    """显示生效的设置（不含口令）/ show the settings in force."""
    settings = Settings.load(folder_of(data))
    values = {name: str(value) for name, value in settings if name != "database_url"}
    values["database_url"] = open_engine(database_url(settings)).url.render_as_string(hide_password=True)
    if as_json:
        result(values)
        return
    for name, value in values.items():
        print(f"{name} = {value}")  # noqa: T201  stdout is for results


@app.command("kind")
def kind(as_json: JsonOption = False) -> None:
    """列出今日有效的证照类型 / list the kinds of certificate that are in force today."""
    kinds = known_catalogue().kinds(on=day_in_china(SystemClock().now()))
    if as_json:
        result(
            {
                "items": [
                    {"code": k.code, "name": k.name, "name_en": k.name_en, "origin": k.code_origin}
                    for k in kinds
                ]
            }
        )
        return
    table = Table()
    table.add_column("代码 code", no_wrap=True)  # whoever lists kinds is going to copy a code
    for heading in ("名称 name", "English", "来源 origin"):
        table.add_column(heading, overflow="fold")
    for k in kinds:
        table.add_row(k.code, k.name, k.name_en, k.code_origin)
    CONSOLE.print(table)


_MARKS = {"good": "✓", "bad": "✕", "unknown": "?"}


def _show(checks: list[Check], names: dict[Lang, dict[str, str]]) -> None:
    """Every check by the operator page's own names, in both languages; what is not good comes first."""
    for check in sorted(checks, key=lambda one: one.ok):
        zh, en = (_name(check.check, lang, names[lang]) for lang in LANGS)
        told = f" [{check.code}] {_explained(check)}" if not check.ok else ""
        CONSOLE.print(f"{_MARKS[check.state]} {zh} / {en}{told}{_line(check)}", markup=False, soft_wrap=True)
    wrong = sum(not check.ok for check in checks)
    if wrong:
        say(f"{wrong} 项不正常或没能查", f"{wrong} not good, or not looked at")
    else:
        say("各项检查都正常", "every check is good")


def _explained(check: Check) -> str:
    """What is wrong and what to do, in the words of the API's problems; then what the check itself says of it."""
    words = words_of(check)
    said = f"{words['title']}；{words['next_step']} / {words['title_en']}; {words['next_step_en']}"
    return f"{said} ({check.says})" if check.says else said


def _line(check: Check) -> str:
    known = [f"{name}={value}" for name, value in check.detail.items() if value is not None]
    return f"  ({', '.join(known)})" if known else ""


def _names(hub: Hub) -> dict[Lang, dict[str, str]]:
    """Return what agencies and regions are called, by code; a hub without a trust list knows none."""
    try:
        trust = hub.trust
    except Unavailable:
        return {"zh": {}, "en": {}}
    known = [(code, one.name, one.name_en) for code, one in trust.agencies.items()]
    known += [(code, one.name, one.name_en) for code, one in trust.regions.items()]
    return {"zh": {code: zh for code, zh, _ in known}, "en": {code: en or zh for code, zh, en in known}}


def _name(check: str, lang: Lang, names: dict[str, str]) -> str:
    words, (group, _, rest) = texts(lang), check.partition("-")
    if (whole := f"ops.check_{check.replace('-', '_')}") in words:
        return words[whole]
    purpose = words.get(f"ops.purpose_{rest}", rest)
    return words[f"ops.check_{group}"].format(
        purpose=purpose, agency=names.get(rest, rest), region=names.get(rest, rest)
    )
