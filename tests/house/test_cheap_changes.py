"""The drills of changes that must stay cheap: a new route and a new matter here, the others where CONTRIBUTING says."""

import ast
import filecmp
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from certhub_schemas import Catalogue, load_kinds, load_matters

from tests.house.source import ROOT
from tests.support.region import make_regions
from tests.support.story import issued, licence, scan, ticket, told

MOST = {
    "a new kind": 0,
    "a new matter": 0,
    "a new fact": 3,
    "a new key purpose with its token type": 2,
    "a third region": 0,
    "a new route": 2,
    "a new column": 3,
    "a region added to a running hub": 0,
}
"""Each change, and how many files of ours it may touch; data that is added, words and generated files do not count."""
DRILL = re.compile(
    r"^\| (?P<change>a [^|]+?) \| (?P<files>\d) \| `(?P<path>[^:`]+)::(?P<test>\w+)` \|$", re.M
)

ROUTE_FILE, ROWS_FILE = (
    Path("certhub", "api", "routes", "public.py"),
    Path("certhub", "api", "http", "access.json"),
)
BEFORE_ROUTE = '@router.get("/docs", include_in_schema=False)\n'
ROUTE = '''@router.get("/where")
def get_where(hub: TheHub) -> dict[str, str]:
    """Say which region this is."""
    return {"region": hub.region}


'''
BEFORE_ROW = '  "GET /openapi.json": '
ROW = '  "GET /where": {"who": "public", "zh": "是哪个地区", "en": "Which region this is"},\n'
CALLED = """
import sys
from pathlib import Path
from tests.api.conftest import api_of
from tests.support.region import make_regions

with make_regions(Path(sys.argv[1])) as (home, *_):
    api = api_of(home)
    print(api.get("/where").json()["region"], "/where" in api.get("/openapi.json").json()["paths"])
"""
MATTER = {
    "order": 12,
    "code": "PLACEHOLDER-998",
    "name": "温泉经营备案",
    "name_en": "Hot spring filing",
}


def drills() -> dict[str, re.Match[str]]:
    """Return the rows of the table in CONTRIBUTING.md, by their change."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return {row["change"]: row for row in DRILL.finditer(text)}


def test_each_cheap_change_has_its_drill_and_its_count() -> None:
    """The table names every change once, no more files than it may touch, and a default test that is there."""
    rows = drills()

    assert MOST.keys() == rows.keys()
    assert [] == [change for change, row in rows.items() if int(row["files"]) > MOST[change]]
    assert [] == [row[0] for row in rows.values() if row["test"] not in named_tests(ROOT / row["path"])]


def named_tests(file: Path) -> set[str]:
    """Return the test functions of a file."""
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return {one.name for one in body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package, to be changed."""
    shutil.copytree(ROOT / "certhub", tmp_path / "certhub", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def put(copy: Path, file: Path, anchor: str, lines: str) -> None:
    """Add lines to a file of the copy, before a line that stands there once."""
    text = (copy / file).read_text(encoding="utf-8")
    assert 1 == text.count(anchor)
    (copy / file).write_text(text.replace(anchor, lines + anchor), encoding="utf-8")


def called(copy: Path) -> subprocess.CompletedProcess[str]:
    """Let the copy found two regions, and call its new route."""
    paths = os.pathsep.join((str(copy), str(ROOT)))
    command = [sys.executable, "-c", CALLED, str(copy / "regions")]
    environment = os.environ | {"PYTHONPATH": paths}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=copy, env=environment)


def touched(copy: Path) -> set[Path]:
    """Return the files of the copy that are new, or not as they were."""
    found = (one.relative_to(copy) for one in (copy / "certhub").rglob("*") if one.is_file())
    changed = {one for one in found if "__pycache__" not in one.parts and not _same(copy, one)}
    return changed


def _same(copy: Path, file: Path) -> bool:
    return (ROOT / file).exists() and filecmp.cmp(copy / file, ROOT / file, shallow=False)


def test_a_new_route_touches_two_files(copy: Path) -> None:
    """The route and its row of who may call it; without the row no app is made, and it is told by name."""
    put(copy, ROUTE_FILE, BEFORE_ROUTE, ROUTE)
    alone = called(copy)
    put(copy, ROWS_FILE, BEFORE_ROW, ROW)
    whole = called(copy)

    assert (1, True) == (alone.returncode, "GET /where" in alone.stderr), alone.stderr
    assert (0, "420700 True\n") == (whole.returncode, whole.stdout), whole.stderr
    assert {ROUTE_FILE, ROWS_FILE} == touched(copy)


def test_a_new_matter_is_one_file_of_data(tmp_path: Path) -> None:
    """A clerk verifies for it as for any other, and no line of code knows its code."""
    shipped = Path(str(files("certhub_schemas")))
    folder = Path(shutil.copytree(shipped / "matters", tmp_path / "matters"))
    first = json.loads((folder / "business-registration.json").read_text(encoding="utf-8"))
    file = folder / "hot-spring.json"
    file.write_text(json.dumps(first | MATTER, ensure_ascii=False), encoding="utf-8")
    kinds = load_kinds(shipped / "catalog")
    catalogue = Catalogue.of(kinds, load_matters(folder, kinds))

    with make_regions(tmp_path / "regions") as (home, _):
        told_now = replace(home, hub=replace(home.hub, catalogue=catalogue))
        code = ticket(home, issued(home, licence("泉-1")))
        report = scan(told_now, code, MATTER["code"])

    assert ("valid", "OK") == told(report)
    assert 1 == len(list(folder.iterdir())) - len(list((shipped / "matters").glob("*.json")))
