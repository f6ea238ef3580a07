"""What every verification needs beside its code or request: its matter, its case, its place on record, what it names.

matter_asked, must_be_declarable    what is asked can be asked
with_case, with_case_judged         the case that it belongs to, and what was shown in it before, judged now
put_on_record, answered_before      one id stands for one request, and is answered once
keep_named                          what the receipt names by digest is kept where everybody can fetch it
recorded                            the case judged, and the one transaction (writing.py); where somebody was
                                    quicker, both once more, with what is known then
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from certhub_schemas import Matter, MatterUnknown
from certhub_verifier.formats.status.statuslist import status_uri
from certhub_verifier.policy import Policy

from certhub.db.engine import Unit
from certhub.errors import BadRequest, Conflict, NotFound, Unavailable
from certhub.flows.verification.case_items import (
    CaseRecord,
    declared_in,
    judged_again,
    lists_named,
    read_case,
)
from certhub.flows.verification.filing import VerificationInProgress, VerificationRequest
from certhub.flows.verification.resolve import Resolved, already_redeemed
from certhub.flows.verification.subjects import scope_of, subjects_of
from certhub.flows.verification.world import World, window_of, world_at
from certhub.flows.verification.writing import (
    CaseMovedOn,
    CodeOver,
    CodeUsed,
    IdTaken,
    Write,
    redemption_now,
    rows_of,
)
from certhub.hub.effects import Commit, Flow
from certhub.hub.trip import Trip
from certhub.matters.cases.store import CaseName
from certhub.verification.receipts import store as receipts
from certhub.verification.receipts.store import Verification
from certhub.verification.tickets import store as tickets

log = logging.getLogger("certhub.verify")

JUDGED_AT_MOST = 3
"""How often a case is judged for one verification, where others are filed in it meanwhile."""
Written = TypeVar("Written")


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
    if case is None:
        return verification
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


def recorded(
    verification: VerificationInProgress,
    step: str,
    written: Callable[[Unit, Write], Written],
) -> Flow[Written | Verification]:
    """Judge the case, make the rows, and let `written` write them in one transaction; who comes second decides again.

    Nothing is verified, sealed or formatted while others wait for the transaction. A case that moves on each time is
    filed as it was known at the last one of JUDGED_AT_MOST.

    Returns:
        What `written` returns; or the verification that has this id and was answered before.

    Raises:
        Unavailable: the case has no place left: somebody filled it beside the hub.
        Conflict: the id stands for another verification.
    """
    trip, left = verification.trip, JUDGED_AT_MOST
    while True:
        left -= 1
        verification = with_case_judged(verification)
        if left <= 0:
            verification = replace(verification, is_last_try=True)
        trip.step(step)
        rows = rows_of(verification, trip.pen())
        try:
            filed: Written = yield Commit(partial(_with, written, rows), rows=rows.count)
            return filed
        except CodeOver:
            verification = _failed(verification, "CODE_EXPIRED")
        except CodeUsed:
            verification = _used_before(verification)
        except IdTaken:
            with trip.reading() as unit:
                before = answered_before(unit, verification)
            if before is not None:
                return before
            if verification.is_on_record:
                raise NotFound("the verification vanished while it was being answered") from None
            verification = replace(verification, is_on_record=True)
        except CaseMovedOn as moved_on:
            if left <= 0:
                raise Unavailable("this case takes no more; check it without its number") from moved_on
            with trip.reading() as unit:
                verification = with_case(unit, verification)


def _with(written: Callable[[Unit, Write], Written], rows: Write, unit: Unit) -> Written:
    return written(unit, rows)


def _failed(verification: VerificationInProgress, cause: str) -> VerificationInProgress:
    resolved = Resolved(verification.resolved.channel, cause=cause)
    return replace(verification, resolved=resolved)


def _used_before(verification: VerificationInProgress) -> VerificationInProgress:
    """Say of a code that somebody else was quicker to use when and where that was."""
    resolved = verification.resolved
    redeemable = resolved.redeemable
    if redeemable is None:
        raise ValueError("a code that is not used cannot have been used before")
    with verification.trip.reading() as unit:
        first = tickets.redemption_of(unit, redeemable.token_hash)
    if first is None:  # what is known of it was forgotten, or is being forgotten now
        return _failed(verification, "CODE_EXPIRED")
    if first.is_same(redemption_now(verification, first.at)):
        return replace(verification, resolved=replace(resolved, redeemable=None))
    used = already_redeemed(resolved.channel, first, redeemable, place=window_of)
    return replace(verification, resolved=used)
