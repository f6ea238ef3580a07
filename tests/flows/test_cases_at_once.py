"""Two verifications of one case at once: whichever is filed second counts what the first one showed."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from certhub_verifier.formats.jose import jws

from certhub.errors import Unavailable
from certhub.flows.verification import case, results
from certhub.matters.cases.store import MAX_SCANS
from tests.support.region import Region, with_step
from tests.support.requests import consented, opened, standing
from tests.support.story import FOOD, food, issued, licence, scan, ticket, told

NUMBER = "鄂受-2026-1"
JUDGED_AT_MOST = 3
Deed = Callable[[Region], Mapping[str, Any]]
Prepared = tuple[Deed, Deed, str]


def scanned(counter: Region, home: Region, certificate_id: str) -> Deed:
    """Prepare a scan at a counter: the ticket is shown, and the report comes."""
    code = ticket(home, certificate_id, matter=FOOD)
    return lambda at: scan(at, code, FOOD, case_number=NUMBER)


def requested(counter: Region, home: Region, certificate_id: str) -> Deed:
    """Prepare a request of a counter: its holder consents, and the report comes."""
    request = opened(counter, FOOD, case_number=NUMBER)

    def consent_to_it(at: Region) -> Mapping[str, Any]:
        holders = at if counter is home else home
        consented(holders, counter, request, certificate_id)
        return standing(counter, request)["report"]

    return consent_to_it


WAYS = {
    "a scan at home": ("home", scanned, "verify:4"),
    "a scan of another region's code": ("other", scanned, "verify:4"),
    "a consent at home": ("home", requested, "consent:4"),
    "an answer of another region": ("other", requested, "take:4"),
}


@pytest.fixture
def reach(regions):
    """Put the regions' own hubs back on the wire."""
    yield
    for region in regions:
        region.wire.hubs[region.hub.region] = region.hub


def stepped(region: Region, step: Callable[[str], None]) -> Region:
    """The region with a hub that says its steps; the other region reaches that one."""
    made = replace(region, hub=with_step(region, step))
    made.wire.hubs[made.hub.region] = made.hub
    return made


def receipt_of(region: Region, report: Mapping[str, Any]) -> str | None:
    """What the receipt says of the materials."""
    found = results.receipt(str(report["verification_id"]), by=region.clerk, hub=region.hub)
    return jws.parse(found["receipt"], "receipt+jwt").payload["materials"]


def scans_of(region: Region, report: Mapping[str, Any]) -> int:
    """How many verifications the case has."""
    return len(case.case_of(str(report["case_id"]), by=region.clerk, hub=region.hub)["verifications"])


@pytest.mark.usefixtures("reach")
@pytest.mark.parametrize("is_first", [True, False], ids=["of a new case", "of a case on record"])
@pytest.mark.parametrize("way", WAYS)
def test_what_was_shown_while_it_was_judged_counts(home, other, way, is_first):
    """A scan comes between judging and writing: it is judged too, and the receipt says that all is there."""
    where, prepare, step = WAYS[way]
    counter = home if where == "home" else other
    if not is_first:
        beside = ticket(home, issued(home, licence("旁-1")))  # a glance serves nothing of this matter
        scan(counter, beside, FOOD, case_number=NUMBER)
    slow = prepare(counter, home, issued(home, food("食-1")))
    quick = scanned(counter, home, issued(home, licence("营-1")))
    between: list[Mapping[str, Any]] = []

    def meanwhile(name: str) -> None:
        if name == step and not between:
            between.append({})
            between[0] = quick(counter)

    report = slow(stepped(counter, meanwhile))

    assert ("incomplete", "complete") == (between[0]["materials"], report["materials"])
    assert ("valid", "OK") == told(report)
    assert "complete" == receipt_of(counter, report)
    assert (3 - is_first, between[0]["case_id"]) == (scans_of(counter, report), report["case_id"])


@pytest.mark.parametrize("is_first", [True, False], ids=["of a new case", "of a case on record"])
def test_two_that_are_written_at_the_same_moment_are_complete_together(home, is_first):
    """Both have judged before either writes; on PostgreSQL neither sees what the other has not committed."""
    if not is_first:
        scan(home, ticket(home, issued(home, licence("旁-1"))), FOOD, case_number=NUMBER)
    deeds = [scanned(home, home, issued(home, draft)) for draft in (licence("营-1"), food("食-1"))]
    judged = threading.Barrier(2, timeout=20)
    reports: list[Mapping[str, Any]] = []

    def run(deed: Deed) -> None:
        waited: list[str] = []

        def step(name: str) -> None:
            if name == "verify:4" and not waited:
                waited.append(name)
                judged.wait()

        reports.append(deed(replace(home, hub=with_step(home, step))))

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ["complete", "incomplete"] == sorted(report["materials"] for report in reports)
    assert [("valid", "OK")] * 2 == [told(report) for report in reports]
    assert 3 - is_first == scans_of(home, reports[0])


def test_a_case_that_never_rests_is_filed_all_the_same(home):
    """Another scan each time that it is judged: three times, then it is filed as it was known, and nothing is lost."""
    slow = scanned(home, home, issued(home, food("食-1")))
    shops = [issued(home, licence(f"营-{n}")) for n in range(JUDGED_AT_MOST + 1)]
    codes = [ticket(home, shop) for shop in shops]
    judged: list[str] = []

    def meanwhile(name: str) -> None:
        if name == "verify:4":
            judged.append(name)
            scan(home, codes.pop(), FOOD, case_number=NUMBER)

    report = slow(replace(home, hub=with_step(home, meanwhile)))

    assert ["verify:4"] * JUDGED_AT_MOST == judged
    assert ("valid", "OK") == told(report)
    assert JUDGED_AT_MOST + 1 == scans_of(home, report)


def test_a_case_that_somebody_filled_is_refused_and_not_tried_for_ever(home, reach):
    """Every place holds a row that is not this hub's: the scan is tried three times, and spends no code."""
    scan(home, ticket(home, issued(home, licence("营-1"))), FOOD, case_number=NUMBER)
    columns = "mac, case_id, {n}, 'v{n}', at, sealed"
    with home.hub.writing() as unit:
        for n in range(2, MAX_SCANS + 2):
            row = columns.format(n=n)
            unit.sql.exec_driver_sql(f"INSERT INTO case_scan SELECT {row} FROM case_scan WHERE nth = 1")
    tries: list[str] = []
    code = ticket(home, issued(home, food("食-1")), matter=FOOD)

    with pytest.raises(Unavailable):
        scan(stepped(home, tries.append), code, FOOD, case_number=NUMBER)

    assert JUDGED_AT_MOST == tries.count("verify:4")
    assert "valid" == scan(home, code, FOOD)["items"][0]["verdict"]
