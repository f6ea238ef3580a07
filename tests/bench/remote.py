"""A verification whose code belongs to the other region: two real hubs on loopback, the asker's CPU is what counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from certhub.adapters.network import HttpNetwork
from tests.bench import load, stored
from tests.bench.figures import Case, Effort, Figure, Kind, Round, Taken
from tests.bench.holders import Holders
from tests.bench.meters import tree_cpu_us
from tests.bench.served import WARM, hub_server, must_be_valid, question
from tests.support.ports import free_ports

TICKETS = 200


@contextmanager
def _remote(folder: Path, effort: Effort) -> Iterator[Round]:
    port = free_ports()
    urls = [f"http://{load.HOST}:{one}" for one in (port, port + 1)]
    with effort.stores.regions(effort.filled, urls=urls) as (home, away):
        holders, number, by = Holders(home), effort.sized(TICKETS), away.clerk
        here = replace(away, hub=replace(away.hub, network=HttpNetwork()))

        def questions(number: int) -> list[bytes]:
            return [question(holders.ticket(), away) for _ in range(number)]

        def measure() -> list[Taken]:
            with hub_server(folder, home, port=port), hub_server(folder, away, port=port + 1) as asker:
                work = stored.work_of(holders.ticket(), here, by)
                load.ask_all(asker.port, questions(WARM), must_be_valid)
                requests, cpu = questions(number), tree_cpu_us(asker.pid)
                asked = load.ask_all(asker.port, requests, must_be_valid)
                us = (tree_cpu_us(asker.pid) - cpu) / number
            more = {"p50_ms": asked.percentile(50), "requests_per_s": asked.per_second}
            return [Taken("remote", us, work, more=more)]

        yield measure


CASES = (
    Case(
        "remote",
        (Figure("remote", Kind.FLOORS, "CPU of the asker ÷ its floor, a code of another region, HTTP"),),
        _remote,
    ),
)
