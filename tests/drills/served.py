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


def words_of(folder: Path) -> Path:
    """Where the launcher of the demo in `folder` says what it says."""
    return folder.parent / "demo.log"


@contextmanager
def run_demo(folder: Path, *options: str) -> Iterator[dict[str, Any]]:
    """Start `certhub demo --json`; give its ready line; end it as Ctrl+C would."""
    command = [sys.executable, "-m", "certhub", "demo", "--json", "--data", str(folder), *options]
    with words_of(folder).open("w") as words:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=words, text=True)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, words_of(folder).read_text()
        try:
            yield json.loads(line)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            process.stdout.close()
