"""What is put on record of a verification: decided from values, so that the unit of work that writes it only writes.

filing = file(verification, case_id=…, at=…, operator=…)     report, receipt to be signed, openings, events
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from certhub_schemas import Matter
from certhub_verifier.formats.exchange.openings import SALT_BYTES, ArgumentOpening, Opening
from certhub_verifier.formats.exchange.receipt import (
    IdentityCheck,
    Receipt,
    ReceiptItem,
    ReceiptMode,
    ReceiptPredicate,
    ReceiptRequirement,
    UntoldReceiptItem,
)
from certhub_verifier.formats.exchange.reported_fact import StatedFact
from certhub_verifier.frozen import quick
from certhub_verifier.materials import Candidate, Case, comparisons, materials_of
from certhub_verifier.policy import Channel
from certhub_verifier.predicates import PredicateAnswer
from certhub_verifier.report import Report, UntoldItem, failed, kind_names, overall
from certhub_verifier.requirement_report import RequirementReport

from certhub.flows.verification.case_items import CaseRecord
from certhub.flows.verification.resolve import Resolved
from certhub.flows.verification.shown_item import Examined
from certhub.flows.verification.subjects import Names
from certhub.history.events.bodies import Look, Refused
from certhub.history.events.catalogue import (
    CERTIFICATE_LOOKED_AT,
    CODE_REFUSED,
    PEER_CERTIFICATE_LOOKED_AT,
    Event,
)
from certhub.hub.trip import Trip
from certhub.people.parties.people import Actor

DEFAULT_PURPOSE = "verify"
_stated = quick(StatedFact)
NOTHING_YET = Resolved(Channel.TICKET)


@dataclass(frozen=True)
class VerificationRequest:
    """What a clerk asks: the code as it came in, for which matter, at which window, for which case.

    `not_applicable` are the requirements that the clerk declares not applicable. `is_credential` tells that `code` is
    a credential that was handed over as a file.
    """

    code: str
    matter: str
    window: str
    case_number: str | None = None
    verification_id: str | None = None
    not_applicable: tuple[str, ...] = ()
    is_credential: bool = False

    def identity(self) -> dict[str, str | None]:
        """Return what makes it another request under the same id and code: all that its receipt says of it."""
        declared = {"not_applicable": " ".join(sorted(self.not_applicable))} if self.not_applicable else {}
        handed_over = {"as": "credential"} if self.is_credential else {}
        return {
            "matter": self.matter,
            "purpose": DEFAULT_PURPOSE,
            "window": self.window,
            "case": self.case_number,
            **declared,
            **handed_over,
        }


@dataclass(frozen=True)
class VerificationInProgress:
    """A verification on its way: its id, what is asked, by whom, in which world; then what stands behind the code.

    `peer` is the other region that is asked, or that answers a request; None where everything is at home.

    `text` is the code without what a scanner adds, `code_hash` its hash. `is_on_record` tells that the request was
    put on record before another region was asked. `policy` is the digest of the rules that judge, kept where
    everybody can fetch them before a receipt names them.

    `scope` is what holders' names in the case are made for, `subjects` makes them. `case` is the case as it was read
    (None: the scan stands alone); `earlier` is what was shown in it before, judged now, `declared`
    what was declared before. `is_last_try` tells that it is filed even where the case has moved on since it was read.
    """

    id: str
    request: VerificationRequest
    matter: Matter
    by: Actor
    trip: Trip
    text: str
    code_hash: bytes
    peer: str | None = None
    is_on_record: bool = False
    resolved: Resolved = NOTHING_YET
    policy: str = ""
    scope: str = ""
    subjects: Names | None = None
    case: CaseRecord | None = None
    earlier: tuple[Candidate, ...] = ()
    declared: Mapping[str, str] = field(default_factory=dict)
    is_last_try: bool = False
    identity_check: IdentityCheck | None = None


@dataclass(frozen=True)
class Filing:
    """What a verification leaves: the report as it is stored, the receipt's payload, its openings, its events.

    `scan_items` and `declared` are kept for the case: what it takes to judge again what was shown, and what was
    declared.
    """

    report: Mapping[str, Any]
    receipt: Mapping[str, Any]
    opening: tuple[Mapping[str, str], ...]
    events: tuple[Event[Look] | Event[Refused], ...]
    scan_items: tuple[Mapping[str, Any], ...]
    declared: Mapping[str, str]


def file(verification: VerificationInProgress, *, case_id: str | None, at: datetime, operator: str) -> Filing:
    """Decide what is put on record at a moment.

    `case_id` is the id of the case, None where the scan stands alone; `operator` is the clerk as receipts know them.
    """
    declared = dict.fromkeys(verification.request.not_applicable, operator)
    case = _case(verification, {**verification.declared, **declared})
    found = materials_of(case)
    verification = _compared(verification, case)
    report = replace(_report(verification, at), case_id=case_id, materials=found)
    in_english = report.sentence("en")
    recorded = [
        _recorded(item, verification) for item in (verification.resolved.items if report.items else ())
    ]
    receipt = _receipt(verification, report, tuple([item for item, _ in recorded]), at, operator)
    return Filing(
        report=report.to_dict() | {"headline_en": in_english.headline, "next_step_en": in_english.next_step},
        receipt=receipt.to_payload(),
        opening=tuple(opening for _, openings in recorded for opening in openings),
        events=_events(verification, report),
        scan_items=tuple(
            {**item.again, "place": place}
            for place, item in enumerate(verification.resolved.items)
            if isinstance(item, Examined) and item.again and report.items
        ),
        declared=declared,
    )


def _compared(verification: VerificationInProgress, case: Case) -> VerificationInProgress:
    """Add to each certificate how its holders compare with those of the case's others."""
    resolved = verification.resolved
    told = comparisons(case, by=verification.trip.region)
    if not told:
        return verification
    items = tuple(
        replace(item, item=item.item.answering(told[place]))
        if isinstance(item, Examined) and place in told
        else item
        for place, item in enumerate(resolved.items)
    )
    return replace(verification, resolved=replace(resolved, items=items))


def _case(verification: VerificationInProgress, declared: Mapping[str, str]) -> Case:
    """Return what is decided about: this scan and all that was shown in the case before."""
    matter, trip, resolved = verification.matter, verification.trip, verification.resolved
    here = [
        Candidate(item.item, place, item.kept_by)
        for place, item in enumerate(resolved.items if resolved.cause is None else ())
        if isinstance(item, Examined)
    ]
    return Case(
        requirements=matter.requirements,
        candidates=[*here, *verification.earlier],
        now=trip.now,
        names=lambda kind: kind_names(kind, trip.catalogue),
        deficiency_allowed=matter.deficiency_allowed,
        declared=declared,
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


def _receipt(
    verification: VerificationInProgress,
    report: Report,
    items: tuple[ReceiptItem | UntoldReceiptItem, ...],
    at: datetime,
    operator: str,
) -> Receipt:
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
        items=items,
        policy=verification.policy,
        trust=trip.trust.digest,
        verdict=report.verdict.value,
        code=report.code,
        unit=trip.region,
        matter_digest=verification.matter.digest,
        catalogue=trip.catalogue.digest,
        agreements=() if resolved.agreement is None else (resolved.agreement,),
        mode=ReceiptMode(verification.matter.mode, resolved.reached),
        identity_check=verification.identity_check,
        requirements=tuple(
            _requirement(one) for one in (report.materials.requirements if report.materials else ())
        ),
        materials=None if report.materials is None else report.materials.materials.value,
    )


def _requirement(requirement: RequirementReport) -> ReceiptRequirement:
    return ReceiptRequirement(
        requirement.requirement.id,
        requirement.state.value,
        requirement.cause,
        requirement.item,
        requirement.vid,
        requirement.declared_by,
    )


def _recorded(
    item: Examined | UntoldItem, verification: VerificationInProgress
) -> tuple[ReceiptItem | UntoldReceiptItem, list[dict[str, str]]]:
    """Return an item as the receipt has it, and what opens its digests."""
    if isinstance(item, UntoldItem):
        return UntoldReceiptItem(item.verdict.value, item.code), []
    report, openings = item.item, []
    if item.salt is not None and item.identifier is not None:
        openings.append(Opening(item.salt, item.identifier).to_payload())
    predicates = []
    for one in report.manner.predicates:
        recorded, opening = _predicate(one, verification)
        predicates.append(recorded)
        openings += opening
    found = ReceiptItem(
        kind=report.kind,
        cert=item.cert_digest,
        fields=tuple(sorted(report.disclosed)),
        facts=tuple(
            [_stated(str(f.fact), str(f.outcome), f.cause, f.as_of, f.evidence) for f in report.facts]
        ),
        verdict=report.verdict.value,
        code=report.code,
        predicates=tuple(predicates),
    )
    return found, openings


def _predicate(
    answer: PredicateAnswer, verification: VerificationInProgress
) -> tuple[ReceiptPredicate, list[dict[str, str]]]:
    """Return a predicate as the receipt has it; what was declared stands there as a digest, with its opening beside."""
    name, outcome = answer.predicate.name, answer.outcome.value
    if answer.declared is None:
        return ReceiptPredicate(name, None, outcome, answer.by), []
    argument = f"{answer.predicate.argument('field')}={answer.declared}"
    opening = ArgumentOpening(verification.trip.random(SALT_BYTES), argument)
    return ReceiptPredicate(name, opening.argument_digest(), outcome, answer.by), [opening.to_payload()]


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
