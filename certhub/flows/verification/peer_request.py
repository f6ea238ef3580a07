"""The asking region's side of a request that another region's holder answers.

give   1 verifier    the question by request: signature, freshness, meant for us; the agreement that it quotes is live,
                     and has something of the matter
       2 requests, events   bound to that home hub, which alone gets it from now on; told once
         settled     what its case needs no more
       3 signer      the request, signed for that hub, once and for all; where it was given before (at consent) also a
                     number that a clerk read, signed apart, for that hub alone
take   1 verifier    the answer: signed by the home hub that it was given to, and to what was given
       2 requests, cases    read: the request, its clerk and its case
       3 peer_answer        decide: what the answer says, in the mode that was reached, and what that makes of the case
       4 requests, recording, events   one transaction: answered once, the verification filed, told; or refused, or void
       5 signer      the receipt is signed
"""

from dataclasses import replace
from typing import Any

from certhub_schemas.purposes import Purpose
from certhub_verifier.errors import VerifierError
from certhub_verifier.formats import codes
from certhub_verifier.formats.exchange import envelope
from certhub_verifier.formats.exchange import request as requested
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.agreement import Agreement
from certhub_verifier.policy import Channel, policy_for

from certhub.db.engine import Unit
from certhub.db.ids import public_id
from certhub.errors import BadRequest, Conflict, HubError, NotFound
from certhub.flows.verification.exchange_keys import LIFE, NO_AGREEMENT, SKEW, agreed, verified
from certhub.flows.verification.filing import VerificationInProgress, VerificationRequest
from certhub.flows.verification.peer_answer import PeerQuestion, PeerReply, examine_reply
from certhub.flows.verification.recording import keep_named, recorded, with_case, world_of
from certhub.flows.verification.request_exchange import must_not_be_stopped
from certhub.flows.verification.request_terms import (
    compared_check,
    counter_request,
    how_shown,
    recorded_check,
)
from certhub.flows.verification.results import ToBeSigned, signed
from certhub.flows.verification.settled import case_of_request, settled_in
from certhub.flows.verification.subjects import scope_of
from certhub.flows.verification.writing import Write, put
from certhub.history.events.bodies import RequestMoved
from certhub.history.events.catalogue import (
    REQUEST_ANSWERED,
    REQUEST_REFUSED,
    REQUEST_SEEN,
    REQUEST_VOIDED,
    Event,
    EventType,
)
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.parties import store as parties
from certhub.regions.trust.coverage import is_agreed
from certhub.verification.receipts.store import Verification
from certhub.verification.requests import store as requests
from certhub.verification.requests.refusals import RequestTaken, must_wait
from certhub.verification.requests.store import Binding, CounterRequestFile, RequestState

_ENDS = {
    "REQUEST_REFUSED": (RequestState.REFUSED, REQUEST_REFUSED),
    "REQUEST_VOID": (RequestState.VOID, REQUEST_VOIDED),
}


def give(code: str, question: bytes, *, hub: Hub) -> dict[str, Any]:
    """Give a counter's request to the hub whose holder opened its code.

    Returns:
        {"request": request+jwt, "check"?: xr-req+jwt}, or {"refused": CODE} where it can be given no more.

    Raises:
        BadRequest: it is no such question, of a region that we know, for us, and fresh.
    """
    trip = hub.at(None)
    hub.step("give:1")
    asked = _question(code, question, trip=trip)
    try:
        agreement = agreed(asked, trip=trip)
        if agreement is None:
            raise Conflict("no live agreement", code=NO_AGREEMENT)
        hub.step("give:2")
        with hub.writing() as unit:
            must_not_be_stopped(unit, asked.asker)
            file = _bound(unit, code, asked.asker, agreement, trip=trip)
            case = unit.vault.pairwise(scope_of(unit, case_of_request(file), file.request_id), asked.asker)
        if file.given is not None:
            return {"request": file.given, **_check(file, asked, code, trip=trip)}
        settled = settled_in(file, trip=trip)
        hub.step("give:3")
        request = counter_request(file, asked.asker, case, settled=settled, trip=trip)
        token = jws.sign(request.to_payload(), typ=requested.TYP, key=trip.signer(Purpose.EXCHANGE))
        with hub.writing() as unit:
            token = requests.keep_given(unit, file.request_id, token)
    except HubError as refused:
        return {"refused": refused.code}
    return {"request": token}


def take(code: str, answer: bytes, *, hub: Hub) -> dict[str, Any]:
    """Take the answer to a counter's request.

    Returns:
        {"state"}, or {"refused": CODE} where it came too late.

    Raises:
        BadRequest: it is no answer of the hub that the request was given to.
    """
    trip = hub.at(None)
    hub.step("take:1")
    said = _answer(answer, trip=trip)
    hub.step("take:2")
    try:
        return _taken(code, answer, said, trip=trip)
    except (Conflict, NotFound) as refused:
        return {"refused": refused.code}


def _taken(code: str, answer: bytes, said: envelope.Response, *, trip: Trip) -> dict[str, Any]:
    with trip.reading() as unit:
        must_not_be_stopped(unit, said.provider)
        file = _given_to(unit, code, said)
        if file.state is RequestState.ANSWERED:
            return {"state": file.state.value}
        must_wait(file.state_at(trip.now))
        verification = None if said.error else _verification(unit, file, code, said.provider, trip=trip)
    if verification is None:
        return _ended(file, said, trip=trip)
    agreement = trip.trust.agreement(trip.region, said.provider, trip.now)
    if agreement is None:
        raise Conflict("the agreement has ended", code=NO_AGREEMENT)
    trip.step("take:3")
    [result] = said.results
    check = compared_check(file.check, result.identity)
    how = how_shown(counter_request(file, said.provider, None, trip=trip), check, result.identity)
    region = trip.trust.region(said.provider)
    named = {"region": region.name, "region_en": region.name_en} if region else {"region": said.provider}
    reply = PeerReply(
        said, envelope.request_digest(answer.decode("ascii")), detail=named, agreement=agreement.reference
    )
    question = PeerQuestion(
        verification.text,
        None,
        said.provider,
        verification.matter,
        verification.id,
        file.order.window,
        how=how,
    )
    resolved = replace(examine_reply(reply, question, world=world_of(verification)), reached=how.reached)
    policy = keep_named(policy_for(verification.matter, Channel.PEER), verification.matter, trip=trip)
    decided = replace(verification, resolved=resolved, policy=policy, identity_check=recorded_check(check))

    def written(unit: Unit, write: Write) -> ToBeSigned | None:
        must_wait(file.state_at(unit.now))
        if not requests.move(unit, file.request_id, RequestState.ANSWERED, of=(RequestState.SEEN,)):
            return None
        filed = put(unit, write)
        append(unit, _moved(REQUEST_ANSWERED, file, said.provider, trip=trip))
        return filed

    filed = trip.hub.drive(recorded(decided, "take:4", written))
    if isinstance(filed, Verification):
        raise Conflict("this request was answered before", code="REQUEST_USED")
    trip.step("take:5")
    if filed is not None:
        signed(filed, trip=trip)
    return {"state": RequestState.ANSWERED.value}


def _question(code: str, question: bytes, *, trip: Trip) -> envelope.Request:
    try:
        signed, asker = verified(question, envelope.REQUEST_TYP, trip=trip)
        found = envelope.Request.from_payload(signed)
    except VerifierError as refused:
        raise BadRequest(f"not a question by request: {refused}", code="QUESTION_REFUSED") from refused
    about, now = found.of_a_request, trip.now.timestamp()
    is_ours = found.asker == asker and found.provider == trip.region and found.asker != trip.region
    if about is None or about.code != code or about.identity is not None or not is_ours:
        raise BadRequest("the question is not about this request, or not for us", code="QUESTION_REFUSED")
    if not found.issued_at - SKEW.total_seconds() <= now <= found.expires:
        raise BadRequest("the question is stale, or from the future: compare the clocks", code="CLOCK_SKEW")
    return found


def _answer(answer: bytes, *, trip: Trip) -> envelope.Response:
    try:
        signed, provider = verified(answer, envelope.RESPONSE_TYP, trip=trip)
        found = envelope.Response.from_payload(signed)
    except VerifierError as refused:
        raise BadRequest(f"not an answer: {refused}", code="QUESTION_REFUSED") from refused
    now, is_ours = trip.now.timestamp(), found.provider == provider and found.asker == trip.region
    is_fresh = found.issued_at - SKEW.total_seconds() <= now <= found.expires + SKEW.total_seconds()
    is_whole = found.format == envelope.FORMAT and (found.error is not None or len(found.results) == 1)
    if not is_ours or not is_fresh or not is_whole:
        raise BadRequest("the answer is not for us, or not of now", code="QUESTION_REFUSED")
    return found


def _bound(unit: Unit, code: str, home: str, agreement: Agreement, *, trip: Trip) -> CounterRequestFile:
    """Bind a request to the home hub that opened it; the same hub may fetch it again, also once we took its answer.

    That hub may have lost our reply. A request for a matter of which nothing is agreed is bound to nobody.
    """
    file = requests.by_code(unit, codes.ticket_hash(code))
    if file is None:
        raise NotFound("no such request")
    is_theirs_again = file.state is RequestState.ANSWERED and file.home == home
    if not is_theirs_again:
        must_wait(file.state_at(unit.now))
    if not is_agreed(trip.matter(file.order.matter), agreement, asker=trip.region, provider=home):
        raise Conflict("the agreement does not cover this matter", code=NO_AGREEMENT)
    if is_theirs_again:
        return file
    bound = requests.bind(unit, file.request_id, home)
    if bound is Binding.REFUSED:
        raise RequestTaken("somebody else opened this request")
    if bound is Binding.FIRST:
        append(unit, _moved(REQUEST_SEEN, file, home, trip=trip))
    return file


def _given_to(unit: Unit, code: str, said: envelope.Response) -> CounterRequestFile:
    file = requests.by_code(unit, codes.ticket_hash(code))
    if file is None or file.home != said.provider or file.given is None:
        raise NotFound("no such request")
    if said.request != envelope.request_digest(file.given):
        raise NotFound("this answers another request")
    return file


def _verification(
    unit: Unit, file: CounterRequestFile, code: str, home: str, *, trip: Trip
) -> VerificationInProgress:
    clerk = parties.account(unit, file.clerk)
    if clerk is None:
        raise NotFound("no such request")
    order = file.order
    asked = VerificationRequest(
        code, order.matter, order.window, order.case_number, file.request_id, order.not_applicable
    )
    matter = trip.matter(order.matter)
    found = VerificationInProgress(file.request_id, asked, matter, clerk, trip, code, file.code_hash, home)
    return with_case(unit, found)


def _ended(file: CounterRequestFile, said: envelope.Response, *, trip: Trip) -> dict[str, Any]:
    ends = _ENDS.get(said.error or "")
    if ends is None:
        raise Conflict("an answer that ends nothing", code=NO_AGREEMENT)
    state, event = ends
    with trip.writing() as unit:
        if requests.move(unit, file.request_id, state):
            append(unit, _moved(event, file, said.provider, trip=trip))
    return {"state": state.value}


def _moved(
    event: EventType[RequestMoved], file: CounterRequestFile, home: str, *, trip: Trip
) -> Event[RequestMoved]:
    body = RequestMoved(matter=file.order.matter, region=trip.region, home=home)
    return Event(event, home, file.request_id, body)


def _check(file: CounterRequestFile, asked: envelope.Request, code: str, *, trip: Trip) -> dict[str, str]:
    """Return the identity that a clerk checked, signed for the home hub alone; nothing where none was."""
    check = file.check
    if check is None:
        return {}
    number = (
        None
        if check.id_type is None or check.id_number is None
        else {"id_type": check.id_type, "id_number": check.id_number}
    )
    question = envelope.Request(
        asker=trip.region,
        provider=asked.asker,
        issued_at=int(trip.now.timestamp()),
        expires=int((trip.now + LIFE).timestamp()),
        jti=public_id(trip.random),
        agreement=asked.agreement,
        office=file.order.office,
        operator="counter",
        questions=(envelope.RequestQuestion(code=code, identity=number),),
        unit=trip.region,
        mode="L3",
    )
    return {
        "check": jws.sign(question.to_payload(), typ=envelope.REQUEST_TYP, key=trip.signer(Purpose.EXCHANGE))
    }
