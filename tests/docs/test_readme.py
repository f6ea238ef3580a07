"""The first screen of each README says what it has to, and its walk is run as it stands."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from certhub_schemas import kinds, matters

from tests.support.ports import free_ports

ROOT = Path(__file__).parents[2]
READMES = {
    "en": (ROOT / "README.md").read_text(encoding="utf-8"),
    "zh": (ROOT / "README.zh-CN.md").read_text(encoding="utf-8"),
}
WALK = {"en": "The five-minute walk", "zh": "五分钟走一遍"}
EXIT = re.compile(r"(?:exit code|退出码) (\d+)")
BOTH = (
    "counter",
    "counter-undetermined",
    "dev.py demo",
    "dev.py test",
    "Python 3.11",
    "rm -rf",
    "git clean -fdX",
    "--lan",
    "Ctrl+C",
    "Apache-2.0",
    *("CHANGELOG", "SECURITY", "docs/trust.md", "docs/flows.md"),
)
SAID = {
    "en": (
        *BOTH,
        "No more photocopies",
        "never shown as valid",
        *("agency", "clerk", "region", "developer", "operator"),
        "certified by nobody",
        "(README.zh-CN.md)",
    ),
    "zh": (
        *BOTH,
        "复印件",
        "绝不显示为“有效”",
        *("发证机关", "窗口", "外地平台", "开发者", "运维"),
        "没有任何认证",
        "(README.md)",
    ),
}
LANGUAGES = list(READMES)
MET, MISSING = "已满足 / met", "缺 / missing"
COMPLETE, INCOMPLETE = "材料齐全 / materials complete", "材料不齐 / materials incomplete"
ENTITY = "主体资格 / The entity that applies"
FORMER = "原食品经营许可证 / The permit that is changed or extended"
"""What 902 requires."""
FIELD = re.compile(r"^    (\S+): ", re.MULTILINE)


def first_screen(lang: str) -> str:
    """What stands before the first section."""
    return READMES[lang].partition("\n## ")[0]


def walk_parts(lang: str) -> list[str]:
    """The blocks of commands of the walk, in order."""
    section = READMES[lang].partition(f"\n## {WALK[lang]}\n")[2].partition("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, flags=re.DOTALL)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_screen_is_short(lang: str) -> None:
    """What a stranger decides by is at most thirty lines."""
    assert 30 >= len(first_screen(lang).splitlines())


@pytest.mark.parametrize(("lang", "said"), [(lang, said) for lang in LANGUAGES for said in SAID[lang]])
def test_the_first_screen_says(lang: str, said: str) -> None:
    """What it does, the picture, the rule, the commands and what they cost, the walk, where next, the status."""
    assert said in first_screen(lang)


def test_every_file_that_a_document_points_at_is_there() -> None:
    """No link and no picture of README, CONTRIBUTING, SECURITY or docs leads to a file that is missing."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "docker" / "README.md"]
    missing = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r'(?:\]\(|<img src=")([^)"#\s]+)', page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]

    assert [] == missing


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """A demo in .certhub-demo of an empty folder, on two free ports."""
    where = ["--data", ".certhub-demo", "--port", str(free_ports())]
    process = subprocess.Popen(
        [sys.executable, "-m", "certhub", "demo", "--json", *where],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["ready"] is True
    yield tmp_path, process
    process.send_signal(signal.SIGTERM)
    process.wait(20)
    process.stdout.close()


@pytest.mark.drill
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_walk_runs_as_it_stands(walk: tuple[Path, subprocess.Popen[str]], lang: str) -> None:
    """Each line ends with the exit code that it says, or 0; and the receipt outlives the demo."""
    folder, process = walk
    *online, offline = walk_parts(lang)

    case, enough, elsewhere, cheating = (
        [_run(line, folder) for line in part.splitlines()] for part in online
    )
    _, _, first, again, _, second = case
    assert ["[OK]", INCOMPLETE, f"{MET}: {ENTITY}", f"{MISSING}: {FORMER}"] == _told(first)
    assert "only where: 办理变更或延续 / A permit is being changed or extended\n" in first
    assert ["[CODE_USED]", *_told(first)[1:]] == _told(again)
    assert ["[OK]", COMPLETE, f"{MET}: {ENTITY}", f"{MET}: {FORMER}"] == _told(second)
    _, glance, _, unneeded = enough
    nothing = [INCOMPLETE, f"{MISSING}: {ENTITY}", f"{MISSING}: {FORMER}"]
    assert ["[FIELDS_WITHHELD]", *nothing] == _told(glance)
    assert "not shown: 住所、经营范围\n" in glance
    assert ["[NOT_NEEDED]", *nothing] == _told(unneeded)
    assert [] == FIELD.findall(unneeded)
    _, abroad, _, _, unasked, _ = elsewhere
    assert (
        sorted(["名称", "住所", "经营范围"]) == sorted(FIELD.findall(abroad)) == sorted(FIELD.findall(first))
    )
    assert ["[OK]", *_told(first)[1:]] == _told(abroad)
    assert ["[NO_AGREEMENT]", *nothing] == _told(unasked)
    codes = [["[CODE_PARTIAL]"], ["[NOT_FOUND]"], ["[NOT_OUR_CODE]"]]
    assert codes == [_told(one)[:1] for one in cheating]

    process.send_signal(signal.SIGTERM)
    process.wait(20)
    for line in offline.splitlines():
        _run(line, folder)


def _told(scanned: str) -> list[str]:
    """Return what a scan says of the matter: its code, how the case stands, and each requirement."""
    head, *rest = scanned.splitlines()
    told = [line.strip(" -") for line in rest if line.startswith(("  材料", "  - "))]
    return [head[head.index("[") :], *told]


def _run(line: str, folder: Path) -> str:
    """Run a line of the walk with the commands of this environment; it ends as it says that it does."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    assert shutil.which("certhub", path=path), "the environment has no command called certhub"
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    told = EXIT.search(line.partition(" # ")[2])
    assert (int(told[1]) if told else 0) == done.returncode, f"{line}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout


def test_the_changelog_counts_what_is_shipped():
    """As many kinds and matters as it says."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    counted = re.findall(r"(\d+) kinds and (\d+) matters", text)

    assert [(str(len(kinds())), str(len(matters())))] == counted
