"""What every verification needs beside its code or request: its matter, its case, its place on record, what it names.

matter_asked, must_be_declarable    what is asked can be asked
with_case, with_case_judged         the case that it belongs to, and what was shown in it before, judged now
put_on_record, answered_before      one id stands for one request, and is answered once
keep_named                          what the receipt names by digest is kept where everybody can fetch it
write                               the one transaction: redeemed once, report, receipt, case, events and looks
judged_and_written                  the case judged, and that transaction; where another scan of the case came between,
                                    both once more
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from certhub_schemas import Matter, MatterUnknown
from certhub_verifier.formats.exchange.notice import NoticeKind
from certhub_verifier.formats.status.statuslist import status_uri
from certhub_verifier.policy import Policy

from certhub.db.engine import Unit
from certhub.db.ids import public_id
from certhub.errors import BadRequest, Conflict, NotFound, Unavailable
from certhub.flows.verification.case_items import (
    CaseRecord,
    declared_in,
    judged_again,
    lists_named,
    read_case,
)
from certhub.flows.verification.filing import (
    Filing,
    VerificationInProgress,
    VerificationRequest,
    file,
)
from certhub.flows.verification.look_rows import Looker, look_rows
from certhub.flows.verification.resolve import Resolved, already_redeemed
from certhub.flows.verification.results import ToBeSigned
from certhub.flows.verification.subjects import scope_of, subjects_of
from certhub.flows.verification.world import World, window_of, world_at
from certhub.history.events.store import append
from certhub.hub.trip import Trip
from certhub.matters.cases import store as cases
from certhub.matters.cases.store import CaseName, CaseScan
from certhub.people.looks import store as looks
from certhub.regions.notices import store as notices
from certhub.verification.receipts import store as receipts
from certhub.verification.receipts.store import Verification
from certhub.verification.tickets import store as tickets
from certhub.verification.tickets.store import Redemption

log = logging.getLogger("certhub.verify")

JUDGED_AT_MOST = 3
"""How often a case is judged for one verification, where others are filed in it meanwhile."""
Written = TypeVar("Written")


class CaseMovedOn(Exception):
    """Another verification of the case was filed since it was read: nothing of the transaction stays."""


def matter_asked(code: str, *, trip: Trip) -> Matter:
    """Return the matter that is asked for; raises BadRequest where there is none."""
    try:
        return trip.matter(code)
    except MatterUnknown as unknown:
        raise BadRequest("no such matter", code="MATTER_UNKNOWN") from unknown


def must_be_declarable(request: VerificationRequest, matter: Matter) -> None:
    """Refuse to declare away what states no condition, or one that is computed."""
    for one in request.not_applicable:
        found = matter.requirement(one)
        if found is None or found.condition is None or not found.condition.is_declared:
            raise BadRequest(f"{one} cannot be declared not applicable", code="NOT_DECLARABLE")


def with_case(unit: Unit, verification: VerificationInProgress) -> VerificationInProgress:
    """Read the case that the scan belongs to, where it has a number, and give its holders their names in it."""
    request, trip = verification.request, verification.trip
    office = verification.by.office or trip.settings.name
    name = (
        None
        if request.case_number is None
        else CaseName(office, verification.matter.code, request.case_number)
    )
    case = None if name is None else read_case(unit, name, without=verification.id)
    scope = scope_of(unit, name, verification.id)
    return replace(verification, scope=scope, case=case, subjects=subjects_of(unit.vault, scope))


def with_case_judged(verification: VerificationInProgress) -> VerificationInProgress:
    """Judge now what was shown earlier in the case, and take over what was declared in it."""
    trip, case = verification.trip, verification.case
    held = held_lists(case, trip=trip)
    earlier = judged_again(case, world=world_of(verification), held=held)
    return replace(verification, earlier=earlier, declared=declared_in(case))


def held_lists(case: CaseRecord | None, *, trip: Trip) -> dict[str, bytes]:
    """Return the status lists of other regions that a case points to, as far as we hold them, by their address."""
    found: dict[str, bytes] = {}
    for region, number in sorted(lists_named(case)):
        try:
            found[status_uri(region, number)] = trip.public_files.get(f"peers/{region}/status/{number}")
        except NotFound:
            continue
    return found


def world_of(verification: VerificationInProgress) -> World:
    """Return what judges a verification."""
    return world_at(verification.trip, verification.matter, subjects=verification.subjects)


def keep_named(policy: Policy, matter: Matter, *, trip: Trip) -> str:
    """Keep what the receipt names by digest, and return the rules' own; a full disk stops no clerk."""
    rules, catalogue, public_files = policy.digest(), trip.catalogue, trip.public_files
    named = (
        ("rules", rules, policy.document),
        ("matter", matter.digest, matter.document),
        ("catalogue", catalogue.digest, catalogue.document),
    )
    for name, digest, document in named:
        try:
            if not public_files.keeps(digest):
                public_files.keep(document())
        except OSError as broken:
            log.warning("verify: the %s cannot be kept: %s", name, broken)
    return rules


def answered_before(unit: Unit, verification: VerificationInProgress) -> Verification | None:
    """Return the verification that has this id and was answered; raises Conflict where the id stands for another."""
    before = receipts.find(unit, verification.id, code_hash=verification.code_hash)
    if before is None:
        return None
    _must_be_the_same(before, verification)
    return None if before.report is None else before


def put_on_record(unit: Unit, verification: VerificationInProgress) -> Verification | None:
    """Put the request on record under its id; returns, and raises, as `answered_before` where the id is taken."""
    is_new = receipts.ask(
        unit,
        verification.id,
        clerk=verification.by.key,
        code_hash=verification.code_hash,
        question=verification.request.identity(),
        peer=verification.peer,
    )
    return None if is_new else answered_before(unit, verification)


def _must_be_the_same(before: Verification, verification: VerificationInProgress) -> None:
    identity = verification.request.identity()
    is_same = before.question in (None, identity)  # the release before kept no question
    if before.clerk != verification.by.key or before.code_hash != verification.code_hash or not is_same:
        raise Conflict("this verification id belongs to another check", code="VERIFICATION_ID_TAKEN")


def write(unit: Unit, verification: VerificationInProgress) -> ToBeSigned | Verification:
    """Redeem the code and file the answer, in one transaction; somebody may have been quicker at either.

    Raises:
        CaseMovedOn: another verification of the case was filed since it was read; nothing of this one may be.
    """
    before = None if verification.is_on_record else put_on_record(unit, verification)
    if before is not None:
        return before
    verification = replace(
        verification, resolved=_redeemed(unit, verification), case_id=_case_id(unit, verification)
    )
    operator = unit.vault.pairwise(verification.by.key, "receipt")
    filing = file(verification, at=unit.now, operator=operator)
    is_first = receipts.answer(
        unit,
        verification.id,
        question=verification.request.identity(),
        peer=verification.peer,
        report=filing.report,
        receipt_payload=filing.receipt,
        opening=filing.opening,
    )
    if not is_first:
        filed = receipts.get(unit, verification.id)
        if filed is None or filed.report is None:
            raise NotFound("the verification vanished while it was being answered")
        return filed
    _join_case(unit, verification, filing)
    append(unit, *filing.events)
    _tell_holders(unit, verification, filing.report)
    return ToBeSigned(verification.id, filing.report, filing.receipt)


def judged_and_written(
    verification: VerificationInProgress,
    step: str,
    written: Callable[[Unit, VerificationInProgress], Written],
) -> Written:
    """Judge the case, and let `written` write in one transaction; where the case moved on between, do both once more.

    Nothing is verified while others wait for the transaction. A case that moves on each time is filed as it was known
    at the last one of JUDGED_AT_MOST.

    Raises:
        Unavailable: the case has no place left: somebody filled it beside the hub.
    """
    trip, left = verification.trip, JUDGED_AT_MOST
    while True:
        left -= 1
        verification = replace(with_case_judged(verification), is_last_try=left == 0)
        trip.step(step)
        try:
            with trip.writing() as unit:
                return written(unit, verification)
        except CaseMovedOn as moved_on:
            if left <= 0:
                raise Unavailable("this case takes no more; check it without its number") from moved_on
            with trip.reading() as unit:
                verification = with_case(unit, verification)


def _join_case(unit: Unit, verification: VerificationInProgress, filing: Filing) -> None:
    """Keep what was shown for the case, in the place after what was read of it."""
    case, case_id = verification.case, verification.case_id
    if case is None or case_id is None:
        return
    scan = CaseScan(case_id, case.next_scan, verification.id, unit.now, filing.scan_items, filing.declared)
    if not cases.add_scan(unit, scan, or_later=verification.is_last_try):
        raise CaseMovedOn


def _tell_holders(unit: Unit, verification: VerificationInProgress, report: Mapping[str, Any]) -> None:
    """Leave the look with each holder of ours, and with the other region word of how the check came out."""
    request, trip = verification.request, verification.trip
    concluded = {name: report.get(name) for name in ("verdict", "code", "materials")}
    told = verification.resolved.examined
    looker = Looker(
        trip.region,
        verification.by.office or trip.settings.name,
        request.window,
        verification.matter.code,
        verification.id,
    )
    looks.add(unit, look_rows(told, looker, random=unit.random, concluded=concluded))
    for region in sorted({one.kept_by for one in told if one.certificate is None}):
        notices.leave(unit, region, NoticeKind.VERDICT, verification.id, concluded)


def _case_id(unit: Unit, verification: VerificationInProgress) -> str | None:
    """Return the id of the case, putting it on record with its first verification; None where there is none."""
    case = verification.case
    if case is None:
        return None
    if case.file is not None:
        return case.file.case_id
    return cases.open_case(unit, case.name, public_id(verification.trip.random)).case_id


def _redeemed(unit: Unit, verification: VerificationInProgress) -> Resolved:
    """Redeem the code now; whoever comes second learns when and where the first one was."""
    resolved = verification.resolved
    redeemable = resolved.redeemable
    if resolved.cause is not None or redeemable is None:
        return resolved
    if unit.now >= redeemable.keep_until:
        return Resolved(resolved.channel, cause="CODE_EXPIRED")
    ours = Redemption(
        at=unit.now,
        region=verification.trip.region,
        clerk=verification.by.key,
        window=verification.request.window,
        verification_id=verification.id,
    )
    if tickets.redeem(unit, redeemable.token_hash, ours, keep_until=redeemable.keep_until):
        return resolved
    first = tickets.redemption_of(unit, redeemable.token_hash)
    if first is None:  # what is known of it was forgotten, or is being forgotten now
        return Resolved(resolved.channel, cause="CODE_EXPIRED")
    if first.is_same(ours):
        return resolved
    return already_redeemed(resolved.channel, first, redeemable, place=window_of)
