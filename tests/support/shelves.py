"""A folder of files to verify, and the command run over them, as a person or a program would."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from certhub_schemas import matters
from certhub_verifier import cli

from tests.support.credentials import NOW, World

WORLD = World()


def put(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files by relative path; returns the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def bundle(folder: Path, **changes: Any) -> Path:
    """Write an offline bundle of the test's world; returns its path."""
    return put(folder, {"bundle.jwt": WORLD.bundle(**{"matters": matters(), **changes})}) / "bundle.jwt"


def verify(capsys: Any, *arguments: object, trust: Path | None) -> tuple[int, str, str]:
    """Run the command at `NOW`; returns exit code, stdout and stderr."""
    anchor = [] if trust is None else ["--trust", str(trust)]
    code = cli.main([*map(str, arguments), *anchor, "--at", NOW.isoformat()])
    said = capsys.readouterr()
    return code, said.out, said.err


def lines_of(out: str) -> tuple[Sequence[Mapping[str, Any]], Mapping[str, Any]]:
    """Return what --json printed of several inputs: the lines, and the last one."""
    *lines, last = map(json.loads, out.splitlines())
    return lines, last


Verify = Callable[..., tuple[int, str, str]]
