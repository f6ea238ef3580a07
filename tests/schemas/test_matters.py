"""The matters as shipped: the scenes of the city's plan, with the least that each needs."""

import json

import pytest
from certhub_schemas import BadEntry, Matter, MatterUnknown, kind, kinds, matter, matters

SCENES = ["商事登记", "食品经营许可", "道路运输", "不动产查询", "异地就医", "公积金", "社保", "教育"]
DEMO_KINDS = [
    "营业执照",
    "食品经营许可证",
    "结婚证",
    "道路运输经营许可证",
    "道路运输从业人员从业资格证",
    "不动产权证书",
    "二级建造师注册证书",
    "居住证",
    "护士执业证",
    "社会保障卡信息证明",
    "毕业证明",
    "老年人优待证",
]
LICENCE = "11100000MB0143028R001"


def test_the_scenes_are_there_in_display_order():
    """Business registration comes first."""
    assert [each.name for each in matters()] == SCENES


def test_the_first_matter_is_a_glance_that_takes_all_that_the_demo_issues():
    """L1, a day's freshness, offline and 容缺 allowed, every demo kind accepted."""
    first = matters()[0]
    codes = {each.name: each.code for each in kinds()}

    assert (first.mode, first.max_status_age_seconds) == ("L1", 24 * 3600)
    assert first.offline_allowed
    assert first.deficiency_allowed
    for name in DEMO_KINDS:
        assert first.fields_for(codes[name]), name


def test_the_first_matter_asks_the_licence_for_what_it_needs_and_no_identity_number():
    """The least fields, number and holder included."""
    expected = [
        "证照编号",
        "持证主体",
        "名称",
        "类型",
        "法定代表人",
        "住所",
        "经营范围",
        "注册资本",
        "成立日期",
    ]

    assert expected == list(matters()[0].fields_for(LICENCE))


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
    """The offline bundle carries matters in this form."""
    assert each == Matter.from_json(json.loads(json.dumps(each.to_json())))


def test_purposes_may_be_left_out():
    """Without a word, a matter verifies."""
    told = matters()[0].to_json()
    del told["purposes"]

    assert Matter.from_json(told).purposes == ("verify",)


def test_a_kind_names_only_matters_that_exist():
    """The catalogue's related matters are those on the counter's list."""
    for each in kinds():
        assert set(each.related_matters) <= set(SCENES)


def test_every_need_is_of_a_kind_in_the_catalogue():
    """No matter asks for a kind that nobody can issue."""
    for each in matters():
        assert all(kind(need.kind) for need in each.needs)


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
