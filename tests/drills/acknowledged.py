"""What a served hub's clerk was told, and what must be found again after its death.

Counter     a region that is served, the codes that its holder showed, and who asks for them
Told        what was answered before the server died, and what was asked and never answered
"""

import json
import random
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from os import kill
from pathlib import Path
from typing import Any

import psycopg

from certhub.flows.verification import show
from certhub.flows.verification.show import Choice, Mode
from certhub.hub import SQLITE
from certhub.verification.tickets.item import TicketItem
from tests.bench import load
from tests.bench.served import Server
from tests.support.region import Region, RunningClock, make_regions
from tests.support.story import BUSINESS

CLIENTS = 8


@dataclass(frozen=True)
class Question:
    """One code, under the id that the counter gave its verification."""

    code: str
    vid: str

    def asked(self, token: str, *, vid: str = "") -> bytes:
        """Return the request; `vid` asks for the same code as somebody else would."""
        body = {
            "code": self.code,
            "matter": BUSINESS,
            "window": "1号窗口",
            "verification_id": vid or self.vid,
        }
        return load.request("POST", "/api/v1/verifications", token=token, body=body)


@dataclass
class Told:
    """Reports by the id of their verification, and the questions that were never answered."""

    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    unanswered: list[Question] = field(default_factory=list)


@contextmanager
def served_region(folder: Path, database: str = "") -> Iterator[Region]:
    """Give a region of today, whose hub another process may serve."""
    with make_regions(folder, database=database, clock=RunningClock()) as (region, _):
        yield region


def codes_shown(region: Region, number: int) -> list[str]:
    """Return so many fresh tickets of the holder's licence."""
    by = region.holder
    held = next(one.certificate for one in show.held_by(by, hub=region.hub) if one.acting_for)
    choice = Choice((TicketItem(held.certificate_id),), Mode.TICKET)
    return [show.show(choice, by=by, hub=region.hub).code for _ in range(number)]


@contextmanager
def writing_in(region: Region) -> Iterator[Callable[[], bool]]:
    """Give what tells whether somebody is inside a writing transaction of a region's database at this moment.

    SQLite has one lock for writing: who does not get it knows that another has it. PostgreSQL lists its transactions.
    """
    url = region.hub.settings.database_url
    if not url:
        path = region.hub.settings.data / SQLITE
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as ours:
            yield lambda: _is_locked(ours)
        return
    with psycopg.connect(url, autocommit=True) as theirs:
        yield lambda: theirs.execute(WRITING).fetchone() is not None


WRITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL"


def _is_locked(database: sqlite3.Connection) -> bool:
    try:
        database.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    database.execute("ROLLBACK")
    return False


def asked_until_killed(
    server: Server,
    questions: Sequence[Question],
    token: str,
    *,
    chance: random.Random,
    is_writing: Callable[[], bool],
) -> Told:
    """Ask by several clients at once, and kill the server, SIGKILL, while it is inside a writing transaction.

    So many answers as chance says are waited for first.
    """
    told, waiting, lock = Told(), list(questions), threading.Lock()
    enough, dies_at = threading.Event(), chance.randrange(1, max(len(questions) - CLIENTS, 2))

    def client(connection: load.Connection) -> None:
        while True:
            with lock:
                if not waiting:
                    return
                one = waiting.pop()
            try:
                status, body = connection.ask(one.asked(token))
            except OSError:
                with lock:
                    told.unanswered.append(one)
                return
            assert status == 200, body[:500]
            with lock:
                told.reports[one.vid] = json.loads(body)
                if len(told.reports) >= dies_at:
                    enough.set()

    with load.clients(server.port, CLIENTS) as connections, ThreadPoolExecutor(CLIENTS) as pool:
        working = [pool.submit(client, one) for one in connections]
        assert enough.wait(60), "no answer came"
        while not is_writing() and any(one.running() for one in working):
            pass  # a batch takes a millisecond: who sleeps misses it
        kill(server.pid, signal.SIGKILL)
        for one in working:
            one.result()
    told.unanswered += waiting
    return told


def found_again(server: Server, told: Told, questions: Sequence[Question], token: str) -> None:
    """Look that everything told is there; ask again what was not answered, and each code under another id."""
    with load.clients(server.port, 1) as [connection]:

        def got(request: bytes) -> tuple[int, dict[str, Any]]:
            status, body = connection.ask(request)
            return status, json.loads(body)

        def read(path: str) -> tuple[int, dict[str, Any]]:
            return got(load.request("GET", f"/api/v1/verifications/{path}", token=token))

        for one in questions:
            if one.vid in told.reports:
                assert (200, told.reports[one.vid]) == read(one.vid)
            status, report = got(one.asked(token))
            assert (200, "valid", "OK") == (status, report["verdict"], report["code"]), report
            assert told.reports.get(one.vid, report) == report
            status, receipt = read(f"{one.vid}/receipt")
            assert (200, True) == (status, bool(receipt.get("receipt")))
            status, second = got(one.asked(token, vid=f"{one.vid}-second"))
            assert (200, "CODE_USED") == (status, second["code"]), second
