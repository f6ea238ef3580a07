"""Cases of a real server: `certhub serve` on a loopback port, asked by a few clients; its CPU is what counts.

The tickets are minted before the clock starts, by a hub of ours on the same database. A server ends with the
case, and by itself should this process be gone.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from certhub.flows.verification import verify
from certhub.flows.verification.filing import VerificationRequest
from certhub.setup.parent import PARENT
from tests.bench import load, stored
from tests.bench.figures import Case, Effort, Figure, Kind, Round, Taken
from tests.bench.floor import done_by
from tests.bench.meters import tree_cpu_us
from tests.support.credentials import MATTER

TICKETS = 400
READY_SECONDS, READ_SECONDS = 30.0, 1.5


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers."""

    pid: int
    port: int


@contextmanager
def serving(command: Callable[[int], Sequence[str]], ready: str, log: Path) -> Iterator[Server]:
    """Start `python -m …` on a free port, wait until `ready` answers 200, and end it at the end."""
    port = _free_port()
    environment = os.environ | {PARENT: str(os.getpid())}
    with log.open("wb") as words:
        process = subprocess.Popen(
            [sys.executable, "-m", *command(port)],
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            env=environment,
        )
    try:
        _until_ready(process, port, ready, log)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def hub_server(folder: Path, data: Path) -> Iterator[Server]:
    """Serve the hub that lives in `data`."""

    def command(port: int) -> Sequence[str]:
        return ["certhub", "serve", "--data", str(data), "--port", str(port)]

    with serving(command, "/readyz", folder / "serve.log") as server:
        yield server


def _until_ready(process: subprocess.Popen[bytes], port: int, ready: str, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            with load.clients(port, 1) as [connection]:
                if connection.ask(load.request("GET", ready))[0] == 200:
                    return
        except OSError:
            pass  # not listening yet
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the server did not come up: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((load.HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _must_be_valid(status: int, body: bytes) -> None:
    report = json.loads(body)
    assert (status, report.get("verdict"), len(report.get("items", ()))) == (200, "valid", 1), body[:500]


def _must_be_200(status: int, body: bytes) -> None:
    assert status == 200, body[:500]


@contextmanager
def _verify(folder: Path, effort: Effort) -> Iterator[Round]:
    with stored.home(folder) as region, hub_server(folder, folder / region.hub.region) as server:
        certificate, number, token = stored.shown(region), effort.sized(TICKETS), region.tokens["clerk"]
        asked = VerificationRequest(stored.ticket(region, certificate), MATTER, stored.WINDOW)
        work = done_by(lambda: verify.verify(asked, by=region.clerk, hub=region.hub))

        def question() -> bytes:
            body = {"matter": MATTER, "window": stored.WINDOW, "code": stored.ticket(region, certificate)}
            return load.request("POST", "/api/v1/verifications", token=token, body=body)

        load.ask_all(server.port, [question() for _ in range(40)], _must_be_valid)

        def measure() -> list[Taken]:
            requests = [question() for _ in range(number)]
            began, cpu = time.perf_counter(), tree_cpu_us(server.pid)
            load.ask_all(server.port, requests, _must_be_valid)
            used, wall = tree_cpu_us(server.pid) - cpu, time.perf_counter() - began
            return [Taken("http-verify", used / number, work, more={"requests_per_s": number / wall})]

        yield measure


@contextmanager
def _read(folder: Path, effort: Effort) -> Iterator[Round]:
    def bare_app(port: int) -> Sequence[str]:
        return ["tests.bench.bare", str(port)]

    with (
        stored.home(folder) as region,
        hub_server(folder, folder / region.hub.region) as server,
        serving(bare_app, "/", folder / "bare.log") as bare,
    ):
        path = f"/api/v1/certificates/{stored.shown(region).certificate_id}"
        ours, theirs = load.request("GET", path, token=region.tokens["agency"]), load.request("GET", "/")
        seconds = max(READ_SECONDS * effort.scale, 0.5)

        def per_request(target: Server, one: bytes) -> float:
            cpu = tree_cpu_us(target.pid)
            answered = load.ask_for(target.port, one, _must_be_200, seconds=seconds)
            return (tree_cpu_us(target.pid) - cpu) / answered

        def measure() -> list[Taken]:
            against = per_request(bare, theirs)
            return [
                Taken("http-read", per_request(server, ours), against_us=against, more={"bare_us": against})
            ]

        measure()
        yield measure


CASES = (
    Case(
        "http-verify",
        (Figure("http-verify", Kind.SHARE, "POST /api/v1/verifications, 4 clients, 1 process", ">= 0.36"),),
        _verify,
    ),
    Case(
        "http-read",
        (Figure("http-read", Kind.AGAINST, "GET one certificate ÷ bare FastAPI GET", "<= 4"),),
        _read,
    ),
)
