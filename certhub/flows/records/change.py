"""Change the state of a certificate: suspend, reinstate, revoke, withdraw, cancel.

1 certificates.rules   after(state, event): refuses what cannot be
2 certificates, status, outbox, events, idempotency   one transaction
3 worker               signed status list → public files, within two seconds
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from certhub.db.idempotency import store as idempotency
from certhub.db.idempotency.key import Key
from certhub.errors import BadRequest, Conflict, NotFound
from certhub.flows.records.state import move
from certhub.history.events import catalogue
from certhub.history.events.bodies import Changed
from certhub.history.events.catalogue import (
    CERTIFICATE_CANCELLED,
    CERTIFICATE_REINSTATED,
    CERTIFICATE_REVOKED,
    CERTIFICATE_SUSPENDED,
    CERTIFICATE_TRANSFERRED_OUT,
    CERTIFICATE_WITHDRAWN,
    EventType,
)
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.people.parties.people import Actor
from certhub.readable import require_readable
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import CHINA, Transition, after
from certhub.records.certificates.summary import summary

_EVENTS: Mapping[Transition, EventType[Changed]] = {
    Transition.SUSPEND: CERTIFICATE_SUSPENDED,
    Transition.REINSTATE: CERTIFICATE_REINSTATED,
    Transition.REVOKE: CERTIFICATE_REVOKED,
    Transition.WITHDRAW: CERTIFICATE_WITHDRAWN,
    Transition.CANCEL: CERTIFICATE_CANCELLED,
    Transition.TRANSFER: CERTIFICATE_TRANSFERRED_OUT,
}
"""What an agency may do by a decision, and how the history calls it."""


@dataclass(frozen=True)
class Order:
    """Why a state changes: the reason, the decision's number, and from when it has effect (None: now)."""

    reason: str
    decision: str
    effective_from: date | None = None


def change(
    certificate_id: str, event: Transition, order: Order, *, by: Actor, hub: Hub, key: Key
) -> Mapping[str, Any]:
    """Move a certificate of the asking agency on.

    Returns:
        The certificate as its agency sees it, changed.

    Raises:
        NotFound: there is no such certificate, or it is another agency's.
        WrongState: the event cannot happen in the state the certificate is in.
        BadRequest: `effective_from` lies in the future; changes take effect at once.
        TextRefused: the reason or the decision's number cannot be read as it stands.
        KeyError: the transition is none that an agency decides on; a fault of the caller.
    """
    trip = hub.at(by)
    if order.effective_from is not None and order.effective_from > trip.now.astimezone(CHINA).date():
        raise BadRequest("a change takes effect at once; send it on the day", code="EFFECTIVE_IN_FUTURE")
    require_readable(reason=order.reason, decision_number=order.decision)
    hub.step("revoke:1")
    with hub.writing() as unit:
        stored = idempotency.begin(unit, key)
        if stored is not None:
            return stored
        certificate = own(certificates.find(unit, certificate_id), by=by)
        state, row = after(certificate.state, event), _EVENTS[event]
        hub.step("revoke:2")
        changed = move(
            unit,
            certificate,
            state,
            by=by.key,
            reason=order.reason,
            decision=order.decision,
            effective_from=order.effective_from,
        )
        if changed is None:
            raise Conflict(
                "somebody changed this certificate at the same moment; look again", code="CHANGED_MEANWHILE"
            )
        body = Changed(
            kind=changed.kind,
            agency=changed.agency,
            reason=order.reason,
            decision=order.decision,
            effective_from=None if order.effective_from is None else order.effective_from.isoformat(),
        )
        append(unit, catalogue.Event(row, by.key, changed.ref.hex(), body))
        answer = summary(changed)
        idempotency.finish(unit, key, answer)
    hub.step("revoke:3")
    return answer


def own(certificate: Certificate | None, *, by: Actor) -> Certificate:
    """Return the certificate if the account acts for its agency; otherwise it is not there."""
    if certificate is None or certificate.agency not in by.agencies:
        raise NotFound("no such certificate, or not one of yours")
    return certificate
