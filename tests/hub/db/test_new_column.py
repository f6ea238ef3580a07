"""The drill of a new column: a copy of the package gets one on `certificate`, in three files, and works."""

import filecmp
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from certhub.db import migrate
from tests.house.source import ROOT

PACKAGE = ROOT / "certhub"
RECORDS = Path("certhub", "records", "certificates")
COLUMN = (
    "    previous: UUID | None = Field(default=None, sa_type=Uuid)\n",
    "    pages: int | None = None\n",
)
VALUE = ("    previous: UUID | None\n    record: Record\n", "    pages: int = 7\n")
MIGRATION = '''"""A certificate says how many pages it has."""

import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{before}"
branch_labels = None
depends_on = None
oldest_code = "9001"


def upgrade() -> None:
    op.add_column("certificate", sa.Column("pages", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("certificate", "pages")
'''
STORY = """
import sys
from pathlib import Path
from certhub.records.certificates import store
from certhub.records.certificates.rules import Transition
from tests.support.invariants import settled
from tests.support.region import make_regions
from tests.support.story import change, issued, licence

with make_regions(Path(sys.argv[1])) as (home, _):
    cid = issued(home, licence("页-1"))
    change(home, cid, Transition.SUSPEND)
    with home.hub.reading() as unit:
        print(store.find(unit, cid).pages)
    print(settled(home.hub, home.clock))
    with home.hub.writing() as unit:
        unit.sql.exec_driver_sql("UPDATE certificate SET pages = 8")
    with home.hub.reading() as unit:
        print(store.find(unit, cid))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package, to be changed."""
    shutil.copytree(PACKAGE, tmp_path / "certhub", ignore=shutil.ignore_patterns("__pycache__", "static"))
    return tmp_path


def put(copy: Path, file: str, after: tuple[str, str]) -> None:
    """Add lines to a file of the copy."""
    path, (anchor, lines) = copy / RECORDS / file, after
    text = path.read_text(encoding="utf-8")
    assert 1 == text.count(anchor)
    path.write_text(text.replace(anchor, anchor + lines), encoding="utf-8")


def told(copy: Path) -> subprocess.CompletedProcess[str]:
    """Let the copy found two regions, issue and suspend a certificate, and say what it has."""
    paths = os.pathsep.join((str(copy), str(ROOT)))
    command = [sys.executable, "-c", STORY, str(copy / "regions")]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=copy, env=os.environ | {"PYTHONPATH": paths}
    )


def touched(copy: Path) -> Iterator[str]:
    """The files of the copy that are new, or not as they were."""
    for path in sorted((copy / "certhub").rglob("*.py")):
        ours = ROOT / path.relative_to(copy)
        if not ours.exists() or not filecmp.cmp(path, ours, shallow=False):
            yield path.name


def test_a_new_column_touches_three_files(copy):
    """Its table, its value and its migration; it is written, read, kept by a change of state, and under the MAC."""
    put(copy, "tables.py", COLUMN)
    put(copy, "record.py", VALUE)
    later = copy / "certhub" / "db" / "migrations" / "versions" / "9001_pages.py"
    later.write_text(MIGRATION.format(before=migrate.newest()), encoding="utf-8")

    ended = told(copy)

    assert (0, "7\n[]\nNone\n") == (ended.returncode, ended.stdout), ended.stderr
    assert ["9001_pages.py", "record.py", "tables.py"] == sorted(touched(copy))


def test_who_forgets_the_value_is_told_by_name(copy):
    """No word of a busy database."""
    put(copy, "tables.py", COLUMN)

    ended = told(copy)

    assert (1, True) == (
        ended.returncode,
        "TypeError: Certificate has nothing for pages of CertificateRow" in ended.stderr,
    )
