"""certhub jobs."""

import time
from typing import Annotated

import typer
from rich.table import Table

from certhub.cli.console import CONSOLE, DataOption, JsonOption, app, open_hub, result, say
from certhub.jobs.runner import run_by_hand
from certhub.jobs.table import JOBS, Job

jobs = typer.Typer(no_args_is_help=True, help="后台作业 / background jobs")
app.add_typer(jobs, name="jobs")


@jobs.command("list")
def list_(as_json: JsonOption = False) -> None:
    """列出后台作业 / list the background jobs."""
    if as_json:
        result({"items": [_row(job) for job in JOBS.values()]})
        return
    table = Table("作业 job", "每隔 every", "独占 alone")
    table.add_column("做什么 what it does", overflow="fold")  # Chinese has no spaces: else it is cut
    for job in JOBS.values():
        table.add_row(job.name, f"{job.seconds:g} s", "✓" if job.needs_lease else "", job.words)
    CONSOLE.print(table)


def _row(job: Job) -> dict[str, str | float | bool]:
    return {"name": job.name, "seconds": job.seconds, "needs_lease": job.needs_lease, "words": job.words}


@jobs.command("run")
def run(
    name: Annotated[str, typer.Argument(help="作业名 / the job's name")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """立即做一步后台作业；枢纽自己在做时不做 / do one step of a background job now, unless the hub does it itself."""
    done = run_by_hand(open_hub(data), name, wait=time.sleep)
    say(f"{name} 做完一步：{done.how_many}", f"one step of {name} is done: {done.how_many}")
    if as_json:
        result({"job": name, "count": done.how_many})
