"""How somebody looks at a result: in which languages, how wide, in which colours.

Symbols say what colours say, and colours are for terminals alone (https://no-color.org). The grounds of the
four verdicts are those of every other screen where the terminal can show 24 bits, and its own eight else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from certhub_verifier.causes import Verdict
from certhub_verifier.cli.layout import pad, printable, width, wrap
from certhub_verifier.facts import Outcome
from certhub_verifier.sentences import Lang, phrase

BOTH: tuple[Lang, ...] = ("zh", "en")
SYMBOL = {Verdict.VALID: "✔", Verdict.CHECK: "▲", Verdict.INVALID: "✖", Verdict.UNDETERMINED: "?"}
_MARK = {Outcome.YES: "✔", Outcome.NO: "✖", Outcome.UNDETERMINED: "?"}


class Colours(StrEnum):
    """What a terminal can show."""

    NONE = "none"
    EIGHT = "eight"
    FULL = "full"  # 24 bits: the colours of every other screen


_BAND: Mapping[Colours, Mapping[Verdict, str]] = {
    Colours.EIGHT: {
        Verdict.VALID: "1;97;42",
        Verdict.CHECK: "1;30;43",
        Verdict.INVALID: "1;97;41",
        Verdict.UNDETERMINED: "1;97;100",
    },
    Colours.FULL: {  # screens §1: each at least 4.5:1
        Verdict.VALID: "1;38;2;255;255;255;48;2;11;107;59",
        Verdict.CHECK: "1;38;2;0;0;0;48;2;255;197;61",
        Verdict.INVALID: "1;38;2;255;255;255;48;2;179;38;30",
        Verdict.UNDETERMINED: "1;38;2;255;255;255;48;2;55;71;79",
    },
}
_INK = {"✔": "32", "▲": "33", "✖": "31", "?": "36"}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Languages in the order in which they are told, columns (None is no terminal), and colours."""

    langs: Sequence[Lang] = BOTH
    columns: int | None = None
    colours: Colours = Colours.NONE

    def band(self, verdict: Verdict, text: str) -> str:
        """Return `text` as the large line of a verdict, from edge to edge where there are colours."""
        line = f" {SYMBOL[verdict]}  {text} "
        if self.colours is Colours.NONE:
            return line.rstrip()
        return f"\x1b[{_BAND[self.colours][verdict]}m{pad(line, self.columns or 0)}\x1b[0m"

    def mark(self, symbol: str) -> str:
        """Return a symbol in its colour."""
        ink = _INK.get(symbol)
        return symbol if self.colours is Colours.NONE or ink is None else f"\x1b[1;{ink}m{symbol}\x1b[0m"

    def dim(self, text: str) -> str:
        """Return `text` a little paler: what is there for whoever looks closer."""
        return text if self.colours is Colours.NONE or not text else f"\x1b[2m{text}\x1b[0m"

    def words(self, name: str, **values: object) -> str:
        """Return one of the small phrases, in each language."""
        return " ".join(phrase(name, lang, **values) for lang in self.langs)

    def lines(self, text: str, *, first: str = "", rest: str | None = None) -> Iterator[str]:
        """Yield `text` in lines that fit."""
        start = " " * width(first) if rest is None else rest
        yield from wrap(printable(text), self.columns, first=first, rest=start)


def symbol_of(outcome: Outcome, cause: str | None) -> str:
    """Return the mark of an answer; a yes that somebody should look at has its own."""
    return SYMBOL[Verdict.CHECK] if outcome is Outcome.YES and cause else _MARK[outcome]


def colours_of(environment: Mapping[str, str], *, system: str = "posix") -> Colours:
    """Return what a terminal shows, by its own word; whoever sets NO_COLOR wants none.

    `system` is Python's name of it: an old console of Windows ("nt") would show the codes themselves.
    """
    if environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return Colours.NONE
    if system == "nt" and not environment.get("WT_SESSION"):
        return Colours.NONE
    return Colours.FULL if environment.get("COLORTERM") in ("truecolor", "24bit") else Colours.EIGHT
