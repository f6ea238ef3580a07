"""What nobody waits for any more.

1 certificates, events                intended ones whose maker died long ago are voided, never signed
2 tickets, exchanges, notices,        what has had its time is forgotten; what was asked of a case on a day, when the
    messages, requests, idempotency,  day is over, the largest jump of a clock later
    cases
"""

from datetime import timedelta

from certhub.adapters.clock import LARGEST_JUMP
from certhub.db.idempotency import store as idempotency
from certhub.db.leases import WORKER
from certhub.db.timekeeping import store as timekeeping
from certhub.flows.records.state import void
from certhub.hub import Hub
from certhub.hub.in_force import day_in_china
from certhub.matters.cases import store as cases
from certhub.people.logins import store as logins
from certhub.records.certificates import store as certificates
from certhub.regions.notices import store as notices
from certhub.regions.peers import store as peers
from certhub.sharing.messages import store as messages
from certhub.verification.requests import store as requests
from certhub.verification.tickets import store as tickets

VOID_AFTER = timedelta(minutes=10)


def sweep(hub: Hub) -> int:
    """Void what was intended and never signed; forget what has had its time, by a time that somebody measured.

    Returns:
        How many certificates were voided.
    """
    voided = 0
    with hub.writing() as unit:
        record = timekeeping.read(unit)
        past = unit.now if record is None else record.surely_past(unit.now)
        measured = unit.now if record is None else record.witnessed(unit.now)
        for certificate in certificates.lapsed(unit, past - VOID_AFTER, limit=100):
            voided += void(unit, certificate, by=WORKER)
        tickets.forget(unit, measured)
        peers.forget(unit, measured)
        notices.forget(unit, measured)
        messages.forget(unit, measured)
        logins.forget(unit, measured)
        requests.forget(unit, measured - requests.REMEMBERED)
        idempotency.forget(unit, measured)
        cases.forget(unit, day_in_china(measured - LARGEST_JUMP).isoformat())
    return voided
