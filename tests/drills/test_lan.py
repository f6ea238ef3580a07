"""A demo that phones reach: https at the network's address beside http on loopback, or http with words about it."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from certhub.adapters.tls import AUTHORITY, FOLDER
from tests.support.ports import free_ports

pytestmark = pytest.mark.drill
ADDRESS = "127.0.0.2"  # of this machine and not the demo's own loopback, as a network's address is


@contextmanager
def demo(folder: Path, port: int, *options: str) -> Iterator[tuple[dict[str, Any], Path]]:
    """Start a demo as anybody does; give its line, and the file of its words."""
    words = folder.parent / "words"
    command = [
        sys.executable,
        "-m",
        "certhub",
        "demo",
        "--data",
        str(folder),
        "--port",
        str(port),
        "--no-browser",
    ]
    with words.open("w") as said:
        running = subprocess.Popen(
            [*command, "--json", "--lan", "--lan-address", ADDRESS, *options],
            stdout=subprocess.PIPE, stderr=said, start_new_session=True, env=os.environ | {"COLUMNS": "300"},
        )  # fmt: skip
    assert running.stdout is not None
    try:
        yield json.loads(running.stdout.readline()), words
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(60)
        running.stdout.close()


def status(url: str, *, host: str | None = None, verify: ssl.SSLContext | bool = True) -> int:
    """What a GET is answered with."""
    with httpx2.Client(trust_env=False, verify=verify, timeout=30) as client:
        return client.get(url, headers={} if host is None else {"Host": host}).status_code


def test_a_phone_comes_by_tls_and_programs_by_loopback(tmp_path: Path) -> None:
    """One port, two addresses; who does not trust the authority is not let on, and nothing listens once it ends."""
    port, folder = free_ports(), tmp_path / "demo"
    with demo(folder, port) as (line, _):
        trusting = ssl.create_default_context(cafile=folder / FOLDER / AUTHORITY)
        for place, region in enumerate(line["regions"]):
            assert f"http://127.0.0.1:{port + place}" == region["url"]
            assert f"https://{ADDRESS}:{port + place}" == region["lan_url"]
            assert 200 == status(f"{region['url']}/counter")
            assert 200 == status(f"{region['lan_url']}/counter", verify=trusting)
            assert 200 == status(f"{region['lan_url']}/authority.crt", verify=trusting)
            assert 421 == status(f"{region['lan_url']}/counter", host="evil.example", verify=trusting)
        with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            status(f"{line['regions'][0]['lan_url']}/counter")

    for address in ("127.0.0.1", ADDRESS):
        with socket.socket() as probe:
            assert 0 != probe.connect_ex((address, port))


def test_without_tls_it_is_http_everywhere(tmp_path: Path) -> None:
    """As it was before there was TLS: asked for in so many words."""
    port = free_ports()
    with demo(tmp_path / "demo", port, "--no-tls") as (line, _):
        assert f"http://{ADDRESS}:{port}" == line["regions"][0]["lan_url"]
        assert 200 == status(f"http://{ADDRESS}:{port}/counter")
        assert 200 == status(f"http://127.0.0.1:{port}/counter")
        assert 421 == status(f"http://{ADDRESS}:{port}/counter", host="evil.example")
    assert not (tmp_path / "demo" / FOLDER).exists()
