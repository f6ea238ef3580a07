"""A catalogue of kinds and matters as a value: what a verification looks kinds, versions, claims and matters up in.

    catalogue = shipped_catalogue()                       the one inside this package
    catalogue = Catalogue.of(load_kinds(folder), load_matters(other, kinds))    an operator's own
    catalogue.kind(code), catalogue.version(code, 1)      the newest, or one of them; None where it has none
    catalogue.kind(code, on=day), catalogue.matter(code, on=day)                 the one in force on a day

A credential names the version that it was sealed by, so that a catalogue may hold several of one kind.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Self

from certhub_schemas.certificate_kind import Kind
from certhub_schemas.kinds import kinds
from certhub_schemas.matters import Matter, matters


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Kinds by code and version, and matters by code; made by `of`."""

    versions: Mapping[str, Mapping[int, Kind]]
    matter_versions: Mapping[str, Matter] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, kinds: Iterable[Kind], matters: Iterable[Matter] = ()) -> Self:
        """Return the catalogue that holds `kinds` and `matters`; of two of one code and version the later stands."""
        found: dict[str, dict[int, Kind]] = {}
        for kind in kinds:
            found.setdefault(kind.code, {})[kind.version] = kind
        return cls(
            MappingProxyType({code: MappingProxyType(each) for code, each in found.items()}),
            MappingProxyType({matter.code: matter for matter in matters}),
        )

    def kind(self, code: str, *, on: date | None = None) -> Kind | None:
        """Return the version of a kind that is in force on a day (None: the newest), or None."""
        versions = self.versions.get(code)
        return versions[max(versions)] if versions else None

    def version(self, code: str, version: int) -> Kind | None:
        """Return that version of a kind, or None."""
        return self.versions.get(code, {}).get(version)

    def kinds(self, *, on: date) -> tuple[Kind, ...]:
        """Return the kinds that are in force on a day, in the order in which they were given."""
        return tuple(kind for code in self.versions if (kind := self.kind(code, on=on)) is not None)

    def matter(self, code: str, *, on: date) -> Matter | None:
        """Return the version of a matter that is in force on a day, or None."""
        return self.matter_versions.get(code)

    def matters(self, *, on: date) -> tuple[Matter, ...]:
        """Return the matters that are in force on a day, in display order."""
        return tuple(self.matter_versions.values())


@cache
def shipped_catalogue() -> Catalogue:
    """Return the catalogue inside this package."""
    return Catalogue.of(kinds(), matters())
