"""What a person reads of one result: the verdict, what to do, every answer with its age, and by what.

Chinese first, then English; one of them where it was asked for. Lines keep to the width of the terminal; what
goes into a file or a pipe is not broken.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from certhub_schemas import CORE_NAMES, Matter, shipped_catalogue

from certhub_verifier.causes import Verdict
from certhub_verifier.cli.judging import Judging
from certhub_verifier.cli.layout import pad, printable, table, width
from certhub_verifier.cli.requirements import of_receipt, of_report, requirement_lines
from certhub_verifier.cli.results import Result
from certhub_verifier.cli.view import BOTH, SYMBOL, View, symbol_of
from certhub_verifier.documents import DocumentState, FollowedDocument
from certhub_verifier.facts import Fact, Outcome
from certhub_verifier.formats.exchange.receipt import Receipt, ReceiptItem
from certhub_verifier.receipts import ReceiptReport
from certhub_verifier.report import ItemReport, Report, kind_names
from certhub_verifier.sentences import (
    Lang,
    age_words,
    cause_words,
    fact_name,
    moment_words,
    named,
    phrase,
    predicate_words,
)

_FACTS = {fact.value: fact for fact in Fact}
_OF_STATE = {
    DocumentState.KEPT: SYMBOL[Verdict.VALID],
    DocumentState.NOT_KEPT: SYMBOL[Verdict.UNDETERMINED],
    DocumentState.ALTERED: SYMBOL[Verdict.INVALID],
}
_WHO: dict[Lang, tuple[str, ...]] = {
    "zh": ("agency", "region"),
    "en": ("agency_en", "region_en", "agency", "region"),
}


def result_lines(result: Result, judging: Judging, view: View) -> Iterator[str]:
    """Yield the lines of one result."""
    yield view.band(result.verdict, "  ".join(_large(result, lang) for lang in view.langs))
    for lang in view.langs:
        sentence = result.sentence(lang)
        yield from view.lines(sentence.headline, first="    ")
        yield from view.lines(sentence.next_step, first="  → ")
    found = result.judgement
    if isinstance(found, ReceiptReport):
        yield from _receipt_lines(found, result.matter, view)
        yield from _document_lines(result.documents, view)
    elif result.item is not None:
        if isinstance(found, Report) and found.items:  # else the code itself failed: nobody's data is shown
            yield from _item_lines(result.item, view)
        yield from _answers(result.item, judging.now, view)
    if isinstance(found, Report) and found.materials is not None:
        yield from requirement_lines(of_report(found.materials), found.materials.materials, view)
    yield ""
    yield from _basis_lines(judging, view, matter=not isinstance(found, ReceiptReport))


def _large(result: Result, lang: Lang) -> str:
    return result.word(lang) if lang == "zh" else result.word(lang).upper()


def _item_lines(item: ItemReport, view: View) -> Iterator[str]:
    names = " ".join(item.kind_name if lang == "zh" else item.kind_name_en for lang in view.langs)
    yield ""
    yield from view.lines(names, first="  ")
    yield from _pairs([(name, value_text(item.disclosed[name])) for name in _in_order(item)], view)


def _answers(item: ItemReport, now: datetime, view: View) -> Iterator[str]:
    yield ""
    yield f"  {view.words('checked')}"
    rows = [
        Row(
            name=checked.fact.value,
            outcome=checked.outcome,
            cause=checked.cause,
            age=(now - checked.as_of).total_seconds(),
            who=checked.detail,
        )
        for checked in item.facts
    ]
    yield from fact_lines(rows, view)


def _in_order(item: ItemReport) -> list[str]:
    """Return the names of what was disclosed as the kind lists them: a credential shuffles its claims."""
    titles = [*CORE_NAMES, *_titles(item.kind)]
    return sorted(item.disclosed, key=lambda name: titles.index(name) if name in titles else len(titles))


def _titles(kind: str) -> list[str]:
    described = shipped_catalogue().kind(kind)
    return [field.title for field in described.fields] if described else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One answer as a line: its age in seconds, and in `who` the names that its detail has."""

    name: str
    outcome: Outcome
    cause: str | None
    age: float
    who: Mapping[str, str]


def fact_lines(rows: Sequence[Row], view: View) -> Iterator[str]:
    """Yield a line for each answer, and under it who vouches and what is to be said of it."""
    cells = [
        (
            *(fact_word(row.name, lang) for lang in view.langs),
            " ".join(age_words(row.age, lang) for lang in view.langs),
        )
        for row in rows
    ]
    for row, text in zip(rows, _fitting(cells, view), strict=True):
        mark = view.mark(symbol_of(row.outcome, row.cause))
        yield from view.lines(text, first=f"  {mark} ", rest="    ")
        who = " ".join(dict.fromkeys(name for lang in view.langs if (name := _who(row.who, lang))))
        if who:
            yield from view.lines(who, first="      ")
        for lang in view.langs if row.cause else ():
            yield from view.lines(cause_words(row.cause or "", lang), first="      ")


def _fitting(cells: Sequence[tuple[str, ...]], view: View) -> list[str]:
    """Return the cells under each other, or only after each other where the terminal is too narrow."""
    lines = list(table(cells))
    if view.columns is None or max(map(width, lines), default=0) + 4 <= view.columns:
        return lines
    return ["  ".join(row) for row in cells]


def fact_word(name: str, lang: Lang) -> str:
    """Return what a fact is called; one of a later version goes by its name."""
    if name == "genuine":
        return phrase("genuine", lang)
    return fact_name(_FACTS[name], lang) if name in _FACTS else printable(name)


def _who(detail: Mapping[str, str], lang: Lang) -> str | None:
    return next((detail[name] for name in _WHO[lang] if detail.get(name)), None)


def _receipt_lines(report: ReceiptReport, matter: Matter | None, view: View) -> Iterator[str]:
    receipt, verdict = report.receipt, report.recorded_verdict
    if receipt is None or verdict is None:
        return
    word = {"zh": verdict.zh, "en": verdict.en}
    told = " ".join(phrase("recorded", lang, verdict=word[lang]) for lang in view.langs)
    yield ""
    yield f"  {view.mark(SYMBOL[verdict])} {told}  ({printable(receipt.code)})"
    rows = [
        (view.words("recorded_at"), moment_words(receipt.at, lang=view.langs[0])),
        (view.words("recorded_by"), f"{receipt.office} {receipt.window}"),
        (view.words("matter"), receipt.matter),
        *([(view.words("case"), receipt.case)] if receipt.case else []),
        (view.words("verification"), receipt.vid),
        *_manner(receipt, view),
    ]
    yield from _pairs(rows, view)
    for place, (item, identifier) in enumerate(zip(receipt.items, report.identifiers, strict=True)):
        symbol = view.mark(SYMBOL[Verdict(item.verdict)])
        yield ""
        if not isinstance(item, ReceiptItem):
            words = [f"{phrase('untold', lang)}: {cause_words(item.code, lang)}" for lang in view.langs]
            yield from view.lines(printable("  ".join(words)), first=f"  {symbol} ")
            continue
        names = kind_names(item.kind, shipped_catalogue())
        yield f"  {symbol} " + printable(" ".join(names[BOTH.index(lang)] for lang in view.langs))
        opened = identifier or f"{item.cert}（{phrase('not_opened', view.langs[0])}）"
        rows = [(view.words("identifier"), opened), (view.words("fields_seen"), "、".join(item.fields))]
        yield from _pairs(rows, view)
        yield f"    {view.words('recorded_facts')}"
        answers = [
            Row(
                name=fact.fact,
                outcome=Outcome(fact.outcome),
                cause=fact.cause,
                age=(receipt.at - fact.as_of).total_seconds(),
                who={},
            )
            for fact in item.facts
        ]
        yield from (f"  {line}" for line in fact_lines(answers, view))
        declared = {one.predicate: one.argument for one in report.arguments if one.item == place}
        yield from _predicate_lines(item, declared, view)
    if receipt.materials is not None:
        yield from requirement_lines(of_receipt(receipt, matter), receipt.materials, view)


def _manner(receipt: Receipt, view: View) -> Iterator[tuple[str, str]]:
    """Yield in which mode it was shown, and whether an identity was checked; receipts before format 3 do not know."""
    mode, check = receipt.mode, receipt.identity_check
    if mode is None:
        return
    told = (
        phrase(
            "mode_demanded",
            lang,
            demanded=named("modes", mode.demanded, lang),
            reached=named("modes", mode.reached, lang),
        )
        for lang in view.langs
    )
    yield view.words("mode"), " / ".join(told)
    method = " ".join(
        named("identity_checks", "none" if check is None else check.method, lang) for lang in view.langs
    )
    at = [] if check is None else [moment_words(check.at, lang=view.langs[0])]
    yield view.words("identity_check"), " · ".join([method, *at])


def _predicate_lines(item: ReceiptItem, opened: Mapping[int, str], view: View) -> Iterator[str]:
    """Say what was answered in the place of values, and of what was declared what the file opens."""
    if item.predicates:
        yield f"    {view.words('answered')}"
    for nth, one in enumerate(item.predicates):
        declared = opened.get(nth)
        field = {} if declared is None else {"field": declared.partition("=")[0]}
        words = " ".join(predicate_words(one.name, field, lang) for lang in view.langs)
        hidden = phrase("not_opened", view.langs[0]) if one.argument is not None else None
        parts = [words, *(said for said in (declared or hidden,) if said), one.by]
        mark = view.mark(symbol_of(Outcome(one.outcome), None))
        yield from view.lines(printable(" · ".join(parts)), first=f"    {mark} ", rest="      ")


def _document_lines(documents: Sequence[FollowedDocument], view: View) -> Iterator[str]:
    """Say of each digest that a receipt names whether its document is at hand, and what it is."""
    if not documents:
        return
    yield ""
    yield f"  {view.words('documents_named')}"
    for one in documents:
        state = " ".join(named("document_states", one.state, lang) for lang in view.langs)
        what = " ".join(named("documents", one.role, lang) for lang in view.langs)
        parts = [what, state, *_document_detail(one, view), f"sha256 {one.digest}"]
        yield from view.lines(
            " · ".join(map(printable, parts)), first=f"  {view.mark(_OF_STATE[one.state])} ", rest="    "
        )


def _document_detail(document: FollowedDocument, view: View) -> list[str]:
    detail = document.detail
    if "files" in detail:
        return [view.words("files_kept", kept=detail["kept"], n=detail["files"])]
    if "kinds" in detail and "matters" in detail:
        return [view.words("kinds_and_matters", kinds=detail["kinds"], matters=detail["matters"])]
    return [" ".join(detail.values())] if detail else []


def _basis_lines(judging: Judging, view: View, *, matter: bool) -> Iterator[str]:
    """Say by what it was judged: as of when, by which trust list and how old it is, by which limits."""
    trust, langs = judging.anchor.trust, view.langs
    listed = " ".join(named("origins", "none", lang) for lang in langs)
    if trust is not None:
        age = (judging.now - trust.as_of).total_seconds()
        said = (phrase("version", lang, n=trust.version) + ", " + age_words(age, lang) for lang in langs)
        origin = " ".join(named("origins", judging.anchor.origin, lang) for lang in langs)
        listed = f"{' / '.join(said)} · {origin}"
    limits = {"zh": judging.matter.name, "en": judging.matter.name_en}
    named_matter = " ".join([*(limits[lang] for lang in langs), judging.matter.code])
    assumed = "" if judging.matter_named else f" · {view.words('matter_assumed')}"
    rows = [
        (view.words("judged_as_of"), moment_words(judging.now, lang=langs[0])),
        (view.words("trust_list"), listed),
        *([(view.words("matter"), named_matter + assumed)] if matter else []),
    ]
    yield from (view.dim(line) for line in _pairs(rows, view, indent="  "))


def _pairs(rows: Sequence[tuple[str, str]], view: View, *, indent: str = "    ") -> Iterator[str]:
    """Yield names and values under each other; a long value goes on under its beginning."""
    room = max((width(printable(name)) for name, _ in rows), default=0) + 2
    for name, value in rows:
        yield from view.lines(value, first=indent + pad(printable(name), room))


def value_text(value: Any) -> str:
    """Return a disclosed value on one line; lists of names and of codes are joined."""
    if isinstance(value, list):
        return "、".join(value_text(one) for one in value)
    if isinstance(value, dict):
        return " ".join(value_text(one) for one in value.values())
    return str(value)
