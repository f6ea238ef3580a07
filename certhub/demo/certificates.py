"""The certificates of the demo: every person's, one in every state, and those that only the test cards show.

A test card is made from `card-licence`, `foreign-card-licence`, `expires-soon`, `suspended`, `expired` or `revoked`
(and `stranger`, demo/stranger.py): none is in the hands of 张演示, whose certificates the story renews and revokes.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from certhub.demo import people as p
from certhub.people.parties.people import Party
from certhub.records.catalog.draft import RawDraft
from certhub.records.certificates.rules import State, Transition, after


@dataclass(frozen=True)
class Seed:
    """One certificate to issue, and what happens to it afterwards; `state` names it for the test cards."""

    name: str
    region: str
    draft: RawDraft
    event: Transition | None = None
    reason: str = ""
    renew: bool = False
    leave: str | None = None
    """`intended` stays unsigned, `voided` is given up: two states that only an accident makes."""
    dated: bool = False
    """Whether it is about its end, so that another day needs another certificate."""

    @property
    def standing(self) -> State:
        """The state in which the certificate of this seed is found; of a renewed one, the newer version's."""
        if self.leave is not None:
            return State(self.leave)
        return State.ACTIVE if self.event is None else after(State.ACTIVE, self.event)


def seeds(today: date) -> tuple[Seed, ...]:
    """Return every certificate of the demo, dated around `today`."""
    year = timedelta(days=365)

    def draft(
        kind: str,
        agency: str,
        holders: tuple[Party, ...],
        number: str,
        claims: dict[str, str],
        start: date | None = None,
        end: date | None = None,
    ) -> RawDraft:
        begin = (start or today - year).isoformat()
        return RawDraft(
            kind=kind,
            agency=agency,
            holders=[(h.name, h.id_type, h.id_number) for h in holders],
            number=number,
            issued_on=begin,
            valid_from=begin,
            valid_to=None if end is None else end.isoformat(),
            claims=claims,
        )

    def licence(who: Party, boss: Party, number: str, agency: str, kind: str) -> RawDraft:
        return draft(
            p.LICENCE,
            agency,
            (who,),
            number,
            {
                "名称": who.name,
                "类型": kind,
                "法定代表人": boss.name,
                "法定代表人身份证号": boss.id_number,
                "注册资本": "10万元人民币",
                "成立日期": (today - year).isoformat(),
                "住所": "湖北省鄂州市鄂城区演示路8号",
                "经营范围": "餐饮服务；食品销售",
            },
        )

    def worker(who: Party, number: str, kind: str = "经营性道路货物运输驾驶员") -> RawDraft:
        return draft(
            p.WORKER,
            p.TRANSPORT,
            (who,),
            number,
            {"姓名": who.name, "从业资格类别": kind},
            today - year,
            today + 5 * year,
        )

    home = "420700"
    return (
        Seed("valid", home, licence(p.NOODLES, p.ZHANG, "演示-营-0001", p.MARKET, "个体工商户")),
        Seed("card-licence", home, licence(p.CARD_SHOP, p.CHEN, "演示-卡-0001", p.MARKET, "个体工商户")),
        Seed(
            "food",
            home,
            draft(
                p.FOOD,
                p.MARKET,
                (p.NOODLES,),
                "JY-演示-0001",
                {
                    "经营者名称": p.NOODLES.name,
                    "经营场所": "湖北省鄂州市鄂城区演示路8号",
                    "主体业态": "餐饮服务经营者",
                    "经营项目": "热食类食品制售",
                },
                today - year,
                today + 4 * year,
            ),
        ),
        Seed(
            "expires-soon",
            home,
            draft(
                p.RESIDENCE,
                p.POLICE,
                (p.LI,),
                "JZ-演示-0001",
                {
                    "姓名": p.LI.name,
                    "性别": "女",
                    "居住地址": "湖北省鄂州市华容区样例小区2栋",
                    "签发机关": "鄂州市公安局（演示）",
                },
                today - year + timedelta(days=6),
                today + timedelta(days=6),
            ),
            dated=True,
        ),
        Seed("suspended", home, worker(p.WANG, "CY-演示-0003"), Transition.SUSPEND, "违章记分待处理（演示）"),
        Seed(
            "expired",
            home,
            draft(
                p.NURSE,
                p.HEALTH,
                (p.CHEN,),
                "HS-演示-0004",
                {
                    "姓名": p.CHEN.name,
                    "性别": "女",
                    "执业机构": "鄂州市示范医院（演示）",
                    "执业地点": "湖北省鄂州市",
                },
                today - 5 * year,
                today - timedelta(days=1),
            ),
        ),
        Seed(
            "revoked",
            home,
            licence(p.TECHNOLOGY, p.OUYANG, "演示-营-0005", p.MARKET, "有限责任公司"),
            Transition.REVOKE,
            "提交虚假材料（演示）",
        ),
        Seed(
            "name-variant",
            home,
            draft(
                p.SOCIAL,
                p.LABOUR,
                (p.ZHAO,),
                "SB-演示-0006",
                {
                    "姓名": p.ZHAO.name,
                    "社会保障号码": p.ZHAO.id_number,
                    "参保地": "湖北省鄂州市",
                    "参保险种": "职工基本养老保险",
                },
            ),
        ),
        Seed(
            "foreign",
            "420100",
            draft(
                p.GRADUATION,
                p.WUHAN,
                (p.MAIMAITI,),
                "BY-演示-0007",
                {
                    "姓名": p.MAIMAITI.name,
                    "学校名称": "武汉示范大学（演示）",
                    "学历层次": "本科",
                    "专业": "软件工程",
                    "毕业日期": (today - year).isoformat(),
                },
            ),
        ),
        Seed(
            "foreign-licence", "420100", licence(p.NOODLES, p.ZHANG, "演示-营-武-0001", p.WUHAN, "个体工商户")
        ),
        Seed(
            "foreign-card-licence",
            "420100",
            licence(p.CARD_SHOP, p.CHEN, "演示-卡-武-0001", p.WUHAN, "个体工商户"),
        ),
        Seed(
            "senior",
            home,
            draft(
                p.SENIOR,
                p.CIVIL,
                (p.ZHOU,),
                "LN-演示-0008",
                {
                    "姓名": p.ZHOU.name,
                    "出生日期": "1900-08-08",
                    "优待类别": "65周岁以上",
                },
            ),
        ),
        Seed(
            "couple",
            home,
            draft(
                p.MARRIAGE,
                p.CIVIL,
                (p.ZHANG, p.LI),
                "J420799-演示-0009",
                {
                    "登记机关": "鄂州市民政局（演示）",
                    "登记日期": (today - year).isoformat(),
                },
            ),
        ),
        Seed("cancelled", home, worker(p.LI, "CY-演示-0010"), Transition.CANCEL, "持证人申请注销（演示）"),
        Seed("withdrawn", home, worker(p.CHEN, "CY-演示-0011"), Transition.WITHDRAW, "行政处罚吊销（演示）"),
        Seed("transferred", home, worker(p.ZHAO, "CY-演示-0012"), Transition.TRANSFER, "转往武汉市（演示）"),
        Seed("superseded", home, worker(p.ZHOU, "CY-演示-0013"), renew=True, reason="到期换证（演示）"),
        Seed("intended", home, worker(p.OUYANG, "CY-演示-0014"), leave="intended"),
        Seed("voided", home, worker(p.OUYANG, "CY-演示-0015"), leave="voided"),
    )
