"""What two regions' agreement lets a matter have, and what it lacks: told before a citizen travels. Pure.

    unmet(matter, agreement, asker=…, provider=…)     ids of the requirements that cannot be met across the two regions
    gaps(matter, agreement, asker=…, provider=…)      the same, each with what is not agreed of the ways to meet it
    is_agreed(matter, agreement, asker=…, provider=…) whether anything at all of the matter may be told

`asker` is the region where the matter is done, `provider` the one whose certificates are shown there. A requirement is
met by an alternative of which everything may be told: kind, least fields and predicates, in a mode that suffices. What
is optional stands in nobody's way. Where a condition is computed, it also has to be possible to tell whether it holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from certhub_schemas import Matter
from certhub_schemas.requirements import MODES, Alternative, Mode, Requirement
from certhub_verifier.formats.trust.agreement import Agreement, Granted

PURPOSE = "verify"


@dataclass(frozen=True)
class Lack:
    """What may not be told of one alternative's kind: these fields and predicates, or (with neither) nothing at all.

    `mode` is the lowest mode that would do, where the kind is agreed in lower ones alone.
    """

    kind: str
    fields: tuple[str, ...] = ()
    predicates: tuple[str, ...] = ()
    mode: Mode | None = None


@dataclass(frozen=True)
class Gap:
    """A requirement that cannot be met across two regions, and what is lacking of each way; nothing: no agreement."""

    requirement: Requirement
    lacks: tuple[Lack, ...] = ()


@dataclass(frozen=True)
class _Pair:
    """A matter in `asker`, for which certificates of `provider` are shown."""

    matter: Matter
    agreement: Agreement
    asker: str
    provider: str

    def granted(self, kind: str, mode: Mode) -> Granted | None:
        """Return what may be told of a kind that is shown in a mode."""
        return self.agreement.covers(
            kind, self.matter.code, purpose=PURPOSE, mode=mode, asker=self.asker, provider=self.provider
        )

    def lack(self, way: Alternative, *, predicates: Iterable[str] = ()) -> Lack | None:
        """Return what an alternative lacks, in the mode that lacks least; None where it lacks nothing."""
        asked = dict.fromkeys([*(one.name for one in way.predicates if not one.of_a_case), *predicates])
        lacking: list[Lack] = []
        for mode in MODES[MODES.index(way.mode) :]:
            granted = self.granted(way.kind, mode)
            if granted is None:
                continue
            fields = tuple(title for title in way.titles if title not in granted.fields)
            unanswered = tuple(name for name in asked if name not in granted.predicates)
            if not fields and not unanswered:
                return None
            lacking.append(Lack(way.kind, fields, unanswered))
        if lacking:
            return min(lacking, key=lambda one: len(one.fields) + len(one.predicates))
        is_agreed = any(self.granted(way.kind, mode) is not None for mode in MODES)
        return Lack(way.kind, mode=way.mode if is_agreed else None)

    def lacks(self, requirement: Requirement) -> tuple[Lack, ...]:
        """Return what each way to meet a requirement lacks, or else each way to tell whether it is due."""
        ways = [self.lack(way) for way in requirement.accepts]
        condition = requirement.condition
        if None in ways and condition is not None and condition.predicate is not None:
            of = self.matter.requirement(condition.of)
            asked = (condition.predicate.name,)
            ways = [self.lack(way, predicates=asked) for way in (of.accepts if of is not None else ())]
        return () if None in ways else tuple(one for one in ways if one is not None)


def is_agreed(matter: Matter, agreement: Agreement, *, asker: str, provider: str) -> bool:
    """Tell whether anything of a matter may be told across the two regions: of any kind, in any mode that suffices."""
    pair = _Pair(matter, agreement, asker, provider)
    return any(
        pair.granted(way.kind, mode) is not None
        for one in matter.requirements
        for way in one.accepts
        for mode in MODES[MODES.index(way.mode) :]
    )


def gaps(matter: Matter, agreement: Agreement | None, *, asker: str, provider: str) -> tuple[Gap, ...]:
    """Return the requirements that cannot be met, each with why; without an agreement all that are not optional."""
    due = [one for one in matter.requirements if not one.optional]
    if agreement is None:
        return tuple(Gap(one) for one in due)
    pair = _Pair(matter, agreement, asker, provider)
    return tuple(Gap(one, lacks) for one in due if (lacks := pair.lacks(one)))


def unmet(matter: Matter, agreement: Agreement | None, *, asker: str, provider: str) -> tuple[str, ...]:
    """Return the ids of the requirements that cannot be met across the two regions."""
    return tuple(one.requirement.id for one in gaps(matter, agreement, asker=asker, provider=provider))
