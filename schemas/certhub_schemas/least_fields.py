"""How much of the paper a matter sees: its least fields, beside all that stands on the certificate.

    least       over every alternative of every requirement, the fields that the matter must see
    on paper    over the same alternatives, the claims of the kind and three more: number, holder, holder's code

Issuer, day of issue and term count on neither side: whoever gets a certificate gets them. Predicates do not count
either: they tell no value. A matter sees at most 30 % in all. Of a paper with fewer than seven fields it may see one
field more than that, and then the reasons of its fields stand beside the figure.
"""

from collections.abc import Callable
from dataclasses import dataclass

from certhub_schemas.certificate_kind import Kind
from certhub_schemas.matters import Matter
from certhub_schemas.requirements import Alternative, Requirement

BESIDE_THE_CLAIMS = 3  # number, holder, holder's code
SHORT_PAPER = 7  # a paper with fewer fields
_MOST, _OF = 3, 10  # at most three of ten


@dataclass(frozen=True, slots=True)
class SeenOfKind:
    """What an alternative sees of its kind, in the version `kind`."""

    requirement: Requirement
    way: Alternative
    kind: Kind

    @property
    def least(self) -> int:
        """How many fields the matter must see."""
        return len(self.way.fields)

    @property
    def on_paper(self) -> int:
        """How many fields stand on the certificate."""
        return len(self.kind.fields) + BESIDE_THE_CLAIMS

    @property
    def is_one_more(self) -> bool:
        """Whether the paper is so short that one field makes the difference between 30 % and more."""
        is_more = not _is_within(self.least, self.on_paper)
        return is_more and self.on_paper < SHORT_PAPER and _is_within(self.least - 1, self.on_paper)


@dataclass(frozen=True, slots=True)
class SeenByMatter:
    """What a matter sees in all."""

    matter: Matter
    kinds: tuple[SeenOfKind, ...]

    @property
    def least(self) -> int:
        """How many fields the matter must see."""
        return sum(one.least for one in self.kinds)

    @property
    def on_paper(self) -> int:
        """How many fields stand on the certificates."""
        return sum(one.on_paper for one in self.kinds)

    @property
    def is_within(self) -> bool:
        """Whether it sees at most 30 %, each short paper's one field more left aside."""
        return _is_within(self.least - sum(one.is_one_more for one in self.kinds), self.on_paper)


def seen_by(matter: Matter, kind: Callable[[str], Kind]) -> SeenByMatter:
    """Return what a matter sees; `kind` gives a kind by its code."""
    ways = ((one, way) for one in matter.requirements for way in one.accepts)
    return SeenByMatter(matter, tuple(SeenOfKind(one, way, kind(way.kind)) for one, way in ways))


def _is_within(least: int, on_paper: int) -> bool:
    return least * _OF <= on_paper * _MOST
