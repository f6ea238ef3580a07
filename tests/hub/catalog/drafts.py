"""Made-up drafts of three kinds, and who may issue what in the demo region (fictional region 420799)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from certhub_schemas import kind

from certhub.errors import ClaimsInvalid
from certhub.records.catalog import Draft, RawDraft, accept
from certhub.spelling.file_dates import read_date

LICENCE, MARRIAGE, DRIVER, ESTATE = (
    "11100000MB0143028R001",
    "111000000000131433001",
    "11100000000019713D071",
    "11100000MB03271699001",
)
MARKET, CIVIL, TRAFFIC, LAND, HOUSING = (
    "11420799MB99990172",
    "11420799MB9999041J",
    "11420799MB9999033P",
    "11420799MB9999050G",
    "11420799MB9999068A",
)
RIGHTS: Mapping[str, frozenset[str]] = {
    MARKET: frozenset({LICENCE, "11420700MB99990011901"}),
    CIVIL: frozenset({MARRIAGE}),
    TRAFFIC: frozenset({"11100000000019713D008", DRIVER}),
    LAND: frozenset({ESTATE}),
    HOUSING: frozenset({"11100000000013338W001"}),
}

SHOP, ZHANG, LI = "92420799MA99990138", "420799190001010015", "420799190002020020"
OTHER_AGENCY = "11420198MB9999017L"


def entitled(agency: str, kind: str) -> bool:
    """Whether the agency may issue the kind in the demo region."""
    return kind in RIGHTS.get(agency, ())


LICENCE_CLAIMS = {
    "名称": "示例小面馆",
    "类型": "个体工商户",
    "法定代表人": "张演示",
    "法定代表人身份证号": ZHANG,
    "注册资本": "3万元人民币",
    "成立日期": "2024-01-05",
    "住所": "湖北省鄂州市鄂城区演示路1号",
    "经营范围": "餐饮服务；食品销售",
}


def licence(*, claims: Mapping[str, str] | None = None, **changes: Any) -> RawDraft:
    """A shop's licence in order, with `changes`; `claims` are put over the good ones."""
    good = RawDraft(
        kind=LICENCE,
        agency=MARKET,
        holders=[("示例小面馆", "001", SHOP)],
        number=SHOP,
        issued_on="2024-01-05",
        valid_from="2024-01-05",
        valid_to="长期",
        claims={**LICENCE_CLAIMS, **(claims or {})},
    )
    return replace(good, **changes)


def marriage(**changes: Any) -> RawDraft:
    """A marriage certificate in order, with `changes`: two holders."""
    good = RawDraft(
        kind=MARRIAGE,
        agency=CIVIL,
        holders=[("张演示", "111", ZHANG), ("李样例", "111", LI)],
        number="J420799-2015-877893",
        issued_on="2015-02-23",
        valid_from="2015-02-23",
        valid_to=None,
        claims={"登记机关": "鄂州市民政局（演示）", "登记日期": "2015-02-23"},
    )
    return replace(good, **changes)


def accepted(raw: RawDraft) -> Draft:
    """Accept as the demo region would, days written as in files."""
    return accept(raw, kind_of=kind, entitled=entitled, read_date=read_date)


def faults(raw: RawDraft) -> list[tuple[str, str]]:
    """Pointer and code of each fault; empty where the draft is accepted."""
    try:
        accepted(raw)
    except ClaimsInvalid as refused:
        return [(fault.pointer, fault.code) for fault in refused.faults]
    return []
