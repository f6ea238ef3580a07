"""The table of what one scan has to say: it is large enough, stands apart, and turns red where a decision is wrong."""

import ast
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from certhub_schemas import kinds, matters

from tests.decision.decide import decide
from tests.decision.expander import BAD, FACE_ONLY, REACHES, STATES, by_mode, cases, expected, rules, table
from tests.decision.planted import PLANTED
from tests.decision.walk import faults

HERE = Path(__file__).parent
LEAST = 5_000
BY_MODE = {"glance": 2196, "sealed": 732, "ticket": 3174, "other": 2112, "L2": 3510, "L3": 3510}


@pytest.fixture(scope="module")
def pairs():
    """Every case with its expected answer."""
    return tuple(table())


# -- The table finds what is wrong


def test_the_right_decision_has_no_fault(pairs):
    """The expander's own answers go through the walk unspoiled."""
    right = dict(pairs)
    found = faults(right.__getitem__, pairs)

    assert not found, found
    assert len(pairs) == found.walked


def test_twenty_wrong_decisions_are_planted():
    """The count is the one that the issue names."""
    assert 20 == len(PLANTED)


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_wrong_decision_turns_the_table_red(pairs, plant):
    """Its faults are found, and stand in the list that names their harm."""
    right = dict(pairs)
    found = faults(lambda case: plant(case, right[case]), pairs)

    assert found
    assert getattr(found, PLANTED[plant]), found
    assert len(found) < found.walked


def test_two_planted_decisions_are_never_the_same_slip(pairs):
    """Each of them is wrong somewhere in a way of its own."""
    told = {plant: tuple(plant(case, right) for case, right in pairs) for plant in PLANTED}
    same = [
        (one.__name__, other.__name__)
        for one in PLANTED
        for other in PLANTED
        if one is not other and told[one] == told[other]
    ]

    assert [] == same


def test_a_fault_stands_in_the_list_of_its_harm(pairs):
    """A green that should not be is told from a refusal that should not be, and both from the rest."""
    [case, right] = next(each for each in pairs if each[1].code == "EXPIRES_SOON")
    green = faults(lambda _: replace(right, verdict="valid", code="OK"), [(case, right)])
    refused = faults(lambda _: replace(right, verdict="undetermined"), [(case, right)])
    other = faults(lambda _: replace(right, code="NOT_NEEDED"), [(case, right)])

    assert (1, 0, 0) == (len(green.green_wrongly), len(green.refused_wrongly), len(green.other))
    assert (0, 1, 0) == (len(refused.green_wrongly), len(refused.refused_wrongly), len(refused.other))
    assert (0, 0, 1) == (len(other.green_wrongly), len(other.refused_wrongly), len(other.other))


def test_a_walk_over_nothing_is_no_proof():
    """Without a case there is no fault either."""
    with pytest.raises(ValueError, match="no case"):
        faults(expected, [])


# -- The table is large enough


def test_there_are_five_thousand_combinations_and_more():
    """None of them stands twice."""
    found = tuple(cases())

    assert len(found) == len(set(found))
    assert len(found) >= LEAST


def test_every_mode_has_its_share():
    """A dimension that shrank by accident changes one of these counts."""
    assert by_mode() == BY_MODE


def test_every_dimension_is_walked_whole(pairs):
    """Each matter meets each kind in each mode and each state that can be shown so."""
    walked = {(case.matter, case.kind, case.mode, case.state) for case, _ in pairs}
    whole = {
        (matter, kind, mode, state)
        for matter in rules().matters
        for kind in rules().kinds
        for mode in REACHES
        for state in STATES
        if mode != "sealed" or state not in BAD
    }

    assert whole == walked


def test_every_needed_field_is_withheld_alone_and_with_all_others(pairs):
    """The sets are those of each kind that a matter uses, in each mode in which somebody can withhold."""
    walked = {(case.matter, case.kind, case.mode, case.withheld) for case, _ in pairs}

    for matter in rules().matters.values():
        for kind in rules().kinds:
            needed = matter.needed(kind)
            for mode in ("ticket", "L2", "L3"):
                assert (matter.code, kind, mode, needed) in walked
                assert {(matter.code, kind, mode, (field,)) for field in needed} <= walked


def test_no_field_is_withheld_from_a_face(pairs):
    """A glance and a sealed code show what they show."""
    assert not any(case.withheld for case, _ in pairs if case.mode in FACE_ONLY)


def test_every_verdict_and_every_state_is_expected_somewhere(pairs):
    """A table that expects the same of every case would be green beside anything."""
    verdicts = {right.verdict for _, right in pairs}
    states = {row.state for _, right in pairs for row in right.requirements.values()}
    counted = {right.materials for _, right in pairs}

    assert verdicts == {"valid", "check", "undetermined", "invalid"}
    assert states == {"met", "missing", "undetermined", "not_applicable"}
    assert counted == {"complete", "undetermined", "incomplete"}


# -- The table stands apart


@pytest.mark.parametrize("name", ["expander.py", "walk.py"])
def test_only_the_standard_library_is_imported(name):
    """A slip of ours cannot reach the table through an import, nor through a module that is named at run time."""
    tree = ast.parse((HERE / name).read_text(encoding="utf-8"))
    nodes = tuple(ast.walk(tree))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    origins = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    tops = {one.partition(".")[0] for one in imported | {str(node.module) for node in origins}}

    assert not any(node.level for node in origins)
    assert tops <= sys.stdlib_module_names - {"importlib", "runpy", "subprocess"}
    assert not any(isinstance(node, ast.Name) and node.id in {"__import__", "exec", "eval"} for node in nodes)


# -- The table restates what is shipped


def test_the_kinds_are_those_of_the_catalogue():
    """Code, name, face, division code and holder are those of the newest version of each kind."""
    shipped = {
        each.code: (
            each.code,
            each.name,
            tuple(field.title for field in each.face_fields),
            any(field.format == "division_code" for field in each.fields),
            each.holder_category.value,
        )
        for each in kinds()
    }

    assert shipped == {code: tuple(each) for code, each in rules().kinds.items()}
    assert 32 == len(shipped)


def test_the_matters_are_those_that_are_shipped():
    """Each of the eleven has its own mode and the ids of its requirements, in their order."""
    shipped = {each.code: (each.mode, [one.id for one in each.requirements]) for each in matters()}
    stated = {
        each.code: (each.mode, [one.id for one in each.requirements]) for each in rules().matters.values()
    }

    assert shipped == stated
    assert 11 == len(shipped)


@pytest.mark.parametrize("each", matters(), ids=lambda each: each.code)
def test_a_matter_is_restated_way_by_way(each):
    """What is due, when it is due, and what meets it: fields, predicates with their arguments, lowest mode."""
    assert [_shipped(one) for one in each.requirements] == [
        _stated(one) for one in rules().matters[each.code].requirements
    ]


def _shipped(requirement):
    condition = requirement.condition
    when = None
    if condition is not None:
        asked = condition.predicate
        when = (condition.of, asked and (asked.name, dict(asked.arguments)))
    ways = [
        (way.kind, way.titles, [(one.name, dict(one.arguments)) for one in way.predicates], way.mode)
        for way in requirement.accepts
    ]
    return requirement.id, requirement.optional, when, ways


def _stated(requirement):
    condition = requirement.condition
    when = condition and (condition.of, condition.predicate and _plain(condition.predicate))
    ways = [
        (way.kind, way.fields, [_plain(one) for one in way.predicates], way.mode) for way in requirement.ways
    ]
    return requirement.id, requirement.optional, when, ways


def _plain(predicate):
    return predicate.name, {predicate.argument: predicate.value}


def test_nothing_is_asked_that_a_kind_cannot_answer():
    """A region needs a division code, an age and a person need somebody, an organisation needs one."""
    whole = rules()
    ways = [way for each in whole.matters.values() for one in each.requirements for way in one.ways]

    for way in ways:
        kind, asked = whole.kinds[way.kind], {one.name for one in way.predicates}
        assert kind.holds_division or "in_region" not in asked
        assert kind.holder != "legal" or not asked & {"age_at_least", "same_person_as"}
        assert kind.holder != "natural" or "same_organisation_as" not in asked


# -- The hub's own decision


def test_the_hub_decides_as_the_table_says(pairs):
    """Every combination, through the pure functions that a scan goes through (decide.py)."""
    found = faults(decide, pairs)

    assert not found, found
    assert sum(BY_MODE.values()) == found.walked


def test_the_adapter_reads_every_part_of_a_combination(pairs):
    """Each of them makes a difference somewhere: an adapter that left one out would prove nothing of it."""
    ignored = [
        part
        for part, sampled in _changed(pairs).items()
        if all(decide(replace(case, **{part: value})) == decide(case) for case, value in sampled)
    ]

    assert [] == ignored


def _changed(pairs):
    """Return for each part of a combination some of them, with another value that the part has elsewhere."""
    cases = [case for case, _ in pairs[::97]]
    matters_of, kinds_of = list(rules().matters), list(rules().kinds)
    return {
        "matter": [(case, matters_of[matters_of.index(case.matter) - 1]) for case in cases],
        "kind": [(case, kinds_of[kinds_of.index(case.kind) - 1]) for case in cases],
        "mode": [(case, "L3" if case.mode != "L3" else "ticket") for case in cases],
        "withheld": [(case, ()) for case in cases],
        "state": [(case, "revoked" if case.state != "revoked" else "active") for case in cases],
        "answers": [(case, tuple(one._replace(outcome="no") for one in case.answers)) for case in cases],
        "declared_away": [(case, ()) for case, _ in pairs if case.declared_away][::97],
    }
