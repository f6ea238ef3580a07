"""What may be skipped, in which lane of the gate, and how a run says what it skipped: one line, with how many.

A skip that nobody sees is a hole in the gate. A run that the gate starts names its lane in CERTHUB_LANE; there a skip
that is not listed below fails the run. A run by hand only says what it skipped.
"""

import re
from collections import Counter
from collections.abc import Iterable

LANE = "CERTHUB_LANE"

EVERYWHERE = {
    r"no \.\./shared/data/import beside the checkout": "large files of departments that are not in this repository",
    "POSIX permissions": "Windows has none",
    "this system has no pseudo-terminals": "Windows has none",
    "processes are counted in /proc": "Linux alone has it",
    "peak memory is read from /proc": "Linux alone has it",
}
LISTED = {
    "test": {"playwright is not installed": "the lane `browser` runs it"},
    "wheels": {
        "drawing codes takes qrcode": "the verifier's wheel alone has no qrcode",
        r"the extra \[image\] is not installed": "the verifier's wheel alone reads no pictures",
        "no QR codes can be drawn": "the same",
        "reading codes back takes": "the same",
        "jsonschema-rs comes with the hub": "the verifier's wheel alone has none",
    },
    "postgres": {
        "this is about SQLite": "the default suite runs it",
        "the files are the server's": "a server's files are not ours; test_migrations looks at the columns",
        r"on PostgreSQL each statement sees its own moment": "what the test says of SQLite is not promised there",
    },
}


def reasons(skipped: Iterable[object]) -> Counter[str]:
    """Count pytest's reports of skips by their reason."""
    found: Counter[str] = Counter()
    for report in skipped:
        place = getattr(report, "longrepr", None)
        text = str(place[2]) if isinstance(place, tuple) else str(place)
        found[text.removeprefix("Skipped: ")] += 1
    return found


def told(found: Counter[str]) -> str:
    """Return the one line: how many were skipped, and why."""
    why = "; ".join(f"{count} × {reason}" for reason, count in found.most_common())
    return f"跳过 {found.total()} 项 / {found.total()} skipped: {why}"


def unlisted(found: Iterable[str], lane: str) -> list[str]:
    """Return the reasons that `lane` does not list."""
    listed = EVERYWHERE | LISTED.get(lane, {})
    return [reason for reason in found if not any(re.search(pattern, reason) for pattern in listed)]
