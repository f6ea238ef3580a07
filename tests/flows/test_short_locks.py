"""No deed makes or checks a signature while it holds the database's write lock: everybody else would wait for it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from tests.flows.test_history import DEEDS
from tests.support.region import Region, with_step
from tests.support.requests import consented, opened
from tests.support.story import FOOD, food, issued, licence, scan, ticket
from tests.support.under_lock import signatures_under_lock

Deed = Callable[[Region, Region], Callable[[], object]]
CASE = "案-1"


def scanned_in_a_case(where: str) -> Deed:
    """Prepare a code of the home region for a case that another scan began."""

    def prepare(home: Region, other: Region) -> Callable[[], object]:
        counter = home if where == "home" else other
        scan(counter, ticket(home, issued(home, licence("史-1"))), FOOD, case_number=CASE)
        code = ticket(home, issued(home, food("史-2")))
        return lambda: scan(counter, code, FOOD, case_number=CASE)

    return prepare


def requested_in_a_case(where: str) -> Deed:
    """Prepare a request for a case that another one began."""

    def prepare(home: Region, other: Region) -> Callable[[], object]:
        asker = home if where == "home" else other
        consented(home, asker, opened(asker, FOOD, case_number=CASE), issued(home, licence("史-1")))
        certificate_id = issued(home, food("史-2"))
        return lambda: consented(home, asker, opened(asker, FOOD, case_number=CASE), certificate_id)

    return prepare


def moved_on(home: Region, other: Region) -> Callable[[], object]:
    """Prepare a scan of a case in which another one is filed while it is judged: it is judged twice."""
    quick = ticket(home, issued(home, licence("史-1")), matter=FOOD)
    slow = ticket(home, issued(home, food("史-2")), matter=FOOD)
    between: list[object] = []

    def meanwhile(name: str) -> None:
        if name == "verify:4" and not between:
            between.append(name)
            scan(home, quick, FOOD, case_number=CASE)

    at = replace(home, hub=with_step(home, meanwhile))
    return lambda: scan(at, slow, FOOD, case_number=CASE)


IN_A_CASE: Mapping[str, Deed] = {
    "scan at home, in a case": scanned_in_a_case("home"),
    "scan at home, in a case that moves on": moved_on,
    "scan in the other region, in a case": scanned_in_a_case("other"),
    "request at home, in a case": requested_in_a_case("home"),
    "request in the other region, in a case": requested_in_a_case("other"),
}
ALL = {name: prepare for name, (prepare, _) in DEEDS.items()} | IN_A_CASE


@pytest.mark.parametrize("name", ALL)
def test_a_deed_signs_and_checks_before_or_after_its_writing_unit(home, other, name):
    """What is decided under the lock has been verified before; what is written is signed after."""
    deed = ALL[name](home, other)

    made = signatures_under_lock(deed, home.hub.database.engine, other.hub.database.engine)

    assert [] == made
