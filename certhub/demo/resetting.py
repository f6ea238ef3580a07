"""重置演示: put a running demo of one region back, through the flows that everybody uses.

1 certificates      one that is not as it was made is led back where the rules know a way (a suspension is lifted);
                    otherwise what is still in force of it is cancelled, and it is issued anew under a new number
2 demo-cards.json   rewritten whole after each, so that a card meets the old certificate or the new one
3 tickets, peers, events  codes forgotten with their use, local stops lifted, the deed on record: one transaction

Every step has a key that it would have again: a reset that was cut off, or pressed twice, goes on where it was.
What stays: history, receipts, reports, ended certificates, what visitors issued, tokens, and the use of sealed codes,
which would be good once more without it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from certhub.db.idempotency.key import Key
from certhub.demo.certificates import Seed, seeds
from certhub.demo.seed import DECISION, fill, issued, make, put_cards, region_of
from certhub.errors import NotFound
from certhub.flows.records import change
from certhub.flows.records.change import Order
from certhub.flows.regions.switch import switch_in
from certhub.history.events import catalogue
from certhub.history.events.bodies import DemoReset
from certhub.history.events.catalogue import DEMO_RESET
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.people.parties import store as parties
from certhub.people.parties.people import Actor, Role
from certhub.records.certificates import holdings
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import CHINA, STEPS, State, Transition
from certhub.regions.peers import store as peers
from certhub.verification.tickets import store as tickets

REASON = "重置演示"
_LED_BACK = {
    (State.SUSPENDED, State.ACTIVE): Transition.REINSTATE,
    (State.ACTIVE, State.SUSPENDED): Transition.SUSPEND,
}


class How(StrEnum):
    """What a reset did with one certificate of the demo."""

    KEPT = "kept"
    LED_BACK = "led_back"
    REISSUED = "reissued"


@dataclass(frozen=True)
class PutBack:
    """What a reset did: certificates by `How`, codes forgotten, regions whose local stop was lifted."""

    certificates: Mapping[How, int]
    codes: int
    resumed: tuple[str, ...]

    def body(self) -> DemoReset:
        """Return it as the history has it."""
        counts = {how.value: self.certificates.get(how, 0) for how in How}
        return DemoReset(**counts, codes=self.codes, resumed=self.resumed)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON: {"kept", "led_back", "reissued", "codes": counts, "resumed": region codes}."""
        return self.body().members()


def put_back(hub: Hub, *, by: Actor) -> PutBack:
    """Put this region's demo back; `by` is the operator who asked for it.

    Raises:
        NotFound: the demo's agency account is gone.
        Conflict, Unavailable: somebody changed a certificate at the same moment; ask again.
    """
    agency = _agency(hub)
    fill(hub, agency)
    cards, done = issued(hub), Counter[How]()
    for one in seeds(region_of(hub), hub.now().astimezone(CHINA).date()):
        certificate_id, how = _put_back(one, cards[one.name], hub=hub, by=agency)
        done[how] += 1
        if certificate_id != cards[one.name]:
            cards[one.name] = certificate_id
            put_cards(hub, cards)
    return _record_reset(hub, done, by)


def _record_reset(hub: Hub, done: Mapping[How, int], by: Actor) -> PutBack:
    with hub.writing() as unit:
        resumed = tuple(sorted(peers.stopped(unit)))
        for region in resumed:
            switch_in(unit, region, is_stopped=False, reason=REASON, by=by.key)
        result = PutBack(done, tickets.forget_all(unit), resumed)
        append(unit, catalogue.Event(DEMO_RESET, by.key, hub.region, result.body()))
    return result


def _agency(hub: Hub) -> Actor:
    with hub.reading() as unit:
        found = next((one for one in parties.accounts(unit) if one.role is Role.AGENCY), None)
    if found is None:
        raise NotFound("the demo's agency account is gone; start the demo with --reset")
    return found


def _put_back(entry: Seed, certificate_id: str, *, hub: Hub, by: Actor) -> tuple[str, How]:
    """Return the id under which the certificate is found from now on, and what was done."""
    with hub.reading() as unit:
        found = certificates.find(unit, certificate_id)
    if entry.leave is not None:  # never signed: nobody's to alter
        return certificate_id, How.KEPT
    if found is not None and _has_its_dates(entry, found):
        if found.state is entry.standing:
            return certificate_id, How.KEPT
        event = _LED_BACK.get((found.state, entry.standing))
        if event is not None:
            _change(found, event, hub=hub, by=by)
            return certificate_id, How.LED_BACK
    if found is not None:
        for version in _in_force(found, hub):
            _change(version, Transition.CANCEL, hub=hub, by=by)
    return make(entry, hub=hub, by=by, instead_of=certificate_id), How.REISSUED


def _has_its_dates(entry: Seed, certificate: Certificate) -> bool:
    """Whether a certificate that is about its end still ends when it should."""
    return not entry.dated or (
        certificate.valid_to is not None and certificate.valid_to.isoformat() == entry.draft.valid_to
    )


def _in_force(certificate: Certificate, hub: Hub) -> list[Certificate]:
    """Return the versions of a certificate, also renewed ones, that can still be cancelled."""
    first = certificate.record.holders[0]
    with hub.reading() as unit:
        held = holdings.held_by(unit, [unit.vault.index(first.id_type, first.id_number)])
    return [
        one
        for _, one in held
        if (one.kind, one.record.number) == (certificate.kind, certificate.record.number)
        and (one.state, Transition.CANCEL) in STEPS
    ]


def _change(certificate: Certificate, event: Transition, *, hub: Hub, by: Actor) -> None:
    with hub.reading() as unit:
        step = (certificate.certificate_id, event.value, certificate.state_since.isoformat())
        key = Key(unit.vault.digest("demo reset", *step), unit.vault.digest("demo reset request", *step))
    change.change(certificate.certificate_id, event, Order(REASON, DECISION), by=by, hub=hub, key=key)
