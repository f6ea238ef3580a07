"""The nodes of the organisation, as plain values.

    Division ── Division …      区划   the region, its districts, development zones, streets and villages
    Agency   ── Agency …        机构   an authority by its USCC (GB 32100), in a division, under another agency or none
    Office                      办事点 a place where an agency serves people, in a division
    Window                      窗口   a window of an office; its code is unique in the office

A node begins on a day and may end on one: `until` is the first day on which it is there no longer. Names of
authorities and addresses of offices are public; nothing here is about a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, TypeAlias


class NodeKind(StrEnum):
    """What a node is; the words of the command line."""

    DIVISION = "division"
    AGENCY = "agency"
    OFFICE = "office"
    WINDOW = "window"


class Level(StrEnum):
    """How high a division stands (GB/T 2260; a development zone has a local code where it has none of that)."""

    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    ZONE = "zone"
    STREET = "street"
    VILLAGE = "village"


RANKS: Mapping[Level, int] = MappingProxyType(
    {Level.PROVINCE: 0, Level.CITY: 1, Level.DISTRICT: 2, Level.ZONE: 2, Level.STREET: 3, Level.VILLAGE: 4}
)
"""A division stands under one of a smaller rank."""


class OfficeKind(StrEnum):
    """Where an office is."""

    HALL = "hall"
    STREET = "street"
    PARK = "park"
    KIOSK = "kiosk"
    BANK = "bank"
    POST = "post"


Key: TypeAlias = tuple[str, ...]
"""What names a node among those of its kind: its code; of a window the codes of its office and of itself."""


@dataclass(frozen=True, kw_only=True)
class Division:
    """A division: six digits of GB/T 2260, or those of its city, `-` and two to six of A-Z0-9."""

    node: ClassVar[NodeKind] = NodeKind.DIVISION

    code: str
    name: str
    name_en: str = ""
    level: Level
    parent: str = ""
    since: date
    until: date | None = None

    @property
    def key(self) -> Key:
        """What names it."""
        return (self.code,)

    @property
    def parents(self) -> Mapping[str, tuple[NodeKind, Key]]:
        """The nodes that it stands under, by the field that names each."""
        return {"parent": (NodeKind.DIVISION, (self.parent,))} if self.parent else {}


@dataclass(frozen=True, kw_only=True)
class Agency:
    """An agency by its USCC; `kinds` are the codes of the certificates that it may issue."""

    node: ClassVar[NodeKind] = NodeKind.AGENCY

    code: str
    name: str
    name_en: str = ""
    parent: str = ""
    division: str
    kinds: tuple[str, ...] = ()
    since: date
    until: date | None = None

    @property
    def key(self) -> Key:
        """What names it."""
        return (self.code,)

    @property
    def parents(self) -> Mapping[str, tuple[NodeKind, Key]]:
        """The nodes that it stands under, by the field that names each."""
        above = {"parent": (NodeKind.AGENCY, (self.parent,))} if self.parent else {}
        return {**above, "division": (NodeKind.DIVISION, (self.division,))}


@dataclass(frozen=True, kw_only=True)
class Office:
    """An office of an agency."""

    node: ClassVar[NodeKind] = NodeKind.OFFICE

    code: str
    name: str
    kind: OfficeKind
    agency: str
    division: str
    address: str = ""
    since: date
    until: date | None = None

    @property
    def key(self) -> Key:
        """What names it."""
        return (self.code,)

    @property
    def parents(self) -> Mapping[str, tuple[NodeKind, Key]]:
        """The nodes that it stands under, by the field that names each."""
        return {
            "agency": (NodeKind.AGENCY, (self.agency,)),
            "division": (NodeKind.DIVISION, (self.division,)),
        }


@dataclass(frozen=True, kw_only=True)
class Window:
    """A window of an office."""

    node: ClassVar[NodeKind] = NodeKind.WINDOW

    code: str
    name: str
    office: str
    since: date
    until: date | None = None

    @property
    def key(self) -> Key:
        """What names it."""
        return (self.office, self.code)

    @property
    def parents(self) -> Mapping[str, tuple[NodeKind, Key]]:
        """The nodes that it stands under, by the field that names each."""
        return {"office": (NodeKind.OFFICE, (self.office,))}


Node: TypeAlias = Division | Agency | Office | Window

CLASSES: Mapping[NodeKind, type[Node]] = MappingProxyType(
    {each.node: each for each in (Division, Agency, Office, Window)}
)


def is_there(node: Node, on: date) -> bool:
    """Tell whether a node is there on a day."""
    return node.since <= on and (node.until is None or on < node.until)
