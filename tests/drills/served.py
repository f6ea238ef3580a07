"""A demo that runs: two regions as real server processes, with everything that they write kept to be looked at."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.drills.orders import ROOT
from tests.support.ports import free_ports


def words_of(folder: Path) -> Path:
    """Where the launcher of the demo in `folder` says what it says."""
    return folder.parent / "demo.log"


@contextmanager
def run_demo(folder: Path, *options: str, most_files: int | None = None) -> Iterator[dict[str, Any]]:
    """Start `certhub demo --json` on two free ports; give its ready line; end it as Ctrl+C would.

    `most_files` is the hard limit of open files that every process of it lives under.
    """
    limited = None if most_files is None else ["sh", "-c", f'ulimit -n {most_files}; exec "$@"', "sh"]
    where = ["--data", str(folder), "--port", str(free_ports())]
    command = [sys.executable, "-m", "certhub", "demo", "--json", *where, *options]
    with words_of(folder).open("w") as words:
        process = subprocess.Popen(
            [*(limited or ()), *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=words, text=True
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, words_of(folder).read_text()
        ready = json.loads(line)
        late = [
            region["code"]
            for region in ready["regions"]
            if not (folder / region["code"] / "public/status/1").exists()
        ]
        try:
            assert not late, f"says that it is ready before its lists are published: {late}"
            yield ready
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            process.stdout.close()


def server_of(folder: Path, region: str) -> int:
    """Return the process id of the server of one region of a running demo."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if any(word.endswith(b"serve") for word in words) and str(folder / region).encode() in words:
            return int(process.name)
    raise LookupError(f"no server of {region}")
