"""A scan whose answer comes from a hostile peer over a real socket: the verdict, the row, the receipt, the use."""

import threading
import time
from dataclasses import replace

import pytest
from certhub_verifier.receipts import Finding, examine_receipt

from certhub.adapters.network import HttpNetwork
from certhub.flows.verification import results
from certhub.flows.verification.answer import answer
from certhub.history.events import store as history
from certhub.setup.initialise import write_endpoint
from certhub.verification.receipts import store as receipts
from tests.support.hostile import BROKEN, answers, hostile
from tests.support.region import Region
from tests.support.story import BUSINESS, issued, licence, scan, ticket, told

BUDGET = 0.75  # seconds


@pytest.fixture
def asking(other):
    """Wuhan on the real network, with little patience."""
    network = HttpNetwork()
    yield replace(
        other,
        hub=replace(
            other.hub,
            network=network,
            settings=other.hub.settings.model_copy(update={"peer_timeout_seconds": BUDGET}),
        ),
    )
    network.close()


def reached_at(region: Region, url: str) -> None:
    """Let the region's trust list say where Ezhou is reached."""
    write_endpoint(region.hub.settings.data, "420700", url)
    region.clock.pass_(seconds=2)


def uses(region: Region) -> int:
    """How many codes have been used."""
    with region.hub.reading() as unit:
        return unit.sql.exec_driver_sql("SELECT count(*) FROM spent").scalar_one()


def filed(region: Region, verification_id: str, expected: tuple[str, str]) -> None:
    """The row, the history and the receipt say what the clerk was told."""
    with region.hub.reading() as unit:
        row = receipts.get(unit, verification_id)
        events = history.events(unit, subject=verification_id)
    receipt = results.receipt(verification_id, by=region.clerk, hub=region.hub)["receipt"]
    examined = examine_receipt(receipt.encode(), trust=region.hub.trust, now=region.clock.now())

    assert expected == told(row.report)
    assert Finding.GENUINE is examined.finding
    assert examined.receipt is not None
    assert expected == (examined.receipt.verdict, examined.receipt.code)
    if expected[0] != "valid":
        assert ["code.refused"] == [one.type for one in events]


@pytest.mark.parametrize(
    "broken",
    [
        "redirect",
        "gzip bomb",
        "endless body",
        "endless header",
        "dripping headers",
        "silence",
        "cut",
        "wrong status",
        "two lengths",
    ],
)
def test_through_a_hostile_peer_nothing_is_known_and_nothing_is_used(home, asking, broken):
    """Undetermined in the time of the trip, filed with its receipt; the code still works at home."""
    code = ticket(home, issued(home, licence("营-1")))
    with hostile(BROKEN[broken]) as peer:
        reached_at(asking, peer.url)
        begun = time.monotonic()
        report = scan(asking, code, verification_id="hostile-1")
        took = time.monotonic() - begun

    assert ("undetermined", "PEER_DOWN") == told(report)
    assert [] == report["items"]
    assert took < BUDGET + 1.0
    filed(asking, "hostile-1", ("undetermined", "PEER_DOWN"))
    assert 0 == uses(home)
    assert ("valid", "OK") == told(scan(home, code))


def test_a_peer_that_is_slow_within_its_time_is_believed(home, asking):
    """It answers after two thirds of the time, and was asked twice meanwhile: one answer, one use."""
    code = ticket(home, issued(home, licence("营-1")))
    one_at_a_time = threading.Lock()

    def answered(question: bytes) -> bytes:
        with one_at_a_time:
            return answer(question, hub=home.hub)

    with hostile(answers(answered, after=BUDGET * 2 / 3)) as peer:
        reached_at(asking, peer.url)
        report = scan(asking, code, verification_id="slow-1")

    assert ("valid", "OK") == told(report)
    filed(asking, "slow-1", ("valid", "OK"))
    assert 1 == uses(home)
    assert 1 == len({one.body for one in peer.received})


def test_a_peer_whose_first_answer_is_lost_gives_the_same_again(home, asking):
    """It used the code, the answer never came: the second attempt gets it, and the code was used once."""
    code = ticket(home, issued(home, licence("营-1")))

    def loses(line, received, stop):
        answer(received.body, hub=home.hub)

    with hostile(loses, answers(lambda question: answer(question, hub=home.hub))) as peer:
        reached_at(asking, peer.url)
        report = scan(asking, code, matter=BUSINESS, verification_id="lost-1")

    assert ("valid", "OK") == told(report)
    assert 1 == uses(home)
