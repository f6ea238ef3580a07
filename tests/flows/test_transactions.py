"""Read, decide, write: a verification opens three transactions, whoever minted the code, and a decision opens none."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from certhub.db.engine import Database
from certhub.flows.records import change
from certhub.flows.records.change import Order
from certhub.flows.verification import results, verify
from certhub.flows.verification.filing import VerificationRequest
from certhub.people.parties.people import Actor
from certhub.records.certificates.rules import Transition
from tests.support.region import Region
from tests.support.story import BUSINESS, issued, key, licence, sealed, ticket, told

LIMIT = 3


@dataclass(frozen=True)
class Counting(Database):
    """The real database, which counts the units of work that are opened on it."""

    opened: Counter[str] = None  # type: ignore[assignment]

    def reading(self):
        """Count one that reads."""
        self.opened["reading"] += 1
        return super().reading()

    def writing(self):
        """Count one that writes."""
        self.opened["writing"] += 1
        return super().writing()


def counted(region: Region) -> tuple[Region, Counter[str]]:
    """Return the region with a database that counts; the other region reaches that one."""
    opened: Counter[str] = Counter()
    plain = region.hub.database
    counting = Counting(plain.engine, plain.vault, plain.clock, plain.random, plain.refused, opened)
    region = replace(region, hub=replace(region.hub, database=counting))
    region.wire.hubs[region.hub.region] = region.hub
    return region, opened


@pytest.fixture
def reach(regions):
    """Put the regions' own hubs back on the wire."""
    yield
    for region in regions:
        region.wire.hubs[region.hub.region] = region.hub


def verified(region: Region, code: str, by: Actor, name: str = "count-1") -> Mapping[str, Any]:
    """Verify as a clerk whose account was read before."""
    return verify.verify(VerificationRequest(code, BUSINESS, "1号窗口", None, name), by=by, hub=region.hub)


@pytest.mark.usefixtures("reach")
@pytest.mark.parametrize("made", [ticket, sealed], ids=["ticket", "sealed"])
def test_a_verification_at_home_reads_once_and_writes_twice(home, made):
    """One read, one write that redeems and files, and the signature kept; signing in is not counted."""
    code, clerk = made(home, issued(home, licence("事-1"))), home.clerk
    region, opened = counted(home)

    assert ("valid", "OK") == told(verified(region, code, clerk))
    assert {"reading": 1, "writing": 2} == opened


@pytest.mark.usefixtures("reach")
@pytest.mark.parametrize("made", [ticket, sealed], ids=["ticket", "sealed"])
def test_a_verification_across_regions_writes_three_times_on_each_side(home, other, made):
    """The asker puts the question on record, files, keeps the signature; the provider reads, redeems, keeps.

    What the asker reads of the case and the region is read by itself, while nobody waits for the lock.
    """
    code, clerk = made(home, issued(home, licence("事-2"))), other.clerk
    asker, asked = counted(other)
    _, answered = counted(home)

    assert ("valid", "OK") == told(verified(asker, code, clerk))
    assert {"reading": 1, "writing": LIMIT} == asked
    assert {"writing": LIMIT} == answered


@pytest.mark.usefixtures("reach")
@pytest.mark.parametrize("code", ["6217 0000 1234 5678", "EC1ABC", "EC1420700AAAAAAAAAAAAAA"])
def test_a_code_that_fails_opens_no_more(home, code):
    """Text of somebody else, half a code, an unknown one."""
    clerk = home.clerk
    region, opened = counted(home)

    assert "valid" != told(verified(region, code, clerk))[0]
    assert 0 < sum(opened.values()) <= LIMIT


@pytest.mark.usefixtures("reach")
def test_the_same_id_again_reads_once(home):
    """A repeated question is answered from what is on record, and its receipt is not signed anew."""
    code, clerk = ticket(home, issued(home, licence("事-3"))), home.clerk
    first = verified(home, code, clerk)
    region, opened = counted(home)

    assert first == verified(region, code, clerk)
    assert {"reading": 1} == opened
    results.receipt("count-1", by=clerk, hub=region.hub)
    assert {"reading": 2} == opened


@pytest.mark.usefixtures("reach")
def test_a_change_of_state_is_one_transaction(home):
    """Read, decided and written under one lock: what it decides on must not move."""
    certificate_id, agency = issued(home, licence("事-5")), home.agency
    region, opened = counted(home)

    change.change(
        certificate_id, Transition.SUSPEND, Order("演示", "第9号"), by=agency, hub=region.hub, key=key()
    )

    assert {"writing": 1} == opened
