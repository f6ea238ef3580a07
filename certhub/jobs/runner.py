"""Does the jobs of the table: all of them until told to stop, or one step of one.

    lease     twice a second: is it ours? on a database that this code may serve
    due       each job that needs it and is due, in the table's order
    others    each job that waits, or needs no lease, in a thread of its own: what waits for other regions delays no
              publishing; one that needs the lease as well is done where the lease was ours half a second ago

A job that fails is told in the log and tried again; it stops no other. One process at a time has the lease; whoever
dies loses it in ten seconds. While it passes on, two processes may do a job that waits: it has to bear that.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

from certhub.db import leases, migrate
from certhub.db.ids import public_id
from certhub.db.leases import LEASE_SECONDS, WORKER, Lease
from certhub.errors import HubError, NotFound, Unavailable
from certhub.hub import Hub
from certhub.jobs.table import JOBS, Done, Job

log = logging.getLogger("certhub.jobs")

ROUND_SECONDS = 0.5
RETRY_SECONDS = 30.0
"""How long a failed job waits at the most."""


def run(hub: Hub, stop: threading.Event) -> None:
    """Do every job until told to stop: those done together here, each of the others in a thread."""
    lease = Lease(WORKER, public_id(hub.random))
    together = [job for job in JOBS.values() if not job.is_apart]
    alone = [Turns(hub, [job], followed=lease) for job in JOBS.values() if job.is_apart]
    threads = [
        threading.Thread(target=_loop, args=(turns, stop), name="certhub-job", daemon=True) for turns in alone
    ]
    for thread in threads:
        thread.start()
    _loop(Turns(hub, together, lease), stop)
    _give_back(lease, hub)
    for thread in threads:
        thread.join(timeout=5)


def run_once(hub: Hub, name: str, state: Any = None) -> Done:
    """Do one step of a job, here and now; `state` is what its step before left.

    Nobody is asked for the lease: who calls this is the only one, or has it.

    Raises:
        NotFound: there is no such job.
    """
    job = JOBS.get(name)
    if job is None:
        raise NotFound(f"there is no job {name!r}; there are {', '.join(JOBS)}")
    return job.step(hub, state)


def run_by_hand(hub: Hub, name: str, *, wait: Callable[[float], object]) -> Done:
    """Do one step of a job beside whatever runs, with the lease where the job needs it.

    A lease whose holder died is taken over after LEASE_SECONDS; meanwhile `wait` is called with the seconds to wait.

    Raises:
        NotFound: there is no such job.
        Unavailable: another process does the jobs (WORKER_RUNS).
    """
    migrate.check(hub.database.engine)
    if name not in JOBS or not JOBS[name].needs_lease:
        return run_once(hub, name)
    lease = Lease(WORKER, public_id(hub.random))
    while not _has(lease, hub):
        if lease.is_elsewhere:
            raise Unavailable(
                f"another process does the jobs, {name!r} every {JOBS[name].seconds:g} s", code="WORKER_RUNS"
            )
        wait(ROUND_SECONDS)
    try:
        return run_once(hub, name)
    finally:
        _give_back(lease, hub)


class Turns:
    """The jobs of one thread: when each is due, and what its next step goes on from.

    `lease` is what this thread keeps; `followed` is what another thread of this process keeps, for a job that needs it.
    """

    def __init__(
        self, hub: Hub, jobs: Iterable[Job], lease: Lease | None = None, *, followed: Lease | None = None
    ) -> None:
        self._hub, self._lease, self._followed = hub, lease, followed
        self._due = dict.fromkeys((job.name for job in jobs), hub.clock.monotonic())
        self._state: dict[str, Any] = {}

    def round(self) -> bool:
        """Do what is due; return False where another process has the lease."""
        now = self._hub.clock.monotonic()
        if self._lease is None and not any(self._is_ours(name, now) for name in self._due):
            return True
        migrate.check(self._hub.database.engine)  # else the lease goes to a process of newer code
        beaten_at: float | None = None
        for name in self._due:
            now = self._hub.clock.monotonic()
            if beaten_at is None or now - beaten_at > LEASE_SECONDS / 2:  # a long step may cost the lease
                if self._lease is not None and not _has(self._lease, self._hub):
                    return False
                beaten_at = now
            if self._is_ours(name, now):
                self._step(JOBS[name], now)
        return True

    def _is_ours(self, name: str, now: float) -> bool:
        """Tell whether a job is due, and no other process has the lease that it follows."""
        is_anothers = JOBS[name].needs_lease and self._followed is not None and not self._followed.is_held
        return now >= self._due[name] and not is_anothers

    def _step(self, job: Job, now: float) -> None:
        self._due[job.name] = now + min(job.seconds, RETRY_SECONDS)
        try:
            _, self._state[job.name] = run_once(self._hub, job.name, self._state.get(job.name))
            self._due[job.name] = now + job.seconds
        except HubError as refused:
            log.warning("worker: %s: %s: %s", job.name, refused.code, refused)
        except Exception:  # one job's fault is not the others'; its next turn tries again
            log.exception("worker: %s failed", job.name)


def _loop(turns: Turns, stop: threading.Event) -> None:
    while True:
        try:
            turns.round()
        except HubError as refused:
            log.warning("worker: %s: %s", refused.code, refused)
        except Exception:  # the loop outlives what one round did not foresee; the next round tries again
            log.exception("worker: this round failed")
        if stop.wait(ROUND_SECONDS):
            return


def _has(lease: Lease, hub: Hub) -> bool:
    with hub.writing() as unit:
        return lease.is_mine(unit, monotonic=hub.clock.monotonic())


def _give_back(lease: Lease, hub: Hub) -> None:
    try:
        with hub.writing() as unit:
            leases.give_back(unit, lease.name, lease.me)
    except Exception:  # noqa: BLE001  the database is gone: the next process watches the lease for ten seconds
        log.warning("worker: the lease could not be given back")
