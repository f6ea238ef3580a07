"""Cases of many at once: two workers beside one on PostgreSQL, and durable writes by many threads.

A second worker is worth something when the two answer more than one does; how the connections fell on them is told.
"""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from itertools import count
from pathlib import Path
from statistics import quantiles

from sqlalchemy import func, select

from certhub.db.columns import table_of
from certhub.history.events.bodies import Imported
from certhub.history.events.catalogue import IMPORT_FINISHED, Event
from certhub.history.events.store import append
from certhub.history.events.tables import EventRow
from tests.bench import load, stored
from tests.bench.figures import Case, Effort, Figure, Kind, Round, Taken
from tests.bench.holders import Holders
from tests.bench.meters import cpu_by_process
from tests.bench.served import WARM, hub_server, must_be_valid, question
from tests.bench.stores import Backend
from tests.support.region import Region

CLIENTS, TICKETS = 16, 600
WRITERS, WRITES = (8, 32), 1_600


@contextmanager
def _workers(folder: Path, effort: Effort) -> Iterator[Round]:
    with stored.home(effort, Backend.POSTGRES) as region:
        holders, number = Holders(region), effort.sized(TICKETS)

        def ask(workers: int) -> tuple[load.Asked, list[float]]:
            with hub_server(folder, region, workers=workers) as server:
                load.ask_all(server.port, questions(WARM * workers), must_be_valid, by=CLIENTS)
                requests, before = questions(number), cpu_by_process(server.pid)
                asked = load.ask_all(server.port, requests, must_be_valid, by=CLIENTS)
                return asked, _shares(before, cpu_by_process(server.pid), workers)

        def questions(number: int) -> list[bytes]:
            return [question(holders.ticket(), region) for _ in range(number)]

        def measure() -> list[Taken]:
            (alone, _), (both, shares) = ask(1), ask(2)
            p99, p99_alone = both.percentile(99), alone.percentile(99)
            more = {
                "one_per_s": alone.per_second,
                "two_per_s": both.per_second,
                "cpu_share_of_the_first": shares[0],
                "cpu_share_of_the_weaker": shares[1],
            }
            tails = {"one_p99_ms": p99_alone, "two_p99_ms": p99}
            return [
                Taken("workers", 1e6 / both.per_second, against_us=1e6 / alone.per_second, more=more),
                Taken("workers-p99", p99 * 1000, against_us=p99_alone * 1000, more=tails),
            ]

        yield measure


def _shares(before: Mapping[int, float], after: Mapping[int, float], workers: int) -> list[float]:
    """Return the share of each worker in the CPU of all of them, the strongest first."""
    used = sorted((after[pid] - before.get(pid, 0.0) for pid in after), reverse=True)[:workers]
    return [one / max(sum(used), 1.0) for one in used]


@contextmanager
def _writes(_: Path, effort: Effort) -> Iterator[Round]:
    with ExitStack() as stack:
        regions = {one: stack.enter_context(stored.home(effort, one)) for one in Backend}
        names = count()

        def measure() -> list[Taken]:
            return [
                _written(
                    region, backend, writers, effort.sized(WRITES), sha256(b"%d" % next(names)).hexdigest()
                )
                for backend, region in regions.items()
                for writers in WRITERS
            ]

        measure()
        yield measure


def _written(region: Region, backend: Backend, writers: int, number: int, subject: str) -> Taken:
    """Let so many threads have an event written each time, and wait for it; look that all are there."""
    by, each = region.agency, max(number // writers, 1)
    event = Event(IMPORT_FINISHED, by.key, subject, Imported(rows=1, issued=1, existing=0, refused=0))

    def some(_: int) -> list[float]:
        waits = []
        for _ in range(each):
            begun = time.perf_counter()
            region.hub.writer.commit(lambda unit: append(unit, event))
            waits.append((time.perf_counter() - begun) * 1000)
        return waits

    with ThreadPoolExecutor(writers) as pool:
        begun, cpu = time.perf_counter(), time.process_time()
        waits = [wait for part in pool.map(some, range(writers)) for wait in part]
        us = (time.perf_counter() - begun) * 1e6 / len(waits)
        cpu_us = (time.process_time() - cpu) * 1e6 / len(waits)
    table = table_of(EventRow)
    with region.hub.reading() as unit:
        there = unit.sql.scalar(select(func.count()).select_from(table).where(table.c.subject == subject))
    assert there == each * writers, f"{there} of {each * writers} writes are there"
    cut = quantiles(waits, n=100, method="inclusive")
    more = {"writes_per_s": 1e6 / us, "p50_ms": cut[49], "p99_ms": cut[98]}
    return Taken(_name(backend, writers), us, cpu_us=cpu_us, more=more)


def _name(backend: Backend, writers: int) -> str:
    return f"writes-{writers}" + ("" if backend is Backend.SQLITE else f"-{backend}")


CASES = (
    Case(
        "workers",
        (
            Figure("workers", Kind.GAIN, f"verifications/s, 2 workers ÷ 1, PostgreSQL, {CLIENTS} clients"),
            Figure("workers-p99", Kind.AGAINST, "p99 of the same, 2 workers ÷ 1"),
        ),
        _workers,
    ),
    Case(
        "writes",
        tuple(
            Figure(
                _name(backend, writers),
                Kind.RATE,
                f"durable writes/s ÷ signatures/s, {writers} threads, {backend}",
            )
            for backend in Backend
            for writers in WRITERS
        ),
        _writes,
    ),
)
