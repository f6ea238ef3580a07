"""A counter requests certificates: its code stands on the second screen, and the holder's phone consents to it.

1 matter            what is asked can be asked; what is declared is something that the matter compares
2 requests, cases,  one transaction: the request on record, a declared value counted, told
  events
3                   its code, for ten minutes

The page then looks how it stands (`standing`): opened, answered with a report, refused, void, or expired. A clerk who
checks the identity of who stands there says how (`check_identity`), before the holder consents or while they look.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from certhub_schemas import Matter
from certhub_schemas.codes import normalise
from certhub_verifier.formats import codes
from certhub_verifier.formats.exchange.request import MAX_DECLARED

from certhub.db.ids import public_id
from certhub.errors import BadRequest, Conflict, NotFound
from certhub.flows.verification.filing import VerificationRequest
from certhub.flows.verification.masked import as_seen
from certhub.flows.verification.recording import matter_asked, must_be_declarable
from certhub.history.events.bodies import IdentityChecked, RequestOpened
from certhub.history.events.catalogue import IDENTITY_CHECKED, REQUEST_OPENED, Event
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.in_force import day_in_china
from certhub.hub.trip import Trip
from certhub.matters.cases import store as cases
from certhub.matters.cases.store import CaseName, Counted
from certhub.people.parties.people import Actor
from certhub.readable import require_readable
from certhub.records.certificates.rules import CHINA
from certhub.verification.receipts import store as receipts
from certhub.verification.requests import store as requests
from certhub.verification.requests.store import Check, CounterRequestFile, Order, RequestState

LIFE = timedelta(minutes=10)
LAST_STATES = frozenset(state.value for state in RequestState) - {state.value for state in requests.WAITING}
"""The states after which nothing changes."""
DECLARED_A_DAY = 3
"""Values that may be declared for a case a day, or by a clerk without one: whoever may ask often can guess."""


@dataclass(frozen=True)
class RequestOrder:
    """What a clerk requests; `check` is an identity check that was made already."""

    matter: str
    window: str
    case_number: str | None = None
    not_applicable: tuple[str, ...] = ()
    declared: Mapping[str, str] = field(default_factory=dict)
    check: "CheckOrder | None" = None


@dataclass(frozen=True)
class CheckOrder:
    """An identity check as a clerk records it: how, and the number that was read, None where none was."""

    method: str
    id_type: str | None = None
    id_number: str | None = None


@dataclass(frozen=True)
class OpenedCode:
    """A request's id, its code, and until when it waits."""

    request_id: str
    code: str
    expires_at: datetime


def open_counter_request(order: RequestOrder, *, by: Actor, hub: Hub) -> OpenedCode:
    """Open a request for a matter at a window.

    Raises:
        BadRequest: no such matter, a window or case number that nobody can read, a requirement that cannot be declared
            not applicable, or a declared value that the matter does not compare.
        Conflict: DECLARED_TOO_OFTEN.
    """
    trip = hub.at(by)
    hub.step("request:1")
    require_readable(window=order.window, case_number=order.case_number)
    matter = matter_asked(order.matter, trip=trip)
    must_be_declarable(
        VerificationRequest("", order.matter, order.window, not_applicable=order.not_applicable), matter
    )
    _must_be_compared(order.declared, matter)
    code, request_id = codes.mint_request(trip.region, random=trip.random), public_id(trip.random)
    office = by.office or trip.settings.name
    hub.step("request:2")
    with hub.writing() as unit:
        check = None if order.check is None else _check(order.check, at=unit.now)
        made = CounterRequestFile(
            request_id,
            codes.ticket_hash(code),
            by.key,
            RequestState.OPEN,
            None,
            unit.now,
            unit.now + LIFE,
            Order(
                matter=matter.code,
                office=office,
                window=order.window,
                match=f"{int.from_bytes(trip.random(2), 'big') % 90 + 10}",
                case_number=order.case_number,
                not_applicable=order.not_applicable,
                declared=order.declared,
            ),
            check,
        )
        if order.declared:
            name = CaseName(office, matter.code, order.case_number or f"{by.key}/")
            day = day_in_china(unit.now).isoformat()
            if not cases.count(
                unit, cases.found_by(unit, name), Counted.DECLARED, day, at_most=DECLARED_A_DAY
            ):
                raise Conflict("three values a day and case may be declared", code="DECLARED_TOO_OFTEN")
        if not requests.open_request(unit, made):
            raise Conflict("the request's id is taken", code="REQUEST_ID_TAKEN")
        body = RequestOpened(
            matter=matter.code,
            mode=matter.mode,
            office=office,
            window=order.window,
            declares=bool(order.declared),
        )
        append(unit, Event(REQUEST_OPENED, by.key, request_id, body))
        if check is not None:
            append(unit, _checked(request_id, check, by=by))
    hub.step("request:3")
    return OpenedCode(request_id, code, made.expires_at)


def standing(request_id: str, *, by: Actor, hub: Hub) -> dict[str, Any]:
    """Return how a request of this clerk stands.

    Returns:
        {"request_id", "state", "expires_at", "match"? (from `seen` on), "identity_check"?, "report"? (once answered)}.

    Raises:
        NotFound: no such request, or another clerk's.
    """
    return _standing(request_id, by=by, trip=hub.at(by))


def _standing(request_id: str, *, by: Actor, trip: Trip) -> dict[str, Any]:
    with trip.reading() as unit:
        file = own_request(requests.get(unit, request_id), by=by)
        filed = receipts.get(unit, request_id)
    state = file.state_at(trip.now)
    told: dict[str, Any] = {
        "request_id": request_id,
        "state": state.value,
        "expires_at": file.expires_at.astimezone(CHINA).isoformat(timespec="seconds"),
    }
    if state is RequestState.SEEN:
        told["match"] = file.order.match
    if file.check is not None:
        told["identity_check"] = {
            "method": file.check.method,
            "at": file.check.at.astimezone(CHINA).isoformat(timespec="seconds"),
            "has_number": file.check.id_number is not None,
        }
    if filed is not None and filed.report is not None:
        told["report"] = as_seen(filed.report, by=by, catalogue=trip.catalogue)
    return told


def states_of(request_ids: Collection[str], *, hub: Hub) -> dict[str, str]:
    """Return how requests stand, by id, for pages that wait: nothing of their contents."""
    with hub.reading() as unit:
        found, now = requests.states(unit, request_ids), unit.now
    return {
        one: RequestState.EXPIRED.value
        if state in {waiting.value for waiting in requests.WAITING} and now >= expires_at
        else state
        for one, (state, expires_at) in found.items()
    }


def check_identity(request_id: str, order: CheckOrder, *, by: Actor, hub: Hub) -> dict[str, Any]:
    """Put on record that the clerk checked the identity of who stands there; returns as `standing`.

    Raises:
        NotFound: no such request, or another clerk's.
        Conflict: it waits no longer.
    """
    trip = hub.at(by)
    with hub.writing() as unit:
        file = own_request(requests.get(unit, request_id), by=by)
        check = _check(order, at=unit.now)
        is_waiting = file.state_at(unit.now) in requests.WAITING
        if not is_waiting or not requests.record_check(unit, request_id, check):
            raise Conflict("this request waits no longer", code="REQUEST_CLOSED")
        append(unit, _checked(request_id, check, by=by))
    return _standing(request_id, by=by, trip=trip)


def own_request(file: CounterRequestFile | None, *, by: Actor) -> CounterRequestFile:
    """Return a request that this clerk opened; raises NotFound."""
    if file is None or file.clerk != by.key:
        raise NotFound("no such request, or not one of yours")
    return file


def _check(order: CheckOrder, *, at: datetime) -> Check:
    require_readable(id_number=order.id_number)
    if (order.id_number is None) != (order.id_type is None):
        raise BadRequest("a number comes with its type", code="ID_TYPE_MISSING")
    number = None if order.id_number is None else normalise(order.id_number)
    return Check(order.method, at, order.id_type, number)


def _checked(request_id: str, check: Check, *, by: Actor) -> Event[IdentityChecked]:
    body = IdentityChecked(method=check.method, has_number=check.id_number is not None)
    return Event(IDENTITY_CHECKED, by.key, request_id, body)


def _must_be_compared(declared: Mapping[str, str], matter: Matter) -> None:
    """Refuse a declared value that no requirement of the matter compares, or more than one."""
    compared = {
        predicate.argument("field")
        for one in matter.requirements
        for way in one.accepts
        for predicate in way.predicates
        if predicate.name == "equals"
    }
    if len(declared) > MAX_DECLARED or not set(declared) <= compared:
        raise BadRequest("the matter compares no such value", code="NOT_COMPARED")
    require_readable(**{f"declared_{place}": value for place, value in enumerate(declared.values())})
