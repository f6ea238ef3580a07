"""The events of a counter's request: how it moved, and which certificates its holder showed to whom. Pure."""

from collections.abc import Iterable

from certhub_schemas import Matter
from certhub_verifier.formats.exchange.request import CounterRequest
from certhub_verifier.report import UntoldItem

from certhub.flows.verification.shown_item import Examined
from certhub.history.events import bodies as event_bodies
from certhub.history.events.bodies import Look, RequestMoved
from certhub.history.events.catalogue import CERTIFICATE_LOOKED_AT, CERTIFICATE_SHOWN, Event, EventType

BY_REQUEST = "request"  # how a certificate was shown, in its event
PURPOSE = "verify"


def moved(
    event: EventType[RequestMoved], request: CounterRequest, actor: str, *, home: str
) -> Event[RequestMoved]:
    """Say that a request was opened, answered, refused or voided."""
    body = RequestMoved(matter=request.matter, region=request.asker, home=home)
    return Event(event, actor, request.request, body)


def showings(
    items: Iterable[Examined | UntoldItem], request: CounterRequest, actor: str
) -> list[Event[event_bodies.Shown]]:
    """Say of each certificate that its holder showed it by this request."""
    return [
        Event(
            CERTIFICATE_SHOWN,
            actor,
            item.ref,
            event_bodies.Shown(kind=item.item.kind, mode=BY_REQUEST, matter=request.matter),
        )
        for item in items
        if isinstance(item, Examined)
    ]


def looked_at(
    items: Iterable[Examined | UntoldItem], request: CounterRequest, matter: Matter
) -> list[Event[Look]]:
    """Say of each certificate that another region's counter is told of it."""
    return [
        Event(
            CERTIFICATE_LOOKED_AT,
            f"{request.asker}:{request.office.name}",
            item.ref,
            Look(
                verification=request.request,
                kind=item.item.kind,
                purpose=PURPOSE,
                matter=request.matter,
                region=request.asker,
                office=request.office.name,
                window=request.window.name,
                asked=tuple(matter.fields_for(item.item.kind) or ()),
                told=tuple(sorted(item.item.disclosed)),
                verdict=None,
                code=None,
            ),
        )
        for item in items
        if isinstance(item, Examined)
    ]
