"""What goes on beside the requests: publish status lists, fetch those of peers, void and forget.

    publish   every half second: lists that changed, at once; every list, signed anew, each 15 seconds;
              a decoy turns about once an hour
    fetch     every 30 seconds: the lists of other regions, verified, for the offline bundle
    sweep     every 10 seconds: intended certificates whose maker died long ago are voided, never signed;
              old tickets, spent rows, replay rows and idempotency keys are forgotten

One process publishes and sweeps at a time, by a lease in the database; whoever dies loses it in ten seconds.
"""

import logging
import threading
from datetime import timedelta

from certhub.audit import store as audit
from certhub.certificates import store as certificates
from certhub.certificates.rules import Event, after, wire_status
from certhub.certificates.store import Place
from certhub.db.ids import public_id
from certhub.errors import HubError
from certhub.hub import Hub
from certhub.idempotency import store as idempotency
from certhub.peers import store as peers
from certhub.status import store as status
from certhub.status.store import Slot
from certhub.tickets import store as tickets
from certhub.worker.lists import fetch_peer_lists, publish_due, stir

log = logging.getLogger("certhub.worker")

LEASE = timedelta(seconds=10)
PUBLISH_SECONDS, FETCH_SECONDS, SWEEP_SECONDS = 0.5, 30.0, 10.0
VOID_AFTER = timedelta(minutes=10)
TOPIC = "status"
ABOUT_US = "worker"


def run(hub: Hub, stop: threading.Event) -> None:
    """Work until told to stop: publishing and sweeping here, fetching (it may wait for others) in a thread."""
    fetcher = threading.Thread(target=_fetch_loop, args=(hub, stop), name="certhub-fetch", daemon=True)
    fetcher.start()
    me, next_sweep = public_id(hub.random), hub.clock.monotonic()
    while True:
        try:
            with hub.writing() as unit:
                mine = status.lease(unit, ABOUT_US, me, unit.now + LEASE)
            if mine:
                publish(hub)
                if hub.clock.monotonic() >= next_sweep:
                    sweep(hub)
                    next_sweep = hub.clock.monotonic() + SWEEP_SECONDS
        except HubError as refused:
            log.warning("worker: %s: %s", refused.code, refused)
        except Exception:  # the loop outlives what one round did not foresee; the next round tries again
            log.exception("worker: this round failed")
        if stop.wait(PUBLISH_SECONDS):
            break
    fetcher.join(timeout=5)


def publish(hub: Hub) -> None:
    """Publish what is due and clear the outbox of what that settled; what has to wait a moment stays in it."""
    stir(hub, seconds=PUBLISH_SECONDS, topic=TOPIC)
    with hub.reading() as unit:
        posted = audit.posted(unit, TOPIC)
    published = set(publish_due(hub, {int(list_no) for _, list_no in posted}))
    settled = [row_id for row_id, list_no in posted if int(list_no) in published]
    if settled:
        with hub.writing() as unit:
            audit.done(unit, settled)


def sweep(hub: Hub) -> None:
    """Void what was intended and never signed; forget what has had its time."""
    with hub.writing() as unit:
        for certificate in certificates.lapsed(unit, unit.now - VOID_AFTER, limit=100):
            voided = certificates.set_state(unit, certificate, after(certificate.state, Event.VOID))
            if voided is not None:
                status.set_value(
                    unit,
                    Slot(voided.list_no, voided.list_index),
                    wire_status(voided.state),
                    owner=(voided.bucket, voided.id),
                )
                certificates.forget_number(unit, Place(voided.bucket, voided.id))
                audit.record(unit, "certificate.voided", actor=ABOUT_US, subject=voided.ref.hex(), body={})
                audit.post(unit, TOPIC, str(voided.list_no))
        tickets.forget(unit)
        peers.forget(unit)
        idempotency.forget(unit)


def _fetch_loop(hub: Hub, stop: threading.Event) -> None:
    while True:
        try:
            fetch_peer_lists(hub)
        except HubError as refused:
            log.info("worker: %s: %s", refused.code, refused)
        except Exception:
            log.exception("worker: fetching failed")
        if stop.wait(FETCH_SECONDS):
            return
