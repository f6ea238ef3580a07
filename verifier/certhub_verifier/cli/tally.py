"""How many of each, and which are the worst: what is kept of a run over any number of inputs.

Counts, and the worst `KEPT` results without what they disclosed: a run over a million receipts holds no more
than one over a hundred.
"""

from bisect import insort
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from certhub_verifier.causes import Verdict
from certhub_verifier.cli.results import Result, Unread
from certhub_verifier.receipts import Finding, ReceiptReport
from certhub_verifier.report import Report
from certhub_verifier.sentences import Sentence

KEPT = 50  # results to name: a screen or two, and no need to scroll for the worst


@dataclass(frozen=True, slots=True)
class Line:
    """What is kept of one result: its place in the run orders those that are equally bad."""

    badness: tuple[int, int, int]
    name: str
    verdict: Verdict
    zh: Sentence
    en: Sentence


@dataclass(slots=True)
class Tally:
    """The count so far; made of nothing, and grown by `note`."""

    inputs: int = 0
    unread: int = 0
    passed_over: int = 0
    words: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    worst: list[Line] = field(default_factory=list)
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    _reports: Counter[Verdict] = field(default_factory=Counter)
    _findings: Counter[Finding] = field(default_factory=Counter)
    recorded: Counter[Verdict] = field(default_factory=Counter)

    def note(self, result: Result) -> None:
        """Count one result, and keep it if it is among the worst."""
        self.inputs += 1
        self.verdicts[result.verdict] += 1
        self.words[-result.verdict.badness, result.word("zh"), result.word("en")] += 1
        match result.judgement:
            case Report(verdict=verdict):
                self._reports[verdict] += 1
            case ReceiptReport(finding=finding, recorded_verdict=verdict):
                self._findings[finding] += 1
                self.recorded.update(() if verdict is None else (verdict,))
            case Unread():
                self.unread += 1
        badness = (*result.badness, self.inputs)
        if len(self.worst) == KEPT and badness > self.worst[-1].badness:
            return
        line = Line(badness, result.name, result.verdict, result.sentence("zh"), result.sentence("en"))
        insort(self.worst, line, key=lambda one: one.badness)
        del self.worst[KEPT:]

    @property
    def exit_code(self) -> int:
        """That of the worst: a known bad (20) is worse than an unknown (30); none at all is 30."""
        return max(self.verdicts, key=lambda one: one.badness, default=Verdict.UNDETERMINED).exit_code

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form (`summary.summary` of the report's schema)."""
        return {
            "inputs": self.inputs,
            "verdicts": {verdict.value: self._reports[verdict] for verdict in Verdict},
            "findings": {finding.value: self._findings[finding] for finding in Finding},
            "recorded": {verdict.value: self.recorded[verdict] for verdict in Verdict},
            "unread": self.unread,
            "passed_over": self.passed_over,
        }
