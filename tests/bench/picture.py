"""Draws a result of the bench: each figure as a bar against its gate and goal, and how the hot ones grow."""

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from tests.bench.gates import GATES, GROWING, GROWTH, Gate

WIDTH, MARGIN, LABEL = 880, 24, 170
ROW, BAR, CURVES = 26, 8, 300
LEAST, MOST = 0.05, 10.0
"""How far from its gate a bar shows a figure: from a twentieth to ten times as good."""
FILLS = {"goal": "#0d6b3c", "gate": "#0b4a6f", "slack": "#8a5a00", "past": "#a3261c"}
RAW, GREY, DARK = "#b9c6cf", "#5a6b78", "#1c2b36"
COLOURS = ("#0b4a6f", "#0d6b3c", "#a3261c", "#8a5a00", "#6a3d9a", "#007c89", "#b0487f", "#4d4d4d")

Figure = Mapping[str, Any]


def drawn(figures: Sequence[Figure]) -> str:
    """Return the picture as SVG."""
    gated = [one for one in figures if one["name"] in GATES]
    grown = [one for one in figures if one["name"].startswith(GROWING)]
    top = MARGIN + 64
    curves = top + ROW * len(gated) + 40
    height = curves + (CURVES + 120 if grown else 0)
    body = [*_bars(gated, top), *(_growth(grown, curves) if grown else ())]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
            ' role="img" aria-labelledby="title desc" font-family="ui-monospace, Menlo, monospace" font-size="12">',
            '<title id="title">The figures of the bench</title>',
            '<desc id="desc">Above, how far each figure is from its gate and its goal; below, how costs grow with the'
            " number of certificates. The table in performance.md has the same numbers.</desc>",
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            *body,
            "</svg>\n",
        ]
    )


def _text(x: float, y: float, words: str, *, fill: str = DARK, anchor: str = "start", more: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" fill="{fill}" text-anchor="{anchor}"{more}>{escape(words)}</text>'


def _bars(figures: Sequence[Figure], top: float) -> Iterator[str]:
    yield _text(
        MARGIN,
        MARGIN + 12,
        "Each figure ÷ its gate (where less is better, gate ÷ figure)",
        more=' font-weight="bold"',
    )
    yield _text(
        MARGIN,
        MARGIN + 30,
        "Dark: corrected to the reference machine; light: as measured; ▲ goal.",
        fill=GREY,
    )
    bottom = top + ROW * len(figures)
    for score in (0.1, 0.5, 1, 2, 5):
        x, words, stroke = _place(score), f"{score:g}", f'stroke="{RAW}"'
        if score == 1:
            words, stroke = "gate", f'stroke="{DARK}" stroke-width="2"'
        yield f'<path d="M{x:g} {top - 8:g}V{bottom:g}" {stroke}/>'
        yield _text(x, top - 12, words, fill=GREY, anchor="middle")
    for at, one in enumerate(figures):
        gate, y = GATES[one["name"]], top + ROW * at
        raw, value = one["ratio"]["median"], one["corrected"]["median"]
        fill = FILLS[one["standing"]]
        yield _text(MARGIN, y + 14, one["name"])
        yield _bar(y + 3, _score(gate, value), fill)
        yield _bar(y + 3 + BAR, _score(gate, raw), RAW)
        yield _text(_place(_score(gate, gate.goal)), y + 16, "▲", fill=GREY, anchor="middle")
        yield _text(
            WIDTH - MARGIN, y + 14, f"{value:.3g} (gate {gate.says(gate.gate)})", fill=fill, anchor="end"
        )


def _score(gate: Gate, value: float) -> float:
    return value / gate.gate if gate.more else gate.gate / max(value, 1e-9)


def _place(score: float) -> float:
    """Return where a score stands, on a scale that doubles by equal steps."""
    share = math.log(min(max(score, LEAST), MOST) / LEAST) / math.log(MOST / LEAST)
    return round(LABEL + MARGIN + share * (WIDTH - LABEL - 2 * MARGIN - 150), 1)


def _bar(y: float, score: float, fill: str) -> str:
    left = _place(LEAST)
    return f'<rect x="{left:g}" y="{y:g}" width="{max(_place(score) - left, 1):g}" height="{BAR}" fill="{fill}"/>'


def _growth(figures: Sequence[Figure], top: float) -> Iterator[str]:
    words = "Cost ÷ cost at the first size, by number of certificates"
    yield _text(MARGIN, top, words, more=' font-weight="bold"')
    on_postgres = [one for one in figures if one["name"].endswith("-postgres")]
    elsewhere = [one for one in figures if one not in on_postgres]
    half = (WIDTH - 3 * MARGIN) / 2
    for at, (name, group) in enumerate((("SQLite", elsewhere), ("PostgreSQL", on_postgres))):
        yield from _curves(name, group, MARGIN + at * (half + MARGIN), top + 24, half)


def _curves(name: str, figures: Sequence[Figure], left: float, top: float, width: float) -> Iterator[str]:
    lines = {
        one["name"]: {int(k.removeprefix("us_at_")): us for k, us in one["more"].items()} for one in figures
    }
    sizes = sorted({size for line in lines.values() for size in line})
    ratios = {one: {size: us / line[sizes[0]] for size, us in line.items()} for one, line in lines.items()}
    most = max([2.0, *(ratio for line in ratios.values() for ratio in line.values())])
    least = min([0.5, *(ratio for line in ratios.values() for ratio in line.values())])

    def x(size: int) -> float:
        return round(left + 40 + math.log(size / sizes[0]) / math.log(sizes[-1] / sizes[0]) * (width - 60), 1)

    def y(ratio: float) -> float:
        return round(top + 20 + math.log(most / ratio) / math.log(most / least) * (CURVES - 60), 1)

    yield _text(left + 40, top + 8, name)
    for ratio in (least, 1.0, GROWTH.gate, most):
        dashes = ' stroke-dasharray="4 3"' if ratio == GROWTH.gate else ""
        yield f'<path d="M{left + 40:g} {y(ratio):g}H{left + width - 20:g}" stroke="{RAW}"{dashes}/>'
        yield _text(left + 36, y(ratio) + 4, f"{ratio:.3g}", fill=GREY, anchor="end")
    for size in sizes:
        yield _text(x(size), top + CURVES - 20, f"{size:,}", fill=GREY, anchor="middle")
    for at, (one, line) in enumerate(ratios.items()):
        colour = COLOURS[at % len(COLOURS)]
        points = " ".join(f"{x(size):g},{y(line[size]):g}" for size in sorted(line))
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
        words = one.removeprefix(GROWING).removesuffix("-postgres")
        yield _text(left + 40 + at % 4 * 95, top + CURVES + 4 + at // 4 * 16, words, fill=colour)
