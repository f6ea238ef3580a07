"""A clerk verifies what is shown.

    1 receipts, code_record   read: the request's id, and what we hold of a code of our own; an id that was answered
                              gives the same answer, and stands for one request: code, matter, window and case
    2 ask                     another region's code: the request on record first, then that region is asked
    3 resolve, peer_answer    decide: what stands behind the code, and what a stranger would say of it
    4 receipts, tickets, events   write, one transaction: redeemed once, report, receipt to be signed, told
    5 signer                  the receipt is signed, and kept
    6                         the report

Three transactions: one that reads (or, for another region's code, puts the request on record), one that writes, one
that keeps the signature. Whatever the outcome, there is a report and a receipt: "could not check" is filed like
everything else.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from certhub_schemas import Matter, MatterUnknown
from certhub_verifier.formats import codes
from certhub_verifier.policy import Channel, Policy, policy_for
from certhub_verifier.sentences import look_detail

from certhub.db.engine import Unit
from certhub.db.ids import public_id
from certhub.errors import BadRequest, Conflict, NotFound
from certhub.flows.verification import ask
from certhub.flows.verification.code_record import read_record, region_of
from certhub.flows.verification.filing import VerificationInProgress, VerificationRequest, file
from certhub.flows.verification.masked import as_seen
from certhub.flows.verification.peer_answer import PeerQuestion, examine_reply
from certhub.flows.verification.resolve import Resolved, World, already_redeemed, resolve, window_of
from certhub.flows.verification.results import ToBeSigned, signed
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.parties.people import Actor
from certhub.readable import require_readable
from certhub.verification.receipts import store as receipts
from certhub.verification.receipts.store import Verification
from certhub.verification.tickets import store as tickets
from certhub.verification.tickets.store import Redemption

log = logging.getLogger("certhub.verify")
VERIFICATION_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")  # what a receipt can carry; the API asks for 8 or more


def verify(request: VerificationRequest, *, by: Actor, hub: Hub) -> Mapping[str, Any]:
    """Verify a code.

    Returns:
        The report (DESIGN §4): verdict, facts with their ages, and where the receipt is. A page's session gets it
        masked.

    Raises:
        BadRequest: no such matter, a verification id that is none, or a window or case number that nobody can read.
        Conflict: the verification id belongs to another clerk, another code or another request about it.
    """
    trip = hub.at(by)
    verification = _begin(request, by=by, trip=trip)
    hub.step("verify:1")
    code = _code(verification)
    if isinstance(code, Resolved):
        decided = _unreadable(verification, code)
    elif (region := region_of(code)) is not None and region != trip.region:
        decided = _elsewhere(verification, code, region)
    else:
        decided = _at_home(verification, code)
    if isinstance(decided, Verification):
        return as_seen(decided.report or {}, by=by, catalogue=trip.catalogue)
    policy = _kept(policy_for(decided.matter, decided.resolved.channel), trip=trip)
    hub.step("verify:4")
    with hub.writing() as unit:
        filed = _write(unit, replace(decided, policy=policy))
    if isinstance(filed, Verification):
        return as_seen(filed.report or {}, by=by, catalogue=trip.catalogue)
    hub.step("verify:5")
    signed(filed, trip=trip)
    hub.step("verify:6")
    return as_seen(filed.report, by=by, catalogue=trip.catalogue)


def _begin(request: VerificationRequest, *, by: Actor, trip: Trip) -> VerificationInProgress:
    require_readable(window=request.window, case_number=request.case_number)
    matter = _matter(request.matter, trip=trip)
    text = codes.normalise(request.code)
    verification_id = request.verification_id or public_id(trip.random)
    if not VERIFICATION_ID.fullmatch(verification_id):
        raise BadRequest(
            "a verification id has at most 64 letters, digits, - and _", code="VERIFICATION_ID_SHAPE"
        )
    return VerificationInProgress(
        verification_id, request, matter, by, trip, text, code_hash=codes.ticket_hash(text)
    )


def _matter(code: str, *, trip: Trip) -> Matter:
    try:
        return trip.matter(code)
    except MatterUnknown as unknown:
        raise BadRequest("no such matter", code="MATTER_UNKNOWN") from unknown


def _code(verification: VerificationInProgress) -> codes.Ticket | codes.Sealed | Resolved:
    """Return the code, or why the text is none of ours."""
    try:
        code = codes.read_code(verification.text)
    except codes.CodePartial as partial:
        detail = {"received": str(partial.received), "expected": str(partial.expected)}
        return Resolved(Channel.TICKET, cause=partial.code, detail=detail)
    except codes.NotOurCode as refused:
        detail = look_detail(verification.request.code)
        return Resolved(Channel.TICKET, cause=refused.code, detail=detail)
    except codes.CodeAltered as refused:
        return Resolved(Channel.TICKET, cause=refused.code)
    return Resolved(Channel.SEALED, cause="TAMPERED") if region_of(code) is None else code


def _unreadable(
    verification: VerificationInProgress, resolved: Resolved
) -> VerificationInProgress | Verification:
    with verification.trip.reading() as unit:
        before = _before(unit, verification)
    return before or replace(verification, resolved=resolved)


def _at_home(
    verification: VerificationInProgress, code: codes.Ticket | codes.Sealed
) -> VerificationInProgress | Verification:
    """A code of our own: one read, then the decision."""
    trip = verification.trip
    with trip.reading() as unit:
        before = _before(unit, verification)
        record = None if before else read_record(unit, code, verification.text)
    if before is not None or record is None:
        return before or verification
    trip.step("verify:3")
    return replace(verification, resolved=resolve(record, world=_world(verification)))


def _elsewhere(
    verification: VerificationInProgress, code: codes.Ticket | codes.Sealed, region: str
) -> VerificationInProgress | Verification:
    """A code of another region: the request on record, then that region is asked, then the decision."""
    trip, request = verification.trip, verification.request
    with trip.writing() as unit:
        before = _put_on_record(unit, verification)
        line = ask.read_line(unit, region, by=verification.by)
    if before is not None:
        return before
    trip.step("verify:2")
    question = PeerQuestion(
        verification.text, code, region, verification.matter, verification.id, request.window
    )
    reply = ask.ask(question, line, trip=trip)
    trip.step("verify:3")
    resolved = examine_reply(reply, question, world=_world(verification))
    return replace(verification, is_on_record=True, resolved=resolved)


def _world(verification: VerificationInProgress) -> World:
    trip = verification.trip
    return World(trip.now, trip.trust, trip.catalogue, trip.region, verification.matter, trip.random)


def _kept(policy: Policy, *, trip: Trip) -> str:
    """Keep what the receipt names, rules and catalogue, and return the rules' digest; a full disk stops no clerk."""
    rules, catalogue, public_files = policy.digest(), trip.catalogue, trip.public_files
    named = (("rules", rules, policy.document), ("catalogue", catalogue.digest, catalogue.document))
    for name, digest, document in named:
        try:
            if not public_files.keeps(digest):
                public_files.keep(document())
        except OSError as broken:
            log.warning("verify: the %s cannot be kept: %s", name, broken)
    return rules


def _before(unit: Unit, verification: VerificationInProgress) -> Verification | None:
    """Return the verification that has this id and was answered; raises Conflict where the id stands for another."""
    before = receipts.find(unit, verification.id, code_hash=verification.code_hash)
    if before is None:
        return None
    _must_be_the_same(before, verification)
    return None if before.report is None else before


def _put_on_record(unit: Unit, verification: VerificationInProgress) -> Verification | None:
    """Put the request on record under its id; returns, and raises, as `_before` where the id is taken."""
    is_new = receipts.ask(
        unit,
        verification.id,
        clerk=verification.by.key,
        code_hash=verification.code_hash,
        question=verification.request.identity(),
    )
    return None if is_new else _before(unit, verification)


def _must_be_the_same(before: Verification, verification: VerificationInProgress) -> None:
    identity = verification.request.identity()
    is_same = before.question in (None, identity)  # the release before kept no question
    if before.clerk != verification.by.key or before.code_hash != verification.code_hash or not is_same:
        raise Conflict("this verification id belongs to another check", code="VERIFICATION_ID_TAKEN")


def _write(unit: Unit, verification: VerificationInProgress) -> ToBeSigned | Verification:
    """Redeem the code and file the answer, in one transaction; somebody may have been quicker at either."""
    before = None if verification.is_on_record else _put_on_record(unit, verification)
    if before is not None:
        return before
    verification = replace(verification, resolved=_redeemed(unit, verification))
    operator = unit.vault.pairwise(verification.by.key, "receipt")
    filing = file(verification, at=unit.now, operator=operator)
    is_first = receipts.answer(
        unit,
        verification.id,
        question=verification.request.identity(),
        report=filing.report,
        receipt_payload=filing.receipt,
        opening=filing.opening,
    )
    if not is_first:
        filed = receipts.get(unit, verification.id)
        if filed is None or filed.report is None:
            raise NotFound("the verification vanished while it was being answered")
        return filed
    append(unit, *filing.events)
    return ToBeSigned(verification.id, filing.report, filing.receipt)


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
