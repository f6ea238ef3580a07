"""The way in under attack, with a real server and real sockets: bounded memory, and nobody shut out.

The server lives under the usual limit of 1,024 open files, which 1,100 idle connections are more than.
"""

import re
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.drills.served import run_demo, server_of
from tests.support.hostile import eventually

pytestmark = pytest.mark.drill

LICENCE = "11100000MB0143028R001"
IDLE, FILES = 1_100, 1_024
SENT = 300 << 20  # bytes
MOST_GROWTH = 24 << 20  # bytes
HEAD = b"POST /xr/v1/query HTTP/1.1\r\nHost: x\r\n"
PIECE = 256 << 10
FLOODS = {
    "headers": (HEAD, (b"x-" + b"n" * 50 + b": " + b"v" * 200 + b"\r\n") * (PIECE // 256)),
    "one header": (HEAD + b"x: ", b"v" * PIECE),
    "one address": (b"GET /", b"p" * PIECE),
    "trailers": (
        HEAD + b"transfer-encoding: chunked\r\n\r\n0\r\n",
        (b"x: " + b"v" * 250 + b"\r\n") * (PIECE // 255),
    ),
    "chunk extensions": (HEAD + b"transfer-encoding: chunked\r\n\r\n5;", b"e" * PIECE),
    "pipelined requests": (b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * (PIECE // 36)),
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Two regions under a limit of 1,024 files, and this process above it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8_192), hard))
    folder = tmp_path_factory.mktemp("way-in") / "demo"
    with run_demo(folder, most_files=FILES) as ready:
        yield folder, ready
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def memory_of(pid: int) -> int:
    """Resident bytes of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) << 10


def address(region: dict[str, Any]) -> tuple[str, int]:
    """Where a region listens."""
    host, _, port = region["url"].rpartition("/")[2].partition(":")
    return host, int(port)


@pytest.mark.parametrize("flood", FLOODS)
def test_what_one_connection_sends_costs_bounded_memory(demo, flood, record_property):
    """One connection sent 300 MB of headers, and the server grew by 283 MB; now it is cut at its first 64 KiB."""
    folder, ready = demo
    server = server_of(folder, ready["regions"][0]["code"])
    start, piece = FLOODS[flood]
    before, sent, most, answer = memory_of(server), 0, 0, b""
    with socket.create_connection(address(ready["regions"][0]), timeout=5) as line:
        with suppress(TimeoutError, ConnectionError):
            line.sendall(start)
            while sent < SENT:
                line.sendall(piece)
                sent += len(piece)
                most = max(most, memory_of(server))
        with suppress(TimeoutError, ConnectionError):
            answer = line.recv(PIECE)
    growth = max(most, memory_of(server)) - before
    record_property("growth", growth)
    print(f"{flood}: sent {sent >> 20} MB, grew by {growth >> 20} MB, told {answer[:30]!r}")  # noqa: T201

    assert growth < MOST_GROWTH
    assert sent < SENT


def test_idle_connections_shut_nobody_out(demo):
    """With 1,100 connections that say nothing every honest request is answered, and the worker goes on publishing."""
    folder, ready = demo
    region = ready["regions"][0]
    published = folder / region["code"] / "public/status/1"
    with ExitStack() as open_:
        idle = [
            open_.enter_context(socket.create_connection(address(region), timeout=5)) for _ in range(IDLE)
        ]
        begun = time.monotonic()
        taken, before = [], published.read_bytes()
        for _ in range(30):
            asked = time.monotonic()
            with httpx2.Client(trust_env=False, timeout=5) as client:  # a connection of its own
                assert 200 == client.get(f"{region['url']}/readyz").status_code
            taken.append(time.monotonic() - asked)
        with httpx2.Client(trust_env=False, timeout=5) as client:
            agency = {"Authorization": f"Bearer {region['tokens']['agency']}", "Idempotency-Key": "way-in-1"}
            clerk = {"Authorization": f"Bearer {ready['regions'][1]['tokens']['clerk']}"}
            holder = {"Authorization": f"Bearer {region['tokens']['holder']}"}
            mine = client.get(f"{region['url']}/api/v1/me/certificates", headers=holder).json()["items"]
            certificate_id = next(
                one["id"] for one in mine if one["state"] == "active" and one["kind"] == LICENCE
            )
            shown = client.post(
                f"{region['url']}/api/v1/me/presentations",
                json={"items": [{"certificate_id": certificate_id}], "mode": "ticket"},
                headers=holder,
            )
            scanned = client.post(
                f"{ready['regions'][1]['url']}/api/v1/verifications",
                json={"code": shown.json()["code"], "matter": "PLACEHOLDER-901", "window": "1"},
                headers=clerk,
            )
            assert "valid" == scanned.json()["verdict"]
            decided = {"reason": "演示", "decision_number": "演决字1号"}
            path = f"/api/v1/certificates/{certificate_id}/suspension"
            assert 200 == client.post(region["url"] + path, json=decided, headers=agency).status_code
        assert eventually(lambda: before != published.read_bytes(), seconds=5)
        print(f"30 of 30, the slowest {max(taken):.3f} s, {time.monotonic() - begun:.1f} s in all")  # noqa: T201
        assert eventually(lambda: all(map(is_closed, idle)), seconds=15)


def test_a_connection_cannot_leave_the_protocol_that_has_the_deadlines(demo):
    """There is no WebSocket here: who asks for one is answered as everybody."""
    with socket.create_connection(address(demo[1]["regions"][0]), timeout=5) as line:
        line.sendall(
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        assert line.recv(PIECE).startswith(b"HTTP/1.1 200 ")


def is_closed(line: socket.socket) -> bool:
    """Whether the other end has hung up."""
    line.settimeout(0.001)
    try:
        return b"" == line.recv(1)
    except TimeoutError:
        return False
    except OSError:
        return True
