"""How far a long run is: one line on a terminal's stderr, drawn over itself and gone at the end.

    核验 verifying  ███████████░░░░░░░░░   412/1000   41%  ✖ 3  ? 2

Nothing is drawn for whoever is no terminal, and nothing before the first third of a second is over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from certhub_verifier.causes import Verdict
from certhub_verifier.cli.layout import cut
from certhub_verifier.cli.tally import Tally
from certhub_verifier.sentences import phrase

_BAR = 24  # columns
_FIRST, _EVERY = 0.3, 0.1  # seconds: no flicker for a handful of files, and no time lost in drawing
_CLEAR = "\r\x1b[2K"


@dataclass(slots=True)
class Progress:
    """The line of one run of `total` inputs; `clock` gives seconds that only grow."""

    stream: TextIO
    total: int
    columns: int
    clock: Callable[[], float]
    _next: float = 0.0
    _drawn: bool = False

    def __post_init__(self) -> None:
        self._next = self.clock() + _FIRST

    def show(self, tally: Tally) -> None:
        """Draw the line again, where it is time to."""
        if self.clock() < self._next:
            return
        self._next = self.clock() + _EVERY
        self._drawn = True
        self.stream.write(_CLEAR + cut(self.line(tally), self.columns - 1))
        self.stream.flush()

    def line(self, tally: Tally) -> str:
        """Return the line as it stands now."""
        done = min(tally.inputs / self.total, 1.0) if self.total else 1.0
        bar = "█" * round(done * _BAR)
        bad, unknown = tally.verdicts[Verdict.INVALID], tally.verdicts[Verdict.UNDETERMINED]
        words = f"{phrase('verifying', 'zh')} {phrase('verifying', 'en')}"
        counts = f"{tally.inputs:>{len(str(self.total))}}/{self.total}  {done:4.0%}"
        return f"{words}  {bar:░<{_BAR}}  {counts}  ✖ {bad}  ? {unknown}"

    def end(self) -> None:
        """Take the line away."""
        if self._drawn:
            self.stream.write(_CLEAR)
            self.stream.flush()
