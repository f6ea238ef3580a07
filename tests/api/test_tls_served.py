"""`certhub serve` by TLS, as processes of their own: real handshakes, good and bad."""

import asyncio
import contextlib
import os
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from certhub.adapters.network import HttpNetwork, PeerDown
from certhub.adapters.tls import AUTHORITY, FOLDER, SERVER, ServedWith, served_with
from certhub.cli import main
from certhub.hub import Hub
from certhub.server import HANDSHAKE_SECONDS, handshaking_loop
from certhub.settings import BadSettings, Settings
from certhub.setup import tls
from tests.support.ports import free_ports
from tests.support.region import Region, RunningClock, make_regions

SECONDS = 60


@dataclass(frozen=True)
class Served:
    """A hub that speaks TLS at a port, and the authority that one believes to reach it."""

    port: int
    authority: Path
    folder: Path

    def trusting(self, authority: Path | None = None) -> ssl.SSLContext:
        """A client that believes one authority and nobody else; the suites of OpenSSL 3 are not in its way."""
        context = ssl.create_default_context(cafile=authority or self.authority)
        context.set_ciphers("ALL:@SECLEVEL=0")
        return context

    @contextlib.contextmanager
    def shake(self, context: ssl.SSLContext, host: str = "localhost") -> Iterator[ssl.SSLSocket]:
        """Shake hands with the server, which is called `host`."""
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS) as line,
            context.wrap_socket(line, server_hostname=host) as shaken,
        ):
            yield shaken

    def fails(self, context: ssl.SSLContext, host: str = "localhost") -> str:
        """Shake hands in vain; return what OpenSSL says. A server of uvloop hangs up without an alert."""
        with pytest.raises((ssl.SSLError, ConnectionResetError)) as refused, self.shake(context, host):
            pass
        return str(refused.value)


@pytest.fixture(scope="module")
def region(tmp_path_factory) -> Iterator[Region]:
    """A region whose clock runs, since a server of its own will use its folder."""
    with make_regions(tmp_path_factory.mktemp("regions"), clock=RunningClock()) as regions:
        yield regions[0]


@pytest.fixture(scope="module")
def served(region: Region, tmp_path_factory) -> Iterator[Served]:
    """Two processes, so that what they are served with has gone to each of them."""
    settings, port = region.hub.settings, free_ports()
    folder = tls.folder_of(settings)
    now = datetime.now(UTC)
    tls.make_authority(folder, settings.names, (), title="authority", now=now, random=os.urandom)
    tls.issue_server(
        folder, tls.own_hosts(settings), authority=folder, title="hub", now=now, random=os.urandom
    )
    log = tmp_path_factory.mktemp("log") / "serve.log"
    command = [sys.executable, "-m", "certhub", "serve", "--data", str(settings.data), "--port", str(port)]
    with log.open("w") as written:
        server = subprocess.Popen(
            [*command, "--workers", "2"],
            stdout=written,
            stderr=written,
            env=os.environ | {"CERTHUB_TLS": "true"},
            start_new_session=True,
        )
    found = Served(port, folder / AUTHORITY, settings.data)
    try:
        until = time.monotonic() + 120
        while log.read_text().count("Application startup complete") < 2:
            assert server.poll() is None, log.read_text()
            assert until > time.monotonic(), log.read_text()
            time.sleep(0.1)
        yield found
    finally:
        server.terminate()
        server.wait(30)


def test_a_client_that_trusts_the_authority_alone_is_answered(served):
    """By name and by address, in TLS 1.3, with the Host check in force."""
    with httpx2.Client(verify=served.trusting(), trust_env=False) as client:
        for host in ("localhost", "127.0.0.1"):
            assert 200 == client.get(f"https://{host}:{served.port}/status/").status_code
        refused = client.get(f"https://localhost:{served.port}/", headers={"Host": "evil.example"})
        authority = client.get(f"https://localhost:{served.port}/authority.crt")
    with served.shake(served.trusting()) as line:
        assert "TLSv1.3" == line.version()
    with served.shake(served.trusting(), "420700.localhost") as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: 420700.localhost\r\n\r\n")
        assert b"HTTP/1.1 200 " == line.recv(13)

    assert (421, "HOST_UNKNOWN") == (refused.status_code, refused.json()["code"])
    assert "application/x-x509-ca-cert" == authority.headers["content-type"]
    assert ssl.PEM_cert_to_DER_cert(served.authority.read_text()) == authority.content


def test_a_client_that_trusts_another_authority_goes_away(served, tmp_path):
    """Also one that trusts what the machine trusts."""
    tls.make_authority(tmp_path, (), (), title="authority", now=datetime.now(UTC), random=os.urandom)

    for context in (served.trusting(tmp_path / AUTHORITY), ssl.create_default_context()):
        assert "CERTIFICATE_VERIFY_FAILED" in served.fails(context)


@pytest.mark.parametrize("host", ["example.com", "420100.localhost", "192.168.1.5"])
def test_a_client_that_meant_another_host_goes_away(served, host):
    """The x509 speaks for the hub's own names."""
    assert re.search("mismatch|not valid for", served.fails(served.trusting(), host))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_is_older_than_tls_1_2_is_refused(served, version):
    """By the server: the client would go on."""
    context = served.trusting()
    context.minimum_version = context.maximum_version = version

    assert "VERIFY" not in served.fails(context)


@pytest.mark.parametrize(
    ("suites", "agreed"),
    [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", True),
        ("ECDHE-ECDSA-CHACHA20-POLY1305", True),
        ("ECDHE-ECDSA-AES128-SHA", False),
        ("ECDHE-ECDSA-AES256-SHA384", False),
        ("ECDHE-ECDSA-NULL-SHA", False),
    ],
)
def test_tls_1_2_has_forward_secrecy_and_authenticated_encryption(served, suites, agreed):
    """Nothing of before, whatever a client offers."""
    context = served.trusting()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{suites}:@SECLEVEL=0")

    if agreed:
        with served.shake(context) as line:
            assert ("TLSv1.2", suites) == (line.version(), line.cipher()[0])
    else:
        assert "VERIFY" not in served.fails(context)


def test_a_head_without_end_is_refused_over_tls_too(served):
    """A line of TLS cannot be closed by half: the refusal is written whole, and the line ends."""
    with served.shake(served.trusting()) as line:
        line.settimeout(8)
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 300_000)
        received = b"".join(iter(lambda: line.recv(1000), b""))

    assert received.startswith(b"HTTP/1.1 431 ")


def test_who_speaks_http_there_is_not_answered(served):
    """What is meant for TLS is no request."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=SECONDS) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert b"HTTP" not in line.recv(100)


def test_who_does_not_finish_the_handshake_is_left(served):
    """In the time that the loop was given, which is that of a request; uvicorn's own would wait a minute."""
    assert 11.0 == HANDSHAKE_SECONDS
    loop = handshaking_loop(0.5)
    chain = served.folder / FOLDER / SERVER

    async def waited() -> float:
        context = ServedWith(chain, chain, is_ours=True).context
        server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0, ssl=context)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"\x16\x03\x01")
        begun = loop.time()
        with contextlib.suppress(ConnectionResetError):
            assert b"" == await reader.read(100)
        writer.close()
        server.close()
        return loop.time() - begun

    try:
        assert 0.3 < loop.run_until_complete(waited()) < 20
    finally:
        loop.close()


def test_another_region_is_believed_by_the_authority_that_was_named(served, region):
    """A hub whose settings name the authority asks and is answered; one whose settings do not, is not."""
    url = f"https://localhost:{served.port}/healthz"
    named = region.hub.settings.model_copy(update={"tls_authorities": Path(FOLDER) / AUTHORITY})
    with_it, without = Hub.open(named), Hub.open(region.hub.settings)
    try:
        assert b'{"status":"ok"}' == with_it.network.get(url, timeout=30)
        with pytest.raises(PeerDown, match="CERTIFICATE_VERIFY_FAILED"):
            without.network.get(url, timeout=30)
    finally:
        for hub in (with_it, without):
            assert isinstance(hub.network, HttpNetwork)
            hub.network.close()
            hub.close()
    for wrong in ("nothing.pem", "certhub.toml"):
        with pytest.raises(BadSettings, match="tls_authorities"):
            Hub.open(region.hub.settings.model_copy(update={"tls_authorities": Path(wrong)}))


def test_a_hub_that_cannot_be_served_so_says_it_before_it_starts(region, tmp_path):
    """Nothing made yet, and a file that is none: each with a next step, and no port is taken."""
    for environment in (
        {"CERTHUB_TLS_CERTIFICATE": str(tmp_path / "no.pem"), "CERTHUB_TLS_KEY": str(tmp_path / "no.pem")},
        {"CERTHUB_TLS_CERTIFICATE": "certhub.toml", "CERTHUB_TLS_KEY": "certhub.toml"},
    ):
        ended = subprocess.run(
            [sys.executable, "-m", "certhub", "serve", "--data", str(region.hub.settings.data)],
            env=os.environ | environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (1, True, True) == (
            ended.returncode, "[TLS_UNUSABLE]" in ended.stderr, "下一步 / next" in ended.stderr,
        )  # fmt: skip


def test_tls_without_anything_made_names_the_command(tmp_path, region):
    """`tls = true` alone."""
    empty = region.hub.settings.model_copy(update={"data": tmp_path, "tls": True})
    with pytest.raises(BadSettings, match="certhub tls init"):
        served_with(empty)
    assert served_with(Settings.model_copy(empty, update={"tls": False})) is None


def test_a_command_believes_the_authority_of_the_hub_that_it_is_given(served, region, capsys):
    """`certhub scan` reaches the hub and is refused for its token alone; without the folder it believes nobody."""
    line = [
        "scan",
        "EC1 0000 0000 0000 0000 0",
        "--url",
        f"https://localhost:{served.port}",
        "--token",
        "none",
    ]
    said = []
    for more in (["--data", str(region.hub.settings.data)], []):
        with pytest.raises(SystemExit):
            main([*line, "--matter", "PLACEHOLDER-901", "--window", "1", *more])
        said.append(capsys.readouterr().err)

    assert ["UNAUTHENTICATED", "HUB_SILENT"] == [re.search(r"\[([A-Z_]+)\]", one)[1] for one in said]
