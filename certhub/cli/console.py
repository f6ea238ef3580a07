"""What the commands share: the app, the two streams, how a hub is found, how a failure is told."""

import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from certhub_keys.errors import KeysError
from rich.console import Console

from certhub.api.http.problem_words import catalogue
from certhub.errors import HubError
from certhub.hub import DEMO_ORDER, Hub
from certhub.settings import FILE, BadSettings, Settings
from certhub.web.language import HAN

OPENED = ExitStack()
"""What `main` closes when the command has ended, however it ended."""

app = typer.Typer(
    name="certhub",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="电子证照互信与交换枢纽 / an electronic certificate trust and exchange hub",
)
CONSOLE = Console(stderr=True, highlight=False)


@app.callback()
def _of_all() -> None:
    """Keep a command's name required, also when one command alone is loaded: typer leaves it out then."""


DEMO_FOLDER = Path(".certhub-demo")
NEXT_STEPS = {
    "BAD_SETTINGS": "certhub demo 可先建演示；或用 --data / CERTHUB_DATA 指明目录 / try certhub demo, or name --data",
    "NO_DATABASE": "certhub migrate --data DIR",
    "DATABASE_TOO_NEW": "换用升级过这个数据库的版本 / run the version that upgraded this database, or a newer one",
    "DATABASE_AWAY": "检查数据库服务、磁盘和权限 / look at the database, its disk and its permissions",
    "DATABASE_FAULT": "看日志中 store: 一行；certhub doctor --data DIR / see the line store: in the log",
    "KEYS": "核对 certhub.toml 的 keys 和口令文件 / check keys in certhub.toml and the passphrase file",
    "NO_TRUST": "检查 DATA/trust 下的文件 / look at the files under DATA/trust",
    "BAD_REGION_FILE": "改好这个文件；格式见 certhub/demo/region_files / mend that file; see certhub/demo/region_files",
    "DEMO_FAILED": "换 --port，或加 --reset 重来 / another --port, or --reset",
    "SLOW_SERVER": "pip install --force-reinstall certhub",
    "PORT_TAKEN": "换 --port，或先停掉占用的程序 / another --port, or stop what uses it",
    "SCHEMA_TAKEN": "加 --reset / add --reset",
    "ALREADY_ADOPTED": "查清数据库为何回到旧版；确是放回的备份，加 --restored / restored on purpose: add --restored",
    "WORKER_RUNS": "等它自己来做，或先停掉 serve 和 worker / let it do so, or stop serve and worker first",
    "NOT_ACCEPTED": "换用 PostgreSQL、https；或明知而接受，加上述参数 / use PostgreSQL and https, or add the above",
    "ADDRESS_UNFIT": "核对地址和 --medium / check the address and --medium",
    "TLS_UNUSABLE": "核对 tls_certificate、tls_key，或 certhub tls issue / check them, or certhub tls issue",
    "TLS_NAME_NOT_PERMITTED": "去掉这个名字，或 certhub tls init --replace / leave it out, or tls init --replace",
    "TLS_NO_AUTHORITY": "certhub tls init；私钥在别处加 --authority / its key lies elsewhere: add --authority",
    "TLS_AUTHORITY_EXISTS": "续期 certhub tls issue；换掉加 --replace / to renew, certhub tls issue; else --replace",
    "HUB_EXISTS": "换一个目录 / name another folder",
}

DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        envvar="CERTHUB_DATA",
        help="枢纽所在目录；演示中每地区一个 / the hub's folder; in a demo one a region",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="stdout 只输出一个 JSON / one JSON object on stdout")
]


def folder_of(data: Path | None) -> Path:
    """Return the hub's folder: as named, or the demo's first region when there is one here.

    Raises:
        BadSettings: nothing was named and there is no demo here.
    """
    if data is not None:
        return data
    demo = _first_of_demo()
    if demo is not None:
        CONSOLE.print(f"» 使用演示地区 {demo} / using the demo region {demo}", style="dim")
        return demo
    raise BadSettings("no hub was named")


def _first_of_demo() -> Path | None:
    """Return the first region of the demo in this folder; of a demo of an earlier version the one of lowest code."""
    try:
        codes: list[str] = json.loads((DEMO_FOLDER / DEMO_ORDER).read_bytes())["regions"]
    except FileNotFoundError:
        codes = sorted(one.parent.name for one in DEMO_FOLDER.glob(f"*/{FILE}"))
    return next((DEMO_FOLDER / code for code in codes if (DEMO_FOLDER / code / FILE).exists()), None)


def open_hub(data: Path | None) -> Hub:
    """Open the hub that a command speaks of; it is closed when the command ends, however it ends."""
    hub = Hub.open(Settings.load(folder_of(data)))
    OPENED.callback(hub.close)
    return hub


def say(zh: str, en: str) -> None:
    """Tell the person, in both languages, on stderr."""
    CONSOLE.print(f"» {zh} / {en}")


def result(value: dict[str, Any]) -> None:
    """Print a result as one line of JSON on stdout."""
    print(json.dumps(value, ensure_ascii=False), flush=True)  # noqa: T201  stdout is for results


def fail(refused: HubError | KeysError) -> NoReturn:
    """Say what went wrong and what to do next; exit 1."""
    code = getattr(refused, "code", "KEYS")
    CONSOLE.print(
        f"✕ {_in_both(code, str(refused))} [{code}]", style="bold red", markup=False, soft_wrap=True
    )
    step = getattr(refused, "next_step", "") or NEXT_STEPS.get(code, "certhub --help")
    CONSOLE.print(f"下一步 / next: {step}", markup=False)
    sys.exit(1)


def _in_both(code: str, said: str) -> str:
    """Return what an error says with the words of its code before it, unless it speaks both languages already."""
    words = catalogue()["problems"].get(code)
    if words is None or HAN.search(said) or any("{" in words[lang][0] for lang in ("zh", "en")):
        return said
    return f"{words['zh'][0]} / {words['en'][0]}: {said}"


_MISTAKES = (
    ("No such option", "没有这个选项"),
    ("No such command", "没有这个命令"),
    ("Missing option", "缺少选项"),
    ("Missing argument", "缺少参数"),
    ("requires an argument", "选项后面缺少值"),
    ("unexpected extra argument", "多出了参数"),
    ("does not take a value", "选项不带值"),
    ("does not exist", "文件或目录不存在"),
    ("is a directory", "要的是文件，给的是目录"),
    ("is not in the range", "超出允许的范围"),
    ("is not a valid", "不是要求的类型"),
    ("Invalid value", "取值不对"),
)


def misread(mistaken: Any, line: list[str]) -> NoReturn:
    """Say in both languages what is wrong with the command line, and whose help to read; exit 2."""
    en = mistaken.format_message()
    if not en:  # no command was named: the help, which stands on the screen already, is the answer
        mistaken.show()
        sys.exit(2)
    zh = next((words for part, words in _MISTAKES if part.lower() in en.lower()), "命令行看不懂")
    CONSOLE.print(f"✕ {zh} / {en} [USAGE]", style="bold red", markup=False, soft_wrap=True)
    CONSOLE.print(f"下一步 / next: {' '.join(['certhub', *_named(line)])} --help", markup=False)
    sys.exit(2)


def _named(line: list[str]) -> list[str]:
    """Return the command and sub-command that a command line begins with."""
    names: list[str] = []
    known: Any = typer.main.get_command(app)
    for word in line:
        known = getattr(known, "commands", {}).get(word)
        if known is None:
            break
        names.append(word)
    return names


def unusable(broken: Exception) -> NoReturn:
    """Say that a named file, folder, address or database cannot be used; its own text may hold a value; exit 2."""
    place = getattr(broken, "filename", None)
    what = type(broken).__name__ if place is None else f"{type(broken).__name__}: {place}"
    CONSOLE.print(
        f"✕ 给出的文件、目录、地址或数据库用不了 / what was named cannot be used: {what} [USAGE]",
        style="bold red", markup=False, soft_wrap=True,
    )  # fmt: skip
    CONSOLE.print("下一步 / next: 核对路径和权限；certhub --help / check paths and permissions", markup=False)
    sys.exit(2)


def has_display() -> bool:
    """Whether a browser window could be shown here."""
    return sys.platform in {"darwin", "win32"} or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
