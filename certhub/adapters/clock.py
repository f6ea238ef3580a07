"""The one place that reads the machine's clock; everything else is handed a `Clock`."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

LARGEST_JUMP = timedelta(hours=24)
"""The largest jump of a clock that the hub accepts: a wrong time zone is 14 hours off at most, a wrong half of the day
12, a wrong day 24. What must not be forgotten too early is kept for that much longer (db/timekeeping/rules.py)."""


AHEAD = timedelta(seconds=60)
"""How far the clocks of two machines may be apart; what is dated further ahead is of a clock that was wrong."""


class Clock(Protocol):
    """What time it is, twice: for people (`now`) and for measuring (`monotonic`)."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards; only differences mean anything."""


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """Return the machine's wall clock, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the machine's monotonic clock in seconds; where it can, one that counts sleep too."""
        if hasattr(time, "CLOCK_BOOTTIME"):
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        return time.monotonic()
