"""The sentences of the story as calls: an agency issues, a holder shows, a clerk scans, somebody revokes."""

import itertools
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from certhub.db.idempotency.key import Key
from certhub.demo import people as p
from certhub.flows.records import change as revoke
from certhub.flows.records import issue, renew
from certhub.flows.records.change import Order
from certhub.flows.verification import show, verify
from certhub.flows.verification.filing import VerificationRequest
from certhub.flows.verification.show import Choice, Mode
from certhub.records.catalog.draft import RawDraft
from certhub.records.certificates.rules import Transition
from certhub.verification.tickets.item import TicketItem
from tests.support import named
from tests.support.region import Region

BUSINESS, FOOD, LAND, ROAD = "PLACEHOLDER-901", "PLACEHOLDER-902", "PLACEHOLDER-904", "PLACEHOLDER-903"
"""Matters.

BUSINESS  needs the licence alone, and of it its face: a glance at a licence serves
FOOD      needs more of the licence than its face, and the permit where it is changed
LAND      wants the holder there
ROAD      is without 容缺受理, and needs neither licence nor permit
"""

_numbers = itertools.count(1)


def key(name: str = "", request: str = "") -> Key:
    """Return an Idempotency-Key: a fresh one, or the one of a name and a request."""
    name = name or f"fresh-{next(_numbers)}"
    return Key(sha256(name.encode()).digest(), sha256(f"{name} {request}".encode()).digest())


def licence(number: str, **claims: str) -> RawDraft:
    """Return a business licence of the noodle shop, with some claims changed."""
    usual = {
        "名称": p.NOODLES.name,
        "类型": "个体工商户",
        "法定代表人": p.ZHANG.name,
        "法定代表人身份证号": p.ZHANG.id_number,
        "注册资本": "10万元人民币",
        "成立日期": "2024-01-05",
        "住所": "湖北省鄂州市鄂城区演示路8号",
        "经营范围": "餐饮服务",
    }
    return RawDraft(
        kind=p.LICENCE,
        agency=named.MARKET,
        holders=[(p.NOODLES.name, p.NOODLES.id_type, p.NOODLES.id_number)],
        number=number,
        issued_on="2024-01-05",
        valid_from="2024-01-05",
        valid_to=None,
        claims=usual | claims,
    )


def food(number: str, *, valid_to: str = "2029-01-04") -> RawDraft:
    """Return a food licence of the noodle shop."""
    return RawDraft(
        kind=p.FOOD,
        agency=named.MARKET,
        holders=[(p.NOODLES.name, p.NOODLES.id_type, p.NOODLES.id_number)],
        number=number,
        issued_on="2024-01-05",
        valid_from="2024-01-05",
        valid_to=valid_to,
        claims={
            "经营者名称": p.NOODLES.name,
            "经营场所": "湖北省鄂州市鄂城区演示路8号",
            "主体业态": "餐饮服务经营者",
            "经营项目": "热食类食品制售",
        },
    )


def marriage(number: str) -> RawDraft:
    """Return a marriage certificate: two holders, and a kind that is in no agreement."""
    return RawDraft(
        kind=named.MARRIAGE,
        agency=named.CIVIL,
        holders=[(h.name, h.id_type, h.id_number) for h in (p.ZHANG, p.LI)],
        number=number,
        issued_on="2024-01-05",
        valid_from="2024-01-05",
        valid_to=None,
        claims={"登记机关": "鄂州市民政局（演示）", "登记日期": "2024-01-05"},
    )


def issued(region: Region, draft: RawDraft) -> str:
    """Let the agency issue; return the certificate's public id."""
    made, new = issue.issue(draft, by=region.agency, hub=region.hub, key=key())
    assert new
    return str(made["id"])


def ticket(
    region: Region, *cids: str, matter: str | None = None, fields: tuple[str, ...] | None = None
) -> str:
    """Let the holder show certificates; return the ticket."""
    choice = Choice(tuple(TicketItem(certificate_id, fields) for certificate_id in cids), Mode.TICKET, matter)
    return show.show(choice, by=region.holder, hub=region.hub).code


def sealed(region: Region, certificate_id: str) -> str:
    """Let the holder show one certificate as a sealed code."""
    return show.show(
        Choice((TicketItem(certificate_id),), Mode.SEALED), by=region.holder, hub=region.hub
    ).code


def scan(region: Region, code: str, matter: str = BUSINESS, **more: Any) -> Mapping[str, Any]:
    """Let the region's clerk scan a code."""
    question = VerificationRequest(code, matter, more.pop("window", "1号窗口"), **more)
    return verify.verify(question, by=region.clerk, hub=region.hub)


def told(report: Mapping[str, Any]) -> tuple[str, str]:
    """Return the verdict and its code."""
    return report["verdict"], report["code"]


def change(
    region: Region, certificate_id: str, event: Transition, *, at: Key | None = None
) -> Mapping[str, Any]:
    """Let the agency change a certificate's state."""
    order = Order("演示", "鄂演决字〔2026〕第9号")
    if event is Transition.SUPERSEDE:  # what supersedes a certificate is its new version
        return renew.renew(certificate_id, order, None, by=region.agency, hub=region.hub, key=at or key())
    return revoke.change(certificate_id, event, order, by=region.agency, hub=region.hub, key=at or key())
