"""Where the time of a case goes: one round under cProfile, the 25 dearest functions by their own time.

Only this process is seen. Of what a server does, the flow behind it is a case of its own.
"""

import cProfile
import io
import pstats
from pathlib import Path

from tests.bench.figures import Case, Effort

SHOWN = 25


def profile(case: Case, folder: Path, effort: Effort) -> str:
    """Return the dearest functions of one round, by own time and then with all that they call."""
    profiler, text = cProfile.Profile(), io.StringIO()
    with case.open(folder, effort) as measure:
        measure()  # once before, so that caches are as warm as in a round
        profiler.enable()
        measure()
        profiler.disable()
    stats = pstats.Stats(profiler, stream=text)
    stats.sort_stats("tottime").print_stats(SHOWN)
    stats.sort_stats("cumulative").print_stats(SHOWN)
    return text.getvalue()
