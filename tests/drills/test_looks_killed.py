"""Kill -9 at every step, statement and commit of what follows a look: disputed, told, settled; a holder asked about."""

from typing import Any

import pytest
from certhub_verifier.formats.exchange.notice import Settlement

from certhub.errors import Conflict
from certhub.flows.people import disputes, looks
from certhub.flows.records import issue
from certhub.flows.verification import case, show, verify
from certhub.flows.verification.filing import VerificationRequest
from certhub.flows.verification.show import Choice, Mode
from certhub.history.events import store as history
from certhub.hub import Hub
from certhub.jobs.runner import run_once
from certhub.people.parties.people import Actor, Role
from certhub.regions.notices import store as notices
from certhub.verification.tickets.item import TicketItem
from tests.drills.child import account
from tests.drills.orders import Scene, deaths
from tests.drills.test_kills_between import both, minted
from tests.support.story import BUSINESS, key, licence

pytestmark = pytest.mark.drill
FOOD = "PLACEHOLDER-902"


def told(hub: Hub, type_: str, subject: str) -> int:
    """How often the history tells of it."""
    with hub.reading() as unit:
        return len(history.events(unit, subject=subject, type_=type_))


def waiting(hub: Hub) -> int:
    """How many notices wait."""
    with hub.reading() as unit:
        return sum(notices.count_waiting(unit).values())


def ids(home: Hub) -> set[str]:
    """The looks that the holder sees."""
    page, _ = looks.looks(limit=500, before=None, by=account(home, Role.HOLDER), hub=home)
    return {one["id"] for one in page}


def listed(hub: Hub, by: Actor) -> list[dict[str, Any]]:
    """The disputes that an account sees."""
    found: list[dict[str, Any]] = disputes.disputes(limit=500, after=None, by=by, hub=hub)["items"]
    return found


def looked_at(scene: Scene, name: str) -> dict[str, Any]:
    """Let 420100 look at a certificate of 420700, and tell its verdict; return the look and its verification."""
    code, vid = minted(scene, f"杀-{name}"), f"killed-{name}-0123456789".replace(":", "-")
    with both(scene) as (home, other):
        before = ids(home)
        question = VerificationRequest(code, BUSINESS, "1号窗口", verification_id=vid)
        verify.verify(question, by=account(other, Role.CLERK), hub=other)
        run_once(other, "notices")
        [look] = ids(home) - before
        with home.reading() as unit:
            assert 0 == notices.count_waiting(unit).get("420100", 0)
    return {"look": look, "vid": vid}


def disputed(scene: Scene, name: str) -> dict[str, Any]:
    """The same, and the holder objects."""
    order = looked_at(scene, name)
    with both(scene) as (home, _):
        looks.dispute(order["look"], None, by=account(home, Role.HOLDER), hub=home)
    return order


def test_a_dispute_is_on_record_with_its_event_and_its_notice_or_not_at_all(scene: Scene) -> None:
    """Pressed again after every death it is one dispute, one event and one notice."""
    steps = ("dispute:1", "dispute:2", "dispute:3")
    for order, ended in deaths(scene, "dispute", steps, lambda name: looked_at(scene, name)):
        with both(scene) as (home, other):
            by = account(home, Role.HOLDER)
            is_there = order["look"] in {one["id"] for one in listed(home, account(home, Role.OPERATOR))}
            assert int(is_there) == told(home, "look.disputed", order["vid"]) == waiting(home)
            assert is_there or not ended
            looks.dispute(order["look"], None, by=by, hub=home)
            assert (1, 1) == (told(home, "look.disputed", order["vid"]), waiting(home))
            run_once(home, "notices")
            assert order["look"] in {one["id"] for one in listed(other, account(other, Role.OPERATOR))}


@pytest.mark.parametrize("victim", ["sender", "taker"])
def test_a_notice_is_taken_once_whoever_dies(scene: Scene, victim: str) -> None:
    """Sent again after every death, it is one dispute over there, told once."""
    steps = {"sender": ("notices:2", "notices:3"), "taker": ("notice:1", "notice:2")}[victim]

    def prepare(name: str) -> dict[str, Any]:
        return {**disputed(scene, f"{victim}-{name}"), "victim": victim}

    for order, ended in deaths(scene, "notify", steps, prepare):
        with both(scene) as (home, other):
            taken = told(other, "notice.taken", order["vid"])
            there = [one["id"] for one in listed(other, account(other, Role.OPERATOR))]
            assert taken == there.count(order["look"])
            assert not ended or (taken, waiting(home)) == (1, 0)
            run_once(home, "notices")
            assert (1, 0) == (told(other, "notice.taken", order["vid"]), waiting(home))


def test_a_settlement_is_on_record_with_its_event_and_its_notice_or_not_at_all(scene: Scene) -> None:
    """Settled again after every death it is settled once, and the holder reads what was found."""

    def prepare(name: str) -> dict[str, Any]:
        order = disputed(scene, f"settle-{name}")
        with both(scene) as (home, _):
            run_once(home, "notices")
        return order

    steps = ("settle:1", "settle:2", "settle:3")
    for order, ended in deaths(scene, "settle", steps, prepare):
        with both(scene) as (home, other):
            by = account(other, Role.OPERATOR)
            state = {one["id"]: one["state"] for one in listed(other, by)}[order["look"]]
            is_settled = state == "settled"
            assert int(is_settled) == told(other, "dispute.settled", order["vid"]) == waiting(other)
            assert is_settled or not ended
            if is_settled:
                with pytest.raises(Conflict):
                    disputes.settle("420700", order["look"], Settlement.UNCLEAR, None, by=by, hub=other)
            else:
                disputes.settle("420700", order["look"], Settlement.JUSTIFIED, None, by=by, hub=other)
            run_once(other, "notices")
            assert 1 == told(other, "dispute.settled", order["vid"])
            page, _ = looks.looks(limit=100, before=None, by=account(home, Role.HOLDER), hub=home)
            [mine] = [one for one in page if one["id"] == order["look"]]
            assert "justified" == mine["dispute"]["finding"]


def test_a_question_about_a_holder_is_counted_seen_and_told_or_not_at_all(scene: Scene) -> None:
    """The counts of case and holder, look and event stand together after every death."""

    def prepare(name: str) -> dict[str, Any]:
        with scene.hub() as hub:
            with hub.writing() as unit:
                unit.sql.exec_driver_sql(
                    "DELETE FROM case_quota"
                )  # one holder, and more deaths than three a day
            number = f"杀-问-{name}"
            made, _ = issue.issue(licence(number), by=account(hub, Role.AGENCY), hub=hub, key=key(number))
            items = (TicketItem(str(made["id"]), None),)
            choice = Choice(items, Mode.TICKET, FOOD)
            code = show.show(choice, by=account(hub, Role.HOLDER), hub=hub).code
            question = VerificationRequest(code, FOOD, "1号窗口", number)
            report = verify.verify(question, by=account(hub, Role.CLERK), hub=hub)
            return {"case_id": report["case_id"]}

    def seen(hub: Hub, case_id: str) -> tuple[int, int, int, int]:
        with hub.reading() as unit:
            of_case = unit.sql.exec_driver_sql(
                f"SELECT count(*) FROM look WHERE verification = '{case_id}'"
            ).scalar_one()
            counted = unit.sql.exec_driver_sql(
                "SELECT count(*) FROM case_quota q JOIN matter_case c ON c.found_by = q.found_by "
                f"WHERE c.case_id = '{case_id}'"
            ).scalar_one()
            every = unit.sql.exec_driver_sql("SELECT count(*) FROM case_quota").scalar_one()
        return int(of_case), int(counted), int(every - counted), told(hub, "case.asked", case_id)

    steps = ("case:1", "case:2", "case:3", "case:4", "case:5")
    for order, ended in deaths(scene, "ask_holder", steps, prepare):
        with scene.hub() as hub:
            assert seen(hub, order["case_id"]) in ((0,) * 4, (1,) * 4)
            assert not ended or seen(hub, order["case_id"]) == (1,) * 4
            before = seen(hub, order["case_id"])[0]
            clerk = account(hub, Role.CLERK)
            case.ask_holder(order["case_id"], ("001", "92420799MA99990138"), by=clerk, hub=hub)
            assert (before + 1,) * 4 == seen(hub, order["case_id"])
