"""A clerk verifies what is shown.

    1 receipts, code_record,  read: the request's id, what we hold of a code of our own, and the case; an id that was
      case_items              answered gives the same answer, and stands for one request: code, matter, window and case
    2 ask                     another region's code: the request on record first, then that region is asked
    3 resolve, peer_answer,   decide: what stands behind the code, what a stranger would say of it, and what was shown
      case_items              earlier in the case, judged again now
    4 filing, writing         the report, the receipt to be signed and every row, sealed; then one transaction of
                              inserts: used once, answered, kept for the case, told
    5 signer                  the receipt is signed, and left to be kept
    6                         the report

One read, a decision without a transaction, one write; another region's code has one write more, before it is asked.
Where somebody was quicker (the id, the code, the case) nothing stays of the write, and it is decided once more
(recording.py). Whatever the outcome, there is a report and a receipt: "could not check" is filed like everything else.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from certhub_verifier.formats import codes
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.sentences import look_detail

from certhub.db.ids import public_id
from certhub.errors import BadRequest
from certhub.flows.verification import ask
from certhub.flows.verification.code_record import read_record, region_of
from certhub.flows.verification.credential import held_list, read_credential, resolve_credential
from certhub.flows.verification.filing import VerificationInProgress, VerificationRequest
from certhub.flows.verification.masked import as_seen
from certhub.flows.verification.peer_answer import PeerQuestion, PeerReply, examine_reply
from certhub.flows.verification.recording import (
    answered_before,
    keep_named,
    matter_asked,
    must_be_declarable,
    put_on_record,
    recorded,
    with_case,
    world_of,
)
from certhub.flows.verification.resolve import Resolved, resolve, too_light
from certhub.flows.verification.results import sign_filed
from certhub.flows.verification.writing import put
from certhub.hub import Hub
from certhub.hub.effects import Commit, Flow, Leave, Wait
from certhub.hub.trip import Trip
from certhub.people.parties.people import Actor
from certhub.readable import require_readable
from certhub.verification.receipts import store as receipts
from certhub.verification.receipts.store import Verification

VERIFICATION_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")  # what a receipt can carry; the API asks for 8 or more


def verify(request: VerificationRequest, *, by: Actor, hub: Hub) -> Mapping[str, Any]:
    """Verify a code, in this thread; returns and raises as `verification`."""
    return hub.drive(verification(request, by=by, hub=hub))


class Silences:
    """The regions that did not answer one of several questions: of the others nobody waits for them once more."""

    def __init__(self) -> None:
        self._regions: set[str] = set()

    def ask(self, question: PeerQuestion, line: ask.Line, *, trip: Trip) -> PeerReply:
        """Ask a region, unless it was silent."""
        if question.region in self._regions:
            return PeerReply(
                cause="PEER_DOWN",
                detail=ask.named(question.region, trip=trip),
                is_silent=True,
                was_asked=False,
                held=ask.held_for(question, trip=trip),
            )
        reply = ask.ask(question, line, trip=trip)
        if reply.is_silent and reply.was_asked:
            self._regions.add(question.region)
        return reply


def verification(
    request: VerificationRequest, *, by: Actor, hub: Hub, silences: Silences | None = None
) -> Flow[Mapping[str, Any]]:
    """Verify a code, or a credential; `silences` are those that it shares with others of one batch.

    Returns:
        The report (DESIGN §4): verdict, facts with their ages, and where the receipt is. A page's session gets it
        masked.

    Raises:
        BadRequest: no such matter, a verification id that is none, a window or case number that nobody can read, or a
            requirement that cannot be declared not applicable.
        Conflict: the verification id belongs to another clerk, another code or another request about it.
    """
    trip = hub.at(by)
    begun = _begin(request, by=by, trip=trip)
    hub.step("verify:1")
    code = None if request.is_credential else _code(begun)
    if code is None:
        decided = _credential(begun)
    elif isinstance(code, Resolved):
        decided = _unreadable(begun, code)
    elif (region := region_of(code)) is not None and region != trip.region:
        decided = yield from _elsewhere(begun, code, region, silences or Silences())
    else:
        decided = _at_home(begun, code)
    if isinstance(decided, Verification):
        return as_seen(decided.report or {}, by=by, catalogue=trip.catalogue)
    policy = keep_named(policy_for(decided.matter, decided.resolved.channel), decided.matter, trip=trip)
    filed = yield from recorded(replace(decided, policy=policy), "verify:4", put)
    if isinstance(filed, Verification):
        return as_seen(filed.report or {}, by=by, catalogue=trip.catalogue)
    hub.step("verify:5")
    yield Leave(
        partial(receipts.keep_receipt, verification_id=filed.id, receipt=sign_filed(filed, trip=trip))
    )
    hub.step("verify:6")
    return as_seen(filed.report, by=by, catalogue=trip.catalogue)


def _begin(request: VerificationRequest, *, by: Actor, trip: Trip) -> VerificationInProgress:
    require_readable(window=request.window, case_number=request.case_number)
    matter = matter_asked(request.matter, trip=trip)
    text = request.code.strip() if request.is_credential else codes.normalise(request.code)
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


def _credential(begun: VerificationInProgress) -> VerificationInProgress | Verification:
    """A credential in the place of a code: one read, then the decision."""
    trip = begun.trip
    light = too_light(begun.matter)
    if light is not None:
        return _unreadable(begun, Resolved(Channel.FILE, cause=light))
    with trip.reading() as unit:
        before = answered_before(unit, begun)
        record = None if before else read_credential(unit, begun.text, home=trip.region)
        begun = with_case(unit, begun)
    if before is not None or record is None:
        return before or begun
    trip.step("verify:3")
    held = held_list(record, trip.public_files, home=trip.region)
    return replace(begun, resolved=resolve_credential(record, held, world=world_of(begun)))


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
    begun: VerificationInProgress, code: codes.Ticket | codes.Sealed, region: str, silences: Silences
) -> Flow[VerificationInProgress | Verification]:
    """A code of another region: the request on record first, then that region is asked, then the decision."""
    trip, request = begun.trip, begun.request
    light = too_light(begun.matter)
    if light is not None:
        return _unreadable(begun, Resolved(Channel.PEER, cause=light))
    begun = replace(begun, peer=region)
    before = yield Commit(partial(put_on_record, verification=begun))
    if before is not None:
        answered: Verification = before
        return answered
    with trip.reading() as unit:
        line = ask.read_line(unit, region, by=begun.by)
        begun = with_case(unit, begun)
        case = unit.vault.pairwise(begun.scope, region)
    trip.step("verify:2")
    question = PeerQuestion(begun.text, code, region, begun.matter, begun.id, request.window, case)
    reply = yield Wait(partial(silences.ask, question, line, trip=trip))
    trip.step("verify:3")
    resolved = examine_reply(reply, question, world=world_of(begun))
    return replace(begun, is_on_record=True, resolved=resolved)
