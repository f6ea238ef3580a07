"""Where the tests of a lane stand: a lane that knows it need not read all of the others to find its own.

To collect all ten thousand takes half a minute of a processor, and each lane did so twice.
"""

from collections.abc import Iterable
from pathlib import PurePath

DRILLS = (
    "tests/acceptance",
    "tests/bench",
    "tests/decision",
    "tests/docs",
    "tests/drills",
    "tests/fuzz",
    "tests/house/test_walls.py",
)
PLACES = {
    "browser": ("tests/web/browser", "tests/api/test_qr.py"),
    "drill": (*DRILLS, "tests/containers"),  # the lane `containers` runs those
    "interop": ("tests/interop",),
    "javascript": ("tests/web/types",),
    "long": ("tests/bench", "tests/cli", "tests/drills", "tests/flows", "tests/hub", "tests/web/browser"),
    "postgres": ("tests/cli", "tests/drills", "tests/flows", "tests/hub"),
}
"""For each mark the files and folders that hold every test with it."""
WITH_THE_WHEEL = ("formats", "published", "schemas", "support", "verifier")
"""Folders of tests that the lane `wheels` copies beside the verifier's wheel: they import no other folder of tests."""


def astray(tests: Iterable[tuple[str, Iterable[str]]]) -> list[str]:
    """Return what no lane would find, of tests given as their file (from the root) and their marks."""
    found = []
    for file, marks in tests:
        parents = {file, *(str(one) for one in PurePath(file).parents)}
        found += [f"{file} [{mark}]" for mark in marks if mark in PLACES and not parents & {*PLACES[mark]}]
    return sorted(set(found))
