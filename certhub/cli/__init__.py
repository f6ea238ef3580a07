"""The certhub command.

Results go to stdout, words and progress to stderr; every command takes --json; a failure ends with a next step
(下一步 / next). Exit codes: 0 done, 1 not (or not all), 2 the command line cannot be understood.
"""

import sys

from certhub_keys.errors import KeysError

from certhub.cli import certificates, demo, imports, keeping, peers, serving
from certhub.cli.console import CONSOLE, app, fail
from certhub.errors import HubError

__all__ = ["app", "main"]

COMMANDS = (certificates, demo, imports, keeping, peers, serving)


def main() -> None:
    """Run the command line and exit."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        app()
    except (HubError, KeysError) as refused:
        fail(refused)
    except KeyboardInterrupt:
        CONSOLE.print("已中断 / interrupted")
        sys.exit(130)
