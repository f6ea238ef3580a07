"""Answer another region's question.

1 verifier      the question: signature, freshness, meant for us, a format that we read
2 peers         its id is used once; the same bytes again get the same answer, as far as what it tells is still agreed
                now; a region that was stopped here gets none, whatever it asked before
3 trust         default deny: the agreement that it quotes, kind, matter, purpose, direction; fields are cut
4 local         what we know of the code: every certificate that it names is told, or has a placeholder
5 tickets, events  one transaction, once anything is told: used once, question and answer kept, told
6 signer        the answer, signed, in the format of the question; errors too
"""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from certhub_schemas import MatterUnknown
from certhub_schemas import matter as find_matter
from certhub_schemas.purposes import Purpose
from certhub_schemas.text import unfit
from certhub_verifier.errors import Malformed, UpgradeNeeded, VerifierError
from certhub_verifier.facts import Checked, Fact
from certhub_verifier.formats import codes
from certhub_verifier.formats.exchange import envelope, versions
from certhub_verifier.formats.exchange.first_format import first_format, leaves_out
from certhub_verifier.formats.exchange.reported_fact import StatedFact
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.agreement import Agreement
from certhub_verifier.report import UntoldItem
from certhub_verifier.trust import TrustedKey

from certhub.db.engine import Unit
from certhub.db.ids import public_id
from certhub.errors import BadRequest, Conflict, HubError
from certhub.flows.verification.exchange_keys import (
    LIFE,
    NO_AGREEMENT,
    SKEW,
    UPGRADE_NEEDED,
    agreed,
    exchange_key,
)
from certhub.flows.verification.local import Examined, Redeemable, Resolved, look, redemption_now, used
from certhub.history.events import catalogue
from certhub.history.events.catalogue import CERTIFICATE_LOOKED_AT, Event
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.regions.peers import store as peers
from certhub.regions.peers.store import Received
from certhub.verification.tickets import store as tickets
from certhub.verification.tickets.store import Redemption

_NOT_AGREED = envelope.Result(items=(), cause=NO_AGREEMENT)


def answer(request: bytes, *, hub: Hub) -> bytes:
    """Answer another region's question with a signed answer.

    Raises:
        BadRequest: it is not a question of a region that we know, or not meant for us, or not fresh.
        Conflict, Unavailable: its id was used with other bytes, or is being answered; or a code was used under
            the same verification id for another question.
    """
    trip = hub.at(None)
    hub.step("answer:1")
    signed, key = _read_question(request, trip=trip)
    try:
        question = _meant_for_us(envelope.Request.from_payload(signed), key, trip=trip)
    except UpgradeNeeded:
        return _signed(request, key.region, envelope.FORMAT, error=UPGRADE_NEEDED, trip=trip)
    except VerifierError as refused:
        raise _not_a_question(refused) from refused
    received = Received(question.asker, question.jti, _digest(request))
    hub.step("answer:2")
    with hub.writing() as unit:
        is_stopped = question.asker in peers.stopped(unit)
        kept = None if is_stopped else peers.receive(unit, received)
    if kept is not None and _may_be_given_again(kept, question, trip=trip):
        return kept
    if is_stopped or kept is not None:  # nothing goes on record: once it is allowed again, it is answered
        return _signed(request, question.asker, question.format, error=NO_AGREEMENT, trip=trip)
    hub.step("answer:3")
    agreement = agreed(question, trip=trip)
    results: tuple[envelope.Result, ...] = ()
    if agreement is not None:
        try:
            results = tuple(_one(one, question, agreement, trip=trip) for one in question.questions)
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


def _may_be_given_again(kept: bytes, question: envelope.Request, *, trip: Trip) -> bool:
    """Tell whether a kept answer tells nothing that the agreement of now does not let out."""
    results = envelope.Response.from_payload(jws.parse(kept, envelope.RESPONSE_TYP).payload).results
    if not results:
        return True
    agreement = agreed(question, trip=trip)
    pairs = zip(question.questions, results, strict=True)
    return agreement is not None and all(_is_agreed(told, one, question, agreement) for one, told in pairs)


def _is_agreed(
    told: envelope.Result, one: envelope.Question, question: envelope.Request, agreement: Agreement
) -> bool:
    """Tell whether every certificate that is told is of a kind, and shows fields, that may go out."""
    items = [item for item in told.items if isinstance(item, envelope.AnsweredItem)]
    shown = [(set(item.disclosed), _allowed(item.kind, one, question, agreement)) for item in items]
    return all(fields is not None and names <= fields for names, fields in shown)


def _allowed(
    kind: str, one: envelope.Question, question: envelope.Request, agreement: Agreement
) -> frozenset[str] | None:
    """Return the fields of a kind that the asker may be shown; None where that kind may not be told."""
    return agreement.covers(
        kind=kind,
        matter=one.matter,
        purpose=one.purpose,
        asker=question.asker,
        provider=question.provider,
    )


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


def _read_question(request: bytes, *, trip: Trip) -> tuple[Mapping[str, Any], TrustedKey]:
    """Return what the region signed, and its key; that it is a question, and meant for us, is yet to be seen."""
    try:
        parsed = jws.parse(request, envelope.REQUEST_TYP)
        key = exchange_key(parsed, None, trip=trip)
        return jws.verify(parsed, key), key
    except VerifierError as refused:
        raise _not_a_question(refused) from refused


def _meant_for_us(question: envelope.Request, key: TrustedKey, *, trip: Trip) -> envelope.Request:
    if question.asker != key.region or question.provider != trip.region or question.asker == trip.region:
        raise BadRequest(
            "the question is not from the region that signed it, or not for us", code="QUESTION_REFUSED"
        )
    now = trip.now.timestamp()
    if not question.issued_at - SKEW.total_seconds() <= now <= question.expires:
        raise BadRequest("the question is stale, or from the future: compare the clocks", code="CLOCK_SKEW")
    return question


def _one(
    one: envelope.Question, question: envelope.Request, agreement: Agreement, *, trip: Trip
) -> envelope.Result:
    """Answer one question; where nothing behind the code may be told, nothing is spent.

    Nor is anything where a question of format 1 would be told less than was shown, and could not know it.
    """
    try:
        matter, code = find_matter(one.matter), codes.read_code(one.code)
    except MatterUnknown:
        return _NOT_AGREED
    except Malformed as refused:
        return envelope.Result(items=(), cause=getattr(refused, "code", "NOT_OUR_CODE"))

    def allowed(kind: str) -> Collection[str] | None:
        return _allowed(kind, one, question, agreement)

    trip.step("answer:4")
    resolved = look(
        code, one.code, matter, trip=trip, allowed=allowed, where=lambda use: _where(use, trip=trip)
    )
    if resolved.cause is None and question.format == versions.FIRST and leaves_out(_result(resolved)):
        return _NOT_AGREED
    trip.step("answer:5")
    if resolved.redeemable is None:
        return _failed(resolved) if resolved.cause is not None else _result(resolved)
    return _spent(resolved, resolved.redeemable, one, question, agreement, trip=trip)


def _spent(
    resolved: Resolved,
    redeemable: Redeemable,
    one: envelope.Question,
    question: envelope.Request,
    agreement: Agreement,
    *,
    trip: Trip,
) -> envelope.Result:
    """Use the code for this asker, or give the answer that this very question got before."""
    with trip.writing() as unit:
        mine = redemption_now(
            unit,
            region=question.asker,
            clerk=question.operator,
            window=one.window,
            verification_id=one.verification_id,
        )
        if question.asker in peers.stopped(unit):
            return _NOT_AGREED
        if resolved.cause is None and unit.now >= redeemable.keep_until:
            return envelope.Result(items=(), cause="CODE_EXPIRED")
        if resolved.cause is not None or not tickets.redeem(
            unit, redeemable.token_hash, mine, keep_until=redeemable.keep_until
        ):
            again = _second(unit, resolved, redeemable, mine, one, trip=trip)
            return again if _is_agreed(again, one, question, agreement) else _NOT_AGREED
        result = _result(resolved)
        kept = {"question": _asked(one), "result": result.to_payload()}
        tickets.keep_answer(unit, redeemable.token_hash, json.dumps(kept, ensure_ascii=False).encode())
        append(unit, *_looks(resolved, one, question))
        return result


def _looks(
    resolved: Resolved, one: envelope.Question, question: envelope.Request
) -> list[Event[catalogue.Look]]:
    """Say for each certificate that is told which region's clerk looks at it; what they conclude is theirs to know."""
    matter = find_matter(one.matter)
    return [
        Event(
            CERTIFICATE_LOOKED_AT,
            f"{question.asker}:{question.operator}",
            found.ref,
            catalogue.Look(
                verification=one.verification_id,
                kind=found.item.kind,
                purpose=one.purpose,
                matter=one.matter,
                region=question.asker,
                office=question.office,
                window=one.window,
                asked=tuple(matter.fields_for(found.item.kind) or ()),
                told=tuple(sorted(found.item.disclosed)),
                verdict=None,
                code=None,
            ),
        )
        for found in resolved.told
    ]


def _second(
    unit: Unit,
    resolved: Resolved,
    redeemable: Redeemable,
    mine: Redemption,
    one: envelope.Question,
    *,
    trip: Trip,
) -> envelope.Result:
    """The code had been used: by this very question (the answer is given again), or by somebody else.

    Raises:
        Conflict: by the same asker under the same id, and for something else.
    """
    first = tickets.redemption_of(unit, redeemable.token_hash)
    if first is None:  # what is known of its use was forgotten, or is being forgotten now
        return envelope.Result(items=(), cause=resolved.cause or "CODE_EXPIRED")
    if first.is_same(mine):
        return _kept(tickets.answer_of(unit, redeemable.token_hash), one)
    return _failed(used(resolved.channel, first, redeemable, where=lambda use: _where(use, trip=trip)))


def _asked(one: envelope.Question) -> dict[str, str]:
    """Return what makes a question another one under the same id and code."""
    return {"matter": one.matter, "purpose": one.purpose, "window": one.window}


def _result(resolved: Resolved) -> envelope.Result:
    return envelope.Result(
        items=tuple(_item(found) for found in resolved.items), shown=len(resolved.items) or None
    )


def _item(found: Examined | UntoldItem) -> envelope.AnsweredItem | envelope.WithheldItem:
    if isinstance(found, UntoldItem):
        return envelope.WithheldItem(found.code)
    return envelope.AnsweredItem(
        kind=found.item.kind,
        kind_version=found.item.kind_version,
        facts=tuple(_stated(fact) for fact in found.item.facts if fact.fact is not Fact.CATALOGUED),
        disclosed=dict(found.item.disclosed),
        cert_digest=found.cert_digest,
        issuer=found.item.issuer,
        valid_from=found.item.valid_from,
        valid_to=found.item.valid_to,
    )


def _stated(fact: Checked) -> StatedFact:
    """Return a fact as it is told; a text beside it that nobody could read as it stands is left out."""
    detail = {name: text for name, text in fact.detail.items() if not unfit(text)}
    return StatedFact(fact.fact.value, fact.outcome.value, fact.cause, fact.as_of, fact.evidence, detail)


def _failed(resolved: Resolved) -> envelope.Result:
    if resolved.cause == "CODE_USED":
        return envelope.Result(
            items=(),
            cause="CODE_USED",
            used_at=_moment(resolved.detail["time"]),
            used_where=resolved.detail["where"],
        )
    return envelope.Result(items=(), cause=resolved.cause or "NOT_FOUND")


def _kept(stored: bytes | None, one: envelope.Question) -> envelope.Result:
    """Return the answer that was kept. What the release before kept is the result alone, without its question."""
    if stored is None:
        raise Conflict("this question is being answered; ask again", code="IN_FLIGHT")
    kept = json.loads(stored)
    if kept.get("question", _asked(one)) != _asked(one):
        raise Conflict("this verification id belongs to another question", code="VERIFICATION_ID_TAKEN")
    return envelope.read_result(kept.get("result", kept))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _where(use: Redemption, *, trip: Trip) -> str:
    """Word the place of an earlier use for somebody outside: the region, and the window's label."""
    region = trip.trust.region(use.region)
    return f"{region.name if region else use.region} {use.window}".strip()


def _digest(request: bytes) -> bytes:
    return sha256(request).digest()
