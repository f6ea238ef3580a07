"""A region that nobody knows: a file with a code drawn by chance, so that no code can be wired into anything.

`CERTHUB_REGION_SEED` repeats a draw; every test that fails prints the seed of its own.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from random import Random

from certhub_schemas.codes.uscc import check_character

from certhub.demo import people as p
from certhub.demo.region_file import packaged

SEED = "CERTHUB_REGION_SEED"
PROVINCES = (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66))
"""The first two digits of GB/T 2260."""


@dataclass(frozen=True)
class Drawn:
    """The folder that holds the region's one file, its code, and what repeats the draw."""

    folder: Path
    code: str
    seed: int

    def __str__(self) -> str:
        """Return what a failure says of it."""
        return f"region {self.code} was drawn; repeat with {SEED}={self.seed}"


def draw(folder: Path) -> Drawn:
    """Write the file of a region with a code that the package does not have, alone in a new folder."""
    seed = int(os.environ.get(SEED) or secrets.randbelow(1_000_000_000))
    code = code_of(Random(seed))
    folder.mkdir()
    (folder / f"{code}.toml").write_text(written(code), encoding="utf-8")
    return Drawn(folder, code, seed)


def code_of(chance: Random) -> str:
    """Return six digits in the shape of a city's, of no region file in the package."""
    known = {one.code for one in packaged()}
    while (code := f"{chance.choice(PROVINCES)}{chance.randint(1, 29):02}00") in known:
        pass
    return code


def agency_of(code: str, number: int = 1) -> str:
    """Return the credit code of a made-up agency that is registered in a region."""
    body = f"11{code}MB9999{number:02}7"
    return body + check_character(body)


def written(code: str) -> str:
    """Return a region file: one agency, one licence in the hands of 张演示's noodle shop."""
    return f"""\
place = 9
code = "{code}"
name = "样例市{code}"
name_en = "Sample City {code}"

[staff]
clerk = "演示窗口员丁"
office = "样例市政务服务大厅"
window = "9号窗口"
agency = "演示经办员"
operator = "演示运维"

[[agencies]]
uscc = "{agency_of(code)}"
name = "样例市市场监督管理局（演示）"
name_en = "Sample Market Regulation (demo)"
kinds = ["{p.LICENCE}"]

[[certificates]]
name = "only-licence"
kind = "{p.LICENCE}"
agency = "{agency_of(code)}"
holders = ["{p.NOODLES.name}"]
number = "演示-营-样-0001"
valid_from = "today-365"
[certificates.claims]
"名称" = "{p.NOODLES.name}"
"类型" = "个体工商户"
"法定代表人" = "{p.ZHANG.name}"
"法定代表人身份证号" = "{p.ZHANG.id_number}"
"注册资本" = "10万元人民币"
"成立日期" = "today-365"
"住所" = "样例市演示路9号"
"经营范围" = "餐饮服务"
"""
