"""Draws docs/images/architecture.svg from the contracts in pyproject.toml, so that the picture is the code's own plan.

The rows are the layers of two contracts of import-linter, which `python3 dev.py check imports` holds the code to: the
hub's own from the top down, and below them the distributions that it stands on. A renamed or moved layer changes the
picture the next time that `python -m tests.docs.pages` runs, and a test fails until it has.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

HUB, DISTRIBUTIONS = "The hub is read top down", "Distributions point one way"
WIDTH, MARGIN, GAP, PAD = 880, 24, 8, 12
BOX, LETTER, ROW_GAP = 30, 7.6, 12  # LETTER: the width of one character of the 13 px type
FILLS = {"hub": "#0b4a6f", "below": "#0d6b3c"}


@dataclass(frozen=True)
class Row:
    """One layer: packages that know nothing of each other, and where their boxes stand."""

    names: Sequence[str]
    top: float

    def boxes(self) -> Iterator[tuple[str, float, float, float]]:
        """Yield (name, left, top, width) of each, in as many lines as they need, each line in the middle."""
        for number, line in enumerate(_lines(self.names)):
            left = (WIDTH - sum(map(_width, line)) - GAP * (len(line) - 1)) / 2
            for name in line:
                yield name, left, self.top + number * (BOX + GAP), _width(name)
                left += _width(name) + GAP

    @property
    def bottom(self) -> float:
        """Where the row ends."""
        count = len(list(_lines(self.names)))
        return self.top + count * BOX + (count - 1) * GAP


def architecture_svg(pyproject: str) -> str:
    """Return the picture of the layers that a pyproject.toml names.

    Raises:
        ValueError: it holds no contract of that name.
    """
    contracts = {
        one["name"]: one["layers"]
        for one in tomllib.loads(pyproject)["tool"]["importlinter"]["contracts"]
        if one["type"] == "layers"
    }
    for name in (HUB, DISTRIBUTIONS):
        if name not in contracts:
            raise ValueError(f"pyproject.toml has no layers contract called {name!r}")
    top, *below = contracts[DISTRIBUTIONS]
    hub = _rows(contracts[HUB], top=MARGIN + 40)
    end = hub[-1].bottom + ROW_GAP
    under = _rows(below, top=end + 34)
    return _svg(top, hub, end, under)


def _rows(layers: Sequence[str], *, top: float) -> list[Row]:
    rows: list[Row] = []
    for layer in layers:
        rows.append(Row([name.strip(" ()") for name in layer.replace(":", "|").split("|")], top))
        top = rows[-1].bottom + ROW_GAP
    return rows


def _lines(names: Sequence[str]) -> Iterator[list[str]]:
    line: list[str] = []
    for name in names:
        if line and sum(map(_width, [*line, name])) + GAP * len(line) > WIDTH - 2 * (MARGIN + PAD):
            yield line
            line = []
        line.append(name)
    yield line


def _width(name: str) -> float:
    return round(len(name) * LETTER + 2 * PAD, 1)


def _svg(title: str, hub: Sequence[Row], end: float, under: Sequence[Row]) -> str:
    height = under[-1].bottom + MARGIN
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}"'
        ' role="img" aria-labelledby="title desc" font-family="ui-monospace, Menlo, monospace" font-size="13">',
        '<title id="title">The layers of CertHub</title>',
        '<desc id="desc">Each row imports only rows below it; boxes of one row know nothing of each other.</desc>',
        f'<rect width="{WIDTH}" height="{height:g}" fill="#ffffff"/>',
        f'<rect x="{MARGIN}" y="{MARGIN}" width="{WIDTH - 2 * MARGIN}" height="{end - MARGIN:g}" rx="10"'
        ' fill="#eef3f7" stroke="#0b4a6f"/>',
        f'<text x="{MARGIN + PAD}" y="{MARGIN + 24}" font-weight="bold" fill="#0b4a6f">{escape(title)}</text>',
        f'<path d="M{WIDTH / 2:g} {end + 4:g}v20m-5 -7l5 7l5 -7" fill="none" stroke="#5a6b78" stroke-width="2"/>',
    ]
    for fill, rows in (("hub", hub), ("below", under)):
        drawn += [_box(*box, FILLS[fill]) for row in rows for box in row.boxes()]
    return "\n".join([*drawn, "</svg>\n"])


def _box(name: str, left: float, top: float, width: float, fill: str) -> str:
    return (
        f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{BOX}" rx="6" fill="{fill}"/>'
        f'<text x="{left + width / 2:g}" y="{top + 20:g}" text-anchor="middle" fill="#ffffff">{escape(name)}</text>'
    )
