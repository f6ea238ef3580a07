"""python3 dev.py bench: what this costs, as ratios against raw cryptography measured in the same minute.

The table goes to stderr, one JSON object to stdout with --json. Nothing fails by a figure; a case whose
answers are wrong fails. What the figures mean: docs/measurements.md.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tests.bench.cases import CASES
from tests.bench.figures import Case, Effort
from tests.bench.profiles import profile
from tests.bench.rounds import run
from tests.bench.table import render

QUICK = Effort(seconds=0.08, scale=0.2)
QUICK_ROUNDS = 2


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for."""
    given = _parser().parse_args(arguments)
    effort = QUICK if given.quick else Effort()
    rounds = given.rounds or (QUICK_ROUNDS if given.quick else 5)
    with tempfile.TemporaryDirectory(prefix="certhub-bench-", dir=given.folder) as folder:
        if given.profile:
            print(profile(CASES[given.profile], Path(folder), effort), file=sys.stderr)
            return 0
        found = run(_chosen(given.only), Path(folder), rounds=rounds, effort=effort, tell=_tell)
    _tell("")
    print(render(found), file=sys.stderr)
    if given.json:
        print(json.dumps(found, ensure_ascii=False))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument("--rounds", type=int, metavar="N", help="how many rounds (5)")
    parser.add_argument("--quick", action="store_true", help="two short rounds: does it run, roughly what")
    parser.add_argument("--only", action="append", choices=sorted(CASES), help="this case; may be repeated")
    parser.add_argument("--json", action="store_true", help="the figures as one JSON object on stdout")
    parser.add_argument("--profile", choices=sorted(CASES), help="where the time of a case goes, by function")
    parser.add_argument(
        "--folder", type=Path, help="where to put the databases (the system's temporary folder)"
    )
    return parser


def _chosen(names: list[str] | None) -> list[Case]:
    return [case for name, case in CASES.items() if not names or name in names]


def _tell(words: str) -> None:
    """Say what is going on, on one line that is written over, where somebody is looking."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
