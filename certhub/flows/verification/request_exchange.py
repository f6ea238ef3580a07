"""A holder's home hub and the hub of the region that asks: fetching a counter's request, and answering it.

fetch               the question by request, signed; what comes back is bound to this hub, and verified
identity_question   the same again once the holder consents: the number that a clerk read, for this hub's eyes alone
send                the signed answer, or a refusal as its error; the same may be sent again

The agreement is judged, for the request's matter, here before anything of the request is shown to the holder, and there
before it is given.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from certhub_schemas import Matter
from certhub_schemas.purposes import Purpose
from certhub_schemas.requirements import Mode
from certhub_verifier.errors import VerifierError
from certhub_verifier.formats.exchange import envelope, versions
from certhub_verifier.formats.exchange import request as requested
from certhub_verifier.formats.exchange.request import CounterRequest
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.agreement import Agreement
from certhub_verifier.trust import RegionTrust

from certhub.adapters.network import PeerDown
from certhub.db.engine import Unit
from certhub.db.ids import public_id
from certhub.errors import Conflict, NotFound, Unavailable
from certhub.flows.verification.exchange_keys import LIFE, SKEW, verified
from certhub.flows.verification.world import Grant
from certhub.hub.trip import Trip
from certhub.regions.peers import store as peers
from certhub.regions.trust.coverage import is_agreed
from certhub.verification.requests.refusals import refusal_of
from certhub.verification.requests.store import Check, OpenedRequest

PURPOSE = "verify"
REQUESTS = envelope.PATH_OF_REQUESTS
AS_CHECKED = Check("id_card_reader", datetime(1970, 1, 1, tzinfo=UTC))
"""Stands for an identity check of which the home hub knows only that there was one."""
log = logging.getLogger("certhub.request")


@dataclass(frozen=True)
class Fetched:
    """A request that another region gave: what it says, and the token that says it."""

    request: CounterRequest
    token: str


def time_of(seconds: int) -> datetime:
    """Return a numeric date as an aware time."""
    return datetime.fromtimestamp(seconds, UTC)


def agreed_with(region: str, *, trip: Trip) -> Agreement:
    """Return the live agreement with a region; raises Conflict: NO_AGREEMENT."""
    found = trip.trust.agreement(trip.region, region, trip.now)
    if found is None:
        raise Conflict("there is no live agreement with this region", code="NO_AGREEMENT")
    return found


def must_be_agreed(matter: Matter, region: str, *, trip: Trip) -> None:
    """Raise Conflict: NO_AGREEMENT where nothing of a matter may be told to the region that asks."""
    if not is_agreed(matter, agreed_with(region, trip=trip), asker=region, provider=trip.region):
        raise Conflict("the agreement with this region does not cover this matter", code="NO_AGREEMENT")


def must_not_be_stopped(unit: Unit, region: str) -> None:
    """Raise Conflict: NO_AGREEMENT where the exchange with a region is stopped here."""
    if region in peers.stopped(unit):
        raise Conflict("the exchange with this region is stopped", code="NO_AGREEMENT")


def grants(
    agreement: Agreement, matter: Matter, asker: str, *, mode: Mode, trip: Trip
) -> Callable[[str], Grant | None]:
    """Return what of a kind may be told to the region that asks."""

    def allowed(kind: str) -> Grant | None:
        found = agreement.covers(
            kind=kind, matter=matter.code, purpose=PURPOSE, mode=mode, asker=asker, provider=trip.region
        )
        return None if found is None else Grant(found.fields, found.predicates)

    return allowed


def fetch(code: str, region: str, *, trip: Trip) -> Fetched:
    """Fetch a counter's request from the region that asks, bound to this hub.

    Raises:
        NotFound: we know no such region, or it no such request. Conflict: as it says, or NO_AGREEMENT.
        Unavailable: it does not answer, or not with what can be believed.
    """
    found = _asked(code, region, trip=trip)
    token = found.get("request")
    if not isinstance(token, str):
        raise Unavailable("the asking region gives no request", code="PEER_NOT_BELIEVED")
    return Fetched(_read(token, region, trip=trip), token)


def identity_question(code: str, region: str, *, trip: Trip) -> envelope.RequestQuestion | None:
    """Return the identity that a clerk checked, given to this hub alone; None where none was checked."""
    token = _asked(code, region, trip=trip).get("check")
    if not isinstance(token, str):
        return None
    try:
        signed, _ = verified(token, envelope.REQUEST_TYP, region, trip=trip)
        question = envelope.Request.from_payload(signed)
    except VerifierError as refused:
        raise _not_believed(region, refused) from refused
    about = question.of_a_request
    if about is None or question.provider != trip.region or question.asker != region or about.code != code:
        raise _not_believed(region, "the check is of another request")
    return about


def send(
    code: str, opened: OpenedRequest, results: tuple[envelope.Result, ...], error: str | None, *, trip: Trip
) -> None:
    """Send the answer to a request, or its refusal. Raises as `fetch`."""
    peer = _peer(opened.region, trip=trip)
    answer = envelope.Response(
        provider=trip.region,
        asker=opened.region,
        issued_at=int(trip.now.timestamp()),
        expires=int((trip.now + LIFE).timestamp()),
        jti=public_id(trip.random),
        request=envelope.request_digest(opened.token),
        results=results,
        error=error,
    )
    token = jws.sign(answer.to_payload(), typ=envelope.RESPONSE_TYP, key=trip.signer(Purpose.EXCHANGE))
    _post(peer, f"{REQUESTS}/{code}/answer", token, envelope.RESPONSE_TYP, trip=trip)


def send_quietly(code: str, opened: OpenedRequest, error: str, *, trip: Trip) -> None:
    """Send a refusal; a counter that cannot be told sees the request expire."""
    try:
        send(code, opened, (), error, trip=trip)
    except (Conflict, NotFound, Unavailable) as broken:
        log.warning("consent: %s was not told: %s", opened.region, broken)


def _asked(code: str, region: str, *, trip: Trip) -> dict[str, Any]:
    peer, agreement = _peer(region, trip=trip), agreed_with(region, trip=trip)
    with trip.reading() as unit:
        must_not_be_stopped(unit, region)
    question = envelope.Request(
        asker=trip.region,
        provider=region,
        issued_at=int(trip.now.timestamp()),
        expires=int((trip.now + LIFE).timestamp()),
        jti=public_id(trip.random),
        agreement=agreement.reference,
        office=trip.settings.name,
        operator="holder",
        questions=(envelope.RequestQuestion(code=code),),
        unit=trip.region,
    )
    token = jws.sign(question.to_payload(), typ=envelope.REQUEST_TYP, key=trip.signer(Purpose.EXCHANGE))
    return _post(peer, f"{REQUESTS}/{code}", token, envelope.REQUEST_TYP, trip=trip)


def _peer(region: str, *, trip: Trip) -> RegionTrust:
    found = trip.trust.region(region)
    if found is None or found.url is None:
        raise NotFound("no such region")
    if found.highest_format("xr", versions.EXCHANGE) != envelope.FORMAT:
        raise Unavailable("the asking region speaks another format", code="UPGRADE_NEEDED")
    return found


def _post(peer: RegionTrust, path: str, token: str, typ: str, *, trip: Trip) -> dict[str, Any]:
    """Post a token; what comes back is {"request"?, "check"?, "refused"?}."""
    try:
        reply = trip.network.post(
            f"{peer.url}{path}",
            token.encode("ascii"),
            content_type=f"application/{typ}",
            timeout=trip.settings.peer_timeout_seconds,
        )
    except PeerDown as down:
        raise Unavailable("the asking region does not answer", code="PEER_DOWN") from down
    try:
        found = json.loads(reply)
    except ValueError as broken:
        raise _not_believed(peer.code, broken) from broken
    if not isinstance(found, dict):
        raise _not_believed(peer.code, "no object")
    if isinstance(found.get("refused"), str):
        refusal = refusal_of(found["refused"])
        if refusal is not None:
            raise refusal
        if found["refused"] == "NOT_FOUND":
            raise NotFound("no such request")
        raise Conflict("the asking region gives no request", code="NO_AGREEMENT")
    return found


def _read(token: str, region: str, *, trip: Trip) -> CounterRequest:
    """Return a request once it is certain that the region asks this hub, now."""
    try:
        signed, _ = verified(token, requested.TYP, region, trip=trip)
        found = CounterRequest.from_payload(signed)
    except VerifierError as refused:
        raise _not_believed(region, refused) from refused
    now = trip.now.timestamp()
    is_fresh = found.issued_at - SKEW.total_seconds() <= now <= found.expires + SKEW.total_seconds()
    if found.asker != region or found.home != trip.region or not is_fresh:
        raise _not_believed(region, "it is not for this hub, or not of now")
    return found


def _not_believed(region: str, why: object) -> Unavailable:
    log.warning("request: what %s sent cannot be believed: %s", region, why)
    return Unavailable("what the asking region sent cannot be believed", code="PEER_NOT_BELIEVED")
