"""How a certificate is told to those who may see it: the JSON of the API, plain values only."""

from datetime import datetime
from typing import Any

from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import State, ends

EXPIRED = "expired"  # computed, never stored (rules.py)


def summary(certificate: Certificate) -> dict[str, Any]:
    """Return the certificate for its agency: identity, state, dates, holders and claims."""
    record = certificate.record
    return {
        "id": certificate.certificate_id,
        "identifier": record.identifier,
        "kind": certificate.kind,
        "kind_version": certificate.kind_version,
        "agency": certificate.agency,
        "number": record.number,
        "version": certificate.version,
        "state": certificate.state.value,
        "state_since": certificate.state_since.isoformat(),
        "reason": record.reason,
        "decision_number": record.decision,
        "issued_on": record.issued_on.isoformat(),
        "valid_from": certificate.valid_from.isoformat(),
        "valid_to": None if certificate.valid_to is None else certificate.valid_to.isoformat(),
        "holders": [{"name": h.name, "id_type": h.id_type, "id_number": h.id_number} for h in record.holders],
        "claims": dict(record.claims),
    }


def shown_state(certificate: Certificate, now: datetime) -> str:
    """Return the state as a holder reads it: expired is computed, and only an active certificate can be it."""
    last = ends(certificate.valid_to)
    if certificate.state is State.ACTIVE and last is not None and now >= last:
        return EXPIRED
    return certificate.state.value
