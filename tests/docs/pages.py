"""The parts of the documents that are made from the code, so that they cannot rot.

    docs/flows.md        the numbered lists of certhub/flows/*.py, and nothing more
    docs/operations.md   tables of settings, commands, error codes and verdict codes
    docs/api.md          the table of who may call what
    docs/trust.md        the floor of facts that no policy lowers

`python -m tests.docs.pages` writes them anew; the tests beside this file fail while they differ.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import typer

ROOT = Path(__file__).parents[2]
FLOWS, API = ROOT / "certhub" / "flows", ROOT / "certhub" / "api"
FLOWS_PAGE, OPERATIONS_PAGE, API_PAGE, TRUST_PAGE = (
    ROOT / "docs" / name for name in ("flows.md", "operations.md", "api.md", "trust.md")
)
ORDER = ("issue", "import_", "show", "verify", "at_home", "query", "answer", "revoke", "renew", "bundle")
BLANK, FIRST = re.compile(r"\n[ ]*\n"), re.compile(r"(?:[a-z]+ +)?1 +\S")
FLOWS_HEAD = """# 单程 / One-way trips

每一段就是 `certhub/flows/` 中同名文件开头的编号清单，此外什么也没有。
由 `python -m tests.docs.pages` 写成，与代码不一致时测试失败。
Each list is the one that opens the file of that name, and nothing more. A test fails when page and code differ.
"""


def flows_page() -> str:
    """Return docs/flows.md as the docstrings say it must be."""
    names = sorted((path.stem for path in FLOWS.glob("*.py") if path.stem != "__init__"), key=_place)
    return FLOWS_HEAD + "".join(f"\n## {name}\n\n{_trip(name)}\n" for name in names)


def trip_lists(docstring: str) -> list[str]:
    """Return the numbered lists of a docstring: its paragraphs that begin with `1`, or with a name and `1`."""
    paragraphs = [dedent(one).strip("\n") for one in BLANK.split(docstring)]
    return [one for one in paragraphs if FIRST.match(one)]


def with_table(text: str, name: str, table: str) -> str:
    """Return a page with the table between its two marks replaced.

    Raises:
        ValueError: the page has no such marks.
    """
    begin, end = f"<!-- {name}: made by tests/docs/pages.py -->\n", f"<!-- end of {name} -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"the page has no table called {name}")
    return f"{before}{begin}\n{table}\n{end}{after}"


def settings_table() -> str:
    """Return a row for every field of certhub.settings.Settings."""
    from certhub.settings import Settings

    lines = ["| certhub.toml | 环境变量 environment | 默认 default | what it is |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "—（必填 required）" if field.is_required() else _default(field.default)
        lines.append(
            f"| `{name}` | `CERTHUB_{name.upper()}` | {default} | {_cell(field.description or '')} |"
        )
    return "\n".join(lines) + "\n"


def commands_table() -> str:
    """Return a row for every command of `certhub`."""
    lines = ["| 命令 command | 做什么 what it does |", "|---|---|"]
    lines += [f"| `{usage}` | {_cell(words)} |" for usage, words in sorted(_commands())]
    return "\n".join(lines) + "\n"


def problems_table() -> str:
    """Return a row for every code of a problem document, then for every fault inside one."""
    catalogue = json.loads((API / "problems.json").read_text(encoding="utf-8"))
    lines = ["| code | 意思 / what it means | 下一步 / next step |", "|---|---|---|"]
    for code, words in catalogue["problems"].items():
        (zh, zh_next), (en, en_next) = words["zh"], words["en"]
        lines.append(f"| `{code}` | {_cell(zh)}<br>{_cell(en)} | {_cell(zh_next)}<br>{_cell(en_next)} |")
    lines += ["", "`errors[].code`：", "", "| code | 意思 / what it means |", "|---|---|"]
    for code, words in catalogue["faults"].items():
        lines.append(f"| `{code}` | {_cell(words['zh'])}<br>{_cell(words['en'])} |")
    return "\n".join(lines) + "\n"


def verdicts_table() -> str:
    """Return a row for every code of a report, in the order in which headlines are chosen."""
    from certhub_verifier.causes import CODES
    from certhub_verifier.sentences import explain

    lines = ["| code | 判定 verdict | 退出码 exit | 窗口上的第一句话 / headline |", "|---|---|--:|---|"]
    for code, cause in CODES.items():
        zh, en = (explain(code, {}, lang=lang).headline for lang in ("zh", "en"))
        verdict = cause.verdict
        lines.append(
            f"| `{code}` | {verdict.zh} {verdict.value} | {verdict.exit_code} | {_cell(zh)}<br>{_cell(en)} |"
        )
    return "\n".join(lines) + "\n"


def floor_table() -> str:
    """Return a row for every fact on the floor, a column for each kind of evidence, and what always stands."""
    from certhub_verifier.facts import Fact
    from certhub_verifier.floor import FLOORS

    lines = [f"| fact | {' | '.join(FLOORS)} |", "|---" * (len(FLOORS) + 1) + "|"]
    for fact in Fact:
        holds = [floor.holds.get(fact) for floor in FLOORS.values()]
        if any(holds):
            lines.append(f"| `{fact}` | {' | '.join(hold or '—' for hold in holds)} |")
    lines.append(f"| always | {' | '.join(floor.always or '—' for floor in FLOORS.values())} |")
    return "\n".join(lines) + "\n"


def access_table() -> str:
    """Return a row for every route: who may call it."""
    rows: dict[str, dict[str, Any]] = json.loads((API / "access.json").read_text(encoding="utf-8"))
    lines = ["| 调用 call | 谁 who | 做什么 what it does |", "|---|---|---|"]
    for route, row in rows.items():
        who = "任何人 anybody" if row["who"] == "public" else " ".join(row["who"])
        words = f"{row['zh']} / {row['en']}" if "zh" in row else ""
        lines.append(f"| `{route}` | {who} | {_cell(words)} |")
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, str]:
    """Return every page that is made, whole or in part, as it must be."""
    operations, api = OPERATIONS_PAGE.read_text(encoding="utf-8"), API_PAGE.read_text(encoding="utf-8")
    for name, table in (
        ("settings", settings_table()),
        ("commands", commands_table()),
        ("problems", problems_table()),
        ("verdicts", verdicts_table()),
    ):
        operations = with_table(operations, name, table)
    return {
        FLOWS_PAGE: flows_page(),
        OPERATIONS_PAGE: operations,
        API_PAGE: with_table(api, "access", access_table()),
        TRUST_PAGE: with_table(TRUST_PAGE.read_text(encoding="utf-8"), "floor", floor_table()),
    }


def _trip(name: str) -> str:
    docstring = ast.get_docstring(ast.parse((FLOWS / f"{name}.py").read_text(encoding="utf-8"))) or ""
    return f"{docstring.splitlines()[0]}\n\n" + "\n\n".join(
        f"```text\n{one}\n```" for one in trip_lists(docstring)
    )


def _place(name: str) -> tuple[int, str]:
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)


def _default(value: object) -> str:
    shown = getattr(value, "value", value)
    return "—" if shown in ("", None) else f"`{shown}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _commands() -> Iterator[tuple[str, str]]:
    from certhub.cli import app

    yield from _walk("certhub", typer.main.get_command(app))


def _walk(name: str, command: Any) -> Iterator[tuple[str, str]]:
    if hasattr(command, "commands"):
        for word, one in command.commands.items():
            yield from _walk(f"{name} {word}", one)
        return
    words = [_usage(parameter) for parameter in command.params if parameter.name != "help"]
    yield " ".join((name, *filter(None, words))), command.help or ""


def _usage(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = str(parameter.name).upper()
        return name if parameter.required else f"[{name}]"
    spelled = str(parameter.opts[0])
    if not parameter.is_flag:
        spelled += f" {str(parameter.name).upper()}"
    return spelled if parameter.required else f"[{spelled}]"


if __name__ == "__main__":
    for path, content in pages().items():
        if path.read_text(encoding="utf-8") != content if path.exists() else True:
            path.write_text(content, encoding="utf-8")
            sys.stderr.write(f"written: {path.relative_to(ROOT)}\n")
