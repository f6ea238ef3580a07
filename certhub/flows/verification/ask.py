"""Ask the region that minted a code.

1 trust         whose code it is, and whether a live agreement lets us ask at all
2 signer        the question, signed, in the highest format that both speak; its verification is already on
                record as asked
3 network       POST, one retry of the same bytes; whoever does not answer is PEER_DOWN
4 verifier      the answer: signature, region, that it answers this very question, and its time; what fails there
                is NOT_BELIEVED, also for a sealed code; one in a newer format than we read is UPGRADE_NEEDED
                how it ended goes on record for the operator (regions/peers/contact.py)

What the answer says of the code is decided by peer_answer.py.
"""

import logging
from dataclasses import dataclass

from certhub_schemas.purposes import Purpose
from certhub_verifier.errors import UpgradeNeeded, VerifierError
from certhub_verifier.formats import codes
from certhub_verifier.formats.exchange import envelope, versions
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status.statuslist import status_uri
from certhub_verifier.formats.trust.agreement import Agreement

from certhub.adapters.network import NoPlace, PeerDown
from certhub.db.engine import Unit
from certhub.db.ids import public_id
from certhub.errors import NotFound
from certhub.flows.verification.code_record import payload_of
from certhub.flows.verification.exchange_keys import LIFE, NO_AGREEMENT, SKEW, UPGRADE_NEEDED, verified
from certhub.flows.verification.peer_answer import PEER_PURPOSE, PeerQuestion, PeerReply
from certhub.hub.trip import Trip
from certhub.people.parties.people import Actor
from certhub.regions.peers import contact
from certhub.regions.peers import store as peers

log = logging.getLogger("certhub.query")


@dataclass(frozen=True)
class Line:
    """What our own store says before a region is asked: whether it is stopped here, and what it knows our clerk by."""

    is_stopped: bool
    operator: str
    office: str


class _NotBelievedError(Exception):
    """What came is not the region's answer to this question: it was not silence, and says nothing."""


def read_line(unit: Unit, region: str, *, by: Actor) -> Line:
    """Read what has to be known before a region is asked."""
    return Line(region in peers.stopped(unit), unit.vault.pairwise(by.key, region), by.office)


def ask(question: PeerQuestion, line: Line, *, trip: Trip) -> PeerReply:
    """Ask the region that minted the code.

    Returns:
        Its answer, verified; or the cause why nothing is known: NOT_FOUND for a region that we do not know
        (nobody is asked), NO_AGREEMENT, PEER_DOWN, NOT_BELIEVED, UPGRADE_NEEDED.
    """
    trip.step("ask:1")
    region = trip.trust.region(question.region)
    if region is None or region.url is None:
        return PeerReply(cause="NOT_FOUND")
    named = {"region": region.name, "region_en": region.name_en}
    agreement = trip.trust.agreement(trip.region, question.region, trip.now)
    if line.is_stopped:
        stopped = {"stopped": region.name, "stopped_en": region.name_en}
        return PeerReply(cause=NO_AGREEMENT, detail=named | stopped)
    if agreement is None:
        return PeerReply(cause=NO_AGREEMENT, detail=named)
    number = region.highest_format("xr", versions.EXCHANGE)
    if number is None:
        return PeerReply(cause=UPGRADE_NEEDED, detail=named)
    trip.step("ask:2")
    request = _signed(question, line, agreement, number, trip=trip)
    trip.step("ask:3")
    try:
        reply = trip.network.post(
            region.url + envelope.PATH,
            request.encode("ascii"),
            content_type="application/xr-req+jwt",
            timeout=trip.settings.peer_timeout_seconds,
        )
        trip.step("ask:4")
        answer, evidence = _opened(reply, request, number, question, trip=trip)
    except UpgradeNeeded:
        return _ended(question, UPGRADE_NEEDED, named, trip=trip)
    except _NotBelievedError as refused:
        log.warning("ask: %s", refused)
        return _ended(question, contact.NOT_BELIEVED, named, trip=trip)
    except NoPlace:
        held = held_for(question, trip=trip)
        return PeerReply(cause="PEER_DOWN", detail=named, is_silent=True, was_asked=False, held=held)
    except PeerDown:
        contact.note_answer(trip.public_files, question.region, trip.now, "PEER_DOWN")
        held = held_for(question, trip=trip)
        return PeerReply(cause="PEER_DOWN", detail=named, is_silent=True, held=held)
    contact.note_answer(trip.public_files, question.region, trip.now, answer.error)
    if answer.error is None:
        trip.step("ask:5")
        return PeerReply(answer, evidence, detail=named, agreement=agreement.reference)
    if answer.error == NO_AGREEMENT:  # ours is live here: the peer does not hold the one that we quoted
        quoted = {"agreement": f"{agreement.id} {agreement.n}"}
        return PeerReply(cause=NO_AGREEMENT, detail=named | quoted)
    return PeerReply(cause=UPGRADE_NEEDED if answer.error == UPGRADE_NEEDED else "PEER_DOWN", detail=named)


def _ended(question: PeerQuestion, cause: str, named: dict[str, str], *, trip: Trip) -> PeerReply:
    contact.note_answer(trip.public_files, question.region, trip.now, cause)
    return PeerReply(cause=cause, detail=named)


def named(region: str, *, trip: Trip) -> dict[str, str]:
    """Return what a sentence about a region can say of it."""
    known = trip.trust.region(region)
    return {} if known is None else {"region": known.name, "region_en": known.name_en}


def held_for(question: PeerQuestion, *, trip: Trip) -> dict[str, bytes]:
    """Return the status list that a sealed code points to, by its address, where we hold one."""
    if not isinstance(question.code, codes.Sealed):
        return {}
    payload = payload_of(question.code)
    if payload is None:
        return {}
    try:
        held = trip.public_files.get(f"peers/{payload.iss}/status/{payload.list_no}")
    except NotFound:
        return {}
    return {status_uri(payload.iss, payload.list_no): held}


def _signed(question: PeerQuestion, line: Line, agreement: Agreement, number: int, *, trip: Trip) -> str:
    request = envelope.Request(
        asker=trip.region,
        provider=question.region,
        issued_at=int(trip.now.timestamp()),
        expires=int((trip.now + LIFE).timestamp()),
        jti=public_id(trip.random),
        agreement=agreement.reference,
        office=line.office or trip.settings.name,
        operator=line.operator,
        questions=(
            envelope.Question(
                code=question.text,
                matter=question.matter.code,
                purpose=PEER_PURPOSE,
                verification_id=question.verification_id,
                window=question.window,
                matter_digest=question.matter.digest,
            ),
        ),
        unit=trip.region,
        case=question.case,
        mode=question.how.reached,
        format=number,
    )
    return jws.sign(request.to_payload(), typ=envelope.REQUEST_TYP, key=trip.signer(Purpose.EXCHANGE))


def _opened(
    reply: bytes, request: str, number: int, question: PeerQuestion, *, trip: Trip
) -> tuple[envelope.Response, str]:
    """Return the peer's answer and its digest; an answer that does not verify is no answer.

    An answer has the format of its question (`number`): in an older one it could leave out what was asked.

    Raises:
        _NotBelievedError: it does not verify, or is no answer to this question.
        UpgradeNeeded: the peer signed it, in a newer format than we read.
    """
    region = question.region
    try:
        signed, _ = verified(reply, envelope.RESPONSE_TYP, region, trip=trip)
        answer = envelope.Response.from_payload(signed)
    except UpgradeNeeded:
        raise
    except VerifierError as refused:
        raise _NotBelievedError(f"the answer of {region} does not verify: {refused}") from refused
    now = trip.now.timestamp()
    if (
        answer.provider != region
        or answer.asker != trip.region
        or answer.request != envelope.request_digest(request)
        or not answer.issued_at - SKEW.total_seconds() <= now <= answer.expires + SKEW.total_seconds()
        or (answer.error is None and len(answer.results) != 1)
        or (answer.error is None and answer.format != number)
        or (question.is_sealed and any(len(result.items) > 1 for result in answer.results))
    ):
        raise _NotBelievedError(f"the answer of {region} is not an answer to this question")
    return answer, envelope.request_digest(reply.decode("ascii"))
