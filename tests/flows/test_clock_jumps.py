"""A clock that jumps: nothing used is good again, nothing stays unpublished, nobody is blocked, and it is told."""

import random
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status.statuslist import parse_statement
from sqlalchemy import text
from sqlmodel import SQLModel

from certhub.db import leases
from certhub.db.idempotency import store as idempotency
from certhub.db.leases import LEASE_SECONDS, Lease
from certhub.db.timekeeping import store as timekeeping
from certhub.errors import HubError, Unavailable
from certhub.history.events import store as history
from certhub.jobs.clocks import watch
from certhub.jobs.peer_lists import fetch_peer_lists
from certhub.jobs.status_lists import publish, publish_due
from certhub.jobs.sweeping import sweep
from certhub.records.certificates import store as certificates
from certhub.records.certificates.rules import Transition
from certhub.setup.health import all_checks, ready_checks
from certhub.verification.tickets import store as tickets
from certhub.verification.tickets.store import Redemption
from tests.support.region import Clock, Region
from tests.support.story import change, issued, key, licence, scan, sealed, ticket, told


class Rounds:
    """The worker of a region, round by round as `run` makes them."""

    def __init__(self, region: Region, name: str = "first", *, publishes: bool = True) -> None:
        self.region, self.lease = region, Lease("worker", name)
        self.resolved: float | None = None
        self.publishes = publishes

    def go(self, count: int = 1, *, seconds: float = 0.5) -> bool:
        """Make some rounds, each some seconds after the one before; tell whether the last had the lease."""
        mine = False
        for _ in range(count):
            with self.region.hub.writing() as unit:
                mine = self.lease.is_mine(unit, monotonic=self.region.clock.monotonic())
            if mine:
                self.resolved = watch(self.region.hub, self.resolved).monotonic
                with suppress(HubError):  # as in `run`: at some wrong times there is no key
                    if self.publishes:
                        publish(self.region.hub)
                sweep(self.region.hub)
            self.region.clock.pass_(seconds=seconds)
        return mine

    def end(self) -> None:
        """End as `run` ends: the lease is given back."""
        with self.region.hub.writing() as unit:
            leases.give_back(unit, self.lease.name, self.lease.me)


def listed(region: Region, name: str = "status/1"):
    """What a published list says."""
    return parse_statement(jws.parse(region.hub.public_files.get(name), "statuslist+jwt").payload)


def rows(region: Region, table: str) -> list[dict[str, object]]:
    """Every row of a table, as it stands."""
    with region.hub.reading() as unit:
        return [dict(row._mapping) for row in unit.sql.exec_driver_sql(f"SELECT * FROM {table}")]


def put_back(region: Region, table: str, kept: list[dict[str, object]]) -> None:
    """Write rows as they stood before, where they are gone."""
    target = SQLModel.metadata.tables[table]
    with region.hub.writing() as unit:
        unit.sql.execute(target.delete())
        for row in kept:
            names = ", ".join(row)
            marks = ", ".join(f":{name}" for name in row)
            unit.sql.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), row)


def says(region: Region, certificate_id: str) -> int:
    """What the published list says of a certificate."""
    with region.hub.reading() as unit:
        one = certificates.find(unit, certificate_id)
    return listed(region, f"status/{one.list_no}").statuses.get(one.list_index)


def is_good(region: Region) -> bool:
    """Whether the clock's light on the health page is green."""
    [check] = [one for one in ready_checks(region.hub) if one.check == "clock"]
    assert check.code in {None, "CLOCK_JUMPED"}
    return check.ok


@pytest.mark.parametrize("restarted", [False, True], ids=["running", "started while it was ahead"])
@pytest.mark.parametrize("show", [ticket, sealed])
def test_a_used_code_stays_used_when_the_clock_was_ahead(home, clock, show, restarted):
    """Eight hours ahead for 13 seconds made the hub forget that a sealed code was used: it was valid again."""
    worker = Rounds(home)
    worker.go(3)
    code = show(home, issued(home, licence("营-1")))
    assert "valid" == told(scan(home, code))[0]

    clock.jump(hours=8)
    if restarted:
        worker.end()
        worker = Rounds(home, "second")
    worker.go(26)
    clock.jump(hours=-8)
    worker.go(2)

    assert "valid" != told(scan(home, code, verification_id="again-1"))[0]
    with home.hub.reading() as unit:
        assert 1 == unit.sql.exec_driver_sql("SELECT count(*) FROM spent").scalar_one()


@pytest.mark.parametrize("show", [ticket, sealed])
def test_a_used_code_stays_used_over_starts_that_are_each_a_day_ahead(home, clock, show):
    """Two starts, each 23 hours ahead, added up to more than the hub keeps a use: the code was valid again.

    Nor is a code refused that was made after the clock came back: nothing was forgotten by time that nobody measured.
    """
    worker = Rounds(home)
    worker.go(3)
    certificate_id = issued(home, licence("营-1"))
    code = show(home, certificate_id)
    assert "valid" == told(scan(home, code))[0]

    for name in ("second", "third"):
        worker.end()
        clock.jump(hours=23)
        worker = Rounds(home, name)
        worker.go(26)
    with home.hub.reading() as unit:
        assert 1 == unit.sql.exec_driver_sql("SELECT count(*) FROM spent").scalar_one()
    clock.jump(hours=-46)
    worker.go(2)

    assert ("invalid", "CODE_USED") == told(scan(home, code, verification_id="again-1"))
    assert "valid" == told(scan(home, show(home, certificate_id)))[0]


@pytest.mark.parametrize("show", [ticket, sealed])
def test_a_code_whose_use_was_forgotten_is_never_good_again(home, other, clock, show):
    """Three days that the hub itself measured, and the clock set back by three: nobody knows, so it is over."""
    code = show(home, issued(home, licence("营-1")))
    kept = rows(home, "ticket")  # somebody without keys puts the ticket's row back
    assert "valid" == told(scan(home, code))[0]
    worker = Rounds(home)
    worker.go(40, seconds=7_200)
    assert [] == rows(home, "spent")
    clock.jump(hours=-80)
    put_back(home, "ticket", kept)

    assert ("undetermined", "CODE_EXPIRED") == told(scan(home, code))
    assert ("undetermined", "CODE_EXPIRED") == told(scan(other, code))
    with home.hub.writing() as unit:  # also when it is forgotten between the look and the use
        use = Redemption(unit.now, "420700", "clerk", "1号窗口", "v-1")
        assert not tickets.redeem(unit, b"n" * 32, use, keep_until=unit.now)
        assert None is tickets.redemption_of(unit, b"n" * 32)


@pytest.mark.parametrize("seed", range(3))
def test_no_walk_of_clock_and_starts_makes_a_used_code_good_again(home, other, clock, seed):
    """Starts, jumps ahead and back, days that pass, small steps; then each used code is tried at its own time."""
    by, worker, certificate_id = (
        random.Random(seed),
        Rounds(home, publishes=False),
        issued(home, licence("营-1")),
    )
    begun, used = clock.now(), []
    for step in range(30):
        match by.choice(["start", "jump", "back", "pass", "creep", "show"]):
            case "start":
                worker.end()
                clock.jump(hours=by.choice([0, 1, 8, 23]))
                worker = Rounds(home, f"{step}", publishes=False)
            case "jump":
                clock.jump(hours=by.choice([1, 23, 50]))
            case "back":
                clock.jump(hours=-by.choice([1, 23, 50]))
            case "pass":
                worker.go(12, seconds=by.choice([0.5, 3_600, 14_400]))
            case "creep":  # each step is too small to be noticed
                for _ in range(5):
                    clock.jump(seconds=1.9)
                    worker.go()
            case "show":
                clock.jump(seconds=(begun - clock.now()).total_seconds())
                at, code = clock.now(), by.choice([ticket, sealed])(home, certificate_id)
                used += [(at, code)] if "valid" == scan(by.choice([home, other]), code)["verdict"] else []
        worker.go(30)
    worker.go(30, seconds=7_200)

    assert used
    for at, code in used:
        clock.jump(seconds=(at - clock.now()).total_seconds())
        for region in (home, other):
            assert "valid" != scan(region, code)["verdict"]


def test_a_jump_beyond_the_largest_forgets_nothing(home, clock):
    """Three years ahead (a battery of a clock that is empty): nothing is forgotten, restarted or not."""
    worker = Rounds(home)
    worker.go(2)
    scan(home, sealed(home, issued(home, licence("营-1"))))
    clock.jump(days=1_000)
    worker.go(30)
    worker.end()
    Rounds(home, "second").go(30)
    with home.hub.reading() as unit:
        assert 1 == unit.sql.exec_driver_sql("SELECT count(*) FROM spent").scalar_one()
    clock.jump(days=-1_000)


def test_a_code_made_while_the_clock_was_ahead_does_not_outlive_its_minute(home, clock):
    """A picture of it would have been good for eight hours."""
    certificate_id = issued(home, licence("营-1"))
    clock.jump(hours=8)
    codes = [ticket(home, certificate_id), sealed(home, certificate_id)]
    clock.jump(hours=-8)

    assert [] == [code for code in codes if "valid" == told(scan(home, code))[0]]


def test_a_lease_of_a_clock_that_was_ahead_ends_with_its_holder(home, clock):
    """Its holder died while the clock was ahead, and for eight hours nobody published a revocation."""
    clock.jump(hours=8)
    Rounds(home, "dead").go(4)
    clock.jump(hours=-8)
    certificate_id = issued(home, licence("营-1"))
    change(home, certificate_id, Transition.REVOKE)

    heir = Rounds(home, "heir")
    assert not heir.go(4)
    assert heir.go(int(LEASE_SECONDS / 0.5))
    assert 1 == says(home, certificate_id)


def test_a_lease_is_kept_by_who_lives_whatever_the_clocks_do(home, clock):
    """A wall clock that jumps a day takes it from nobody: only a number that stands still does."""
    clock.pass_(days=3)  # the keys are not older than the story
    holder, other = Rounds(home, "holder"), Rounds(home, "other")
    assert holder.go()
    for jump in (24, -48, 24):
        clock.jump(hours=jump)
        for _ in range(15):
            assert not other.go(seconds=0.5)
            assert holder.go(seconds=0.5)
    assert not other.go(int(LEASE_SECONDS), seconds=1)
    assert other.go(2, seconds=1)
    assert not holder.go()


def test_two_who_watch_a_dead_holder_do_not_both_take_its_lease(home):
    """The one that comes second finds that the number has moved."""
    with home.hub.writing() as unit:
        dead, first, second = (Lease("worker", name) for name in ("dead", "first", "second"))
        assert dead.is_mine(unit, monotonic=0)
        assert [False, False] == [one.is_mine(unit, monotonic=1) for one in (first, second)]
        assert [True, False] == [one.is_mine(unit, monotonic=12) for one in (first, second)]
        assert not dead.is_mine(unit, monotonic=12)


def test_a_list_that_is_dated_ahead_is_replaced_at_once(home, clock):
    """Unchanged, it stood there until its date: every reader took it for one of a wrong clock."""
    worker = Rounds(home)
    clock.jump(hours=8)
    worker.go(2)
    clock.jump(hours=-8)
    worker.go()

    assert abs(listed(home).iat - clock.now().timestamp()) < 2
    assert [] == publish_due(home.hub)


def test_a_partner_keeps_no_list_that_is_dated_ahead(home, other, clock, caplog):
    """It would refuse every later one until that date; what it holds stays, and the next good one is taken."""
    publish(home.hub)
    fetch_peer_lists(other.hub)
    held = other.hub.public_files.get("peers/420700/status/1")
    clock.jump(hours=8)
    publish(home.hub)
    clock.jump(hours=-8)

    assert 0 == fetch_peer_lists(other.hub)
    assert held == other.hub.public_files.get("peers/420700/status/1")
    assert "dated ahead" in caplog.text
    clock.pass_(seconds=1)
    publish(home.hub)
    assert len(home.hub.public_files.names("status")) == fetch_peer_lists(other.hub)


def test_a_partner_that_holds_one_dated_ahead_takes_one_of_this_moment(home, other, clock):
    """Kept by an earlier release, or by a clock that was ahead itself. An old list is still no news."""
    publish(home.hub)
    old = home.hub.public_files.get("status/1")
    clock.jump(hours=8)
    publish(home.hub)
    fetch_peer_lists(other.hub)
    clock.jump(hours=-8)
    clock.pass_(minutes=10)

    home.hub.public_files.put("status/1", old)
    assert 0 == fetch_peer_lists(other.hub)  # a rollback that hides behind the date
    publish(home.hub)
    assert len(home.hub.public_files.names("status")) == fetch_peer_lists(other.hub)
    assert listed(home).iat == listed(other, "peers/420700/status/1").iat


def test_a_partner_whose_own_clock_was_set_back_is_not_rolled_back(home, other, clock):
    """To it today's list looks dated ahead; it knows better what time it is, and takes no list of yesterday."""
    publish(home.hub)
    yesterday = home.hub.public_files.get("status/1")
    worker = Rounds(other)
    clock.pass_(days=1)
    worker.go(2)
    publish(home.hub)
    fetch_peer_lists(other.hub)
    held = other.hub.public_files.get("peers/420700/status/1")
    clock.jump(days=-1)
    worker.go(2)

    home.hub.public_files.put("status/1", yesterday)
    assert 0 == fetch_peer_lists(other.hub)
    assert held == other.hub.public_files.get("peers/420700/status/1")


@pytest.mark.parametrize("hours", [8, -8])
def test_a_jump_is_told_on_record_and_over_when_the_clock_comes_back(home, clock, hours):
    """The light is red within a round, the history says by how much, and green again when it is over."""
    clock.pass_(days=3)  # the keys are not older than the story
    worker = Rounds(home)
    worker.go(3)
    assert is_good(home)
    clock.jump(hours=hours)
    worker.go(3)
    assert not is_good(home)
    clock.jump(hours=-hours)
    worker.go()
    assert is_good(home)

    with home.hub.reading() as unit:
        events = history.events(unit, type_="clock.jumped")
        assert timekeeping.read(unit).doubt_seconds is None
    assert [hours * 3600] == [one.body["seconds"] for one in events]


def test_a_clock_that_was_put_right_is_believed_after_as_long_as_it_jumped(home, clock):
    """Five minutes of running evenly for a jump of five minutes; nothing is forgotten by it before."""
    worker = Rounds(home)
    worker.go(2)
    clock.jump(minutes=5)
    worker.go(28, seconds=10)
    assert not is_good(home)
    worker.go(5, seconds=10)
    assert is_good(home)


def lights(region: Region, now: timedelta = timedelta()) -> tuple[bool, bool]:
    """The clock's light for who serves, and for the operator, on a machine whose clock differs by so much."""
    machine = Clock(region.clock.now() + now)
    hub = replace(region.hub, clock=machine, database=replace(region.hub.database, clock=machine))
    return tuple(one.ok for of in (ready_checks, all_checks) for one in of(hub) if one.check == "clock")


def test_a_jump_takes_out_of_service_who_shares_it_and_nobody_else(home, clock):
    """Two machines on one database: one jumps, the other serves on; both tell the operator."""
    clock.pass_(days=3)  # the keys are not older than the story
    worker = Rounds(home)
    worker.go(2)
    clock.jump(minutes=5)
    worker.go(2)

    assert (False, False) == lights(home)
    assert (True, False) == lights(home, -timedelta(minutes=5))
    assert (False, False) == lights(home, -timedelta(minutes=7))
    clock.jump(minutes=-5)
    worker.go(2)
    assert (True, True) == lights(home)
    assert (False, False) == lights(home, -timedelta(minutes=2))


def test_a_jump_within_what_clocks_may_differ_takes_nobody_out_of_service(home, clock):
    """Half a minute: told to the operator, served all the same."""
    worker = Rounds(home)
    worker.go(2)
    clock.jump(seconds=30)
    worker.go(2)

    assert (True, False) == lights(home)


def test_a_night_switched_off_is_no_jump(home, clock):
    """Nobody measured between two starts; a gap of hours is time that has passed."""
    worker = Rounds(home)
    worker.go(2)
    clock.pass_(hours=9)
    worker.end()
    Rounds(home, "morning").go()
    assert is_good(home)


def test_a_request_begun_while_the_clock_was_ahead_can_be_tried_again(home, clock):
    """Its process died; the lease of its key was good for eight hours."""
    once = key("ahead")
    clock.jump(hours=8)
    with home.hub.writing() as unit:
        assert idempotency.begin(unit, once) is None
    clock.jump(hours=-8)
    with home.hub.writing() as unit:
        assert idempotency.begin(unit, once) is None
    with home.hub.writing() as unit, pytest.raises(Unavailable):
        idempotency.begin(unit, once)
