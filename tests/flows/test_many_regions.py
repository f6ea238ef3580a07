"""Three regions, the third one a file of the test's own: each answers each other, and none is restarted to meet it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

import pytest
from certhub_verifier.formats.status.statuslist import parse_status_uri
from certhub_verifier.formats.trust.trustlist import MEMBERS_PATH, Members
from certhub_verifier.receipts import Finding, examine_receipt

from certhub.adapters.public_files import PublicFiles
from certhub.demo import people as p
from certhub.demo.region_file import chosen
from certhub.demo.regions import prepare
from certhub.demo.routes import other_regions
from certhub.flows.verification import results
from certhub.flows.verification.offline_bundle import held_lists
from certhub.flows.verification.show import held_by
from certhub.hub import TRUST
from certhub.jobs.peer_lists import fetch_peer_lists
from certhub.jobs.status_lists import publish
from tests.support.drawn import Drawn, draw
from tests.support.region import Region, make_regions, open_region, plan_of
from tests.support.story import scan, ticket, told


@dataclass(frozen=True)
class Row:
    """Regions side by side, and what was drawn for the third."""

    regions: tuple[Region, ...]
    drawn: Drawn


@pytest.fixture(scope="module")
def row(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Row]:
    """The two usual regions, and a third whose one file lies outside the package."""
    drawn = draw(tmp_path_factory.mktemp("outside") / "regions")
    with make_regions(tmp_path_factory.mktemp("three"), chosen(outside=drawn.folder)) as made:
        yield Row(made, drawn)


def licence_of(region: Region) -> str:
    """Return the id of the licence that 张演示 can show in a region."""
    held = [one.certificate for one in held_by(region.holder, hub=region.hub)]
    return next(one.certificate_id for one in held if one.kind == p.LICENCE)


def test_a_third_region_is_one_file(row: Row) -> None:
    """Data only: no file of ours is touched, and the drawn code is nobody's."""
    assert [f"{row.drawn.code}.toml"] == [one.name for one in row.drawn.folder.iterdir()], row.drawn
    assert row.drawn.code == row.regions[2].hub.region, row.drawn
    assert 3 == len({one.hub.region for one in row.regions}), row.drawn


def test_each_region_answers_each_other(row: Row) -> None:
    """Every ordered pair: shown here, verified there, with the agreed fields; the receipt is genuine in all three."""
    for shows, asks in permutations(row.regions, 2):
        report = scan(asks, ticket(shows, licence_of(shows)))
        receipt = results.receipt(report["verification_id"], by=asks.clerk, hub=asks.hub)["receipt"]
        pair = f"{shows.hub.region} -> {asks.hub.region}; {row.drawn}"

        assert ("valid", "OK") == told(report), pair
        assert {"名称", "法定代表人", "成立日期"} == set(report["items"][0]["disclosed"]), pair
        for reader in row.regions:
            found = examine_receipt(receipt, trust=reader.hub.trust, now=reader.clock.now()).finding
            assert Finding.GENUINE is found, (reader.hub.region, pair)


def test_a_region_that_is_added_to_running_hubs_needs_no_restart(tmp_path: Path) -> None:
    """Two hubs that asked each other meet a third while they are open: pages, questions both ways, lists and bundle."""
    drawn = draw(tmp_path / "outside")
    with make_regions(tmp_path / "demo") as (home, other):
        assert ("valid", "OK") == told(scan(other, ticket(home, licence_of(home))))
        assert 2 == len(home.hub.trust.regions)
        third = met(home, tmp_path / "demo", drawn)
        try:
            assert {one.hub.region for one in (home, other, third)} == home.hub.trust.regions.keys(), drawn
            for shows, asks in permutations((home, other, third), 2):
                report = scan(asks, ticket(shows, licence_of(shows)))
                assert ("valid", "OK") == told(report), (shows.hub.region, asks.hub.region, str(drawn))
            assert home.hub.trust.regions.keys() == bundled(home), drawn
            linked = {one["url"] for one in other_regions(home.hub, "zh", seen_at="")}
            assert {f"http://{one.hub.region}.test" for one in (other, third)} == linked, drawn
        finally:
            third.hub.close()


def met(home: Region, folder: Path, drawn: Drawn) -> Region:
    """Found the drawn region beside the running ones, let a second pass, and open it on their wire."""
    plan = plan_of(folder, chosen(outside=drawn.folder))
    tokens = prepare(plan, clock=home.clock, is_running=True)
    assert {drawn.code} == tokens.keys(), drawn
    home.clock.pass_(seconds=1)
    return open_region(folder / drawn.code, tokens[drawn.code], home.clock, home.wire)


def bundled(region: Region) -> set[str]:
    """Fetch what the others publish, as the background job does; return whose lists a new offline bundle holds."""
    for hub in region.wire.hubs.values():
        publish(hub)
    fetch_peer_lists(region.hub)
    trip = region.hub.at(region.clerk)
    return {parse_status_uri(uri)[0] for uri in held_lists(trip)}


def test_while_a_regions_files_are_being_written_the_set_of_before_stays(tmp_path: Path) -> None:
    """File by file, in the order of docs/operations.md: two regions go on, and the last file brings the third."""
    drawn, demo = draw(tmp_path / "outside"), tmp_path / "demo"
    with make_regions(demo, chosen(outside=drawn.folder)) as (home, other, third):
        whole = home.hub.trust_folder.files()
        known = {home.hub.region, other.hub.region}
        public_files = PublicFiles(home.hub.settings.data / TRUST)
        members = Members.from_bytes(whole[MEMBERS_PATH])
        before = replace(members, members=tuple(one for one in members.members if one.code in known))
        public_files.put(MEMBERS_PATH, before.to_bytes())
        late = [path for path in whole if drawn.code in path]
        for path in late:
            (home.hub.settings.data / TRUST / path).unlink()
        home.clock.pass_(seconds=1)

        for path in (*late, MEMBERS_PATH):
            assert known == home.hub.trust.regions.keys(), (path, str(drawn))
            assert ("valid", "OK") == told(scan(home, ticket(other, licence_of(other)))), (path, str(drawn))
            public_files.put(path, whole[path])
            home.clock.pass_(seconds=1)
        assert ("valid", "OK") == told(scan(home, ticket(third, licence_of(third)))), drawn
