"""python3 dev.py bench: what this costs, as ratios against raw cryptography measured in the same minute.

The table goes to stderr, one JSON object to stdout with --json. A case whose answers are wrong fails. Nothing fails by
a figure, but with --gates. What the figures mean: docs/performance.md.
"""

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.bench import page
from tests.bench.cases import CASES
from tests.bench.figures import Case, Effort
from tests.bench.gates import Standing
from tests.bench.profiles import profile
from tests.bench.rounds import run
from tests.bench.stores import Backend, default_folder, open_stores
from tests.bench.table import render

QUICK_ROUNDS, QUICK_FILLED, QUICK_SIZES = 2, 1_000, (1_000, 10_000)


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for."""
    given = _parser().parse_args(arguments)
    if given.write and given.of:
        page.write(json.loads(given.of.read_text(encoding="utf-8")))
        return 0
    if given.write and given.quick:
        _parser().error("a page is not written from two short rounds: leave --quick out")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # servers and copies go, as after Ctrl+C
    rounds = given.rounds or (QUICK_ROUNDS if given.quick else 5)
    with (
        tempfile.TemporaryDirectory(prefix="certhub-bench-", dir=given.folder) as folder,
        open_stores(given.store or default_folder(), _tell) as stores,
    ):
        quick = {"seconds": 0.08, "scale": 0.2, "filled": QUICK_FILLED, "sizes": QUICK_SIZES}
        backends = (Backend(given.backend),) if given.backend else None
        asked = {"filled": given.filled, "sizes": given.sizes, "backends": backends}
        chosen: dict[str, Any] = (quick if given.quick else {}) | {k: v for k, v in asked.items() if v}
        effort = Effort(stores, **chosen)
        if given.profile:
            print(profile(CASES[given.profile], Path(folder), effort), file=sys.stderr)
            return 0
        found = run(_chosen(given.only), Path(folder), rounds=rounds, effort=effort, tell=_tell)
    _tell("")
    print(render(found), file=sys.stderr)
    if given.json:
        print(json.dumps(found, ensure_ascii=False))
    if given.write:
        page.write(found)
    return judged(found, lambda words: print(words, file=sys.stderr)) if given.gates else 0


def judged(found: Mapping[str, Any], say: Callable[[str], None]) -> int:
    """Say which figures are past their gate by more than the slack; 1 when there are any."""
    past = [one for one in found["figures"] if one["standing"] == Standing.PAST]
    for one in past:
        say(f"past its gate: {one['name']} {one['corrected']['median']} (gate {one['gate']}, and a fifth)")
    return 1 if past else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    add = parser.add_argument
    add("--rounds", type=int, metavar="N", help="how many rounds (5)")
    add("--quick", action="store_true", help="two short rounds on small stores: does it run, roughly what")
    add("--gates", action="store_true", help="end with 1 when a figure is past its gate by more than a fifth")
    add("--only", action="append", choices=sorted(CASES), help="this case; may be repeated")
    add("--json", action="store_true", help="the figures as one JSON object on stdout")
    add("--write", choices=["docs"], help="put the figures into docs/performance.md, .json and .svg")
    add("--of", type=Path, metavar="FILE", help="with --write: the figures of an earlier --json, no new run")
    add("--profile", choices=sorted(CASES), help="where the time of a case goes, by function")
    add("--filled", type=int, metavar="N", help="certificates in the store of a hub (10000)")
    add(
        "--sizes", type=_sizes, metavar="N,N", help="sizes that `growth` compares (1000,10000,100000,1000000)"
    )
    add("--backend", choices=[*Backend], help="the one database that `growth` grows on (both)")
    add("--store", type=Path, metavar="DIR", help=f"where stores are kept ({default_folder()})")
    add("--folder", type=Path, help="where to put logs (the system's temporary folder)")
    return parser


def _sizes(text: str) -> tuple[int, ...]:
    sizes = tuple(sorted(int(one) for one in text.split(",")))
    if len(sizes) < 2 or sizes[0] < 100:
        raise argparse.ArgumentTypeError("two sizes or more, each at least 100")
    return sizes


def _chosen(names: list[str] | None) -> list[Case]:
    return [case for name, case in CASES.items() if not names or name in names]


def _tell(words: str) -> None:
    """Say what is going on, on one line that is written over, where somebody is looking."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
