"""What the cases work on: hundreds of distinct tokens, and files of distinct rows that pass every check.

Distinct, because a case that looks at one token again and again measures somebody's cache.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from certhub_schemas.codes import resident_id, uscc
from certhub_verifier.formats.trust.trustlist import RegionIssuers, issuers_path

from certhub.records.catalog.draft import RawDraft
from tests.support.credentials import AGENCY, AWAY, CLAIMS, HOME, INDEX, LICENCE, World, named_key

HOLDER_CODE = {"type": "001", "number": "92420799MA99990138"}
FURTHER: dict[str, Any] = {
    "持证主体代码": [HOLDER_CODE],
    "类型": "个体工商户",
    "经营范围": "餐饮服务；食品销售",
}
DISCLOSURES = 10  # as in the yardstick's figures: identifier, number, holders, codes, and six claims
HEADER = (
    *("证照类型代码", "证照编号", "持证主体", "持证主体代码", "持证主体代码类型代码"),
    *("证照颁发机构", "证照颁发机构代码", "证照颁发日期", "证照有效期起始日期", "证照有效期截止日期"),
    *("名称", "类型", "法定代表人", "法定代表人身份证号", "注册资本", "成立日期", "住所", "经营范围"),
)
DAY = "2024-01-05"
COMPANY = "91420799MA"
"""How the code of a made-up enterprise begins; its licence's number is that code."""


@lru_cache
def world() -> World:
    """Return the two regions in memory whose tokens are looked at."""
    return World()


@lru_cache
def credentials(number: int) -> tuple[str, ...]:
    """Return that many credentials of ten disclosures, no two in one slot."""
    disclosed = {**CLAIMS, **FURTHER}
    made = tuple(world().credential(disclosed, status_index=INDEX + at) for at in range(number))
    assert DISCLOSURES == made[0].count("~") - 1
    return made


def trust_files(agencies: int) -> dict[str, bytes]:
    """Return the trust list of the two regions, with so many agencies more, each with its seal's key.

    The first region has the first half of them: ten thousand are more than the list of one region may hold.
    """
    files, half = world().trust_files(), (agencies + 1) // 2
    for region, numbers in ((HOME, range(half)), (AWAY, range(half, agencies))):
        files[issuers_path(region)] = _with_agencies(files[issuers_path(region)], numbers)
    return files


def _with_agencies(file: bytes, numbers: Iterable[int]) -> bytes:
    listed = RegionIssuers.from_bytes(file)
    [usual] = listed.issuers
    [key] = usual.keys
    more = []
    for at in numbers:
        uscc, own = company(at), named_key(f"{company(at)}-1")
        more.append(
            replace(
                usual,
                agency=uscc,
                name=f"示例第{at}局",
                name_en=f"Office {at}",
                keys=(replace(key, kid=own.kid, jwk=own.jwk),),
            )
        )
    return replace(listed, issuers=(*listed.issuers, *more)).to_bytes()


def company(number: int) -> str:
    """Return the number-th made-up enterprise's code; its check character fits."""
    body = f"{COMPANY}{number:07d}"
    return body + uscc.check_character(body)


def person(number: int) -> str:
    """Return the number-th made-up person's identity number: a region that nobody is from, born in 1900."""
    body = f"420799{1900 + number // 1000 % 100:04d}0101{number % 1000:03d}"
    return body + resident_id.check_character(body)


def draft(number: int) -> RawDraft:
    """Return the number-th licence as an agency would send it."""
    row = _row(number)
    claims = {title: row[title] for title in HEADER[10:]}
    holder = (row["持证主体"], row["持证主体代码类型代码"], row["持证主体代码"])
    return RawDraft(LICENCE, AGENCY, [holder], row["证照编号"], DAY, DAY, None, claims)


def rows(first: int, number: int) -> bytes:
    """Return a department's export: `number` licences, the first of them the `first`-th."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER)
    writer.writeheader()
    writer.writerows(_row(at) for at in range(first, first + number))
    return text.getvalue().encode()


def _row(number: int) -> dict[str, str]:
    code, name = company(number), f"鄂州市示例第{number}商贸店"
    cells: Iterator[str] = iter(
        (
            *(LICENCE, code, name, code, "001", "鄂州市市场监督管理局（演示）", AGENCY, DAY, DAY, "长期"),
            *(name, "有限责任公司(自然人独资)", "张演示", person(number), "10万元人民币", DAY),
            *(f"湖北省鄂州市鄂城区演示路{number}号", "食品销售；图书出版物零售"),
        )
    )
    return dict(zip(HEADER, cells, strict=True))
