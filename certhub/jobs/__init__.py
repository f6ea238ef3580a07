"""What goes on beside the requests: publish status lists, fetch those of peers, void and forget.

    publish   every half second: lists that changed, at once; every list, signed anew, each 15 seconds;
              a decoy turns about once an hour
    fetch     every 30 seconds: the lists of other regions, verified, for the offline bundle
    sweep     every 10 seconds: intended certificates whose maker died long ago are voided, never signed;
              old tickets, spent rows, replay rows and idempotency keys are forgotten
    fill      as often: changes of state that older code made beside us, without a row, get one from the history

One process publishes and sweeps at a time, by a lease in the database; whoever dies loses it in ten seconds.
Each round it also compares the wall clock with the monotonic one: a jump goes on record and into the history, and
nothing is forgotten by a clock that is in doubt.
"""

import logging
import threading
from datetime import timedelta

from certhub.db import migrate, outbox
from certhub.db.idempotency import store as idempotency
from certhub.db.ids import public_id
from certhub.db.timekeeping import store as timekeeping
from certhub.db.timekeeping.rules import Record, look
from certhub.errors import HubError
from certhub.flows.records.state import void
from certhub.history.events.catalogue import CLOCK_JUMPED, Event, Jumped
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.jobs.leases import Lease
from certhub.jobs.status_lists import fetch_peer_lists, publish_due, stir
from certhub.records.certificates import store as certificates
from certhub.records.status import store as status
from certhub.regions.peers import store as peers
from certhub.setup.documents import keep_rules
from certhub.setup.state_history import Filler
from certhub.verification.tickets import store as tickets

log = logging.getLogger("certhub.jobs")

PUBLISH_SECONDS, FETCH_SECONDS, SWEEP_SECONDS = 0.5, 30.0, 10.0
VOID_AFTER = timedelta(minutes=10)
ABOUT_US = "worker"


def run(hub: Hub, stop: threading.Event) -> None:
    """Work until told to stop: publishing and sweeping here, fetching (it may wait for others) in a thread."""
    fetcher = threading.Thread(target=_fetch_loop, args=(hub, stop), name="certhub-fetch", daemon=True)
    fetcher.start()
    lease, watch, filler = Lease(ABOUT_US, public_id(hub.random)), Watch(hub), Filler(hub.database)
    next_sweep = hub.clock.monotonic()
    while True:
        try:
            migrate.check(hub.database.engine)  # else the lease goes to a process of newer code
            with hub.writing() as unit:
                mine = lease.is_mine(unit, monotonic=hub.clock.monotonic())
            if mine:
                watch.look()
                publish(hub)
                if hub.clock.monotonic() >= next_sweep:
                    sweep(hub)
                    filler.look()
                    next_sweep = hub.clock.monotonic() + SWEEP_SECONDS
        except HubError as refused:
            log.warning("worker: %s: %s", refused.code, refused)
        except Exception:  # the loop outlives what one round did not foresee; the next round tries again
            log.exception("worker: this round failed")
        if stop.wait(PUBLISH_SECONDS):
            break
    _give_back(lease, hub)
    fetcher.join(timeout=5)


def _give_back(lease: Lease, hub: Hub) -> None:
    try:
        with hub.writing() as unit:
            status.give_back(unit, lease.name, lease.me)
    except Exception:  # noqa: BLE001  the database is gone: the next process watches the lease for ten seconds
        log.warning("worker: the lease could not be given back")


class Watch:
    """Compares the clocks, round by round, for the one process that has the lease."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._last: float | None = None

    def look(self) -> Record:
        """Put on record what time it is; a jump is told in the log and in the history, once."""
        hub, monotonic = self._hub, self._hub.clock.monotonic()
        elapsed = None if self._last is None else monotonic - self._last
        with hub.writing() as unit:
            before = timekeeping.read(unit)
            record = look(before, unit.now, elapsed=elapsed)
            timekeeping.keep(unit, record)
            if record.jumped_at != (None if before is None else before.jumped_at):
                log.warning("worker: the clock jumped by %.0f s", record.jump_seconds)
                body = Jumped(seconds=round(record.jump_seconds or 0.0))
                append(unit, Event(CLOCK_JUMPED, ABOUT_US, hub.region, body))
        self._last = monotonic
        return record


def publish(hub: Hub) -> None:
    """Publish what is due and clear the outbox of what that settled; what has to wait a moment stays in it.

    Word of what is no list of ours was left by somebody who wrote the database: it is told, counted and taken away.
    """
    stir(hub, seconds=PUBLISH_SECONDS, topic=outbox.STATUS_LISTS)
    with hub.reading() as unit:
        posted = outbox.posted(unit, outbox.STATUS_LISTS)
        known = {str(one.list_no): one.list_no for one in status.lists(unit)}
    published = set(publish_due(hub, {known[ref] for _, ref in posted if ref in known}))
    strange = [row_id for row_id, ref in posted if ref not in known]
    settled = [row_id for row_id, ref in posted if known.get(ref) in published]
    if settled or strange:
        with hub.writing() as unit:
            outbox.done(unit, settled + strange)
            unit.refused["outbox"] += len(strange)
    if strange:
        log.warning("worker: %d rows of the outbox name no list; somebody wrote the database", len(strange))


def sweep(hub: Hub) -> None:
    """Void what was intended and never signed; forget what has had its time, by a time that somebody measured."""
    with hub.writing() as unit:
        record = timekeeping.read(unit)
        past = unit.now if record is None else record.surely_past(unit.now)
        measured = unit.now if record is None else record.witnessed(unit.now)
        for certificate in certificates.lapsed(unit, past - VOID_AFTER, limit=100):
            void(unit, certificate, by=ABOUT_US)
        tickets.forget(unit, measured)
        peers.forget(unit, measured)
        idempotency.forget(unit, measured)


def _fetch_loop(hub: Hub, stop: threading.Event) -> None:
    is_kept = False
    while True:
        try:
            fetch_peer_lists(hub)
            if not is_kept:  # beside the publishing, which must not wait for 150 small files
                keep_rules(hub.shelf)
                is_kept = True
        except HubError as refused:
            log.info("worker: %s: %s", refused.code, refused)
        except Exception:
            log.exception("worker: fetching failed")
        if stop.wait(FETCH_SECONDS):
            return
