"""A holder shows certificates.

1 parties, certificates   of what is chosen, what the holder, or those they act for, hold    Choice → certificates
2 certificates            the state must allow it; the holder is warned of anything a clerk will refuse; what of the
                          matter it would meet; the rows are made
3 tickets, events         ticket: a code of 20 characters, stored as a hash; committed
  events                  sealed: the payload is on record first (intent before signature)
4 signer                  sealed only: the region's show key signs
5 formats.codes           → the text that goes into the QR
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from certhub_schemas import MatterUnknown
from certhub_schemas.purposes import Purpose
from certhub_verifier.formats import codes
from certhub_verifier.formats.codes.sealed import mint_jti
from certhub_verifier.formats.jose import jws
from certhub_verifier.requirement_report import MaterialsReport

from certhub.db.engine import Unit
from certhub.db.ids import row_after
from certhub.errors import BadRequest, ClaimsInvalid, Fault, NotAllowed, NotFound, WrongState
from certhub.flows.verification.look_ahead import look_ahead
from certhub.history.events import bodies as event_bodies
from certhub.history.events.catalogue import CERTIFICATE_SHOWN, Event
from certhub.history.events.store import NewEvents, put, rows
from certhub.hub import Hub
from certhub.hub.effects import Commit, Flow
from certhub.hub.trip import Trip
from certhub.people.parties import store as parties
from certhub.people.parties.people import Actor
from certhub.records.certificates import holdings
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import State
from certhub.records.certificates.summary import shown_state
from certhub.records.credentials.present import CORE
from certhub.verification.tickets import store as tickets
from certhub.verification.tickets.item import TicketItem

MAX_ITEMS = 10


class Mode(StrEnum):
    """Which code the holder asks for."""

    TICKET = "ticket"
    SEALED = "sealed"


@dataclass(frozen=True)
class Choice:
    """What the holder wants to show, how, and for which matter.

    Without a matter it is a glance: the face of each certificate, whatever the clerk chooses.
    """

    items: tuple[TicketItem, ...]
    mode: Mode
    matter: str | None = None


@dataclass(frozen=True)
class Shown:
    """A code, until when it is good, and what a clerk will object to: (certificate id, state).

    `materials` is what of the matter it would meet, None without one.
    """

    code: str
    expires_at: datetime
    warnings: tuple[tuple[str, str], ...]
    materials: MaterialsReport | None = None


@dataclass(frozen=True)
class Held:
    """A certificate in a holder's hands, and for whom it is held when that is somebody else."""

    certificate: Certificate
    acting_for: str | None


def held_by(holder: Actor, *, hub: Hub) -> list[Held]:
    """Return what a holder holds, then what those hold for whom they act."""
    with hub.reading() as unit:
        return _held(unit, holder)


def held_page(holder: Actor, *, limit: int, after: str | None, hub: Hub) -> tuple[Sequence[Held], str | None]:
    """Return some of what a holder, and those they act for, hold, oldest first, and the cursor of what follows.

    Raises:
        BadRequest: CURSOR_UNKNOWN.
    """
    with hub.reading() as unit:
        acting = _acting(unit, holder)
        page = holdings.held_after(unit, [_own(holder), *acting], row_after(after), limit=limit)
    held = [Held(certificate, acting.get(index)) for index, certificate in page.held]
    return held, None if page.following is None else page.following.hex


def held_in(unit: Unit, holder: Actor) -> dict[str, Certificate]:
    """Return what a holder, and those they act for, hold, by certificate id."""
    return {one.certificate.certificate_id: one.certificate for one in _held(unit, holder)}


def held_of(unit: Unit, holder: Actor, choice: Choice) -> dict[str, Certificate]:
    """Return, by certificate id, what of a choice a holder, or somebody they act for, holds; nothing else is read."""
    own, chosen_ids = _own(holder), [item.certificate_id for item in choice.items]
    held = holdings.held_and_named(unit, [own], chosen_ids)
    others = [certificate_id for certificate_id in chosen_ids if certificate_id not in held]
    if others:
        held |= holdings.held_and_named(unit, parties.acts_for(unit, own), others)
    return held


def show(choice: Choice, *, by: Actor, hub: Hub) -> Shown:
    """Make a code for a holder, in this thread; returns and raises as `presentation`."""
    return hub.drive(presentation(choice, by=by, hub=hub))


def presentation(choice: Choice, *, by: Actor, hub: Hub) -> Flow[Shown]:
    """Make a code for a holder.

    Raises:
        NotFound: one of the certificates is not the holder's to show.
        WrongState: a sealed code was asked for something that is not active.
        BadRequest: nothing, too much, or a field or matter that does not exist.
    """
    trip = hub.at(by)
    hub.step("show:1")
    with hub.reading() as unit:
        held = held_of(unit, by, choice)
    hub.step("show:2")
    showing = decide(choice, held, trip=trip)
    if choice.mode is Mode.SEALED:
        return (yield from _sealed(showing, by=by, trip=trip))
    materials = (
        None if choice.matter is None else look_ahead(choice.items, held, choice.matter, trip=trip).materials
    )
    code = codes.mint_ticket(hub.region, random=hub.random)
    life = timedelta(seconds=hub.settings.ticket_seconds)
    pen = trip.pen()
    minted = tickets.mint(pen, codes.ticket_hash(code), choice.items, matter=choice.matter, life=life)
    told = rows(pen, *(_event(body, one, by=by) for one, body in showing.events))
    hub.step("show:3")
    yield Commit(partial(_put, minted=minted, events=told), rows=1 + 2 * len(showing.events))
    return Shown(code, minted.ticket.expires_at, showing.warnings, materials)


def _put(unit: Unit, minted: tickets.Minted, events: NewEvents) -> None:
    tickets.put_ticket(unit, minted)
    put(unit, events)


@dataclass(frozen=True)
class Showing:
    """What is shown, decided: each certificate with its event's body, and what a clerk will object to.

    `payload` is what a sealed code will say; None for a ticket.
    """

    events: tuple[tuple[Certificate, event_bodies.Shown], ...]
    warnings: tuple[tuple[str, str], ...]
    payload: codes.SealedPayload | None = None
    expires_at: datetime | None = None


def decide(choice: Choice, held: Mapping[str, Certificate], *, trip: Trip) -> Showing:
    """Decide what a choice shows of what its holder holds; nothing is read and nothing is written. Raises as `show`."""
    found = [chosen(item, held) for item in _checked(choice, trip=trip)]
    if choice.mode is Mode.SEALED:
        return _decide_sealed(found[0], trip=trip)
    warnings = tuple(
        (c.certificate_id, state) for c in found if (state := shown_state(c, trip.now)) != State.ACTIVE
    )
    bodies = (event_bodies.Shown(kind=c.kind, mode=Mode.TICKET.value, matter=choice.matter) for c in found)
    return Showing(tuple(zip(found, bodies, strict=True)), warnings)


def _event(body: event_bodies.Shown, certificate: Certificate, *, by: Actor) -> Event[event_bodies.Shown]:
    return Event(CERTIFICATE_SHOWN, by.key, certificate.ref.hex(), body)


def _held(unit: Unit, holder: Actor) -> list[Held]:
    acting = _acting(unit, holder)
    found = holdings.held_by(unit, [_own(holder), *acting])
    seen: dict[str, Held] = {}
    for index, certificate in found:
        seen.setdefault(certificate.certificate_id, Held(certificate, acting.get(index)))
    return list(seen.values())


def _acting(unit: Unit, holder: Actor) -> dict[bytes, str]:
    """Return for whom a holder acts: blind index and name."""
    return {one.holder: one.name for one in parties.principals(unit, _own(holder))}


def _own(holder: Actor) -> bytes:
    """Return the blind index under which an account holds."""
    if holder.holder is None:
        raise NotAllowed("this account holds nothing")
    return holder.holder


def _checked(choice: Choice, *, trip: Trip) -> Sequence[TicketItem]:
    limit = 1 if choice.mode is Mode.SEALED else MAX_ITEMS
    if not 1 <= len(choice.items) <= limit or len({item.certificate_id for item in choice.items}) != len(
        choice.items
    ):
        raise BadRequest(f"a {choice.mode} code shows 1 to {limit} different certificates", code="ITEM_COUNT")
    if choice.matter is not None:
        try:
            trip.matter(choice.matter)
        except MatterUnknown as unknown:
            raise BadRequest("no such matter", code="MATTER_UNKNOWN") from unknown
    return choice.items


def chosen(item: TicketItem, held: Mapping[str, Certificate]) -> Certificate:
    """Return the certificate that an item chooses; raises NotFound, or ClaimsInvalid for a field that it has not."""
    certificate = held.get(item.certificate_id)
    if certificate is None:
        raise NotFound("you hold no such certificate")
    known = {*CORE, *certificate.record.claims}
    faults = [
        Fault(f"/items/fields/{name}", "FIELD_UNKNOWN") for name in item.fields or () if name not in known
    ]
    if faults:
        raise ClaimsInvalid(faults)
    return certificate


def _decide_sealed(certificate: Certificate, *, trip: Trip) -> Showing:
    """A code that a camera can check with no network: one certificate, active, its face claims."""
    state = shown_state(certificate, trip.now)
    if state != State.ACTIVE:
        raise WrongState(state, "show a sealed code of")
    expires_at = trip.now + timedelta(seconds=trip.settings.ticket_seconds)
    kind = trip.catalogue.version(certificate.kind, certificate.kind_version)
    face = [field.title for field in kind.face_fields] if kind else []
    payload = codes.SealedPayload.fit(
        iss=trip.region,
        exp=int(expires_at.timestamp()),
        jti=mint_jti(trip.random),
        kind=certificate.kind,
        list_no=certificate.list_no,
        index=certificate.list_index,
        ref=certificate.ref[:16],
        claims={name: certificate.record.claims[name] for name in face if name in certificate.record.claims},
    )
    body = event_bodies.Shown(
        kind=certificate.kind, mode=Mode.SEALED.value, matter=None, jti=payload.jti, exp=payload.exp
    )
    return Showing(((certificate, body),), (), payload, expires_at)


def _sealed(showing: Showing, *, by: Actor, trip: Trip) -> Flow[Shown]:
    if showing.payload is None or showing.expires_at is None:
        raise ValueError("a sealed code was decided without a payload")
    told = rows(trip.pen(), *(_event(body, one, by=by) for one, body in showing.events))
    trip.step("show:3")
    yield Commit(partial(put, made=told), rows=2 * len(showing.events))
    trip.step("show:4")
    token = jws.sign(showing.payload.build(), typ="show+jwt", key=trip.signer(Purpose.SHOW))
    trip.step("show:5")
    return Shown(codes.pack(token, "EC2"), showing.expires_at, ())
