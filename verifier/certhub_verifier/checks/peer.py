"""What another region states, taken over with care: its words are evidence, and ours is the judgement."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from certhub_schemas.text import unfit

from certhub_verifier.checks.core import SKEW, in_time, unknown
from certhub_verifier.facts import CAUTIONS, NO_CAUSES, OPEN_CAUSES, OURS_TO_SAY, Checked, Fact, Outcome
from certhub_verifier.formats.exchange.envelope import AnsweredItem
from certhub_verifier.formats.exchange.reported_fact import StatedFact, StatedIssuer
from certhub_verifier.policy import Policy
from certhub_verifier.sentences import CHINA
from certhub_verifier.trust import TrustSet

_FACTS = {fact.value: fact for fact in Fact}
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}


def reported_facts(
    facts: Iterable[StatedFact], *, answer: str, answered_at: datetime, policy: Policy, now: datetime
) -> tuple[Checked, ...]:
    """Take over what another region states, with its own ages, and `answer` (a digest) as the evidence.

    What is ours to say (facts.OURS_TO_SAY) is passed over. What we do not understand never helps: an unknown
    fact, or one that is told twice, makes the answer's shape undetermined; a yes with a cause that it cannot
    have, or another outcome than our three, is undetermined; an unknown cause is read as the plainest one.
    Each fact ages by the one rule (`in_time`). None is newer than the answer that states it (`answered_at`).
    """
    found: dict[Fact, Checked] = {}
    strange = False
    for one in facts:
        fact = _FACTS.get(one.fact)
        if fact is None or fact in found:
            strange = True
        if fact is None or fact in OURS_TO_SAY or (fact in found and one.outcome != Outcome.NO):
            continue
        found[fact] = _taken_over(one, fact, answer, answered_at, policy, now)
    shape = found.get(Fact.WELL_FORMED)
    if strange and (shape is None or shape.outcome is Outcome.YES):
        found[Fact.WELL_FORMED] = unknown(Fact.WELL_FORMED, "STATUS_UNKNOWN", now, answer)
    return tuple(found.values())


def _taken_over(
    reported: StatedFact, fact: Fact, answer: str, answered_at: datetime, policy: Policy, now: datetime
) -> Checked:
    outcome, cause = _OUTCOMES.get(reported.outcome, Outcome.UNDETERMINED), reported.cause
    if outcome is Outcome.NO and not NO_CAUSES[fact]:
        outcome, cause = Outcome.UNDETERMINED, OPEN_CAUSES[fact][0]
    elif outcome is Outcome.NO and cause not in NO_CAUSES[fact]:
        cause = NO_CAUSES[fact][0]
    elif outcome is Outcome.UNDETERMINED and cause not in OPEN_CAUSES[fact]:
        cause = OPEN_CAUSES[fact][0]
    elif outcome is Outcome.YES and cause is not None and cause not in CAUTIONS.get(fact, ()):
        outcome, cause = Outcome.UNDETERMINED, OPEN_CAUSES[fact][0]
    detail = {name: text for name, text in reported.detail.items() if not unfit(text)}
    as_of = _moment(reported.as_of, answered_at, now)
    return in_time(Checked(fact, outcome, cause, as_of, answer, detail), policy=policy, now=now)


def _moment(as_of: datetime, answered_at: datetime, now: datetime) -> datetime:
    """Return the time that a fact ages from: its own, or its answer's where the two contradict each other."""
    if as_of > now + SKEW:
        return as_of
    return answered_at if answered_at > now + SKEW or as_of > answered_at + SKEW else as_of


def borne_out(
    item: AnsweredItem, region: str, *, trust: TrustSet, now: datetime
) -> tuple[StatedIssuer | None, date | None, date | None, Mapping[Fact, str]]:
    """Return issuer and term as another region states them, where our list and our clock bear them out.

    Returns:
        Issuer, first day, last day, and by fact the cause that takes its yes back. The name is the list's, never the
        peer's. An agency that is none of that region's makes the issuer unknown. A term that today lies outside of
        contradicts what the peer says of the dates.
    """
    doubts: dict[Fact, str] = {}
    issuer, agency = None, trust.agency(item.issuer.code) if item.issuer else None
    if agency is not None and agency.region == region:
        issuer = StatedIssuer(agency.uscc, agency.name)
    elif item.issuer is not None:
        doubts[Fact.ISSUER_KNOWN] = "ISSUER_UNKNOWN"
    earliest, latest = ((now + skew).astimezone(CHINA).date() for skew in (-SKEW, SKEW))
    first, last = item.valid_from, item.valid_to
    if (first is not None and first > latest) or (last is not None and last < earliest):
        doubts[Fact.DATES] = OPEN_CAUSES[Fact.DATES][0]
        first = last = None
    return issuer, first, last, doubts


def doubted(
    facts: Iterable[Checked], doubts: Mapping[Fact, str], *, answer: str, now: datetime
) -> list[Checked]:
    """Return the facts, each yes that is in doubt taken back; a no stays."""
    return [
        unknown(one.fact, doubts[one.fact], now, answer)
        if one.fact in doubts and one.outcome is Outcome.YES
        else one
        for one in facts
    ]
