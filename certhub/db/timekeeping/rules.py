"""Whether to believe the wall clock: it is compared with the monotonic clock, and with the time on record.

    runs evenly          the time on record follows it
    jumps                it is in doubt: the time on record goes on by the monotonic clock
    comes back           it is believed at once
    stays where it is    it is believed when it has run evenly for as long as it jumped, at most LARGEST_JUMP

Between two processes nobody measures: a machine that was off for a night and a clock that is a night ahead look
the same. So a gap of up to LARGEST_JUMP after a start counts as time that has passed; a larger one is in doubt.
Starts that follow each other could add such gaps up, and so could steps too small to be noticed. What nobody
measured therefore counts for forgetting only after the clock has run evenly for as long, at most LARGEST_JUMP.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from certhub.adapters.clock import AHEAD, LARGEST_JUMP

NOTICED = timedelta(seconds=2)  # two rounds of the worker on a busy machine; NTP slews by 0.5 ms a second
SHORTEST_DOUBT = timedelta(minutes=1)


@dataclass(frozen=True)
class Record:
    """The time on record.

    at              the newest time that the hub vouches for
    doubt_seconds   how far the wall clock is ahead of it (negative: behind); None while it is believed
    steady_seconds  how long a doubted clock has run evenly
    jumped_at, jump_seconds   the last jump: what the wall clock said then, and by how much it jumped
    unwitnessed_seconds   what of the way to `at` nobody measured; `steady_seconds` works it off while no doubt does
    """

    at: datetime
    doubt_seconds: float | None = None
    steady_seconds: float = 0.0
    jumped_at: datetime | None = None
    jump_seconds: float | None = None
    unwitnessed_seconds: float = 0.0

    def vouched(self, now: datetime) -> datetime:
        """Return the best guess at the time: the wall clock's, or while it is in doubt the one on record."""
        return now if self.doubt_seconds is None else self.at

    def disputes(self, now: datetime) -> bool:
        """Whether a machine whose clock says `now` may not judge by it: it is far from a time in doubt, or behind.

        The jump of one machine is on record for all that share the database; where the clock agrees with the time
        on record it is right, and stays in service.
        """
        gap = now - self.at
        return gap < -AHEAD or (self.doubt_seconds is not None and gap > AHEAD)

    def surely_past(self, now: datetime) -> datetime:
        """Return a time that has come by either clock: what was begun before it is over."""
        return min(now, self.at)

    def witnessed(self, now: datetime) -> datetime:
        """Return a time that has come without what nobody measured: what ended before it may be forgotten."""
        return min(now, self.at - timedelta(seconds=self.unwitnessed_seconds))


def look(record: Record | None, now: datetime, *, elapsed: float | None) -> Record:
    """Return the next record: the wall clock says `now`, `elapsed` monotonic seconds after the last look.

    `elapsed` None: this process has not looked before.
    """
    if record is None:
        return Record(now)
    expected = record.at + timedelta(seconds=elapsed or 0.0)
    gap = now - expected
    was_off = elapsed is None and record.doubt_seconds is None and timedelta() <= gap <= LARGEST_JUMP
    if abs(gap) <= NOTICED or was_off:
        return _believed(record, now, gap.total_seconds(), elapsed or 0.0)
    return _doubted(record, now, expected, gap.total_seconds(), elapsed or 0.0)


def _believed(record: Record, now: datetime, gap: float, elapsed: float) -> Record:
    steady = elapsed if record.doubt_seconds is not None else record.steady_seconds + elapsed
    unwitnessed = record.unwitnessed_seconds + max(gap, 0.0)
    if steady >= min(unwitnessed, LARGEST_JUMP.total_seconds()):
        steady, unwitnessed = 0.0, 0.0
    return replace(record, at=now, doubt_seconds=None, steady_seconds=steady, unwitnessed_seconds=unwitnessed)


def _doubted(record: Record, now: datetime, expected: datetime, gap: float, elapsed: float) -> Record:
    jump = gap - (record.doubt_seconds or 0.0)
    if record.doubt_seconds is None or (elapsed and abs(jump) > NOTICED.total_seconds()):
        return Record(expected, gap, 0.0, now, jump, record.unwitnessed_seconds)
    steady = record.steady_seconds + elapsed
    needed = min(max(abs(gap), SHORTEST_DOUBT.total_seconds()), LARGEST_JUMP.total_seconds())
    if steady >= needed:
        return replace(record, at=now, doubt_seconds=None, steady_seconds=0.0)
    return replace(record, at=expected, doubt_seconds=gap, steady_seconds=steady)
