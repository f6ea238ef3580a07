"""The drill of an upgrade: the real code of an earlier commit, and today's, on one hub.

    python -m tests.drills.upgrade --commit 1688a97

1 before       the earlier code founds two regions and does a day's work in one (tests/hub/db/releases/filling.py)
2 brought up   a copy: `certhub migrate` and today's code answer everything as the earlier code did
3 beside       on one database at once: each shows what the other redeems, once; each changes what the other has issued
4 between      a region of either code answers a region of the other
5 back         the earlier code answers once more, alone, all that both have written

Code that does not know `schema_range` (before 0009) refuses a database of today: there 3 to 5 are that it does.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hub.db.releases import filling
from tests.support.answers import answers
from tests.support.old_code import REGIONS, Code, Served, checked_out, of_today, port_of

HOME, OTHER = REGIONS
VALID, USED = ["valid", "OK"], ["invalid", "CODE_USED"]
RANGE = "certhub/db/schema_range.py"


@dataclass
class Drill:
    """The two codes, a folder of their own, and how many things were found as they must be."""

    old: Code
    new: Code
    folder: Path
    seen: dict[str, int] = field(default_factory=dict)

    def same(self, about: str, expected: Any, found: Any) -> None:
        """Hold two answers against each other; members of a table are told one by one."""
        assert expected == found, f"{about}:\n  {_difference(expected, found)}"
        self.seen[about] = self.seen.get(about, 0) + (len(found) if isinstance(found, dict) else 1)


def _difference(expected: Any, found: Any) -> str:
    """Return where two answers differ, at most ten places."""
    if isinstance(expected, dict) and isinstance(found, dict):
        places = [name for name in {**expected, **found} if expected.get(name) != found.get(name)]
        return "\n  ".join(
            f"{name}: {_difference(expected.get(name), found.get(name))}" for name in places[:10]
        )
    return f"{expected!r} became {found!r}"


@contextmanager
def served(code: Code, hub: Path, *, beside: bool = False) -> Iterator[Served]:
    """Serve a hub where others reach it, or beside the code that is there."""
    with code.serve(hub, port=0 if beside else port_of(hub)) as made:
        yield made


def before(drill: Drill) -> dict[str, Any]:
    """Let the earlier code found and fill, and say all that it answers; its last code is still open."""
    data = drill.folder / "data"
    drill.old.found(data)
    with served(drill.old, data / HOME) as home, served(drill.old, data / OTHER) as other:
        facts = filling.fill(home, other)
        facts["left"] = filling.leave_intended(drill.old, data / HOME)
        filling.finish(home, facts)
    return facts


def brought_up(drill: Drill, facts: dict[str, Any]) -> None:
    """Bring a copy up, and hold every answer against the earlier code's."""
    data = drill.folder / "copy"
    shutil.copytree(drill.folder / "data", data)
    for region in REGIONS:
        drill.new.certhub("migrate", "--data", str(data / region))
    with served(drill.new, data / HOME) as home:
        found = answers(home.get, unread=filling.UNREAD)
        for name, expected in facts["answers"].items():
            drill.same(f"brought up: {name}", expected, found[name])
        drill.same(
            "brought up: open code", VALID, filling.told(filling.verify(home, facts["open"], "after-open"))
        )
        drill.same(
            "brought up: open code", USED, filling.told(filling.verify(home, facts["open"], "after-again"))
        )
        unread = home.get("clerk", f"/api/v1/verifications/{filling.UNREAD}/receipt")
        drill.same("brought up: unread receipt", {"receipt", "opening"}, set(unread))
        drill.same(
            "brought up: used code", USED, filling.told(filling.verify(home, facts["used"], "after-used"))
        )


def beside(drill: Drill) -> None:
    """Run both on one database, brought up while the earlier code runs."""
    data = drill.folder / "data"
    with served(drill.old, data / HOME) as old:
        for region in REGIONS:
            drill.new.certhub("migrate", "--data", str(data / region))
        with served(drill.new, data / HOME, beside=True) as new:
            drill.same("beside: ready", 200, old.call("", "GET", "/readyz").status_code)
            drill.same("beside: ready", 200, new.call("", "GET", "/readyz").status_code)
            for one, other, name in ((old, new, "old-new"), (new, old, "new-old")):
                _redeemed(drill, one, other, name)
                _changed(drill, one, other, name)
            time.sleep(filling.PUBLISHED_SECONDS)
            theirs, ours = answers(old.get), answers(new.get)
            for about, expected in theirs.items():
                drill.same(f"beside: {about}", expected, ours[about])


def _redeemed(drill: Drill, one: Served, other: Served, name: str) -> None:
    """One shows what the other redeems; the report, its receipt and a retry are the same at both."""
    made = filling.issue(one, f"并行-{name}", key=f"beside-{name}")
    drill.same(
        "beside: a retry is the same", made, filling.issue(other, f"并行-{name}", key=f"beside-{name}")
    )
    for mode in ("ticket", "sealed"):
        code, vid = filling.show(one, made, mode=mode), f"beside-{name}-{mode}"
        report = filling.verify(other, code, vid)
        drill.same("beside: redeemed by the other", VALID, filling.told(report))
        drill.same("beside: a retry is the same", report, filling.verify(one, code, vid))
        drill.same("beside: used at both", USED, filling.told(filling.verify(one, code, f"{vid}-again")))
        drill.same("beside: used at both", USED, filling.told(filling.verify(other, code, f"{vid}-third")))
        receipt = one.get("clerk", f"/api/v1/verifications/{vid}/receipt")
        drill.same("beside: one receipt", receipt, other.get("clerk", f"/api/v1/verifications/{vid}/receipt"))
        other.post("clerk", f"/api/v1/verifications/{vid}/outcome", {"result": "confirmed", "note": None})
        one.post("clerk", f"/api/v1/verifications/{vid}/outcome", {"result": "reported", "note": "并行"})


def _changed(drill: Drill, one: Served, other: Served, name: str) -> None:
    """What one has issued the other suspends, the one reinstates, the other renews; both tell the same state."""
    made = filling.issue(one, f"变更-{name}")
    for by, seen_by, what in (
        (other, one, "suspension"),
        (one, other, "reinstatement"),
        (other, one, "renewal"),
    ):
        filling.change(by, made, what)
        path = f"/api/v1/certificates/{made}"
        drill.same("beside: changed by the other", by.get("agency", path), seen_by.get("agency", path))


def between(drill: Drill, facts: dict[str, Any]) -> None:
    """Each region is served by either code, and asks and answers the other one."""
    data = drill.folder / "data"
    for at_home, abroad, name in ((drill.new, drill.old, "new-old"), (drill.old, drill.new, "old-new")):
        with served(at_home, data / HOME) as home, served(abroad, data / OTHER) as other:
            code = filling.show(home, facts["ids"]["good"])
            told = [filling.told(filling.verify(other, code, f"between-{name}-{n}")) for n in (1, 2)]
            drill.same("between: a code is told once", [VALID, USED], told)
            code = filling.show(home, facts["ids"]["revoked"])
            report = filling.verify(other, code, f"between-{name}-3")
            drill.same("between: a code is told once", ["invalid", "REVOKED"], filling.told(report))


def back(drill: Drill) -> None:
    """The earlier code, alone again, answers as today's does."""
    hub = drill.folder / "data" / HOME
    with served(drill.new, hub) as new:
        ours = answers(new.get)
    with served(drill.old, hub) as old:
        theirs = answers(old.get)
    for about, expected in ours.items():
        drill.same(f"back: {about}", expected, theirs[about])


def refused(drill: Drill) -> None:
    """Code of before `schema_range` refuses the copy that was brought up, and says so."""
    process = drill.old.start(
        "-m", "certhub", "serve", "--data", str(drill.folder / "copy" / HOME), stderr=-1
    )
    _, wrote = process.communicate(timeout=60)
    assert process.returncode, "it serves a database that it cannot know"
    drill.same("refused", True, "certhub migrate" in wrote or "database" in wrote)


def run(commit: str, folder: Path, *, python: str) -> dict[str, int]:
    """Run the whole drill; return how many answers were held against each other, by what they are about."""
    drill = Drill(checked_out(commit, folder / "code", python=python), of_today(), folder)
    facts = before(drill)
    brought_up(drill, facts)
    if not (drill.old.folder / RANGE).exists():
        refused(drill)
        return drill.seen
    beside(drill)
    between(drill, facts)
    back(drill)
    return drill.seen


def main(argv: list[str] | None = None) -> int:
    """Read the command line, run, and print the counts."""
    parser = argparse.ArgumentParser(prog="python -m tests.drills.upgrade", description=__doc__)
    parser.add_argument("--commit", required=True, help="the earlier code")
    parser.add_argument("--folder", type=Path, help="an empty folder to work in, which is kept")
    parser.add_argument("--python", default=sys.executable, help="a Python with that commit's libraries")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as made:
        seen = run(asked.commit, asked.folder or Path(made), python=asked.python)
    width = max(map(len, seen))
    for about, count in seen.items():
        sys.stdout.write(f"{about:{width}} {count:6}\n")
    sys.stdout.write(f"{'all the same':{width}} {sum(seen.values()):6}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
