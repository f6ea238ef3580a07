"""Write a release's fixture: the real code of a commit founds, fills and kills, and its folders are packed.

python -m tests.hub.db.releases.write --commit 1688a97     → tests/hub/db/releases/1688a97.tar.xz

420700/, 420100/       the two hubs' folders as that code left them, without logs
420700/facts.json      what was made, and everything that the code answered of it (tests/support/answers.py)
"""

import argparse
import json
import sys
import tarfile
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.hub.db.releases import filling
from tests.support.old_code import REGIONS, checked_out, port_of

HERE = Path(__file__).parent


def write(commit: str, folder: Path, file: Path, *, python: str) -> None:
    """Run that code in a folder, and pack what it left into a file."""
    code, data = checked_out(commit, folder / "code", python=python), folder / "data"
    code.found(data)
    with ExitStack() as stack:
        hubs = [data / region for region in REGIONS]
        home, other = (stack.enter_context(code.serve(hub, port=port_of(hub))) for hub in hubs)
        facts = filling.fill(home, other)
        facts["left"] = filling.leave_intended(code, data / REGIONS[0])
        filling.finish(home, facts)
    facts["commit"] = commit
    (data / REGIONS[0] / "facts.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    with tarfile.open(file, "w:xz", preset=9) as packed:
        for region in REGIONS:
            packed.add(data / region, region, filter=_nobodys)


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return None if entry.name.endswith((".log", "-wal", "-shm")) else entry


def main(argv: list[str] | None = None) -> int:
    """Read the command line, and write."""
    parser = argparse.ArgumentParser(prog="python -m tests.hub.db.releases.write", description=__doc__)
    parser.add_argument("--commit", required=True, help="the release, as its first seven digits")
    parser.add_argument("--python", default=sys.executable, help="a Python with that commit's libraries")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        write(asked.commit, Path(folder), HERE / f"{asked.commit}.tar.xz", python=asked.python)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
