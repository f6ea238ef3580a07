"""The certhub command.

Results go to stdout, words and progress to stderr; every command takes --json; a failure ends with a next step
(下一步 / next). Exit codes: 0 done, 1 not (or not all), 2 the command line cannot be understood.

A command's module is imported when the command is asked for: all of them take three times as long as one.
"""

import sys
from importlib import import_module

import typer
from certhub_keys.errors import KeysError

from certhub.cli.console import CONSOLE, OPENED, app, fail, misread, unusable
from certhub.db.engine import DATABASE_ERROR
from certhub.errors import HubError

__all__ = ["app_for", "main", "whole_app"]

_USAGE: type[Exception] = typer.BadParameter.__mro__[1]  # typer keeps its parser's UsageError to itself
COMMANDS = {
    "issue": "certificates",
    "revoke": "certificates",
    "show": "counter",
    "scan": "counter",
    "demo": "demo",
    "import": "imports",
    "jobs": "jobs",
    "init": "founding",
    "migrate": "keeping",
    "doctor": "keeping",
    "config": "keeping",
    "kind": "keeping",
    "message": "messages",
    **dict.fromkeys(("division", "agency", "office", "window", "user"), "organisation"),
    "peer": "peers",
    "serve": "serving",
    "worker": "serving",
    "openapi": "serving",
    "tls": "tls",
}
"""Each command, and the module that holds it."""


def whole_app() -> typer.Typer:
    """Return the command line with every command."""
    for module in dict.fromkeys(COMMANDS.values()):
        import_module(f"certhub.cli.{module}")
    return app


def app_for(line: list[str]) -> typer.Typer:
    """Return the command line with the command that `line` names, or all of it where that is none."""
    module = COMMANDS.get(line[0]) if line else None
    if module is None:
        return whole_app()
    import_module(f"certhub.cli.{module}")
    return app


def main(line: list[str] | None = None) -> None:
    """Run the command line (the process's own unless one is given) and exit."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    line = sys.argv[1:] if line is None else line
    try:
        sys.exit(app_for(line)(line, standalone_mode=False))
    except _USAGE as mistaken:
        whole_app()
        misread(mistaken, line)
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
