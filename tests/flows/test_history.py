"""Which events each deed writes, in either region, and what their bodies hold: one row a deed, nothing else is told.

A leaf of the history is never rewritten, so a name or a member that changes here is a change of a format.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime

import pytest
from certhub_verifier.formats.exchange.notice import Settlement

from certhub.adapters.messenger import Letter
from certhub.demo.people import ZHANG
from certhub.demo.resetting import put_back
from certhub.errors import HubError
from certhub.flows.people import disputes, looks
from certhub.flows.records import import_, issue, renew
from certhub.flows.records.change import Order
from certhub.flows.regions.switch import switch
from certhub.flows.sharing import messages
from certhub.flows.verification import (
    case,
    consent,
    counter_request,
    offline_bundle,
    outcome,
    results,
    reveal,
)
from certhub.flows.verification.counter_request import CheckOrder, OpenedCode, RequestOrder
from certhub.flows.verification.outcome import Result
from certhub.history.events import store as events
from certhub.history.events.catalogue import CATALOGUE
from certhub.jobs.clocks import watch
from certhub.jobs.sweeping import VOID_AFTER, sweep
from certhub.records.catalog.draft import RawDraft
from certhub.records.certificates.rules import Transition
from certhub.sharing.messages.rules import Medium
from certhub.verification.tickets.item import TicketItem
from tests.support.exports import csv_file, row
from tests.support.looks import notices_sent, seen_disputes, the_look
from tests.support.messages import PLANTED, a_message, posted
from tests.support.organisation_deeds import ORGANISATION_DEEDS
from tests.support.plug import PulledPlug, cut
from tests.support.region import Region
from tests.support.staff_deeds import STAFF_DEEDS
from tests.support.story import (
    BUSINESS,
    FOOD,
    change,
    food,
    issued,
    key,
    licence,
    marriage,
    scan,
    sealed,
    ticket,
)

Told = tuple[str, str, frozenset[str]]
Deed = Callable[[Region, Region], Callable[[], object]]
"""Prepares in two regions, and returns what is then done; only what that writes is looked at."""

LOOKED = frozenset(
    {
        *("verification", "kind", "purpose", "matter", "region", "office", "window"),
        *("asked", "told", "verdict", "code"),
    }
)
CHANGED = frozenset({"kind", "agency", "reason", "decision", "effective_from"})
SHOWN = frozenset({"kind", "mode", "matter", "jti", "exp"})
ISSUED = frozenset({"kind", "agency", "version"})
REQUESTED = frozenset({"mode", "declares", "matter", "window", "office"})
MOVED = frozenset({"home", "region", "matter"})
DISPUTED = frozenset({"region", "matter", "kind", "has_note"})
TAKEN = frozenset({"region", "kind"})
REQUESTING = "PLACEHOLDER-906"
"""A matter that takes a request."""


def changing(*events: Transition) -> Deed:
    """Prepare a certificate, moved on by all events but the last."""

    def prepare(home: Region, other: Region) -> Callable[[], object]:
        certificate_id = issued(home, licence("史-1"))
        for event in events[:-1]:
            change(home, certificate_id, event)
        return lambda: change(home, certificate_id, events[-1])

    return prepare


def jumping(home: Region, other: Region) -> Callable[[], object]:
    """Prepare a clock that has jumped since the worker looked at it."""
    home.clock.pass_(days=1)  # the keys are not older than the story
    resolved = watch(home.hub)
    home.clock.jump(hours=8)

    def look() -> None:
        watch(home.hub, resolved.monotonic)
        home.clock.jump(hours=-8)

    return look


def scanning(where: str, make: Callable[[Region, str], str] = ticket) -> Deed:
    """Prepare a code of the home region, to be scanned at home or in the other region."""

    def prepare(home: Region, other: Region) -> Callable[[], object]:
        code = make(home, issued(home, licence("史-1")))
        return lambda: scan(home if where == "home" else other, code)

    return prepare


def holding(*drafts: RawDraft, then: Callable[[Region, Region, list[str]], object]) -> Deed:
    """Prepare certificates, and do something with their ids."""

    def prepare(home: Region, other: Region) -> Callable[[], object]:
        cids = [issued(home, draft) for draft in drafts]
        return lambda: then(home, other, cids)

    return prepare


def renewing(home: Region, other: Region, cids: list[str]) -> object:
    """Renew the certificate."""
    return renew.renew(cids[0], Order("演示", "决1"), None, by=home.agency, hub=home.hub, key=key())


def shown_abroad(home: Region, other: Region) -> Callable[[], object]:
    """Prepare a ticket with a kind that is in no agreement."""
    code = ticket(home, issued(home, marriage("史-1")))
    return lambda: scan(other, code, BUSINESS)


def killed(home: Region, other: Region) -> Callable[[], object]:
    """Prepare an intent whose maker died, and which the sweeper finds."""
    with pytest.raises(PulledPlug):
        issue.issue(licence("史-1"), by=home.agency, hub=cut(home, "issue:4"), key=key())
    home.clock.pass_(seconds=VOID_AFTER.total_seconds() + 11)
    return lambda: sweep(home.hub)


def requested(home: Region) -> OpenedCode:
    """Let the clerk of the home region request something by a matter that takes a request."""
    return counter_request.open_counter_request(
        RequestOrder(REQUESTING, "1号窗口"), by=home.clerk, hub=home.hub
    )


def looking(home: Region, other: Region) -> Callable[[], object]:
    """Prepare a request that nobody has seen."""
    made = requested(home)
    return lambda: consent.offer(made.code, by=home.holder, hub=home.hub)


def of_a_request(then: Callable[[Region, OpenedCode], object]) -> Deed:
    """Prepare a request that the holder has seen, and do something with it."""

    def prepare(home: Region, other: Region) -> Callable[[], object]:
        made = requested(home)
        consent.offer(made.code, by=home.holder, hub=home.hub)
        return lambda: then(home, made)

    return prepare


def consenting(home: Region, other: Region) -> Callable[[], object]:
    """Prepare a request that the holder has seen, and a certificate to show for it."""
    made, certificate_id = requested(home), issued(home, licence("史-1"))
    consent.offer(made.code, by=home.holder, hub=home.hub)
    match = counter_request.standing(made.request_id, by=home.clerk, hub=home.hub)["match"]
    items = (TicketItem(certificate_id),)
    return lambda: consent.consent(made.code, items, match, by=home.holder, hub=home.hub)


def picking_wrong_digits(home: Region, made: OpenedCode) -> None:
    """Answer a request with digits that the counter does not show."""
    match = counter_request.standing(made.request_id, by=home.clerk, hub=home.hub)["match"]
    with pytest.raises(HubError):
        consent.consent(made.code, (), f"{(int(match) + 1) % 100:02}", by=home.holder, hub=home.hub)


def concluding(home: Region, other: Region) -> Callable[[], object]:
    """Prepare a verification that was answered."""
    vid = str(scan(home, ticket(home, issued(home, licence("史-1"))))["verification_id"])
    return lambda: outcome.conclude(vid, Result.CONFIRMED, None, by=home.clerk, hub=home.hub)


def revealing(home: Region, other: Region) -> Callable[[], object]:
    """Prepare a verification with a value to be seen."""
    vid = str(scan(home, ticket(home, issued(home, licence("史-1"))))["verification_id"])
    return lambda: reveal.reveal(vid, 0, "法定代表人", by=home.clerk, hub=home.hub)


def opening(home: Region, other: Region) -> Callable[[], object]:
    """Prepare a verification with a receipt to be opened."""
    vid = str(scan(home, ticket(home, issued(home, licence("史-1"))))["verification_id"])
    return lambda: results.opened_receipt(vid, by=home.clerk, hub=home.hub)


def asking_a_holder(home: Region, other: Region) -> Callable[[], object]:
    """Prepare a case that still needs something, and a person who may have it."""
    case_id = scan(home, ticket(home, issued(home, licence("史-1"))), FOOD, case_number="案-1")["case_id"]
    return lambda: case.ask_holder(case_id, (ZHANG.id_type, ZHANG.id_number), by=home.clerk, hub=home.hub)


def looked_abroad(home: Region, other: Region) -> str:
    """Let the other region's counter look and tell it; return the look."""
    scan(other, ticket(home, issued(home, licence("史-1"))))
    notices_sent(other)
    return str(the_look(home)["id"])


def objecting(home: Region, other: Region) -> Callable[[], object]:
    """Prepare a look that was made in the other region."""
    look = looked_abroad(home, other)
    return lambda: looks.dispute(look, "我没有去过", by=home.holder, hub=home.hub)


def telling(do: Callable[[Region, Region], object], sender: str) -> Deed:
    """Prepare what a region has to tell, and let it be told."""

    def prepare(home: Region, other: Region) -> Callable[[], object]:
        do(home, other)
        return lambda: notices_sent(home if sender == "home" else other)

    return prepare


def settling(home: Region, other: Region) -> Callable[[], object]:
    """Prepare a dispute that reached whoever looked."""
    objecting(home, other)()
    notices_sent(home)
    [waits] = seen_disputes(other, other.operator)
    by, region = other.operator, home.hub.region
    return lambda: disputes.settle(region, waits["id"], Settlement.JUSTIFIED, None, by=by, hub=other.hub)


def refused(do: Callable[[Region, Region], object]) -> Deed:
    """Prepare something that is refused: it tells nothing."""

    def prepare(home: Region, other: Region) -> Callable[[], object]:
        def attempt() -> None:
            with pytest.raises(HubError):
                do(home, other)

        return attempt

    return prepare


def sending(home: Region, other: Region) -> Callable[[], object]:
    """Prepare a message, and somebody who takes it."""

    class Taker:
        def send(self, letter: Letter, *, at: datetime) -> None:
            """Take it."""

    posted(home.hub, a_message(home.hub))
    hub = replace(home.hub, messengers={Medium.MAIL: Taker()})
    return lambda: messages.send(hub)


def overdue(home: Region, other: Region) -> Callable[[], object]:
    """Prepare a message that is of no use any more."""
    posted(home.hub, a_message(home.hub, expires_at=home.hub.now()))
    return lambda: messages.send(home.hub)


DEEDS: dict[str, tuple[Deed, list[Told]]] = {
    "issue": (
        lambda home, other: lambda: issued(home, licence("史-1")),
        [("420700", "certificate.issued", ISSUED)],
    ),
    "issue again": (
        holding(licence("史-1"), then=lambda home, other, cids: again(home, "史-1")),
        [],
    ),
    "import": (
        lambda home, other: lambda: import_.import_file(
            csv_file(row("史-1"), row("史-2")), "x.csv", by=home.agency, hub=home.hub
        ),
        [
            ("420700", "certificate.issued", ISSUED),
            ("420700", "certificate.issued", ISSUED),
            ("420700", "import.finished", frozenset({"rows", "issued", "existing", "refused"})),
        ],
    ),
    "check a file only": (
        lambda home, other: lambda: import_.import_file(
            csv_file(row("史-1")), "x.csv", by=home.agency, hub=home.hub, check_only=True
        ),
        [],
    ),
    "suspend": (changing(Transition.SUSPEND), [("420700", "certificate.suspended", CHANGED)]),
    "reinstate": (changing(Transition.SUSPEND, Transition.REINSTATE), [("420700", "certificate.reinstated", CHANGED)]),
    "revoke": (changing(Transition.REVOKE), [("420700", "certificate.revoked", CHANGED)]),
    "cancel": (changing(Transition.CANCEL), [("420700", "certificate.cancelled", CHANGED)]),
    "withdraw": (changing(Transition.WITHDRAW), [("420700", "certificate.withdrawn", CHANGED)]),
    "transfer": (changing(Transition.TRANSFER), [("420700", "certificate.transferred_out", CHANGED)]),
    "revoke what is revoked": (
        refused(lambda home, other: changing(Transition.REVOKE, Transition.REVOKE)(home, other)()),
        [("420700", "certificate.issued", ISSUED), ("420700", "certificate.revoked", CHANGED)],
    ),
    "renew": (
        holding(food("史-1"), then=renewing),
        [
            ("420700", "certificate.issued", ISSUED),
            ("420700", "certificate.superseded", frozenset({"kind", "agency", "reason", "decision", "next"})),
        ],
    ),
    "a clock that jumps": (jumping, [("420700", "clock.jumped", frozenset({"seconds"}))]),
    "void": (killed, [("420700", "certificate.voided", frozenset({"kind", "agency"}))]),
    "show a ticket of two": (
        holding(licence("史-1"), food("史-2"), then=lambda home, other, cids: ticket(home, *cids)),
        [("420700", "certificate.shown", SHOWN)] * 2,
    ),
    "show a sealed code": (
        holding(licence("史-1"), then=lambda home, other, cids: sealed(home, *cids)),
        [("420700", "certificate.shown", SHOWN)],
    ),
    "scan at home": (scanning("home"), [("420700", "certificate.looked_at", LOOKED)]),
    "scan a sealed code at home": (
        scanning("home", sealed),
        [("420700", "certificate.looked_at", LOOKED)],
    ),
    "scan what is no code": (
        lambda home, other: lambda: scan(home, "6217 0000 1234 5678"),
        [("420700", "code.refused", frozenset({"matter", "code"}))],
    ),
    "scan abroad": (
        scanning("abroad"),
        [
            ("420700", "certificate.looked_at", LOOKED),
            ("420100", "peer_certificate.looked_at", LOOKED),
        ],
    ),
    "scan abroad what is not agreed": (
        shown_abroad,
        [("420100", "code.refused", frozenset({"matter", "code"}))],
    ),
    "say how a verification ended": (
        concluding,
        [("420700", "verification.concluded", frozenset({"result", "number", "has_note"}))],
    ),
    "see a covered value": (
        revealing,
        [("420700", "verification.revealed", frozenset({"item", "field"}))],
    ),
    "open a receipt": (
        opening,
        [("420700", "verification.revealed", frozenset({"item", "field"}))],
    ),
    "ask what a holder could show": (
        asking_a_holder,
        [("420700", "case.asked", frozenset({"matter", "office"}))],
    ),
    "tell the verdict": (
        telling(lambda home, other: scanning("abroad")(home, other)(), "other"),
        [("420700", "notice.taken", TAKEN)],
    ),
    "object to a look": (
        objecting,
        [("420700", "look.disputed", DISPUTED)],
    ),
    "tell the dispute": (
        telling(lambda home, other: objecting(home, other)(), "home"),
        [("420100", "notice.taken", TAKEN)],
    ),
    "settle a dispute": (
        settling,
        [("420100", "dispute.settled", frozenset({"home", "finding"}))],
    ),
    "tell the finding": (
        telling(lambda home, other: settling(home, other)(), "other"),
        [("420700", "notice.taken", TAKEN)],
    ),
    "request at a counter": (
        lambda home, other: lambda: requested(home),
        [("420700", "request.opened", REQUESTED)],
    ),
    "check an identity": (
        of_a_request(
            lambda home, made: counter_request.check_identity(
                made.request_id, CheckOrder("id_card_seen"), by=home.clerk, hub=home.hub
            )
        ),
        [("420700", "identity.checked", frozenset({"has_number", "method"}))],
    ),
    "look at a request": (
        looking,
        [("420700", "request.seen", MOVED)],
    ),
    "look at it again": (
        of_a_request(lambda home, made: consent.offer(made.code, by=home.holder, hub=home.hub)),
        [],
    ),
    "refuse a request": (
        of_a_request(lambda home, made: consent.refuse(made.code, by=home.holder, hub=home.hub)),
        [("420700", "request.refused", MOVED)],
    ),
    "pick digits that the counter does not show": (
        of_a_request(picking_wrong_digits),
        [("420700", "request.voided", MOVED)],
    ),
    "consent to a request": (
        consenting,
        [
            ("420700", "request.answered", MOVED),
            ("420700", "certificate.shown", SHOWN),
            ("420700", "certificate.looked_at", LOOKED),
        ],
    ),
    "take an offline bundle": (
        lambda home, other: lambda: offline_bundle.offline_bundle(by=home.clerk, hub=home.hub),
        [("420700", "bundle.issued", frozenset({"lists"}))],
    ),
    "stop a region": (
        lambda home, other: lambda: switched(home, is_stopped=True),
        [("420700", "peer.stopped", frozenset({"reason"}))],
    ),
    "resume a region": (
        lambda home, other: lambda: switched(home, is_stopped=False),
        [("420700", "peer.resumed", frozenset({"reason"}))],
    ),
    "try a medium": (
        lambda home, other: lambda: messages.post_test(
            Medium.MAIL, PLANTED, "zh", by=home.operator.key, hub=home.hub
        ),
        [("420700", "message.tested", frozenset({"medium", "language"}))],
    ),
    "send a message": (sending, [("420700", "message.sent", frozenset({"medium", "template", "attempts"}))]),
    "give a message up": (
        overdue,
        [("420700", "message.given_up", frozenset({"medium", "template", "attempts", "trouble"}))],
    ),
    "put the demo back": (
        lambda home, other: lambda: put_back(home.hub, by=home.operator),
        [("420700", "demo.reset", frozenset({"kept", "led_back", "reissued", "codes", "resumed"}))],
    ),
    **ORGANISATION_DEEDS,
    **STAFF_DEEDS,
}  # fmt: skip


def switched(home: Region, *, is_stopped: bool) -> None:
    """Stop or resume the other region."""
    switch("420100", is_stopped=is_stopped, reason="演练", by=home.operator.key, hub=home.hub)


def again(home: Region, number: str) -> None:
    """Issue what is there already, under another key."""
    _, new = issue.issue(licence(number), by=home.agency, hub=home.hub, key=key())
    assert not new


def history(*regions: Region) -> dict[object, Told]:
    """Return every event of the regions: id → region, type, members of the body."""
    found: dict[object, Told] = {}
    for region in regions:
        with region.hub.reading() as unit:
            for event in events.events(unit, limit=100_000):
                found[event.id] = (region.hub.region, event.type, frozenset(event.body))
    return found


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_tells_exactly_this(home, other, name):
    """No event too few, none too many, and no member that the table does not name."""
    prepare, expected = DEEDS[name]
    do = prepare(home, other)
    before = history(home, other)

    do()

    after = history(home, other)
    assert sorted(expected, key=str) == sorted((after[one] for one in after.keys() - before.keys()), key=str)
    assert before.items() <= after.items()


def test_every_event_of_the_catalogue_is_told_by_a_deed():
    """A row that no deed of the table writes is either dead or untested."""
    told = {type_ for _, expected in DEEDS.values() for _, type_, _ in expected}

    assert CATALOGUE.keys() == told


def test_the_members_are_those_of_the_catalogue():
    """The table above is written by hand, so that a member that changes is a change that somebody sees."""
    told = {type_: body for _, expected in DEEDS.values() for _, type_, body in expected}

    assert {name: {field.name for field in fields(row.body)} for name, row in CATALOGUE.items()} == told
