"""Resolve both lock files again from the four pyproject.toml: `python3 dev.py lock`, with uv.

requirements.lock         what `dev.py demo` and `dev.py test` install: our four, PostgreSQL, pictures, the tests
requirements-check.lock   that, and what `dev.py check` needs besides

Versions that still fit are kept; `python tests/support/lock.py --upgrade` takes the newest of each that fits.
The files hold exact versions and hashes for every platform, and never a registry's name, so any mirror serves.
"""

import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MEMBERS = (".", "schemas", "keys", "verifier")
FLOOR = "3.11"
BUILD = ("editables>=0.5",)  # hatchling asks for it when it installs our four as editable
HEADS = {
    "requirements.lock": """\
# Every third-party package of `dev.py demo` and `dev.py test`, by exact version and hash (all platforms).
# Made by `python3 dev.py lock`; install with --require-hashes. It names no registry, so any mirror serves.
""",
    "requirements-check.lock": """\
# What `dev.py check` needs besides: a superset of requirements.lock, made with it.
""",
}


def project(member: str) -> dict:
    """Read a distribution's pyproject.toml."""
    return tomllib.loads((ROOT / member / "pyproject.toml").read_text(encoding="utf-8"))


def foreign(requirements: Iterable[str]) -> list[str]:
    """Return the requirements that are not our own distributions."""
    return [one for one in requirements if not one.startswith("certhub-")]


def wanted() -> tuple[list[str], list[str]]:
    """Return what the two files are resolved from."""
    whole = {member: project(member) for member in MEMBERS}
    run = [one for member in whole.values() for one in foreign(member["project"].get("dependencies", ()))]
    run += [one for member in whole.values() for one in member["build-system"]["requires"]]
    root = whole["."]
    run += foreign(root["project"]["optional-dependencies"]["postgres"])
    run += whole["verifier"]["project"]["optional-dependencies"]["image"]  # certhub-verify reads pictures
    run += [*root["dependency-groups"]["test"], *BUILD]
    return sorted(set(run)), sorted({*run, *root["dependency-groups"]["check"]})


def resolve(requirements: Sequence[str], name: str, *options: str, constraint: Path | None = None) -> str:
    """Return the resolved lines, keeping the versions that the present file holds unless told otherwise."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "wanted.in"), Path(folder, name)
        source.write_text("\n".join(requirements) + "\n", encoding="utf-8")
        if (ROOT / name).exists():
            target.write_bytes((ROOT / name).read_bytes())
        command = [
            "uv",
            "pip",
            "compile",
            "--quiet",
            "--universal",
            "--python-version",
            FLOOR,
            "--generate-hashes",
        ]
        command += ["--no-header", "--no-annotate", "--output-file", str(target), *options, str(source)]
        command += ["--constraint", str(constraint)] if constraint else []
        subprocess.run(command, check=True)
        return target.read_text(encoding="utf-8")


def write(name: str, lines: str) -> None:
    """Write a lock file, whole or not at all."""
    temporary = ROOT / f".{name}.tmp"
    temporary.write_text(HEADS[name] + lines, encoding="utf-8")
    os.replace(temporary, ROOT / name)


def main(options: Sequence[str]) -> int:
    """Renew both files."""
    run, check = wanted()
    try:
        base = resolve(run, "requirements.lock", *options)
        with tempfile.TemporaryDirectory() as folder:
            pinned = Path(folder, "base.txt")  # the superset holds the same versions
            pinned.write_text(base, encoding="utf-8")
            more = resolve(check, "requirements-check.lock", *options, constraint=pinned)
    except FileNotFoundError:
        sys.stderr.write("✕ uv is not here\n下一步 / next: pip install uv\n")
        return 1
    except subprocess.CalledProcessError:
        sys.stderr.write("✕ the requirements do not fit together; uv says which, above\n")
        return 1
    write("requirements.lock", base)
    write("requirements-check.lock", more)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
