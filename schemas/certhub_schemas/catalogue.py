"""A catalogue of kinds and matters as a value: what a verification looks kinds, versions, claims and matters up in.

    catalogue = shipped_catalogue()                       the one inside this package
    catalogue = Catalogue.of(load_kinds(folder), load_matters(other, kinds))    an operator's own
    catalogue.kind(code), catalogue.version(code, 1)      the newest, or one of them; None where it has none
    catalogue.kind(code, on=day), catalogue.matter(code, on=day)                 the one in force on a day
    catalogue.document(), catalogue.digest                all of it, as bytes that have a name

A credential names the version that it was sealed by, so that a catalogue may hold several of one kind.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Self

from certhub_schemas.canonical import canonical
from certhub_schemas.certificate_kind import Kind
from certhub_schemas.kinds import shipped_kinds
from certhub_schemas.matters import Matter, shipped_matters
from certhub_schemas.versions import V, in_force


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Kinds and matters, each by code and version; made by `of`. `digest` names all of it (hex SHA-256)."""

    versions: Mapping[str, Mapping[int, Kind]]
    matter_versions: Mapping[str, Mapping[int, Matter]]
    digest: str = field(init=False)
    _document: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        whole = {"kinds": _forms(self.versions), "matters": _forms(self.matter_versions)}
        document = canonical(whole)
        object.__setattr__(self, "_document", document)
        object.__setattr__(self, "digest", sha256(document).hexdigest())

    @classmethod
    def of(cls, kinds: Iterable[Kind], matters: Iterable[Matter] = ()) -> Self:
        """Return the catalogue that holds `kinds` and `matters`; of two of one code and version the later stands."""
        return cls(_by_version(kinds), _by_version(matters))

    def kind(self, code: str, *, on: date | None = None) -> Kind | None:
        """Return the version of a kind that is in force on a day (None: the newest), or None."""
        versions = self.versions.get(code)
        if not versions:
            return None
        return versions[max(versions)] if on is None else in_force(versions.values(), on)

    def version(self, code: str, version: int) -> Kind | None:
        """Return that version of a kind, or None."""
        return self.versions.get(code, {}).get(version)

    def kinds(self, *, on: date) -> tuple[Kind, ...]:
        """Return the kinds that are in force on a day, in the order in which they were given."""
        return tuple(kind for code in self.versions if (kind := self.kind(code, on=on)) is not None)

    def matter(self, code: str, *, on: date) -> Matter | None:
        """Return the version of a matter that is in force on a day, or None."""
        return in_force(self.matter_versions.get(code, {}).values(), on)

    def matters(self, *, on: date) -> tuple[Matter, ...]:
        """Return the matters that are in force on a day, in display order."""
        return tuple(one for code in self.matter_versions if (one := self.matter(code, on=on)) is not None)

    def every_matter(self) -> tuple[Matter, ...]:
        """Return every version of every matter, also those that are no longer or not yet in force."""
        return tuple(one for versions in self.matter_versions.values() for one in versions.values())

    def document(self) -> bytes:
        """Return all of it in canonical form (RFC 8785), whose SHA-256 is `digest`.

        {"kinds": [...], "matters": [...]} as JSON in UTF-8 without white space, members sorted, entries by code and
        version. The display order of matters is no part of it: who orders them anew changes no digest.
        """
        return self._document


@cache
def shipped_catalogue() -> Catalogue:
    """Return the catalogue inside this package."""
    return Catalogue.of(shipped_kinds(), shipped_matters())


def _by_version(entries: Iterable[V]) -> Mapping[str, Mapping[int, V]]:
    found: dict[str, dict[int, V]] = {}
    for one in entries:
        found.setdefault(one.code, {})[one.version] = one
    return MappingProxyType({code: MappingProxyType(versions) for code, versions in found.items()})


def _forms(
    entries: Mapping[str, Mapping[int, Kind]] | Mapping[str, Mapping[int, Matter]],
) -> list[dict[str, Any]]:
    return [entries[code][version].to_json() for code in sorted(entries) for version in sorted(entries[code])]
