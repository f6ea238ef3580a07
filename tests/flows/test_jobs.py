"""The background jobs: each is done one step at a time, and none depends on how another fares."""

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from certhub.adapters.network import PeerDown
from certhub.adapters.public_files import PublicFiles
from certhub.db import leases
from certhub.db.leases import LEASE_SECONDS, WORKER, Lease
from certhub.errors import NotFound, Unavailable
from certhub.flows.records import issue
from certhub.history.events import store as history
from certhub.history.events.catalogue import CERTIFICATE_VOIDED
from certhub.jobs.runner import RETRY_SECONDS, Turns, run, run_by_hand, run_once
from certhub.jobs.sweeping import VOID_AFTER
from certhub.jobs.table import JOBS
from tests.support.plug import PulledPlug, cut
from tests.support.region import Region
from tests.support.statements import statements_of
from tests.support.stock import Stock
from tests.support.story import issued, key, licence, scan, ticket


@pytest.fixture
def stock(unpublished_stock: Stock) -> Stock:
    """Here the first round of a worker is looked at."""
    return unpublished_stock


TOGETHER = [job for job in JOBS.values() if not job.is_apart]


def leave(home: Region, number: str) -> None:
    """Leave an intended certificate behind that nobody comes back for."""
    with pytest.raises(PulledPlug):
        issue.issue(licence(number), by=home.agency, hub=cut(home, "issue:4"), key=key(number))


def unfinished(home: Region) -> None:
    """Leave one behind that may be given up by now, on a clock that was looked at."""
    leave(home, "营-1")
    home.clock.pass_(seconds=VOID_AFTER.total_seconds() + 11)
    run_once(home.hub, "clock")


@pytest.fixture
def voided(home: Region) -> Callable[[], int]:
    """How many certificates were given up since the test began."""

    def count() -> int:
        with home.hub.reading() as unit:
            return sum(event.type == CERTIFICATE_VOIDED.name for event in history.events(unit))

    before = count()
    return lambda: count() - before


def has_lease(home: Region) -> str | None:
    """Who has the worker's lease."""
    with home.hub.reading() as unit:
        found = leases.held(unit, WORKER)
    return None if found is None else found.holder


def beats(home: Region, lease: Lease) -> bool:
    """Have a process say that it lives, or look whether it may take over."""
    with home.hub.writing() as unit:
        return lease.is_mine(unit, monotonic=home.clock.monotonic())


def test_every_job_is_done_one_step_at_a_time(home):
    """Without a thread or a lease: how much each did, and what its next step goes on from."""
    unfinished(home)
    first = {name: run_once(home.hub, name) for name in JOBS}
    home.clock.pass_(seconds=0.5)
    second = {name: run_once(home.hub, name, first[name].state) for name in JOBS}

    rules = first["rules"].how_many
    assert 100 < rules
    idle = {"clock": 0, "fill": 0, "fetch": 0, "notices": 0, "messages": 0, "list": 0, "rules": rules}
    assert idle | {"publish": 1, "sweep": 1} == {name: done.how_many for name, done in first.items()}
    assert idle | {"publish": 0, "sweep": 0} == {name: done.how_many for name, done in second.items()}
    assert 0.5 == second["clock"].state - first["clock"].state


def test_a_job_that_is_not_there_is_told_with_those_that_are(home):
    """By name."""
    with pytest.raises(NotFound, match=r"no job 'publsh'; there are clock, publish, list, sweep"):
        run_once(home.hub, "publsh")


@pytest.mark.disagrees("the public folder is gone at its end")
def test_a_job_that_fails_stops_no_other_in_its_round(home, voided, caplog):
    """Nothing can be published, and what nobody finished is given up all the same, in that same round."""
    unfinished(home)
    blocked = home.hub.settings.data / "public"
    shutil.rmtree(blocked)
    blocked.write_bytes(b"not a folder")

    Turns(home.hub, TOGETHER).round()

    assert "worker: publish failed" in caplog.text
    assert "worker: sweep" not in caplog.text
    assert 1 == voided()


def test_a_job_is_due_when_its_seconds_are_over(home, voided):
    """The sweeper comes every ten seconds: what lapses between two of its turns waits for the second."""
    leave(home, "营-1")
    home.clock.pass_(seconds=5)
    leave(home, "营-2")
    home.clock.pass_(seconds=VOID_AFTER.total_seconds() + 6)
    turns, seen = Turns(home.hub, TOGETHER), []
    for _ in range(11):
        turns.round()
        seen.append(voided())
        home.clock.pass_(seconds=1)

    assert [1] * 10 + [2] == seen


class Silent:
    """A network that answers nothing until it is let go."""

    def __init__(self) -> None:
        self.asked, self.go, self.is_waiting = threading.Event(), threading.Event(), False

    def get(self, url: str, *, timeout: float) -> bytes:
        """Keep whoever asks waiting."""
        self.is_waiting = True
        self.asked.set()
        self.go.wait(10)
        self.is_waiting = False
        raise PeerDown("let go")

    def post(self, url: str, body: bytes, *, content_type: str, timeout: float) -> bytes:
        """Keep whoever asks waiting."""
        return self.get(url, timeout=timeout)


class Rounds:
    """Told to stop after a round that began when the other region was asked already."""

    def __init__(self, home: Region, network: Silent) -> None:
        self.home, self.network, self.before = home, network, b""
        self.is_published_meanwhile = False

    def wait(self, seconds: float) -> bool:
        """Look whether the list was signed anew while the other region had not answered."""
        if threading.current_thread() is not threading.main_thread():
            return True
        signed = self.home.hub.public_files.get("status/1")
        if not self.before:
            self.before = signed
            self.network.asked.wait(10)
            self.home.clock.pass_(seconds=16)
            return False
        self.is_published_meanwhile = self.network.is_waiting and signed != self.before
        self.network.go.set()
        return True


def test_a_job_that_waits_for_another_region_delays_no_publishing(home):
    """The list is signed anew while the other region still keeps us waiting."""
    network = Silent()
    rounds = Rounds(home, network)

    run(replace(home.hub, network=network), rounds)  # type: ignore[arg-type]

    assert network.asked.is_set()
    assert rounds.is_published_meanwhile


@dataclass(frozen=True)
class SlowShelf(PublicFiles):
    """Public files on a disk that hangs for longer than a lease lasts, while another process takes over."""

    home: Region

    def put(self, name: str, content: bytes) -> None:
        """Write after a long time, in which somebody else took the lease."""
        super().put(name, content)
        other = Lease(WORKER, "other")
        assert not beats(self.home, other)
        self.home.clock.pass_(seconds=LEASE_SECONDS + 1)
        assert beats(self.home, other)


def test_who_lost_the_lease_in_a_long_step_does_no_more_of_the_round(home, voided):
    """Publishing took eleven seconds and another process took over: that one sweeps."""
    unfinished(home)
    slow = replace(home.hub, public_files=SlowShelf(home.hub.public_files.folder, home))

    went_on = Turns(slow, TOGETHER, Lease(WORKER, "first")).round()

    assert (False, 0, "other") == (went_on, voided(), has_lease(home))


@pytest.mark.disagrees("the public folder is gone at its end")
def test_a_job_of_every_hour_that_fails_is_tried_again_in_half_a_minute(home, caplog):
    """Not an hour later."""
    blocked = home.hub.settings.data / "public"
    shutil.rmtree(blocked)
    blocked.write_bytes(b"not a folder")
    turns = Turns(home.hub, [JOBS["rules"]])
    failures = []
    for _ in range(3):
        turns.round()
        failures.append(caplog.text.count("worker: rules failed"))
        home.clock.pass_(seconds=RETRY_SECONDS / 2)

    assert [1, 1, 2] == failures


def test_a_step_by_hand_is_refused_while_another_process_does_the_jobs(home):
    """Two that publish could put an older list over a newer one; whoever works goes on counting."""
    worker = Lease(WORKER, "worker")
    assert beats(home, worker)

    def wait(seconds: float) -> None:
        home.clock.pass_(seconds=seconds)
        assert beats(home, worker)

    with pytest.raises(Unavailable) as refused:
        run_by_hand(home.hub, "sweep", wait=wait)

    assert ("WORKER_RUNS", "worker") == (refused.value.code, has_lease(home))
    assert [] == home.hub.public_files.names("status")


def test_a_step_by_hand_takes_over_from_who_died_and_gives_the_lease_back(home, voided):
    """After ten seconds in which nobody counted on."""
    unfinished(home)
    assert beats(home, Lease(WORKER, "dead"))
    begun = home.clock.monotonic()

    done = run_by_hand(home.hub, "sweep", wait=lambda seconds: home.clock.pass_(seconds=seconds))

    assert (1, 1) == (done.how_many, voided())
    assert LEASE_SECONDS == home.clock.monotonic() - begun
    assert None is has_lease(home)


def test_a_step_by_hand_that_needs_no_lease_asks_nobody(home, other):
    """The lists of another region are fetched beside a worker that runs."""
    run_once(other.hub, "publish")
    assert beats(home, Lease(WORKER, "worker"))

    done = run_by_hand(home.hub, "fetch", wait=lambda seconds: pytest.fail("it waited"))

    assert 1 == done.how_many


def test_of_two_processes_one_tells_other_regions(home, other):
    """The one with the lease; the other begins where it ends, and neither waits for its turn to publish."""
    first, second = Lease(WORKER, "first"), Lease(WORKER, "second")
    told = [Turns(other.hub, [JOBS["notices"]], followed=one) for one in (first, second)]
    beaten = [beats(other, first), beats(other, second)]
    scan(other, ticket(home, issued(home, licence("营-1"))))
    sent = len(home.wire.sent)

    asked = statements_of(told[1].round, other.hub.database.engine)
    waited = len(home.wire.sent) - sent
    told[0].round()
    home.clock.pass_(seconds=LEASE_SECONDS)
    beaten += [beats(other, second)]
    scan(other, ticket(home, issued(home, licence("营-2"))))
    before = len(home.wire.sent)
    told[1].round()

    assert ([True, False, True], 0, 1) == (beaten, waited, len(home.wire.sent) - before)
    assert [] == asked
    assert JOBS["notices"].is_apart


def test_the_clocks_are_looked_at_before_anything_is_forgotten():
    """In the order of the table, in every round."""
    assert "clock" == TOGETHER[0].name
    assert JOBS["clock"].seconds <= min(job.seconds for job in TOGETHER)
