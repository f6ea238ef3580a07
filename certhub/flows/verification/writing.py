"""What a verification puts on record, as rows that are ready to be written: made outside the transaction.

1 filing       the report, the receipt to be signed, its openings and its events
2 receipts, tickets, cases, events, looks, notices   every row, dated, sealed and with its MAC: one value
3 receipts, tickets, cases     inserts whose primary keys decide: the id, the redemption, the place in the case
  events, looks, notices       what follows from them

1 and 2 are `rows_of`, before the transaction; 3 is `put`, inside. Who comes second writes nothing, and decides again
(recording.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from certhub_verifier.formats.exchange.notice import NoticeKind
from certhub_verifier.policy import Channel

from certhub.db.engine import Pen, Unit
from certhub.db.ids import public_id
from certhub.flows.verification.filing import Filing, VerificationInProgress, file
from certhub.flows.verification.look_rows import Looker, look_rows
from certhub.flows.verification.results import ToBeSigned
from certhub.history.events import store as history
from certhub.history.events.store import NewEvents
from certhub.matters.cases import store as cases
from certhub.matters.cases.store import CaseScan
from certhub.people.looks import store as looks
from certhub.regions.notices import store as notices
from certhub.verification.receipts import store as receipts
from certhub.verification.receipts.store import Answered
from certhub.verification.tickets import store as tickets
from certhub.verification.tickets.store import NewRedemption, Redemption

Row = Mapping[str, Any]


class DecideAgainError(Exception):
    """Somebody was quicker: nothing of the transaction stays, and what is known now is decided by."""


class IdTaken(DecideAgainError):
    """The verification's id is on record already."""


class CodeUsed(DecideAgainError):
    """The code was used meanwhile, or its use may have been forgotten."""


class CodeOver(DecideAgainError):
    """The code ended meanwhile."""


class CaseMovedOn(DecideAgainError):
    """Another verification of the case was filed since it was read."""


@dataclass(frozen=True)
class Write:
    """The rows of one verification, in the order in which they are written.

    `redemption` is None where nothing is redeemed, `case` where none is opened, `scan` where the verification has no
    case. The scan of a last try takes a later place where its own is taken.
    """

    filed: ToBeSigned
    verification: Row
    is_on_record: bool
    redemption: NewRedemption | None
    redeemable_until: datetime | None
    case: Row | None
    scan: tuple[CaseScan, Row] | None
    is_last_try: bool
    events: NewEvents
    looks: Sequence[Row]
    notices: Sequence[Row]

    @property
    def count(self) -> int:
        """How many rows these are."""
        return 4 + 2 * len(self.events.events) + len(self.looks) + len(self.notices)


def rows_of(verification: VerificationInProgress, pen: Pen) -> Write:
    """Decide what is put on record, and make its rows."""
    request, trip, case = verification.request, verification.trip, verification.case
    is_new_case = case is not None and case.file is None
    case_id = None
    if case is not None:
        case_id = public_id(trip.random) if case.file is None else case.file.case_id
    operator = pen.vault.pairwise(verification.by.key, "receipt")
    filing = file(verification, case_id=case_id, at=pen.now, operator=operator)
    redeemable = None if verification.resolved.cause is not None else verification.resolved.redeemable
    return Write(
        filed=ToBeSigned(verification.id, filing.report, filing.receipt),
        verification=receipts.answered_row(
            pen,
            Answered(
                verification.id,
                verification.by.key,
                verification.code_hash,
                request.identity(),
                filing.report,
                filing.receipt,
                filing.opening,
                verification.peer,
            ),
        ),
        is_on_record=verification.is_on_record,
        redemption=None if redeemable is None else _redemption_row(verification, pen),
        redeemable_until=None if redeemable is None else redeemable.keep_until,
        case=cases.case_row(pen, case.name, case_id)
        if case is not None and case_id and is_new_case
        else None,
        scan=_scan(verification, case_id, filing, pen),
        is_last_try=verification.is_last_try,
        events=history.rows(pen, *filing.events),
        looks=_look_rows(verification, filing, pen),
        notices=_notice_rows(verification, filing, pen),
    )


def put(unit: Unit, write: Write) -> ToBeSigned:
    """Put a verification on record.

    Raises:
        IdTaken, CodeUsed, CodeOver, CaseMovedOn: it has to be decided again; nothing of it may stay.
    """
    if write.redeemable_until is not None and unit.now >= write.redeemable_until:
        raise CodeOver
    is_first = receipts.answer if write.is_on_record else receipts.put_answered
    if not is_first(unit, write.verification):
        raise IdTaken
    if write.redemption is not None and not tickets.put_redemption(unit, write.redemption):
        raise CodeUsed
    if write.case is not None and not cases.put_case(unit, write.case):
        raise CaseMovedOn
    if write.scan is not None and not cases.put_scan(unit, *write.scan, or_later=write.is_last_try):
        raise CaseMovedOn
    history.put(unit, write.events)
    looks.put(unit, write.looks)
    notices.put(unit, write.notices)
    return write.filed


def redemption_now(verification: VerificationInProgress, at: datetime) -> Redemption:
    """Return the one use of a code that a verification makes."""
    return Redemption(
        at=at,
        region=verification.trip.region,
        clerk=verification.by.key,
        window=verification.request.window,
        verification_id=verification.id,
    )


def _redemption_row(verification: VerificationInProgress, pen: Pen) -> NewRedemption | None:
    redeemable = verification.resolved.redeemable
    if redeemable is None:
        return None
    return tickets.redemption_row(
        pen, redeemable.token_hash, redemption_now(verification, pen.now), keep_until=redeemable.keep_until
    )


def _scan(
    verification: VerificationInProgress, case_id: str | None, filing: Filing, pen: Pen
) -> tuple[CaseScan, Row] | None:
    """Return what was shown, for the case, in the place after what was read of it."""
    if verification.case is None or case_id is None:
        return None
    nth = verification.case.next_scan
    scan = CaseScan(case_id, nth, verification.id, pen.now, filing.scan_items, filing.declared)
    return scan, cases.scan_row(pen, scan)


def _concluded(filing: Filing) -> dict[str, Any]:
    return {name: filing.report.get(name) for name in ("verdict", "code", "materials")}


def _look_rows(verification: VerificationInProgress, filing: Filing, pen: Pen) -> list[Row]:
    """Leave the look with each holder of ours."""
    trip = verification.trip
    looker = Looker(
        trip.region,
        verification.by.office or trip.settings.name,
        verification.request.window,
        verification.matter.code,
        verification.id,
    )
    examined = verification.resolved.examined
    return looks.rows(pen, look_rows(examined, looker, random=pen.random, concluded=_concluded(filing)))


def _notice_rows(verification: VerificationInProgress, filing: Filing, pen: Pen) -> list[Row]:
    """Leave word of how the check came out for each other region that told of its certificate.

    Of a credential that was handed over here no region was asked, and none learns that it was shown.
    """
    if verification.resolved.channel is Channel.FILE:
        return []
    regions = sorted({one.kept_by for one in verification.resolved.examined if one.certificate is None})
    return [
        notices.row(pen, region, NoticeKind.VERDICT, verification.id, _concluded(filing))
        for region in regions
    ]
