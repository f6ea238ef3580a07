"""docs/performance.md, its picture and the figures beside them: made from one result of the bench.

    docs/performance.json   the result, as --json prints it; `dev.py bench --write docs` puts it there
    docs/performance.md     between two marks: the table of that result
    docs/performance.svg    the same as bars and curves (tests/bench/picture.py)

tests/docs/pages.py has page and picture among those that it makes, so that a test fails when they say anything else
than the figures do.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench.gates import GROWING
from tests.bench.picture import drawn
from tests.bench.table import number

ROOT = Path(__file__).parents[2]
RESULT, PAGE, PICTURE = (ROOT / "docs" / f"performance.{ending}" for ending in ("json", "md", "svg"))
MARK = "figures"
REACHED = {
    "goal": "goal",
    "gate": "gate",
    "slack": "missed by less than a fifth",
    "past": "**missed**",
    "": "",
}

Found = Mapping[str, Any]


def write(found: Found) -> None:
    """Keep a result beside the page, and make page and picture of it."""
    from tests.docs.pages import pages

    RESULT.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for path in (PAGE, PICTURE):
        path.write_text(pages()[path], encoding="utf-8")


def kept() -> Found:
    """Return the result that is kept beside the page."""
    found: Found = json.loads(RESULT.read_text(encoding="utf-8"))
    return found


def picture(found: Found) -> str:
    """Return the picture of a result."""
    return drawn(found["figures"])


def tables(found: Found) -> str:
    """Return what stands between the marks: what was measured on, the figures, and how they grow."""
    flat = [one for one in found["figures"] if not one["name"].startswith(GROWING)]
    grown = [one for one in found["figures"] if one["name"].startswith(GROWING)]
    return "\n".join([*_about(found), "", *_figures(flat), "", *_growth(grown)])


def _about(found: Found) -> Iterator[str]:
    on, floor = found["machine"], found["floor"]
    noisy = sum(one["noisy_rounds"] for one in found["figures"])
    measured = sum(one["rounds"] for one in found["figures"])
    yield f"- Machine: {on['cpu']}, {on['cores']} cores, Python {on['python']}, {on['filesystem']}."
    yield f"- Rounds: {found['rounds']}; hubs hold {found['certificates']:,} certificates."
    yield f"- Others used more than a tenth of the machine in {noisy} of {measured} measurements."
    yield f"- Floor: one check {floor['verify_us']} µs, one signature {floor['sign_us']} µs."
    times = f"{floor['factor']} times that of the reference machine"
    yield f"- Python ÷ crypto: {floor['python_over_crypto']}, which is {times}."


def _figures(figures: Sequence[Found]) -> Iterator[str]:
    yield "| figure | measured (min .. max) | corrected | gate | goal | reached | µs | what is divided by what |"
    yield "|---|--:|--:|--:|--:|---|--:|---|"
    for one in figures:
        ratio = one["ratio"]
        spread = f"{number(ratio['median'])} ({number(ratio['min'])} .. {number(ratio['max'])})"
        cells = (
            f"`{one['name']}`",
            spread,
            f"**{number(one['corrected']['median'])}**",
            one["gate"],
            one["goal"],
            REACHED[one["standing"]],
            number(one["us"]),
            one["says"],
        )
        yield f"| {' | '.join(cells)} |"


def _growth(figures: Sequence[Found]) -> Iterator[str]:
    if not figures:
        return
    sizes = sorted({size for one in figures for size in sizes_of(one)})
    bounds = f"gate {figures[0]['gate']}, goal {figures[0]['goal']}"
    yield f"Growth: µs at each number of certificates, and the ratio ({bounds})."
    yield ""
    yield f"| figure | {' | '.join(f'{size:,}' for size in sizes)} | ratio | reached |"
    yield f"|---|{'--:|' * len(sizes)}--:|---|"
    for one in figures:
        us = sizes_of(one)
        cells = (
            f"`{one['name']}`",
            *(number(us[size]) for size in sizes),
            f"**{number(one['ratio']['median'])}**",
            REACHED[one["standing"]],
        )
        yield f"| {' | '.join(cells)} |"


def sizes_of(figure: Found) -> dict[int, float]:
    """Return the microseconds at each size of a figure of growth."""
    return {int(name.removeprefix("us_at_")): us for name, us in figure["more"].items()}
