"""The table that people read, in plain text."""

from collections.abc import Mapping
from typing import Any

_HEAD = ("figure", "ratio", "(min .. max)", "corrected", "gate", "goal", "reached", "µs", "what")
REACHED = {"goal": "goal", "gate": "gate", "slack": "no, by < 20 %", "past": "NO"}


def render(found: Mapping[str, Any]) -> str:
    """Return what `rounds.run` found as a table."""
    about, floor = found["machine"], found["floor"]
    rows = [_HEAD, *(_row(one) for one in found["figures"])]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEAD))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    noisy = sum(one["noisy_rounds"] for one in found["figures"])
    measured = sum(one["rounds"] for one in found["figures"])
    return "\n".join(
        [
            f"{about['cpu']}, {about['cores']} cores, Python {about['python']}, {about['filesystem']}",
            f"floor: one P-256 check {floor['verify_us']} µs, one signature {floor['sign_us']} µs (CPU)",
            f"yardstick: plain Python {floor['python_us']} µs; python ÷ crypto {floor['python_over_crypto']}, "
            f"{floor['factor']} times that of the reference machine",
            f"hubs hold {found['certificates']:,} certificates; `corrected` is held against the gates",
            f"{found['rounds']} rounds in turn; others used more than a tenth of the machine in {noisy} of {measured}",
            "",
            lines[0],
            "-" * max(map(len, lines)),
            *lines[1:],
            "",
            *_more(found),
        ]
    )


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    ratio = one["ratio"]
    return (
        one["name"],
        number(ratio["median"]),
        f"({number(ratio['min'])} .. {number(ratio['max'])})",
        number(one["corrected"]["median"]),
        one["gate"],
        one["goal"],
        REACHED.get(one["standing"], ""),
        number(one["us"]),
        one["says"],
    )


def number(value: float) -> str:
    """Three digits that mean something."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3f}" if value < 1 else f"{value:.3g}"


def _more(found: Mapping[str, Any]) -> list[str]:
    return [
        f"{one['name']}: " + ", ".join(f"{name} {value}" for name, value in one["more"].items())
        for one in found["figures"]
        if one["more"]
    ]
