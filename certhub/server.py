"""Runs an app at an address until the process is told to end: uvicorn, with the deadlines of this hub's edge.

The app is named by its factory, since each of several processes makes its own; the factory finds the hub's folder
in CERTHUB_DATA.
"""

import asyncio
import importlib.util
import os
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certhub.adapters.tls import served_with
from certhub.api.http.deadline import DeadlineProtocol
from certhub.api.http.room import raise_file_limit
from certhub.db import migrate
from certhub.errors import HubError
from certhub.hub import Hub
from certhub.settings import BadSettings, Settings
from certhub.setup.parent import end_with_parent

if TYPE_CHECKING:
    import uvicorn

STARTUP_FAILURE = 3
"""The exit status of a server that did not come up, as uvicorn has it."""
FAST_PARTS = ("uvloop", "httptools")
"""The event loop and the HTTP parser of a served hub: both come with uvicorn[standard]."""
LOOP = "certhub.server:handshaking_loop"
HANDSHAKE_SECONDS = 11.0
"""How long a client may take to agree on TLS: as long as for a request. The loop alone would wait a minute."""
WORKER_SECONDS = 60
"""How long a process may keep its supervisor waiting before it is killed and another one is started.

One that is still importing does not answer, and uvicorn's 5 seconds are less than four take to start on a busy
machine: each was killed before it was up, and so was the next, and the hub never came up.
"""


class SlowServer(HubError):
    """The event loop or the HTTP parser that a hub is served by is missing."""

    code = "SLOW_SERVER"


class PortTaken(HubError):
    """Nothing can listen at the address and port that were named."""

    code = "PORT_TAKEN"


def require_servable(folder: Path, *, host: str, port: int) -> None:
    """Open the hub in `folder` once, and try the address: what cannot be served is refused before it is.

    Raises:
        BadSettings, NoDatabase, DatabaseTooNew: the hub cannot be opened, or its database is not of this version.
        BadSettings: it has no name that it could answer to.
        TlsUnusable: what it is to be served with cannot be read.
        PortTaken: something listens at that address and port already.
        SlowServer: uvloop or httptools is missing.
    """
    require_fast_parts()
    settings = Settings.load(folder)
    if not settings.names:
        raise BadSettings("it has no name that it could answer to: set url, or hosts")
    files = served_with(settings)
    if files is not None:
        _ = files.context
    with closing(Hub.open(settings)) as hub:
        migrate.check(hub.database.engine)
    _refuse_taken(host, port)


def require_fast_parts(names: Sequence[str] = FAST_PARTS) -> None:
    """Refuse to serve without the loop and the parser that answers are measured with.

    On the plain loop two processes take 43 ms for each request: head and body of an answer meet the delayed
    acknowledgement, since its sockets lack TCP_NODELAY.

    Raises:
        SlowServer: one of them is missing.
    """
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        listed = "、".join(missing)
        raise SlowServer(
            f"缺少 {listed}，请重新安装 certhub（含 uvicorn[standard]） / {listed} is missing: install certhub again"
        )


def handshaking_loop(seconds: float = HANDSHAKE_SECONDS) -> asyncio.AbstractEventLoop:
    """Return a uvloop that does not wait for a handshake longer than for a request: uvicorn has no setting for it."""
    import uvloop

    class Handshaking(uvloop.Loop):
        async def create_server(self, *given: Any, **options: Any) -> Any:
            if options.get("ssl") is not None:
                options.setdefault("ssl_handshake_timeout", seconds)
            return await super().create_server(*given, **options)

    return Handshaking()


def listen(factory: str, folder: Path, *, host: str, port: int, workers: int) -> None:
    """Serve the app of the hub in `folder` by as many processes as `workers`; return when they have ended.

    By TLS where its settings say so. What was made anew meanwhile is read when the server is started again.
    """
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    os.environ["CERTHUB_DATA"] = str(folder)
    raise_file_limit()
    threading.Thread(target=end_with_parent, name="certhub-parent", daemon=True).start()
    config = uvicorn.Config(
        factory,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        loop=LOOP,
        http=DeadlineProtocol,
        ws="none",  # there is none here, and a connection that changed its protocol would escape the deadlines
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=75,
        timeout_worker_healthcheck=WORKER_SECONDS,
        ssl_context_factory=served_with(Settings.load(folder)),
    )
    if workers > 1:
        Multiprocess(config, sockets=_sockets(config)).run()
        return
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):  # it has ended by then
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


class _EachItsOwn(list[socket.socket]):
    """The sockets of several processes: each process that is started listens by one of its own.

    On a socket that they share, connections that are kept all came to one of two processes in two rounds of three.
    Linux spreads connections over sockets of one address (SO_REUSEPORT, socket(7)); other systems do not.
    """

    def __init__(self, host: str, port: int) -> None:
        super().__init__()
        self.address = (host, port)

    def __reduce__(self) -> tuple[Callable[[str, int], list[socket.socket]], tuple[str, int]]:
        """Be a new socket wherever a process is started with it."""
        return _listening, self.address


def _listening(host: str, port: int) -> list[socket.socket]:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind(address)
    return [made]


def _sockets(config: "uvicorn.Config") -> list[socket.socket]:
    return _EachItsOwn(config.host, config.port) if sys.platform == "linux" else [config.bind_socket()]


def _refuse_taken(host: str, port: int) -> None:
    """Say so before the server starts, whose own words are English and end in a log."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as taken:
        raise PortTaken(f"在 {host}:{port} 上无法监听 / cannot listen at {host}:{port}") from taken
