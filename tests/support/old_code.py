"""The code of another commit, run as its own processes on hubs of ours: nothing of it is imported here.

    with checked_out("1688a97", folder) as code:     the commit's files, without history, in a folder of their own
        code.found(data)                             two demo regions, with keys that are cheap to open
        with code.serve(data / "420700") as hub:     `certhub serve`, until the block ends
            hub.get("agency", "/api/v1/certificates")

The libraries are those of the Python that is named: today's, unless a commit needs its own.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.support.ports import free_ports

ROOT = Path(__file__).parents[2]
PACKAGES = (".", "schemas", "keys", "verifier")
REGIONS = ("420700", "420100")
FOUND = """
import sys
from pathlib import Path
from certhub_keys.cost import Cost
from certhub.demo.regions import Plan, prepare
from certhub.settings import Profile

prepare(Plan(Path(sys.argv[1]), sys.argv[2:], cost=Cost.TEST, profile=Profile.DEMO))
"""
UP_SECONDS = 60.0


@dataclass
class Served:
    """A hub that some code serves, called over HTTP with its demo's tokens."""

    url: str
    tokens: Mapping[str, str]

    def call(self, role: str, method: str, path: str, body: Any = None, *, key: str = "") -> httpx2.Response:
        """Call the API as a role, with an Idempotency-Key: a fresh one unless one is given."""
        headers = {"Idempotency-Key": key or secrets.token_hex(16)}
        if role:
            headers["Authorization"] = f"Bearer {self.tokens[role]}"
        with httpx2.Client(trust_env=False, timeout=20) as client:
            return client.request(method, self.url + path, json=body, headers=headers)

    def get(self, role: str, path: str) -> Any:
        """GET JSON, or text where it is none; what is refused is an error."""
        answer = self.call(role, "GET", path)
        assert 200 == answer.status_code, f"{path}: {answer.text}"
        return answer.json() if answer.headers["content-type"].endswith("json") else answer.text

    def post(self, role: str, path: str, body: Any, *, key: str = "") -> Any:
        """POST JSON; what is refused is an error."""
        answer = self.call(role, "POST", path, body, key=key)
        assert answer.status_code in {200, 201}, f"{path}: {answer.text}"
        return answer.json()


@dataclass(frozen=True)
class Code:
    """A checkout and the Python that runs it."""

    folder: Path
    python: str = sys.executable

    def start(self, *words: str, **more: Any) -> subprocess.Popen[str]:
        """Start Python with this code before any other."""
        path = os.pathsep.join(str(self.folder / package) for package in PACKAGES)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("CERTHUB_")}
        return subprocess.Popen(
            [self.python, *words], cwd=self.folder, env=clean | {"PYTHONPATH": path}, text=True, **more
        )

    def run(self, *words: str) -> str:
        """Run Python with this code to its end; return what it wrote."""
        process = self.start(*words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        wrote, _ = process.communicate(timeout=180)
        assert 0 == process.returncode, wrote
        return wrote

    def require_own(self) -> None:
        """Be sure that it is the checkout's code that runs, in each of the packages."""
        names = "certhub, certhub_schemas, certhub_keys, certhub_verifier"
        wrote = self.run("-c", f"import {names}\nfor one in ({names}): print(one.__file__)")
        astray = [line for line in wrote.splitlines() if not Path(line).is_relative_to(self.folder)]
        assert [] == astray, "another certhub than the checkout's would run"

    def found(self, data: Path) -> None:
        """Found the demo's two regions, filled as that commit fills them."""
        self.run("-c", FOUND, str(data), *(f"http://127.0.0.1:{free_ports()}" for _ in REGIONS))

    def certhub(self, *words: str) -> str:
        """Run a command of `certhub`."""
        return self.run("-m", "certhub", *words)

    @contextmanager
    def serve(self, data: Path, *, port: int = 0) -> Iterator[Served]:
        """Serve a hub for as long as the block lasts."""
        port = port or free_ports()
        words = ("-m", "certhub", "serve", "--data", str(data), "--port", str(port))
        with (data.parent / f"serve-{data.name}-{port}.log").open("w+") as log:
            process = self.start(*words, stdout=log, stderr=log)
            try:
                served = Served(
                    f"http://127.0.0.1:{port}", json.loads((data / "demo-tokens.json").read_text())
                )
                _until_up(served, process, Path(log.name))
                yield served
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(30)


def port_of(hub: Path) -> int:
    """Return the port at which a hub's own settings say that others reach it."""
    settings = tomllib.loads((hub / "certhub.toml").read_text(encoding="utf-8"))
    return int(settings["url"].rsplit(":", 1)[1])


def _until_up(served: Served, process: subprocess.Popen[str], log: Path) -> None:
    deadline = time.monotonic() + UP_SECONDS
    while True:
        try:
            if 200 == served.call("", "GET", "/healthz").status_code:
                return
        except httpx2.TransportError:
            pass
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def checked_out(commit: str, folder: Path, *, python: str = sys.executable) -> Code:
    """Return the code of a commit, its files written into a folder; the repository stays as it is."""
    folder.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    code = Code(folder, python)
    code.require_own()
    return code


def of_today() -> Code:
    """Return the code that these tests stand beside."""
    return Code(ROOT)
