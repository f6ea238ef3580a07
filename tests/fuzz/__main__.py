"""python3 dev.py fuzz [--count N | --seconds N] [--seed N] [--jobs N] [--only NAME] [--replay FILE]

Bends good inputs, and the worlds around them, in a hundred thousand ways and looks for one that gets
through. Exit 1 on any finding: a mutant that is taken for something nobody signed, an exception that is not
the package's own, a second spent on one input, or memory that grows. The
input is kept under tests/fuzz/findings/.
"""

import argparse
import os
import signal
import sys
from pathlib import Path

from tests.fuzz.campaign import Campaign, campaign, replay

DEFAULT_COUNT = 200_000


def main() -> int:
    """Run a campaign, or one input again; returns the exit code."""
    # A shell that starts it in the background has it ignore Ctrl+C, which whoever stops it then presses in vain.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser(prog="dev.py fuzz", description=__doc__.split("\n\n")[1])
    parser.add_argument("--count", type=int, help=f"how many mutants in all (default {DEFAULT_COUNT:,})")
    parser.add_argument("--seconds", type=float, help="for how long, instead of how many")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same mutants")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: one per core)"
    )
    parser.add_argument("--only", metavar="NAME", default="", help="only targets whose name starts so")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="judge one kept finding again")
    given = parser.parse_args()
    if given.replay:
        return replay(given.replay, say)
    count = given.count if given.count or given.seconds else DEFAULT_COUNT
    return campaign(Campaign(count, given.seconds, given.seed, max(1, given.jobs), given.only), say)


def say(line: str) -> None:
    """Print a line at once, so that a log of a long run is never behind."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
