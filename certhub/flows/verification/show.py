"""A holder shows certificates.

1 parties, certificates   what the holder, or those they act for, hold    Choice → certificates
2 certificates            the state must allow it; the holder is warned of anything a clerk will refuse
3 tickets, events         ticket: a code of 20 characters, stored as a hash; committed
  events                  sealed: the payload is on record first (intent before signature)
4 signer                  sealed only: the region's show key signs
5 formats.codes           → the text that goes into the QR
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from certhub_schemas import MatterUnknown
from certhub_schemas.purposes import Purpose
from certhub_verifier.formats import codes
from certhub_verifier.formats.codes.sealed import mint_jti
from certhub_verifier.formats.jose import jws
from certhub_verifier.requirement_report import MaterialsReport

from certhub.db.engine import Unit
from certhub.errors import BadRequest, ClaimsInvalid, Fault, NotAllowed, NotFound, WrongState
from certhub.flows.verification.look_ahead import look_ahead
from certhub.history.events import catalogue
from certhub.history.events.catalogue import CERTIFICATE_SHOWN, Event
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.parties import store as parties
from certhub.people.parties.people import Actor
from certhub.records.certificates import store as certificates
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


def held_in(unit: Unit, holder: Actor) -> dict[str, Certificate]:
    """Return what a holder, and those they act for, hold, by certificate id."""
    return {one.certificate.certificate_id: one.certificate for one in _held(unit, holder)}


def show(choice: Choice, *, by: Actor, hub: Hub) -> Shown:
    """Make a code for a holder.

    Raises:
        NotFound: one of the certificates is not the holder's to show.
        WrongState: a sealed code was asked for something that is not active.
        BadRequest: nothing, too much, or a field or matter that does not exist.
    """
    trip = hub.at(by)
    hub.step("show:1")
    with hub.reading() as unit:
        held = held_in(unit, by)
    hub.step("show:2")
    showing = decide(choice, held, trip=trip)
    if choice.mode is Mode.SEALED:
        return _sealed(showing, by=by, trip=trip)
    hub.step("show:3")
    code = codes.mint_ticket(hub.region, random=hub.random)
    with hub.writing() as unit:
        ticket = tickets.mint(
            unit,
            codes.ticket_hash(code),
            choice.items,
            matter=choice.matter,
            life=timedelta(seconds=hub.settings.ticket_seconds),
        )
        append(unit, *(_event(body, one, by=by) for one, body in showing.events))
    hub.step("show:4")
    found = (
        None if choice.matter is None else look_ahead(choice.items, held, choice.matter, trip=trip).materials
    )
    return Shown(code, ticket.expires_at, showing.warnings, found)


@dataclass(frozen=True)
class Showing:
    """What is shown, decided: each certificate with its event's body, and what a clerk will object to.

    `payload` is what a sealed code will say; None for a ticket.
    """

    events: tuple[tuple[Certificate, catalogue.Shown], ...]
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
    bodies = (catalogue.Shown(kind=c.kind, mode=Mode.TICKET.value, matter=choice.matter) for c in found)
    return Showing(tuple(zip(found, bodies, strict=True)), warnings)


def _event(body: catalogue.Shown, certificate: Certificate, *, by: Actor) -> Event[catalogue.Shown]:
    return Event(CERTIFICATE_SHOWN, by.key, certificate.ref.hex(), body)


def _held(unit: Unit, holder: Actor) -> list[Held]:
    if holder.holder is None:
        raise NotAllowed("this account holds nothing")
    acting = {p.holder: p.name for p in parties.principals(unit, holder.holder)}
    found = certificates.held_by(unit, [holder.holder, *acting])
    seen: dict[str, Held] = {}
    for index, certificate in found:
        seen.setdefault(certificate.certificate_id, Held(certificate, acting.get(index)))
    return list(seen.values())


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
    body = catalogue.Shown(
        kind=certificate.kind, mode=Mode.SEALED.value, matter=None, jti=payload.jti, exp=payload.exp
    )
    return Showing(((certificate, body),), (), payload, expires_at)


def _sealed(showing: Showing, *, by: Actor, trip: Trip) -> Shown:
    if showing.payload is None or showing.expires_at is None:
        raise ValueError("a sealed code was decided without a payload")
    trip.step("show:3")
    with trip.writing() as unit:
        append(unit, *(_event(body, one, by=by) for one, body in showing.events))
    trip.step("show:4")
    token = jws.sign(showing.payload.build(), typ="show+jwt", key=trip.signer(Purpose.SHOW))
    trip.step("show:5")
    return Shown(codes.pack(token, "EC2"), showing.expires_at, ())
