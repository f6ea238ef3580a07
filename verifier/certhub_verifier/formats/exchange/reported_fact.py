"""A fact as a signed statement carries it, in a receipt or in an answer to another region.

    {"fact", "outcome", "cause"?: CODE, "evidence"?: hex SHA-256, "as_of", "detail"?: {word: text}}

`as_of` is RFC 3339 in UTC. `detail` travels between regions only: what a sentence may say of the fact (a
date, a decision number, an agency's name), never a holder's data. Receipts carry none. Which facts and
causes there are is the engine's to know; here they have a shape.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from certhub_verifier.formats.jose import fields
from certhub_verifier.formats.jose.object_schema import listing, object_of, table, text
from certhub_verifier.frozen import quick

_MAX_FACTS = 32


@dataclass(frozen=True, slots=True)
class StatedFact:
    """One fact with its answer; `as_of` is aware, `evidence` the hex SHA-256 of what was looked at."""

    fact: str
    outcome: str
    cause: str | None
    as_of: datetime
    evidence: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)

    def to_payload(self) -> dict[str, Any]:
        """Return the members; those that say nothing are left out."""
        payload: dict[str, Any] = {"fact": self.fact, "outcome": self.outcome}
        if self.cause is not None:
            payload["cause"] = self.cause
        if self.evidence is not None:
            payload["evidence"] = self.evidence
        payload["as_of"] = fields.instant(self.as_of)
        if self.detail:
            payload["detail"] = dict(self.detail)
        return payload


@dataclass(frozen=True, slots=True)
class StatedIssuer:
    """The agency that issued a certificate, as somebody states it: its code (USCC) and its name."""

    code: str
    name: str

    def to_payload(self) -> dict[str, str]:
        """Return the members."""
        return {"code": self.code, "name": self.name}


_stated = quick(StatedFact)


def stated_issuer(value: Any, where: str) -> StatedIssuer:
    """Read an issuer. Raises: Malformed."""
    return StatedIssuer(**_ISSUER(value, where))


_ISSUER = object_of({"code": fields.agency, "name": text(128)})
_REQUIRED = {"fact": fields.word, "outcome": fields.outcome, "as_of": fields.moment}
_OPTIONAL = {"cause": fields.cause, "evidence": fields.digest}
_RECORDED = object_of(_REQUIRED, _OPTIONAL)
_TOLD = object_of(_REQUIRED, {**_OPTIONAL, "detail": table(fields.word, text(200), at_most=16)})


def _recorded(value: Any, where: str) -> StatedFact:
    return _stated(**_RECORDED(value, where))


def _text(value: Any, where: str) -> StatedFact:
    found = _TOLD(value, where)
    found["detail"] = found["detail"] or {}
    return _stated(**found)


recorded_facts = listing(_recorded, at_most=_MAX_FACTS)
"""The facts of a receipt's item, without detail."""

told_facts = listing(_text, at_most=_MAX_FACTS)
"""The facts of an answer's item, with detail."""
