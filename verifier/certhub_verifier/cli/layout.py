"""Text on a terminal: how wide it is, where it may break, and what must never reach a screen.

A Chinese character takes two columns and a combining mark none (Unicode Standard Annex #11, "wide" and
"fullwidth"; "ambiguous" is taken as narrow, so nothing here depends on the width of a symbol that stands
before other text on its line). Chinese breaks between any two characters, except that closing punctuation
stays with what it closes.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from certhub_schemas.text import unfit

_OPENING, _CLOSING = "（《「『【“‘", "，。；：！？、）》」』】”’…"
_COLOUR = re.compile("\x1b\\[[0-9;]*m")
_WIDE = "\u1100-\U0010ffff"  # from here on a character is a word of its own; whether it is wide is `width`'s
_PIECES = re.compile(
    rf" +|[{_OPENING}]*(?:[{_WIDE}]|[^ {_WIDE}{_OPENING}]+)[{_CLOSING}]*|."
)  # blanks; a character or a word, with the punctuation that belongs to it


def width(text: str) -> int:
    """Return how many columns `text` takes; changes of colour (ECMA-48 SGR) take none."""
    return sum(map(_columns, _COLOUR.sub("", text) if "\x1b" in text else text))


def printable(value: object) -> str:
    """Return `value` as text in which everything that cannot be seen, or turns the text, is U+FFFD.

    Names of files and contents of tokens come from strangers; on a terminal they could move the cursor or
    write over a verdict.
    """
    text = str(value)
    if text.isprintable() and not unfit(text):
        return text
    return "".join(letter if letter.isprintable() and not unfit(letter) else "\ufffd" for letter in text)


def pad(text: str, columns: int) -> str:
    """Return `text` followed by blanks up to `columns`; longer text stays as it is."""
    return text + " " * max(columns - width(text), 0)


def cut(text: str, columns: int) -> str:
    """Return `text` in at most `columns`, its end replaced by … where it is longer."""
    if width(text) <= columns:
        return text
    kept, taken = "", 1
    for letter in text:
        taken += _columns(letter)
        if taken > columns:
            break
        kept += letter
    return kept + "…"


def wrap(text: str, columns: int | None, *, first: str = "", rest: str = "") -> Iterator[str]:
    """Yield `text` in lines of at most `columns`; `first` stands before the first line, `rest` before others.

    Without `columns` (what reads it is no terminal) there is one line. A word longer than a line is cut
    where the line ends.
    """
    if columns is None:
        yield first + text
        return
    line, begun = first, False
    for found in _PIECES.findall(text):
        piece = found
        if begun and width(line + piece.rstrip()) > columns:
            yield line.rstrip()
            line, begun = rest, False
            piece = piece.lstrip()
        while width(piece) > max(columns - width(line), 2):
            fits = _fitting(piece, columns - width(line))
            yield line + piece[:fits]
            line, piece = rest, piece[fits:]
        line, begun = line + piece, True
    yield line.rstrip()


def table(rows: Sequence[tuple[str, ...]], *, gap: int = 2) -> Iterator[str]:
    """Yield `rows` with their columns under each other; the last column is not padded."""
    columns = [max(map(width, cells), default=0) for cells in zip(*rows, strict=True)]
    for row in rows:
        cells = [pad(cell, columns[i] + gap) for i, cell in enumerate(row[:-1])]
        yield ("".join(cells) + row[-1]).rstrip()


def _columns(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _fitting(text: str, columns: int) -> int:
    """Return how many letters of `text` fit, at least one."""
    taken = 0
    for count, letter in enumerate(text):
        taken += _columns(letter)
        if taken > columns:
            return max(count, 1)
    return len(text)
