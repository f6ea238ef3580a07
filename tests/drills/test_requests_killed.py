"""Kill -9 at every step, statement and commit of a counter's request: opened, seen, consented to."""

from contextlib import nullcontext
from typing import Any

import pytest

from certhub.errors import Conflict
from certhub.flows.records import issue
from certhub.flows.verification import consent, counter_request
from certhub.flows.verification.counter_request import OpenedCode, RequestOrder
from certhub.history.events import store as history
from certhub.hub import Hub
from certhub.matters.cases import store as cases
from certhub.people.parties.people import Role
from certhub.verification.receipts import store as receipts
from certhub.verification.tickets.item import TicketItem
from tests.drills.child import account
from tests.drills.orders import Scene, deaths
from tests.support.story import BUSINESS, key, licence

STEPS = {
    "request": ("request:1", "request:2", "request:3"),
    "offer": ("consent:1", "consent:2", "consent:3"),
    "consent": ("consent:1", "consent:2", "consent:3", "consent:4", "consent:5"),
}


def events(hub: Hub, request_id: str, type_: str) -> int:
    """How often the history tells of it."""
    with hub.reading() as unit:
        return len(history.events(unit, subject=request_id, type_=type_))


def rows(hub: Hub) -> int:
    """How many requests are on record."""
    with hub.reading() as unit:
        return int(unit.sql.exec_driver_sql("SELECT count(*) FROM counter_request").scalar_one())


def opened(scene: Scene, name: str) -> OpenedCode:
    """Let a counter open a request."""
    with scene.hub() as hub:
        order = RequestOrder(BUSINESS, "1号窗口", f"杀-{name}")
        return counter_request.open_counter_request(order, by=account(hub, Role.CLERK), hub=hub)


@pytest.mark.drill
def test_a_request_is_on_record_with_its_events_or_not_at_all(scene: Scene) -> None:
    """What was acknowledged waits; what died left no row without its event, and no event without its row."""
    for order, ended in deaths(
        scene, "request", STEPS["request"], lambda name: {"case_number": f"杀-{name}"}
    ):
        with scene.hub() as hub:
            with hub.reading() as unit:
                told = history.events(unit, type_="request.opened", limit=1000)
                checked = history.events(unit, type_="identity.checked", limit=1000)
            assert rows(hub) == len(told) == len(checked)
            if ended:
                request_id, code = scene.told()[-1].split()
                by = account(hub, Role.CLERK)
                assert "open" == counter_request.standing(request_id, by=by, hub=hub)["state"]
                assert code.startswith("EC4")
        assert order


@pytest.mark.drill
def test_a_request_that_was_seen_is_one_holders(scene: Scene) -> None:
    """Both rows or neither; the same holder sees it again after every death."""
    made: dict[str, OpenedCode] = {}

    def prepare(name: str) -> dict[str, Any]:
        made["now"] = opened(scene, name)
        return {"code": made["now"].code}

    for _, ended in deaths(scene, "offer", STEPS["offer"], prepare):
        request = made["now"]
        with scene.hub() as hub:
            clerk, holder = account(hub, Role.CLERK), account(hub, Role.HOLDER)
            state = counter_request.standing(request.request_id, by=clerk, hub=hub)["state"]
            seen = events(hub, request.request_id, "request.seen")
            assert ("seen" if seen else "open") == state
            assert state == "seen" or not ended
            again = consent.offer(request.code, by=holder, hub=hub)
            assert 1 == events(hub, request.request_id, "request.seen")
            match = counter_request.standing(request.request_id, by=clerk, hub=hub)["match"]
            assert match in again["match_choices"]


def consent_killed(scene: Scene) -> None:
    """Row, report, case and history agree after every death, and a retry ends it once."""
    made: dict[str, Any] = {}

    def prepare(name: str) -> dict[str, Any]:
        request = opened(scene, name)
        with scene.hub() as hub:
            by, holder, clerk = (account(hub, role) for role in (Role.AGENCY, Role.HOLDER, Role.CLERK))
            certificate_id = str(issue.issue(licence(f"杀-{name}"), by=by, hub=hub, key=key(name))[0]["id"])
            consent.offer(request.code, by=holder, hub=hub)
            match = counter_request.standing(request.request_id, by=clerk, hub=hub)["match"]
        made["now"] = request
        return {"code": request.code, "certificate_id": certificate_id, "match": match}

    for order, ended in deaths(scene, "consent", STEPS["consent"], prepare):
        request = made["now"]
        with scene.hub() as hub:
            clerk, holder = account(hub, Role.CLERK), account(hub, Role.HOLDER)
            standing = counter_request.standing(request.request_id, by=clerk, hub=hub)
            is_answered = standing["state"] == "answered"
            assert is_answered == ("report" in standing)
            assert int(is_answered) == events(hub, request.request_id, "request.answered")
            assert is_answered or not ended
            items = (TicketItem(order["certificate_id"]),)
            with pytest.raises(Conflict, match="answered") if is_answered else nullcontext():
                consent.consent(order["code"], items, order["match"], by=holder, hub=hub)
            standing = counter_request.standing(request.request_id, by=clerk, hub=hub)
            assert ("valid", "complete") == (standing["report"]["verdict"], standing["report"]["materials"])
            assert 1 == events(hub, request.request_id, "request.answered")
            with hub.reading() as unit:
                filed = receipts.get(unit, request.request_id)
                scans = cases.scans(unit, standing["report"]["case_id"])
            assert filed is not None
            assert [request.request_id] == [scan.verification for scan in scans]


@pytest.mark.drill
def test_a_consent_is_whole_or_not_at_all(scene: Scene) -> None:
    """Killed at every place, on SQLite."""
    consent_killed(scene)
