"""The race through HTTP: a demo on PostgreSQL, four worker processes a region, fifty clients and one ticket."""

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from tests.drills.served import run_demo
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
