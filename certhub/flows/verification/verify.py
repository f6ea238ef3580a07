"""A clerk verifies what is shown.

    1 receipts, code_record,  read: the request's id, what we hold of a code of our own, and the case; an id that was
      case_items              answered gives the same answer, and stands for one request: code, matter, window and case
    2 ask                     another region's code: the request on record first, then that region is asked
    3 resolve, peer_answer,   decide: what stands behind the code, what a stranger would say of it, and what was shown
      case_items              earlier in the case, judged again now
    4 receipts, tickets,      write, one transaction: redeemed once, report, receipt to be signed, kept for the case,
    told
      cases, events
    5 signer                  the receipt is signed, and kept
    6                         the report

Three transactions: one that reads (or, for another region's code, puts the request on record), one that writes, one
that keeps the signature; where another scan of the case was filed between 1 and 4, the case is read, judged and written
once more (recording.py). Whatever the outcome, there is a report and a receipt: "could not check" is filed like
everything else.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from certhub_verifier.formats import codes
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.sentences import look_detail

from certhub.db.ids import public_id
from certhub.errors import BadRequest
from certhub.flows.verification import ask
from certhub.flows.verification.code_record import read_record, region_of
from certhub.flows.verification.filing import VerificationInProgress, VerificationRequest
from certhub.flows.verification.masked import as_seen
from certhub.flows.verification.peer_answer import PeerQuestion, examine_reply
from certhub.flows.verification.recording import (
    answered_before,
    judged_and_written,
    keep_named,
    matter_asked,
    must_be_declarable,
    put_on_record,
    with_case,
    world_of,
    write,
)
from certhub.flows.verification.resolve import Resolved, resolve, too_light
from certhub.flows.verification.results import signed
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.parties.people import Actor
from certhub.readable import require_readable
from certhub.verification.receipts.store import Verification

VERIFICATION_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")  # what a receipt can carry; the API asks for 8 or more


def verify(request: VerificationRequest, *, by: Actor, hub: Hub) -> Mapping[str, Any]:
    """Verify a code.

    Returns:
        The report (DESIGN §4): verdict, facts with their ages, and where the receipt is. A page's session gets it
        masked.

    Raises:
        BadRequest: no such matter, a verification id that is none, a window or case number that nobody can read, or a
            requirement that cannot be declared not applicable.
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
    policy = keep_named(policy_for(decided.matter, decided.resolved.channel), decided.matter, trip=trip)
    filed = judged_and_written(replace(decided, policy=policy), "verify:4", write)
    if isinstance(filed, Verification):
        return as_seen(filed.report or {}, by=by, catalogue=trip.catalogue)
    hub.step("verify:5")
    signed(filed, trip=trip)
    hub.step("verify:6")
    return as_seen(filed.report, by=by, catalogue=trip.catalogue)


def _begin(request: VerificationRequest, *, by: Actor, trip: Trip) -> VerificationInProgress:
    require_readable(window=request.window, case_number=request.case_number)
    matter = matter_asked(request.matter, trip=trip)
    text = codes.normalise(request.code)
    verification_id = request.verification_id or public_id(trip.random)
    if not VERIFICATION_ID.fullmatch(verification_id):
        raise BadRequest(
            "a verification id has at most 64 letters, digits, - and _", code="VERIFICATION_ID_SHAPE"
        )
    must_be_declarable(request, matter)
    return VerificationInProgress(
        verification_id, request, matter, by, trip, text, code_hash=codes.ticket_hash(text)
    )


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
        before = answered_before(unit, verification)
        verification = with_case(unit, verification)
    return before or replace(verification, resolved=resolved)


def _at_home(
    verification: VerificationInProgress, code: codes.Ticket | codes.Sealed
) -> VerificationInProgress | Verification:
    """A code of our own: one read, then the decision."""
    trip = verification.trip
    with trip.reading() as unit:
        before = answered_before(unit, verification)
        record = None if before else read_record(unit, code, verification.text)
        verification = with_case(unit, verification)
    if before is not None or record is None:
        return before or verification
    trip.step("verify:3")
    return replace(verification, resolved=resolve(record, world=world_of(verification)))


def _elsewhere(
    verification: VerificationInProgress, code: codes.Ticket | codes.Sealed, region: str
) -> VerificationInProgress | Verification:
    """A code of another region: the request on record, then that region is asked, then the decision."""
    trip, request = verification.trip, verification.request
    light = too_light(verification.matter)
    if light is not None:
        return _unreadable(verification, Resolved(Channel.PEER, cause=light))
    verification = replace(verification, peer=region)
    with trip.writing() as unit:
        before = put_on_record(unit, verification)
        line = ask.read_line(unit, region, by=verification.by)
        verification = with_case(unit, verification)
        scope = f"{verification.scope}"
        case = unit.vault.pairwise(scope, region)
    if before is not None:
        return before
    trip.step("verify:2")
    question = PeerQuestion(
        verification.text, code, region, verification.matter, verification.id, request.window, case
    )
    reply = ask.ask(question, line, trip=trip)
    trip.step("verify:3")
    resolved = examine_reply(reply, question, world=world_of(verification))
    return replace(verification, is_on_record=True, resolved=resolved)
