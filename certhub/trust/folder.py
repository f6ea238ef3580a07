"""The trust set in force, read from a folder in TUF targets layout.

    DATA/trust/members.json
    DATA/trust/regions/<code>/{issuers,keys,endpoints}.json
    DATA/trust/regions/<code>/agreements/<peer>.<n>.json

Until trust is distributed by TUF the folder is pinned: an operator put it there, so its age is the age of our
last look. A folder that stops making sense does not replace the set that we hold: the last good one is kept
and grows old, which its facts then say.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from certhub_verifier.errors import VerifierError
from certhub_verifier.trust import TrustSet

from certhub.clock import Clock
from certhub.errors import Unavailable

LOOK_AGAIN = timedelta(seconds=1)
READ_AGAIN = timedelta(minutes=5)


class NoTrust(Unavailable):
    """There is no usable trust set: nothing can be verified, and nothing will be called valid."""

    code = "NO_TRUST"


@dataclass
class TrustFolder:
    """Reads the folder when it changed, and at least every five minutes."""

    folder: Path
    clock: Clock
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _set: TrustSet | None = None
    _seen: tuple[tuple[str, int, int], ...] = ()
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
        """Return the target files as they lie in the folder: {relative path: bytes}."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in sorted(self.folder.rglob("*.json"))
            if not path.name.startswith(".")
        }

    def _look(self, now: datetime) -> None:
        seen = tuple(
            (path.name, status.st_mtime_ns, status.st_size)
            for path in sorted(self.folder.rglob("*.json"))
            for status in [path.stat()]
        )
        self._looked = now
        if seen == self._seen and self._read is not None and timedelta() <= now - self._read < READ_AGAIN:
            return
        try:
            self._set = TrustSet.from_files(self.files(), as_of=now)
        except VerifierError as broken:
            self.problem = str(broken)
        else:
            self.problem = None
        self._seen, self._read = seen, now
