"""The right to work alone, of one process among several.

Whoever has it counts up a number in the database, twice a second. The others watch the number, each by its own
monotonic clock: one that has stood still for LEASE_SECONDS belongs to a process that died, and is taken over.
No time is written down. A lease until a moment, written while the clock was eight hours ahead, once kept a
revocation unpublished until that moment came.
"""

from dataclasses import dataclass, field

from certhub.db.engine import Unit
from certhub.records.status import store as status
from certhub.records.status.store import Held

LEASE_SECONDS = 10.0


@dataclass
class Lease:
    """What one process knows of the lease: its own name, and how long another's number has stood still."""

    name: str
    me: str
    _seen: Held | None = field(default=None, init=False)
    _since: float = field(default=0.0, init=False)

    def is_mine(self, unit: Unit, *, monotonic: float) -> bool:
        """Prolong it, take it, or watch who has it."""
        if status.beat(unit, self.name, self.me):
            return True
        held = status.held(unit, self.name)
        if held != self._seen:
            self._seen, self._since = held, monotonic
        if held is None or monotonic - self._since < LEASE_SECONDS:
            return False
        return status.take(unit, self.name, self.me, held)
