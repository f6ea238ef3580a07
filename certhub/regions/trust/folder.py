"""The trust set in force, read from a folder in TUF targets layout.

    DATA/trust/members.json
    DATA/trust/regions/<code>/{issuers,keys,endpoints}.json
    DATA/trust/regions/<code>/agreements/<peer>.<n>.json

Until trust is distributed by TUF the folder is pinned: an operator put it there, so its age is the age of our
last look. A folder that stops making sense does not replace the set that we hold: the last good one is kept
and grows old, which its facts then say. Nor does a folder that is being written: it is read until two looks at it
agree. A symbolic link is not followed: who may write one here could point it at any file of this machine.
"""

import os
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from certhub_verifier.errors import VerifierError
from certhub_verifier.formats.trust.trustlist import MAX_FILE_BYTES, SetAside
from certhub_verifier.trust import TrustSet, manifest

from certhub.adapters.clock import Clock
from certhub.errors import Unavailable

LOOK_AGAIN = timedelta(seconds=1)
READ_AGAIN = timedelta(minutes=5)
LOOKS = 3  # at a folder that changes while it is read

_Seen = tuple[tuple[str, int, int, int, int], ...]  # path, inode, change, modification, size


class NoTrust(Unavailable):
    """There is no usable trust set: nothing can be verified, and nothing will be called valid."""

    code = "NO_TRUST"


def forget(document: bytes) -> str:
    """Keep nothing: what a receipt names cannot be fetched from here later."""
    return sha256(document).hexdigest()


@dataclass
class TrustFolder:
    """Reads the folder when it changed, and at least every five minutes.

    When a set comes into force, `keep` is given each of its files and its manifest, so that whoever has a receipt
    can fetch what judged it.
    """

    folder: Path
    clock: Clock
    keep: Callable[[bytes], str] = forget
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _set: TrustSet | None = None
    _seen: _Seen | None = None
    _looked: datetime | None = None
    _read: datetime | None = None
    problem: str | None = None

    def current(self) -> TrustSet:
        """Return the trust set in force.

        Raises:
            NoTrust: there has never been a usable one; says why.
        """
        with self._lock:
            now = self.clock.now()
            if self._looked is None or not timedelta() <= now - self._looked < LOOK_AGAIN:
                self._look(now)
            if self._set is None:
                raise NoTrust(f"no usable trust set in {self.folder}: {self.problem}")
            return self._set

    def files(self) -> dict[str, bytes]:
        """Return the target files as they lie in the folder: {relative path: bytes}. Links are not followed."""
        return {
            path: _content(self.folder / path)
            for path, status in self._entries()
            if path.endswith(".json") and stat.S_ISREG(status.st_mode)
        }

    def links(self) -> list[str]:
        """Return the symbolic links in the folder by their paths: none of them is trust."""
        return [path for path, status in self._entries() if stat.S_ISLNK(status.st_mode)]

    def _look(self, now: datetime) -> None:
        self._looked, seen = now, None
        recent = self._read is not None and timedelta() <= now - self._read < READ_AGAIN
        try:
            for _ in range(LOOKS):
                seen = self._seen_now()
                if seen == self._seen and recent:
                    return
                files, links = self.files(), self.links()
                if seen == self._seen_now():
                    break
            else:
                self.problem = "it changed while it was read"
                return  # the next look takes it up
            links_aside = tuple(SetAside(path, "file", "a symbolic link is not followed") for path in links)
            found = TrustSet.from_files(files, as_of=now)
            self._set = replace(found, set_aside=found.set_aside + links_aside)
        except (VerifierError, OSError) as broken:
            self.problem = str(broken) if isinstance(broken, VerifierError) else _why(broken)
        else:
            self.problem = self._kept(files)
            if self.problem:
                seen = None  # what could not be kept is tried again at the next look
        self._seen, self._read = seen, now

    def _kept(self, files: Mapping[str, bytes]) -> str | None:
        """Keep each file and the manifest; return why they could not be kept. A full disk takes no trust away."""
        try:
            for document in (*files.values(), manifest(files)):
                self.keep(document)
        except OSError as broken:
            return f"what receipts name cannot be kept: {_why(broken)}"
        return None

    def _seen_now(self) -> _Seen:
        return tuple(
            (path, status.st_ino, status.st_ctime_ns, status.st_mtime_ns, status.st_size)
            for path, status in self._entries()
        )

    def _entries(self) -> list[tuple[str, os.stat_result]]:
        """Return everything in the folder that is no folder and not hidden, with what it is, by path."""
        return sorted(_walk(self.folder, ""))


def _walk(folder: Path, above: str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as found:
        for one in found:
            if one.name.startswith("."):
                continue
            if one.is_dir(follow_symlinks=False):
                yield from _walk(folder / one.name, f"{above}{one.name}/")
            else:
                yield f"{above}{one.name}", one.stat(follow_symlinks=False)


def _content(path: Path) -> bytes:
    """Return a file's content, up to one byte more than any trust file has."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        return file.read(MAX_FILE_BYTES + 1)


def _why(broken: OSError) -> str:
    return f"{broken.strerror or type(broken).__name__}: {broken.filename}"
