"""Ask the region that minted a code.

1 trust         whose code it is, and whether a live agreement lets us ask at all
2 signer        the question, signed, in the highest format that both speak; its verification is already on
                record as asked
3 network       POST, one retry of the same bytes; whoever does not answer is PEER_DOWN
4 verifier      the answer: signature, region, that it answers this very question, and its time; what fails there
                is NOT_BELIEVED, also for a sealed code; one in a newer format than we read is UPGRADE_NEEDED
                how it ended goes on record for the operator (regions/peers/contact.py)
5 engine        each item examined: the peer states facts, we compute the verdict; a placeholder for each that it
                does not tell
"""

import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from certhub_schemas import Matter
from certhub_schemas.purposes import Purpose
from certhub_verifier.causes import failure
from certhub_verifier.engine import examine, run
from certhub_verifier.errors import UpgradeNeeded, VerifierError
from certhub_verifier.evidence import PeerAnswer, SealedCode
from certhub_verifier.facts import Fact, Outcome
from certhub_verifier.formats import codes
from certhub_verifier.formats.exchange import envelope, versions
from certhub_verifier.formats.exchange.receipt import SALT_BYTES, cert_digest
from certhub_verifier.formats.exchange.reported_fact import StatedFact
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status.statuslist import parse_status_uri
from certhub_verifier.formats.trust.agreement import Agreement
from certhub_verifier.lookups import Lookup, LookupResult, StatusAt, StatusToken
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.report import UntoldItem

from certhub.adapters.network import PeerDown
from certhub.db.ids import public_id
from certhub.errors import NotFound
from certhub.flows.verification.exchange_keys import LIFE, NO_AGREEMENT, SKEW, UPGRADE_NEEDED, exchange_key
from certhub.flows.verification.local import Examined, Resolved
from certhub.hub.trip import Trip
from certhub.people.parties.people import Actor
from certhub.regions.peers import contact
from certhub.regions.peers import store as peers

log = logging.getLogger("certhub.query")


@dataclass(frozen=True)
class PeerQuestion:
    """One question of one of our clerks about a code of another region."""

    text: str
    code: codes.Ticket | codes.Sealed
    region: str
    matter: Matter
    purpose: str
    verification_id: str
    window: str


class _NotBelievedError(Exception):
    """What came is not the region's answer to this question: it was not silence, and says nothing."""


def ask(asked: PeerQuestion, *, by: Actor, trip: Trip) -> Resolved:
    """Ask the region that minted the code.

    Returns:
        What it said, examined by us; or the cause why nothing is known: NOT_FOUND for a region we do not know
        (nobody is asked), NO_AGREEMENT, PEER_DOWN, NOT_BELIEVED, UPGRADE_NEEDED.
    """
    trip.step("ask:1")
    trust, now = trip.trust, trip.now
    region = trust.region(asked.region)
    if region is None or region.url is None:
        return Resolved(Channel.PEER, cause="NOT_FOUND")
    named = {"region": region.name, "region_en": region.name_en}
    agreement = trust.agreement(trip.region, asked.region, now)
    with trip.reading() as unit:
        stopped = asked.region in peers.stopped(unit)
    if agreement is None or stopped:
        return Resolved(Channel.PEER, cause=NO_AGREEMENT, detail=named)
    number = region.highest_format("xr", versions.EXCHANGE)
    if number is None:
        return Resolved(Channel.PEER, cause=UPGRADE_NEEDED, detail=named)
    trip.step("ask:2")
    question = _question(asked, agreement, number, by=by, trip=trip)
    trip.step("ask:3")
    try:
        reply = trip.network.post(
            region.url + envelope.PATH,
            question.encode("ascii"),
            content_type="application/xr-req+jwt",
            timeout=trip.settings.peer_timeout_seconds,
        )
        trip.step("ask:4")
        answer, evidence = _opened(reply, question, number, asked, trip=trip)
    except UpgradeNeeded:
        contact.note_answer(trip.public_files, asked.region, trip.now, UPGRADE_NEEDED)
        return Resolved(Channel.PEER, cause=UPGRADE_NEEDED, detail=named)
    except _NotBelievedError as refused:
        log.warning("ask: %s", refused)
        contact.note_answer(trip.public_files, asked.region, trip.now, contact.NOT_BELIEVED)
        return Resolved(Channel.PEER, cause=contact.NOT_BELIEVED, detail=named)
    except PeerDown:
        contact.note_answer(trip.public_files, asked.region, trip.now, "PEER_DOWN")
        if isinstance(asked.code, codes.Sealed):
            return _without_peer(asked, asked.code, trip=trip)
        return Resolved(Channel.PEER, cause="PEER_DOWN", detail=named)
    contact.note_answer(trip.public_files, asked.region, trip.now, answer.error)
    if answer.error is not None:
        if answer.error == NO_AGREEMENT:  # ours is live here: the peer does not hold the one that we quoted
            quoted = {"agreement": f"{agreement.id} {agreement.n}"}
            return Resolved(Channel.PEER, cause=NO_AGREEMENT, detail=named | quoted)
        known = UPGRADE_NEEDED if answer.error == UPGRADE_NEEDED else "PEER_DOWN"
        return Resolved(Channel.PEER, cause=known, detail=named)
    trip.step("ask:5")
    return _examined(answer, evidence, asked, named, trip=trip)


def _question(asked: PeerQuestion, agreement: Agreement, number: int, *, by: Actor, trip: Trip) -> str:
    now = trip.now
    with trip.reading() as unit:
        operator = unit.vault.pairwise(by.key, asked.region)
    request = envelope.Request(
        asker=trip.region,
        provider=asked.region,
        issued_at=int(now.timestamp()),
        expires=int((now + LIFE).timestamp()),
        jti=public_id(trip.random),
        agreement=agreement.reference,
        office=by.office or trip.settings.name,
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
        format=number,
    )
    return jws.sign(request.to_payload(), typ=envelope.REQUEST_TYP, key=trip.signer(Purpose.EXCHANGE))


def _opened(
    reply: bytes, question: str, number: int, asked: PeerQuestion, *, trip: Trip
) -> tuple[envelope.Response, str]:
    """Return the peer's answer and its digest; an answer that does not verify is no answer.

    An answer has the format of its question (`number`): in an older one it could leave out what was asked.

    Raises:
        _NotBelievedError: it does not verify, or is no answer to this question.
        UpgradeNeeded: the peer signed it, in a newer format than we read.
    """
    region = asked.region
    try:
        parsed = jws.parse(reply, envelope.RESPONSE_TYP)
        key = exchange_key(parsed, region, trip=trip)
        answer = envelope.Response.from_payload(jws.verify(parsed, key))
    except UpgradeNeeded:
        raise
    except VerifierError as refused:
        raise _NotBelievedError(f"the answer of {region} does not verify: {refused}") from refused
    now = trip.now.timestamp()
    if (
        answer.provider != region
        or answer.asker != trip.region
        or answer.request != envelope.request_digest(question)
        or not answer.issued_at - SKEW.total_seconds() <= now <= answer.expires + SKEW.total_seconds()
        or (answer.error is None and len(answer.results) != 1)
        or (answer.error is None and answer.format != number)
        or (isinstance(asked.code, codes.Sealed) and any(len(one.items) > 1 for one in answer.results))
    ):
        raise _NotBelievedError(f"the answer of {region} is not an answer to this question")
    return answer, envelope.request_digest(reply.decode("ascii"))


def _examined(
    answer: envelope.Response, evidence: str, asked: PeerQuestion, named: dict[str, str], *, trip: Trip
) -> Resolved:
    [result] = answer.results
    if result.cause is not None:
        detail = dict(named)
        if result.used_at is not None:
            detail |= {"time": result.used_at.isoformat(), "where": result.used_where or named["region"]}
        return Resolved(Channel.PEER, cause=failure(result.cause), detail=detail)
    policy, now = policy_for(asked.matter, Channel.PEER), trip.now
    untold = sum(isinstance(item, envelope.WithheldItem) for item in result.items)
    counted = named | {"shown": str(len(result.items)), "untold": str(untold)}
    is_sealed = isinstance(asked.code, codes.Sealed)
    found: list[Examined | UntoldItem] = []
    for stated in result.items:
        if isinstance(stated, envelope.WithheldItem):
            found.append(UntoldItem(stated.cause, counted))
            continue
        lacks_audience = is_sealed and answer.format == versions.FIRST
        item = _with_audience(stated) if lacks_audience else stated
        evidence_item = PeerAnswer(
            region=asked.region,
            asker=trip.region,
            purpose=asked.purpose,
            item=item,
            signature_digest=evidence,
            as_of=datetime.fromtimestamp(answer.issued_at, UTC),
        )
        report = run(
            examine(evidence_item, trust=trip.trust, policy=policy, catalogue=trip.catalogue, now=now),
            lambda need: None,
        )
        found.append(Examined(report, item.cert_digest))
    if not found:
        return Resolved(Channel.PEER, cause=NO_AGREEMENT, detail=named)
    is_count_known = result.shown is not None or is_sealed  # a sealed code is of one certificate
    return Resolved(Channel.PEER, tuple(found), detail=named, is_count_known=is_count_known)


def _with_audience(item: envelope.AnsweredItem) -> envelope.AnsweredItem:
    """Return the item with what format 1 leaves out of a sealed code: it is bound to no counter, so it is ours."""
    if any(fact.fact == Fact.AUDIENCE for fact in item.facts):
        return item
    last = max((fact.as_of for fact in item.facts), default=None)
    ours = () if last is None else (StatedFact(Fact.AUDIENCE, Outcome.YES, None, last),)
    return replace(item, facts=(*item.facts, *ours))


def _without_peer(asked: PeerQuestion, code: codes.Sealed, *, trip: Trip) -> Resolved:
    """A sealed code whose region does not answer: judged by the list we hold; its first use stays unknown."""
    channel = Channel.PAPER if code.prefix == "EC3" else Channel.SEALED

    def held(need: Lookup) -> LookupResult | None:
        if not isinstance(need, StatusAt):
            return None
        region, list_no = parse_status_uri(need.uri)
        try:
            return StatusToken(trip.public_files.get(f"peers/{region}/status/{list_no}"))
        except NotFound:
            return None

    shown = SealedCode(asked.text, asker=trip.region)
    report = run(
        examine(
            shown,
            trust=trip.trust,
            policy=policy_for(asked.matter, channel),
            catalogue=trip.catalogue,
            now=trip.now,
        ),
        held,
    )
    return Resolved(channel, (Examined(report, cert_digest(trip.random(SALT_BYTES), asked.text)),))
