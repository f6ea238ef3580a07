"""One certificate in an answer to another region: told with its facts, or a placeholder that says why it is not.

What stands in which format: envelope.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from certhub_schemas import BadEntry
from certhub_schemas.entries import Members
from certhub_schemas.predicates import PREDICATES, Predicate, read_predicate
from certhub_schemas.requirements import MAX_PREDICATES

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.exchange import versions
from certhub_verifier.formats.exchange.reported_fact import (
    StatedFact,
    StatedIssuer,
    stated_issuer,
    told_facts,
)
from certhub_verifier.formats.jose import fields
from certhub_verifier.formats.jose.object_schema import (
    Check,
    anything,
    integer,
    listing,
    nullable,
    object_of,
    one_of,
    table,
    text,
)

FORMAT = versions.EXCHANGE[-1]
SECOND, THIRD = versions.EXCHANGE[1:]
WITHHELD = ("NO_AGREEMENT", "RECORD_GONE", "MODE_L3")
"""Why a certificate that was shown is not told: the asker may not be told, the store has it no longer, or the identity
has to be checked first. Format 2 knows the first two."""
_WITHHELD_IN_SECOND = ("NO_AGREEMENT", "RECORD_GONE")
_MAX_FIELDS = 128
_MAX_SUBJECTS = 64  # as many holders as a certificate may have
_MAX_SLOTS = (1 << 31) - 1


@dataclass(frozen=True, slots=True)
class StatedPredicate:
    """A predicate as the region that holds the certificate answers it."""

    predicate: Predicate
    outcome: str
    cause: str | None
    as_of: datetime

    def to_payload(self) -> dict[str, Any]:
        """Return the members; a cause that is absent is left out."""
        cause = {} if self.cause is None else {"cause": self.cause}
        return self.predicate.to_json() | {
            "outcome": self.outcome,
            **cause,
            "as_of": fields.instant(self.as_of),
        }


@dataclass(frozen=True, slots=True)
class StatusSlot:
    """Where a certificate's status is published: the number of the list, and the index in it."""

    list_no: int
    index: int

    def to_payload(self) -> dict[str, int]:
        """Return the members."""
        return {"list": self.list_no, "index": self.index}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredItem:
    """One certificate behind a code: the facts that its region states, and the fields that it lets out.

    `kind_version` is the version of the kind that its credential names, None where nobody stated it. `valid_from`
    and `valid_to` are its first and its last day; a certificate with a first day and no last one has no end.
    Format 1 states none of these four, and format 3 alone what follows them.
    """

    kind: str
    facts: tuple[StatedFact, ...]
    disclosed: Mapping[str, Any]
    cert_digest: str
    kind_version: int | None = None
    issuer: StatedIssuer | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    predicates: tuple[StatedPredicate, ...] = ()
    subjects: tuple[str, ...] = ()
    status: StatusSlot | None = None

    def to_payload(self, number: int = FORMAT) -> dict[str, Any]:
        """Return the members of one item in format `number`."""
        payload: dict[str, Any] = {
            "kind": self.kind,
            "facts": [fact.to_payload() for fact in self.facts],
            "disclosed": dict(self.disclosed),
            "cert_digest": self.cert_digest,
        }
        if number > versions.FIRST:
            payload |= {
                "kind_version": self.kind_version,
                "issuer": None if self.issuer is None else self.issuer.to_payload(),
                "valid_from": None if self.valid_from is None else self.valid_from.isoformat(),
                "valid_to": None if self.valid_to is None else self.valid_to.isoformat(),
            }
        if number >= THIRD:
            payload |= {
                "predicates": [one.to_payload() for one in self.predicates],
                "subjects": list(self.subjects),
                "status": None if self.status is None else self.status.to_payload(),
            }
        return payload


@dataclass(frozen=True, slots=True)
class WithheldItem:
    """One certificate that was shown and is not told: one of `WITHHELD`, and nothing else, not even its kind."""

    cause: str

    def to_payload(self, number: int = FORMAT) -> dict[str, Any]:
        """Return the placeholder. Raises: Malformed: format 1 has none."""
        if number == versions.FIRST:
            raise Malformed("format 1 has no placeholder")
        return {"withheld": self.cause}


def read_item(value: Any) -> AnsweredItem:
    """Read what `AnsweredItem.to_payload` printed: a stored item, to be judged again. Raises: Malformed."""
    found = item(value, "item")
    if isinstance(found, WithheldItem):
        raise Malformed("item: a placeholder is nothing to judge")
    return found


def first_item(value: Any, where: str) -> AnsweredItem:
    """Read an item of format 1. Raises: Malformed."""
    return AnsweredItem(**_FIRST_ITEM(value, where))


def second_item(value: Any, where: str) -> AnsweredItem | WithheldItem:
    """Read an item, or a placeholder, of format 2. Raises: Malformed."""
    return _withheld(value, where, _SECOND_WITHHELD) or AnsweredItem(**_SECOND_ITEM(value, where))


def item(value: Any, where: str) -> AnsweredItem | WithheldItem:
    """Read an item, or a placeholder, of format 3. Raises: Malformed."""
    return _withheld(value, where, _WITHHELD) or AnsweredItem(**_ITEM(value, where))


def _withheld(value: Any, where: str, check: Check) -> WithheldItem | None:
    is_withheld = type(value) is dict and "withheld" in value
    return WithheldItem(check(value, where)["withheld"]) if is_withheld else None


def _predicate(value: Any, where: str) -> StatedPredicate:
    found = _PREDICATE(value, where)
    try:
        predicate = read_predicate(
            Members({name: found[name] for name in ("name", "arguments")}, entry=where)
        )
    except BadEntry as bad:
        raise Malformed(str(bad)) from bad
    return StatedPredicate(predicate, found["outcome"], found["cause"], found["as_of"])


def _predicates(value: Any, where: str) -> tuple[StatedPredicate, ...]:
    """Read the predicates, each of which has one answer."""
    found: tuple[StatedPredicate, ...] = _PREDICATES(value, where)
    if len({one.predicate for one in found}) != len(found):
        raise Malformed(f"{where}: one predicate twice")
    return found


def _slot(value: Any, where: str) -> StatusSlot:
    found = _SLOT(value, where)
    return StatusSlot(found["list"], found["index"])


_ITEM_MEMBERS: Mapping[str, Check] = {
    "kind": fields.kind,
    "facts": told_facts,
    "disclosed": table(text(64), anything, at_most=_MAX_FIELDS),
    "cert_digest": fields.digest,
}
_FIRST_ITEM = object_of(_ITEM_MEMBERS)
_SECOND_MEMBERS: Mapping[str, Check] = {
    **_ITEM_MEMBERS,
    "kind_version": nullable(integer(1, 9999)),
    "issuer": nullable(stated_issuer),
    "valid_from": nullable(fields.day),
    "valid_to": nullable(fields.day),
}
_PREDICATE = object_of(
    {"name": one_of(*PREDICATES), "arguments": anything, "outcome": fields.outcome, "as_of": fields.moment},
    {"cause": fields.cause},
)
_PREDICATES = listing(_predicate, at_most=MAX_PREDICATES)
_SLOT = object_of({"list": integer(1, _MAX_SLOTS), "index": integer(0, _MAX_SLOTS)})
_SECOND_ITEM = object_of(_SECOND_MEMBERS)
_ITEM = object_of(
    {
        **_SECOND_MEMBERS,
        "predicates": _predicates,
        "subjects": listing(fields.token_id, at_most=_MAX_SUBJECTS),
        "status": nullable(_slot),
    }
)
_SECOND_WITHHELD = object_of({"withheld": one_of(*_WITHHELD_IN_SECOND)})
_WITHHELD = object_of({"withheld": one_of(*WITHHELD)})
