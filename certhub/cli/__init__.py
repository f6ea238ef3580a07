"""The certhub command.

Results go to stdout, words and progress to stderr; every command takes --json; a failure ends with a next step
(下一步 / next). Exit codes: 0 done, 1 not (or not all), 2 the command line cannot be understood.
"""

import sys

import typer
from certhub_keys.errors import KeysError

from certhub.cli import certificates, counter, demo, imports, jobs, keeping, peers, serving
from certhub.cli.console import CONSOLE, OPENED, app, fail, misread, unusable
from certhub.db.engine import DATABASE_ERROR
from certhub.errors import HubError

__all__ = ["app", "main"]

_USAGE: type[Exception] = typer.BadParameter.__mro__[1]  # typer keeps its parser's UsageError to itself
COMMANDS = (certificates, counter, demo, imports, jobs, keeping, peers, serving)


def main(line: list[str] | None = None) -> None:
    """Run the command line (the process's own unless one is given) and exit."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        sys.exit(app(line, standalone_mode=False))
    except _USAGE as mistaken:
        misread(mistaken, sys.argv[1:] if line is None else line)
    except typer.Abort:
        CONSOLE.print("没有执行 / nothing was done")
        sys.exit(1)
    except (HubError, KeysError) as refused:
        fail(refused)
    except (OSError, DATABASE_ERROR) as broken:
        unusable(broken)
    except KeyboardInterrupt:
        CONSOLE.print("已中断 / interrupted")
        sys.exit(130)
    finally:
        OPENED.close()
