"""A holder answers a counter's request, on the hub of their own region, whichever region asks.

offer      1 requests, peer   what is asked: our own row, or fetched from the asking region and bound to this hub
           2 requests, events  one transaction: it is this holder's from now on, with three pairs of digits; told
           3 preview           which certificates serve which requirement
consent    1 requests, certificates   what was opened, what is held, and for a request of our own its case
           2                   the pair of digits: a wrong one voids the request
           3 shown_item        each chosen certificate examined as it is told: in the mode that was reached
           4 requests, recording, events   one transaction: answered once; for our own counter the verification is filed
           5 signer, peer      our own: the receipt is signed. Another region's: the answer is signed and sent; what it
                               did not take is sent again by the same consent; once it is taken, that changes nothing
refuse     the same way, and nothing is told
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from certhub_verifier.errors import Malformed
from certhub_verifier.formats import codes
from certhub_verifier.formats.exchange.request import CounterRequest
from certhub_verifier.policy import Channel, policy_for

from certhub.db.engine import Unit
from certhub.errors import BadRequest, NotAllowed, NotFound
from certhub.flows.verification import request_exchange as exchange
from certhub.flows.verification import show
from certhub.flows.verification.consent_answer import (
    Answering,
    count_compared,
    examined_for,
    matter_of,
)
from certhub.flows.verification.consent_elsewhere import consent_elsewhere
from certhub.flows.verification.filing import VerificationInProgress, VerificationRequest
from certhub.flows.verification.preview import proposed
from certhub.flows.verification.recording import keep_named, recorded, with_case, world_of
from certhub.flows.verification.request_events import moved, showings
from certhub.flows.verification.request_terms import (
    NOTHING_SETTLED,
    OTHER,
    SAME,
    counter_request,
    how_shown,
    pairs_to_pick_from,
    recorded_check,
)
from certhub.flows.verification.resolve import Resolved
from certhub.flows.verification.results import ToBeSigned, signed
from certhub.flows.verification.settled import settled_in
from certhub.flows.verification.shown_item import (
    Shown,
)
from certhub.flows.verification.writing import Write, put
from certhub.history.events.bodies import RequestMoved
from certhub.history.events.catalogue import (
    REQUEST_ANSWERED,
    REQUEST_REFUSED,
    REQUEST_SEEN,
    REQUEST_VOIDED,
    EventType,
)
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.parties import store as parties
from certhub.people.parties.people import Actor
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import CHINA
from certhub.verification.receipts.store import Verification
from certhub.verification.requests import store as requests
from certhub.verification.requests.refusals import RequestTaken, RequestUsed, RequestVoid, must_wait
from certhub.verification.requests.store import Binding, OpenedRequest, RequestState
from certhub.verification.tickets.item import TicketItem


def offer(code: str, *, by: Actor, hub: Hub) -> dict[str, Any]:
    """Return what a counter asks of this holder, and what they could show.

    Returns:
        {"region", "region_name", "office", "window", "matter", "matter_name", "matter_name_en", "mode",
        "expires_at", "state", "declared", "requirements": [as `preview.proposals`], "match_choices": three pairs of
        digits}.

    Raises:
        BadRequest: REQUEST_CODE_WRONG. NotFound: no such request.
        Conflict: it was used, voided, refused, has expired, or somebody else opened it; NO_AGREEMENT.
        Unavailable: the asking region does not answer.
    """
    trip = hub.at(by)
    holder = _holder(by)
    text, region = _read(code)
    hub.step("consent:1")
    with hub.reading() as unit:
        opened = requests.opened(unit, codes.ticket_hash(text))
        held = show.held_in(unit, by)
    if opened is None:
        opened = _open(text, region, holder, by=by, trip=trip)
    _must_be_theirs(opened, holder)
    must_wait(opened.state_at(trip.now))
    hub.step("consent:3")
    return _offer_out(opened, held, trip=trip)


def consent(code: str, items: tuple[TicketItem, ...], match: str, *, by: Actor, hub: Hub) -> dict[str, Any]:
    """Consent to a request: show these certificates to that counter, for that matter.

    Returns:
        {"state": "consented", "request_id"}.

    Raises:
        As `offer`; BadRequest: nothing, too much, or a field that does not exist; Conflict: RequestVoid where the
        pair of digits is not the counter's, COMPARED_TOO_OFTEN, or CONSENT_DIFFERS where this holder consented to
        another choice before; Unavailable: the asking region did not take the answer, which can be sent again.
    """
    answering = _answering(code, by=by, trip=hub.at(by))
    hub.step("consent:2")
    if match != answering.request.match:
        _end(answering, RequestState.VOID, REQUEST_VOIDED)
        raise RequestVoid("these are not the digits that the counter shows")
    for item in _checked(items):
        show.chosen(item, answering.held)
    hub.step("consent:3")
    if answering.is_ours:
        _consent_at_home(answering, items)
    else:
        consent_elsewhere(answering, items)
    return {"state": RequestState.CONSENTED.value, "request_id": answering.request.request}


def refuse(code: str, *, by: Actor, hub: Hub) -> dict[str, Any]:
    """Refuse a request: nothing is shown. Raises as `offer`; returns {"state": "refused", "request_id"}."""
    answering = _answering(code, by=by, trip=hub.at(by))
    _end(answering, RequestState.REFUSED, REQUEST_REFUSED)
    return {"state": RequestState.REFUSED.value, "request_id": answering.request.request}


def _read(code: str) -> tuple[str, str]:
    try:
        return codes.normalise(code), codes.read_request(code).region
    except Malformed as refused:
        raise BadRequest("this is no request of a counter", code="REQUEST_CODE_WRONG") from refused


def _holder(by: Actor) -> bytes:
    if by.holder is None:
        raise NotAllowed("this account holds nothing")
    return by.holder


def _must_be_theirs(opened: OpenedRequest, holder: bytes) -> None:
    if opened.holder != holder:
        raise RequestTaken("somebody else opened this request")


def _open(text: str, region: str, holder: bytes, *, by: Actor, trip: Trip) -> OpenedRequest:
    """Open a request for this holder: from now on it is theirs, and nobody else's."""
    fetched = None if region == trip.region else exchange.fetch(text, region, trip=trip)
    if fetched is not None:
        exchange.must_be_agreed(matter_of(fetched.request, trip=trip), region, trip=trip)
    code_hash = codes.ticket_hash(text)
    settled = _settled_here(code_hash, trip=trip) if fetched is None else NOTHING_SETTLED
    trip.step("consent:2")
    with trip.writing() as unit:
        if fetched is None:
            request, token = _bound_here(unit, code_hash, settled, trip=trip), ""
        else:
            request, token = fetched.request, fetched.token
        made = OpenedRequest(
            code_hash,
            holder,
            RequestState.SEEN,
            unit.now,
            exchange.time_of(request.expires),
            region,
            request.to_payload(),
            token,
            pairs_to_pick_from(request.match, trip.random),
        )
        if not requests.keep_opened(unit, made):
            before = requests.opened(unit, code_hash)
            if before is None:
                raise NotFound("no such request")
            return before
        append(unit, moved(REQUEST_SEEN, request, by.key, home=trip.region))
    return made


def _settled_here(code_hash: bytes, *, trip: Trip) -> Mapping[str, str]:
    """Return what a request of our own counter asks no more; nothing where there is no such request."""
    with trip.reading() as unit:
        file = requests.by_code(unit, code_hash)
    return NOTHING_SETTLED if file is None else settled_in(file, trip=trip)


def _bound_here(unit: Unit, code_hash: bytes, settled: Mapping[str, str], *, trip: Trip) -> CounterRequest:
    """Bind a request of our own counter to this hub, and return what it asks."""
    file = requests.by_code(unit, code_hash)
    if file is None:
        raise NotFound("no such request")
    must_wait(file.state_at(unit.now))
    if requests.bind(unit, file.request_id, trip.region) is Binding.REFUSED:
        raise RequestTaken("somebody else opened this request")
    return counter_request(file, trip.region, None, settled=settled, trip=trip)


def _answering(code: str, *, by: Actor, trip: Trip) -> Answering:
    """Read what a holder answers; a consent that another region's hub did not take yet may come again."""
    holder = _holder(by)
    text, region = _read(code)
    trip.step("consent:1")
    with trip.reading() as unit:
        opened = requests.opened(unit, codes.ticket_hash(text))
        if opened is None:
            raise NotFound("open the request first")
        _must_be_theirs(opened, holder)
        may_send_again = region != trip.region and opened.state is RequestState.CONSENTED
        if not may_send_again:
            must_wait(opened.state_at(trip.now))
        request = CounterRequest.from_payload(opened.request)
        answering = Answering(opened, request, show.held_in(unit, by), trip, by, text)
        if answering.is_ours:
            answering = _with_file(unit, answering, holder)
    return answering


def _with_file(unit: Unit, answering: Answering, holder: bytes) -> Answering:
    """Read the request, its clerk and its case; a number that the clerk read is compared with who consents."""
    file = requests.get(unit, answering.request.request)
    clerk = None if file is None else parties.account(unit, file.clerk)
    if file is None or clerk is None:
        raise NotFound("no such request")
    order, trip = file.order, answering.trip
    verification = VerificationInProgress(
        file.request_id,
        VerificationRequest(
            answering.text,
            order.matter,
            order.window,
            order.case_number,
            file.request_id,
            order.not_applicable,
        ),
        trip.matter(order.matter),
        clerk,
        trip,
        answering.text,
        file.code_hash,
    )
    identity = None
    if file.check is not None and file.check.id_type is not None and file.check.id_number is not None:
        same = unit.vault.index(file.check.id_type, file.check.id_number) == holder
        identity = SAME if same else OTHER
    return replace(answering, file=file, verification=with_case(unit, verification), identity=identity)


def _consent_at_home(answering: Answering, items: tuple[TicketItem, ...]) -> None:
    verification, file, trip = answering.verification, answering.file, answering.trip
    if verification is None or file is None:
        raise ValueError("a request of our own is answered with its file")
    how = how_shown(answering.request, file.check, answering.identity)
    shown = examined_for(items, answering, how, world_of(verification))
    resolved = Resolved(Channel.TICKET, shown, reached=how.reached)
    policy = keep_named(policy_for(verification.matter, Channel.TICKET), verification.matter, trip=trip)
    decided = replace(
        verification, resolved=resolved, policy=policy, identity_check=recorded_check(file.check)
    )

    def written(unit: Unit, write: Write) -> ToBeSigned:
        must_wait(file.state_at(unit.now))
        count_compared(unit, answering, shown)
        is_first = requests.move_opened(unit, file.code_hash, RequestState.ANSWERED) and requests.move(
            unit, file.request_id, RequestState.ANSWERED, of=(RequestState.SEEN,)
        )
        if not is_first:
            raise RequestUsed("somebody consented to this request before")
        filed = put(unit, write)
        append(
            unit,
            moved(REQUEST_ANSWERED, answering.request, answering.by.key, home=trip.region),
            *showings(shown, answering.request, answering.by.key),
        )
        return filed

    filed = trip.hub.drive(recorded(decided, "consent:4", written))
    if isinstance(filed, Verification):
        raise RequestUsed("somebody consented to this request before")
    trip.step("consent:5")
    signed(filed, trip=trip)


def _checked(items: tuple[TicketItem, ...]) -> tuple[TicketItem, ...]:
    if not 1 <= len(items) <= show.MAX_ITEMS or len({one.certificate_id for one in items}) != len(items):
        raise BadRequest("1 to 10 different certificates answer a request", code="ITEM_COUNT")
    return items


def _end(answering: Answering, to: RequestState, event: EventType[RequestMoved]) -> None:
    """End a request without telling anything: here, and at the counter that asks."""
    trip, file = answering.trip, answering.file
    with trip.writing() as unit:
        if not requests.move_opened(unit, answering.opened.code_hash, to):
            raise RequestUsed("this request was answered before")
        if file is not None:
            requests.move(unit, file.request_id, to)
        append(unit, moved(event, answering.request, answering.by.key, home=trip.region))
    if file is None:
        error = "REQUEST_VOID" if to is RequestState.VOID else "REQUEST_REFUSED"
        exchange.send_quietly(answering.text, answering.opened, error, trip=trip)


def _offer_out(opened: OpenedRequest, held: Mapping[str, Certificate], *, trip: Trip) -> dict[str, Any]:
    request = CounterRequest.from_payload(opened.request)
    matter = matter_of(request, trip=trip)
    region = trip.trust.region(opened.region)
    how = Shown(is_for_matter=True, reached=matter.mode, declared=request.declared)
    return {
        "region": opened.region,
        "region_name": region.name if region else opened.region,
        "region_name_en": region.name_en if region else opened.region,
        "office": request.office.name,
        "window": request.window.name,
        "matter": matter.code,
        "matter_name": matter.name,
        "matter_name_en": matter.name_en,
        "mode": request.mode,
        "expires_at": opened.expires_at.astimezone(CHINA).isoformat(timespec="seconds"),
        "state": opened.state_at(trip.now).value,
        "declared": dict(request.declared),
        "requirements": [
            {**one, "settled": request.settled.get(one["id"])}
            for one in proposed(matter, held, how, trip=trip)
        ],
        "match_choices": list(opened.choices),
    }
