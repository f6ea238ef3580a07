"""The matters as shipped: the scenes of the city's plan, with the least that each needs."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest
from certhub_schemas import CORE_NAMES, BadEntry, Matter, MatterUnknown, kind, kinds, matter, matters

SCENES = ["商事登记", "食品经营许可", "道路运输", "不动产查询", "异地就医", "公积金"]
SCENES += ["社保", "教育", "就业", "项目建设", "医保缴费"]
LICENCE, ESTATE, PERMIT = "11100000MB0143028R001", "11100000MB03271699001", "11420700MB99990011902"


def test_the_scenes_are_there_in_display_order():
    """Business registration comes first."""
    assert SCENES == [each.name for each in matters()]


def test_the_first_matter_is_a_glance_at_the_licence_alone():
    """L1, a day's freshness, offline and 容缺 allowed; no other kind is any business of it."""
    first = matters()[0]

    assert ("L1", 24 * 3600) == (first.mode, first.max_status_age_seconds)
    assert first.offline_allowed
    assert first.deficiency_allowed
    assert [LICENCE] == [each.code for each in kinds() if first.fields_for(each.code) is not None]


def test_the_first_matter_asks_the_licence_for_what_it_needs_and_no_number():
    """Three fields, in the order in which a counter reads them."""
    assert ("名称", "法定代表人", "成立日期") == matters()[0].fields_for(LICENCE)


def test_a_matter_does_not_see_what_it_does_not_need():
    """None is not an empty list: the kind is no business of this matter."""
    assert matter("PLACEHOLDER-902").fields_for("111000000000131433001") is None


def test_matters_differ_in_what_they_allow():
    """Freshness, offline work and 容缺 are set per matter."""
    assert {1800, 4 * 3600, 24 * 3600} == {each.max_status_age_seconds for each in matters()}
    assert {"L1", "L2", "L3"} == {each.mode for each in matters()}
    assert {"metro-circle", "in-province", "cross-province"} == {each.tier for each in matters()}
    assert not all(each.deficiency_allowed for each in matters())
    assert not all(each.offline_allowed for each in matters())


@pytest.mark.parametrize("each", matters(), ids=lambda each: each.code)
def test_placeholder_codes_are_marked_where_they_are_seen(each):
    """In the code itself and beside it."""
    assert each.code_origin == "placeholder"
    assert each.code.startswith("PLACEHOLDER-9")


@pytest.mark.parametrize("each", matters(), ids=lambda each: each.code)
def test_no_matter_asks_for_a_representatives_identity_number(each):
    """What nobody needs, nobody asks for."""
    assert "法定代表人身份证号" not in (each.fields_for(LICENCE) or ())


@pytest.mark.parametrize("each", matters(), ids=lambda each: each.code)
def test_a_matter_survives_the_trip_through_json(each):
    """The offline bundle carries matters in this form, and the digest by which receipts name them survives as well."""
    read = Matter.from_json(json.loads(json.dumps(each.to_json())))

    assert each == read
    assert each.digest == read.digest


@pytest.mark.parametrize("each", matters(), ids=lambda each: each.code)
def test_a_matter_has_a_name_that_anybody_can_compute(each):
    """SHA-256 of its JSON with sorted members, in UTF-8, without white space; another word in it is another name."""
    spelled = json.dumps(each.to_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    other = replace(each, requirements=(replace(each.requirements[0], name="别的"), *each.requirements[1:]))

    assert (spelled, sha256(spelled).hexdigest()) == (each.document(), each.digest)
    assert each.digest != other.digest


@pytest.mark.parametrize("each", matters(), ids=lambda each: each.code)
def test_readers_of_the_release_before_are_told_kinds_with_their_fields(each):
    """`needs` in the place of `requirements`: each kind once, with the fields of all its alternatives."""
    told = each.to_first_json()
    ways = [way for one in each.requirements for way in one.accepts]

    assert {"requirements"} == each.to_json().keys() - told.keys()
    assert {"needs"} == told.keys() - each.to_json().keys()
    assert list(dict.fromkeys(way.kind for way in ways)) == [need["kind"] for need in told["needs"]]
    for need in told["needs"]:
        titles = [title for way in ways if way.kind == need["kind"] for title in way.titles]
        assert list(dict.fromkeys(titles)) == need["fields"]


@pytest.mark.parametrize("each", matters(), ids=lambda each: each.code)
def test_what_the_release_before_wrote_is_read_as_one_requirement(each):
    """Any of its kinds meets it: nobody wrote down then which of them go together."""
    read = Matter.from_json(each.to_first_json())
    [any_of_these] = read.requirements

    assert ("any", False, None) == (any_of_these.id, any_of_these.optional, any_of_these.condition)
    assert {each.mode} == {way.mode for way in any_of_these.accepts}
    assert {each.max_status_age_seconds} == {way.max_age_seconds for way in any_of_these.accepts}
    assert {()} == {way.predicates for way in any_of_these.accepts}
    assert [each.fields_for(way.kind) for way in any_of_these.accepts] == [
        way.titles for way in any_of_these.accepts
    ]
    assert each.to_first_json() == read.to_first_json()


def test_what_an_alternative_leaves_out_is_the_matters_own():
    """The mode and the age of the news; what it states itself is its own."""
    told = matter("PLACEHOLDER-907").to_json()
    [first, second] = told["requirements"][1]["accepts"]
    del first["mode"], first["max_age_seconds"]
    second |= {"mode": "L3", "max_age_seconds": 60}

    read = Matter.from_json(told).requirements[1].accepts

    assert [("L1", 86_400), ("L3", 60)] == [(way.mode, way.max_age_seconds) for way in read]


def test_what_is_asked_of_one_certificate_is_asked_once():
    """By alternatives and by conditions that rest on it; what compares two certificates is asked of none."""
    fund, schooling = matter("PLACEHOLDER-906"), matter("PLACEHOLDER-908")
    identity = fund.requirements[0].accepts[0].kind

    assert [("age_at_least", 16), ("in_force_on", "today"), ("age_at_least", 60)] == [
        (one.name, *one.arguments.values()) for one in fund.predicates_for(identity)
    ]
    assert () == fund.predicates_for(ESTATE)
    assert ["in_region"] == [one.name for one in schooling.predicates_for(PERMIT)]
    assert () == schooling.predicates_for(LICENCE)


def test_a_requirement_is_found_by_its_id():
    """Or there is none."""
    fund = matter("PLACEHOLDER-906")

    assert fund.requirements[1] == fund.requirement("title")
    assert fund.requirement("anything") is None


@pytest.mark.parametrize("each", matters(), ids=lambda each: each.code)
def test_every_field_has_a_reason_of_its_own_in_both_languages(each):
    """A field without one would not be asked for; the dash of the form of the release before is none."""
    reasons = [
        text
        for one in each.requirements
        for way in one.accepts
        for field in way.fields
        for text in (field.reason, field.reason_en)
    ]

    assert all(len(text) > 4 for text in reasons)


def test_purposes_may_be_left_out():
    """Without a word, a matter verifies."""
    told = matters()[0].to_json()
    del told["purposes"]

    assert Matter.from_json(told).purposes == ("verify",)


def test_a_kind_names_only_matters_that_exist():
    """The catalogue's related matters are those on the counter's list."""
    for each in kinds():
        assert set(each.related_matters) <= set(SCENES)


def test_every_alternative_is_of_a_kind_in_the_catalogue():
    """No matter asks for a kind that nobody can issue, nor for a field that its newest version has no longer."""
    for each in matters():
        for way in (way for one in each.requirements for way in one.accepts):
            newest = kind(way.kind)
            assert all(title in CORE_NAMES or newest.field(title) for title in way.titles)


def test_an_unknown_code_is_told():
    """Nothing is guessed from a name."""
    with pytest.raises(MatterUnknown) as caught:
        matter("商事登记")

    assert caught.value.code == "商事登记"


@pytest.mark.parametrize("value", [None, [], "x", {}, {"code": "A"}])
def test_what_is_no_matter_is_refused(value):
    """A bundle with something else in it raises our own error."""
    with pytest.raises(BadEntry):
        Matter.from_json(value)
