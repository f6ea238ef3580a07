"""Files and folders for their owner alone, whatever the umask: 0600 and 0700.

A hub's folder holds sealed rows, keys, a passphrase in a demo, and who trusts whom: no other account of the machine
has business in it. What is served in public is served by the hub.
"""

import os
import stat
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

OTHERS = stat.S_IRWXG | stat.S_IRWXO
BYTES = getattr(os, "O_BINARY", 0)  # where a system would turn each line end into two characters (Windows)


def make_folder(folder: Path) -> None:
    """Make a folder, and what is missing above it, closed to everybody else; one that stands keeps its mode."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        try:
            one.mkdir(mode=0o700)
        except FileExistsError:  # somebody was quicker
            continue
        one.chmod(0o700)


def open_file(path: Path, flags: int) -> BinaryIO:
    """Open a file to be written, with os.open's flags; it is closed to everybody else from its first moment."""
    handle = os.open(path, flags | os.O_WRONLY | os.O_CREAT | BYTES, 0o600)
    if hasattr(os, "fchmod"):
        os.fchmod(handle, 0o600)
    return os.fdopen(handle, "wb")


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: temporary name, fsync, rename, fsync of the folder.

    The name is this thread's own: two threads that write one file do not write into each other's.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    with open_file(temporary, os.O_TRUNC) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def open_to_others(folder: Path) -> list[Path]:
    """Return what in a folder, itself first, other accounts of the machine may read, write or enter, sorted."""
    return [path for path, mode in _modes(folder) if mode & OTHERS]


def close(folder: Path) -> list[Path]:
    """Close a folder and everything in it to others; return what was open."""
    found = open_to_others(folder)
    for path in found:
        with suppress(PermissionError):  # somebody else's, such as the root of a mounted volume
            path.chmod(path.stat().st_mode & 0o700)
    return found


def _modes(folder: Path) -> Iterator[tuple[Path, int]]:
    """Every file and folder with its mode; what a symbolic link points to is not ours to look at."""
    for path in (folder, *sorted(folder.rglob("*"))):
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:  # gone meanwhile: a temporary file, a -wal
            continue
        if not stat.S_ISLNK(mode):
            yield path, stat.S_IMODE(mode)
