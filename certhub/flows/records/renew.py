"""Renew a certificate: a new version with a new identifier, and the old one superseded.

1 certificates.rules   only what is active (an expired one too) can be renewed
2 flows.issue          intent on record: version + 1, linked to the one before; committed
3 flows.issue          signed, and read back
4 certificates, status, events, idempotency  one transaction: new one active, old one superseded
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from certhub.db.idempotency import store as idempotency
from certhub.db.idempotency.key import Key
from certhub.errors import ClaimsInvalid, Conflict, Fault, WrongState
from certhub.flows.records.change import Order, own
from certhub.flows.records.issue import IssuanceInProgress, activate, entitled, intend, sign_all
from certhub.flows.records.state import move
from certhub.history.events import catalogue
from certhub.history.events.bodies import Superseded
from certhub.history.events.catalogue import CERTIFICATE_SUPERSEDED
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.parties.people import Actor
from certhub.readable import require_readable
from certhub.records.catalog.draft import Draft, Holder, content_digest_parts, identity_parts
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate, Place
from certhub.records.certificates.rules import State, Transition, after
from certhub.records.certificates.summary import summary


def renew(
    certificate_id: str, order: Order, valid_to: date | None, *, by: Actor, hub: Hub, key: Key
) -> Mapping[str, Any]:
    """Renew a certificate of the asking agency.

    The new version is valid from today. `valid_to` None gives as many days again, counted from the old end or
    from today, whichever is later; 长期 stays 长期.

    Raises:
        NotFound, WrongState, Conflict: as `revoke.change`.
        ClaimsInvalid: the agency may no longer issue this kind, or the new end lies before the new start; or a text
            cannot be read as it stands.
    """
    trip = hub.at(by)
    require_readable(reason=order.reason, decision_number=order.decision)
    hub.step("renew:1")
    with hub.writing() as unit:
        stored = idempotency.begin(unit, key)
        if stored is not None:
            return stored
        old = own(certificates.find(unit, certificate_id), by=by)
        if old.state is not State.ACTIVE:
            raise WrongState(old.state, "renew")
        draft = _next(old, valid_to, trip=trip)
        if not entitled(trip, old.agency, old.kind):
            raise ClaimsInvalid([Fault("/kind", "ISSUER_NOT_ENTITLED")])
        hub.step("renew:2")
        intents, _ = intend(unit, [draft], IssuanceInProgress(trip, unit.now, previous=old))
    hub.step("renew:3")
    signed = sign_all(intents, trip=trip)
    hub.step("renew:4")
    with hub.writing() as unit:
        superseded = move(
            unit,
            old,
            after(old.state, Transition.SUPERSEDE),
            by=by.key,
            reason=order.reason,
            decision=order.decision,
        )
        if superseded is None:
            raise Conflict(
                "somebody changed this certificate at the same moment; look again", code="CHANGED_MEANWHILE"
            )
        new = next(iter(activate(unit, signed, by=by)), None)
        if new is None:
            raise Conflict("the new version was given up meanwhile; try again", code="CHANGED_MEANWHILE")
        certificates.move_number(
            unit,
            unit.vault.digest("number", identity_parts(draft)),
            unit.vault.digest("content", content_digest_parts(draft)),
            Place(new.bucket, new.id),
        )
        body = Superseded(
            kind=old.kind,
            agency=old.agency,
            reason=order.reason,
            decision=order.decision,
            next=new.ref.hex(),
        )
        append(unit, catalogue.Event(CERTIFICATE_SUPERSEDED, by.key, old.ref.hex(), body))
        answer = summary(new)
        idempotency.finish(unit, key, answer)
    return answer


def _next(old: Certificate, valid_to: date | None, *, trip: Trip) -> Draft:
    """The same certificate from today on: without a gap, and for as long again."""
    last, today = old.valid_to, trip.day
    if valid_to is None and last is not None:
        valid_to = max(last, today) + (last - old.valid_from)
    if valid_to is not None and valid_to < today:
        raise ClaimsInvalid([Fault("/valid_to", "DATE_BEFORE_START")])
    record = old.record
    return Draft(
        kind=trip.kind(old.kind),
        agency=old.agency,
        holders=tuple(Holder(h.name, h.id_type, h.id_number) for h in record.holders),
        number=record.number,
        issued_on=today,
        valid_from=today,
        valid_to=valid_to,
        claims=dict(record.claims),
    )
