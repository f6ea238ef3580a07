"""Real hubs for tests: SQLite in a folder, two demo regions or more, cheap key derivation, a clock that tests move."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from certhub_keys.cost import Cost

from certhub.adapters.network import PeerDown
from certhub.demo.region_file import DemoRegion, chosen
from certhub.demo.regions import Plan, prepare
from certhub.hub import Hub
from certhub.people.parties import store as parties
from certhub.people.parties.people import Actor, Role
from certhub.settings import Profile, Settings


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, start: datetime | None = None) -> None:
        self.time = start or datetime(2026, 11, 24, 9, 41, tzinfo=UTC)
        self._begun = self.time

    def now(self) -> datetime:
        """Return the time that the test set."""
        return self.time

    def monotonic(self) -> float:
        """Return the seconds that the test let pass."""
        return (self.time - self._begun).total_seconds()

    def jump(self, **time: float) -> None:
        """Set the wall clock ahead or back; no time passes: `clock.jump(hours=8)`."""
        self.time += timedelta(**time)
        self._begun += timedelta(**time)

    def pass_(self, **time: float) -> None:
        """Let time pass: `clock.pass_(seconds=61)`."""
        self.time += timedelta(**time)


class RunningClock(Clock):
    """The machine's clock, where tests have one that stands still: row ids then come in order of time.

    It can be put forward, for what happens once a second and is measured more often.
    """

    ahead = timedelta()

    def now(self) -> datetime:
        """Return the current time, and what it was put forward by."""
        return datetime.now(UTC) + self.ahead

    def pass_(self, **time: float) -> None:
        """Put it forward."""
        self.ahead += timedelta(**time)

    def monotonic(self) -> float:
        """Return seconds that only differ."""
        return time.monotonic()


class Wire:
    """A network that joins hubs in memory: real bytes, real signatures, no sockets."""

    def __init__(self) -> None:
        self.hubs: dict[str, Hub] = {}
        self.down: set[str] = set()
        self.reply_lost: set[str] = set()
        self.sent: list[tuple[str, bytes, bytes]] = []

    def post(self, url: str, body: bytes, *, content_type: str, timeout: float) -> bytes:
        """Deliver a question to the hub whose address it is."""
        from certhub.flows.verification import notices, peer_request
        from certhub.flows.verification.answer import answer

        hub = self._hub(url)
        _, _, path = url.partition("/xr/v1/")
        if path == "query":
            reply = answer(body, hub=hub)
        elif path == "notices":
            reply = json.dumps(notices.take(body, hub=hub)).encode()
        else:
            code = path.split("/")[1]
            act = peer_request.take if path.endswith("/answer") else peer_request.give
            reply = json.dumps(act(code, body, hub=hub)).encode()
        self.sent.append((hub.region, body, reply))
        if hub.region in self.reply_lost:
            raise PeerDown(f"the test loses what {hub.region} replies")
        return reply

    def get(self, url: str, *, timeout: float) -> bytes:
        """Fetch a public file from a hub."""
        hub = self._hub(url)
        if url.endswith("/status/"):
            names = hub.public_files.names("status")
            listed = ",".join(f'"https://{hub.region}.certhub.example/status/{n}"' for n in names)
            return f'{{"status_lists":[{listed}]}}'.encode()
        return hub.public_files.get(url.split("/", 3)[3])

    def _hub(self, url: str) -> Hub:
        region = next(code for code in self.hubs if url.startswith(f"http://{code}.test"))
        if region in self.down:
            raise PeerDown(f"{region} is switched off by the test")
        return self.hubs[region]


@dataclass(frozen=True)
class Region:
    """One region under test: its hub, its people, their tokens."""

    hub: Hub
    tokens: dict[str, str]
    clock: Clock
    wire: Wire

    def actor(self, role: Role) -> Actor:
        """Return who the region's token of a role speaks for."""
        with self.hub.reading() as unit:
            found = parties.actor_of(unit, self.tokens[role.value])
        assert found is not None
        return found

    @property
    def agency(self) -> Actor:
        """The agencies' account."""
        return self.actor(Role.AGENCY)

    @property
    def clerk(self) -> Actor:
        """The clerk."""
        return self.actor(Role.CLERK)

    @property
    def holder(self) -> Actor:
        """张演示."""
        return self.actor(Role.HOLDER)

    @property
    def operator(self) -> Actor:
        """The operator."""
        return self.actor(Role.OPERATOR)


def plan_of(folder: Path, regions: Sequence[DemoRegion] | None = None, *, database: str = "") -> Plan:
    """Return how regions of a test are set up: the two usual ones, unless others are named."""
    regions = chosen() if regions is None else regions
    urls = [f"http://{one.code}.test" for one in regions]
    return Plan(folder, urls, regions, database=database, cost=Cost.TEST, profile=Profile.TEST)


@contextmanager
def make_regions(
    folder: Path,
    regions: Sequence[DemoRegion] | None = None,
    *,
    database: str = "",
    clock: Clock | None = None,
) -> Iterator[tuple[Region, ...]]:
    """Found, fill and join regions two by two, the two usual ones unless others are named; a wire in memory joins them.

    `make_regions(folder, chosen(3))` gives three; `chosen(outside=folder)` those of files of the test's own.
    """
    clock, wire = clock or Clock(), Wire()
    tokens = prepare(plan_of(folder, regions, database=database), clock=clock)
    made = [open_region(folder / code, given, clock, wire) for code, given in tokens.items()]
    try:
        yield tuple(made)
    finally:
        for region in made:
            region.hub.close()


def open_region(folder: Path, tokens: dict[str, str], clock: Clock, wire: Wire) -> Region:
    """Open the hub in a folder and join it to the wire."""
    hub = Hub.open(Settings.load(folder), clock=clock, network=wire)
    wire.hubs[hub.region] = hub
    return Region(hub, tokens, clock, wire)


def with_step(region: Region, step: object) -> Hub:
    """Return the region's hub with another `step`."""
    return replace(region.hub, step=step)  # type: ignore[arg-type]
