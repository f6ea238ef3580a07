"""Servers that start slowly, and servers that do not start: the first come up, the second say why."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from tests.drills.orders import ROOT, Scene
from tests.support.ports import free_ports

pytestmark = pytest.mark.drill
HANGS = 300  # seconds: no slowness, a server that never comes up
SLOW = "import sys, time\nif '--multiprocessing-fork' in sys.orig_argv: time.sleep(7)\n"
BROKEN = "import os, sys\nif 'certhub.demo.serve' in sys.orig_argv: os.write(2, b'no room is left\\n'); os._exit(3)\n"


def laden(folder: Path, burden: str) -> dict[str, str]:
    """Return an environment in which every Python begins with some lines of its own."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(burden)
    return os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "500"}


def end(server: subprocess.Popen[bytes]) -> None:
    """End a server and all its processes; one that does not go by itself on a busy machine is killed."""
    server.terminate()
    try:
        server.wait(60)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def test_processes_that_take_long_to_start_are_waited_for(scene: Scene, tmp_path: Path) -> None:
    """Four on a busy machine took more than uvicorn's five seconds: each was killed, and so was the next, for ever."""
    port, said = free_ports(), tmp_path / "serve.log"
    options = ["--data", str(scene.folder), "--port", str(port), "--workers", "2"]
    command = [sys.executable, "-m", "certhub", "serve", *options]
    with said.open("w") as log:
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=log,
            stderr=log,
            env=laden(tmp_path / "slow", SLOW),
            start_new_session=True,
        )
        try:
            until = time.monotonic() + HANGS
            while said.read_text().count("Application startup complete") < 2:
                assert server.poll() is None, said.read_text()
                assert "died" not in said.read_text()
                assert until > time.monotonic(), said.read_text()
                time.sleep(0.1)
            assert 200 == httpx2.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).status_code
        finally:
            end(server)
    assert "died" not in said.read_text()


def test_a_demo_whose_server_ends_says_its_last_words(tmp_path: Path) -> None:
    """How it ended, what it said last and where the rest stands."""
    options = ["--json", "--data", str(tmp_path / "demo"), "--port", str(free_ports())]
    command = [sys.executable, "-m", "certhub", "demo", *options]
    environment = laden(tmp_path / "broken", BROKEN)
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env=environment, check=False, timeout=HANGS
    )

    assert 1 == ended.returncode
    for said in ("exit code 3", "no room is left", "420700/serve.log", "--reset"):
        assert said in ended.stderr
