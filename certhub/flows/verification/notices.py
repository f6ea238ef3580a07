"""Notices between hubs: how a check came out, what a holder says of it, and what was found.

send   1 notices   those that wait, but for regions that are stopped here or did not answer a moment ago
       2 signer, peer   each is signed and sent; a region that does not answer is asked again later
       3 notices   taken, refused (the other hub does not know what it is about), or lapsed after seven days
take   1 verifier   the notice: signature, term, meant for us
       2 notices, looks, events   one transaction: taken once by its id; look or dispute say it from now on; told
"""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from certhub_schemas.purposes import Purpose
from certhub_verifier.errors import VerifierError
from certhub_verifier.formats.exchange import envelope, notice, versions
from certhub_verifier.formats.exchange.notice import Notice, NoticeKind
from certhub_verifier.formats.jose import jws
from certhub_verifier.policy import Channel

from certhub.adapters.network import PeerDown
from certhub.db.engine import Unit
from certhub.errors import BadRequest, NotFound
from certhub.flows.verification.exchange_keys import NO_AGREEMENT, SKEW, verified
from certhub.flows.verification.show import MAX_ITEMS
from certhub.history.events.bodies import NoticeTaken
from certhub.history.events.catalogue import NOTICE_TAKEN, Event
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.looks import store as looks
from certhub.people.looks.store import DisputeDetail, DisputeFile, DisputeState
from certhub.regions.notices import store as notices
from certhub.regions.notices.store import NoticeFile, NoticeState
from certhub.regions.peers import store as peers
from certhub.verification.receipts import store as receipts
from certhub.verification.requests import store as requests

AT_ONCE = 100
"""How many notices are sent in one step."""
FINAL = frozenset({"NOT_FOUND"})
"""Refusals after which the same notice is not sent again."""
log = logging.getLogger("certhub.notices")


def send(hub: Hub, *, silent: frozenset[str] = frozenset()) -> tuple[int, frozenset[str]]:
    """Send what waits, but to the regions `silent`.

    Returns:
        How many notices ended, and the regions that did not answer now.
    """
    trip = hub.at(None)
    with hub.reading() as unit:
        passed = silent | peers.stopped(unit)
        files = notices.waiting(unit, limit=AT_ONCE, without=passed)
    sent, failed = 0, set[str]()
    for file in files:
        if file.region in failed:
            continue
        trip.step("notices:2")
        ended = _sent(file, trip=trip)
        if ended is None:
            failed.add(file.region)
            continue
        trip.step("notices:3")
        with hub.writing() as unit:
            notices.move(unit, file.id, ended)
        sent += 1
    return sent, frozenset(failed)


def take(token: bytes, *, hub: Hub) -> dict[str, Any]:
    """Take another region's notice; the same one again changes nothing.

    Returns:
        {"taken": true}, or {"refused": CODE}.

    Raises:
        BadRequest: it is no notice of a region that we know, for us, and of now.
    """
    trip = hub.at(None)
    hub.step("notice:1")
    said = _read(token, trip=trip)
    hub.step("notice:2")
    try:
        with hub.writing() as unit:
            if said.sender in peers.stopped(unit):
                return {"refused": NO_AGREEMENT}
            _take(unit, said, trip=trip)
    except NotFound as unknown:
        return {"refused": unknown.code}
    return {"taken": True}


def _sent(file: NoticeFile, *, trip: Trip) -> NoticeState | None:
    """Send one notice; None where it has to wait."""
    if trip.now >= file.expires_at:
        log.warning("notices: %s was never told of %s", file.region, file.kind.value)
        return NoticeState.LAPSED
    peer = trip.trust.region(file.region)
    if peer is None or peer.url is None or peer.highest_format("xr", versions.EXCHANGE) != envelope.FORMAT:
        return None
    said = Notice(
        sender=trip.region,
        receiver=file.region,
        issued_at=int(file.made_at.timestamp()),
        expires=int(file.expires_at.timestamp()),
        jti=file.id,
        verification_id=file.verification,
        kind=file.kind,
        body=file.body,
    )
    token = jws.sign(said.to_payload(), typ=notice.TYP, key=trip.signer(Purpose.EXCHANGE))
    try:
        reply = trip.network.post(
            f"{peer.url}{notice.PATH}",
            token.encode("ascii"),
            content_type=f"application/{notice.TYP}",
            timeout=trip.settings.peer_timeout_seconds,
        )
        told = json.loads(reply)
    except (PeerDown, ValueError) as broken:
        log.info("notices: %s does not answer: %s", file.region, broken)
        return None
    if isinstance(told, dict) and told.get("taken") is True:
        return NoticeState.TAKEN
    if isinstance(told, dict) and told.get("refused") in FINAL:
        log.warning("notices: %s knows nothing of what %s is about", file.region, file.kind.value)
        return NoticeState.REFUSED
    return None


def _read(token: bytes, *, trip: Trip) -> Notice:
    try:
        signed, sender = verified(token, notice.TYP, trip=trip)
        said = Notice.from_payload(signed)
    except VerifierError as refused:
        raise BadRequest(f"not a notice: {refused}", code="NOTICE_REFUSED") from refused
    if said.sender != sender or said.receiver != trip.region or said.sender == trip.region:
        raise BadRequest(
            "the notice is not from the region that signed it, or not for us", code="NOTICE_REFUSED"
        )
    if not said.issued_at - SKEW.total_seconds() <= trip.now.timestamp() <= said.expires:
        raise BadRequest("the notice is stale, or from the future: compare the clocks", code="CLOCK_SKEW")
    return said


def _take(unit: Unit, said: Notice, *, trip: Trip) -> None:
    """Do what a notice says, once; raises NotFound where we know nothing of what it is about."""
    expires = datetime.fromtimestamp(said.expires, UTC)
    if not notices.take(unit, said.sender, said.jti, expires=expires):
        return
    _EFFECTS[said.kind](unit, said, trip)
    body = NoticeTaken(region=said.sender, kind=said.kind.value)
    append(unit, Event(NOTICE_TAKEN, said.sender, said.verification_id, body))


def _verdict(unit: Unit, said: Notice, _: Trip) -> None:
    looks.conclude(unit, _theirs(unit, said), said.body)


def _outcome(unit: Unit, said: Notice, _: Trip) -> None:
    looks.end(unit, _theirs(unit, said), said.body["result"])


def _theirs(unit: Unit, said: Notice) -> list[looks.LookFile]:
    """Return the looks of the verification that a region tells of: its own alone."""
    found = looks.of_verification(unit, said.sender, said.verification_id)
    if not found:
        raise NotFound("no look of this region was made in this verification")
    return found


def _dispute(unit: Unit, said: Notice, trip: Trip) -> None:
    detail, at_most = _asked_of(unit, said)
    due_at = datetime.fromtimestamp(said.body["due_at"], UTC)
    is_new = looks.open_dispute(
        unit,
        DisputeFile(
            home=said.sender,
            id=said.body["dispute"],
            looker=trip.region,
            verification=said.verification_id,
            agency="",
            opened_at=unit.now,
            due_at=max(unit.now, min(due_at, unit.now + looks.ANSWER_WITHIN)),
            state=DisputeState.OPEN,
            detail=detail,
        ),
    )
    if is_new and looks.count_of_verification(unit, said.sender, said.verification_id) > at_most:
        raise NotFound("more disputes than there were looks in this verification")


def _asked_of(unit: Unit, said: Notice) -> tuple[DisputeDetail, int]:
    """Return what a region that we asked may dispute, and at how many certificates we may have looked there.

    Its answer may have been lost on the way: then it was told there, and here we know only that we asked. So it is
    with a request that was given to it, and whose answer never came. A row of the release before names no region: any
    may dispute it that was asked by code.
    """
    filed = receipts.get(unit, said.verification_id)
    if filed is None:
        return _given_to(unit, said), MAX_ITEMS
    receipt: Mapping[str, Any] = filed.receipt_payload or filed.question or {}
    is_elsewhere = receipt.get("channel", Channel.PEER.value) == Channel.PEER.value
    if filed.peer != said.sender if filed.is_peer_known else not is_elsewhere:
        raise NotFound("this region was not asked in this verification")
    office, window, matter = (receipt.get(name, "") for name in ("office", "window", "matter"))
    return DisputeDetail(office=office, window=window, matter=matter), filed.certificates_told or MAX_ITEMS


def _given_to(unit: Unit, said: Notice) -> DisputeDetail:
    file = requests.get(unit, said.verification_id)
    if file is None or file.home != said.sender or file.given is None:
        raise NotFound("no such verification")
    return DisputeDetail(office=file.order.office, window=file.order.window, matter=file.order.matter)


def _settlement(unit: Unit, said: Notice, trip: Trip) -> None:
    file = looks.disputes_of(unit, trip.region, [said.body["dispute"]]).get(said.body["dispute"])
    if file is None or file.looker != said.sender:
        raise NotFound("no such dispute with this region")
    told = {"finding": said.body["finding"], "note": None, "by": said.sender, "at": unit.now.isoformat()}
    looks.settle(unit, file, told)


_EFFECTS = {
    NoticeKind.VERDICT: _verdict,
    NoticeKind.OUTCOME: _outcome,
    NoticeKind.DISPUTE: _dispute,
    NoticeKind.SETTLEMENT: _settlement,
}
