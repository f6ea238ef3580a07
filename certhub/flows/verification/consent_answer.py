"""A holder's answer to a counter's request on its way: what was opened, what is held, and what both sides decide of it.

matter_of         the matter that is asked for, as it is known here
examined_for      the chosen certificates, each examined as it is told
count_compared    how often a day a holder's certificates are compared with a declared value
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from certhub_schemas import Matter, MatterUnknown
from certhub_verifier.formats.exchange.request import CounterRequest
from certhub_verifier.report import UntoldItem

from certhub.db.engine import Unit
from certhub.errors import Conflict
from certhub.flows.verification.filing import VerificationInProgress
from certhub.flows.verification.shown_item import (
    Examined,
    Shown,
    shown_item,
)
from certhub.flows.verification.world import World
from certhub.hub.in_force import day_in_china
from certhub.hub.trip import Trip
from certhub.matters.cases import store as cases
from certhub.matters.cases.store import Counted
from certhub.people.parties.people import Actor
from certhub.records.certificates.record import Certificate
from certhub.verification.requests.store import CounterRequestFile, OpenedRequest
from certhub.verification.tickets.item import TicketItem

COMPARED_A_DAY = 3
"""Declared values that a holder's certificates may be compared with a day: whoever may ask often can guess."""


@dataclass(frozen=True)
class Answering:
    """A holder's answer on its way: what was opened, what is held, and for a request of our own its file and clerk."""

    opened: OpenedRequest
    request: CounterRequest
    held: Mapping[str, Certificate]
    trip: Trip
    by: Actor
    text: str
    file: CounterRequestFile | None = None
    verification: VerificationInProgress | None = None
    identity: str | None = None

    @property
    def is_ours(self) -> bool:
        """Whether our own counter asks."""
        return self.opened.region == self.trip.region


def matter_of(request: CounterRequest, *, trip: Trip) -> Matter:
    """Return the matter of a request; raises Conflict: MATTER_NOT_KNOWN_HERE."""
    try:
        return trip.matter(request.matter)
    except MatterUnknown as unknown:
        raise Conflict("we do not know this matter", code="MATTER_NOT_KNOWN_HERE") from unknown


def examined_for(
    items: tuple[TicketItem, ...], answering: Answering, how: Shown, world: World
) -> tuple[Examined | UntoldItem, ...]:
    """Return each chosen certificate of the holder's examined as it is shown."""
    held, now = answering.held, answering.trip.now
    return tuple(shown_item(one, held[one.certificate_id], now, how, world) for one in items)


def count_compared(unit: Unit, answering: Answering, examined: Iterable[Examined | UntoldItem]) -> None:
    """Count the declared value that certificates are compared with, for each of their holders, whichever counter asks.

    Who acts for a holder counts as the holder: whoever may ask often can guess. A certificate that is not good counts
    too, of which no answer is told: what else is said of it may tell it.

    Raises:
        Conflict: COMPARED_TOO_OFTEN.
    """
    if not answering.request.declared:
        return
    matter = matter_of(answering.request, trip=answering.trip)
    day = day_in_china(unit.now).isoformat()
    compared = {
        unit.vault.index(holder.id_type, holder.id_number)
        for item in examined
        if isinstance(item, Examined) and item.certificate is not None
        if any(one.name == "equals" for one in matter.predicates_for(item.certificate.kind))
        for holder in item.certificate.record.holders
    }
    for holder in sorted(compared):
        if not cases.count(unit, holder, Counted.COMPARED, day, at_most=COMPARED_A_DAY):
            raise Conflict("three values a day may be compared of one holder", code="COMPARED_TOO_OFTEN")
