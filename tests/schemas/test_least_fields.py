"""No matter sees more than 30 % of the paper; one more of a very short one, and then its reason is told."""

import json
from dataclasses import replace
from importlib.resources import files

import pytest
from certhub_schemas import kind, matter, matters
from certhub_schemas.least_fields import seen_by
from certhub_schemas.requirements import NeededField

FIELD = NeededField("别的", "理由", "A reason")


def with_fields(code, counts):
    """Return what a matter sees whose first requirement's alternatives need so many fields each."""
    plain = matter(code)
    first = plain.requirements[0]
    ways = tuple(
        replace(way, fields=tuple(replace(FIELD, title=f"第 {n} 项") for n in range(count)))
        for way, count in zip(first.accepts, counts, strict=True)
    )
    return seen_by(replace(plain, requirements=(replace(first, accepts=ways),)), kind)


@pytest.mark.parametrize("each", matters(), ids=lambda each: each.code)
def test_every_matter_sees_at_most_thirty_percent_of_the_paper(each):
    """Over all its alternatives; of a paper with fewer than seven fields one more, for a reason that stands beside."""
    seen = seen_by(each, kind)

    assert seen.is_within, f"{seen.least} of {seen.on_paper}"
    for one in seen.kinds:
        if one.is_one_more:
            assert all(len(field.reason) > 4 and len(field.reason_en) > 4 for field in one.way.fields)


@pytest.mark.parametrize("each", matters(), ids=lambda each: each.code)
def test_the_figures_are_counted_from_the_files(each):
    """Once more, from the JSON alone: titles over claims and three."""
    data = files("certhub_schemas")
    entries = [json.loads(file.read_text(encoding="utf-8")) for file in data.joinpath("matters").iterdir()]
    [entry] = [one for one in entries if one["code"] == each.code]
    claims: dict[str, int] = {}
    for folder in sorted(data.joinpath("catalog").iterdir(), key=lambda one: one.name):  # kind before kind@2
        if not folder.joinpath("kind.json").is_file():
            continue
        code = json.loads(folder.joinpath("kind.json").read_text(encoding="utf-8"))["code"]
        schema = json.loads(folder.joinpath("claims.schema.json").read_text(encoding="utf-8"))
        claims[code] = len(schema["properties"])
    ways = [way for one in entry["requirements"] for way in one["accepts"]]
    seen = seen_by(each, kind)

    assert sum(len(way["fields"]) for way in ways) == seen.least
    assert sum(claims[way["kind"]] + 3 for way in ways) == seen.on_paper


def test_a_matter_that_sees_a_field_too_many_is_told():
    """Four of the licence's eleven; the allowance of a short paper is not its."""
    assert with_fields("PLACEHOLDER-901", [3]).is_within
    assert not with_fields("PLACEHOLDER-901", [4]).is_within
    assert not any(one.is_one_more for one in with_fields("PLACEHOLDER-901", [4]).kinds)


@pytest.mark.parametrize(
    ("count", "is_one_more", "is_within"), [(1, False, True), (2, True, True), (3, False, False)]
)
def test_a_short_paper_may_tell_one_more_and_no_more_than_one(count, is_one_more, is_within):
    """Four licences with three claims each: six fields on each paper."""
    seen = with_fields("PLACEHOLDER-903", [count] * 4)

    assert {6} == {one.on_paper for one in seen.kinds}
    assert {is_one_more} == {one.is_one_more for one in seen.kinds}
    assert is_within == seen.is_within


def test_a_paper_of_seven_fields_is_not_short():
    """Three of seven is too many, and two of seven is not."""
    assert {7} == {one.on_paper for one in with_fields("PLACEHOLDER-904", [2, 2]).kinds}
    assert with_fields("PLACEHOLDER-904", [2, 2]).is_within
    assert not with_fields("PLACEHOLDER-904", [3, 2]).is_within


def test_predicates_are_no_fields():
    """A matter that asks in the place of values sees the less."""
    fund = matter("PLACEHOLDER-906")
    identity = fund.requirements[0].accepts[0]
    bare = replace(fund.requirements[0], accepts=(replace(identity, fields=()),))

    assert 2 == len(identity.predicates)
    assert (0, 10) == (
        seen_by(replace(fund, requirements=(bare,)), kind).least,
        seen_by(replace(fund, requirements=(bare,)), kind).on_paper,
    )
