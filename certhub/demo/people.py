"""Who is in the demo: fictional twice over, by an unallocated region (420799, 420198) and a birth year of 1900.

A production profile refuses all of them (`TEST_DATA`), so that a demo backup can never be taken live.
"""

from dataclasses import dataclass

from certhub.people.parties.people import Party
from certhub.setup.initialise import AgencySeed, Founding

LICENCE, FOOD = "11100000MB0143028R001", "11420700MB99990011901"
MARRIAGE, OPERATOR, WORKER = "111000000000131433001", "11100000000019713D008", "11100000000019713D071"
ESTATE, BUILDER = "11100000MB03271699001", "11100000000013338W001"
RESIDENCE, NURSE, SOCIAL, GRADUATION, SENIOR = (f"11420700MB99990011{n}" for n in (902, 903, 904, 905, 906))

MARKET, CIVIL, TRANSPORT = "11420799MB99990172", "11420799MB9999041J", "11420799MB9999033P"
LAND, HOUSING, HEALTH = "11420799MB9999050G", "11420799MB9999068A", "11420799MB9999025W"
POLICE, LABOUR, WUHAN, HUANGGANG = (
    "11420799MB99990765",
    "11420799MB99990840",
    "11420198MB9999017L",
    "11421199MB9999017F",
)

EZHOU = Founding(
    "420700",
    "鄂州市",
    "Ezhou",
    "",
    (
        AgencySeed(MARKET, "鄂州市市场监督管理局（演示）", "Ezhou Market Regulation (demo)", (LICENCE, FOOD)),
        AgencySeed(CIVIL, "鄂州市民政局（演示）", "Ezhou Civil Affairs (demo)", (MARRIAGE, SENIOR)),
        AgencySeed(TRANSPORT, "鄂州市交通运输局（演示）", "Ezhou Transport (demo)", (OPERATOR, WORKER)),
        AgencySeed(LAND, "鄂州市自然资源和规划局（演示）", "Ezhou Natural Resources (demo)", (ESTATE,)),
        AgencySeed(
            HOUSING, "鄂州市住房和城乡建设局（演示）", "Ezhou Housing and Construction (demo)", (BUILDER,)
        ),
        AgencySeed(HEALTH, "鄂州市卫生健康委员会（演示）", "Ezhou Health Commission (demo)", (NURSE,)),
        AgencySeed(POLICE, "鄂州市公安局（演示）", "Ezhou Public Security (demo)", (RESIDENCE,)),
        AgencySeed(LABOUR, "鄂州市人力资源和社会保障局（演示）", "Ezhou Human Resources (demo)", (SOCIAL,)),
    ),
)
WUHAN_CITY = Founding(
    "420100",
    "武汉市",
    "Wuhan",
    "",
    (
        AgencySeed(
            WUHAN, "武汉市政务服务中心（演示）", "Wuhan Service Centre (demo)", (LICENCE, FOOD, GRADUATION)
        ),
    ),
)
REGIONS = (EZHOU, WUHAN_CITY)

ZHANG = Party("张演示", "111", "420799190001010015")
LI = Party("李样例", "111", "420799190002020020")
WANG = Party("王测试", "111", "420799190003030036")
CHEN = Party("陈示范", "111", "420799190004040041")
OUYANG = Party("欧阳样本", "111", "420799190005050057")
ZHAO = Party("赵䶮示", "111", "420799190006060062")
MAIMAITI = Party("买买提·样例", "111", "420799190007070078")
ZHOU = Party("周长者", "111", "420799190008080083")
NOODLES = Party("示例小面馆", "001", "92420799MA99990138")
TECHNOLOGY = Party("演示科技有限公司", "001", "91420799MA9999013B")
CARD_SHOP = Party("考题示例店", "001", "92420799MA99990213")
"""Holds what the test cards show; nobody acts for it, so that the story never meets it."""

PEOPLE = (ZHANG, LI, WANG, CHEN, OUYANG, ZHAO, MAIMAITI, ZHOU, NOODLES, TECHNOLOGY, CARD_SHOP)
ACTS_FOR = ((ZHANG, NOODLES, "经营者"), (OUYANG, TECHNOLOGY, "法定代表人"))


@dataclass(frozen=True)
class Staff:
    """Who sits at the counters and consoles of a region's demo."""

    clerk: str
    office: str
    window: str
    agency: str
    operator: str


STAFF = {
    "420700": Staff("演示窗口员甲", "鄂州市政务服务大厅", "1号窗口", "演示经办员", "演示运维"),
    "420100": Staff("演示窗口员乙", "武汉市政务服务大厅", "2号窗口", "演示经办员", "演示运维"),
}

AGREED_FIELDS = {
    LICENCE: (
        "证照编号",
        "持证主体",
        "名称",
        "类型",
        "法定代表人",
        "注册资本",
        "成立日期",
        "住所",
        "经营范围",
    ),
    FOOD: ("证照编号", "持证主体", "经营者名称", "经营场所", "主体业态", "经营项目"),
}
"""What the two regions agreed to show each other: the first two kinds, and not 法定代表人身份证号."""
