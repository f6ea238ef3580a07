"""What the command found of one input: a report, a receipt's report, or that it could not be read.

A result says in one way what the three say in theirs: a verdict (whose badness orders them and whose exit
code counts), a word, a sentence, a JSON form. A receipt's verdict is about the receipt: a genuine receipt of
a revoked certificate is genuine, and its word is never "valid". What could not be read is undetermined.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from certhub_schemas import Matter

from certhub_verifier.causes import CODES, Verdict
from certhub_verifier.documents import FollowedDocument
from certhub_verifier.named_evidence import NamedEvidence
from certhub_verifier.receipts import Finding, ReceiptReport
from certhub_verifier.report import VERSION, ItemReport, Report, local_time
from certhub_verifier.sentences import Lang, Sentence, explain_receipt, explain_trouble, finding_word, phrase

_OF_FINDING = {
    Finding.GENUINE: Verdict.VALID,
    Finding.AGED: Verdict.CHECK,
    Finding.DOCUMENT_ALTERED: Verdict.CHECK,
    Finding.ALTERED: Verdict.INVALID,
    Finding.NO_TRUST: Verdict.UNDETERMINED,
    Finding.SUITE_MISSING: Verdict.UNDETERMINED,
    Finding.CLOCK_WRONG: Verdict.UNDETERMINED,
    Finding.UPGRADE_NEEDED: Verdict.UNDETERMINED,
}


class Trouble(StrEnum):
    """Why an input could not be judged at all."""

    UNREADABLE = "UNREADABLE"  # the system does not give its content
    TOO_LARGE = "TOO_LARGE"
    NO_READER = "NO_READER"  # a picture, and the extra [image] is not installed
    BUNDLE = "BUNDLE"  # what to verify by, not what to verify


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """An input that could not be judged; `detail` is what its sentence can say."""

    trouble: Trouble
    as_of: datetime
    detail: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self, lang: Lang = "zh") -> dict[str, Any]:
        """Return the JSON form (`unread` of the report's schema)."""
        sentence = explain_trouble(self.trouble, self.detail, lang=lang)
        return {
            "version": VERSION,
            "trouble": self.trouble.value,
            "headline": sentence.headline,
            "next_step": sentence.next_step,
            "as_of": local_time(self.as_of),
        }


Judgement = Report | ReceiptReport | Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One input with what was found; `name` is what the person called it.

    `item` has the facts even where the report leaves its items out. Where somebody asked why, `evidence` is
    what was looked at, and `content` the file of a receipt. `documents` is what a believed receipt names by digest,
    `matter` the matter among them, where it is at hand.
    """

    name: str
    judgement: Judgement
    item: ItemReport | None = None
    evidence: tuple[NamedEvidence, ...] = ()
    content: bytes = b""
    documents: tuple[FollowedDocument, ...] = ()
    matter: Matter | None = None

    @property
    def verdict(self) -> Verdict:
        """Whose badness and exit code this is."""
        match self.judgement:
            case Report(verdict=verdict):
                return verdict
            case ReceiptReport(finding=finding):
                return _OF_FINDING[finding]
        return Verdict.UNDETERMINED

    @property
    def exit_code(self) -> int:
        """What the command ends with for this input alone: 0, 10, 20 or 30."""
        return self.verdict.exit_code

    @property
    def badness(self) -> tuple[int, int]:
        """How bad among several, the worst first when sorted: by verdict, then in the order of causes."""
        rank = CODES[self.judgement.code].rank if isinstance(self.judgement, Report) else 0
        return -self.verdict.badness, rank

    def word(self, lang: Lang) -> str:
        """Return what is said in large."""
        match self.judgement:
            case ReceiptReport(finding=finding):
                return finding_word(finding, lang)
            case Unread():
                return phrase("unread", lang)
        return self.verdict.zh if lang == "zh" else self.verdict.en

    def sentence(self, lang: Lang) -> Sentence:
        """Return what is the case, and what to do now."""
        match self.judgement:
            case Report() as report:
                return report.sentence(lang)
            case ReceiptReport(finding=finding):
                return explain_receipt(finding, lang=lang)
            case Unread(trouble=trouble, detail=detail):
                return explain_trouble(trouble, detail, lang=lang)

    def to_dict(self, lang: Lang = "zh") -> dict[str, Any]:
        """Return the JSON form: that of what was found, under its name and with its exit code."""
        form = {"input": self.name, "exit_code": self.exit_code, **self.judgement.to_dict(lang)}
        if isinstance(self.judgement, ReceiptReport):
            form["documents"] = [one.to_dict() for one in self.documents]
        return form
