"""A small organisation for tests: rows as files have them, under the region 420700."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from certhub.flows.people.organisation import Tally, import_rows
from certhub.people.organisation.nodes import NodeKind
from tests.support.region import Region

TRANSPORT, MARKET = "11420799MB9999033P", "11420799MB99990172"
BRANCH = "11420700MB0000011C"
DIGEST = sha256(b"a file").hexdigest()

Cells = Mapping[str, str]


def division(code: str = "420700-GD", **more: str) -> Cells:
    """A development zone of the city."""
    return {
        "code": code,
        "name": "葛店经开区",
        "level": "开发区",
        "parent": "420700",
        "since": "2020-01-01",
        **more,
    }


def agency(code: str = TRANSPORT, **more: str) -> Cells:
    """An agency of the city."""
    return {"code": code, "name": "鄂州市交通运输局", "division": "420700", "since": "2020-01-01", **more}


def office(code: str = "EZ-01", **more: str) -> Cells:
    """A hall of that agency."""
    place = {"kind": "大厅", "agency": TRANSPORT, "division": "420700", "address": "滨湖南路 1 号"}
    return {"code": code, "name": "鄂州市政务服务中心", **place, "since": "2020-01-01", **more}


def window(code: str = "1", **more: str) -> Cells:
    """A window of that hall."""
    return {"code": code, "name": f"{code} 号窗口", "office": "EZ-01", "since": "2020-01-01", **more}


def imported(region: Region, kind: NodeKind, *rows: Cells | None, check_only: bool = False) -> Tally:
    """Take in a file of these rows, the first of which stands in line 2."""
    return import_rows(
        kind, numbered(rows), digest=DIGEST, by=region.operator, hub=region.hub, check_only=check_only
    )


def numbered(rows: Iterable[Cells | None]) -> list[tuple[int, Cells | None]]:
    """Rows with the lines that a spreadsheet shows."""
    return list(enumerate(rows, start=2))


def founded(region: Region) -> None:
    """Put a zone, an agency, its hall and three windows on record."""
    imported(region, NodeKind.DIVISION, division())
    imported(region, NodeKind.AGENCY, agency())
    imported(region, NodeKind.OFFICE, office())
    imported(region, NodeKind.WINDOW, window("1"), window("2"), window("3"))
