"""A holder answers another region's counter: cut to what is agreed, on record here, signed, and sent.

What the agreement lets out in person alone, and was shown without an identity check, is withheld as such: the counter
is told to check, and nothing else. What did not arrive is sent again as it was consented to, and no wider; the
asking hub gives what it gave before, and takes one answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from certhub_verifier.policy import Channel
from certhub_verifier.report import UntoldItem

from certhub.db.engine import Unit
from certhub.errors import Conflict
from certhub.flows.verification import request_exchange as exchange
from certhub.flows.verification.consent_answer import Answering, count_compared, examined_for, matter_of
from certhub.flows.verification.look_rows import Looker, look_rows
from certhub.flows.verification.peer_decision import result_of
from certhub.flows.verification.request_events import looked_at, moved, showings
from certhub.flows.verification.request_terms import (
    OTHER,
    SAME,
    how_shown,
)
from certhub.flows.verification.resolve import Resolved
from certhub.flows.verification.shown_item import (
    NO_AGREEMENT,
    NOT_IN_PERSON,
    Examined,
)
from certhub.flows.verification.subjects import subjects_of
from certhub.flows.verification.world import Grant, world_at
from certhub.history.events.catalogue import REQUEST_ANSWERED
from certhub.history.events.store import append
from certhub.people.looks import store as looks
from certhub.people.looks.store import LookDetail, NewLook
from certhub.verification.requests import store as requests
from certhub.verification.requests.store import RequestState
from certhub.verification.tickets.item import TicketItem


def consent_elsewhere(answering: Answering, items: tuple[TicketItem, ...]) -> None:
    """Answer another region's counter: cut to what is agreed, signed, and sent once it is on record here."""
    trip, request, region = answering.trip, answering.request, answering.opened.region
    matter = matter_of(request, trip=trip)
    agreed = exchange.agreed_with(region, trip=trip)
    check = exchange.identity_question(answering.text, region, trip=trip)
    with trip.reading() as unit:
        exchange.must_not_be_stopped(unit, region)
        scope = None if request.case is None else f"{region}\x00{request.case}"
        subjects = subjects_of(unit.vault, scope)
        identity = None
        if check is not None and check.identity is not None:
            number = check.identity
            same = unit.vault.index(number["id_type"], number["id_number"]) == answering.by.holder
            identity = SAME if same else OTHER
    how = how_shown(request, None if check is None else exchange.AS_CHECKED, identity)
    allowed = exchange.grants(agreed, matter, region, mode=how.reached, trip=trip)
    world = world_at(trip, matter, allowed=allowed, subjects=subjects)
    in_person = exchange.grants(agreed, matter, region, mode="L3", trip=trip)
    shown = tuple(
        UntoldItem(NOT_IN_PERSON) if _waits_for_a_check(one, item, answering, in_person) else one
        for one, item in zip(examined_for(items, answering, how, world), items, strict=True)
    )
    resolved = Resolved(Channel.TICKET, shown, reached=how.reached)
    result = replace(result_of(resolved), identity=identity)
    trip.step("consent:4")
    with trip.writing() as unit:
        exchange.must_not_be_stopped(unit, region)
        looker = Looker(region, request.office.name, request.window.name, request.matter, request.request)
        made = look_rows(shown, looker, random=unit.random)
        code_hash = answering.opened.code_hash
        if requests.move_opened(unit, code_hash, RequestState.CONSENTED):
            count_compared(unit, answering, shown)
            append(
                unit,
                moved(REQUEST_ANSWERED, request, answering.by.key, home=trip.region),
                *showings(shown, answering.request, answering.by.key),
                *looked_at(shown, request, matter),
            )
            looks.add(unit, made)
        else:
            _must_be_as_before(unit, made, looker)
    trip.step("consent:5")
    exchange.send(answering.text, answering.opened, (result,), None, trip=trip)
    with trip.writing() as unit:
        requests.move_opened(unit, code_hash, RequestState.ANSWERED, of=(RequestState.CONSENTED,))


def _must_be_as_before(unit: Unit, made: Sequence[NewLook], looker: Looker) -> None:
    """Refuse to send again what was not consented to before: the holder's list says what was told, and no more is.

    Less may be: a certificate that was suspended meanwhile tells nothing of itself any more.
    """
    before = {
        one.detail.certificate: one.detail
        for one in looks.of_verification(unit, looker.region, looker.verification)
    }
    if not all(_is_no_wider(one.detail, before.get(one.detail.certificate)) for one in made):
        raise Conflict("another choice was consented to before", code="CONSENT_DIFFERS")


def _is_no_wider(look: LookDetail, before: LookDetail | None) -> bool:
    return (
        before is not None
        and set(look.fields) <= set(before.fields)
        and set(look.predicates) <= set(before.predicates)
    )


def _waits_for_a_check(
    examined: Examined | UntoldItem,
    item: TicketItem,
    answering: Answering,
    in_person: Callable[[str], Grant | None],
) -> bool:
    """Tell whether what may not be told as it was shown may be told once the identity is checked."""
    is_withheld = isinstance(examined, UntoldItem) and examined.code == NO_AGREEMENT
    return (
        is_withheld
        and answering.request.mode == "L3"
        and in_person(answering.held[item.certificate_id].kind) is not None
    )
