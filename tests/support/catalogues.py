"""A catalogue for tests in which one kind and one matter have a second version, from a day in the hubs' future.

    营业执照    version 2 has one claim more, 统一字号, required, and another English name; 住所 is personal, so that
                pages cover it, and 法定代表人 is in no sealed code
    901         version 2 asks for fewer fields of the licence, takes no older status than an hour, nothing offline

`region.clock` begins on 2026-11-24; `into_force(region)` lets time pass until both count.
"""

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from certhub_schemas import Catalogue, Kind, Matter, load_kinds, load_matters

from certhub.demo import people as p
from tests.support.region import Region

FROM = date(2026, 12, 1)
LAST_MOMENT = datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in China on the day before
NEW_CLAIM, COVERED, OFF_FACE, NAME_EN = "统一字号", "住所", "法定代表人", "Business licence, new form"
MATTER = "PLACEHOLDER-901"
NEEDED = ("名称", "法定代表人")
SHIPPED = Path(str(files("certhub_schemas")))


def write_kind(folder: Path, *, version: int = 2, in_force_from: str | None = str(FROM)) -> Path:
    """Add a version of the licence to a copy of `catalog`; return its folder."""
    first, second = folder / "business-licence", folder / f"business-licence@{version}"
    shutil.copytree(first, second)
    entry = _read(second / "kind.json") | {"version": version, "name_en": NAME_EN}
    entry |= {} if in_force_from is None else {"in_force_from": in_force_from}
    schema = _read(second / "claims.schema.json")
    schema["$id"] = f"urn:certhub:kind:{entry['code']}:{version}"
    schema["properties"][COVERED]["x-certhub"]["sensitivity"] = "personal"
    schema["properties"][OFF_FACE]["x-certhub"]["face"] = False
    schema["properties"][NEW_CLAIM] = {
        "type": "string",
        "title": NEW_CLAIM,
        "minLength": 1,
        "maxLength": 40,
        "x-certhub": {
            "title_en": "Trade style",
            "sensitivity": "public",
            "face": False,
            "format": "text",
            "order": len(schema["properties"]) + 1,
        },
    }
    schema["required"].append(NEW_CLAIM)
    _write(second / "kind.json", entry)
    _write(second / "claims.schema.json", schema)
    return second


def write_matter(folder: Path, *, version: int = 2, in_force_from: str | None = str(FROM)) -> Path:
    """Add a version of the first matter to a copy of `matters`, whose own file becomes version 1; return its file."""
    [first] = [file for file in folder.glob("*.json") if _read(file)["code"] == MATTER]
    _write(first, _read(first) | {"version": 1})
    entry = _read(first) | {"version": version, "max_status_age_seconds": 3600, "offline_allowed": False}
    entry |= {} if in_force_from is None else {"in_force_from": in_force_from}
    for way in (way for one in entry["requirements"] for way in one["accepts"] if way["kind"] == p.LICENCE):
        way["fields"] = [field for field in way["fields"] if field["title"] in NEEDED]
    second = folder / f"{first.stem}@{version}.json"
    _write(second, entry)
    return second


@cache
def two_versions() -> Catalogue:
    """Return the shipped catalogue with a second version of the licence and of the first matter."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        shutil.copytree(SHIPPED / "catalog", folder / "catalog")
        shutil.copytree(SHIPPED / "matters", folder / "matters")
        write_kind(folder / "catalog")
        write_matter(folder / "matters")
        kinds = load_kinds(folder / "catalog")
        return Catalogue.of(kinds, load_matters(folder / "matters", kinds))


def kind_version(version: int) -> Kind:
    """Return that version of the licence."""
    found = two_versions().version(p.LICENCE, version)
    assert found is not None
    return found


def matter_version(version: int) -> Matter:
    """Return that version of the first matter."""
    return two_versions().matter_versions[MATTER][version]


def knowing(region: Region, catalogue: Catalogue | None = None) -> Region:
    """Return the region with the catalogue of two versions (or another one); the wire's hub is the same one."""
    hub = replace(region.hub, catalogue=catalogue or two_versions())
    region.wire.hubs[hub.region] = hub
    return replace(region, hub=hub)


def last_moment(region: Region) -> None:
    """Let time pass until one second before the second versions are in force, to the second."""
    region.clock.time = LAST_MOMENT


def into_force(region: Region) -> None:
    """Let one second more pass than `last_moment`: it is midnight in China, and afternoon in UTC."""
    last_moment(region)
    region.clock.pass_(seconds=1)


def _read(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text(encoding="utf-8")))


def _write(file: Path, value: dict[str, Any]) -> None:
    file.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
