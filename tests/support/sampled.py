"""What PostgreSQL and Chromium see of a test with many cases: the first and the last; `long` takes them all.

Every case runs on SQLite in the default suite. What differs on PostgreSQL is the store under a flow, not the bytes
that the flow was given; 725 tests took 250 s of two processors, most of them cases of the same few stories.
In Chromium a case takes seconds, 160 controls of six pages a quarter of an hour: of each page the gate presses two.
The verifier's wheel alone sees the same two cases of each test: it shows that nothing of ours but the wheel is needed.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import TypeVar

MARKS = ("postgres", "sampled")
ENOUGH = 2

Case = TypeVar("Case")


def left_for_long(cases: Iterable[tuple[Hashable, Case]]) -> list[Case]:
    """Return the cases that are left to the lane `long`; given are the test of each case, and the case, in order."""
    found: dict[Hashable, list[Case]] = defaultdict(list)
    for test, case in cases:
        found[test].append(case)
    return [
        case
        for of_one in found.values()
        for place, case in enumerate(of_one)
        if len(of_one) > ENOUGH and place not in {0, len(of_one) - 1}
    ]
