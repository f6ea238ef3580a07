"""Agreements between two regions: what one lets the other ask, and see (trust list, typ "agreement").

    {"typ": "agreement", "format"?, "id", "n", "parties": [a, b], "from", "until", "basis",
     "items": [{"kind", "matters": […], "purposes": […], "fields": […], "direction": "both" or "<p>-><q>"}]}

Both regions publish the same bytes, each in its own part of the trust list; what only one publishes is a
proposal. Everything that no item names is denied. A direction `420700->420100` lets certificates of 420700
be shown to 420100: it points the way the answer goes, from the provider to the asker.

Every format ever written is read for ever (`format`, absent = 1). A row with a member or a direction of a later
release is set aside and grants nothing. A member of the whole agreement that is not known could narrow every
row, so that then no row grants anything; what it replaced stays replaced.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.jose import fields as payload_fields
from certhub_verifier.formats.jose import strict_json
from certhub_verifier.formats.jose.object_schema import (
    Check,
    integer,
    listing,
    object_of,
    one_of,
    pattern,
    text,
)
from certhub_verifier.formats.trust.setaside import SetAside, entries, sorted_out, strange_member, tellable
from certhub_verifier.formats.trust.trustfile import FORMAT, MAX_FORMAT, format_member, newer

BOTH = "both"
_MAX_ITEMS = 1024
_MAX_WORDS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementItem:
    """One grant: these fields of this kind, for these matters and purposes, in this direction."""

    kind: str
    matters: tuple[str, ...]
    purposes: tuple[str, ...]
    fields: tuple[str, ...]
    direction: str

    def grants(self, *, kind: str, matter: str, purpose: str, asker: str, provider: str) -> bool:
        """Tell whether this item speaks of the question at all."""
        return (
            kind == self.kind
            and matter in self.matters
            and purpose in self.purposes
            and self.direction in {BOTH, f"{provider}->{asker}"}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One version `n` of an agreement; `digest` is the hex SHA-256 of the file that it was read from.

    `set_aside` are the rows that a reader of this release does not know. An agreement that is not `known` has a
    member that could narrow every row: it grants nothing.
    """

    id: str
    n: int
    parties: tuple[str, str]
    from_: datetime
    until: datetime
    basis: str
    items: tuple[AgreementItem, ...]
    format: int = FORMAT
    digest: str | None = field(default=None, compare=False)
    set_aside: tuple[SetAside, ...] = field(default=(), compare=False)
    known: bool = field(default=True, compare=False)

    @property
    def reference(self) -> str:
        """What a question quotes: <id>@sha256:<digest>; printed first where it was not read from a file."""
        return f"{self.id}@sha256:{self.digest or sha256(self.to_bytes()).hexdigest()}"

    def in_term(self, at: datetime) -> bool:
        """Tell whether `at` lies in the term: `from` belongs to it, `until` does not."""
        return self.from_ <= at < self.until

    def covers(
        self, kind: str, matter: str, *, purpose: str, asker: str, provider: str
    ) -> frozenset[str] | None:
        """Return the fields that `asker` may be shown, or None: nothing was agreed, so nothing is allowed.

        An empty set is an agreement to answer without showing a field. Grants of several items add up.
        """
        if not self.known or {asker, provider} != set(self.parties):
            return None
        granted = [
            item.fields
            for item in self.items
            if item.grants(kind=kind, matter=matter, purpose=purpose, asker=asker, provider=provider)
        ]
        return frozenset[str]().union(*granted) if granted else None

    def to_bytes(self) -> bytes:
        """Return the file.

        Raises:
            Malformed: a value is such that `from_bytes` would refuse it.
        """
        payload = {
            "typ": "agreement",
            **format_member(self.format),
            "id": self.id,
            "n": self.n,
            "parties": list(self.parties),
            "from": payload_fields.instant(self.from_),
            "until": payload_fields.instant(self.until),
            "basis": self.basis,
            "items": [
                {
                    "kind": item.kind,
                    "matters": list(item.matters),
                    "purposes": list(item.purposes),
                    "fields": list(item.fields),
                    "direction": item.direction,
                }
                for item in self.items
            ],
        }
        printed = strict_json.dumps(payload)
        if Agreement.from_bytes(printed).set_aside:
            raise Malformed("agreement: something that its own reader would set aside")
        return printed

    @classmethod
    def from_bytes(cls, data: bytes) -> "Agreement":
        """Read a file of an agreement.

        Raises:
            Malformed: not strict JSON, a missing member, a wrong type or shape, a term that ends before it
                begins, one region twice, or a direction between others than the parties.
        """
        value = strict_json.loads(data)
        whole = strange_member(value, _AGREEMENT_MEMBERS) if type(value) is dict else None
        if whole is not None:
            value = {name: member for name, member in value.items() if name in _AGREEMENT_MEMBERS}
            value["items"] = []
        found = _AGREEMENT(value, "agreement")
        items, aside = sorted_out(found["items"])
        if whole is not None:
            aside = (SetAside("", "agreement", whole),)
        first, second = found["parties"]
        if first == second:
            raise Malformed("agreement.parties: two different regions expected")
        if found["until"] <= found["from"]:
            raise Malformed("agreement.until: not after from")
        directions = {BOTH, f"{first}->{second}", f"{second}->{first}"}
        for i, item in enumerate(items):
            if item.direction not in directions:
                raise Malformed(f"agreement.items[{i}].direction: between others than the parties")
        return cls(
            id=found["id"],
            n=found["n"],
            parties=(first, second),
            from_=found["from"],
            until=found["until"],
            basis=found["basis"],
            items=items,
            format=found["format"] or FORMAT,
            digest=sha256(data).hexdigest(),
            set_aside=(*newer(found["format"], FORMAT), *aside),
            known=whole is None,
        )


def _row(value: Any, where: str) -> AgreementItem:
    return AgreementItem(**_ITEM(value, where))


def _strange_row(value: Mapping[str, Any]) -> str | None:
    direction = value.get("direction")
    strange = type(direction) is str and not _DIRECTION.fullmatch(direction)
    return strange_member(value, _ITEM_MEMBERS) or (
        f"unknown direction {tellable(str(direction))}" if strange else None
    )


_DIRECTION = re.compile(r"both|[1-9][0-9]{5}->[1-9][0-9]{5}")
_ITEM_MEMBERS: Mapping[str, Check] = {
    "kind": payload_fields.kind,
    "matters": listing(payload_fields.matter, at_least=1, at_most=_MAX_WORDS),
    "purposes": listing(payload_fields.word, at_least=1, at_most=_MAX_WORDS),
    "fields": listing(text(64), at_most=_MAX_WORDS),
    "direction": pattern(_DIRECTION.pattern, "both, or <region>-><region>,"),
}
_ITEM = object_of(_ITEM_MEMBERS)
_item = entries(_row, _strange_row, lambda value: ())
_REQUIRED: Mapping[str, Check] = {
    "typ": one_of("agreement"),
    "id": pattern(r"[0-9A-Za-z._-]{1,64}", "an id of 1 to 64 plain characters"),
    "n": integer(1, 999_999),
    "parties": listing(payload_fields.region, at_least=2, at_most=2),
    "from": payload_fields.moment,
    "until": payload_fields.moment,
    "basis": text(512),
    "items": listing(_item, at_most=_MAX_ITEMS),
}
_OPTIONAL: Mapping[str, Check] = {"format": integer(1, MAX_FORMAT)}
_AGREEMENT_MEMBERS = {*_REQUIRED, *_OPTIONAL}
_AGREEMENT = object_of(_REQUIRED, _OPTIONAL)
