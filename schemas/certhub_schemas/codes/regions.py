"""Administrative regions by their six digits (GB/T 2260): provinces, and the cities of Hubei.

The names are data, in `regions.json`. A county-level city directly under its province (429004 仙桃)
has no prefecture above it, so nothing here takes "the city" to be the first four digits.

Taiwan stands under 710000 as in GB/T 2260; 830000, which the lists of some platforms give, is read as
the same region.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from certhub_schemas.errors import BadCode


@dataclass(frozen=True, slots=True)
class Region:
    """One region: six digits and its name in two languages."""

    code: str
    name: str
    name_en: str


def region(code: str) -> Region:
    """Return the region with the six digits `code`.

    Raises:
        BadCode: CODE_LENGTH, CODE_ALPHABET or REGION_UNKNOWN.
    """
    if len(code) != 6:
        raise BadCode("CODE_LENGTH", code)
    if not set(code) <= set("0123456789"):
        raise BadCode("CODE_ALPHABET", code)
    found = REGIONS.get(_ALIASES.get(code, code))
    if found is None:
        raise BadCode("REGION_UNKNOWN", code)
    return found


def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(files(__package__).joinpath("regions.json").read_bytes())
    return data


_ALIASES: Mapping[str, str] = MappingProxyType(_data()["aliases"])
REGIONS: Mapping[str, Region] = MappingProxyType(
    {code: Region(code=code, name=zh, name_en=en) for code, (zh, en) in _data()["regions"].items()}
)
