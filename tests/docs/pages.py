"""The parts of the documents that are made from the code, so that they cannot rot.

    docs/flows.md        the numbered lists of certhub/flows/*.py, the table of background jobs, and nothing more
    docs/operations.md   tables of settings, commands, error codes and verdict codes, and so its Chinese twin
    docs/api.md          the table of who may call what
    docs/trust.md        the floor of facts that no policy lowers, and the purposes of keys
    docs/images/architecture.svg   the layers that pyproject.toml holds the code to
    docs/performance.md, .svg      the result of the bench that docs/performance.json keeps (tests/bench/page.py)

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

from tests.bench import page as performance
from tests.docs.architecture import architecture_svg

ROOT = Path(__file__).parents[2]
FLOWS, API = ROOT / "certhub" / "flows", ROOT / "certhub" / "api" / "http"
FLOWS_PAGE, OPERATIONS_PAGE, API_PAGE, TRUST_PAGE = (
    ROOT / "docs" / name for name in ("flows.md", "operations.md", "api.md", "trust.md")
)
OPERATIONS_ZH, SETTINGS_ZH = (
    ROOT / "docs" / "operations.zh-CN.md",
    ROOT / "tests" / "docs" / "settings_zh.json",
)
ARCHITECTURE = ROOT / "docs" / "images" / "architecture.svg"
ORDER = (
    *(f"records/{name}" for name in ("issue", "import_", "change", "renew")),
    *(f"verification/{name}" for name in ("show", "verify", "ask", "resolve", "answer", "offline_bundle")),
)
HELPERS = {
    *(
        "exchange_keys",
        "masked",
        "state",
        "code_record",
        "filing",
        "peer_answer",
        "peer_decision",
        "peer_manner",
    ),
    *(
        "world",
        "recording",
        "subjects",
        "look_ahead",
        "look_rows",
        "where_issued",
        "told",
        "request_terms",
        "settled",
        "case_standing",
        "request_events",
        "request_exchange",
        "consent_answer",
        "consent_elsewhere",
    ),
}
"""Files of certhub/flows that several trips lean on; they are no trips."""
BLANK, FIRST = re.compile(r"\n[ ]*\n"), re.compile(r"(?:[a-z]+ +)?1 +\S")
FLOWS_HEAD = """# One-way trips

Each list is the one that opens the file of that name in `certhub/flows/`, and nothing more.
`python -m tests.docs.pages` writes this page, and a test fails when page and code differ.
"""
JOBS_HEAD = """
# Background jobs

Each row is one of `certhub/jobs/table.py`, in the order of a round. One process at a time has the lease.
A job of every process, or one that waits for other regions, has a thread of its own, and delays no other.
`certhub jobs run JOB` does one step now.

"""


def flows_page() -> str:
    """Return docs/flows.md as the docstrings say it must be."""
    names = sorted(map(flow_name, flow_files()), key=_place)
    return (
        FLOWS_HEAD + "".join(f"\n## {name}\n\n{_trip(name)}\n" for name in names) + JOBS_HEAD + jobs_table()
    )


def jobs_table() -> str:
    """Return a row for every background job, in the order of a round."""
    from certhub.jobs.table import JOBS

    lines = ["| Job | Every | By | What it does |", "|---|--:|---|---|"]
    for job in JOBS.values():
        by = "the process with the lease" if job.needs_lease else "every process"
        lines.append(f"| `{job.name}` | {job.seconds:g} s | {by} | {_cell(in_one(job.words, 'en'))} |")
    return "\n".join(lines) + "\n"


def flow_files() -> list[Path]:
    """Return the files that tell a trip: every flow; a helper of flows, which opens with no list, is none."""
    files = [path for path in FLOWS.rglob("*.py") if path.stem != "__init__"]
    return [path for path in files if path.stem not in HELPERS]


def flow_name(path: Path) -> str:
    """Return a flow's name: its family and its file."""
    return path.relative_to(FLOWS).with_suffix("").as_posix()


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


def settings_table(lang: str = "en") -> str:
    """Return a row for every field of certhub.settings.Settings; Chinese words are those of settings_zh.json."""
    from certhub.settings import Settings

    heads = {"en": ("Environment", "Default", "What it is"), "zh": ("环境变量", "默认", "是什么")}[lang]
    must = {"en": "(required)", "zh": "（必填）"}[lang]
    chinese = json.loads(SETTINGS_ZH.read_text(encoding="utf-8"))
    lines = [f"| certhub.toml | {' | '.join(heads)} |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = must if field.is_required() else _default(field.default)
        words = chinese[name] if lang == "zh" else field.description or ""
        lines.append(f"| `{name}` | `CERTHUB_{name.upper()}` | {default} | {_cell(words)} |")
    return "\n".join(lines) + "\n"


def commands_table(lang: str = "en") -> str:
    """Return a row for every command of `certhub`."""
    lines = [{"en": "| Command | What it does |", "zh": "| 命令 | 做什么 |"}[lang], "|---|---|"]
    lines += [f"| `{usage}` | {_cell(in_one(words, lang))} |" for usage, words in sorted(commands())]
    return "\n".join(lines) + "\n"


def in_one(words: str, lang: str) -> str:
    """Return one half of a help text: Chinese stands before the first `/ `, English behind it.

    Raises:
        ValueError: the text does not speak both.
    """
    zh, found, en = " ".join(words.split()).partition("/ ")
    if not found:
        raise ValueError(f"a help text that does not speak both languages: {words}")
    return (zh if lang == "zh" else en).strip().rstrip(".")


def problems_table(lang: str = "en") -> str:
    """Return a row for every code of a problem document, then for every fault inside one."""
    catalogue = json.loads((API / "problems.json").read_text(encoding="utf-8"))
    means, step = {"en": ("What it means", "Next step"), "zh": ("意思", "下一步")}[lang]
    faults = {"en": "The `errors[].code` inside one:", "zh": "其中的 `errors[].code`："}[lang]
    lines = [f"| code | {means} | {step} |", "|---|---|---|"]
    for code, words in catalogue["problems"].items():
        lines.append(f"| `{code}` | {' | '.join(map(_cell, words[lang]))} |")
    lines += ["", faults, "", f"| code | {means} |", "|---|---|"]
    lines += [f"| `{code}` | {_cell(words[lang])} |" for code, words in catalogue["faults"].items()]
    return "\n".join(lines) + "\n"


def verdicts_table(lang: str = "en") -> str:
    """Return a row for every code of a report, in the order in which headlines are chosen."""
    from certhub_verifier.causes import CODES
    from certhub_verifier.sentences import explain

    heads = {
        "en": ("Verdict", "Exit code", "First sentence at the counter"),
        "zh": ("判定", "退出码", "窗口上的第一句话"),
    }[lang]
    lines = [f"| code | {' | '.join(heads)} |", "|---|---|--:|---|"]
    for code, cause in CODES.items():
        headline, verdict = explain(code, {}, lang=lang).headline, cause.verdict
        word = verdict.zh if lang == "zh" else verdict.en
        lines.append(f"| `{code}` | {word} | {verdict.exit_code} | {_cell(headline)} |")
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


def purposes_table() -> str:
    """Return a row for every purpose of keys."""
    from certhub_schemas.purposes import KEY_PURPOSES

    lines = ["| purpose | signs | algorithm | signs for | checked for |", "|---|---|---|--:|--:|"]
    for purpose, row in KEY_PURPOSES.items():
        signs = " ".join(f"`{typ}`" for typ in row.signs) or "signed notes"
        life = f"{row.signs_for.days} days | {row.checked_for.days} days"
        lines.append(f"| `{purpose}` {row.en} | {signs} | {row.algorithm.name} | {life} |")
    return "\n".join(lines) + "\n"


def access_table() -> str:
    """Return a row for every route: who may call it."""
    rows: dict[str, dict[str, Any]] = json.loads((API / "access.json").read_text(encoding="utf-8"))
    lines = ["| Call | Who | What it does |", "|---|---|---|"]
    for route, row in rows.items():
        who = "anybody" if row["who"] == "public" else " ".join(row["who"])
        lines.append(f"| `{route}` | {who} | {_cell(row.get('en', ''))} |")
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, str]:
    """Return every page that is made, whole or in part, as it must be."""
    api, trust = API_PAGE.read_text(encoding="utf-8"), TRUST_PAGE.read_text(encoding="utf-8")
    figures, measured = performance.kept(), performance.PAGE.read_text(encoding="utf-8")
    return {
        ARCHITECTURE: architecture_svg((ROOT / "pyproject.toml").read_text(encoding="utf-8")),
        FLOWS_PAGE: flows_page(),
        OPERATIONS_PAGE: _operations(OPERATIONS_PAGE, "en"),
        OPERATIONS_ZH: _operations(OPERATIONS_ZH, "zh"),
        API_PAGE: with_table(api, "access", access_table()),
        performance.PAGE: with_table(measured, performance.MARK, performance.tables(figures)),
        performance.PICTURE: performance.picture(figures),
        TRUST_PAGE: with_table(with_table(trust, "floor", floor_table()), "purposes", purposes_table()),
    }


def _operations(path: Path, lang: str) -> str:
    page = path.read_text(encoding="utf-8")
    for name, table in (
        ("settings", settings_table(lang)),
        ("commands", commands_table(lang)),
        ("problems", problems_table(lang)),
        ("verdicts", verdicts_table(lang)),
    ):
        page = with_table(page, name, table)
    return page


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


def commands() -> Iterator[tuple[str, str]]:
    """Yield the usage and the help text of every command of `certhub`."""
    from certhub.cli import whole_app

    yield from _walk("certhub", typer.main.get_command(whole_app()))


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
