"""A catalogue of kinds as a value: what a verification looks kinds, versions and claims up in.

    catalogue = shipped_catalogue()                       the one inside this package
    catalogue = Catalogue.of(load_kinds(folder))          an operator's own
    catalogue.kind(code), catalogue.version(code, 1)      the newest, or one of them; None where it has none

A credential names the version that it was sealed by, so that a catalogue may hold several of one kind.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Self

from certhub_schemas.certificate_kind import Kind
from certhub_schemas.kinds import kinds


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Kinds by code and version; made by `of`."""

    versions: Mapping[str, Mapping[int, Kind]]

    @classmethod
    def of(cls, kinds: Iterable[Kind]) -> Self:
        """Return the catalogue that holds `kinds`; of two of one code and version the later stands."""
        found: dict[str, dict[int, Kind]] = {}
        for kind in kinds:
            found.setdefault(kind.code, {})[kind.version] = kind
        return cls(MappingProxyType({code: MappingProxyType(each) for code, each in found.items()}))

    def kind(self, code: str) -> Kind | None:
        """Return the newest version of a kind, or None."""
        versions = self.versions.get(code)
        return versions[max(versions)] if versions else None

    def version(self, code: str, version: int) -> Kind | None:
        """Return that version of a kind, or None."""
        return self.versions.get(code, {}).get(version)


@cache
def shipped_catalogue() -> Catalogue:
    """Return the catalogue inside this package."""
    return Catalogue.of(kinds())
