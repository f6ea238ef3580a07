"""What is put on record of a verification: decided from values, so that the unit of work that writes it only writes.

filing = file(verification, at=unit.now, operator=…)     report, receipt to be signed, openings, events
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from certhub_schemas import Matter
from certhub_verifier.formats.exchange.receipt import Receipt, ReceiptItem, UntoldReceiptItem
from certhub_verifier.formats.exchange.reported_fact import StatedFact
from certhub_verifier.policy import Channel
from certhub_verifier.report import Report, UntoldItem, failed, overall

from certhub.flows.verification.resolve import Examined, Resolved
from certhub.history.events.catalogue import (
    CERTIFICATE_LOOKED_AT,
    CODE_REFUSED,
    PEER_CERTIFICATE_LOOKED_AT,
    Event,
    Look,
    Refused,
)
from certhub.hub.trip import Trip
from certhub.people.parties.people import Actor

DEFAULT_PURPOSE = "verify"
NOTHING_YET = Resolved(Channel.TICKET)


@dataclass(frozen=True)
class VerificationRequest:
    """What a clerk asks: the code as it came in, for which matter, at which window, for which case."""

    code: str
    matter: str
    window: str
    case_number: str | None = None
    verification_id: str | None = None

    def identity(self) -> dict[str, str | None]:
        """Return what makes it another request under the same id and code: all that its receipt says of it."""
        return {
            "matter": self.matter,
            "purpose": DEFAULT_PURPOSE,
            "window": self.window,
            "case": self.case_number,
        }


@dataclass(frozen=True)
class VerificationInProgress:
    """A verification on its way: its id, what is asked, by whom, in which world; then what stands behind the code.

    `text` is the code without what a scanner adds, `code_hash` its hash. `is_on_record` tells that the request was
    put on record before another region was asked. `policy` is the digest of the rules that judge, kept where
    everybody can fetch them before a receipt names them.
    """

    id: str
    request: VerificationRequest
    matter: Matter
    by: Actor
    trip: Trip
    text: str
    code_hash: bytes
    is_on_record: bool = False
    resolved: Resolved = NOTHING_YET
    policy: str = ""


@dataclass(frozen=True)
class Filing:
    """What a verification leaves: the report as it is stored, the receipt's payload, its openings, its events."""

    report: Mapping[str, Any]
    receipt: Mapping[str, Any]
    opening: tuple[Mapping[str, str], ...]
    events: tuple[Event[Look] | Event[Refused], ...]


def file(verification: VerificationInProgress, *, at: datetime, operator: str) -> Filing:
    """Decide what is put on record at a moment; `operator` is the clerk as receipts know them."""
    report = _report(verification, at)
    in_english = report.sentence("en")
    return Filing(
        report=report.to_dict() | {"headline_en": in_english.headline, "next_step_en": in_english.next_step},
        receipt=_receipt(verification, report, at, operator).to_payload(),
        opening=tuple(
            {
                "salt": base64.urlsafe_b64encode(told.salt).rstrip(b"=").decode(),
                "identifier": told.identifier,
            }
            for told in verification.resolved.examined
            if told.salt is not None and told.identifier is not None
        ),
        events=_events(verification, report),
    )


def _report(verification: VerificationInProgress, at: datetime) -> Report:
    resolved = verification.resolved
    about: dict[str, Any] = {
        "channel": resolved.channel,
        "as_of": at,
        "verification_id": verification.id,
        "deficiency_allowed": verification.matter.deficiency_allowed,
        "receipt_url": f"/api/v1/verifications/{verification.id}/receipt",
    }
    if resolved.cause is not None:
        return failed(resolved.cause, resolved.detail, **about)
    items = resolved.report_items
    return overall(items, is_count_known=resolved.is_count_known, about=resolved.detail, **about)


def _receipt(verification: VerificationInProgress, report: Report, at: datetime, operator: str) -> Receipt:
    resolved, by, trip = verification.resolved, verification.by, verification.trip
    return Receipt(
        region=trip.region,
        issued_at=int(at.timestamp()),
        vid=verification.id,
        at=at,
        office=by.office or trip.settings.name,
        window=verification.request.window,
        operator=operator,
        case=verification.request.case_number,
        matter=verification.matter.code,
        purpose=DEFAULT_PURPOSE,
        channel=resolved.channel.value,
        items=tuple(_recorded(item) for item in (resolved.items if report.items else ())),
        policy=verification.policy,
        trust=trip.trust.digest,
        verdict=report.verdict.value,
        code=report.code,
    )


def _recorded(item: Examined | UntoldItem) -> ReceiptItem | UntoldReceiptItem:
    if isinstance(item, UntoldItem):
        return UntoldReceiptItem(item.verdict.value, item.code)
    report = item.item
    return ReceiptItem(
        kind=report.kind,
        cert=item.cert_digest,
        fields=tuple(sorted(report.disclosed)),
        facts=tuple(
            StatedFact(f.fact.value, f.outcome.value, f.cause, f.as_of, f.evidence) for f in report.facts
        ),
        verdict=report.verdict.value,
        code=report.code,
    )


def _events(verification: VerificationInProgress, report: Report) -> tuple[Event[Look] | Event[Refused], ...]:
    """Say for each certificate that is told that a clerk looked at it, or that the code was refused."""
    looks = tuple(_look(verification, told) for told in verification.resolved.examined)
    refused = Refused(matter=verification.matter.code, code=report.code)
    return looks or (Event(CODE_REFUSED, verification.by.key, verification.id, refused),)


def _look(verification: VerificationInProgress, seen: Examined) -> Event[Look]:
    """Say that a clerk looked at a certificate; of another region's we have no hash."""
    report, by, matter = seen.item, verification.by, verification.matter
    return Event(
        CERTIFICATE_LOOKED_AT if seen.ref else PEER_CERTIFICATE_LOOKED_AT,
        by.key,
        seen.ref or verification.id,
        Look(
            verification=verification.id,
            kind=report.kind,
            purpose=DEFAULT_PURPOSE,
            matter=matter.code,
            region=verification.trip.region,
            office=by.office,
            window=verification.request.window,
            asked=tuple(matter.fields_for(report.kind) or ()),
            told=tuple(sorted(report.disclosed)),
            verdict=report.verdict.value,
            code=report.code,
        ),
    )
