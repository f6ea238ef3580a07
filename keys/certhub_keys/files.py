"""Files of a key store: whole or absent, for their owner alone.

A file is written beside its place, synced, then put there in one step, and the folder is synced: after
a power cut there is the old content or the new, never half of one. What is new is put in place by a
hard link, because a rename would silently replace what another process made meanwhile.
"""

import os
import tempfile
from errno import ENOTDIR
from pathlib import Path

from certhub_keys.errors import KeyExists, NotAvailable

MAX_FILE = 1 << 16  # bytes; the largest file we write has under 2 KiB


def make_folder(folder: Path) -> None:
    """Make `folder` (and what is missing above it), closed to everybody but its owner, whatever the umask.

    A folder that stands already keeps its mode: it may be somebody else's.

    Raises:
        NotAvailable: it cannot be made there.
    """
    try:
        for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
            missing.mkdir(mode=0o700, exist_ok=True)
            missing.chmod(0o700)
        if not folder.is_dir():
            raise NotADirectoryError(ENOTDIR, "there is something else")
        _sync_folder(folder.parent)
    except OSError as broken:
        raise NotAvailable(f"the folder {folder} cannot be made: {broken.strerror}") from broken


def write_new(path: Path, data: bytes) -> None:
    """Put `data` at `path`, where nothing stands yet.

    Raises:
        KeyExists: something stands there; it was left alone.
        NotAvailable: the disk refused; nothing stands at `path`.
    """
    try:
        waiting = _write_beside(path, data)
        try:
            os.link(waiting, path)
        finally:
            waiting.unlink()
        _sync_folder(path.parent)
    except FileExistsError as broken:
        raise KeyExists(path.stem) from broken
    except OSError as broken:
        raise NotAvailable(f"{path} cannot be written: {broken.strerror}") from broken


def replace(path: Path, data: bytes) -> None:
    """Put `data` at `path` in place of what stands there.

    Raises:
        NotAvailable: the disk refused; the old content still stands at `path`.
    """
    try:
        waiting = _write_beside(path, data)
        try:
            waiting.replace(path)
        except OSError:
            waiting.unlink()
            raise
        _sync_folder(path.parent)
    except OSError as broken:
        raise NotAvailable(f"{path} cannot be written: {broken.strerror}") from broken


def read(path: Path) -> bytes | None:
    """Return the content of `path`, or None when nothing stands there.

    At most `MAX_FILE` + 1 bytes are returned, so that a parser sees that there are too many.

    Raises:
        NotAvailable: it is there and cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE + 1)
    except FileNotFoundError:
        return None
    except OSError as broken:
        raise NotAvailable(f"{path} cannot be read: {broken.strerror}") from broken


def _write_beside(path: Path, data: bytes) -> Path:
    """Write `data` to a synced file of its own in the folder of `path`, mode 0600.

    Its name begins with a dot: what a crash leaves behind is not taken for a key.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    waiting = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        waiting.unlink()
        raise
    return waiting


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
