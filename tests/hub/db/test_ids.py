"""Identifiers: time-ordered inside, meaningless outside."""

import os
from datetime import UTC, datetime, timedelta

from certhub_verifier.formats.codes import crockford
from hypothesis import given
from hypothesis import strategies as st

from certhub.db.ids import public_id, row_id

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(days=1), timedelta(days=376_000)).map(lambda since: EPOCH + since)


def test_a_published_uuid_comes_out():
    """RFC 9562 appendix A.6: 017F22E2-79B0-7CC3-98C4-DC0C0C07398F of 2022-02-22 14:22:22 -05:00."""
    moment = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    rand_a, rand_b = 0xCC3, 0x18C4DC0C0C07398F
    noise = (rand_a << 62 | rand_b).to_bytes(10, "big")

    assert "017f22e2-79b0-7cc3-98c4-dc0c0c07398f" == str(row_id(moment, lambda count: noise[:count]))


@given(MOMENTS)
def test_a_row_id_is_a_uuid_of_version_7(moment):
    """Version and variant as RFC 9562 §5.7 lays them out; its first 48 bits are the milliseconds."""
    made = row_id(moment, os.urandom)

    assert 7 == made.version
    assert "specified in RFC 4122" == made.variant
    assert int(moment.timestamp() * 1000) == made.int >> 80


@given(MOMENTS)
def test_later_rows_sort_later(moment):
    """So that inserts stay cheap."""
    assert row_id(moment, os.urandom) < row_id(moment + timedelta(milliseconds=2), os.urandom)


def test_a_public_id_is_128_random_bits():
    """26 characters that say nothing, not even when they were made."""
    assert crockford.encode(bytes(range(16))) == public_id(lambda count: bytes(range(count)))
    assert 26 == len(public_id(os.urandom))
    assert 1000 == len({public_id(os.urandom) for _ in range(1000)})
