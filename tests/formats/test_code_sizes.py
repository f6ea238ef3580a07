"""Sealed codes of every kind stay small enough for a QR code that a scanner at a counter reads.

`pytest -s tests/formats/test_code_sizes.py` prints the table.
"""

import sys
from hashlib import sha256

import pytest
from certhub_schemas import kinds
from certhub_verifier.formats import codes
from certhub_verifier.formats.codes import crockford, sealed
from certhub_verifier.formats.codes.code import SealedPayload
from certhub_verifier.formats.jose import jws

from tests.support.fixed_keys import fixed_key

MOST = 700  # characters; QR version 17 at level M holds 734 (ISO/IEC 18004 table 7)
FACE = {
    "姓名": "欧阳演示",
    "户主姓名": "欧阳演示",
    "法定代表人": "欧阳演示",
    "主要负责人": "欧阳演示",
    "名称": "鄂州市示例餐饮管理有限公司",
    "单位名称": "湖北示例建设工程有限公司",
    "企业名称": "湖北示例建设工程有限公司",
    "业户名称": "鄂州市示例汽车运输有限公司",
    "经营者名称": "鄂州市鄂城区示例小面馆",
    "学校名称": "鄂州职业大学（示例）",
    "执业机构": "鄂州市中心医院（示例）",
    "接生机构": "鄂州市妇幼保健院（示例）",
    "登记机关": "鄂州市鄂城区民政局",
    "签发机关": "鄂州市公安局鄂城分局",
    "执业地点": "湖北省鄂州市",
    "参保地": "湖北省鄂州市",
    "岗位类别": "项目负责人（B类）",
    "操作类别": "建筑起重机械司机（塔式起重机）",
    "从业资格类别": "经营性道路货物运输驾驶员",
    "主体业态": "餐饮服务经营者（小型餐馆）",
    "优待类别": "七十周岁以上老年人",
    "证明权利或事项": "抵押权预告登记",
    "权利类型": "国有建设用地使用权／房屋所有权",
    "专业": "建筑工程",
    "注册编号": "鄂2420799202400123",
    "车牌号码": "鄂G99D99演",
    "号牌号码": "鄂G99D99演",
    "车辆类型": "小型普通客车",
    "准驾车型": "A2E",
}
KINDS = kinds()


def code(kind, prefix="EC2", claims=None):
    """The largest code that an ordinary certificate of a kind gets: a late list, its last slot."""
    face = [field for field in kind.fields if field.face]
    values = {field.title: FACE.get(field.title, "2024-01-05") for field in face}
    payload = SealedPayload.fit(
        iss="420700",
        exp=1_800_000_060,
        jti=sealed.mint_jti(lambda size: sha256(kind.code.encode()).digest()[:size]),
        kind=kind.code,
        list_no=999,
        index=131_071,
        ref=sha256(b"a credential").digest(),
        claims=values if claims is None else claims,
    )
    purpose = {"EC2": "show", "EC3": "paper"}[prefix]
    key = fixed_key(f"420700-{purpose}-12")
    return codes.pack(jws.sign(payload.build(), typ=codes.SEALED_TYPES[prefix], key=key), prefix), payload


@pytest.mark.parametrize("prefix", ["EC2", "EC3"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_an_ordinary_code_of_every_kind_is_at_most_700_characters(kind, prefix):
    """With the face claims that such a certificate has, and what does not fit named."""
    text, payload = code(kind, prefix)

    assert len(text) <= MOST
    assert set(text) <= set(crockford.ALPHABET)
    assert {field.title for field in kind.fields if field.face} == {*payload.claims, *payload.left_out}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_a_code_whose_claims_are_too_long_is_no_longer(kind):
    """An address of three lines is left out and named: the code gets shorter, never wrong."""
    face = [field.title for field in kind.fields if field.face]
    text, payload = code(kind, claims=dict.fromkeys(face, "示例" * 30))

    assert (len(text) <= MOST, {}, tuple(face)) == (True, payload.claims, payload.left_out)


def test_every_face_claim_of_the_catalogue_has_a_likely_value():
    """A kind that is added brings a claim that this table has to know: dates know themselves."""
    face = {field.title for kind in KINDS for field in kind.fields if field.face and field.format != "date"}

    assert face <= FACE.keys()


def test_the_table_of_sizes():
    """The smallest code says nothing but which credential it is of; the table shows all kinds."""
    rows = []
    for kind in KINDS:
        (ordinary, payload), (least, _) = code(kind), code(kind, claims={})
        rows.append((len(ordinary), len(least), kind.name, "、".join(payload.left_out) or "-"))
    sys.stdout.write("\n 字符 最少  证照（未放下的字段）\n")
    for ordinary, least, name, left_out in sorted(rows, reverse=True):
        sys.stdout.write(f"{ordinary:>5} {least:>4}  {name}（{left_out}）\n")

    assert all(least <= ordinary for ordinary, least, _, _ in rows)
    assert max(rows)[0] <= MOST
