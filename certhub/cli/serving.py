"""certhub serve, worker, openapi."""

import signal
import threading
from pathlib import Path
from typing import Annotated, Any

import typer

from certhub.api.http.room import file_limit, most_connections, raise_file_limit
from certhub.app import create_app
from certhub.cli.console import DataOption, JsonOption, app, folder_of, open_hub, result, say
from certhub.db import migrate
from certhub.jobs.runner import run as run_jobs
from certhub.server import listen, require_servable


@app.command("serve")
def serve(
    data: DataOption = None,
    host: Annotated[str, typer.Option("--host", help="监听地址 / address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="端口 / port")] = 8000,
    workers: Annotated[int, typer.Option("--workers", min=1, max=32, help="进程数 / processes")] = 1,
) -> None:
    """运行一个地区的枢纽；不会新建数据库 / run one region's hub; it never creates a database."""
    folder = folder_of(data).resolve()
    require_servable(folder, host=host, port=port)
    raise_file_limit()
    say(
        f"可打开 {file_limit()} 个文件，每个进程至多 {most_connections()} 个连接",
        f"{file_limit()} files may be open, at most {most_connections()} connections a process",
    )
    listen("certhub.app:create_app_from_environment", folder, host=host, port=port, workers=workers)


@app.command("worker")
def worker(data: DataOption = None) -> None:
    """只运行后台作业（发布状态列表等）/ run the background jobs alone."""
    raise_file_limit()
    hub, stop = open_hub(data), threading.Event()
    migrate.check(hub.database.engine)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    say("后台作业运行中，Ctrl+C 结束", "background jobs are running, Ctrl+C ends them")
    run_jobs(hub, stop)
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
