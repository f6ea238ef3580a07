"""python -m tests.bench.consent: from the holder's consent to the verdict at a counter of another region, over HTTP.

Two regions run as real processes on loopback. For each round a clerk of 武汉 opens a request, 张演示 opens it on the
hub of 鄂州 and consents; the counter asks until it has its report, as its page does where events do not reach it. Then
the look is awaited in /me of 鄂州, without and with its verdict. The table tells each wait as milliseconds and as a
ratio against one read of `/healthz`, taken before every wait. A round whose answer is wrong ends the run.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx2

from tests.drills.served import run_demo

BUSINESS, LOOK_SECONDS = "PLACEHOLDER-901", 15.0
GAP = 0.005


class WrongAnswer(Exception):
    """A round did not end as it has to."""


class Side:
    """One region's API, spoken to as one of its people."""

    def __init__(self, region: dict[str, Any], role: str) -> None:
        token = region["tokens"][role]
        self.client = httpx2.Client(
            base_url=region["url"], headers={"Authorization": f"Bearer {token}"}, timeout=10
        )

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the JSON answer; raises WrongAnswer for a refusal."""
        answer = self.client.request(method, path, json=body)
        if answer.status_code >= 400:
            raise WrongAnswer(f"{method} {path}: {answer.status_code} {answer.text}")
        found: dict[str, Any] = answer.json()
        return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rounds and print the table; one JSON object on stdout with --json."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.consent", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, metavar="N", help="how many requests (40)")
    parser.add_argument("--json", action="store_true", help="the figures as one JSON object on stdout")
    given = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory(prefix="certhub-consent-") as folder,
        run_demo(Path(folder, "demo")) as demo,
    ):
        home, other = demo["regions"][:2]
        holder, clerk = Side(home, "holder"), Side(other, "clerk")
        taken = [_round(number, holder, clerk) for number in range(given.rounds)]
    figures = {name: _figures([one[name] for one in taken]) for name in taken[0]}
    floor = figures["healthz"]["p50"]
    for name, figure in figures.items():
        print(
            f"{name:<18} p50 {figure['p50']:8.1f} ms   p95 {figure['p95']:8.1f} ms   "
            f"max {figure['max']:8.1f} ms   p95 ÷ healthz {figure['p95'] / floor:7.1f}",
            file=sys.stderr,
        )
    if given.json:
        print(json.dumps({"rounds": given.rounds, "milliseconds": figures}))
    return 0


def _round(number: int, holder: Side, clerk: Side) -> dict[str, float]:
    opened = clerk.call(
        "POST",
        "/api/v1/requests",
        {"matter": BUSINESS, "window": "1", "case_number": f"bench-{number}"},
    )
    code, request = opened["code"], f"/api/v1/requests/{opened['request_id']}"
    offer = holder.call("GET", f"/api/v1/me/requests/{code}")
    [fits] = [one for one in offer["requirements"][0]["proposals"] if one["meets"]][:1]
    match = clerk.call("GET", request)["match"]
    before = len(holder.call("GET", "/api/v1/me/looks?limit=100")["items"])
    floor = _waited(lambda: clerk.client.get("/healthz").status_code == 200)
    begun = time.perf_counter()
    body = {"items": [{"certificate_id": fits["certificate_id"]}], "match": match}
    holder.call("POST", f"/api/v1/me/requests/{code}/consent", body)
    consented = time.perf_counter()
    _waited(lambda: clerk.call("GET", request).get("report") is not None)
    answered = time.perf_counter()
    standing = clerk.call("GET", request)
    if (standing["report"]["verdict"], standing["report"]["materials"]) != ("valid", "complete"):
        raise WrongAnswer(f"the report says {standing['report']['verdict']} {standing['report']['code']}")

    def looks() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = holder.call("GET", "/api/v1/me/looks?limit=100")["items"]
        return found

    look = _waited(lambda: len(looks()) > min(before, 99), since=begun) if before < 100 else 0.0
    told = _waited(lambda: looks()[0]["verdict"] == "valid", since=begun)
    return {
        "healthz": floor,
        "consent call": (consented - begun) * 1000,
        "consent to verdict": (answered - begun) * 1000,
        "look at home": look,
        "look with verdict": told,
    }


def _waited(is_there: Callable[[], bool], *, since: float | None = None) -> float:
    begun = time.perf_counter() if since is None else since
    while not is_there():
        if time.perf_counter() - begun > LOOK_SECONDS:
            raise WrongAnswer(f"nothing came within {LOOK_SECONDS:g} s")
        time.sleep(GAP)
    return (time.perf_counter() - begun) * 1000


def _figures(values: list[float]) -> dict[str, float]:
    cut = quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
    return {"p50": round(median(values), 1), "p95": round(cut, 1), "max": round(max(values), 1)}


if __name__ == "__main__":
    sys.exit(main())
