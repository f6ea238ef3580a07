"""Twenty wrong decisions, each of them one slip that somebody could make, and the list in which the walk must find it.

A wrong decision takes a case with its right answer, and returns what a hub with that slip would say: the right answer
wherever the slip does not matter.
"""

from collections.abc import Callable
from dataclasses import replace

from tests.decision.expander import (
    BAD,
    NO,
    NOT_COMPUTED,
    UNDETERMINED,
    VERDICTS,
    YES,
    Answer,
    Case,
    Expected,
    Matter,
    Row,
    expected,
    materials,
    rules,
)

Plant = Callable[[Case, Expected], Expected]

PLANTED: dict[Plant, str] = {}
"""Every wrong decision, and the list of the walk that names its harm."""


def shows_as(sort: str) -> Callable[[Plant], Plant]:
    """Enter a wrong decision under the list in which it must be found."""

    def enter(plant: Plant) -> Plant:
        PLANTED[plant] = sort
        return plant

    return enter


def _matter(case: Case) -> Matter:
    return rules().matters[case.matter]


def _is_used(case: Case) -> bool:
    return bool(_matter(case).ways(case.kind))


def _said(right: Expected, code: str) -> Expected:
    return replace(right, code=code, verdict=VERDICTS[code])


def _with_rows(case: Case, right: Expected, rows: dict[str, Row]) -> Expected:
    """Return the answer with other rows, and the materials that follow from them."""
    return replace(right, requirements=rows, materials=materials(_matter(case), rows))


def _taken_as(case: Case, right: Expected, heard: str, taken: str) -> Expected:
    """Return the answer that is right where one outcome of the predicates is taken as another one."""
    if all(answer.outcome != heard for answer in case.answers):
        return right
    answers = (Answer(one.predicate, taken if one.outcome == heard else one.outcome) for one in case.answers)
    return expected(replace(case, answers=tuple(answers)))


@shows_as("green_wrongly")
def a_kind_that_the_matter_does_not_use_is_green(case: Case, right: Expected) -> Expected:
    """Nothing is asked of it, so nothing is wrong with it."""
    return right if _is_used(case) or right.code != "NOT_NEEDED" else _said(right, "OK")


@shows_as("green_wrongly")
def a_withheld_field_counts_as_told(case: Case, right: Expected) -> Expected:
    """What the holder ticked off is read from the certificate all the same."""
    return expected(replace(case, withheld=())) if case.withheld else right


@shows_as("green_wrongly")
def a_ticket_reaches_the_highest_mode(case: Case, right: Expected) -> Expected:
    """Nobody consented, nobody looked at an identity card, and an L3 matter is served."""
    return expected(replace(case, mode="L3")) if case.mode == "ticket" and not right.told else right


@shows_as("green_wrongly")
def a_glance_tells_all(case: Case, right: Expected) -> Expected:
    """The fields of the matter come with a ticket that was made for no matter."""
    return expected(replace(case, mode="ticket")) if case.mode == "glance" else right


@shows_as("green_wrongly")
def a_predicate_that_says_no_still_meets(case: Case, right: Expected) -> Expected:
    """It is asked, and nobody reads the answer."""
    return _taken_as(case, right, NO, YES)


@shows_as("green_wrongly")
def what_cannot_be_told_counts_as_yes(case: Case, right: Expected) -> Expected:
    """A certificate without the claim passes, where only `no` is looked for."""
    return _taken_as(case, right, UNDETERMINED, YES)


@shows_as("green_wrongly")
def a_value_that_nobody_declared_counts_as_equal(case: Case, right: Expected) -> Expected:
    """Without a predicate that was computed, none says no."""
    return _taken_as(case, right, NOT_COMPUTED, YES) if right.code == "FIELDS_WITHHELD" else right


@shows_as("other")
def what_is_optional_is_missed(case: Case, right: Expected) -> Expected:
    """The materials are incomplete for want of something that nobody has to bring."""
    is_missed = any(row.state == "missing" for row in right.requirements.values())
    return replace(right, materials="incomplete") if is_missed else right


@shows_as("other")
def a_bad_certificate_leaves_no_cause(case: Case, right: Expected) -> Expected:
    """The requirement is missing, as if nothing had been shown for it."""
    rows = {
        name: Row(row.state, None, ()) if row.cause in BAD.values() else row
        for name, row in right.requirements.items()
    }
    return _with_rows(case, right, rows)


@shows_as("green_wrongly")
def a_ticket_for_another_matter_serves_this_one(case: Case, right: Expected) -> Expected:
    """The matter that a ticket was made for is not compared."""
    return expected(replace(case, mode="ticket")) if case.mode == "other" else right


@shows_as("green_wrongly")
def a_declared_condition_lapses_by_itself(case: Case, right: Expected) -> Expected:
    """What nobody spoke of counts as not applicable."""
    return expected(replace(case, declared_away=_matter(case).declarable)) if right.told else right


@shows_as("green_wrongly")
def a_computed_condition_lapses_without_an_answer(case: Case, right: Expected) -> Expected:
    """Whoever showed no identity card counts as too young for the pension."""
    computed = {one.id for one in _matter(case).requirements if one.condition and one.condition.predicate}
    rows = {
        name: Row("not_applicable", None, ()) if name in computed and row.state == "undetermined" else row
        for name, row in right.requirements.items()
    }
    return _with_rows(case, right, rows)


@shows_as("green_wrongly")
def a_revoked_certificate_passes(case: Case, right: Expected) -> Expected:
    """The status is read, and one of its values is forgotten."""
    return expected(replace(case, state="active")) if case.state == "revoked" else right


@shows_as("other")
def a_bad_certificate_of_an_unused_kind_is_only_not_needed(case: Case, right: Expected) -> Expected:
    """The need is looked at before the status, which is then looked at no more."""
    return _said(right, "NOT_NEEDED") if right.code in BAD.values() and not _is_used(case) else right


@shows_as("refused_wrongly")
def what_ends_soon_has_ended(case: Case, right: Expected) -> Expected:
    """The caution is a refusal."""
    return _said(right, "EXPIRED") if right.code == "EXPIRES_SOON" else right


@shows_as("other")
def what_ends_soon_hides_what_is_worse(case: Case, right: Expected) -> Expected:
    """Of two codes of one verdict the wrong one speaks."""
    return _said(right, "EXPIRES_SOON") if case.state == "soon" and right.verdict == "check" else right


@shows_as("green_wrongly")
def two_certificates_are_of_one_person_unseen(case: Case, right: Expected) -> Expected:
    """With nothing to compare, nothing differs."""
    rows = {
        name: Row("met", None, ()) if row.cause == "SUBJECT_UNLINKED" else row
        for name, row in right.requirements.items()
    }
    return _with_rows(case, right, rows)


@shows_as("refused_wrongly")
def a_sealed_code_is_worse_than_a_glance(case: Case, right: Expected) -> Expected:
    """Its own hub does not trust the status that it knows."""
    is_doubted = case.mode == "sealed" and right.told
    return replace(right, verdict="undetermined", code="STATUS_STALE") if is_doubted else right


@shows_as("other")
def every_needed_field_is_named_as_missing(case: Case, right: Expected) -> Expected:
    """The counter asks again for what the holder did show."""
    matter = _matter(case)
    rows = {
        name: Row(row.state, row.cause, matter.needed(case.kind)) if row.missing_fields else row
        for name, row in right.requirements.items()
    }
    return _with_rows(case, right, rows)


@shows_as("green_wrongly")
def one_met_requirement_completes_the_materials(case: Case, right: Expected) -> Expected:
    """Any is taken for all."""
    is_met = any(row.state == "met" for row in right.requirements.values())
    return replace(right, materials="complete") if is_met else right
