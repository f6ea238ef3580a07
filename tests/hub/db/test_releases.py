"""Each release in releases/, written by its own code, comes up in this one: all that it answered is answered so."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from certhub_keys.cost import Cost

from certhub.db import migrate
from certhub.db.columns import table_of
from certhub.demo.region_file import chosen
from certhub.demo.regions import Plan, prepare
from certhub.errors import Conflict
from certhub.history.events import store as events
from certhub.jobs.runner import run_once
from certhub.jobs.status_lists import publish
from certhub.records.certificates import states
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import State
from certhub.records.status.tables import SlotRow
from certhub.settings import Profile, Settings
from certhub.setup.adopting import bring_up
from certhub.setup.state_history import OF_TYPE, missing
from tests.api.conftest import api_of
from tests.hub.db.releases import filling
from tests.support.answers import answers, published
from tests.support.last_release import to_postgres, unpack
from tests.support.region import Clock, Region, Wire, open_region
from tests.support.story import ROAD, scan, told

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.tar.xz"))
DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
PATHS = {
    "good": ["active"],
    "suspended": ["active", "suspended"],
    "reinstated": ["active", "suspended", "active"],
    "revoked": ["active", "revoked"],
    "cancelled": ["active", "cancelled"],
    "withdrawn": ["active", "withdrawn"],
    "renewed": ["active", "superseded"],
}
"""The states that each of the release's certificates came through."""


@dataclass(frozen=True)
class Release:
    """A hub that a release left, in this test's own folder."""

    folder: Path
    facts: dict[str, Any]
    clock: Clock

    def bring_up(self) -> None:
        """Run what `certhub migrate` runs."""
        bring_up(Settings.load(self.folder), now=self.clock.now(), random=bytes)

    def open(self) -> Region:
        """Open it as this code does."""
        tokens = json.loads((self.folder / "demo-tokens.json").read_text(encoding="utf-8"))
        return open_region(self.folder, tokens, self.clock, Wire())


@pytest.fixture(params=RELEASES, ids=lambda file: file.name.split(".")[0])
def release(request: pytest.FixtureRequest, tmp_path: Path) -> Release:
    """A release's hub, at the moment at which its code let go of it."""
    folder, facts = unpack(tmp_path, request.param)
    return Release(folder, facts, Clock(datetime.fromisoformat(facts["at"])))


@pytest.fixture(params=DATABASES)
def up(request: pytest.FixtureRequest, release: Release) -> Iterator[Region]:
    """That hub, brought up and open; on PostgreSQL its rows are moved there first."""
    name, server = "", None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        name = server.create()
        to_postgres(release.folder, server.url(name))
    release.bring_up()
    region = release.open()
    yield region
    region.hub.close()
    if server is not None:
        server.drop(name)


def get_of(region: Region) -> Callable[[str, str], Any]:
    """Return how a region's API is read."""
    api = api_of(region)

    def get(role: str, path: str) -> Any:
        answer = api.get(path, role or None)
        assert 200 == answer.status_code, f"{path}: {answer.text}"
        return answer.json() if answer.headers["content-type"].endswith("json") else answer.text

    return get


def one(region: Region, certificate_id: str) -> Certificate:
    """Return a certificate that must be there."""
    with region.hub.reading() as unit:
        found = certificates.find(unit, certificate_id)
    assert found is not None
    return found


def test_there_is_a_release() -> None:
    """The tests below look at something."""
    assert RELEASES


def test_everything_is_answered_as_the_releases_own_code_answered_it(release: Release, up: Region) -> None:
    """Certificates, holders' lists, reports, receipts with what opens them, incidents, peers and the published list."""
    found = answers(get_of(up), unread=filling.UNREAD)

    assert release.facts["answers"].keys() == found.keys()
    for about, expected in release.facts["answers"].items():
        assert expected == found[about], about
    assert {} == dict(up.hub.database.refused)


def test_a_code_that_the_release_left_open_is_good_once(release: Release, up: Region) -> None:
    """The open ticket is valid, then used; the used one was used; who asked before is told the same again."""
    facts = release.facts

    assert ("valid", "OK") == told(scan(up, facts["open"]))
    assert ("invalid", "CODE_USED") == told(scan(up, facts["open"]))
    assert ("invalid", "CODE_USED") == told(scan(up, facts["used"]))
    assert {} == dict(up.hub.database.refused), "by whom and where it was used is read as it was written"
    again = scan(up, facts["used"], window="1", verification_id="before-used")
    assert facts["answers"]["verifications"]["before-used"]["report"] == dict(again)
    with pytest.raises(Conflict, match="verification id"):
        scan(up, facts["used"], ROAD, window="1", verification_id="before-used")


def test_a_receipt_that_the_release_never_signed_is_signed_now(release: Release, up: Region) -> None:
    """Its payload was filed; today's code signs it, and the same one is given again."""
    get, path = get_of(up), f"/api/v1/verifications/{filling.UNREAD}/receipt"

    assert filling.UNREAD not in release.facts["answers"]["receipts"]
    assert get("clerk", path)["receipt"].count(".") == 2
    assert get("clerk", path) == get("clerk", path)


def test_each_change_of_before_has_its_row(release: Release, up: Region) -> None:
    """Who, why and by which decision, one after the other without a gap; nothing is left to fill in."""
    for name, path in PATHS.items():
        found = one(up, release.facts["ids"][name])
        with up.hub.reading() as unit:
            kept = states.changes_of(unit, found.place)
        assert path == [change.state.value for change in kept]
        assert [change.after for change in kept[:-1]] == [change.before for change in kept[1:]]
        assert (found.state, found.state_since) == kept[-1].after
        assert {(filling.REASON, filling.DECISION)} >= {(c.reason, c.decision) for c in kept[1:]}
        assert {up.agency.key} == {change.by for change in kept}
    with up.hub.reading() as unit:
        assert [] == states.incomplete(unit.sql, None).incomplete


def test_the_events_of_before_tell_what_the_rows_tell(release: Release, up: Region) -> None:
    """Each event's type is known and its body opens: the changes told by them alone are those on record."""
    for certificate_id in release.facts["ids"].values():
        found = one(up, certificate_id)
        with up.hub.reading() as unit:
            kept = states.changes_of(unit, found.place)
            entries = events.about(unit, [found.ref.hex()], list(OF_TYPE))
        told_by_events = missing(found, entries, [])
        assert [(c.after, c.by, c.reason, c.decision) for c in kept] == [
            (c.after, c.by, c.reason, c.decision) for c in told_by_events
        ]


def test_the_next_list_says_what_the_releases_last_one_said(release: Release, up: Region) -> None:
    """Slot, row and published list agree for every certificate, and decoys stay as they were."""
    before = release.facts["answers"]["list"]
    up.clock.pass_(seconds=20)
    publish(up.hub)

    assert before == published(get_of(up))
    says = {"suspended": 2, "reinstated": None, "good": None}
    with up.hub.reading() as unit:
        for name, certificate_id in release.facts["ids"].items():
            found = one(up, certificate_id)
            slot = table_of(SlotRow)
            here = (slot.c.list_no == found.list_no, slot.c.list_index == found.list_index)
            row = unit.sql.execute(slot.select().where(*here)).one()
            assert found.id == row.certificate
            assert says.get(name, 1) == before.get(str(found.list_index)) == (row.value or None)


def test_what_the_release_left_unsigned_is_voided(release: Release, up: Region) -> None:
    """An import was killed between record and signature: after ten minutes its rows are void, in row and in list."""
    left = release.facts["left"]
    with up.hub.reading() as unit:
        soon = up.clock.now() + timedelta(
            minutes=1
        )  # the demo has one of its own, whose lease lasts ten years
        waiting = certificates.lapsed(unit, soon, limit=100)
    assert left == len(waiting) > 1

    run_once(up.hub, "clock")
    up.clock.pass_(minutes=11)
    for job in ("clock", "sweep", "publish"):
        run_once(up.hub, job)

    now = published(get_of(up))
    for certificate in waiting:
        found = one(up, certificate.certificate_id)
        with up.hub.reading() as unit:
            [change] = states.changes_of(unit, found.place)
        assert (State.VOIDED, State.VOIDED) == (found.state, change.state)
        assert 1 == now[str(found.list_index)]


def test_a_release_is_brought_up_once(release: Release, up: Region) -> None:
    """Run again, `certhub migrate` changes nothing."""
    before = migrate.standing(up.hub.database.engine)
    release.bring_up()

    assert before == migrate.standing(up.hub.database.engine)
    assert before.revision == migrate.newest()


def test_a_demo_of_a_release_goes_on_as_todays(release: Release) -> None:
    """`certhub demo` on its folder: both regions come up, and one answers the other's clerk."""
    folder, wire = release.folder.parent, Wire()
    urls = [f"http://{region.code}.test" for region in chosen()]
    plan = Plan(folder, urls, cost=Cost.TEST, profile=Profile.DEMO)
    tokens = prepare(plan, clock=release.clock)
    home, other = (open_region(folder / code, given, release.clock, wire) for code, given in tokens.items())
    try:
        assert ("valid", "OK") == told(scan(other, release.facts["open"]))
        assert ("invalid", "CODE_USED") == told(scan(home, release.facts["open"]))
    finally:
        for region in (home, other):
            region.hub.close()
