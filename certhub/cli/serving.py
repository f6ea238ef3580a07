"""certhub serve, worker, openapi."""

import os
import signal
import socket
import threading
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from certhub import jobs as background
from certhub.api.http.deadline import DeadlineProtocol
from certhub.api.http.room import file_limit, most_connections, raise_file_limit
from certhub.app import create_app
from certhub.cli.console import DataOption, JsonOption, app, folder_of, open_hub, result, say
from certhub.db import migrate
from certhub.demo.launcher import end_with_parent
from certhub.errors import HubError
from certhub.hub import Hub
from certhub.settings import Settings

WORKER_SECONDS = 60
"""How long a process may keep its supervisor waiting before it is killed and another one is started.

One that is still importing does not answer, and uvicorn's 5 seconds are less than four take to start on a busy
machine: each was killed before it was up, and so was the next, and the hub never came up.
"""


@app.command("serve")
def serve(
    data: DataOption = None,
    host: Annotated[str, typer.Option("--host", help="监听地址 / address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="端口 / port")] = 8000,
    workers: Annotated[int, typer.Option("--workers", min=1, max=32, help="进程数 / processes")] = 1,
) -> None:
    """运行一个地区的枢纽；不会新建数据库 / run one region's hub; it never creates a database."""
    import uvicorn

    folder = folder_of(data).resolve()
    with closing(Hub.open(Settings.load(folder))) as hub:
        migrate.check(hub.database.engine)
    _refuse_taken(host, port)
    os.environ["CERTHUB_DATA"] = str(folder)
    raise_file_limit()
    say(
        f"可打开 {file_limit()} 个文件，每个进程至多 {most_connections()} 个连接",
        f"{file_limit()} files may be open, at most {most_connections()} connections a process",
    )
    threading.Thread(target=end_with_parent, name="certhub-parent", daemon=True).start()
    uvicorn.run(
        "certhub.app:create_app_from_environment",
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


class PortTaken(HubError):
    """Nothing can listen at the address and port that were named."""

    code = "PORT_TAKEN"


def _refuse_taken(host: str, port: int) -> None:
    """Say so before the server starts, whose own words are English and end in a log."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as taken:
        raise PortTaken(f"在 {host}:{port} 上无法监听 / cannot listen at {host}:{port}") from taken


@app.command("worker")
def worker(data: DataOption = None) -> None:
    """只运行后台作业（发布状态列表等）/ run the background jobs alone."""
    raise_file_limit()
    hub, stop = open_hub(data), threading.Event()
    migrate.check(hub.database.engine)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    say("后台作业运行中，Ctrl+C 结束", "background jobs are running, Ctrl+C ends them")
    background.run(hub, stop)
    hub.close()


@app.command("openapi")
def openapi(
    output: Annotated[Path | None, typer.Option("--output", help="写入文件 / write to a file")] = None,
    as_json: JsonOption = True,
) -> None:
    """输出 OpenAPI 描述 / print the OpenAPI document."""
    document: dict[str, Any] = create_app().openapi()
    if output is None:
        result(document)
        return
    import json

    output.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    say(f"已写入 {output}", f"written to {output}")
