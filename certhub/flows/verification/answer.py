"""Answer another region's question.

1 verifier      the question: signature, freshness, meant for us, a format that we read
2 peers         its id is used once; the same bytes again get the same answer, as far as what it tells is still agreed
                now; a region that was stopped here gets none, whatever it asked before
  code_record   in the same transaction: what we hold of each code
3 trust         default deny: the agreement that it quotes, matter, kind, purpose, mode, direction; what is
                not named is cut
4 resolve       decide what we tell of each code: every certificate that it names is told, or has a placeholder
5 tickets, events, looks  one transaction, once anything is told: redeemed once, question and answer kept, told
6 signer        the answer, signed, in the format of the question; errors too

Three transactions: one that reads and holds the question's id, one that redeems, one that keeps the answer.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from certhub_schemas import MatterUnknown
from certhub_schemas.purposes import Purpose
from certhub_verifier.errors import Malformed, UpgradeNeeded, VerifierError
from certhub_verifier.formats import codes
from certhub_verifier.formats.exchange import envelope, versions
from certhub_verifier.formats.exchange.first_format import first_format
from certhub_verifier.formats.jose import jws
from certhub_verifier.policy import Channel

from certhub.db.engine import Unit
from certhub.db.ids import public_id
from certhub.errors import BadRequest, Conflict, HubError
from certhub.flows.verification.code_record import Redeemable, read_record
from certhub.flows.verification.exchange_keys import (
    LIFE,
    NO_AGREEMENT,
    SKEW,
    UPGRADE_NEEDED,
    agreed,
    verified,
)
from certhub.flows.verification.look_rows import Looker, look_rows
from certhub.flows.verification.peer_decision import (
    NOT_AGREED,
    AnswerInProgress,
    CodeInQuestion,
    Decision,
    decide,
    failed_result,
    identity_of,
    place_of,
)
from certhub.flows.verification.resolve import already_redeemed
from certhub.flows.verification.subjects import subjects_of
from certhub.history.events.bodies import Look
from certhub.history.events.catalogue import CERTIFICATE_LOOKED_AT, Event
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.looks import store as looks
from certhub.regions.peers import store as peers
from certhub.regions.peers.store import Received
from certhub.verification.tickets import store as tickets
from certhub.verification.tickets.store import Redemption


def answer(request: bytes, *, hub: Hub) -> bytes:
    """Answer another region's question with a signed answer.

    Raises:
        BadRequest: it is not a question of a region that we know, or not meant for us, or not fresh.
        Conflict, Unavailable: its id was used with other bytes, or is being answered; or a code was redeemed under
            the same verification id for another question.
    """
    trip = hub.at(None)
    hub.step("answer:1")
    try:
        signed, asker = verified(request, envelope.REQUEST_TYP, trip=trip)
    except VerifierError as refused:
        raise _not_a_question(refused) from refused
    try:
        question = _meant_for_us(envelope.Request.from_payload(signed), asker, trip=trip)
    except UpgradeNeeded:
        return _signed(request, asker, envelope.FORMAT, error=UPGRADE_NEEDED, trip=trip)
    except VerifierError as refused:
        raise _not_a_question(refused) from refused
    answering = AnswerInProgress(question, agreed(question, trip=trip), trip)
    received = Received(question.asker, question.jti, _digest(request))
    asked = [_code_in(one, trip=trip) for one in question.codes]
    hub.step("answer:2")
    with hub.writing() as unit:
        is_stopped = question.asker in peers.stopped(unit)
        kept = None if is_stopped else peers.receive(unit, received)
        if not is_stopped and kept is None and answering.agreement is not None:
            asked = [_with_record(unit, one) for one in asked]
            scope = None if question.case is None else f"{question.asker}\x00{question.case}"
            answering = replace(answering, subjects=subjects_of(unit.vault, scope))
    if kept is not None and _may_be_given_again(kept, answering):
        return kept
    if is_stopped or kept is not None:  # nothing goes on record: once it is allowed again, it is answered
        return _signed(request, question.asker, question.format, error=NO_AGREEMENT, trip=trip)
    hub.step("answer:3")
    results: tuple[envelope.Result, ...] = ()
    if answering.agreement is not None:
        hub.step("answer:4")
        decisions = [decide(one, answering) for one in asked]
        hub.step("answer:5")
        try:
            results = _write(decisions, answering)
        except HubError:
            with hub.writing() as unit:
                peers.release(unit, received)
            raise
    hub.step("answer:6")
    error = None if results else NO_AGREEMENT
    token = _signed(request, question.asker, question.format, results=results, error=error, trip=trip)
    with hub.writing() as unit:
        peers.keep_answer(unit, received, token)
    return token


def _may_be_given_again(kept: bytes, answering: AnswerInProgress) -> bool:
    """Tell whether a kept answer tells nothing that the agreement of now does not let out."""
    results = envelope.Response.from_payload(jws.parse(kept, envelope.RESPONSE_TYP).payload).results
    if not results:
        return True
    pairs = zip(answering.request.codes, results, strict=True)
    return answering.agreement is not None and all(answering.lets_out(told, asked) for asked, told in pairs)


def _signed(
    request: bytes,
    asker: str,
    number: int,
    *,
    results: tuple[envelope.Result, ...] = (),
    error: str | None = None,
    trip: Trip,
) -> bytes:
    """Return the signed answer in format `number`, which is the question's."""
    now = trip.now
    first = number == versions.FIRST
    response = envelope.Response(
        provider=trip.region,
        asker=asker,
        issued_at=int(now.timestamp()),
        expires=int((now + LIFE).timestamp()),
        jti=public_id(trip.random),
        request=envelope.request_digest(request.decode("ascii")),
        results=tuple(map(first_format, results)) if first else results,
        error=error,
        format=number,
    )
    key = trip.signer(Purpose.EXCHANGE)
    return jws.sign(response.to_payload(), typ=envelope.RESPONSE_TYP, key=key).encode("ascii")


def _not_a_question(refused: VerifierError) -> BadRequest:
    return BadRequest(f"not a question that can be answered: {refused}", code="QUESTION_REFUSED")


def _meant_for_us(question: envelope.Request, signer: str, *, trip: Trip) -> envelope.Request:
    if question.of_a_request is not None:
        raise BadRequest("a request is asked about at its own address", code="QUESTION_REFUSED")
    if question.asker != signer or question.provider != trip.region or question.asker == trip.region:
        raise BadRequest(
            "the question is not from the region that signed it, or not for us", code="QUESTION_REFUSED"
        )
    now = trip.now.timestamp()
    if not question.issued_at - SKEW.total_seconds() <= now <= question.expires:
        raise BadRequest("the question is stale, or from the future: compare the clocks", code="CLOCK_SKEW")
    return question


def _code_in(asked: envelope.Question, *, trip: Trip) -> CodeInQuestion:
    """Read one question's matter and code."""
    try:
        return CodeInQuestion(asked, codes.read_code(asked.code), trip.matter(asked.matter))
    except MatterUnknown:
        return CodeInQuestion(asked, cause=NO_AGREEMENT)
    except Malformed as refused:
        return CodeInQuestion(asked, cause=getattr(refused, "code", "NOT_OUR_CODE"))


def _with_record(unit: Unit, question: CodeInQuestion) -> CodeInQuestion:
    if question.code is None:
        return question
    return replace(question, record=read_record(unit, question.code, question.asked.code))


def _write(decisions: Sequence[Decision], answering: AnswerInProgress) -> tuple[envelope.Result, ...]:
    """Redeem what is told, for this asker, in one transaction; or give what this very question was told before."""
    if all(decision.redeemable is None for decision in decisions):
        return tuple(decision.result for decision in decisions)
    with answering.trip.writing() as unit:
        is_stopped = answering.request.asker in peers.stopped(unit)
        return tuple(
            decision.result
            if decision.redeemable is None
            else NOT_AGREED
            if is_stopped
            else _redeemed(unit, decision, decision.redeemable, answering)
            for decision in decisions
        )


def _redeemed(
    unit: Unit, decision: Decision, redeemable: Redeemable, answering: AnswerInProgress
) -> envelope.Result:
    asked, request, token_hash = decision.asked, answering.request, redeemable.token_hash
    ours = Redemption(unit.now, request.asker, request.operator, asked.window, asked.verification_id)
    is_good = decision.result.cause is None
    if is_good and unit.now >= redeemable.keep_until:
        return envelope.Result(items=(), cause="CODE_EXPIRED")
    if not is_good or not tickets.redeem(unit, token_hash, ours, keep_until=redeemable.keep_until):
        again = _again(unit, decision, redeemable, ours, answering)
        return again if answering.lets_out(again, asked) else NOT_AGREED
    kept = {"question": identity_of(asked), "result": decision.result.to_payload()}
    tickets.keep_answer(unit, token_hash, json.dumps(kept, ensure_ascii=False).encode())
    append(unit, *_looks(decision, request))
    told = () if decision.resolved is None else decision.resolved.examined
    looker = Looker(request.asker, request.office, asked.window, asked.matter, asked.verification_id)
    looks.add(unit, look_rows(told, looker, random=unit.random))
    return decision.result


def _looks(decision: Decision, request: envelope.Request) -> list[Event[Look]]:
    """Say for each certificate that is told which region's clerk looks at it; what they conclude is theirs to know."""
    asked, matter, resolved = decision.asked, decision.matter, decision.resolved
    if matter is None or resolved is None:
        return []
    return [
        Event(
            CERTIFICATE_LOOKED_AT,
            f"{request.asker}:{request.operator}",
            told.ref,
            Look(
                verification=asked.verification_id,
                kind=told.item.kind,
                purpose=asked.purpose,
                matter=asked.matter,
                region=request.asker,
                office=request.office,
                window=asked.window,
                asked=tuple(matter.fields_for(told.item.kind) or ()),
                told=tuple(sorted(told.item.disclosed)),
                verdict=None,
                code=None,
            ),
        )
        for told in resolved.examined
    ]


def _again(
    unit: Unit, decision: Decision, redeemable: Redeemable, ours: Redemption, answering: AnswerInProgress
) -> envelope.Result:
    """The code was redeemed before: by this very question (the answer is given again), or by somebody else.

    Raises:
        Conflict: by the same asker under the same id, and for something else.
    """
    first = tickets.redemption_of(unit, redeemable.token_hash)
    if first is None:  # what is known of it was forgotten, or is being forgotten now
        return envelope.Result(items=(), cause=decision.result.cause or "CODE_EXPIRED")
    if first.is_same(ours):
        return _kept(tickets.answer_of(unit, redeemable.token_hash), decision.asked)
    channel = Channel.TICKET if decision.resolved is None else decision.resolved.channel

    def place(redemption: Redemption) -> str:
        return place_of(redemption, trip=answering.trip)

    return failed_result(already_redeemed(channel, first, redeemable, place=place))


def _kept(stored: bytes | None, asked: envelope.Question) -> envelope.Result:
    """Return the answer that was kept. What the release before kept is the result alone, without its question."""
    if stored is None:
        raise Conflict("this question is being answered; ask again", code="IN_FLIGHT")
    kept = json.loads(stored)
    if kept.get("question", identity_of(asked)) != identity_of(asked):
        raise Conflict("this verification id belongs to another question", code="VERIFICATION_ID_TAKEN")
    return envelope.read_result(kept.get("result", kept))


def _digest(request: bytes) -> bytes:
    return sha256(request).digest()
