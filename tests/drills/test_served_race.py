"""The race through HTTP: one ticket by fifty clients through four workers, many by eight through two."""

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from tests.bench import load
from tests.bench.served import hub_server
from tests.drills.acknowledged import Question, codes_shown, served_region
from tests.drills.served import run_demo
from tests.support.invariants import settled
from tests.support.postgres import Postgres
from tests.support.story import BUSINESS

CLIENTS = 50


@pytest.mark.postgres
@pytest.mark.parametrize("rounds", [2, pytest.param(20, marks=pytest.mark.long)])
def test_fifty_clients_race_for_a_ticket_through_four_workers(
    postgres: Postgres, tmp_path: Path, rounds: int
) -> None:
    """Round by round over HTTP: one client reads valid, forty-nine read CODE_USED, nobody reads anything else."""
    database = postgres.create()
    with run_demo(tmp_path / "demo", "--database-url", postgres.url(database), "--workers", "4") as ready:
        region = ready["regions"][0]
        cards = json.loads((tmp_path / "demo" / region["code"] / "demo-cards.json").read_text())
        limits = httpx2.Limits(max_connections=CLIENTS)
        with (
            httpx2.Client(base_url=region["url"], trust_env=False, timeout=60, limits=limits) as http,
            ThreadPoolExecutor(CLIENTS) as clients,
        ):
            for _ in range(rounds):
                assert {"OK": 1, "CODE_USED": CLIENTS - 1} == raced(
                    http, region["tokens"], cards["valid"], clients
                )
    postgres.drop(database)


def raced(
    http: httpx2.Client, tokens: dict[str, str], certificate_id: str, clients: ThreadPoolExecutor
) -> Counter[str]:
    """Show one certificate, and let every client ask for its ticket at the same moment; count the answers."""
    start = threading.Barrier(CLIENTS)
    shown = http.post(
        "/api/v1/me/presentations",
        json={"items": [{"certificate_id": certificate_id}], "mode": "ticket"},
        headers={"Authorization": f"Bearer {tokens['holder']}"},
    )
    assert 201 == shown.status_code, shown.text

    def ask(client: int) -> str:
        body = {"code": shown.json()["code"], "matter": BUSINESS, "window": f"{client}号窗口"}
        start.wait(60)
        answer = http.post(
            "/api/v1/verifications", json=body, headers={"Authorization": f"Bearer {tokens['clerk']}"}
        )
        assert 200 == answer.status_code, answer.text
        return str(answer.json()["code"])

    return Counter(clients.map(ask, range(CLIENTS)))


CODES = pytest.mark.parametrize("codes", [30, pytest.param(1000, marks=pytest.mark.long)])
ASKERS, WORKERS, TOGETHER = 8, 2, 50


@pytest.mark.drill
@CODES
def test_codes_are_raced_through_two_workers_on_sqlite(tmp_path: Path, codes: int) -> None:
    """Each code by eight clients at once: one is told OK, seven CODE_USED, and it is written that way."""
    codes_raced(tmp_path, codes)


@pytest.mark.postgres
@CODES
def test_codes_are_raced_through_two_workers_on_postgresql(
    postgres: Postgres, tmp_path: Path, codes: int
) -> None:
    """The same on PostgreSQL, where the database and no file decides who was first."""
    database = postgres.create()
    codes_raced(tmp_path, codes, postgres.url(database))
    postgres.drop(database)


def codes_raced(folder: Path, number: int, database: str = "") -> None:
    """Let every code of a region be asked for by several connections at the same moment, some codes at a time."""
    told: dict[str, Counter[str]] = {}

    def heard(status: int, body: bytes) -> None:
        report = json.loads(body)
        assert 200 == status, report
        told.setdefault(report["verification_id"].rpartition("-")[0], Counter())[report["code"]] += 1

    with (
        served_region(folder / "regions", database) as region,
        hub_server(folder, region, workers=WORKERS) as server,
    ):
        token, left = region.tokens["clerk"], number
        while left > 0:
            group = codes_shown(region, min(left, TOGETHER))
            left -= len(group)
            asked = [
                Question(code, f"raced-{left:04d}-{at:03d}-{asker}").asked(token)
                for at, code in enumerate(group)
                for asker in range(ASKERS)
            ]
            load.ask_all(server.port, asked, heard, by=2 * ASKERS)
        assert number == len(told)
        assert [] == [one for one in told.values() if one != {"OK": 1, "CODE_USED": ASKERS - 1}]
        assert [] == settled(region.hub, region.clock)
