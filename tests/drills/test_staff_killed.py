"""Kill -9 at every step, statement and commit of the organisation's and its staff's deeds: whole, or not at all."""

from typing import Any

import pytest
from certhub_schemas.codes.uscc import check_character
from certhub_verifier.formats.trust import trustlist
from certhub_verifier.formats.trust.trustlist import RegionIssuers

from certhub.adapters.public_files import PublicFiles
from certhub.db import outbox
from certhub.errors import Conflict, NotFound
from certhub.flows.people import enrolment, organisation, places, sign_in, staff
from certhub.history.events import store as history
from certhub.hub import Hub
from certhub.jobs.runner import run_once
from certhub.people.logins import proofs
from certhub.people.organisation.nodes import NodeKind
from certhub.people.parties.people import Role
from certhub.sharing.messages import store as messages
from tests.drills.child import account
from tests.drills.orders import Scene, deaths
from tests.support.organisation import agency, office
from tests.support.staff_deeds import DEVICE, MEMBER, PASSWORD

pytestmark = pytest.mark.drill
NUMBERS = iter(range(100, 10_000))


def events(hub: Hub, type_: str, subject: str) -> int:
    """How often the history says it of a subject."""
    with hub.reading() as unit:
        return len(history.events(unit, subject=subject, type_=type_))


def code_of_agency(_: str) -> dict[str, Any]:
    """A USCC that no agency has yet."""
    body = f"11420700MB000{next(NUMBERS):04}"
    return {"code": body + check_character(body)}


def seals(hub: Hub, code: str) -> int:
    """How many seals of an agency the trust list has."""
    found = PublicFiles(hub.trust_folder.folder).get(trustlist.issuers_path(hub.region))
    return sum(len(one.keys) for one in RegionIssuers.from_bytes(found).issuers if one.agency == code)


def test_an_agency_is_on_record_with_its_event_and_its_word_or_not_at_all(scene: Scene) -> None:
    """Added again after every death it is one agency, one event, one word to the job that lists it."""
    for order, _ in deaths(scene, "add_agency", ("organisation:1", "organisation:2"), code_of_agency):
        with scene.hub() as hub:
            by, code = account(hub, Role.OPERATOR), order["code"]
            organisation.add(NodeKind.AGENCY, agency(code, kinds="11100000MB0143028R001"), by=by, hub=hub)
            with hub.reading() as unit:
                words = [ref for _, ref in outbox.posted(unit, outbox.ISSUERS)]
            assert (1, 1) == (events(hub, "agency.added", code), words.count(code))


def test_a_listing_is_ended_by_the_next_round(scene: Scene) -> None:
    """After every death the next one leaves one seal, one event and no word."""

    def added(name: str) -> dict[str, Any]:
        order = code_of_agency(name)
        with scene.hub() as hub:
            by, cells = account(hub, Role.OPERATOR), agency(order["code"], kinds="11100000MB0143028R001")
            organisation.add(NodeKind.AGENCY, cells, by=by, hub=hub)
        return order

    steps = ("listing:1", "listing:2", "listing:3", "listing:4")
    for order, _ in deaths(scene, "list_agencies", steps, added):
        with scene.hub() as hub:
            run_once(hub, "list")
            with hub.reading() as unit:
                assert [] == outbox.posted(unit, outbox.ISSUERS)
            assert (1, 1) == (seals(hub, order["code"]), events(hub, "agency.listed", order["code"]))


def hall(scene: Scene) -> None:
    """Put an office on record, unless it is."""
    with scene.hub() as hub:
        by = account(hub, Role.OPERATOR)
        organisation.add(NodeKind.AGENCY, agency(), by=by, hub=hub)
        organisation.add(NodeKind.OFFICE, office(), by=by, hub=hub)
        assert places.nodes(NodeKind.OFFICE, under={}, after=None, limit=1, hub=hub)


def test_a_member_of_staff_is_entered_with_account_invitation_and_message_or_not_at_all(scene: Scene) -> None:
    """Entered again after every death there is one login, one account, one invitation and its message."""
    hall(scene)

    def numbered(_: str) -> dict[str, Any]:
        return {"number": f"K{next(NUMBERS)}"}

    for order, ended in deaths(scene, "add_staff", ("staff:2",), numbered):
        with scene.hub() as hub:
            by = account(hub, Role.OPERATOR)
            there = [one for one, _ in staff.members(by=by, hub=hub) if one.number == order["number"]]
            assert there or not ended
            before = waiting(hub)
            try:
                invited = staff.add_staff({**MEMBER, "number": order["number"]}, by=by, hub=hub)
            except Conflict:
                assert there
            else:
                assert [] == there
                assert (1, 1, before + 1) == (
                    events(hub, "staff.added", invited.login.key),
                    events(hub, "staff.invited", invited.login.key),
                    waiting(hub),
                )


def waiting(hub: Hub) -> int:
    """How many messages are on record."""
    with hub.reading() as unit:
        return len(messages.newest(unit, limit=10_000))


def invited(scene: Scene, number: str) -> dict[str, Any]:
    """Enter a member of staff; return the token of the link, and the code of now."""
    with scene.hub() as hub:
        by = account(hub, Role.OPERATOR)
        made = staff.add_staff({**MEMBER, "number": number}, by=by, hub=hub)
        token = made.link.partition("#")[2]
        return {"number": number, "token": token, "code": code(hub, token, scene), "login": made.login.key}


def code(hub: Hub, token: str, scene: Scene) -> str:
    """The code that the application of whoever opened an invitation shows now."""
    with hub.reading() as unit:
        secret = enrolment._secret(unit, token)
    return proofs.code_at(secret, proofs.step_at(scene.clock.now()))


def test_an_invitation_is_used_with_its_session_or_not_at_all(scene: Scene) -> None:
    """After every death it can be used, unless it was; then its owner signs in."""
    hall(scene)
    steps = ("enrolment:1", "enrolment:2")
    for order, _ in deaths(scene, "enrol", steps, lambda _: invited(scene, f"K{next(NUMBERS)}")):
        with scene.hub() as hub:
            is_used = events(hub, "staff.enrolled", order["login"]) == 1
            assert events(hub, "session.begun", order["login"]) == int(is_used)
            try:
                enrolment.accept(order["token"], PASSWORD, order["code"], device=DEVICE, hub=hub)
            except NotFound:
                assert is_used
            scene.clock.pass_(seconds=60)
            typed = code(hub, order["token"], scene)
            assert sign_in.sign_in(order["number"], PASSWORD, typed, device=DEVICE, hub=hub)


def test_a_sign_in_is_whole_or_not_at_all(scene: Scene) -> None:
    """A code that was used began a session; after every death the next code begins one."""
    hall(scene)
    order = invited(scene, f"K{next(NUMBERS)}")
    with scene.hub() as hub:
        enrolment.accept(order["token"], PASSWORD, order["code"], device=DEVICE, hub=hub)

    def later(_: str) -> dict[str, Any]:
        scene.clock.pass_(minutes=20)
        with scene.hub() as hub:
            return {**order, "code": code(hub, order["token"], scene)}

    begun = 1
    for given, _ in deaths(scene, "sign_in", ("sign_in:1", "sign_in:2", "sign_in:3"), later):
        with scene.hub() as hub:
            now = events(hub, "session.begun", order["login"])
            assert now - begun in (0, 1)
            scene.clock.pass_(seconds=60)
            typed = code(hub, given["token"], scene)
            assert sign_in.sign_in(given["number"], PASSWORD, typed, device=DEVICE, hub=hub)
            begun = now + 1
            assert begun == events(hub, "session.begun", order["login"])
