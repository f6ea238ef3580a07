"""Steps that several flows share: a row, its slot and the word for its status list move together, or not at all."""

from datetime import date

from certhub.db import outbox
from certhub.db.engine import Unit
from certhub.history.events.bodies import Voided
from certhub.history.events.catalogue import CERTIFICATE_VOIDED, Event
from certhub.history.events.store import append
from certhub.records.certificates import rules
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import State, after, wire_status
from certhub.records.status import store as status
from certhub.records.status.store import Slot


def move(
    unit: Unit,
    certificate: Certificate,
    state: State,
    *,
    by: str,
    reason: str | None = None,
    decision: str | None = None,
    effective_from: date | None = None,
) -> Certificate | None:
    """Move a certificate to `state`, in the caller's transaction; None where somebody else was quicker."""
    moved = certificates.set_state(
        unit, certificate, state, by=by, reason=reason, decision=decision, effective_from=effective_from
    )
    if moved is not None:
        slot = Slot(moved.list_no, moved.list_index)
        status.set_value(unit, slot, wire_status(state), owner=(moved.bucket, moved.id))
        outbox.post(unit, outbox.STATUS_LISTS, str(moved.list_no))
    return moved


def void(unit: Unit, certificate: Certificate, *, by: str) -> bool:
    """Give up a certificate that was intended and never signed; its number is free again.

    Returns:
        False where somebody else was quicker.
    """
    voided = move(unit, certificate, after(certificate.state, rules.Transition.VOID), by=by)
    if voided is None:
        return False
    certificates.forget_number(unit, voided.place)
    body = Voided(kind=voided.kind, agency=voided.agency)
    append(unit, Event(CERTIFICATE_VOIDED, by, voided.ref.hex(), body))
    return True
