"""Cases of a real server: `certhub serve` on a loopback port, asked by a few clients; its CPU is what counts.

The tickets are minted before the clock starts, by a hub of ours on the same database; each shows another
certificate. A server ends with the case, and by itself should this process be gone.
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
from itertools import count, cycle, islice
from pathlib import Path

from certhub.setup.parent import PARENT
from tests.bench import load, stored
from tests.bench.figures import Case, Effort, Figure, Kind, Round, Taken
from tests.bench.holders import Holders
from tests.bench.meters import tree_cpu_us
from tests.support.credentials import MATTER
from tests.support.region import Region

TICKETS, CALLS, PER_CALL, WARM = 400, 4, 100, 40
TAILS = (8, 32)
READY_SECONDS, READ_SECONDS = 60.0, 1.5


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers."""

    pid: int
    port: int


@contextmanager
def serving(
    command: Callable[[int], Sequence[str]], ready: str, log: Path, *, port: int = 0
) -> Iterator[Server]:
    """Start `python -m …` on a port (a free one), wait until `ready` answers 200, and end it at the end."""
    port = port or _free_port()
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
def hub_server(folder: Path, region: Region, *, workers: int = 1, port: int = 0) -> Iterator[Server]:
    """Serve a region's hub; its words go into `folder`."""
    data = region.hub.settings.data

    def command(port: int) -> Sequence[str]:
        where = ["--data", str(data), "--port", str(port), "--workers", str(workers)]
        return ["certhub", "serve", *where]

    with serving(command, "/readyz", folder / f"serve-{data.name}-{workers}.log", port=port) as server:
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


def question(code: str, region: Region) -> bytes:
    """Return the request by which the region's clerk verifies a code."""
    body = {"matter": MATTER, "window": stored.WINDOW, "code": code}
    return load.request("POST", "/api/v1/verifications", token=region.tokens["clerk"], body=body)


def must_be_valid(status: int, body: bytes) -> None:
    """Raise unless this is the report of one certificate that is valid."""
    report = json.loads(body)
    assert (status, report.get("verdict"), len(report.get("items", ()))) == (200, "valid", 1), body[:500]


def _must_be_200(status: int, body: bytes) -> None:
    assert status == 200, body[:500]


@contextmanager
def _verify(folder: Path, effort: Effort) -> Iterator[Round]:
    with stored.home(effort) as region:
        holders, number, by = Holders(region), effort.sized(TICKETS), region.clerk

        def questions(number: int) -> list[bytes]:
            return [question(holders.ticket(), region) for _ in range(number)]

        def tail(server: Server, clients: int) -> Taken:
            asked = load.ask_all(server.port, questions(number), must_be_valid, by=clients)
            p50, p99 = asked.percentile(50), asked.percentile(99)
            more = {"p50_ms": p50, "p99_ms": p99, "requests_per_s": asked.per_second}
            return Taken(f"http-verify-tail-{clients}", p99 * 1000, against_us=p50 * 1000, more=more)

        def measure() -> list[Taken]:
            work = stored.work_of(holders.ticket(), region, by)
            with hub_server(folder, region) as server:
                load.ask_all(server.port, questions(WARM), must_be_valid)
                requests, cpu = questions(number), tree_cpu_us(server.pid)
                asked = load.ask_all(server.port, requests, must_be_valid)
                used = (tree_cpu_us(server.pid) - cpu) / number
                more = {"requests_per_s": asked.per_second}
                tails = [tail(server, clients) for clients in TAILS]
            return [Taken("http-verify", used, work, more=more), *tails]

        yield measure


@contextmanager
def _batch(folder: Path, effort: Effort) -> Iterator[Round]:
    with stored.home(effort) as region:
        holders, calls, by = Holders(region), effort.sized(CALLS), region.clerk
        names = count()

        def must_all_be_valid(status: int, body: bytes) -> None:
            answer = json.loads(body)
            told = [item.get("verdict") for item in answer.get("items", ())]
            assert (status, told) == (200, ["valid"] * PER_CALL), body[:500]

        def call() -> bytes:
            items = [
                {"code": holders.ticket(), "verification_id": f"bench-batch-{next(names):08d}"}
                for _ in range(PER_CALL)
            ]
            body = {"matter": MATTER, "window": stored.WINDOW, "items": items}
            token = region.tokens["clerk"]
            return load.request("POST", "/api/v1/verifications/batch", token=token, body=body)

        def measure() -> list[Taken]:
            work = stored.work_of(holders.ticket(), region, by)
            with hub_server(folder, region) as server:
                load.ask_all(server.port, [call()], must_all_be_valid, by=1)
                requests, cpu = [call() for _ in range(calls)], tree_cpu_us(server.pid)
                asked = load.ask_all(server.port, requests, must_all_be_valid, by=1)
                used = (tree_cpu_us(server.pid) - cpu) / (calls * PER_CALL)
            return [Taken("http-batch", used, work, more={"codes_per_s": asked.per_second * PER_CALL})]

        yield measure


@contextmanager
def _read(folder: Path, effort: Effort) -> Iterator[Round]:
    def bare_app(port: int) -> Sequence[str]:
        return ["tests.bench.bare", str(port)]

    with stored.home(effort) as region:
        holders, seconds = Holders(region), max(READ_SECONDS * effort.scale, 0.5)

        def read() -> bytes:
            _, certificate = holders.next()
            path = f"/api/v1/certificates/{certificate.certificate_id}"
            return load.request("GET", path, token=region.tokens["agency"])

        def per_request(target: Server, requests: Sequence[bytes]) -> float:
            load.ask_all(target.port, [*islice(cycle(requests), WARM)], _must_be_200)
            cpu = tree_cpu_us(target.pid)
            answered = load.ask_for(target.port, requests, _must_be_200, seconds=seconds)
            return (tree_cpu_us(target.pid) - cpu) / answered

        def measure() -> list[Taken]:
            with serving(bare_app, "/", folder / "bare.log") as bare:
                against = per_request(bare, [load.request("GET", "/")])
            with hub_server(folder, region) as server:
                used = per_request(server, [read() for _ in range(effort.sized(TICKETS))])
            return [Taken("http-read", used, against_us=against, more={"bare_us": against})]

        yield measure


CASES = (
    Case(
        "http-verify",
        (
            Figure("http-verify", Kind.SHARE, "POST /api/v1/verifications, 4 clients, 1 process"),
            *(
                Figure(f"http-verify-tail-{one}", Kind.AGAINST, f"the same by {one} clients: p99 ÷ p50")
                for one in TAILS
            ),
        ),
        _verify,
    ),
    Case(
        "http-batch",
        (Figure("http-batch", Kind.SHARE, "POST …/verifications/batch, 100 codes a call, per code"),),
        _batch,
    ),
    Case(
        "http-read",
        (Figure("http-read", Kind.AGAINST, "GET one certificate ÷ bare FastAPI GET"),),
        _read,
    ),
)
