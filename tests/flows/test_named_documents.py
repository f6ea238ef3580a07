"""Whatever a receipt names by digest is served by the hub that made it, and hashes to its name."""

import sys
from collections import Counter

import pytest

from tests.support.named_documents import followed, receipts

EVERY_WAY = 66
"""Eleven matters, two regions, three ways of showing."""


def every_digest(home, other, count):
    """Make receipts, follow every digest in them, and return the counts."""
    filed = list(receipts(home, other, count))
    channels = {(one["region"], one["channel"]) for one in filed}
    matters = Counter(one["matter"] for one in filed)
    counts = followed((home, other), filed)

    assert {("420700", "ticket"), ("420700", "sealed"), ("420100", "peer"), ("420100", "sealed")} == channels
    assert {one.code for one in home.hub.matters(home.clock.now())} == {*matters}
    assert [count] * 3 == [counts[name] for name in ("policy", "trust", "matter")]
    assert 0 < counts["agreement"] < count < counts["catalogue"]
    return counts


def test_every_digest_of_every_kind_of_receipt_is_served_and_hashes_to_its_name(home, other):
    """Each matter, at home and across regions, by ticket, by sealed code, and with the other region silent."""
    every_digest(home, other, EVERY_WAY)


@pytest.mark.long
def test_every_digest_of_a_hundred_receipts_is_served_and_hashes_to_its_name(home, other, capsys):
    """The number of the issue; the counts are printed."""
    counts = every_digest(home, other, 100)

    with capsys.disabled():
        sys.stdout.write(
            f"\n100 receipts: {dict(counts)}, {counts.total()} fetched, each hashes to its name\n"
        )
