"""What a person reads of a matter's requirements: each with its state, by what it is met, and what is still missing.

Of a scan everything is known; of a receipt the names are where the matter is at hand that it names by digest, else
the ids.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from certhub_schemas import Matter, shipped_catalogue
from certhub_schemas.requirements import Condition, Requirement

from certhub_verifier.causes import Verdict
from certhub_verifier.cli.layout import printable
from certhub_verifier.cli.view import BOTH, SYMBOL, View
from certhub_verifier.formats.exchange.receipt import Receipt, ReceiptRequirement
from certhub_verifier.report import kind_names
from certhub_verifier.requirement_report import MaterialsReport, RequirementReport, RequirementState
from certhub_verifier.sentences import Lang, cause_words, named, predicate_words

NOT_DUE = "–"
_MARKS: Mapping[str, str] = {
    RequirementState.MET: SYMBOL[Verdict.VALID],
    RequirementState.MISSING: SYMBOL[Verdict.INVALID],
    RequirementState.NOT_APPLICABLE: NOT_DUE,
    RequirementState.UNDETERMINED: SYMBOL[Verdict.UNDETERMINED],
    RequirementState.DEFERRED: SYMBOL[Verdict.CHECK],
}
_OPEN = (RequirementState.MISSING, RequirementState.UNDETERMINED, RequirementState.DEFERRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One requirement as it is told; `requirement` is None where its matter is not at hand."""

    id: str
    state: str
    requirement: Requirement | None
    cause: str | None = None
    item: int | None = None
    vid: str | None = None
    declared_by: str | None = None
    missing_fields: tuple[str, ...] = ()


def of_report(materials: MaterialsReport) -> list[Row]:
    """Return the rows of a scan."""
    return [_of_scan(one) for one in materials.requirements]


def of_receipt(receipt: Receipt, matter: Matter | None) -> list[Row]:
    """Return the rows of a receipt."""
    return [_of_record(one, matter) for one in receipt.requirements]


def requirement_lines(rows: Sequence[Row], materials: str, view: View) -> Iterator[str]:
    """Yield how the case stands, and under it each requirement."""
    told = " ".join(named("materials", materials, lang) for lang in view.langs)
    yield ""
    yield from view.lines(f"{view.words('required')} · {told}", first="  ")
    names = {row.id: row.requirement for row in rows}
    for row in rows:
        yield from view.lines(
            " · ".join(_parts(row, view)), first=f"  {view.mark(_MARKS[row.state])} ", rest="    "
        )
        for lang in view.langs if row.cause else ():
            yield from view.lines(cause_words(row.cause or "", lang), first="      ")
        for word, text in _details(row, names, view):
            yield from view.lines(printable(text), first=f"      {view.words(word)} ")


def _of_scan(report: RequirementReport) -> Row:
    return Row(
        id=report.requirement.id,
        state=report.state,
        requirement=report.requirement,
        cause=report.cause,
        item=report.item,
        vid=report.vid,
        declared_by=report.declared_by,
        missing_fields=report.missing_fields,
    )


def _of_record(recorded: ReceiptRequirement, matter: Matter | None) -> Row:
    return Row(
        id=recorded.id,
        state=recorded.state,
        requirement=None if matter is None else matter.requirement(recorded.id),
        cause=recorded.cause,
        item=recorded.item,
        vid=recorded.vid,
        declared_by=recorded.declared_by,
    )


def _parts(row: Row, view: View) -> Iterator[str]:
    """Yield what stands on the first line: name, whose it is, state, and what met it or came closest."""
    one = row.requirement
    yield " ".join(dict.fromkeys(_name(row.id, one, lang) for lang in view.langs))
    if one is not None:
        yield " ".join(named("whose", one.whose, lang) for lang in view.langs)
        if one.optional:
            yield view.words("optional")
    yield " ".join(named("requirement_states", row.state, lang) for lang in view.langs)
    if row.item is not None and row.vid is None:
        yield view.words("by_item", n=row.item + 1)
    elif row.item is not None:
        yield view.words("by_earlier_item", n=row.item + 1, vid=printable(row.vid))
    if row.declared_by is not None:
        yield view.words("declared_by", who=printable(row.declared_by))


def _details(row: Row, names: Mapping[str, Requirement | None], view: View) -> Iterator[tuple[str, str]]:
    """Yield what would help where something is open, and when the requirement is due."""
    if row.missing_fields:
        yield "lacks_fields", "、".join(row.missing_fields)
    one = row.requirement
    if one is None:
        return
    if row.state in _OPEN:
        kinds = (
            kind_names(kind, shipped_catalogue()) for kind in dict.fromkeys(way.kind for way in one.accepts)
        )
        yield (
            "would_do",
            " / ".join(" ".join(pair[BOTH.index(lang)] for lang in view.langs) for pair in kinds),
        )
    if one.condition is not None and row.state != RequirementState.MET:
        condition = one.condition
        yield "due_when", " / ".join(_when(condition, names, lang) for lang in view.langs)


def _when(condition: Condition, names: Mapping[str, Requirement | None], lang: Lang) -> str:
    if condition.predicate is None:
        return condition.text if lang == "zh" else condition.text_en
    asked = predicate_words(condition.predicate.name, condition.predicate.arguments, lang)
    return f"{_name(condition.of, names.get(condition.of), lang)} · {asked}"


def _name(requirement_id: str, requirement: Requirement | None, lang: Lang) -> str:
    if requirement is None:
        return requirement_id
    return requirement.name if lang == "zh" else requirement.name_en
