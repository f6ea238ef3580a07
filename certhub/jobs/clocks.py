"""The wall clock is compared with the monotonic one: a jump goes on record and into the history.

Nothing is forgotten by a clock that is in doubt (db/timekeeping/rules.py).
"""

import logging
from typing import NamedTuple

from certhub.db.leases import WORKER
from certhub.db.timekeeping import store as timekeeping
from certhub.db.timekeeping.rules import Record, look
from certhub.history.events.bodies import Jumped
from certhub.history.events.catalogue import CLOCK_JUMPED, Event
from certhub.history.events.store import append
from certhub.hub import Hub

log = logging.getLogger("certhub.jobs")


class Look(NamedTuple):
    """What a look at the clocks puts on record, whether it noticed a jump, and its monotonic time in seconds."""

    record: Record
    is_jump: bool
    monotonic: float


def watch(hub: Hub, last: float | None = None) -> Look:
    """Put on record what time it is; a jump is told in the log and in the history, once.

    `last` is the monotonic time of this process's look before; None: it has not looked yet.
    """
    monotonic = hub.clock.monotonic()
    elapsed = None if last is None else monotonic - last
    with hub.writing() as unit:
        before = timekeeping.read(unit)
        record = look(before, unit.now, elapsed=elapsed)
        timekeeping.keep(unit, record)
        is_jump = record.jumped_at != (None if before is None else before.jumped_at)
        if is_jump:
            log.warning("worker: the clock jumped by %.0f s", record.jump_seconds)
            body = Jumped(seconds=round(record.jump_seconds or 0.0))
            append(unit, Event(CLOCK_JUMPED, WORKER, hub.region, body))
    return Look(record, is_jump, monotonic)
