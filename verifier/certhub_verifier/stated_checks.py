"""What another region states, taken over with care: its words are evidence, and ours is the judgement."""

from collections.abc import Iterable
from datetime import datetime

from certhub_schemas.text import unfit

from certhub_verifier.checks import in_time, unknown
from certhub_verifier.facts import CAUTIONS, NO_CAUSES, OPEN_CAUSES, OURS_TO_SAY, Checked, Fact, Outcome
from certhub_verifier.formats.stated import StatedFact
from certhub_verifier.policy import Policy

_FACTS = {fact.value: fact for fact in Fact}
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}


def stated(facts: Iterable[StatedFact], *, answer: str, policy: Policy, now: datetime) -> tuple[Checked, ...]:
    """Take over what another region states, with its own ages, and `answer` (a digest) as the evidence.

    What is ours to say (facts.OURS_TO_SAY) is passed over. What we do not understand never helps: an unknown
    fact, or one that is told twice, makes the answer's shape undetermined; a yes with a cause that it cannot
    have, or another outcome than our three, is undetermined; an unknown cause is read as the plainest one.
    Each fact ages by the one rule (`in_time`).
    """
    found: dict[Fact, Checked] = {}
    strange = False
    for one in facts:
        fact = _FACTS.get(one.fact)
        if fact is None or fact in found:
            strange = True
        if fact is None or fact in OURS_TO_SAY or (fact in found and one.outcome != Outcome.NO):
            continue
        found[fact] = _taken_over(one, fact, answer, policy, now)
    shape = found.get(Fact.WELL_FORMED)
    if strange and (shape is None or shape.outcome is Outcome.YES):
        found[Fact.WELL_FORMED] = unknown(Fact.WELL_FORMED, "STATUS_UNKNOWN", now, answer)
    return tuple(found.values())


def _taken_over(one: StatedFact, fact: Fact, answer: str, policy: Policy, now: datetime) -> Checked:
    outcome, cause = _OUTCOMES.get(one.outcome, Outcome.UNDETERMINED), one.cause
    if outcome is Outcome.NO and not NO_CAUSES[fact]:
        outcome, cause = Outcome.UNDETERMINED, OPEN_CAUSES[fact][0]
    elif outcome is Outcome.NO and cause not in NO_CAUSES[fact]:
        cause = NO_CAUSES[fact][0]
    elif outcome is Outcome.UNDETERMINED and cause not in OPEN_CAUSES[fact]:
        cause = OPEN_CAUSES[fact][0]
    elif outcome is Outcome.YES and cause is not None and cause not in CAUTIONS.get(fact, ()):
        outcome, cause = Outcome.UNDETERMINED, OPEN_CAUSES[fact][0]
    detail = {name: text for name, text in one.detail.items() if not unfit(text)}
    return in_time(Checked(fact, outcome, cause, one.as_of, answer, detail), policy=policy, now=now)
