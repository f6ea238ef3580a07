"""Kill -9 where two regions meet, in a bundle and in the worker: before every statement, every commit, every step."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from certhub_verifier.formats.codes.code import ticket_hash
from certhub_verifier.formats.jose import base64url

from certhub.flows.records import change, issue
from certhub.flows.records.change import Order
from certhub.flows.verification import show, verify
from certhub.flows.verification.filing import VerificationRequest
from certhub.flows.verification.show import Choice, Mode
from certhub.history.events import store as history
from certhub.hub import Hub
from certhub.jobs.sweeping import VOID_AFTER, sweep
from certhub.people.parties.people import Role
from certhub.records.certificates.rules import Transition
from certhub.settings import Settings
from certhub.verification.tickets import store as tickets
from certhub.verification.tickets.item import TicketItem
from tests.drills.child import account
from tests.drills.orders import KILLED, Scene
from tests.support.invariants import settled
from tests.support.plug import PulledPlug
from tests.support.region import Wire
from tests.support.story import BUSINESS, key, licence

pytestmark = pytest.mark.drill
MOST = 100
STRIDE = pytest.mark.parametrize("stride", [3, pytest.param(1, marks=pytest.mark.long)])
"""In the gate before every third statement; before every single one, and every commit, in the lane `long`."""
STEPS = {
    "provider": [f"answer:{n}" for n in range(1, 7)],
    "asker": [
        "verify:1",
        "verify:2",
        "verify:3",
        *(f"ask:{n}" for n in range(1, 6)),
        "verify:4",
        "verify:5",
        "verify:6",
    ],
}


@contextmanager
def both(scene: Scene) -> Iterator[tuple[Hub, Hub]]:
    """Open the two hubs here, joined; nobody else has them open."""
    wire, folders = Wire(), (scene.folder, scene.folder.parent / "420100")
    hubs = [Hub.open(Settings.load(folder), clock=scene.clock, network=wire) for folder in folders]
    wire.hubs |= {hub.region: hub for hub in hubs}
    try:
        yield hubs[0], hubs[1]
    finally:
        for hub in hubs:
            hub.close()


def minted(scene: Scene, number: str) -> str:
    """Issue a licence and show it; return the ticket."""
    with scene.hub() as hub:
        made, _ = issue.issue(licence(number), by=account(hub, Role.AGENCY), hub=hub, key=key(number))
        choice = Choice((TicketItem(str(made["id"]), None),), Mode.TICKET)
        return show.show(choice, by=account(hub, Role.HOLDER), hub=hub).code


def payloads(scene: Scene, typ: str) -> list[dict]:
    """Return what was signed under a type, as the journal has it."""
    found = []
    for signing_input in scene.signed():
        head, body = (json.loads(base64url.decode(part)) for part in signing_input.split("."))
        found += [body] if head["typ"] == typ else []
    return found


def resolved(hub: Hub, vid: str) -> int:
    """How often the history says that this verification looked at a certificate."""
    with hub.reading() as unit:
        events = history.events(unit, type_="certificate.looked_at", limit=10_000)
    return sum(event.body["verification"] == vid for event in events)


def told_once(scene: Scene, code: str, vid: str, *, first: bool) -> None:
    """Spent, kept and told of are one thing; the same question gets its answer, another one CODE_USED, in any order."""
    with both(scene) as (home, other):
        with home.reading() as unit:
            use = tickets.redemption_of(unit, ticket_hash(code))
            kept = use is not None and tickets.answer_of(unit, ticket_hash(code)) is not None
        assert (use is not None) == kept
        assert resolved(home, vid) == (1 if kept else 0)
        assert all(
            use is not None
            for answer in payloads(scene, "xr-res+jwt")
            for one in answer.get("results", ())
            if one["items"]
        )
        clerk = account(other, Role.CLERK)
        same = VerificationRequest(code, BUSINESS, "1号窗口", verification_id=vid)
        another = replace(same, verification_id=f"{vid}-another")
        order = (same, another) if first or use is not None else (another, same)

        reports = [verify.verify(question, by=clerk, hub=other)["code"] for question in order]

        assert ["OK", "CODE_USED"] == reports
        assert 1 == resolved(home, str(order[0].verification_id))
        assert [] == settled(home, scene.clock)
        assert [] == settled(other, scene.clock)
    scene.journal.unlink(missing_ok=True)


@pytest.mark.parametrize("victim", STEPS)
def test_a_scan_between_regions_survives_a_death_at_each_step(scene: Scene, victim: str) -> None:
    """Whoever of the two dies: the code is spent once, for one clerk, and the answer is told once."""
    for n, step in enumerate(STEPS[victim]):
        code, vid = minted(scene, f"间-{victim}-{n}"), f"between-{victim}-{n}"
        order = {"code": code, "verification_id": vid, "victim": victim, "kill": {"step": step}}
        assert [KILLED] == scene.order("ask", **order), step
        told_once(scene, code, vid, first=n % 2 == 0)


@STRIDE
@pytest.mark.parametrize("what", ["statement", "commit"])
@pytest.mark.parametrize("victim", STEPS)
def test_a_scan_between_regions_survives_death_at_every_statement(
    scene: Scene, victim: str, what: str, stride: int
) -> None:
    """The same before each single SQL statement and each commit of either side."""
    for n in range(1, MOST, stride if what == "statement" else 1):
        code, vid = minted(scene, f"间-{victim}-{what}-{n}"), f"between-{victim}-{what}-{n}"
        order = {"code": code, "verification_id": vid, "victim": victim, "kill": {what: n}}
        ended = scene.order("ask", **order)
        told_once(scene, code, vid, first=n % 2 == 0)
        if ended == [0]:
            assert n > 2
            return
        assert [KILLED] == ended
    pytest.fail(f"the scan did not end within {MOST} of its {what}s")


@STRIDE
@pytest.mark.parametrize("what", ["statement", "commit"])
def test_no_bundle_is_signed_that_the_history_does_not_hold(scene: Scene, what: str, stride: int) -> None:
    """Every bundle that the key ever signed has its event; whoever died before gave nothing away."""
    for n in range(1, MOST, stride if what == "statement" else 1):
        ended = scene.order("bundle", kill={what: n})
        with scene.hub() as hub, hub.reading() as unit:
            told = {event.subject for event in history.events(unit, type_="bundle.issued", limit=1_000)}
        assert {str(one["ver"]) for one in payloads(scene, "bundle+jwt")} <= told
        scene.clock.pass_(seconds=1)
        if ended == [0]:
            assert n > 1
            return
        assert [KILLED] == ended
    pytest.fail(f"the bundle did not end within {MOST} of its {what}s")


@STRIDE
@pytest.mark.parametrize("what", ["statement", "commit"])
def test_a_worker_that_dies_leaves_what_the_next_one_ends(scene: Scene, what: str, stride: int) -> None:
    """One suspended, one given up: after every death the next worker publishes both, and no word is lost."""
    for n in range(1, MOST, stride if what == "statement" else 1):
        with scene.hub() as hub:
            by = account(hub, Role.AGENCY)
            made, _ = issue.issue(licence(f"工-{what}-{n}"), by=by, hub=hub, key=key())
            with pytest.raises(PulledPlug):
                issue.issue(licence(f"弃-{what}-{n}"), by=by, hub=_cut(hub), key=key())
            scene.clock.pass_(seconds=VOID_AFTER.total_seconds() + 11)
            decided = Order("演示", "鄂演决字〔2026〕第9号")
            change.change(str(made["id"]), Transition.SUSPEND, decided, by=by, hub=hub, key=key())
        ended = scene.order("work", kill={what: n})
        with scene.hub() as hub:
            assert [] == settled(hub, scene.clock)
            sweep(hub)
            assert [] == settled(hub, scene.clock)
        if ended == [0]:
            assert n > 2
            return
        assert [KILLED] == ended
    pytest.fail(f"the worker did not end within {MOST} of its {what}s")


def _cut(hub: Hub) -> Hub:
    """Return the hub with the plug pulled before it signs."""

    def pull(name: str) -> None:
        if name == "issue:4":
            raise PulledPlug

    return replace(hub, step=pull)
