"""What a case costs to read: as many statements whatever was shown in it, and nothing that is not told."""

from collections.abc import Callable, Mapping
from functools import partial

import pytest

from certhub.flows.verification import case
from certhub.people.parties.people import Actor
from tests.support.region import Region
from tests.support.statements import statements_of
from tests.support.story import FOOD, food, issued, licence, scan, ticket

NUMBER = "鄂受-2026-1"
Read = Callable[[str, Actor, Region], object]
READS: Mapping[str, Read] = {
    "case_of": lambda case_id, clerk, at: case.case_of(case_id, by=clerk, hub=at.hub),
    "known": lambda case_id, clerk, at: case.known(case_id, by=clerk, hub=at.hub),
    "ask_holder": lambda case_id, clerk, at: case.ask_holder(case_id, ("414", case_id), by=clerk, hub=at.hub),
}


def shown(region: Region, name: str, *, scans: int) -> str:
    """Scan two certificates, so many times, in a case of that number; return its id."""
    ids: list[str] = []
    for n in range(scans):
        both = [issued(region, draft(f"{name}-{n}-{draft.__name__}")) for draft in (licence, food)]
        code = ticket(region, *both, matter=FOOD)
        ids.append(scan(region, code, FOOD, case_number=f"{NUMBER}-{name}")["case_id"])
    return ids[-1]


@pytest.mark.parametrize("what", READS)
def test_a_case_is_read_in_as_many_statements_whatever_was_shown_in_it(home, what):
    """One scan or four, of two certificates each."""
    small, large = shown(home, "小", scans=1), shown(home, "大", scans=4)
    clerk, engine = home.clerk, home.hub.database.engine
    sent = [statements_of(partial(READS[what], one, clerk, home), engine) for one in (small, large)]

    assert len(sent[0]) == len(sent[1])


def test_a_scan_reads_its_case_in_as_many_statements_whatever_was_shown_in_it(home):
    """The fifth scan of a case costs what the second one does."""
    counts = []
    for name, scans in (("小", 1), ("大", 4)):
        shown(home, name, scans=scans)
        code = ticket(home, issued(home, food(f"{name}-last")), matter=FOOD)
        number = f"{NUMBER}-{name}"
        sent = statements_of(
            lambda code=code, number=number: scan(home, code, FOOD, case_number=number),
            home.hub.database.engine,
        )
        counts.append(len(sent))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("what", ["known", "ask_holder"])
def test_no_receipt_is_read_where_none_is_told(home, what):
    """How the requirements stand is told by the scans: reports and receipts stay sealed."""
    case_id, clerk = shown(home, "小", scans=1), home.clerk

    sent = statements_of(lambda: READS[what](case_id, clerk, home), home.hub.database.engine)

    assert [] == [one for one in sent if "verification.sealed" in one]
