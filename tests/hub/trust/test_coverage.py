"""Which requirements cannot be met across two regions, and why: told before a citizen travels."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from certhub_schemas import Catalogue, Matter, shipped_catalogue
from certhub_schemas.kinds import shipped_kinds
from certhub_schemas.requirements import MODES, Alternative
from certhub_verifier.formats.trust.agreement import AgreedKind, Agreement, AgreementItem, AgreementRow

from certhub.demo.agreed import NEVER, OUTSIDE, agreed_rows
from certhub.regions.trust.coverage import Lack, gaps, unmet

HOME, AWAY = "420700", "420100"
CATALOGUE = shipped_catalogue()
MATTERS = {matter.code: matter for matter in CATALOGUE.every_matter()}
FUND, INSURANCE, LAND, ROAD = (MATTERS[f"PLACEHOLDER-{n}"] for n in ("906", "907", "904", "903"))
DAY = datetime(2026, 11, 24, tzinfo=UTC)


def agreement(*rows: AgreementRow, **changes: object) -> Agreement:
    """Return an agreement of the two regions with these rows."""
    usual = Agreement(
        id="a-test",
        n=1,
        parties=(HOME, AWAY),
        from_=DAY,
        until=DAY.replace(year=2028),
        basis="a test",
        rows=rows,
        format=2,
    )
    return replace(usual, **changes)


DEMO = agreement(*agreed_rows(CATALOGUE))
BOTH_WAYS = [(HOME, AWAY), (AWAY, HOME)]


def due(matter: Matter) -> tuple[str, ...]:
    """Return the ids of the requirements that are not optional."""
    return tuple(one.id for one in matter.requirements if not one.optional)


def whole(matter: Matter) -> AgreementRow:
    """Return a row that grants all that a matter asks for."""
    return AgreementRow(
        matter=matter.code,
        kinds=tuple(
            AgreedKind(kind=code, fields=matter.fields_for(code) or (), predicates=names(matter, code))
            for code in dict.fromkeys(way.kind for _, way in ways(matter))
        ),
        modes=(matter.mode,),
        purposes=("verify",),
        direction="both",
    )


def names(matter: Matter, code: str) -> tuple[str, ...]:
    """Return the names of what is asked of a kind."""
    return tuple(one.name for one in matter.predicates_for(code))


def ways(matter: Matter) -> Iterator[tuple[str, Alternative]]:
    """Yield every alternative of a matter, with its requirement."""
    for one in matter.requirements:
        yield from ((one.id, way) for way in one.accepts)


def without(matter: Matter, code: str, **taken: str) -> Agreement:
    """Return the whole matter agreed, but for a kind, or for one field or predicate of it."""
    row = whole(matter)
    kinds = []
    for one in row.kinds:
        if one.kind != code:
            kinds.append(one)
        elif taken:
            kinds.append(
                replace(
                    one,
                    fields=tuple(name for name in one.fields if name != taken.get("field")),
                    predicates=tuple(name for name in one.predicates if name != taken.get("predicate")),
                )
            )
    return agreement(replace(row, kinds=tuple(kinds)))


# --- the demo -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("asker", "provider"), BOTH_WAYS)
def test_the_demo_covers_nine_of_eleven_matters_whole_and_two_not(asker: str, provider: str) -> None:
    """Both ways; of the two nothing can be met, and nothing of them may be told in any mode."""
    found = {code: unmet(one, DEMO, asker=asker, provider=provider) for code, one in MATTERS.items()}

    assert {"PLACEHOLDER-906", "PLACEHOLDER-911"} == OUTSIDE
    assert 11 == len(found)
    assert {code: due(MATTERS[code]) for code in OUTSIDE} == {code: ids for code, ids in found.items() if ids}
    for code in OUTSIDE:
        for (_, way), mode in ((way, mode) for way in ways(MATTERS[code]) for mode in MODES):
            told = DEMO.covers(way.kind, code, purpose="verify", mode=mode, asker=asker, provider=provider)
            assert told is None


def test_the_demo_grants_the_least_and_the_face_and_no_identity_number() -> None:
    """Of each kind in its matter: what is needed and what a glance shows, and not one name more."""
    for row in DEMO.rows:
        matter = MATTERS[row.matter]
        assert {way.kind for _, way in ways(matter)} == {one.kind for one in row.kinds}
        assert MODES[MODES.index(matter.mode) :] == row.modes
        assert (("verify",), "both") == (row.purposes, row.direction)
        for one in row.kinds:
            face = {
                field.title for kind in CATALOGUE.versions[one.kind].values() for field in kind.face_fields
            }
            assert (set(matter.fields_for(one.kind) or ()) | face) - NEVER == set(one.fields)
            assert set(names(matter, one.kind)) == set(one.predicates)
    assert "法定代表人身份证号" not in {name for row in DEMO.rows for one in row.kinds for name in one.fields}


def test_an_optional_requirement_is_covered_by_the_demo_too() -> None:
    """It stands in nobody's way, and what it needs is agreed all the same."""
    for matter in MATTERS.values():
        must = replace(
            matter, requirements=tuple(replace(one, optional=False) for one in matter.requirements)
        )
        if matter.code not in OUTSIDE:
            assert () == unmet(must, DEMO, asker=HOME, provider=AWAY), matter.code


def test_a_matter_that_changes_is_still_agreed_whole() -> None:
    """The rows are made from the catalogue: another least field, another version, another matter."""
    [licence] = MATTERS["PLACEHOLDER-901"].requirements
    [way] = licence.accepts
    more = replace(way, fields=(*way.fields, replace(way.fields[0], title="住所")))
    newer = replace(
        MATTERS["PLACEHOLDER-901"], version=3, requirements=(replace(licence, accepts=(more,)),), mode="L2"
    )
    changed = Catalogue.of(shipped_kinds(), (*CATALOGUE.every_matter(), newer))

    made = agreement(*agreed_rows(changed))

    for matter in (MATTERS["PLACEHOLDER-901"], newer):
        assert () == unmet(matter, made, asker=HOME, provider=AWAY)
    assert ("licence",) == unmet(newer, DEMO, asker=HOME, provider=AWAY)


# --- what is lacking ----------------------------------------------------------------------------------------


def test_without_an_agreement_nothing_that_is_due_can_be_met() -> None:
    """Every requirement that is not optional, of every matter; what is lacking is the agreement."""
    for matter in MATTERS.values():
        assert due(matter) == unmet(matter, None, asker=HOME, provider=AWAY)
        assert {()} == {gap.lacks for gap in gaps(matter, None, asker=HOME, provider=AWAY)}
    assert "benefit" not in due(INSURANCE)


@pytest.mark.parametrize("code", MATTERS)
def test_what_is_agreed_whole_can_be_met(code: str) -> None:
    """The least of everything, in the lowest mode, is enough."""
    assert () == unmet(MATTERS[code], agreement(whole(MATTERS[code])), asker=HOME, provider=AWAY)


@pytest.mark.parametrize("code", MATTERS)
def test_another_purpose_direction_pair_or_matter_meets_nothing(code: str) -> None:
    """Whatever a row grants, it grants it to its own question."""
    matter, row = MATTERS[code], whole(MATTERS[code])
    for other in (
        agreement(replace(row, purposes=("prefill",))),
        agreement(replace(row, direction=f"{HOME}->{AWAY}")),
        agreement(replace(row, matter="PLACEHOLDER-999")),
        agreement(row, parties=(HOME, "430000")),
        agreement(row, known=False),
    ):
        assert due(matter) == unmet(matter, other, asker=HOME, provider=AWAY)


def test_one_direction_is_told_from_the_other() -> None:
    """Certificates of HOME may be shown in AWAY, and not the other way round."""
    one_way = agreement(replace(whole(ROAD), direction=f"{HOME}->{AWAY}"))

    assert () == unmet(ROAD, one_way, asker=AWAY, provider=HOME)
    assert due(ROAD) == unmet(ROAD, one_way, asker=HOME, provider=AWAY)


def only_ways() -> Iterator[tuple[str, str, str]]:
    """Yield (matter, requirement, kind) where a requirement that is due takes one kind alone."""
    for code, matter in MATTERS.items():
        for one in matter.requirements:
            if not one.optional and 1 == len(one.accepts):
                yield code, one.id, one.accepts[0].kind


@pytest.mark.parametrize(("code", "requirement", "kind"), list(only_ways()))
def test_a_kind_a_field_or_a_predicate_that_is_not_agreed_is_named(
    code: str, requirement: str, kind: str
) -> None:
    """The requirement, and of its one way exactly what is lacking."""
    matter = MATTERS[code]
    found = matter.requirement(requirement)
    assert found is not None
    [way] = found.accepts
    cases = [({}, Lack(kind))]
    cases += [({"field": title}, Lack(kind, fields=(title,))) for title in way.titles]
    asked = [one.name for one in way.predicates if not one.of_a_case]
    cases += [({"predicate": name}, Lack(kind, predicates=(name,))) for name in asked]
    for taken, lack in cases:
        told = {
            gap.requirement.id: gap.lacks
            for gap in gaps(matter, without(matter, kind, **taken), asker=HOME, provider=AWAY)
        }
        assert (lack,) == told[requirement], taken


def test_of_several_ways_one_is_enough_and_where_none_is_each_is_told() -> None:
    """Title to land: by one of two kinds; with neither, what each of them lacks."""
    first, second = (way.kind for way in LAND.requirements[0].accepts)

    for code in (first, second):
        assert () == unmet(LAND, without(LAND, code), asker=HOME, provider=AWAY)
    row = whole(LAND)
    neither = agreement(
        replace(row, kinds=tuple(one for one in row.kinds if one.kind not in (first, second)))
    )
    [gap] = gaps(LAND, neither, asker=HOME, provider=AWAY)
    assert ("title", (Lack(first), Lack(second))) == (gap.requirement.id, gap.lacks)


def test_a_mode_that_is_too_low_is_named() -> None:
    """Land takes L3: what is agreed for L1 and L2 does not do, and L3 alone does."""
    row = whole(LAND)
    [title, marriage] = gaps(LAND, agreement(replace(row, modes=("L1", "L2"))), asker=HOME, provider=AWAY)

    assert {"L3"} == {lack.mode for lack in (*title.lacks, *marriage.lacks)}
    assert () == unmet(LAND, agreement(replace(row, modes=("L3",))), asker=HOME, provider=AWAY)
    assert () == unmet(ROAD, agreement(replace(whole(ROAD), modes=("L3",))), asker=HOME, provider=AWAY)


def test_what_one_mode_lets_out_does_not_complete_another() -> None:
    """Half the fields in L1 and the other half in L2 are never seen together."""
    row = whole(MATTERS["PLACEHOLDER-901"])
    [one] = row.kinds
    halves = [
        replace(row, modes=(mode,), kinds=(replace(one, fields=fields),))
        for mode, fields in (("L1", one.fields[:2]), ("L2", one.fields[1:]))
    ]
    [gap] = gaps(MATTERS["PLACEHOLDER-901"], agreement(*halves), asker=HOME, provider=AWAY)
    together = [replace(half, modes=("L1",)) for half in halves]

    assert (Lack(one.kind, fields=(one.fields[2],)),) == gap.lacks
    assert () == unmet(MATTERS["PLACEHOLDER-901"], agreement(*together), asker=HOME, provider=AWAY)


def test_a_condition_that_cannot_be_told_stands_in_the_way() -> None:
    """Whether the pension card is due rests on the age: without that answer nobody knows."""
    card = FUND.requirements[0].accepts[0].kind
    found = gaps(FUND, without(FUND, card, predicate="age_at_least"), asker=HOME, provider=AWAY)

    assert ["applicant", "retired"] == [gap.requirement.id for gap in found]
    assert {(Lack(card, predicates=("age_at_least",)),)} == {gap.lacks for gap in found}


def test_format_1_grants_no_predicate_and_so_meets_only_what_asks_for_none() -> None:
    """The demo of before: the licence for 商事登记, and nothing that is answered in the place of a value."""
    items = tuple(
        AgreementItem(
            kind=one.kind,
            matters=(matter.code,),
            purposes=("verify",),
            fields=one.fields,
            direction="both",
        )
        for matter in (MATTERS["PLACEHOLDER-901"], FUND)
        for one in whole(matter).kinds
    )
    first = agreement(items=items, format=1)

    assert () == unmet(MATTERS["PLACEHOLDER-901"], first, asker=HOME, provider=AWAY)
    assert ("applicant", "retired") == unmet(FUND, first, asker=HOME, provider=AWAY)
