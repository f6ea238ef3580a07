"""Predicates: what the hub that holds a certificate answers in the place of one of its values. Pure.

Each answer is yes, no or undetermined, as of now; none holds the value. What cannot be told from a certificate as it
stands is undetermined, and never yes: CLAIM_ABSENT. `certhub_schemas.predicates` is the list of what can be asked.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hmac import compare_digest

from certhub_schemas import Kind
from certhub_schemas.predicates import TODAY, Predicate, division_claim
from certhub_verifier.facts import Outcome
from certhub_verifier.predicates import PredicateAnswer

from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import CHINA, State

RESIDENT_ID = "111"  # GB/T 36903 annex A: a citizen's identity number, which holds a date of birth
_ABSENT = None


@dataclass(frozen=True)
class PredicateContext:
    """What a predicate is asked of: a certificate, its kind, today in China, and what was declared, by title."""

    certificate: Certificate
    kind: Kind | None
    today: date
    declared: Mapping[str, str]


def answer(
    predicate: Predicate, asked: PredicateContext, *, now: datetime, by: str
) -> PredicateAnswer | None:
    """Answer one predicate; None where nobody declared the value that it compares with."""
    declared = asked.declared.get(predicate.argument("field")) if predicate.name == "equals" else None
    if predicate.name == "equals" and declared is None:
        return None
    found = _ANSWERS[predicate.name](predicate, asked)
    outcome = Outcome.UNDETERMINED if found is None else Outcome.YES if found else Outcome.NO
    cause = "CLAIM_ABSENT" if found is None else None
    return PredicateAnswer(predicate, outcome, cause, now, by, declared)


def _in_force_on(predicate: Predicate, asked: PredicateContext) -> bool | None:
    """Say how it stands on a day: a day before the last change is not known, since the row keeps the last state alone.

    A change may hold from a day before its decision, so that an end tells nothing of the days before it either.
    """
    text, certificate = predicate.argument("date"), asked.certificate
    day = asked.today if text == TODAY else date.fromisoformat(text)
    if day < certificate.valid_from or (certificate.valid_to is not None and day > certificate.valid_to):
        return False
    if day < min(certificate.state_since.astimezone(CHINA).date(), asked.today):
        return _ABSENT
    return certificate.state is State.ACTIVE


def _age_at_least(predicate: Predicate, asked: PredicateContext) -> bool | None:
    """Say whether all holders are so old: one too young settles it, one whose birth is unknown leaves it open."""
    born = [
        _birth(holder.id_number) if holder.id_type == RESIDENT_ID else None
        for holder in asked.certificate.record.holders
    ]
    ages = [None if one is None else _years(one, asked.today) for one in born]
    if any(age is not None and age < int(predicate.arguments["n"]) for age in ages):
        return False
    return _ABSENT if None in ages or not ages else True


def _in_region(predicate: Predicate, asked: PredicateContext) -> bool | None:
    title = None if asked.kind is None else division_claim(asked.kind)
    code = None if title is None else asked.certificate.record.claims.get(title)
    return _ABSENT if code is None else code.startswith(predicate.argument("prefix"))


def _equals(predicate: Predicate, asked: PredicateContext) -> bool | None:
    title = predicate.argument("field")
    value = asked.certificate.record.claims.get(title)
    return _ABSENT if value is None else compare_digest(_plain(value), _plain(asked.declared[title]))


def _not_ended_within(predicate: Predicate, asked: PredicateContext) -> bool | None:
    last = asked.certificate.valid_to
    return last is None or last >= asked.today + timedelta(days=int(predicate.arguments["days"]))


_ANSWERS: Mapping[str, Callable[[Predicate, PredicateContext], bool | None]] = {
    "in_force_on": _in_force_on,
    "age_at_least": _age_at_least,
    "in_region": _in_region,
    "equals": _equals,
    "not_ended_within": _not_ended_within,
}


def _birth(number: str) -> date | None:
    """Return the day of birth that an identity number holds (GB 11643), None where it holds none."""
    digits = number[6:14]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _plain(text: str) -> bytes:
    """Return a value as it is compared: width and case of letters make no difference, nor do blanks."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split()).encode()
