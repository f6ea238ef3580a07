"""What a matter asks of a certificate: whether it uses it, whether what is seen suffices, and how it was shown.

Pure, of values: the requirements, the kind, the names of the fields that were disclosed, the answered predicates and
the mode that was reached. The same questions decide what a case still lacks (materials.py), so that the fact and the
requirement never differ.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from certhub_schemas.predicates import Predicate
from certhub_schemas.requirements import MODES, Alternative, Mode, Requirement

from certhub_verifier.causes import CODES
from certhub_verifier.checks.core import SKEW, checked, unknown, yes
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.policy import Policy
from certhub_verifier.predicates import CAUSES, GLANCE, Manner, PredicateAnswer


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a certificate, as a matter looks at it.

    `fields` are the names of what was disclosed; `manner` says in which mode it was shown, and what was answered.
    """

    kind: str
    fields: Collection[str]
    manner: Manner = GLANCE


def lacking(way: Alternative, seen: Seen) -> tuple[str, ...]:
    """Return the least fields of an alternative that were not disclosed."""
    return tuple([title for title in way.titles if title not in seen.fields])


def reaches(reached: Mode, demanded: Mode) -> bool:
    """Tell whether a mode is at least another one."""
    return MODES.index(reached) >= MODES.index(demanded)


def suffices(way: Alternative, seen: Seen) -> str | None:
    """Return why what is seen does not suffice for an alternative of its kind, as a cause; None where it does.

    What compares two certificates of a case is not asked here.
    """
    if not way.predicates:
        return "FIELDS_WITHHELD" if lacking(way, seen) else None
    answers = [_answer(one, seen) for one in way.predicates if not one.of_a_case]
    if any(answer is not None and answer.outcome is Outcome.NO for answer in answers):
        return "NOT_NEEDED"
    if lacking(way, seen) or any(answer is None for answer in answers):
        return "FIELDS_WITHHELD"
    causes = (_cause(one) for one in answers if one is not None and not one.is_known)
    return min(causes, key=_worst_first, default=None)


def needed(requirements: Iterable[Requirement], seen: Seen, now: datetime) -> Checked:
    """Say whether the matter uses this certificate, and what is seen of it suffices.

    Of several alternatives that it does not suffice for, an answer that is not known counts first, for the worst of its
    causes: one that is too old, or dated ahead, is not softened to one that is absent.
    """
    found = {suffices(way, seen) for one in requirements for way in one.of_kind(seen.kind)}
    if None in found:
        return yes(Fact.NEEDED, now)
    causes = [cause for cause in found if cause in CAUSES]
    if causes:
        return unknown(Fact.NEEDED, min(causes, key=_worst_first), now)
    return unknown(Fact.NEEDED, "FIELDS_WITHHELD" if "FIELDS_WITHHELD" in found else "NOT_NEEDED", now)


def mode(requirements: Iterable[Requirement], of_matter: Mode, seen: Seen, now: datetime) -> Checked:
    """Say whether it was shown in the mode that the matter demands of it.

    Demanded is the lowest mode of the alternatives that it suffices for; of those of its kind, where it suffices for
    none; the matter's own, where no alternative is of its kind.
    """
    ways = [way for one in requirements for way in one.of_kind(seen.kind)]
    # Of one way there is no choice: what it demands is demanded, whether or not it suffices.
    served = [way for way in ways if suffices(way, seen) is None] if len(ways) > 1 else ways
    demanded = min((way.mode for way in served or ways), key=MODES.index, default=of_matter)
    if not reaches(seen.manner.reached, demanded):
        return unknown(Fact.MODE, f"MODE_{demanded}", now)
    only_seen = demanded == "L3" and seen.manner.only_seen
    return checked(Fact.MODE, Outcome.YES, "IDENTITY_SEEN" if only_seen else None, now)


def in_time(
    answers: Iterable[PredicateAnswer], *, policy: Policy, now: datetime
) -> tuple[PredicateAnswer, ...]:
    """Return the answers, those taken back that are dated ahead, or move with the day and are too old.

    It is the age rule of the facts (`core.in_time`), with the limit of a status. The day on which an answer was given
    changes nothing of what does not move with the day.
    """
    return tuple(
        one.unknown("CLOCK_WRONG")
        if one.as_of > now + SKEW
        else one.unknown("FACT_TOO_OLD")
        if one.is_older(policy.status_limit, now)
        else one
        for one in answers
    )


def _cause(answer: PredicateAnswer) -> str:
    return answer.cause if answer.cause in CAUSES else CAUSES[0]


def _worst_first(cause: str) -> int:
    return CODES[cause].rank


def _answer(predicate: Predicate, seen: Seen) -> PredicateAnswer | None:
    return next((one for one in seen.manner.predicates if one.predicate == predicate), None)
