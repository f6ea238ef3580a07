"""`python -m tests.vectors.make`: write `schemas/vectors/` again; the same bytes every time.

With `--check` nothing is written; exit 1 where a file differs.
"""

import sys
from pathlib import Path

from tests.vectors.files import all_files

FOLDER = Path(__file__).parents[2] / "schemas" / "vectors"


def main(arguments: list[str]) -> int:
    """Write or compare the files; returns the exit code."""
    different = [
        name
        for name, content in all_files().items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_bytes() != content
    ]
    if "--check" in arguments:
        sys.stdout.write("".join(f"differs: {name}\n" for name in different))
        return 1 if different else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in all_files().items():
        (FOLDER / name).write_bytes(content)
    sys.stdout.write("".join(f"written: {name}\n" for name in different) or "nothing changed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
