"""A counter's request as calls: a clerk opens it, a holder sees it, picks the digits, and consents or refuses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from certhub.demo import people as p
from certhub.flows.verification import consent, counter_request
from certhub.flows.verification.counter_request import OpenedCode, RequestOrder
from certhub.people.parties import store as parties
from certhub.people.parties.people import Party, Role
from certhub.verification.tickets.item import TicketItem
from tests.support.region import Region
from tests.support.story import BUSINESS


def opened(region: Region, matter: str = BUSINESS, **more: Any) -> OpenedCode:
    """Let the region's clerk open a request."""
    order = RequestOrder(matter, more.pop("window", "2号窗口"), **more)
    return counter_request.open_counter_request(order, by=region.clerk, hub=region.hub)


def standing(region: Region, request: OpenedCode) -> Mapping[str, Any]:
    """Return what the clerk sees of a request."""
    return counter_request.standing(request.request_id, by=region.clerk, hub=region.hub)


def seen(region: Region, request: OpenedCode) -> Mapping[str, Any]:
    """Let the holder of a region open a request on the region's own hub."""
    return consent.offer(request.code, by=region.holder, hub=region.hub)


def consented(
    holders: Region,
    asker: Region,
    request: OpenedCode,
    *certificates: str,
    fields: tuple[str, ...] | None = None,
) -> Mapping[str, Any]:
    """Let the holder see a request, pick the counter's digits and consent; return what the clerk sees then."""
    seen(holders, request)
    match = standing(asker, request)["match"]
    items = tuple(TicketItem(one, fields) for one in certificates)
    consent.consent(request.code, items, match, by=holders.holder, hub=holders.hub)
    return standing(asker, request)


def another_holder(region: Region, party: Party = p.LI) -> Region:
    """The region as another holder, 李样例 unless one is named, uses it."""
    token = f"token of {party.name}"
    with region.hub.writing() as unit:
        index = parties.register(unit, party)
        account = parties.open_account(unit, Role.HOLDER, party.name, holder=index)
        parties.give_token(unit, account.account, token, expires_at=unit.now.replace(year=2030))
    return replace(region, tokens=region.tokens | {Role.HOLDER.value: token})


@dataclass(frozen=True)
class Digits:
    """The pair that a counter shows, and one that it does not."""

    right: str
    wrong: str


def digits(holders: Region, asker: Region, request: OpenedCode) -> Digits:
    """Let the holder see a request, and return the pairs."""
    choices = seen(holders, request)["match_choices"]
    right = standing(asker, request)["match"]
    return Digits(right, next(pair for pair in choices if pair != right))


def loses_the_reply(home: Region, other: Region) -> Callable[[str], None]:
    """Return a step from which on the other region takes what is sent, and its replies are lost."""

    def step(name: str) -> None:
        if name == "consent:5":
            home.wire.reply_lost.add(other.hub.region)

    return step


def falls_silent(home: Region, other: Region) -> Callable[[str], None]:
    """Return a step that cuts the other region off once a consent is on record, and before it is sent."""

    def step(name: str) -> None:
        if name == "consent:5":
            home.wire.down.add(other.hub.region)

    return step
