"""Runs an app at an address until the process is told to end: uvicorn, with the deadlines of this hub's edge.

The app is named by its factory, since each of several processes makes its own; the factory finds the hub's folder
in CERTHUB_DATA.
"""

import os
import socket
import threading
from contextlib import closing
from pathlib import Path

from certhub.api.http.deadline import DeadlineProtocol
from certhub.api.http.room import raise_file_limit
from certhub.db import migrate
from certhub.errors import HubError
from certhub.hub import Hub
from certhub.settings import Settings
from certhub.setup.parent import end_with_parent

WORKER_SECONDS = 60
"""How long a process may keep its supervisor waiting before it is killed and another one is started.

One that is still importing does not answer, and uvicorn's 5 seconds are less than four take to start on a busy
machine: each was killed before it was up, and so was the next, and the hub never came up.
"""


class PortTaken(HubError):
    """Nothing can listen at the address and port that were named."""

    code = "PORT_TAKEN"


def require_servable(folder: Path, *, host: str, port: int) -> None:
    """Open the hub in `folder` once, and try the address: what cannot be served is refused before it is.

    Raises:
        BadSettings, NoDatabase, DatabaseTooNew: the hub cannot be opened, or its database is not of this version.
        PortTaken: something listens at that address and port already.
    """
    with closing(Hub.open(Settings.load(folder))) as hub:
        migrate.check(hub.database.engine)
    _refuse_taken(host, port)


def listen(factory: str, folder: Path, *, host: str, port: int, workers: int) -> None:
    """Serve the app of the hub in `folder` by as many processes as `workers`; return when they have ended."""
    import uvicorn

    os.environ["CERTHUB_DATA"] = str(folder)
    raise_file_limit()
    threading.Thread(target=end_with_parent, name="certhub-parent", daemon=True).start()
    uvicorn.run(
        factory,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        loop="uvloop",
        http=DeadlineProtocol,
        ws="none",  # there is none here, and a connection that changed its protocol would escape the deadlines
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=75,
        timeout_worker_healthcheck=WORKER_SECONDS,
    )


def _refuse_taken(host: str, port: int) -> None:
    """Say so before the server starts, whose own words are English and end in a log."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as taken:
        raise PortTaken(f"在 {host}:{port} 上无法监听 / cannot listen at {host}:{port}") from taken
