"""A list that is deflated block by block is the same list to every reader, and one change costs one block."""

import base64
import random
import zlib

import pytest
from certhub_verifier.formats.status.statuslist import MIN_SLOTS, StatusList

from certhub.records.status import packing


def filled(seed: int, share: float, size: int = MIN_SLOTS) -> StatusList:
    """A list of which a share says something."""
    dice = random.Random(seed)
    return StatusList.blank(size).with_statuses(
        {at: dice.choice((1, 1, 1, 2)) for at in dice.sample(range(size), int(size * share))}
    )


def raw(packed: str) -> bytes:
    """The zlib stream."""
    return base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))


@pytest.mark.parametrize("share", [0, 0.0001, 0.01, 0.3, 1])
@pytest.mark.parametrize("size", [MIN_SLOTS, MIN_SLOTS + 4, MIN_SLOTS * 3 + 16_000])
def test_every_reader_of_zlib_reads_it(share, size):
    """At once, byte by byte, and by our own reader, which takes one whole stream and nothing after it."""
    made = filled(1, share, size)
    packed = packing.pack(made)
    reader = zlib.decompressobj()

    assert made.data == zlib.decompress(raw(packed))
    assert made.data == b"".join(reader.decompress(bytes([one])) for one in raw(packed))
    assert (True, b"") == (reader.eof, reader.unused_data)
    assert made == StatusList.unpack(packed, made.bits)


def test_it_is_hardly_longer():
    """One slot in a hundred set, as in the figures: under a tenth more than in one piece."""
    made = filled(2, 0.01)

    assert len(packing.pack(made)) < 1.1 * len(made.pack(packing.FAST))


def test_one_change_deflates_one_block():
    """Blocks are kept under what they hold: what changed is made anew, and nothing else."""
    packing._deflated.cache_clear()
    made = filled(3, 0.01)
    packing.pack(made)
    before = packing._deflated.cache_info().misses
    changed = made.with_statuses({70_000: 3 - made.get(70_000)})

    assert StatusList.unpack(packing.pack(changed), 2) == changed != made
    assert (MIN_SLOTS // 4 // packing.BLOCK, before + 1) == (before, packing._deflated.cache_info().misses)


def test_what_is_kept_is_bounded():
    """More blocks than are kept: the oldest go, and every list is packed right."""
    packing._deflated.cache_clear()
    for seed in range(packing.KEPT_BLOCKS // 8 + 3):
        made = filled(seed, 0.001)
        assert made == StatusList.unpack(packing.pack(made), 2)

    assert packing.KEPT_BLOCKS == packing._deflated.cache_info().currsize
