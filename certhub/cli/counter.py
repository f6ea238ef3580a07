"""certhub show, scan: over HTTP, what the holder's phone and the clerk's counter do.

Both speak to a hub that is running. In the folder of a demo they come signed in, as its pages do; elsewhere
CERTHUB_TOKEN says who calls. The exit code of `scan` is that of the verdict, as of certhub-verify: 0 valid, 10 valid
but check, 20 invalid, 30 undetermined. 1 means that no verdict was given, 2 that the command line cannot be understood.
"""

import os
import secrets
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from certhub_verifier.causes import Verdict
from certhub_verifier.sentences import Lang, named
from rich.table import Table

from certhub.adapters import private
from certhub.cli.calling import Caller, CallFailed, caller
from certhub.cli.console import CONSOLE, DataOption, JsonOption, app, result, say

LANGS: tuple[Lang, Lang] = ("zh", "en")
TRIES = 2  # a verification has an id of its own: asked again it is the same one
CODE_FILE_MAX = 4096  # bytes

UrlOption = Annotated[
    str | None,
    typer.Option("--url", help="枢纽地址，默认演示的第一个地区 / the hub; default: the demo's first region"),
]
TokenOption = Annotated[
    str | None,
    typer.Option(
        "--token", envvar="CERTHUB_TOKEN", help="令牌；演示中不用给 / the bearer token; none in a demo"
    ),
]


@app.command("show")
def show(
    certificate: Annotated[
        str | None,
        typer.Argument(help="名称、编号或 id；不写就列出 / name, number or id; without it, the list"),
    ] = None,
    matter: Annotated[str | None, typer.Option("--matter", help="事项代码 / code of the matter")] = None,
    sealed: Annotated[bool, typer.Option("--sealed", help="离线码 / a sealed code, for no network")] = False,
    save: Annotated[
        Path | None, typer.Option("--save", dir_okay=False, help="把码写入文件 / write the code to a file")
    ] = None,
    url: UrlOption = None,
    token: TokenOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """持证人亮证：出一个码，用一次；不写证照就列出持有的 / show a certificate: a code for one use."""
    holder = caller("holder", url=url, token=token, data=data)
    held = {"items": _held(holder)}
    if certificate is None:
        _list(held, as_json=as_json)
        return
    body: dict[str, Any] = {
        "mode": "sealed" if sealed else "ticket",
        "items": [{"certificate_id": _found(held["items"], certificate)["id"]}],
    }
    shown = holder.post("/api/v1/me/presentations", body | ({"matter": matter} if matter else {}))
    if save is not None:
        _put(save, shown["code"].encode())
    say(f"亮证码，有效到 {shown['expires_at']}", f"a code, good until {shown['expires_at']}")
    for warned in shown["warnings"]:
        say(f"窗口会拒收：{warned['state']}", f"a counter will refuse it: {warned['state']}")
    if as_json:
        result({name: value for name, value in shown.items() if name != "qr_svg"})
    elif save is None:
        print(shown["code"], flush=True)  # noqa: T201  the result
    else:
        say(f"已写入 {save}", f"written to {save}")


@app.command("scan")
def scan(
    code: Annotated[
        str,
        typer.Argument(help="码；或存有码的文件；- 读 stdin / a code, a file that holds it, or - for stdin"),
    ],
    matter: Annotated[str, typer.Option("--matter", help="事项代码 / code of the matter")],
    window: Annotated[str, typer.Option("--window", help="窗口，写进回执 / the window, kept in the receipt")],
    case: Annotated[
        str | None,
        typer.Option("--case", help="办件编号，同一办件合并判断 / the case, whose scans count together"),
    ] = None,
    receipt: Annotated[
        Path | None,
        typer.Option("--receipt", dir_okay=False, help="把回执存入文件 / keep the receipt in a file"),
    ] = None,
    url: UrlOption = None,
    token: TokenOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """窗口扫码核验；退出码即判定 0 10 20 30 / verify a code as a counter does; the exit code is the verdict."""
    clerk = caller("clerk", url=url, token=token, data=data)
    body = {
        "code": _code(code),
        "matter": matter,
        "window": window,
        "verification_id": secrets.token_urlsafe(16),
    }
    if case is not None:
        body["case_number"] = case
    if receipt is not None:
        _put(receipt, b"")  # a file that cannot be written is told before the code is used
    report = clerk.post("/api/v1/verifications", body, tries=TRIES)
    if as_json:
        result(report)
    else:
        _print(report)
    if receipt is not None:
        _keep(clerk, report, receipt)
    sys.exit(Verdict(report["verdict"]).exit_code)


def _held(holder: Caller) -> list[dict[str, Any]]:
    """Return all that a holder holds, page by page."""
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = holder.get(f"/api/v1/me/certificates?limit=100{cursor}")
        items += page["items"]
        if not page.get("next_cursor"):  # a hub of before gives everything at once
            return items
        cursor = f"&cursor={page['next_cursor']}"


def _list(held: Any, *, as_json: bool) -> None:
    if as_json:
        result(held)
        return
    table = Table("名称 name", "状态 state", "替谁 for", "编号与 id / number and id")
    for one in held["items"]:
        name, handles = f"{one['name']}\n{one['name_en']}", f"{one['number']}\n{one['id']}"
        table.add_row(name, one["state"], one.get("acting_for", ""), handles)
    CONSOLE.print(table)


def _found(items: list[dict[str, Any]], certificate: str) -> dict[str, Any]:
    """Return the one that is meant: by id, by the number that the agency gave it, or by what it is called."""
    named = [one for one in items if certificate in (one["id"], one["number"], one["name"], one["name_en"])]
    if len(named) == 1:
        return named[0]
    why = "有几张，请写 id / several, name the id" if named else "没有这张证照 / no such certificate is held"
    raise CallFailed(f"{certificate}：{why}", code="NOT_FOUND", next_step="certhub show")


def _code(given: str) -> str:
    """Return the code that was typed, that a file of that name holds, or that comes on stdin."""
    if given == "-":
        return sys.stdin.read(CODE_FILE_MAX).strip()
    file = Path(given)
    try:
        is_file = file.is_file()
    except (OSError, ValueError):  # longer than a name can be: a code
        is_file = False
    if not is_file:
        return given
    with file.open("rb") as kept:
        return kept.read(CODE_FILE_MAX).decode("utf-8", "replace").strip()


def _keep(clerk: Caller, report: Any, file: Path) -> None:
    """Keep the receipt as it came: certhub-verify notices one character more."""
    if report["receipt_url"] is None:
        file.unlink(missing_ok=True)
        say("这次核验没有回执", "this verification has no receipt")
        return
    _put(file, clerk.get_bytes(report["receipt_url"]))
    say(f"回执已存入 {file}", f"the receipt is in {file}")


def _put(file: Path, content: bytes) -> None:
    with private.open_file(file, os.O_TRUNC) as written:
        written.write(content)


def _print(report: Any) -> None:
    """Print the verdict as a counter says it: the word, the sentence, what to do; then each certificate."""
    verdict = Verdict(report["verdict"])
    lines = [
        f"{verdict.zh} / {verdict.en} [{report['code']}]",
        f"  {report['headline']} / {report['headline_en']}",
        f"  {report['next_step']} / {report['next_step_en']}",
    ]
    for item in report["items"]:
        lines += _item(item)
    lines += _requirements(report)
    if report["receipt_url"] is not None:
        lines.append(f"  核验编号 / verification: {report['verification_id']}")
    print("\n".join(lines), flush=True)  # noqa: T201  the result


def _requirements(report: Any) -> list[str]:
    """Say what the matter still lacks: how the case stands, then each requirement with what would meet it."""
    if report["materials"] is None:
        return []
    lines = [f"  {' / '.join(named('materials', report['materials'], lang) for lang in LANGS)}"]
    for one in report["requirements"]:
        state = " / ".join(named("requirement_states", one["state"], lang) for lang in LANGS)
        lines.append(f"  - {state}: {one['name']} / {one['name_en']}")
        if one["state"] in ("met", "not_applicable"):
            continue
        accepted = "、".join(f"{kind['kind_name']} / {kind['kind_name_en']}" for kind in one["accepts"])
        lines.append(f"    可用 / accepted: {accepted}")
        condition = one.get("condition", {})
        if condition.get("when") == "declared":
            lines.append(f"    只在此时需要 / only where: {condition['text']} / {condition['text_en']}")
        if one.get("missing_fields"):
            lines.append(f"    没有出示 / not shown: {'、'.join(one['missing_fields'])}")
    return lines


def _item(item: Any) -> list[str]:
    verdict = Verdict(item["verdict"])
    if "kind" not in item:
        return [f"  · 未告知的一张 / one that is not told: {verdict.zh} / {verdict.en} [{item['code']}]"]
    lines = [
        f"  · {item['kind_name']} / {item['kind_name_en']}: {verdict.zh} / {verdict.en} [{item['code']}]"
    ]
    if item.get("issuer"):
        lines.append(f"    发证机关 / issuer: {item['issuer']['name']}")
    oldest = min((fact["as_of"] for fact in item["facts"]), default="")
    lines.append(f"    查了 / checked: {len(item['facts'])}；最早的消息 / oldest news: {oldest}")
    for title, value in item["disclosed"].items():
        lines.append(f"    {title}: {'、'.join(value) if isinstance(value, list) else value}")
    return lines
