"""Kill -9 of a server inside its writer's batch, over HTTP: nothing told is lost, and no code is good twice.

The other drills die at a step that they name. Here somebody outside looks until the database says that a transaction is
being written, and kills then: between its first row and its commit, or between the commit and the answers.
"""

import random
from pathlib import Path

import pytest

from tests.bench.served import hub_server
from tests.drills.acknowledged import (
    Question,
    Told,
    asked_until_killed,
    codes_shown,
    found_again,
    served_region,
    writing_in,
)
from tests.support.invariants import settled
from tests.support.postgres import Postgres

QUESTIONS = 24
SEED = 20261201
DEATHS = pytest.mark.parametrize("deaths", [2, pytest.param(100, marks=pytest.mark.long)])


@pytest.mark.drill
@DEATHS
def test_nothing_told_is_lost_when_the_server_is_killed_on_sqlite(tmp_path: Path, deaths: int) -> None:
    """Each verification that was answered is found with its receipt by the next server, death after death."""
    killed(tmp_path, deaths)


@pytest.mark.postgres
@DEATHS
def test_nothing_told_is_lost_when_the_server_is_killed_on_postgresql(
    postgres: Postgres, tmp_path: Path, deaths: int
) -> None:
    """The same where the dead server's transactions are another process's to roll back."""
    database = postgres.create()
    killed(tmp_path, deaths, postgres.url(database))
    postgres.drop(database)


def killed(folder: Path, deaths: int, database: str = "") -> None:
    """Kill so many servers in turn; the next one has to know all that each had told."""
    chance, told, questions, died = random.Random(SEED), Told(), list[Question](), 0
    with served_region(folder / "regions", database) as region, writing_in(region) as is_writing:
        token = region.tokens["clerk"]
        for death in range(2 * deaths + 10):
            with hub_server(folder, region) as server:
                found_again(server, told, questions, token)
                if died == deaths:
                    break
                questions = [
                    Question(code, f"drill-killed-{death:03d}-{at:03d}")
                    for at, code in enumerate(codes_shown(region, QUESTIONS))
                ]
                told = asked_until_killed(server, questions, token, chance=chance, is_writing=is_writing)
                died += bool(told.unanswered)  # one that died when everything was told shows nothing
        assert died == deaths
        assert [] == settled(region.hub, region.clock)
