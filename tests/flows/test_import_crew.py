"""An import whose rows are carried by helpers does what one process does, whoever dies."""

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from certhub_verifier.errors import BadSignature
from certhub_verifier.formats.credential import sdjwt, vc
from certhub_verifier.formats.jose import jws

from certhub.adapters.crew import Crew, HelperDied
from certhub.errors import Unverified
from certhub.flows.records import crewed
from certhub.flows.records.import_ import Tally, import_file
from certhub.history.events import store as history
from certhub.hub.keyring import Keyring
from certhub.jobs.status_lists import publish
from certhub.records.certificates import holdings, states
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import State
from tests.support.exports import csv_file, row
from tests.support.invariants import settled
from tests.support.meddled import Meddled
from tests.support.plug import PulledPlug, cut
from tests.support.region import Region, make_regions, with_step
from tests.support.story import food, issued

ROWS = 2 * crewed.LOT + 30


def numbers(count: int = ROWS) -> list[str]:
    """The numbers of a file's rows."""
    return [f"食-{n}" for n in range(count)]


def carried(region: Region, rows: list[list[str]], *, processes: int = 2, **more: Any) -> Tally:
    """Import rows with helpers."""
    hub = more.pop("hub", region.hub)
    return import_file(csv_file(*rows), "x.csv", by=region.agency, hub=hub, processes=processes, **more)


def made(region: Region) -> list[Certificate]:
    """Return the certificates of the tests' files."""
    with region.hub.reading() as unit:
        newest = certificates.issued_by(unit, region.agency.agencies, limit=5_000)
    return [one for one in newest if one.record.number.startswith("食-")]


def looked_at(region: Region) -> dict[str, Any]:
    """Return all that an import leaves behind, but for what is random."""
    by = region.agency.key
    with region.hub.reading() as unit:
        changes = {
            one.record.number: [
                (c.was, c.state, c.by == by, c.decided_at, c.effective_from, c.reason)
                for c in states.changes_of(unit, one.place)
            ]
            for one in made(region)
        }
        events = Counter(
            (e.at, e.type, e.actor == by, str(e.body))
            for e in history.events(unit, type_="certificate.issued", limit=9_999)
        )
        index = unit.vault.index(
            made(region)[0].record.holders[0].id_type, made(region)[0].record.holders[0].id_number
        )
        held = Counter(one.record.number for _, one in holdings.held_by(unit, [index]))
    rows = sorted(
        (
            *(
                c.record.number,
                c.kind,
                c.kind_version,
                c.agency,
                c.version,
                c.state,
                c.valid_from,
                c.valid_to,
            ),
            *(
                c.record.issued_on,
                c.record.holders,
                sorted(c.record.claims.items()),
                len(c.record.disclosures),
            ),
            *(c.state_since, c.created_at, c.lease_until, c.previous, c.list_no),
        )
        for c in made(region)
    )
    return {"rows": rows, "changes": changes, "events": events, "held": held}


def awkward() -> list[list[str]]:
    """Rows of three lots with faults, twins in one lot and across two, and numbers that are stored already."""
    rows = [row(number) for number in numbers()]
    rows[3] = row("食-3", 经营项目="")
    rows[7] = row("食-7", 持证主体代码="92420799MA99990139")
    rows[20] = row("食-19")
    rows[crewed.LOT + 5] = row("食-6")
    rows[crewed.LOT + 8] = row("食-坏", 证照颁发日期="2024-02-30")
    rows[crewed.LOT + 9] = row("食-3")
    return rows


@pytest.fixture
def twins(tmp_path: Path) -> Iterator[tuple[Region, Region]]:
    """The same region, founded twice."""
    with make_regions(tmp_path / "one") as (one, _), make_regions(tmp_path / "two") as (two, _):
        yield one, two


def test_helpers_leave_behind_what_one_process_leaves(twins):
    """Tally, rows, changes, events and holdings: all but what is random. Slots and what is published fit the rows."""
    tallies = []
    for region, processes in zip(twins, (1, 2), strict=True):
        draft = food("食-40")
        issued(region, draft)
        issued(region, replace(food("食-41"), claims=draft.claims | {"经营场所": "演示路8号"}))
        tallies.append(carried(region, awkward(), processes=processes).to_dict())
        region.clock.pass_(seconds=5)
        publish(region.hub)

    assert tallies[0] == tallies[1]
    assert (ROWS, 1, 6) == (tallies[1]["rows"], tallies[1]["existing"], len(tallies[1]["refused"]))
    assert looked_at(twins[0]) == looked_at(twins[1])
    for region in twins:
        assert [] == settled(region.hub, region.clock)


def test_the_same_file_again_issues_nothing(home):
    """Helpers know what is stored as one process does."""
    rows = [row(number) for number in numbers()]

    assert (ROWS, 0) == ((tally := carried(home, rows)).issued, tally.existing)
    assert (0, ROWS) == ((tally := carried(home, rows)).issued, tally.existing)
    assert ROWS == len(made(home))


def test_progress_counts_what_is_settled_and_ends_at_the_number_of_rows(home):
    """Not what was read: a helper may still have it."""
    seen: list[tuple[int, int]] = []

    def progress(rows: int) -> None:
        seen.append((rows, sum(one.state is State.ACTIVE for one in made(home))))

    carried(home, [row(number) for number in numbers()], progress=progress)

    assert sorted(seen) == seen
    assert all(told <= active for told, active in seen)
    assert (ROWS, ROWS) == seen[-1]


def test_rows_that_another_run_still_holds_are_waited_for_and_taken_over(home, clock):
    """They are set aside, and walk the ordinary stairs in the end."""
    with pytest.raises(PulledPlug):
        import_file(csv_file(row("食-5")), "x.csv", by=home.agency, hub=cut(home, "issue:4"))

    tally = carried(
        home, [row(number) for number in numbers()], wait=lambda seconds: clock.pass_(seconds=seconds)
    )

    assert (ROWS, ROWS, []) == (tally.rows, tally.issued, tally.refused)
    assert {State.ACTIVE} == {one.state for one in made(home)}


@pytest.mark.parametrize("step", ["issue:4", "issue:5"])
def test_a_helper_that_is_killed_loses_nothing(home, clock, step):
    """What it had is intended or not there; the next run takes over, and nothing is doubled."""
    parent = os.getpid()

    def killing(name: str) -> None:
        if name == step and os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    rows = [row(number) for number in numbers()]
    with pytest.raises(HelperDied):
        carried(home, rows, hub=with_step(home, killing))
    assert [] == multiprocessing.active_children()
    left = made(home)
    assert left
    assert {State.INTENDED} == {one.state for one in left}
    clock.pass_(seconds=11)

    assert (ROWS, []) == ((tally := carried(home, rows)).issued, tally.refused)
    assert Counter(numbers()) == Counter(one.record.number for one in made(home))
    assert {one.record.signing_input for one in left} <= {one.record.signing_input for one in made(home)}


def test_a_helper_that_is_killed_from_outside_ends_the_import(home, clock):
    """At a moment of nobody's choice, with some rows settled."""
    rows = [row(number) for number in numbers(4 * crewed.LOT)]

    def kill(_: int) -> None:
        for helper in multiprocessing.active_children():
            os.kill(helper.pid or 0, signal.SIGKILL)

    with pytest.raises(HelperDied):
        carried(home, rows, progress=kill)
    clock.pass_(seconds=11)

    tally = carried(home, rows)
    assert (len(rows), []) == (tally.issued + tally.existing, tally.refused)
    assert Counter(numbers(len(rows))) == Counter(one.record.number for one in made(home))


def test_what_a_helper_refuses_to_activate_ends_the_import(home):
    """A signer that lies is found out by the reading back, there as here."""
    lend = home.hub.keyring.lend

    def lying(kid: str) -> Meddled:
        return Meddled(lend(kid), lambda signer, message: signer.sign(message + b"!"))

    hub = replace(home.hub, keyring=Keyring(home.hub.region, lying))
    with pytest.raises(Unverified):
        carried(home, [row(number) for number in numbers()], hub=hub)

    assert {State.INTENDED} == {one.state for one in made(home)}


def forked(region: Region, count: int, **more: Any) -> bool:
    """Import so many rows; say whether any helper was there."""
    here, there = os.getpid(), []

    def step(name: str) -> None:
        there.append(bool(multiprocessing.active_children()) and os.getpid() == here)

    tally = carried(
        region, [row(number) for number in numbers(count)], hub=replace(region.hub, step=step, **more)
    )
    assert count == tally.issued
    return any(there)


def test_a_short_file_is_carried_by_nobody_else(home):
    """A helper would begin when it is over."""
    assert not forked(home, crewed.FEWEST_ROWS - 1)


def test_a_long_file_is(home):
    """From a hundred rows on."""
    assert forked(home, crewed.FEWEST_ROWS)


def test_seeded_randomness_stays_in_one_process(home):
    """Copies of a seed draw alike: two rows would have one salt."""
    import random

    assert not forked(home, crewed.FEWEST_ROWS, random=random.Random(1).randbytes)


def seals_fit(region: Region, trusted: Region) -> bool:
    """Say whether the seals of a region's rows were made by keys of what another trusts."""
    for one in made(region):
        issuer_jwt, disclosures = one.credential_parts
        read = vc.parse(sdjwt.join(issuer_jwt, disclosures))
        key = trusted.hub.trust.key(read.header.kid)
        try:
            jws.verify(read.parsed, key) if key else None
        except BadSignature:
            return False
        if key is None:
            return False
    return True


def test_a_crew_signs_with_the_keys_of_its_own_hub(twins):
    """Two hubs of one process import one file at the same time: agencies of one name, and each its own keys."""
    one, two = twins
    theirs: list[Tally] = []
    rows = [row(number) for number in numbers()]

    def meanwhile(_: int) -> None:
        if not theirs:
            theirs.append(carried(two, rows))

    assert ROWS == carried(one, rows, progress=meanwhile).issued == theirs[0].issued
    assert (True, True) == (seals_fit(one, one), seals_fit(two, two))
    assert (False, False) == (seals_fit(one, two), seals_fit(two, one))


def test_a_job_for_a_helper_at_work_is_refused():
    """Two who write to each other at once may wait for ever."""
    with Crew(1, lambda job: job + 1) as crew:
        crew.give(0, 1)
        with pytest.raises(ValueError, match="at work"):
            crew.give(0, 2)
        assert (0, 2) == crew.next()


def test_what_work_raises_is_raised_where_it_was_given():
    """Also what cannot cross as it is."""

    class Odd(Exception):
        def __init__(self, one: int, two: int) -> None:
            super().__init__("odd")

    def work(job: int) -> int:
        if job:
            raise Unverified("not ours")
        raise Odd(1, 2)

    with Crew(1, work) as crew:
        crew.give(0, 1)
        with pytest.raises(Unverified, match="not ours"):
            crew.next()
        crew.give(0, 0)
        with pytest.raises(RuntimeError, match="Odd"):
            crew.next()


def test_a_helper_ends_with_the_process_that_made_it(tmp_path):
    """Whoever kills an import leaves no helper behind."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()

    def parent() -> None:
        crew = Crew(2, lambda job: job)
        theirs.send(crew.pids)
        signal.pause()

    process = context.Process(target=parent)
    process.start()
    pids = ours.recv()
    process.kill()
    process.join()
    for _ in range(200):
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            break
        signal.sigtimedwait([], 0.05)
    left = [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert [] == left
