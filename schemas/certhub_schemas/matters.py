"""Matters (事项): what a counter does, and therefore what it may see and how old the news may be.

The clerk chooses a matter and nothing else: what it requires (`requirements.py`), the mode, freshness, whether it may
be done offline, and whether 容缺受理 (accept now, settle what is missing later) may be offered, all follow.

    mode L1  shown: the holder shows a code       tier metro-circle     within the Wuhan circle
         L2  requested: the counter shows one,         in-province      within Hubei
             and the holder consents                   cross-province   anywhere
         L3  in person: L2 and an identity check

One file per matter in `matters/`, with `order` for the list on the screen; another version of it is a file
`food-permit@2.json` with the same `code` and `order`, its `version` and the day `in_force_from` which it counts
(`versions.py`). Codes that no public source gives begin with PLACEHOLDER- and say so in `code_origin` too. The shape of
a file is `matter.schema.json`.

The release before knew `needs`, a list of kinds: it is read still, and printed for those who know nothing else
(`to_first_json`).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Literal, Self, get_args

from certhub_schemas.canonical import canonical
from certhub_schemas.certificate_kind import CodeOrigin, Kind
from certhub_schemas.entries import Members, read_object
from certhub_schemas.errors import BadEntry, MatterUnknown
from certhub_schemas.kinds import shipped_kinds
from certhub_schemas.predicates import Predicate
from certhub_schemas.requirements import (
    MODES,
    Mode,
    Requirement,
    fields_of,
    first_form,
    predicates_of,
    read_first_form,
    read_requirements,
    refuse_unmeetable,
)
from certhub_schemas.versions import Kept, base_of, read_in_force_from, read_version, refuse_clashes

Tier = Literal["metro-circle", "in-province", "cross-province"]

DEFAULT_PURPOSES = ("verify",)
FIRST_VERSION = 1  # of a matter that states none
PLACEHOLDER_PREFIX = "PLACEHOLDER-"
MAX_STATUS_AGE = 7 * 24 * 3600  # seconds: a list older than a week is no news for any matter
MAX_RETENTION = 100 * 366  # days

_TIERS: tuple[Tier, ...] = get_args(Tier)
_ORIGINS: tuple[CodeOrigin, ...] = get_args(CodeOrigin)
_CODE = r"[A-Z0-9][A-Z0-9-]{0,47}"


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter; `requirements` in the order in which a counter asks for them.

    `in_force_from` is the first day on which this version counts, in China; None: from always.
    """

    code: str
    code_origin: CodeOrigin
    name: str
    name_en: str
    tier: Tier
    requirements: tuple[Requirement, ...]
    mode: Mode
    max_status_age_seconds: int
    offline_allowed: bool
    deficiency_allowed: bool
    legal_basis: str
    retention_days: int
    purposes: tuple[str, ...] = DEFAULT_PURPOSES
    version: int = FIRST_VERSION
    in_force_from: date | None = None
    _form: tuple[bytes, str] | None = field(default=None, init=False, repr=False, compare=False)

    def __hash__(self) -> int:
        return hash((self.code, self.version))

    @property
    def digest(self) -> str:
        """The hex SHA-256 of the matter's canonical form (RFC 8785), by which receipts and questions name it."""
        return self._printed()[1]

    def document(self) -> bytes:
        """Return the canonical form, whose SHA-256 is `digest`."""
        return self._printed()[0]

    def _printed(self) -> tuple[bytes, str]:
        """Return the canonical form and its digest, made when first asked for: the value never changes."""
        form = self._form
        if form is None:
            document = canonical(self.to_json())
            form = (document, sha256(document).hexdigest())
            object.__setattr__(self, "_form", form)
        return form

    def fields_for(self, kind_code: str) -> tuple[str, ...] | None:
        """Return the least fields of a kind, or None when the matter does not need that kind."""
        return fields_of(self.requirements, kind_code)

    def predicates_for(self, kind_code: str) -> tuple[Predicate, ...]:
        """Return what is asked of a certificate of a kind in the place of values."""
        return predicates_of(self.requirements, kind_code)

    def requirement(self, requirement_id: str) -> Requirement | None:
        """Return the requirement with that id, or None."""
        return next((one for one in self.requirements if one.id == requirement_id), None)

    def to_first_json(self) -> dict[str, Any]:
        """Return the value as readers of the release before know it: `needs` in the place of the requirements."""
        form = self.to_json()
        del form["requirements"]
        return form | {"needs": first_form(self.requirements)}

    def to_json(self) -> dict[str, Any]:
        """Return the value as JSON members; `from_json` reads them back.

        A first version and a day that is absent are left out: readers of earlier releases know neither member.
        """
        version = {} if self.version == FIRST_VERSION else {"version": self.version}
        day = {} if self.in_force_from is None else {"in_force_from": self.in_force_from.isoformat()}
        return {
            "code": self.code,
            "code_origin": self.code_origin,
            **version,
            **day,
            "name": self.name,
            "name_en": self.name_en,
            "tier": self.tier,
            "mode": self.mode,
            "max_status_age_seconds": self.max_status_age_seconds,
            "offline_allowed": self.offline_allowed,
            "deficiency_allowed": self.deficiency_allowed,
            "purposes": list(self.purposes),
            "legal_basis": self.legal_basis,
            "retention_days": self.retention_days,
            "requirements": [one.to_json() for one in self.requirements],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], *, entry: str = "matter") -> Self:
        """Read a matter; whether its kinds exist is not judged here, since a bundle may know more.

        Raises:
            BadEntry: a member is missing, unknown or of the wrong shape.
        """
        top = Members(value, entry=entry)
        mode = top.one_of("mode", MODES)
        oldest = top.integer("max_status_age_seconds", least=1, most=MAX_STATUS_AGE)
        read = read_requirements if top.has("requirements") or not top.has("needs") else read_first_form
        found = cls(
            code=top.text("code", most=48, pattern=_CODE),
            code_origin=top.one_of("code_origin", _ORIGINS),
            name=top.text("name"),
            name_en=top.text("name_en"),
            tier=top.one_of("tier", _TIERS),
            requirements=read(top, mode=mode, max_age_seconds=oldest),
            mode=mode,
            max_status_age_seconds=oldest,
            offline_allowed=top.boolean("offline_allowed"),
            deficiency_allowed=top.boolean("deficiency_allowed"),
            legal_basis=top.text("legal_basis", most=500),
            retention_days=top.integer("retention_days", least=1, most=MAX_RETENTION),
            purposes=_read_purposes(top),
            version=read_version(top, "", absent=FIRST_VERSION),
            in_force_from=read_in_force_from(top),
        )
        top.done()
        if found.code.startswith(PLACEHOLDER_PREFIX) != (found.code_origin == "placeholder"):
            raise top.bad("code", f"{PLACEHOLDER_PREFIX} and code_origin = placeholder go together")
        return found


def matters() -> tuple[Matter, ...]:
    """Return the newest version of each of the package's matters, in display order."""
    return tuple(_by_code().values())


def matter(code: str) -> Matter:
    """Return the newest version of the matter with that code.

    Raises:
        MatterUnknown: there is none.
    """
    try:
        return _by_code()[code]
    except KeyError:
        raise MatterUnknown(code) from None


def load_matters(folder: Traversable, kinds: Iterable[Kind]) -> tuple[Matter, ...]:
    """Return every version of the matters of `folder`, in display order, older versions first.

    `kinds` is the catalogue that they speak of; a field is known where a version of its kind has it.

    Raises:
        BadEntry: a file is wrong, names an unknown kind or field, or clashes with another; `entry` is
            the file's name.
    """
    catalogue: dict[str, list[Kind]] = {}
    for kind in kinds:
        catalogue.setdefault(kind.code, []).append(kind)
    found: list[Kept[Matter]] = []
    orders: dict[int, Kept[Matter]] = {}
    places: dict[str, int] = {}
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.startswith((".", "__")):
            continue  # what editors and interpreters leave behind
        order, read = _read_matter(file, catalogue)
        other = orders.setdefault(order, read)
        if other.value.code != read.value.code:
            raise BadEntry(file.name, "order", f"{order} is also the place of {other.entry}")
        if places.setdefault(read.base, order) != order:
            raise BadEntry(file.name, "order", f"is {order} where another version says {places[read.base]}")
        found.append(read)
    refuse_clashes(found)
    for place, order in enumerate(sorted(orders), start=1):
        if order != place:
            raise BadEntry(
                orders[order].entry, "order", f"is {order} where {place} is due; count from 1 without gaps"
            )
    ordered = sorted(found, key=lambda one: (places[one.base], one.value.version))
    return tuple(one.value for one in ordered)


def matter_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a matter's file, a new copy every time.

    It says what can be said of one file alone; what loading refuses besides stands in its description.
    """
    found: dict[str, Any] = json.loads(_schema_text())
    return found


@cache
def _schema_text() -> str:
    return files("certhub_schemas").joinpath("matter.schema.json").read_text(encoding="utf-8")


@cache
def shipped_matters() -> tuple[Matter, ...]:
    """Return every version of every matter inside this package, in the order of `load_matters`."""
    return load_matters(files("certhub_schemas").joinpath("matters"), shipped_kinds())


@cache
def _by_code() -> Mapping[str, Matter]:
    return MappingProxyType(
        {each.code: each for each in shipped_matters()}
    )  # the newest of a code comes last


def _read_matter(file: Traversable, catalogue: Mapping[str, Sequence[Kind]]) -> tuple[int, Kept[Matter]]:
    value = read_object(file, file.name)
    top = Members(value, entry=file.name)
    order = top.integer("order", least=1, most=999)
    read_version(top, file.name.removesuffix(".json"), absent=FIRST_VERSION)
    del value["order"]
    read = Matter.from_json(value, entry=file.name)
    refuse_unmeetable(read.requirements, catalogue, file.name)
    return order, Kept(file.name, base_of(file.name.removesuffix(".json")), read)


def _read_purposes(top: Members) -> tuple[str, ...]:
    if not top.has("purposes"):
        return DEFAULT_PURPOSES
    purposes = top.texts("purposes", most=32, pattern=r"[a-z][a-z-]*")
    if not purposes:
        raise top.bad("purposes", "names no purpose")
    return purposes
