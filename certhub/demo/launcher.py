"""`certhub demo`: each region as a process of its own, one ready line, and a clean end.

Each region is a `python -m certhub.demo.serve`; the launcher prepares the folders, starts
them all, waits until each says that it is ready, and takes them down with it. A region that dies alone is told, and
the others go on:
that is what a peer that is down looks like.
"""

import json
import os
import secrets
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from certhub.adapters import private
from certhub.adapters.clock import SystemClock
from certhub.adapters.public_files import PublicFiles
from certhub.adapters.tls import AUTHORITY
from certhub.demo.lan import EVERYWHERE, Lan, authority_folder, secure
from certhub.demo.region_file import DemoRegion, chosen
from certhub.demo.regions import Plan, prepare, reset
from certhub.errors import HubError
from certhub.hub import DEMO_ORDER
from certhub.setup.parent import PARENT
from certhub.setup.tls import Description

FIRST_PORT, TRIES, MOST_PORTS = 8000, 200, 65536
READY_SECONDS = 180.0  # a busy machine takes a minute; a server that has ended is seen at once
GRACE_SECONDS = 8.0
LAST_WORDS = 12  # lines


class DemoFailed(HubError):
    """The demo cannot be started; says why and what to do."""

    code = "DEMO_FAILED"


@dataclass(frozen=True)
class Options:
    """How the demo was asked for."""

    folder: Path
    port: int | None = None
    host: str = "127.0.0.1"
    reset: bool = False
    database: str = ""
    workers: int = 1
    regions: Sequence[DemoRegion] = field(default_factory=chosen)
    lan: Lan | None = None


@dataclass
class Demo:
    """A demo that is running."""

    options: Options
    urls: list[str]
    tokens: Mapping[str, Mapping[str, str]]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    doors: list[subprocess.Popen[bytes]] = field(default_factory=list)
    """What serves the same regions by TLS to the network, in their order."""
    authority: Description | None = None

    @property
    def lan_urls(self) -> list[str]:
        """Where the network finds each region; none where the demo is for this machine alone."""
        lan = self.options.lan
        return [] if lan is None else [lan.url(int(url.rpartition(":")[2])) for url in self.urls]

    def ready_line(self) -> dict[str, Any]:
        """Return what `--json` prints once every region answers."""
        regions = [
            {"code": one.code, "name": one.name, "url": url, "tokens": dict(self.tokens[one.code])}
            for one, url in zip(self.options.regions, self.urls, strict=True)
        ]
        for region, url in zip(regions, self.lan_urls, strict=False):
            region["lan_url"] = url
        return {"ready": True, "regions": regions}

    def wait(self, tell: Callable[[str, str], None]) -> None:
        """Wait until told to stop; say when a region ends by itself."""
        told: set[int] = set()
        while len(told) < len(self.processes):
            for place, process in enumerate(self.processes):
                if process.poll() is not None and place not in told:
                    told.add(place)
                    for door in self.doors[place : place + 1]:
                        door.terminate()
                    region = self.options.regions[place]
                    tell(
                        f"{region.name} 已停止（退出码 {process.returncode}）；其余地区继续",
                        f"{region.file.name_en} has stopped",
                    )
            time.sleep(0.2)

    def stop(self) -> None:
        """Take every region down: politely, then not."""
        every = [*self.doors, *self.processes]
        for process in every:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in every:
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def start(options: Options) -> Demo:
    """Prepare and start every region, and wait until each is ready.

    Raises:
        DemoFailed: a port is taken, or a region did not come up; with its last words, all are in DIR/<code>/serve.log.
    """
    ports = _ports(options)
    urls = [f"http://{options.host}:{port}" for port in ports]
    plan = Plan(options.folder, urls, options.regions, database=options.database)
    if options.reset:
        reset(plan)
    demo = Demo(options, urls, prepare(plan))
    order = {"regions": [one.code for one in options.regions]}
    PublicFiles(options.folder).put(DEMO_ORDER, json.dumps(order).encode())
    try:
        for one, port in zip(options.regions, ports, strict=True):
            demo.processes.append(_serve(options, one.code, port))
        _until_ready(demo)
        if options.lan is not None and options.lan.is_tls:
            _open_doors(demo, options.lan, ports)
    except BaseException:
        demo.stop()
        raise
    return demo


def _open_doors(demo: Demo, lan: Lan, ports: Sequence[int]) -> None:
    """Serve each region by TLS at the network's address, too, and call each as a phone would that trusts us."""
    options = demo.options
    codes = [one.code for one in options.regions]
    demo.authority = secure(options.folder, codes, lan, now=SystemClock().now(), random=secrets.token_bytes)
    for code, port in zip(codes, ports, strict=True):
        demo.doors.append(_serve(options, code, port, door=lan))
    trusting = ssl.create_default_context(cafile=authority_folder(options.folder) / AUTHORITY)
    _until_ready(demo, demo.lan_urls, demo.doors, verify=trusting)


def _serve(options: Options, code: str, port: int, *, door: Lan | None = None) -> subprocess.Popen[bytes]:
    folder, lan = options.folder / code, options.lan
    host = options.host if lan is None or lan.is_tls else EVERYWHERE
    command = [
        sys.executable,
        "-m",
        "certhub.demo.serve",
        "--data",
        str(folder),
        "--host",
        host if door is None else door.address,
        "--port",
        str(port),
        "--workers",
        str(options.workers),
    ]
    hosts = ",".join(filter(None, (os.environ.get("CERTHUB_HOSTS"), *(() if lan is None else lan.names))))
    environment = os.environ | {
        PARENT: str(os.getpid()),
        "CERTHUB_TLS": "false" if door is None else "true",
        **({"CERTHUB_HOSTS": hosts} if hosts else {}),
    }
    with private.open_file(folder / "serve.log", os.O_APPEND) as log:
        return subprocess.Popen(  # noqa: S603  our own command, no shell
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True
        )


def _until_ready(
    demo: Demo,
    urls: Sequence[str] | None = None,
    processes: Sequence[subprocess.Popen[bytes]] | None = None,
    *,
    verify: ssl.SSLContext | bool = True,
) -> None:
    urls, processes = urls or demo.urls, processes or demo.processes
    deadline = time.monotonic() + READY_SECONDS
    with httpx2.Client(trust_env=False, timeout=2.0, verify=verify) as client:
        for one, url, process in zip(demo.options.regions, urls, processes, strict=True):
            while not _answers(client, url):
                if process.poll() is not None or time.monotonic() > deadline:
                    log = demo.options.folder / one.code / "serve.log"
                    raise DemoFailed(
                        f"{one.name} did not come up: {_how(process)}; {log} ends\n{_last_words(log)}"
                    )
                time.sleep(0.05)


def _how(process: subprocess.Popen[bytes]) -> str:
    if process.poll() is None:
        return f"no answer in {READY_SECONDS:.0f} seconds"
    return f"its server ended with exit code {process.returncode}"


def _last_words(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-LAST_WORDS:])


def _answers(client: httpx2.Client, url: str) -> bool:
    """Tell whether a region answers and its worker published a status list: without one nothing is checked offline."""
    try:
        return client.get(f"{url}/readyz").status_code == 200 and bool(
            client.get(f"{url}/status/").json()["status_lists"]
        )
    except httpx2.HTTPError:
        return False


def _ports(options: Options) -> Sequence[int]:
    """As many ports in a row as regions: those that were asked for, or the first free ones from 8000 up."""
    lan = options.lan
    hosts = [options.host] if lan is None else [options.host, lan.address] if lan.is_tls else [EVERYWHERE]
    first, count = FIRST_PORT if options.port is None else options.port, len(options.regions)
    for port in range(first, first + (TRIES if options.port is None else 1)):
        row = range(port, port + count)
        if row.stop <= MOST_PORTS and all(_free(host, one) for one in row for host in hosts):
            return row
    raise DemoFailed(f"not all ports from {first} to {first + count - 1} are free; name another with --port")


def _free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True
