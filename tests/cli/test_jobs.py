"""certhub jobs: what goes on beside the requests, listed and done by hand."""

import json
import threading

import pytest

from certhub.cli import main
from certhub.db import leases
from certhub.jobs.table import JOBS
from tests.support.region import Region


def ran(capsys, *line):
    """Run the command as somebody types it; return its exit code, stdout and stderr."""
    with pytest.raises(SystemExit) as ended:
        main(list(line))
    said = capsys.readouterr()
    return ended.value.code or 0, said.out, said.err


def test_the_jobs_are_listed(capsys):
    """Each with its name, its seconds and what it does in both languages."""
    code, out, _ = ran(capsys, "jobs", "list", "--json")

    assert (0, list(JOBS)) == (code, [item["name"] for item in json.loads(out)["items"]])
    shown = ran(capsys, "jobs", "list")[2]
    assert all(name in shown for name in JOBS)
    assert "…" not in shown


def test_a_step_is_done_by_hand(capsys, home: Region):
    """The rules of every matter are kept again, and it is said how many."""
    code, out, err = ran(capsys, "jobs", "run", "rules", "--data", str(home.hub.settings.data), "--json")

    assert (0, "rules") == (code, json.loads(out)["job"])
    assert 100 < json.loads(out)["count"]
    assert "做完一步" in err


def test_a_job_that_is_not_there_is_told(capsys, home: Region):
    """Exit 1, those that there are, and a next step."""
    code, _, err = ran(capsys, "jobs", "run", "publsh", "--data", str(home.hub.settings.data))

    assert (1, True, False) == (code, "下一步 / next" in err, "Traceback" in err), err
    assert "publish" in err


def count_on(home: Region, stop: threading.Event) -> None:
    """Live as a worker lives: say so, and say so again."""
    while not stop.wait(0.1):
        with home.hub.writing() as unit:
            assert leases.beat(unit, leases.WORKER, "worker")


def test_a_step_beside_a_worker_that_lives_is_refused(capsys, home: Region):
    """Exit 1 and what to do; the worker keeps its lease."""
    with home.hub.writing() as unit:
        assert leases.beat(unit, leases.WORKER, "worker")
    stop = threading.Event()
    worker = threading.Thread(target=count_on, args=(home, stop))
    worker.start()
    try:
        code, _, err = ran(capsys, "jobs", "run", "sweep", "--data", str(home.hub.settings.data))
    finally:
        stop.set()
        worker.join()

    assert (1, True, False) == (code, "WORKER_RUNS" in err, "Traceback" in err), err
    with home.hub.reading() as unit:
        assert "worker" == leases.held(unit, leases.WORKER).holder
