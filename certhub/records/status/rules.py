"""Decoys: slots that are nobody's and speak all the same, so that a list tells less than it says.

A list is public and anybody may keep every version of it. Slots at random hide whose a bit is; decoys hide how
many there are and when one changed: each list starts with a number of them that only chance knows, and about
once an hour one turns, published in its own round as a real change is (Token Status List, its
privacy considerations).

What remains: where far more certificates are withdrawn than decoys turn, the total shows through.
"""

from collections.abc import Callable

from certhub_verifier.formats.status.statuslist import INVALID, SUSPENDED

FEWEST, MOST = 256, 1023  # of a list's 131,072 slots: under one in a hundred, 1 KB of the file at the most
TURNS_PER_DAY = 24
_DAY = 86_400
_CHANCES = 1 << 32

Random = Callable[[int], bytes]


def first_values(random: Random) -> list[int]:
    """Return what the first decoys of a list say: how many is drawn too."""
    count = FEWEST + int.from_bytes(random(4), "big") % (MOST - FEWEST + 1)
    return [_value(byte) for byte in random(count)]


def next_value(random: Random, *, seconds: float) -> int | None:
    """Return what a decoy begins to say within so many seconds, 0 for one that is reinstated; mostly None."""
    if int.from_bytes(random(4), "big") >= _CHANCES * TURNS_PER_DAY * seconds / _DAY:
        return None
    byte = random(1)[0]
    return 0 if byte < 64 else _value(byte)


def _value(byte: int) -> int:
    """Return suspended for one in four, else invalid: more ends than pauses, as with real ones."""
    return SUSPENDED if byte % 4 == 0 else INVALID
