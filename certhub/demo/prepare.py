"""`python -m certhub.demo.prepare`: found the demo's regions where others will serve them, and end.

For a container beside the ones that run `certhub serve`: the same preparation as `certhub demo`, without the
processes. Run again it founds nothing twice; it renews addresses and hands out fresh tokens.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from certhub_keys.errors import KeysError

from certhub.demo.region_file import USUAL, chosen
from certhub.demo.regions import Plan, prepare, reset
from certhub.errors import HubError
from certhub.hub import DEMO_TOKENS


def main(argv: Sequence[str] | None = None) -> int:
    """Prepare every region; print where they are and which file holds their tokens (never a token itself)."""
    asked = arguments_of(argv)
    try:
        regions = chosen(len(asked.url), asked.regions_from)
        plan = Plan(asked.data, asked.url, regions, database=asked.database_url)
        if asked.reset:
            reset(plan)
        prepare(plan)
    except (HubError, KeysError) as refused:
        sys.stderr.write(
            f"✕ {refused}\n下一步 / next: 检查数据库与 --data，或加 --reset 重来 / or add --reset\n"
        )
        return 1
    told = [
        {"code": one.code, "name": one.name, "url": url, "tokens": str(asked.data / one.code / DEMO_TOKENS)}
        for one, url in zip(regions, asked.url, strict=True)
    ]
    sys.stdout.write(json.dumps({"prepared": True, "regions": told}, ensure_ascii=False) + "\n")
    return 0


def arguments_of(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; leaves with 2 when it cannot be understood."""
    parser = argparse.ArgumentParser(
        prog="python -m certhub.demo.prepare", description=__doc__, allow_abbrev=False
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds the regions")
    parser.add_argument("--database-url", default="", help="PostgreSQL, a schema a region; empty: SQLite")
    parser.add_argument(
        "--url",
        nargs="+",
        required=True,
        metavar="URL",
        help=f"where the others reach each region, at least {USUAL}: as many regions as addresses, in their order",
    )
    parser.add_argument("--regions-from", type=Path, help="a folder of more region files")
    parser.add_argument("--reset", action="store_true", help="take an earlier demo away first")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
