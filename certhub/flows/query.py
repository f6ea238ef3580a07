"""Ask another region, and answer one.

ask      1 trust         whose code it is, and whether a live agreement lets us ask at all
         2 signer        the question, signed; its verification is already on record as asked
         3 network       POST, one retry of the same bytes; whoever does not answer is PEER_DOWN
         4 verifier      the answer: signature, region, that it answers this very question, and its time
         5 engine        each item examined: the peer states facts, we compute the verdict

answer   1 verifier      the question: signature, freshness, meant for us
         2 peers         its id is used once; the same bytes again get the same answer
         3 trust         default deny: kind, matter, purpose, direction; the fields are cut here
         4 at_home       what we know of the code
         5 tickets, audit   one transaction: used once, answer kept, told
         6 signer        the answer, signed; errors too
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from certhub_schemas import Matter, MatterUnknown
from certhub_schemas import matter as find_matter
from certhub_schemas.purposes import Purpose
from certhub_verifier.engine import PeerAnswer, SealedCode, examine, run
from certhub_verifier.errors import Malformed, UnknownKey, VerifierError
from certhub_verifier.facts import Checked
from certhub_verifier.formats import codes, envelope, jose
from certhub_verifier.formats.agreement import Agreement
from certhub_verifier.formats.receipt import SALT_BYTES, cert_digest
from certhub_verifier.formats.stated import StatedFact
from certhub_verifier.formats.statuslist import parse_status_uri
from certhub_verifier.needs import Need, News, StatusAt, StatusToken
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.trust import Standing, TrustedKey

from certhub.audit import store as audit
from certhub.db.ids import public_id
from certhub.errors import BadRequest, Conflict, NotFound
from certhub.flows.at_home import Found, Looked, look, use_now, used
from certhub.hub import Hub
from certhub.parties.people import Actor
from certhub.peers import store as peers
from certhub.peers.network import PeerDown
from certhub.peers.store import Received
from certhub.tickets import store as tickets
from certhub.tickets.store import Use

LIFE, SKEW = timedelta(seconds=60), timedelta(seconds=60)


@dataclass(frozen=True)
class Asked:
    """One question of one of our clerks about a code of another region."""

    text: str
    code: codes.Ticket | codes.Sealed
    region: str
    matter: Matter
    purpose: str
    verification_id: str
    window: str


def ask(asked: Asked, *, by: Actor, hub: Hub) -> Looked:
    """Ask the region that minted the code.

    Returns:
        What it said, examined by us; or the cause why nothing is known: NOT_FOUND for a region we do not know
        (nobody is asked), NO_AGREEMENT, PEER_DOWN.
    """
    hub.step("ask:1")
    trust, now = hub.trust, hub.now()
    region = trust.region(asked.region)
    if region is None or region.url is None:
        return Looked(Channel.PEER, cause="NOT_FOUND")
    named = {"region": region.name, "region_en": region.name_en}
    agreement = trust.agreement(hub.region, asked.region, now)
    with hub.reading() as unit:
        stopped = asked.region in peers.stopped(unit)
    if agreement is None or stopped:
        return Looked(Channel.PEER, cause="NO_AGREEMENT", detail=named)
    hub.step("ask:2")
    question = _question(asked, agreement, by=by, hub=hub)
    hub.step("ask:3")
    try:
        reply = hub.network.post(
            region.url + envelope.PATH,
            question.encode("ascii"),
            content_type="application/xr-req+jwt",
            timeout=hub.settings.peer_timeout_seconds,
        )
        hub.step("ask:4")
        answer, evidence = _opened(reply, question, asked.region, hub=hub)
    except PeerDown:
        if isinstance(asked.code, codes.Sealed):
            return _without_peer(asked, asked.code, hub=hub)
        return Looked(Channel.PEER, cause="PEER_DOWN", detail=named)
    if answer.error is not None:
        return Looked(
            Channel.PEER,
            cause="NO_AGREEMENT" if answer.error == "NO_AGREEMENT" else "PEER_DOWN",
            detail=named,
        )
    hub.step("ask:5")
    return _examined(answer, evidence, asked, named, hub=hub)


def _question(asked: Asked, agreement: Agreement, *, by: Actor, hub: Hub) -> str:
    now = hub.now()
    with hub.reading() as unit:
        operator = unit.vault.pairwise(by.key, asked.region)
    request = envelope.Request(
        asker=hub.region,
        provider=asked.region,
        issued_at=int(now.timestamp()),
        expires=int((now + LIFE).timestamp()),
        jti=public_id(hub.random),
        agreement=agreement.reference,
        office=by.office or hub.settings.name,
        operator=operator,
        questions=(
            envelope.Question(
                code=asked.text,
                matter=asked.matter.code,
                purpose=asked.purpose,
                verification_id=asked.verification_id,
                window=asked.window,
            ),
        ),
    )
    return jose.sign(request.to_payload(), typ=envelope.REQUEST_TYP, key=hub.signer(Purpose.EXCHANGE))


def _opened(reply: bytes, question: str, region: str, *, hub: Hub) -> tuple[envelope.Response, str]:
    """Return the peer's answer and its digest; an answer that does not verify is no answer."""
    try:
        parsed = jose.parse(reply, envelope.RESPONSE_TYP)
        key = _exchange_key(parsed.header.kid, region, hub=hub)
        answer = envelope.Response.from_payload(jose.verify(parsed, key))
    except VerifierError as refused:
        raise PeerDown(f"the answer of {region} does not verify: {refused}") from refused
    now = hub.now().timestamp()
    if (
        answer.provider != region
        or answer.asker != hub.region
        or answer.request != envelope.request_digest(question)
        or not answer.issued_at - SKEW.total_seconds() <= now <= answer.expires + SKEW.total_seconds()
        or (answer.error is None and len(answer.results) != 1)
    ):
        raise PeerDown(f"the answer of {region} is not an answer to this question")
    return answer, envelope.request_digest(reply.decode("ascii"))


def _examined(
    answer: envelope.Response, evidence: str, asked: Asked, named: dict[str, str], *, hub: Hub
) -> Looked:
    [result] = answer.results
    if result.cause is not None:
        detail = dict(named)
        if result.used_at is not None:
            detail |= {"time": result.used_at.isoformat(), "where": result.used_where or named["region"]}
        return Looked(Channel.PEER, cause=result.cause, detail=detail)
    policy, now = policy_for(asked.matter, Channel.PEER), hub.now()
    found = []
    for item in result.items:
        evidence_item = PeerAnswer(
            region=asked.region,
            asker=hub.region,
            purpose=asked.purpose,
            item=item,
            signature_digest=evidence,
            as_of=datetime.fromtimestamp(answer.issued_at, UTC),
        )
        report = run(examine(evidence_item, trust=hub.trust, policy=policy, now=now), lambda need: None)
        found.append(Found(report, item.cert_digest))
    return (
        Looked(Channel.PEER, tuple(found))
        if found
        else Looked(Channel.PEER, cause="NO_AGREEMENT", detail=named)
    )


def _without_peer(asked: Asked, code: codes.Sealed, *, hub: Hub) -> Looked:
    """A sealed code whose region does not answer: judged by the list we hold; its first use stays unknown."""
    channel = Channel.PAPER if code.prefix == "EC3" else Channel.SEALED

    def held(need: Need) -> News | None:
        if not isinstance(need, StatusAt):
            return None
        region, list_no = parse_status_uri(need.uri)
        try:
            return StatusToken(hub.shelf.get(f"peers/{region}/status/{list_no}"))
        except NotFound:
            return None

    shown = SealedCode(asked.text, asker=hub.region)
    report = run(
        examine(shown, trust=hub.trust, policy=policy_for(asked.matter, channel), now=hub.now()), held
    )
    return Looked(channel, (Found(report, cert_digest(hub.random(SALT_BYTES), asked.text)),))


def answer(request: bytes, *, hub: Hub) -> bytes:
    """Answer another region's question with a signed answer.

    Raises:
        BadRequest: it is not a question of a region that we know, or not meant for us, or not fresh.
        Conflict, Unavailable: its id was used with other bytes, or is being answered.
    """
    hub.step("answer:1")
    question, key = _read_question(request, hub=hub)
    received = Received(question.asker, question.jti, _digest(request))
    hub.step("answer:2")
    with hub.writing() as unit:
        kept = peers.receive(unit, received)
        stopped = question.asker in peers.stopped(unit)
    if kept is not None:
        return kept
    hub.step("answer:3")
    agreement = None if stopped else hub.trust.agreement(hub.region, key.region, hub.now())
    if agreement is None:
        results, error = (), "NO_AGREEMENT"
    else:
        answered = [_one(one, question, agreement, hub=hub) for one in question.questions]
        error = "NO_AGREEMENT" if any(one is None for one in answered) else None
        results = () if error else tuple(one for one in answered if one is not None)
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
        error=error,
    )
    token = jose.sign(
        response.to_payload(), typ=envelope.RESPONSE_TYP, key=hub.signer(Purpose.EXCHANGE)
    ).encode("ascii")
    with hub.writing() as unit:
        peers.keep_answer(unit, received, token)
    return token


def _read_question(request: bytes, *, hub: Hub) -> tuple[envelope.Request, TrustedKey]:
    try:
        parsed = jose.parse(request, envelope.REQUEST_TYP)
        key = _exchange_key(parsed.header.kid, None, hub=hub)
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
    return question, key


def _one(
    one: envelope.Question, question: envelope.Request, agreement: Agreement, *, hub: Hub
) -> envelope.Result | None:
    """Answer one question; None when no item of the agreement covers anything behind the code (nothing is spent)."""
    try:
        matter, code = find_matter(one.matter), codes.read_code(one.code)
    except MatterUnknown:
        return None
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
        return None
    hub.step("answer:5")
    return _spent(looked, covered, one, question, hub=hub)


def _spent(
    looked: Looked,
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
        if looked.token_hash is None or looked.keep_until is None:
            return _failed(looked)
        first = tickets.use_of(unit, looked.token_hash)
        if first is not None and first.is_same(mine):
            return _kept(tickets.answer_of(unit, looked.token_hash))
        if looked.cause is not None:
            return _failed(looked)
        if unit.now >= looked.keep_until:
            return envelope.Result(items=(), cause="CODE_EXPIRED")
        if not tickets.spend(unit, looked.token_hash, mine, keep_until=looked.keep_until):
            quicker = tickets.use_of(unit, looked.token_hash)
            if quicker is None:
                raise Conflict("the code was used at this very moment", code="CODE_USED")
            where = lambda use: _where(use, hub=hub)  # noqa: E731
            return _failed(used(looked.channel, quicker, looked.token_hash, looked.keep_until, where=where))
        result = envelope.Result(items=tuple(_item(found) for found in covered))
        tickets.keep_answer(
            unit, looked.token_hash, json.dumps(result.to_payload(), ensure_ascii=False).encode()
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


def _item(found: Found) -> envelope.AnsweredItem:
    return envelope.AnsweredItem(
        kind=found.item.kind,
        facts=tuple(_stated(fact) for fact in found.item.facts),
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


def _exchange_key(kid: str | None, region: str | None, *, hub: Hub) -> TrustedKey:
    """Return the exchange key that a message names; raises UnknownKey when it may not sign one now."""
    key = hub.trust.key(kid)
    if (
        key is None
        or key.purpose is not Purpose.EXCHANGE
        or region not in (None, key.region)
        or key.may_have_signed(hub.now()) is not Standing.YES
    ):
        raise UnknownKey(f"no exchange key {kid!r} that may sign now")
    return key


def _digest(request: bytes) -> bytes:
    return sha256(request).digest()
