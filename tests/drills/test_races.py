"""One ticket raced by fifty clients in four processes: exactly one of them is told that it is good.

A read before a write let 196 of 200 raced tickets through more than once, so the winner is made by one INSERT.
"""

from collections import Counter

import pytest

from tests.drills.orders import Scene
from tests.drills.test_kills import minted

CLIENTS, PROCESSES = 50, 4
ROUNDS = pytest.mark.parametrize("rounds", [10, pytest.param(200, marks=pytest.mark.long)])


@pytest.mark.drill
@ROUNDS
def test_fifty_clients_race_for_a_ticket_on_sqlite(scene: Scene, rounds: int) -> None:
    """One success a round, and the other forty-nine are told when and where it was used."""
    raced(scene, rounds=rounds)


@pytest.mark.postgres
@ROUNDS
def test_fifty_clients_race_for_a_ticket_on_postgresql(postgres_scene: Scene, rounds: int) -> None:
    """The same on PostgreSQL."""
    raced(postgres_scene, rounds=rounds)


def test_clients_race_for_a_ticket(scene: Scene) -> None:
    """The drill in small: five rounds of twelve clients."""
    raced(scene, rounds=5, clients=12)


def raced(scene: Scene, *, rounds: int, clients: int = CLIENTS) -> None:
    """Let clients race for tickets, round by round, and count what each round's were told."""
    codes = minted(scene, rounds)

    ended = scene.order("race", codes=codes, clients=clients, processes=PROCESSES)

    assert [0] * PROCESSES == ended
    told: dict[int, Counter[str]] = {number: Counter() for number in range(rounds)}
    for place in range(PROCESSES):
        for line in (scene.folder / f"drill-acks.{place}").read_text(encoding="utf-8").splitlines():
            number, _, verdict, code = line.split()
            told[int(number)][f"{verdict} {code}"] += 1
    expected = Counter({"valid OK": 1, "invalid CODE_USED": clients - 1})
    assert dict.fromkeys(range(rounds), expected) == told
