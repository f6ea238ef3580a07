"""Where the tests keep their files: in memory, where the machine has such a folder with room in it.

Each test has a database of its own, and SQLite takes every change through to the disk (synchronous=FULL). The tests
of one file, 55 of them, took 22 s of a disk and 13 s of memory. Nothing is proved by the wait: what a killed process
wrote is the kernel's, on a disk or in memory alike, and no test takes the power away. `TMPDIR` puts them elsewhere.
"""

import os
import shutil
import tempfile
from pathlib import Path

FOLDER = Path("/dev/shm")
ROOM = 2 << 30
"""Bytes that must be free: a container often has 64 MiB there. A whole gate held 437 MB, looked at each 5 seconds."""


def folder() -> Path | None:
    """Return the folder in memory, None where there is none that the tests can live in."""
    if not FOLDER.is_dir() or not os.access(FOLDER, os.W_OK | os.X_OK):
        return None
    if os.statvfs(FOLDER).f_flag & os.ST_NOEXEC:  # some tests make an environment and run what is in it
        return None
    return FOLDER if shutil.disk_usage(FOLDER).free >= ROOM else None


def move_in() -> None:
    """Have this process and its children make their temporary files in memory; a `TMPDIR` that is set stays."""
    found = folder() if "TMPDIR" not in os.environ else None
    if found is not None:
        os.environ["TMPDIR"] = tempfile.tempdir = str(found)
