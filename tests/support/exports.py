"""Files as a department exports them, made for the tests: food licences of one shop, one row each."""

import csv
import io
from collections.abc import Sequence

from certhub.demo import people as p
from tests.support import named

HEADER = (
    "证照类型代码", "证照编号", "持证主体", "持证主体代码", "持证主体代码类型代码", "证照颁发机构", "证照颁发机构代码",
    "证照颁发日期", "证照有效期起始日期", "证照有效期截止日期", "经营者名称", "经营场所", "主体业态", "经营项目",
)  # fmt: skip


def row(number: str, **changes: str) -> list[str]:
    """A row in order, with `changes` by column name."""
    shop = p.NOODLES
    good = dict(
        zip(
            HEADER,
            [
                p.FOOD, number, shop.name, shop.id_number, shop.id_type, "鄂州市市场监督管理局（演示）", named.MARKET,
                "2024-01-05", "2024-01-05", "2029-01-04", shop.name, "演示路8号", "餐饮服务经营者", "热食类食品制售",
            ],
            strict=True,
        )
    )  # fmt: skip
    return list((good | changes).values())


def csv_file(*rows: Sequence[str]) -> io.BytesIO:
    """The rows under the header, as a file."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADER, *rows])
    return io.BytesIO(text.getvalue().encode())
