"""Read, decide, write: a verification opens three transactions, whoever minted the code, and a decision opens none."""

from collections import Counter
from dataclasses import dataclass, replace

import pytest

from certhub.db.engine import Database
from certhub.flows.verification import results
from certhub.records.certificates.rules import Transition
from tests.support.region import Region
from tests.support.story import change, issued, licence, scan, sealed, ticket, told

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
    """Return the region with a database that counts."""
    opened: Counter[str] = Counter()
    database = region.hub.database
    counting = Counting(
        database.engine, database.vault, database.clock, database.random, database.refused, opened
    )
    region = replace(region, hub=replace(region.hub, database=counting))
    region.wire.hubs[region.hub.region] = region.hub
    return region, opened


@pytest.mark.parametrize("made", [ticket, sealed], ids=["ticket", "sealed"])
def test_a_verification_at_home_reads_once_and_writes_twice(home, made):
    """One read, one write that redeems and files, and the signature kept; signing in is not counted."""
    code = made(home, issued(home, licence("事-1")))
    clerk = home.clerk
    region, opened = counted(home)

    report = scan(replace(region, tokens=home.tokens), code)
    opened_by_clerk = opened.copy()

    assert ("valid", "OK") == told(report)
    assert {"reading": 1, "writing": 2} == dict(opened_by_clerk - Counter(reading=signed_in(home, clerk)))


@pytest.mark.parametrize("made", [ticket, sealed], ids=["ticket", "sealed"])
def test_a_verification_across_regions_opens_three_on_each_side(home, other, made):
    """The asker puts the question on record, files, keeps the signature; the provider reads, redeems, keeps."""
    code = made(home, issued(home, licence("事-2")))
    asker, asked = counted(other)
    _, answered = counted(home)

    report = scan(asker, code)

    assert ("valid", "OK") == told(report)
    assert LIMIT == sum(asked.values()) - 1  # the clerk's own row is read by the test
    assert LIMIT == sum(answered.values())
    home.wire.hubs[home.hub.region] = home.hub
    other.wire.hubs[other.hub.region] = other.hub


@pytest.mark.parametrize("code", ["6217 0000 1234 5678", "EC1ABC", "EC1420700AAAAAAAAAAAAAA"])
def test_a_code_that_fails_opens_no_more(home, code):
    """Text of somebody else, half a code, an unknown one."""
    region, opened = counted(home)

    scan(region, code)

    assert sum(opened.values()) - 1 <= LIMIT


def test_the_same_id_again_reads_once(home):
    """A repeated question is answered from what is on record."""
    code = ticket(home, issued(home, licence("事-3")))
    first = scan(home, code, verification_id="again-1")
    region, opened = counted(home)

    again = scan(region, code, verification_id="again-1")

    assert first == again
    assert {"reading": 2} == dict(opened)  # one of them reads the clerk's own row, for the test


def test_a_receipt_that_is_signed_is_read_once(home):
    """Nobody signs it anew."""
    scan(home, ticket(home, issued(home, licence("事-4"))), verification_id="again-2")
    clerk = home.clerk
    region, opened = counted(home)

    results.receipt("again-2", by=clerk, hub=region.hub)

    assert {"reading": 1} == dict(opened)


def test_a_change_of_state_is_one_transaction(home):
    """Read, decided and written under one lock: what it decides on must not move."""
    certificate_id = issued(home, licence("事-5"))
    region, opened = counted(home)

    change(region, certificate_id, Transition.SUSPEND)

    assert {"reading": 1, "writing": 1} == dict(opened)  # the agency's own row is read by the test


def signed_in(region: Region, actor: object) -> int:
    """How often the test itself reads who the clerk is."""
    return int(actor == region.clerk)
