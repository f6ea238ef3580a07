"""What the command shows a person: verdict, headline and next step first, then every fact with its age.

Chinese first, then English; one of them where it was asked for. Symbols say the same as colours, and
colours are used on a terminal only (https://no-color.org).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from certhub_verifier.causes import Verdict
from certhub_verifier.facts import Checked, Outcome
from certhub_verifier.receipts import Finding, ReceiptReport
from certhub_verifier.report import ItemReport, Report, kind_names
from certhub_verifier.sentences import (
    Lang,
    age_words,
    cause_words,
    explain_receipt,
    fact_name,
    finding_word,
    moment_words,
    outcome_word,
    phrase,
)

Langs = Sequence[Lang]
BOTH: Langs = ("zh", "en")
_SYMBOL = {Verdict.VALID: "✔", Verdict.CHECK: "▲", Verdict.INVALID: "✖", Verdict.UNDETERMINED: "?"}
_COLOUR = {Verdict.VALID: "32", Verdict.CHECK: "33", Verdict.INVALID: "31", Verdict.UNDETERMINED: "35"}
_OUTCOME = {Outcome.YES: "✔", Outcome.NO: "✖", Outcome.UNDETERMINED: "?"}
_FINDING = {Finding.GENUINE: Verdict.VALID, Finding.AGED: Verdict.CHECK, Finding.ALTERED: Verdict.INVALID}
_WHO: dict[Lang, tuple[str, ...]] = {
    "zh": ("agency", "region"),
    "en": ("agency_en", "region_en", "agency", "region"),
}


def report_lines(report: Report | ReceiptReport, *, langs: Langs, colour: bool) -> Iterator[str]:
    """Yield the lines of one report."""
    yield _banner(report, langs, colour)
    for lang in langs:
        headline, next_step = _sentence(report, lang)
        yield f"  {headline}"
        yield f"  → {next_step}"
    if isinstance(report, ReceiptReport):
        yield from _receipt_lines(report, langs)
        return
    for item in report.items:
        yield ""
        yield from _item_lines(item, report.as_of, langs)


def short_line(name: str, report: Report | ReceiptReport, *, lang: Lang) -> str:
    """Return one line for one of several inputs: symbol, exit code, name, headline."""
    headline, _ = _sentence(report, lang)
    return f"{_SYMBOL[verdict_of(report)]} {report_exit_code(report):>2}  {name}  {headline}"


def report_exit_code(report: Report | ReceiptReport) -> int:
    """Return what the command ends with for this report alone."""
    return report.exit_code if isinstance(report, ReceiptReport) else report.verdict.exit_code


def verdict_of(report: Report | ReceiptReport) -> Verdict:
    """Return the verdict whose colour and exit code a report has; a receipt's is about the receipt itself."""
    if isinstance(report, ReceiptReport):
        return _FINDING.get(report.finding, Verdict.UNDETERMINED)
    return report.verdict


def _sentence(report: Report | ReceiptReport, lang: Lang) -> tuple[str, str]:
    sentence = (
        explain_receipt(report.finding, lang=lang)
        if isinstance(report, ReceiptReport)
        else report.sentence(lang)
    )
    return sentence.headline, sentence.next_step


def _banner(report: Report | ReceiptReport, langs: Langs, colour: bool) -> str:
    verdict = verdict_of(report)
    words: dict[Lang, str] = {"zh": verdict.zh, "en": verdict.en}
    if isinstance(report, ReceiptReport):  # a genuine receipt of a revoked certificate must not read "valid"
        words = {lang: finding_word(report.finding, lang) for lang in BOTH}
    text = "  ".join(" ".join(words[lang]) if lang == "zh" else words[lang].upper() for lang in langs)
    text = f"{_SYMBOL[verdict]}  {text}"
    return f"\x1b[1;{_COLOUR[verdict]}m{text}\x1b[0m" if colour else text


def _item_lines(item: ItemReport, now: datetime, langs: Langs) -> Iterator[str]:
    yield "  " + " / ".join(item.kind_name if lang == "zh" else item.kind_name_en for lang in langs)
    for name, value in item.disclosed.items():
        yield f"    {name}  {_value(value)}"
    for checked in item.facts:
        yield f"  {_OUTCOME[checked.outcome]} " + " / ".join(_fact(checked, now, lang) for lang in langs)


def _fact(checked: Checked, now: datetime, lang: Lang) -> str:
    said = [fact_name(checked.fact, lang), outcome_word(checked.outcome, lang)]
    if checked.cause:
        said.append(cause_words(checked.cause, lang))
    said.append(age_words((now - checked.as_of).total_seconds(), lang))
    said += [checked.detail[name] for name in _WHO[lang] if name in checked.detail][:1]
    return " · ".join(said)


def _value(value: object) -> str:
    """Return a disclosed value on one line; lists of names and of codes are joined."""
    if isinstance(value, list):
        return "、".join(_value(one) for one in value)
    if isinstance(value, dict):
        return " ".join(_value(one) for one in value.values())
    return "".join(letter if letter.isprintable() else "�" for letter in str(value))


def _receipt_lines(report: ReceiptReport, langs: Langs) -> Iterator[str]:
    receipt, verdict = report.receipt, report.recorded_verdict
    if receipt is None or verdict is None:
        return
    yield ""
    words = {"zh": verdict.zh, "en": verdict.en}
    told = " / ".join(phrase("recorded", lang, verdict=words[lang]) for lang in langs)
    yield f"  {told}  ({receipt.code})"
    when = moment_words(receipt.at, lang=langs[0])
    yield "  " + "  ".join((when, receipt.office, receipt.window, receipt.matter, receipt.vid))
    for item, identifier in zip(receipt.items, report.identifiers, strict=True):
        names = kind_names(item.kind)
        kind = " / ".join(names[BOTH.index(lang)] for lang in langs)
        yield f"  {kind}  {identifier or item.cert}  {'、'.join(item.fields)}"
