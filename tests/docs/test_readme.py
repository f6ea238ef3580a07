"""The README's first screen says what it has to, and its walk is run as it stands."""

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.ports import free_ports

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST_SCREEN, _, REST = README.partition("\n## ")
WALK = REST.partition("\n## ")[0]
PARTS = re.findall(r"```sh\n(.*?)```", WALK, flags=re.DOTALL)
EXPECTED = (
    "valid | OK",
    "invalid | CODE_USED",
    "suspended",
    "invalid | SUSPENDED",
    "active",
    "undetermined | CODE_PARTIAL",
    "invalid | TAMPERED",
    "undetermined | NOT_OUR_CODE",
)
SAID = (
    "复印件",
    "No more photocopies",
    "counter.png",
    "counter-undetermined.png",
    "never shown as valid",
    "dev.py demo",
    "dev.py test",
    "Python 3.11",
    "rm -rf",
    "--lan",
    "Ctrl+C",
    *("agency", "clerk", "region", "developer", "operator"),
    "certified by nobody",
    *("Apache-2.0", "CHANGELOG", "SECURITY"),
)


def test_the_first_screen_is_short() -> None:
    """What a stranger decides by is at most thirty lines."""
    assert 30 >= len(FIRST_SCREEN.splitlines())


@pytest.mark.parametrize("said", SAID)
def test_the_first_screen_says(said: str) -> None:
    """What it does, the picture, the rule, the commands and what they cost, the walk, where next, the status."""
    assert said in FIRST_SCREEN


def test_every_file_that_a_document_points_at_is_there() -> None:
    """No link of README, CONTRIBUTING, SECURITY or docs leads to a file that is missing."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "docker" / "README.md"]
    missing = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]

    assert [] == missing


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str], int]]:
    """A demo in .certhub-demo of an empty folder, on two free ports."""
    port = free_ports()
    command = [
        sys.executable,
        "-m",
        "certhub",
        "demo",
        "--json",
        "--data",
        ".certhub-demo",
        "--port",
        str(port),
    ]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["ready"] is True
    yield tmp_path, process, port
    process.send_signal(signal.SIGTERM)
    process.wait(20)
    process.stdout.close()


@pytest.mark.drill
def test_the_walk_runs_as_it_stands(walk: tuple[Path, subprocess.Popen[str], int]) -> None:
    """Each command of the walk gives what its comment says, and the receipt outlives the demo."""
    folder, process, port = walk
    assert shutil.which("curl"), "the walk needs curl"
    *online, offline = PARTS

    said = _run("\n".join(online), folder, port)
    found = [line for line in said.splitlines() if any(line.startswith(one) for one in EXPECTED)]
    assert list(EXPECTED) == [next(one for one in EXPECTED if line.startswith(one)) for line in found]
    assert "法定代表人身份证号" not in said
    assert "经营范围" in said

    process.send_signal(signal.SIGTERM)
    process.wait(20)
    said = _run(offline, folder, port)
    codes = [line for line in said.splitlines() if line in {"0", "1", "2", "10", "20", "30"}]
    assert ["0", "20"] == codes, said


def _run(script: str, folder: Path, port: int) -> str:
    """Run a part of the walk with the ports and the Python of this test; a command that fails is a failure."""
    script = script.replace(":8000", f":{port}").replace(":8001", f":{port + 1}")
    script = script.replace("python3 dev.py verify", f"'{sys.executable}' -m certhub_verifier")
    done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stdout + done.stderr
    return done.stdout
