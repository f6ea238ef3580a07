"""The reasons as a picture: answers, evidence, signers and the root side by side, joined by lines.

One SVG file that any browser opens: no script, no font and nothing else from outside, and every text escaped
(XML 1.0 §2.4). Colours are those of the screens.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from certhub_verifier.causes import Verdict
from certhub_verifier.cli.console import fact_word
from certhub_verifier.cli.layout import printable, wrap
from certhub_verifier.cli.results import Result
from certhub_verifier.cli.view import SYMBOL, View, symbol_of
from certhub_verifier.cli.why_text import answer_age, evidence_parts, root_parts, signer_parts
from certhub_verifier.facts import Outcome
from certhub_verifier.sentences import Lang, cause_words, moment_words
from certhub_verifier.why import Answer, Chain, Why

_FILL = {  # screens §1: ground and ink, each at least 4.5:1
    Verdict.VALID: ("#0B6B3A", "#FFFFFF"),
    Verdict.CHECK: ("#FFC53D", "#000000"),
    Verdict.INVALID: ("#B3261E", "#FFFFFF"),
    Verdict.UNDETERMINED: ("#37474F", "#FFFFFF"),
}
_OF_SYMBOL = {symbol: verdict for verdict, symbol in SYMBOL.items()}
_FACTS, _EVIDENCE, _SIGNER, _ROOT = (
    (24, 330),
    (410, 220),
    (686, 270),
    (1012, 204),
)  # x and width of the columns
_WIDTH, _TOP = 1240, 176
_LINE, _PADDING, _GAP = 18, 10, 18
_COLUMN = 7.0  # pixels of a narrow character at 13 px; a wide one takes two and is 13 wide
_STYLE = """
  text { font: 13px "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif; fill: #1B1F23 }
  .large { font-size: 24px; font-weight: 700 } .head { font-size: 15px; font-weight: 600 }
  .first { font-weight: 600 } .pale { fill: #4A545C; font-size: 12px } .mark { font-weight: 700 }
  rect.box { fill: #FFFFFF; stroke: #9AA5AD } rect.none { fill: none; stroke: #37474F; stroke-dasharray: 4 4 }
  path { fill: none; stroke-width: 1.5 } path.open { stroke-dasharray: 5 4 }
"""


@dataclass(frozen=True, slots=True)
class _Box:
    """Some lines of text in a column, `top` pixels down; each line has a class, and maybe a mark before it."""

    column: tuple[int, int]
    top: float
    lines: tuple[tuple[str, str, str], ...]  # text, class, symbol
    kind: str = "box"

    @property
    def height(self) -> float:
        return len(self.lines) * _LINE + 2 * _PADDING

    @property
    def middle(self) -> float:
        return self.top + self.height / 2

    def draw(self) -> Iterator[str]:
        left, wide = self.column
        size = f'x="{left}" y="{self.top}" width="{wide}" height="{self.height}"'
        yield f'<rect class="{self.kind}" {size} rx="6"/>'
        indent = 34 if any(symbol for *_, symbol in self.lines) else 12
        for i, (text, style, symbol) in enumerate(self.lines):
            y = self.top + _PADDING + i * _LINE + 13
            if symbol:
                ground, ink = _FILL[_OF_SYMBOL[symbol]]
                yield f'<circle cx="{left + 18}" cy="{y - 4.5}" r="8" fill="{ground}"/>'
                yield f'<text class="mark" x="{left + 18}" y="{y}" text-anchor="middle" style="fill:{ink};font-size:11px">{symbol}</text>'  # noqa: E501
            yield f'<text class="{style}" x="{left + indent}" y="{y}">{_escaped(text)}</text>'


def why_svg(result: Result, why: Why, *, langs: Sequence[Lang]) -> str:
    """Return the drawing as the text of an SVG file (UTF-8), in one language or in both."""
    view = View(langs=langs)
    rows: list[tuple[Chain, list[_Box]]] = []
    y = float(_TOP)
    for chain in why.chains:
        boxes = _boxes(chain, why, view)
        tall = max(box.height for box in boxes)
        rows.append((chain, [replace(box, top=y + (tall - box.height) / 2) for box in boxes]))
        y += tall + _GAP
    tall = max(y, _TOP + 120) + 30
    root = _root(why, view, (_TOP + y - _GAP) / 2)
    drawn = [line for chain, boxes in rows for line in _joined(chain, boxes, root)]
    drawn += [line for _, boxes in rows for box in boxes for line in box.draw()]
    drawn += root.draw()
    title = _escaped(" · ".join(result.word(lang) for lang in langs))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {tall:g}" width="{_WIDTH}" '
            f'height="{tall:g}" role="img" aria-labelledby="title">',
            f'<title id="title">{title}</title>',
            f"<style>{_STYLE}</style>",
            f'<rect width="{_WIDTH}" height="{tall:g}" fill="#F4F6F7"/>',
            *_heading(result, why, view),
            *drawn,
            f'<text class="pale" x="24" y="{tall - 12:g}">{_escaped(view.words("drawn"))}</text>',
            "</svg>",
            "",
        ]
    )


def _heading(result: Result, why: Why, view: View) -> Iterator[str]:
    """Yield the band of the verdict, its sentences, and the names of the columns."""
    ground, ink = _FILL[result.verdict]
    words = "  ".join(result.word(lang) for lang in view.langs)
    yield f'<rect width="{_WIDTH}" height="60" fill="{ground}"/>'
    yield f'<text class="large" x="24" y="39" style="fill:{ink}">{SYMBOL[result.verdict]}  {_escaped(words)}</text>'
    when = f"{view.words('judged_as_of')} {moment_words(why.now, lang=view.langs[0])}"
    name = f'<text x="{_WIDTH - 24}" y="{{}}" text-anchor="end" style="fill:{ink}">{{}}</text>'
    yield name.format(27, _escaped(result.name))
    yield name.format(46, _escaped(when))
    for i, lang in enumerate(view.langs):
        yield f'<text class="head" x="24" y="{88 + 22 * i}">{_escaped(result.sentence(lang).headline)}</text>'
    columns = zip((_FACTS, _EVIDENCE, _SIGNER, _ROOT), ("checked", "evidence", "signer", "root"), strict=True)
    for (left, _), word in columns:
        yield f'<text class="pale" x="{left}" y="{_TOP - 16}">{_escaped(view.words(word))}</text>'


def _boxes(chain: Chain, why: Why, view: View) -> list[_Box]:
    """Return the boxes of one chain from left to right, without the root's, not placed yet."""
    answers = [line for answer in chain.answers for line in _answer(answer, chain, why, view)]
    boxes = [_Box(_FACTS, 0, tuple(answers))]
    if chain.evidence is not None or not chain.rooted:
        kind = "box" if chain.evidence else "none"
        boxes.append(_Box(_EVIDENCE, 0, _listed(evidence_parts(chain, why, view), _EVIDENCE), kind))
    if signer := signer_parts(chain, view):
        boxes.append(_Box(_SIGNER, 0, _listed(signer, _SIGNER)))
    return boxes


def _root(why: Why, view: View, middle: float) -> _Box:
    trust = why.root.trust
    digest = [f"sha256 {trust.digest[:12]}…"] if trust else []
    lines = _listed([*root_parts(why, view), *digest], _ROOT)
    top = max(middle - len(lines) * _LINE / 2 - _PADDING, _TOP)
    return _Box(_ROOT, top, lines, "box" if trust else "none")


def _answer(answer: Answer, chain: Chain, why: Why, view: View) -> Iterator[tuple[str, str, str]]:
    names = " ".join(fact_word(answer.name, lang) for lang in view.langs)
    symbol = symbol_of(answer.outcome, answer.cause)
    for i, line in enumerate(_fitted(names, _FACTS, 34)):
        yield line, "first", "" if i else symbol
    said = [cause_words(answer.cause, lang) for lang in view.langs] if answer.cause else []
    for text in (answer_age(answer, chain, why, view), *said):
        for line in _fitted(text, _FACTS, 34):
            yield line, "pale", ""


def _listed(parts: Sequence[str], column: tuple[int, int]) -> tuple[tuple[str, str, str], ...]:
    """Return the parts as lines, the first of them in bold."""
    return tuple(
        (line, "pale" if i else "first", "")
        for i, part in enumerate(parts)
        for line in _fitted(part, column, 12)
    )


def _fitted(text: str, column: tuple[int, int], indent: int) -> Iterator[str]:
    return wrap(printable(text), int((column[1] - indent - 8) / _COLUMN))


def _joined(chain: Chain, boxes: Sequence[_Box], root: _Box) -> Iterator[str]:
    """Yield the lines from each box to the next, and from the last one to the root where it gets there."""
    outcomes = {answer.outcome for answer in chain.answers}
    worst = next(one for one in (Outcome.NO, Outcome.UNDETERMINED, Outcome.YES) if one in outcomes)
    colour = {Outcome.NO: "#B3261E", Outcome.UNDETERMINED: "#37474F", Outcome.YES: "#0B6B3A"}[worst]
    style = ('class="open" ' if worst is Outcome.UNDETERMINED else "") + f"stroke={quoteattr(colour)}"
    ends = [*boxes, root] if chain.rooted else list(boxes)
    for left, right in pairwise(ends):
        x, to = left.column[0] + left.column[1], right.column[0]
        bend = to - 52  # straight through empty columns, then one curve
        middle = (bend + to) / 2
        yield (
            f'<path {style} d="M{x} {left.middle:g} H{bend} '
            f'C{middle} {left.middle:g} {middle} {right.middle:g} {to} {right.middle:g}"/>'
        )


def _escaped(text: str) -> str:
    return escape(printable(text))
