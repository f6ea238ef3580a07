"""Packages of npm for a lane: installed once from the lock file beside them, with the node of this environment."""

import json
import os
import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent  # node and npm come pinned into this environment, never from the system


def installed(folder: Path) -> bool:
    """Tell whether node_modules of `folder` holds exactly what its lock file says."""
    kept = folder / "node_modules" / ".package-lock.json"
    if not kept.is_file():
        return False
    locked, found = (
        {path: one["integrity"] for path, one in json.loads(file.read_bytes())["packages"].items() if path}
        for file in (folder / "package-lock.json", kept)
    )
    return locked == found


def node_for(folder: Path) -> str:
    """Return the path of this environment's node, with the packages of `folder` installed.

    What cannot be installed is a failure, not a skip.
    """
    if not installed(folder):
        command = [str(BIN / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        # A city's network often has a certificate authority of its own: the system knows it, node's own list does not.
        beside = os.environ | {
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "NODE_USE_SYSTEM_CA": "1",
        }
        done = subprocess.run(command, cwd=folder, env=beside, capture_output=True, text=True, check=False)
        assert 0 == done.returncode, f"npm ci cannot get the packages: {done.stderr.strip()}"
    return str(BIN / "node")
