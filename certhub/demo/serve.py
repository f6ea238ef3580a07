"""`python -m certhub.demo.serve`: serve the demo's app of one region, as `certhub serve` does the product's.

The launcher of `certhub demo` starts one for each region, and a container that shows the demo runs one.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from certhub_keys.errors import KeysError

from certhub.app import ENVIRONMENT
from certhub.errors import HubError
from certhub.server import listen, require_servable
from certhub.settings import BadSettings, Settings

FACTORY = "certhub.demo.app:create_demo_app_from_environment"


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until told to end; 1 when the hub is no demo's, cannot be opened, or its address is taken."""
    asked = arguments_of(argv)
    folder = asked.data.resolve()
    try:
        if not Settings.load(folder).is_demo:
            raise BadSettings(f"{folder} is no demo's: certhub serve")
        require_servable(folder, host=asked.host, port=asked.port)
    except (HubError, KeysError) as refused:
        sys.stderr.write(f"✕ {refused}\n")
        return 1
    listen(FACTORY, folder, host=asked.host, port=asked.port, workers=asked.workers)
    return 0


def arguments_of(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; leaves with 2 when it cannot be understood."""
    parser = argparse.ArgumentParser(
        prog="python -m certhub.demo.serve", description=__doc__, allow_abbrev=False
    )
    data = os.environ.get(ENVIRONMENT)
    parser.add_argument("--data", type=Path, required=data is None, default=data and Path(data))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
