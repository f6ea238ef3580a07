"""The ten test cards of a demo: each gives a fresh code that must lead to one particular verdict.

    valid  expires-soon  revoked  suspended  expired  unknown-issuer     a ticket for such a certificate
    used             a ticket that another window has just redeemed
    altered          a sealed code with one byte of its payload changed
    stale-list       a sealed code and the report of a counter that was without a network for 27 hours
    payment          a made-up payment code

The demo's holder stands in for whoever holds the certificate. The certificates are
the cards' own (DATA/demo-cards.json, certhub/demo/certificates.py), so that nothing done to the certificates of the
story breaks a card; a region that holds none for a card does not offer it. Agencies see the cards' certificates in
their list as any others, and can alter them: then the card deals nothing and says so (CARD_ALTERED).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from certhub_schemas import Matter, matters
from certhub_verifier.engine import examine, run
from certhub_verifier.evidence import SealedCode
from certhub_verifier.formats import codes
from certhub_verifier.formats.jose import base64url
from certhub_verifier.lookups import Lookup, LookupResult, StatusAt, StatusToken
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.report import overall

from certhub.adapters.clock import Clock
from certhub.db.ids import public_id
from certhub.errors import NotFound, Refused
from certhub.flows.verification import show as showing
from certhub.flows.verification import verify as verifying
from certhub.flows.verification.filing import VerificationRequest
from certhub.flows.verification.masked import as_seen
from certhub.flows.verification.show import Choice, Mode
from certhub.hub import Hub
from certhub.people.parties.people import Actor
from certhub.records.certificates import store as certificates
from certhub.records.certificates.rules import State
from certhub.records.certificates.summary import EXPIRED, shown_state
from certhub.verification.tickets.item import TicketItem

SEEDED = "demo-cards.json"
PAYMENT_CODE = "289900001234567890"  # made up, in the shape of a wallet's payment code: 18 digits
OFFLINE = timedelta(hours=27)
ANOTHER_WINDOW = {"zh": "2号窗口", "en": "Window 2"}

Lang = Literal["zh", "en"]


@dataclass(frozen=True)
class CardRequest:
    """One click on a card: by which clerk, for which certificate (empty for `payment`), in which language."""

    hub: Hub
    clerk: Actor
    holder: Actor | None
    certificate_id: str
    lang: Lang


class CardAltered(Refused):
    """Somebody did something to a card's certificate, or it ran out; `state` is what it is in now."""

    code = "CARD_ALTERED"

    def __init__(self, state: str) -> None:
        super().__init__(f"this card's certificate is {state} now", detail={"state": state})


def minted_card(name: str, *, clerk: Actor, holder: Actor | None, lang: Lang, hub: Hub) -> dict[str, Any]:
    """Return a fresh code for a test card: {"code"}, and for `stale-list` also the {"report"} made without a network.

    `holder` is the demo's holder, who stands in for whoever holds the card's certificate.

    Raises:
        NotFound: no such card here.
        CardAltered: its certificate is no longer in the state that the card is about.
    """
    if name not in offered(hub):
        raise NotFound("no such test card here", code="NO_SUCH_PATH")
    card, certificate_id = _CARDS[name], certificate_of(hub, name)
    if certificate_id is not None:
        _refuse_altered(hub, certificate_id, card.state)
    return dict(card.make(CardRequest(hub, clerk, holder, certificate_id or "", lang)))


def matter_of_cards() -> Matter:
    """Return the matter that every card's face speaks of: the first in the list of a counter."""
    return matters()[0]


def offered(hub: Hub) -> list[str]:
    """Return the names of the cards that this region can deal, in the order in which they are shown."""
    return [name for name, card in _CARDS.items() if not card.seeds or certificate_of(hub, name)]


def certificate_of(hub: Hub, name: str) -> str | None:
    """Return the id of the certificate that a card needs; the first of its seeds that this region holds."""
    try:
        seeded: Mapping[str, str] = json.loads((hub.settings.data / SEEDED).read_bytes())
    except OSError:
        return None
    return next((seeded[seed] for seed in _CARDS[name].seeds if seed in seeded), None)


def _refuse_altered(hub: Hub, certificate_id: str, state: str) -> None:
    with hub.reading() as unit:
        certificate = certificates.find(unit, certificate_id)
    if certificate is None:
        raise NotFound("the demo's certificate is gone; start the demo with --reset")
    now = shown_state(certificate, hub.now())
    if now != state:
        raise CardAltered(now)


def _ticket(asked: CardRequest) -> Mapping[str, Any]:
    return {"code": _minted(asked)}


def _minted(asked: CardRequest) -> str:
    return _shown(asked, Mode.TICKET, asked.hub)


def _used(asked: CardRequest) -> Mapping[str, Any]:
    code = _minted(asked)
    question = VerificationRequest(
        code, matter_of_cards().code, ANOTHER_WINDOW[asked.lang], verification_id=public_id(asked.hub.random)
    )
    verifying.verify(question, by=asked.clerk, hub=asked.hub)
    return {"code": code}


def _altered(asked: CardRequest) -> Mapping[str, Any]:
    """One byte of the payload is changed, in its id, so that everything still reads as it should."""
    sealed = codes.read_code(_sealed(asked, asked.hub))
    if not isinstance(sealed, codes.Sealed):
        raise NotFound("a sealed code was asked for, and another came")
    header, payload, signature = sealed.jws.split(".")
    plain = bytearray(base64url.decode(payload))
    at = plain.index(b'"jti":"') + len(b'"jti":"')
    plain[at] = ord("A") if plain[at] != ord("A") else ord("B")
    return {"code": codes.pack(".".join((header, base64url.encode(bytes(plain)), signature)), sealed.prefix)}


def _stale_list(asked: CardRequest) -> Mapping[str, Any]:
    """Run the engine as a counter that lost its network 27 hours ago: our own list and trust set, that much later."""
    hub = asked.hub
    later = replace(hub, clock=Later(hub.clock, OFFLINE))
    code, now = _sealed(asked, later), later.now()

    def from_disk(need: Lookup) -> LookupResult | None:
        if not isinstance(need, StatusAt):
            return None
        return StatusToken(hub.public_files.get("status/" + need.uri.rsplit("/", 1)[1]))

    policy = policy_for(matter_of_cards(), Channel.SEALED)
    item = run(
        examine(
            SealedCode(code, asker=hub.region),
            trust=hub.trust,
            policy=policy,
            catalogue=hub.catalogue,
            now=now,
        ),
        from_disk,
    )
    report = overall([item], channel=Channel.SEALED, as_of=now)
    return {
        "code": code,
        "report": as_seen(report.to_dict(asked.lang), by=asked.clerk, catalogue=hub.catalogue),
        "offline_hours": int(OFFLINE.total_seconds() // 3600),
    }


def _payment(asked: CardRequest) -> Mapping[str, Any]:
    return {"code": PAYMENT_CODE}


def _sealed(asked: CardRequest, hub: Hub) -> str:
    return _shown(asked, Mode.SEALED, hub)


def _shown(asked: CardRequest, mode: Mode, hub: Hub) -> str:
    """Make a code as the card's holder would, who has no account: the demo's holder stands in."""
    with asked.hub.reading() as unit:
        certificate = certificates.find(unit, asked.certificate_id)
        if asked.holder is None or certificate is None:
            raise NotFound("the demo's holder is gone; start the demo with --reset")
        first = certificate.record.holders[0]
        holder = replace(asked.holder, holder=unit.vault.index(first.id_type, first.id_number))
    return showing.show(Choice((TicketItem(asked.certificate_id),), mode), by=holder, hub=hub).code


@dataclass(frozen=True)
class Later:
    """Another clock, that much later."""

    clock: Clock
    by: timedelta

    def now(self) -> datetime:
        """Return what time it will be then."""
        return self.clock.now() + self.by

    def monotonic(self) -> float:
        """Return the other clock's seconds; they only ever tell differences."""
        return self.clock.monotonic()


@dataclass(frozen=True)
class _Card:
    """How a card is made, and which of the demo's certificates it can be made from, best first.

    `state` is what the certificate must be in (`summary.shown_state`) for the card to lead to its verdict.
    """

    make: Callable[[CardRequest], Mapping[str, Any]]
    seeds: tuple[str, ...] = ()
    state: str = State.ACTIVE.value


_OURS = ("card-licence", "foreign-card-licence")
_CARDS: Mapping[str, _Card] = {
    "valid": _Card(_ticket, _OURS),
    "expires-soon": _Card(_ticket, ("card-expires-soon",)),
    "revoked": _Card(_ticket, ("revoked",), State.REVOKED.value),
    "suspended": _Card(_ticket, ("suspended",), State.SUSPENDED.value),
    "expired": _Card(_ticket, ("expired",), EXPIRED),
    "altered": _Card(_altered, _OURS),
    "used": _Card(_used, _OURS),
    "unknown-issuer": _Card(_ticket, ("stranger",)),
    "stale-list": _Card(_stale_list, _OURS),
    "payment": _Card(_payment),
}
ALL_CARDS = tuple(_CARDS)
