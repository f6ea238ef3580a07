"""What an answer of format 1 can say: a result cut down to what its readers know, never to anything better.

A hub of the release before reads format 1 and refuses what it does not know. It has no placeholder and no number
of certificates shown; so a result that leaves one out cannot be told to it, and becomes NO_AGREEMENT as a whole.
A fact of a later format that says yes is left out. One that does not leaves the answer's shape undetermined, as
that reader itself would find it, and a later cause becomes the plainest one that the fact had.

The closed lists below are those of format 1 for ever; `facts.py` and `causes.py` go on without them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from certhub_verifier.formats.exchange.envelope import AnsweredItem, Result, WithheldItem
from certhub_verifier.formats.exchange.reported_fact import StatedFact

NO_CAUSES: Mapping[str, tuple[str, ...]] = {
    "well_formed": ("TAMPERED",),
    "signature": ("TAMPERED",),
    "stands_behind": (),
    "issuer_known": (),
    "issuer_entitled": ("ISSUER_NOT_ENTITLED",),
    "dates": ("EXPIRED", "NOT_YET_VALID"),
    "status": ("CANCELLED", "REVOKED", "SUSPENDED", "SUPERSEDED"),
    "holder_binding": ("BINDING_FAILED", "WRONG_COUNTER"),
    "audience": ("WRONG_COUNTER", "NOT_FOR_MATTER"),
    "one_time": ("CODE_USED",),
    "trust_fresh": (),
    "agreement": (),
    "logged": (),
}
OPEN_CAUSES: Mapping[str, tuple[str, ...]] = {
    "well_formed": ("STATUS_UNKNOWN", "CODE_PARTIAL", "NOT_OUR_CODE"),
    "signature": ("ISSUER_UNKNOWN", "SUITE_MISSING"),
    "stands_behind": ("ISSUER_UNKNOWN", "REGION_ONLY"),
    "issuer_known": ("ISSUER_UNKNOWN",),
    "issuer_entitled": ("ISSUER_UNKNOWN", "NOT_LOGGED"),
    "dates": ("CLOCK_WRONG", "CODE_EXPIRED"),
    "status": ("STATUS_UNKNOWN", "STATUS_AGED", "LIST_TOO_OLD", "CLOCK_WRONG", "PEER_DOWN", "SUITE_MISSING"),
    "holder_binding": ("NOT_BOUND", "NAME_VARIANT", "CLOCK_WRONG", "SUITE_MISSING"),
    "audience": ("NOT_BOUND",),
    "one_time": ("USE_UNKNOWN", "PEER_DOWN"),
    "trust_fresh": ("LIST_TOO_OLD", "CLOCK_WRONG", "ISSUER_UNKNOWN"),
    "agreement": ("NO_AGREEMENT",),
    "logged": ("NOT_LOGGED",),
}
CAUTIONS: Mapping[str, tuple[str, ...]] = {
    "dates": ("EXPIRES_SOON",),
    "status": ("STATUS_AGED",),
    "holder_binding": ("NAME_VARIANT",),
}
FAILURES = frozenset(
    (
        *(
            "TAMPERED",
            "ISSUER_NOT_ENTITLED",
            "REVOKED",
            "CANCELLED",
            "CODE_USED",
            "BINDING_FAILED",
            "SUSPENDED",
        ),
        *("EXPIRED", "SUPERSEDED", "NOT_YET_VALID", "WRONG_COUNTER", "NOT_FOR_MATTER", "NOT_OUR_CODE"),
        *("CODE_PARTIAL", "CODE_EXPIRED", "NEEDS_HUB", "NOT_FOUND", "CLOCK_WRONG", "ISSUER_UNKNOWN"),
        *("SUITE_MISSING", "NO_AGREEMENT", "PEER_DOWN", "LIST_TOO_OLD", "STATUS_UNKNOWN"),
    )
)
"""The causes for which a code fails, in format 1."""

_SHAPE, _PLAINEST = "well_formed", "STATUS_UNKNOWN"


def leaves_out(result: Result) -> bool:
    """Tell whether the result has a placeholder, which format 1 cannot say."""
    return any(isinstance(item, WithheldItem) for item in result.items)


def first_format(result: Result) -> Result:
    """Return the result as format 1 can say it."""
    if leaves_out(result):
        return Result(items=(), cause="NO_AGREEMENT")
    cause = result.cause if result.cause is None or result.cause in FAILURES else _PLAINEST
    items = tuple(_item(item) for item in result.items if isinstance(item, AnsweredItem))
    return replace(result, items=items, cause=cause, shown=None)


def _item(item: AnsweredItem) -> AnsweredItem:
    return AnsweredItem(
        kind=item.kind, facts=_facts(item.facts), disclosed=item.disclosed, cert_digest=item.cert_digest
    )


def _facts(facts: Iterable[StatedFact]) -> tuple[StatedFact, ...]:
    facts = tuple(facts)
    doubts = [fact for fact in facts if fact.fact not in OPEN_CAUSES and fact.outcome != "yes"]
    found = [_fact(fact) for fact in facts if fact.fact in OPEN_CAUSES]
    if not doubts:
        return tuple(found)
    doubtful = StatedFact(_SHAPE, "undetermined", _PLAINEST, doubts[0].as_of)
    well_formed = [fact for fact in found if fact.fact == _SHAPE]
    if any(fact.outcome == "no" for fact in well_formed):
        return tuple(found)
    return (doubtful, *(fact for fact in found if fact.fact != _SHAPE))


def _fact(fact: StatedFact) -> StatedFact:
    name, cause = fact.fact, fact.cause
    if fact.outcome == "no" and cause not in NO_CAUSES[name]:
        plainest = next(iter(NO_CAUSES[name]), None)
        return replace(fact, cause=plainest) if plainest else _open(fact)
    if fact.outcome == "undetermined" and cause not in OPEN_CAUSES[name]:
        return _open(fact)
    if fact.outcome == "yes" and cause is not None and cause not in CAUTIONS.get(name, ()):
        return _open(fact)
    return fact


def _open(fact: StatedFact) -> StatedFact:
    return replace(fact, outcome="undetermined", cause=OPEN_CAUSES[fact.fact][0])
