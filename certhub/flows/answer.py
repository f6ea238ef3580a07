"""Answer another region's question.

1 verifier      the question: signature, freshness, meant for us
2 peers         its id is used once; the same bytes again get the same answer
3 trust         default deny: the agreement that it quotes, kind, matter, purpose, direction; fields are cut
4 at_home       what we know of the code
5 tickets, audit   one transaction: used once, answer kept, told
6 signer        the answer, signed; errors too
"""

import json
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256

from certhub_schemas import MatterUnknown
from certhub_schemas import matter as find_matter
from certhub_schemas.purposes import Purpose
from certhub_verifier.errors import Malformed, VerifierError
from certhub_verifier.facts import Checked, Fact
from certhub_verifier.formats import codes, envelope, jose
from certhub_verifier.formats.agreement import Agreement
from certhub_verifier.formats.stated import StatedFact

from certhub.audit import store as audit
from certhub.db.engine import Unit
from certhub.db.ids import public_id
from certhub.errors import BadRequest, Conflict, HubError
from certhub.flows.at_home import Found, Looked, Spends, look, use_now, used
from certhub.hub import Hub
from certhub.hub.exchange import LIFE, NO_AGREEMENT, SKEW, agreed, exchange_key
from certhub.peers import store as peers
from certhub.peers.store import Received
from certhub.tickets import store as tickets
from certhub.tickets.store import Use


def answer(request: bytes, *, hub: Hub) -> bytes:
    """Answer another region's question with a signed answer.

    Raises:
        BadRequest: it is not a question of a region that we know, or not meant for us, or not fresh.
        Conflict, Unavailable: its id was used with other bytes, or is being answered.
    """
    hub.step("answer:1")
    question = _read_question(request, hub=hub)
    received = Received(question.asker, question.jti, _digest(request))
    hub.step("answer:2")
    with hub.writing() as unit:
        kept = peers.receive(unit, received)
        stopped = question.asker in peers.stopped(unit)
    if kept is not None:
        return kept
    hub.step("answer:3")
    agreement = None if stopped else agreed(question, hub=hub)
    results: tuple[envelope.Result, ...] = ()
    if agreement is not None:
        try:
            results = tuple(_one(one, question, agreement, hub=hub) for one in question.questions)
        except HubError:
            with hub.writing() as unit:
                peers.release(unit, received)
            raise
    hub.step("answer:6")
    now = hub.now()
    response = envelope.Response(
        provider=hub.region,
        asker=question.asker,
        issued_at=int(now.timestamp()),
        expires=int((now + LIFE).timestamp()),
        jti=public_id(hub.random),
        request=envelope.request_digest(request.decode("ascii")),
        results=results,
        error=None if results else NO_AGREEMENT,
    )
    token = jose.sign(
        response.to_payload(), typ=envelope.RESPONSE_TYP, key=hub.signer(Purpose.EXCHANGE)
    ).encode("ascii")
    with hub.writing() as unit:
        peers.keep_answer(unit, received, token)
    return token


def _read_question(request: bytes, *, hub: Hub) -> envelope.Request:
    try:
        parsed = jose.parse(request, envelope.REQUEST_TYP)
        key = exchange_key(parsed, None, hub=hub)
        question = envelope.Request.from_payload(jose.verify(parsed, key))
    except VerifierError as refused:
        raise BadRequest(
            f"not a question that can be answered: {refused}", code="QUESTION_REFUSED"
        ) from refused
    if question.asker != key.region or question.provider != hub.region or question.asker == hub.region:
        raise BadRequest(
            "the question is not from the region that signed it, or not for us", code="QUESTION_REFUSED"
        )
    now = hub.now().timestamp()
    if not question.issued_at - SKEW.total_seconds() <= now <= question.expires:
        raise BadRequest("the question is stale, or from the future: compare the clocks", code="CLOCK_SKEW")
    return question


def _one(
    one: envelope.Question, question: envelope.Request, agreement: Agreement, *, hub: Hub
) -> envelope.Result:
    """Answer one question; where no item of the agreement covers anything behind the code, nothing is spent."""
    try:
        matter, code = find_matter(one.matter), codes.read_code(one.code)
    except MatterUnknown:
        return envelope.Result(items=(), cause=NO_AGREEMENT)
    except Malformed as refused:
        return envelope.Result(items=(), cause=getattr(refused, "code", "NOT_OUR_CODE"))

    def allowed(kind: str) -> Collection[str] | None:
        return agreement.covers(
            kind=kind, matter=one.matter, purpose=one.purpose, asker=question.asker, provider=hub.region
        )

    hub.step("answer:4")
    looked = look(code, one.code, matter, hub=hub, allowed=allowed, where=lambda use: _where(use, hub=hub))
    covered = tuple(found for found in looked.items if allowed(found.item.kind) is not None)
    if looked.cause is None and not covered:
        return envelope.Result(items=(), cause=NO_AGREEMENT)
    hub.step("answer:5")
    return (
        _failed(looked)
        if looked.spends is None
        else _spent(looked, looked.spends, covered, one, question, hub=hub)
    )


def _spent(
    looked: Looked,
    spends: Spends,
    covered: tuple[Found, ...],
    one: envelope.Question,
    question: envelope.Request,
    *,
    hub: Hub,
) -> envelope.Result:
    """Use the code for this asker, or give the answer that this very question got before."""
    with hub.writing() as unit:
        mine = use_now(
            unit,
            region=question.asker,
            clerk=question.operator,
            window=one.window,
            verification_id=one.verification_id,
        )
        if looked.cause is None and unit.now >= spends.keep_until:
            return envelope.Result(items=(), cause="CODE_EXPIRED")
        if looked.cause is not None or not tickets.spend(
            unit, spends.token_hash, mine, keep_until=spends.keep_until
        ):
            return _second(unit, looked, spends, mine, hub=hub)
        result = envelope.Result(items=tuple(_item(found) for found in covered))
        tickets.keep_answer(
            unit, spends.token_hash, json.dumps(result.to_payload(), ensure_ascii=False).encode()
        )
        audit.record_all(
            unit,
            [
                (
                    "certificate.looked",
                    f"{question.asker}:{question.operator}",
                    found.ref,
                    {
                        "verification": one.verification_id,
                        "matter": one.matter,
                        "window": one.window,
                        "region": question.asker,
                        "office": question.office,
                        "fields": sorted(found.item.disclosed),
                    },
                )
                for found in covered
            ],
        )
        return result


def _second(unit: Unit, looked: Looked, spends: Spends, mine: Use, *, hub: Hub) -> envelope.Result:
    """The code had been used: by this very question (the answer is given again), or by somebody else."""
    first = tickets.use_of(unit, spends.token_hash)
    if first is None:
        return _failed(looked)
    if first.is_same(mine):
        return _kept(tickets.answer_of(unit, spends.token_hash))
    return _failed(used(looked.channel, first, spends, where=lambda use: _where(use, hub=hub)))


def _item(found: Found) -> envelope.AnsweredItem:
    return envelope.AnsweredItem(
        kind=found.item.kind,
        facts=tuple(_stated(fact) for fact in found.item.facts if fact.fact is not Fact.CATALOGUED),
        disclosed=dict(found.item.disclosed),
        cert_digest=found.cert_digest,
    )


def _stated(fact: Checked) -> StatedFact:
    return StatedFact(
        fact.fact.value, fact.outcome.value, fact.cause, fact.as_of, fact.evidence, dict(fact.detail)
    )


def _failed(looked: Looked) -> envelope.Result:
    if looked.cause == "CODE_USED":
        return envelope.Result(
            items=(),
            cause="CODE_USED",
            used_at=_moment(looked.detail["time"]),
            used_where=looked.detail["where"],
        )
    return envelope.Result(items=(), cause=looked.cause or "NOT_FOUND")


def _kept(stored: bytes | None) -> envelope.Result:
    if stored is None:
        raise Conflict("this question is being answered; ask again", code="IN_FLIGHT")
    return envelope.read_result(json.loads(stored))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _where(use: Use, *, hub: Hub) -> str:
    """Word the place of an earlier use for somebody outside: the region, and the window's label."""
    region = hub.trust.region(use.region)
    return f"{region.name if region else use.region} {use.window}".strip()


def _digest(request: bytes) -> bytes:
    return sha256(request).digest()
