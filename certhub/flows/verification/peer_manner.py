"""In which manner another region's item was shown, as its signed answer says."""

from collections.abc import Mapping

from certhub_schemas.requirements import Mode
from certhub_verifier.facts import Outcome
from certhub_verifier.formats.exchange import envelope
from certhub_verifier.predicates import CAUSES, Manner, PredicateAnswer


def manner_of(
    item: envelope.AnsweredItem,
    region: str,
    reached: Mode,
    only_seen: bool,
    declared: Mapping[str, str] | None = None,
) -> Manner:
    """Return the manner of an item: the mode as we know it, predicates and the holders' names as the region states.

    `declared` are the values by title that our clerk declared with the request: they come back in no answer.
    """
    answers = tuple(_taken_over(one, region, declared or {}) for one in item.predicates)
    return Manner(reached, only_seen, answers, item.subjects)


def _taken_over(
    reported: envelope.StatedPredicate, region: str, declared: Mapping[str, str]
) -> PredicateAnswer:
    """Take an answer over: an unknown cause is read as the plainest one, and a yes or no has none."""
    predicate, outcome = reported.predicate, Outcome(reported.outcome)
    cause = reported.cause if reported.cause in CAUSES else CAUSES[0]
    is_open = outcome is Outcome.UNDETERMINED
    value = declared.get(predicate.argument("field")) if predicate.name == "equals" else None
    return PredicateAnswer(predicate, outcome, cause if is_open else None, reported.as_of, region, value)
