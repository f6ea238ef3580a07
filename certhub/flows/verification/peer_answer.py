"""What another region answered, examined by us: decided from the answer, without a door to anything.

The peer states facts, we compute the verdict; a placeholder for each certificate that it does not tell. A sealed code
whose region does not answer is judged by the list that we hold; its first use stays unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from certhub_schemas import Matter
from certhub_verifier.causes import failure
from certhub_verifier.engine import examine, run
from certhub_verifier.evidence import PeerAnswer, SealedCode
from certhub_verifier.facts import Fact, Outcome
from certhub_verifier.formats import codes
from certhub_verifier.formats.exchange import envelope, versions
from certhub_verifier.formats.exchange.receipt import SALT_BYTES, cert_digest
from certhub_verifier.formats.exchange.reported_fact import StatedFact
from certhub_verifier.lookups import Lookup, LookupResult, StatusAt, StatusToken
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.report import UntoldItem

from certhub.flows.verification.case_items import again_at_a_peer
from certhub.flows.verification.exchange_keys import NO_AGREEMENT
from certhub.flows.verification.peer_manner import manner_of
from certhub.flows.verification.resolve import Resolved
from certhub.flows.verification.shown_item import Examined, Shown
from certhub.flows.verification.world import World

PEER_PURPOSE = "verify"
BY_CODE = Shown(is_for_matter=True)


@dataclass(frozen=True)
class PeerQuestion:
    """One question of one of our clerks about a code of another region.

    `code` is None where it was shown by a request of ours. `case` names the case to that region alone, None where
    the scan stands for itself; `how` is how it was shown.
    """

    text: str
    code: codes.Ticket | codes.Sealed | None
    region: str
    matter: Matter
    verification_id: str
    window: str
    case: str | None = None
    how: Shown = BY_CODE

    @property
    def is_sealed(self) -> bool:
        """Whether it is about a sealed or paper code, which is of one certificate."""
        return isinstance(self.code, codes.Sealed)


@dataclass(frozen=True)
class PeerReply:
    """What came of a question: the answer that was verified, or the cause why nothing is known.

    `evidence` is the digest of the signed answer, `agreement` the one that the question quoted. `held` are the
    status lists of the region that we hold, by their address; they count where a sealed code's region does not
    answer (`is_silent`). A region that `was_asked` not, since too many trips to it are under way, is not down.
    """

    answer: envelope.Response | None = None
    evidence: str = ""
    cause: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
    is_silent: bool = False
    was_asked: bool = True
    agreement: str | None = None
    held: Mapping[str, bytes] = field(default_factory=dict)


def examine_reply(reply: PeerReply, question: PeerQuestion, *, world: World) -> Resolved:
    """Decide what a reply says of the code; nothing is read and nothing is written."""
    if reply.is_silent and isinstance(question.code, codes.Sealed):
        return _without_peer(reply, question, question.code, world)
    if reply.answer is None:
        return Resolved(Channel.PEER, cause=reply.cause, detail=reply.detail)
    [result] = reply.answer.results
    if result.cause is not None:
        detail = dict(reply.detail)
        if result.used_at is not None:
            detail |= {"time": result.used_at.isoformat(), "where": result.used_where or detail["region"]}
        return Resolved(Channel.PEER, cause=failure(result.cause), detail=detail)
    if not result.items:
        return Resolved(Channel.PEER, cause=NO_AGREEMENT, detail=reply.detail)
    untold = sum(isinstance(item, envelope.WithheldItem) for item in result.items)
    counted = {**reply.detail, "shown": str(len(result.items)), "untold": str(untold)}
    items = tuple(
        UntoldItem(item.cause, counted)
        if isinstance(item, envelope.WithheldItem)
        else _examined(item, reply.answer, reply.evidence, question, world)
        for item in result.items
    )
    is_count_known = result.shown is not None or question.is_sealed
    return Resolved(
        Channel.PEER, items, detail=reply.detail, is_count_known=is_count_known, agreement=reply.agreement
    )


def _examined(
    answered: envelope.AnsweredItem,
    answer: envelope.Response,
    evidence: str,
    question: PeerQuestion,
    world: World,
) -> Examined:
    lacks_audience = question.is_sealed and answer.format == versions.FIRST
    item = _with_audience(answered) if lacks_audience else answered
    answered_at, how = datetime.fromtimestamp(answer.issued_at, UTC), question.how
    shown = PeerAnswer(
        region=question.region,
        asker=world.region,
        purpose=PEER_PURPOSE,
        item=item,
        signature_digest=evidence,
        as_of=answered_at,
        manner=manner_of(item, question.region, how.reached, how.only_seen, how.declared),
    )
    policy = policy_for(world.matter, Channel.PEER)
    steps = examine(shown, trust=world.trust, policy=policy, catalogue=world.catalogue, now=world.now)
    again = again_at_a_peer(item, question.region, answered_at, evidence, how)
    return Examined(run(steps, lambda lookup: None), item.cert_digest, question.region, again=again)


def _with_audience(item: envelope.AnsweredItem) -> envelope.AnsweredItem:
    """Return the item with what format 1 leaves out of a sealed code: it is bound to no counter, so it is ours."""
    if any(fact.fact == Fact.AUDIENCE for fact in item.facts):
        return item
    last = max((fact.as_of for fact in item.facts), default=None)
    ours = () if last is None else (StatedFact(Fact.AUDIENCE, Outcome.YES, None, last),)
    return replace(item, facts=(*item.facts, *ours))


def _without_peer(reply: PeerReply, question: PeerQuestion, code: codes.Sealed, world: World) -> Resolved:
    channel = Channel.PAPER if code.prefix == "EC3" else Channel.SEALED

    def held(lookup: Lookup) -> LookupResult | None:
        token = reply.held.get(lookup.uri) if isinstance(lookup, StatusAt) else None
        return None if token is None else StatusToken(token)

    report = run(
        examine(
            SealedCode(question.text, asker=world.region),
            trust=world.trust,
            policy=policy_for(world.matter, channel),
            catalogue=world.catalogue,
            now=world.now,
        ),
        held,
    )
    digest = cert_digest(world.random(SALT_BYTES), question.text)
    return Resolved(channel, (Examined(report, digest, question.region),))
