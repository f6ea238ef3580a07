"""Kill -9 at every step, statement and commit of stopping a region and of resuming it: stop and event, or neither."""

from itertools import count

import pytest

from certhub.history.events import store as history
from certhub.hub import Hub
from certhub.regions.peers import store as peers
from tests.drills.orders import KILLED, Scene

STEPS = ("switch:1", "switch:2")
MOST = 40


def standing(hub: Hub) -> tuple[bool, int, int]:
    """Return whether the other region is stopped, and how often the history says stopped and resumed."""
    with hub.reading() as unit:
        told = [one.type for one in history.events(unit, subject="420100", limit=10_000)]
        return "420100" in peers.stopped(unit), told.count("peer.stopped"), told.count("peer.resumed")


def killed_everywhere(scene: Scene, *, is_stopped: bool) -> None:
    """After each death the stop stands as the history leads to it; what was acknowledged is on record."""
    numbers = count()
    for what, places in (("step", STEPS), ("statement", range(1, MOST)), ("commit", range(1, MOST))):
        for place in places:
            with scene.hub() as hub:
                before, number = standing(hub), next(numbers)
            ended = scene.order(
                "switch", n=f"{is_stopped} {number}", is_stopped=is_stopped, kill={what: place}
            )
            assert ended in ([KILLED], [0])
            with scene.hub() as hub:
                after = standing(hub)
            is_told = f"switched {is_stopped} {number}" in scene.told()
            assert is_told == (ended == [0])
            one_more = (is_stopped, before[1] + is_stopped, before[2] + (not is_stopped))
            assert after == one_more if is_told else after in (before, one_more)
            if ended == [0]:
                assert what != "step"
                break
        else:
            assert what == "step", f"it did not end within {MOST} of its {what}s"


@pytest.mark.drill
def test_a_stop_and_its_event_are_one(scene: Scene) -> None:
    """Stopped, then resumed, on SQLite."""
    killed_everywhere(scene, is_stopped=True)
    killed_everywhere(scene, is_stopped=False)


@pytest.mark.postgres
def test_a_stop_and_its_event_are_one_on_postgresql(postgres_scene: Scene) -> None:
    """The same where the dead client's transaction is the server's to roll back."""
    killed_everywhere(postgres_scene, is_stopped=True)
