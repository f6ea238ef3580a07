"""The right to work alone, of one process among several.

Whoever has it counts up a number in the database, twice a second. The others watch the number, each by its own
monotonic clock: one that has stood still for LEASE_SECONDS belongs to a process that died, and is taken over.
No time is written down. A lease until a moment, written while the clock was eight hours ahead, once kept a
revocation unpublished until that moment came.
"""

from dataclasses import dataclass, field

from sqlalchemy import delete, select, update

from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.queue_tables import LeaseRow
from certhub.db.rows import value_of
from certhub.db.statements import insert_new

WORKER = "worker"
"""The lease of the background jobs."""
LEASE_SECONDS = 10.0
_LEASE = table_of(LeaseRow)


@dataclass(frozen=True)
class Held:
    """A lease as the store knows it: who has it, and how often they said so."""

    holder: str
    beat: int


def beat(unit: Unit, name: str, holder: str) -> bool:
    """Say that a lease is still ours, or take one that nobody ever had; False where it is somebody else's."""
    if insert_new(unit, _LEASE, [{"name": name, "holder": holder, "beat": 1}]):
        return True
    mine = (_LEASE.c.name == name, _LEASE.c.holder == holder)
    return unit.sql.execute(update(_LEASE).where(*mine).values(beat=_LEASE.c.beat + 1)).rowcount == 1


def held(unit: Unit, name: str) -> Held | None:
    """Return who has a lease; None where nobody has."""
    row = unit.sql.execute(select(_LEASE).where(_LEASE.c.name == name)).first()
    return None if row is None else value_of(Held, row)


def take(unit: Unit, name: str, holder: str, seen: Held) -> bool:
    """Take a lease over that still stands as it was seen; False where its holder has spoken since."""
    as_seen = (_LEASE.c.name == name, _LEASE.c.holder == seen.holder, _LEASE.c.beat == seen.beat)
    taken = unit.sql.execute(update(_LEASE).where(*as_seen).values(holder=holder, beat=_LEASE.c.beat + 1))
    return taken.rowcount == 1


def give_back(unit: Unit, name: str, holder: str) -> None:
    """Give a lease back, so that the next process need not watch it for ten seconds."""
    unit.sql.execute(delete(_LEASE).where(_LEASE.c.name == name, _LEASE.c.holder == holder))


@dataclass
class Lease:
    """What one process knows of the lease: its own name, and how long another's number has stood still."""

    name: str
    me: str
    is_elsewhere: bool = field(default=False, init=False)
    """Whether another process has counted on while this one watched it: it lives."""
    is_held: bool = field(default=False, init=False)
    """Whether it was ours when it was last looked at; for whoever can bear that it was lost since."""
    _seen: Held | None = field(default=None, init=False)
    _since: float = field(default=0.0, init=False)

    def is_mine(self, unit: Unit, *, monotonic: float) -> bool:
        """Prolong it, take it, or watch who has it."""
        self.is_held = beat(unit, self.name, self.me) or self._is_taken(unit, monotonic)
        return self.is_held

    def _is_taken(self, unit: Unit, monotonic: float) -> bool:
        """Watch who has it, and take it from a process that died."""
        now = held(unit, self.name)
        if now != self._seen:
            self.is_elsewhere = None not in (now, self._seen)
            self._seen, self._since = now, monotonic
        if now is None or monotonic - self._since < LEASE_SECONDS:
            return False
        return take(unit, self.name, self.me, now)
