"""Two regions are served, a third is founded beside them: none is restarted, and each answers each other over HTTP."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path
from typing import Any

import httpx2
import pytest

from certhub.demo import people as p
from certhub.demo.region_file import chosen
from certhub.demo.regions import Plan, prepare
from certhub.setup.parent import PARENT
from tests.drills.served import run_demo
from tests.support.drawn import draw
from tests.support.ports import free_ports

pytestmark = pytest.mark.drill
MATTER = "PLACEHOLDER-901"
PATIENCE = 30.0  # seconds: a server starts, and two others look at their trust folders
KEPT = {"code", "url", "tokens"}


def call(region: dict[str, Any], role: str, method: str, path: str, body: Any = None) -> Any:
    """Call a region as the demo's account of a role."""
    headers = {"Authorization": f"Bearer {region['tokens'][role]}"}
    answer = httpx2.request(
        method, region["url"] + path, headers=headers, json=body, trust_env=False, timeout=20
    )
    assert answer.status_code < 300, answer.text
    return answer.json()


def verified(shows: dict[str, Any], asks: dict[str, Any]) -> tuple[str, str]:
    """Show 张演示's licence in one region and verify it in the other; return the verdict and its code."""
    held = call(shows, "holder", "GET", "/api/v1/me/certificates")["items"]
    licence = next(one["id"] for one in held if one["kind"] == p.LICENCE)
    shown = {"mode": "ticket", "items": [{"certificate_id": licence}]}
    code = call(shows, "holder", "POST", "/api/v1/me/presentations", shown)["code"]
    question = {"code": code, "matter": MATTER, "window": "1"}
    report = call(asks, "clerk", "POST", "/api/v1/verifications", question)
    return report["verdict"], report["code"]


@contextmanager
def served(folder: Path, port: int) -> Iterator[None]:
    """Serve the demo of one region in a process of its own until it is ready; end it afterwards."""
    command = [sys.executable, "-m", "certhub.demo.serve", "--data", str(folder), "--port", str(port)]
    environment = os.environ | {PARENT: str(os.getpid())}
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        until(lambda: httpx2.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).status_code == 200)
        yield
    finally:
        process.terminate()
        process.wait(30)


def until(is_so: Any) -> None:
    """Wait for something that other processes do."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            if is_so():
                return
        except httpx2.HTTPError:
            pass
        assert time.monotonic() < end, "not in time"
        time.sleep(0.1)


def test_a_region_joins_while_the_others_are_served(tmp_path: Path) -> None:
    """Their processes stay; every ordered pair of the three shows and verifies, and the first page links the third."""
    drawn, folder, port = draw(tmp_path / "outside"), tmp_path / "demo", free_ports()
    with run_demo(folder) as ready:
        pair = [{name: one[name] for name in KEPT} for one in ready["regions"]]
        assert ("valid", "OK") == verified(*pair), drawn
        url = f"http://127.0.0.1:{port}"
        plan = Plan(folder, [*(one["url"] for one in pair), url], chosen(outside=drawn.folder))
        tokens = prepare(plan, is_running=True)
        with served(folder / drawn.code, port):
            row = [*pair, {"code": drawn.code, "url": url, "tokens": tokens[drawn.code]}]
            until(lambda: len(call(pair[0], "operator", "GET", "/api/v1/peers")["items"]) == 2)
            until(lambda: len(call(pair[1], "operator", "GET", "/api/v1/peers")["items"]) == 2)
            for shows, asks in permutations(row, 2):
                assert ("valid", "OK") == verified(shows, asks), (shows["code"], asks["code"], str(drawn))
            assert f'href="{url}/"' in httpx2.get(pair[0]["url"] + "/", trust_env=False).text, drawn
