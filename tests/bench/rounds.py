"""Rounds: every case once, then every case again; never all of one and then all of another.

What changes while a bench runs (the clock of the processor, the neighbours) then meets every case alike. The
floor is taken before and after each case, and a case's ratios are held against the mean of the two.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench import floor as the_floor
from tests.bench.figures import Case, Effort, Round, Series
from tests.bench.floor import Floor
from tests.bench.meters import machine, others


def run(
    cases: Sequence[Case], folder: Path, *, rounds: int, effort: Effort, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Measure and return what is printed with --json; `folder` is empty and stays ours until the end."""
    series = {figure.name: Series(figure) for case in cases for figure in case.figures_at(effort)}
    floors: list[Floor] = []
    with ExitStack() as stack:
        opened: list[tuple[Case, Round]] = []
        for case in cases:
            tell(f"preparing {case.name}")
            place = folder / case.name
            place.mkdir()
            opened.append((case, stack.enter_context(case.open(place, effort))))
        for number in range(1, rounds + 1):
            for case, measure in opened:
                tell(f"round {number} of {rounds}: {case.name}")
                _one(measure, series, floors)
    return {
        "machine": machine(effort.stores.folder),
        "rounds": rounds,
        "floor": {
            "verify_us": round(median(one.verify_us for one in floors), 2),
            "sign_us": round(median(one.sign_us for one in floors), 2),
            "python_us": round(median(one.python_us for one in floors), 2),
            "python_over_crypto": round(median(one.python_us / one.verify_us for one in floors), 3),
            "factor": round(median(one.factor for one in floors), 3),
        },
        "certificates": effort.filled,
        "figures": [one.to_dict() for one in series.values()],
    }


def _one(measure: Round, series: dict[str, Series], floors: list[Floor]) -> None:
    with others() as seen:
        before = the_floor.measure()
        taken = measure()
        after = the_floor.measure()
    between = before.between(after)
    floors.append(between)
    for one in taken:
        series[one.figure].add(one, between, seen.share)
