"""What a kind of certificate is: an entry of the type catalogue (GB/T 36902-2018) with its claims.

    11100000MB0143028R 001
    └ authority ─────┘ └ sequence        the authority that defines the kind, by its USCC (GB 32100)

A kind's code is national where a public source gives it, and a placeholder (sequence 900 and up)
where none was found; `code_origin` says which. Fields stand in display order. Values only: the files
are read in `kinds.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as member
from datetime import date
from enum import StrEnum
from typing import Any, Literal

CodeOrigin = Literal["national", "placeholder"]
Holders = Literal["one", "several"]
FieldFormat = Literal["text", "date", "resident_id", "uscc", "number", "division_code"]

CORE_NAMES = ("证照标识", "证照编号", "持证主体", "持证主体代码")
"""Metadata of every certificate (GB/T 36903-2018) that stand beside its claims; no claim may take one."""

_NAMES = (
    "名",
    "名称",
    "姓名",
    "人",
    "者",
    "机构",
    "单位",
    "机关",
)  # 经营者名称, 法定代表人, 聘用单位, 登记机关 …

MAX_FACE_FIELDS = 4  # what still fits a sealed code that a cheap scanner can read (DESIGN, "Codes")


class HolderCategory(StrEnum):
    """Who may hold it (持证主体类别, GB/T 36902)."""

    NATURAL = "natural"
    LEGAL = "legal"
    MIXED = "mixed"


class Level(StrEnum):
    """How high an authority stands (机构级别, GB/T 36902)."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    MUNICIPAL = "municipal"
    COUNTY = "county"
    TOWNSHIP = "township"
    OTHER = "other"


class Sensitivity(StrEnum):
    """How a claim is treated on screens and in agreements.

    public     anybody may look it up already (a company's name)
    internal   between authorities
    personal   tells of a person; masked until needed (PIPL art. 4)
    sensitive  identity numbers, health, minors: never on a code, never asked without need (PIPL art. 28)
    """

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority that defines a kind; `code` is its USCC."""

    name: str
    code: str
    level: Level

    def to_json(self) -> dict[str, Any]:
        """Return the value as JSON members."""
        return {"name": self.name, "code": self.code, "level": self.level.value}


@dataclass(frozen=True, slots=True)
class Field:
    """One claim: `title` is its name on the wire and on Chinese screens; `max_length` in characters."""

    title: str
    title_en: str
    sensitivity: Sensitivity
    face: bool
    required: bool
    format: FieldFormat
    max_length: int

    @property
    def is_name(self) -> bool:
        """Whether the claim names a person or an organisation, by what its title ends in."""
        return self.format == "text" and self.title.endswith(_NAMES)

    def to_json(self) -> dict[str, Any]:
        """Return the value as JSON members."""
        return {
            "title": self.title,
            "title_en": self.title_en,
            "sensitivity": self.sensitivity.value,
            "face": self.face,
            "required": self.required,
            "format": self.format,
            "max_length": self.max_length,
        }


@dataclass(frozen=True, slots=True)
class Kind:
    """One entry of the catalogue.

    `validity` lists the usual terms (n天, n月, n年, 长期) and is told to whoever fills in a form; it is no
    rule. `related_matters` are names (关联事项), since kinds do not depend on matters. `in_force_from` is the first day
    on which this version counts, in China; None: from always.
    """

    code: str
    slug: str
    name: str
    name_en: str
    version: int
    code_origin: CodeOrigin
    defined_by: Authority
    holder_category: HolderCategory
    holders: Holders
    min_holders: int
    max_holders: int
    validity: tuple[str, ...]
    issuing_level: Level
    related_matters: tuple[str, ...]
    fields: tuple[Field, ...]
    claims_schema: Mapping[str, Any]
    in_force_from: date | None = None
    nameable: frozenset[str] = member(init=False, repr=False, compare=False)
    """What a claim of a certificate of this kind may be called: its fields, and the names that every kind has."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "nameable", frozenset((*CORE_NAMES, *(one.title for one in self.fields))))

    def __hash__(self) -> int:
        return hash((self.code, self.version))

    @property
    def vct(self) -> str:
        """The credential type that stands for this kind and version (SD-JWT VC `vct`)."""
        return vct(self.code, self.version)

    @property
    def face_fields(self) -> tuple[Field, ...]:
        """The fields that a sealed code may carry, in display order."""
        return tuple(field for field in self.fields if field.face)

    def field(self, title: str) -> Field | None:
        """Return the field called `title`, or None."""
        return next((field for field in self.fields if field.title == title), None)

    def to_json(self) -> dict[str, Any]:
        """Return the value as JSON members, claims schema included; a day that is absent stays absent."""
        day = {} if self.in_force_from is None else {"in_force_from": self.in_force_from.isoformat()}
        return {
            "code": self.code,
            "slug": self.slug,
            "name": self.name,
            "name_en": self.name_en,
            "version": self.version,
            **day,
            "code_origin": self.code_origin,
            "defined_by": self.defined_by.to_json(),
            "holder_category": self.holder_category.value,
            "holders": self.holders,
            "min_holders": self.min_holders,
            "max_holders": self.max_holders,
            "validity": list(self.validity),
            "issuing_level": self.issuing_level.value,
            "related_matters": list(self.related_matters),
            "vct": self.vct,
            "fields": [field.to_json() for field in self.fields],
            "claims_schema": dict(self.claims_schema),
        }


def vct(code: str, version: int) -> str:
    """Return the credential type of a kind's version."""
    return f"urn:certhub:kind:{code}:{version}"
