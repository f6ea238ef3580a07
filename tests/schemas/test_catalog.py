"""The catalogue as shipped: what the design promises is in it, spelled as promised."""

import json

import jsonschema_rs
import pytest
from certhub_schemas import HolderCategory, KindUnknown, Sensitivity, kind, kinds
from certhub_schemas.certificate_kind import CORE_NAMES
from certhub_schemas.kinds import shipped_kinds
from certhub_schemas.predicates import DIVISION_CODE, division_claim

PROMISED = [
    (
        "营业执照",
        "11100000MB0143028R001",
        "名称 类型 法定代表人 法定代表人身份证号 注册资本 成立日期 住所 经营范围",
    ),
    ("食品经营许可证", "11420700MB99990011901", "经营者名称 经营场所 主体业态 经营项目"),
    ("结婚证", "111000000000131433001", "登记机关 登记日期"),
    ("道路运输经营许可证", "11100000000019713D008", "业户名称 地址 经营范围"),
    ("道路运输从业人员从业资格证", "11100000000019713D071", "姓名 从业资格类别"),
    ("不动产权证书", "11100000MB03271699001", "坐落 不动产单元号 权利类型 面积"),
    ("二级建造师注册证书", "11100000000013338W001", "姓名 注册编号 专业"),
]
SOURCED = {
    "11100000000013127D001": "居民身份证",
    "11100000MB03271699022": "不动产登记证明",
    "11100000000019713D013": "道路运输证",
    "11100000000019713D016": "道路危险货物运输许可证",
    "11100000000019713D072": "网络预约出租汽车驾驶员证",
    "11100000000019713D073": "网络预约出租汽车运输证",
    "11100000000019713D074": "网络预约出租汽车经营许可证",
    "11100000000019713D075": "巡游出租汽车驾驶员证",
    "11100000000019713D079": "放射性物品道路运输许可证",
    "11100000000013338W011": "建筑施工企业安管人员考核合格证书",
    "11100000000013338W032": "建筑施工特种作业操作资格证书",
    "11100000000013338W050": "建筑施工企业安全生产许可证",
    "1110000000001332XW059": "二级造价工程师注册证书（土建）",
    "1110000000001332XW082": "二级造价工程师注册证书（安装）",
}
A_DIVISION = "420704"
EVERYDAY = [
    "居住证",
    "护士执业证",
    "社会保障卡信息证明",
    "毕业证明",
    "老年人优待证",
    "出生医学证明",
    "残疾人证",
]


@pytest.mark.parametrize(("name", "code", "claims"), PROMISED)
def test_promised_kinds_have_exactly_their_codes_names_and_claims(name, code, claims):
    """Outsiders rely on these; every claim is required."""
    found = kind(code)

    assert name == found.name
    assert claims.split() == [field.title for field in found.fields]
    assert all(field.required for field in found.fields)


@pytest.mark.parametrize(("code", "name"), SOURCED.items())
def test_national_codes_are_those_that_were_sourced(code, name):
    """Codes read in public sources, none made up."""
    assert name == kind(code).name
    assert kind(code).code_origin == "national"


def test_no_national_code_stands_without_a_source():
    """Every national code of the catalogue is in the lists of this test."""
    sourced = set(SOURCED) | {code for _, code, _ in PROMISED}

    assert {each.code for each in kinds() if each.code_origin == "national"} <= sourced


@pytest.mark.parametrize("name", EVERYDAY)
def test_everyday_kinds_are_there_under_placeholders(name):
    """No public source gives their codes, and the catalogue says so."""
    (found,) = [each for each in kinds() if each.name == name]

    assert found.code_origin == "placeholder"
    assert found.code.startswith("11420700MB999900119")


def test_who_holds_what():
    """A marriage has two holders, an estate one or more, a permit one organisation."""
    marriage, estate = kind("111000000000131433001"), kind("11100000MB03271699001")
    permit = kind("11420700MB99990011901")

    assert (marriage.min_holders, marriage.max_holders) == (2, 2)
    assert (estate.holders, estate.min_holders) == ("several", 1)
    assert HolderCategory.MIXED is estate.holder_category
    assert HolderCategory.LEGAL is permit.holder_category
    assert (permit.holders, permit.min_holders, permit.max_holders) == ("one", 1, 1)


@pytest.mark.parametrize("each", kinds(), ids=lambda each: each.slug)
def test_the_face_is_short_and_guards_numbers(each):
    """At most four claims, none of them sensitive, and at least one."""
    assert 1 <= len(each.face_fields) <= 4
    for field in each.face_fields:
        assert field.sensitivity in (Sensitivity.PUBLIC, Sensitivity.PERSONAL)
        assert field.format not in ("resident_id", "uscc")


@pytest.mark.parametrize("each", kinds(), ids=lambda each: each.slug)
def test_no_claim_takes_the_name_of_metadata(each):
    """Number, identifier and holders stand beside the claims in a credential."""
    assert not {field.title for field in each.fields} & set(CORE_NAMES)


@pytest.mark.parametrize("each", shipped_kinds(), ids=lambda each: f"{each.slug}@{each.version}")
def test_a_standard_validator_reads_every_claims_schema(each):
    """The annotations are passed over; full claims fit, missing, empty, foreign and overlong ones do not."""
    schema = json.loads(json.dumps(each.claims_schema))
    validator = jsonschema_rs.Draft202012Validator(schema)
    full = {field.title: A_DIVISION if field.format == DIVISION_CODE else "1" for field in each.fields}
    first = each.fields[0]

    assert validator.is_valid(full)
    assert not validator.is_valid({**full, "别的": "1"})
    assert not validator.is_valid({**full, first.title: ""})
    assert not validator.is_valid({**full, first.title: "长" * (first.max_length + 1)})
    for field in each.fields:
        without = {title: value for title, value in full.items() if title != field.title}
        assert field.required != validator.is_valid(without)


@pytest.mark.parametrize("value", ["", "4207", "42070A", "042070", "4207044", "鄂城区"])
@pytest.mark.parametrize("code", ["11420700MB99990011902", "11420700MB99990011911"])
def test_a_division_code_has_six_digits(code, value):
    """In the newest version of the two kinds that hold one; it may be absent, and then no region is answered."""
    found = kind(code)
    title = division_claim(found)
    validator = jsonschema_rs.Draft202012Validator(json.loads(json.dumps(found.claims_schema)))
    full = {field.title: "1" for field in found.fields if field.required} | {title: A_DIVISION}

    assert validator.is_valid(full)
    assert validator.is_valid({name: one for name, one in full.items() if name != title})
    assert not validator.is_valid(full | {title: value})


def test_the_credential_type_names_code_and_version():
    """`vct` is the kind's own urn, and the claims schema is called the same."""
    found = kind("11100000MB0143028R001")

    assert found.vct == "urn:certhub:kind:11100000MB0143028R001:1"
    assert found.vct == found.claims_schema["$id"]


def test_a_kind_goes_out_as_json():
    """Plain JSON with every member that a form or a screen needs."""
    told = json.loads(json.dumps(kind("11420700MB99990011901").to_json()))

    assert told["code"] == "11420700MB99990011901"
    assert told["code_origin"] == "placeholder"
    assert [field["title"] for field in told["fields"]] == ["经营者名称", "经营场所", "主体业态", "经营项目"]
    assert told["vct"] == told["claims_schema"]["$id"]


def test_the_catalogue_is_read_once_and_its_kinds_can_be_keys():
    """The same objects every time, hashable by code and version."""
    assert kinds() is not None
    assert kind("11100000MB0143028R001") is kind("11100000MB0143028R001")
    assert len(kinds()) == len(set(kinds()))


def test_an_unknown_code_is_told():
    """Nothing is guessed from a name or a prefix."""
    with pytest.raises(KindUnknown) as caught:
        kind("11100000MB0143028R999")

    assert caught.value.code == "11100000MB0143028R999"


def test_a_field_is_found_by_its_title():
    """By the exact title, or not at all."""
    licence = kind("11100000MB0143028R001")

    assert licence.field("法定代表人身份证号").format == "resident_id"
    assert licence.field("法人") is None


def test_the_claims_that_name_somebody_are_known():
    """Persons and organisations, by what their titles end in: a sheet's formula is refused in all of them."""
    named = {field.title for each in kinds() for field in each.fields if field.is_name}

    assert named == {
        *(
            "名称",
            "企业名称",
            "单位名称",
            "业户名称",
            "学校名称",
            "经营者名称",
            "姓名",
            "新生儿姓名",
            "父亲姓名",
        ),
        *(
            "母亲姓名",
            "户主姓名",
            "法定代表人",
            "主要负责人",
            "义务人",
            "监护人",
            "聘用单位",
            "执业机构",
            "接生机构",
        ),
        *("签发机关", "登记机关"),
    }
