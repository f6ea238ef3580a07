"""Agreements between two regions: what one lets the other ask, and see (trust list, typ "agreement").

    {"typ": "agreement", "id", "n", "parties": [a, b], "from", "until", "basis",
     "items": [{"kind", "matters": […], "purposes": […], "fields": […], "direction": "both" or "<p>-><q>"}]}

Both regions publish the same bytes, each in its own part of the trust list; what only one publishes is a
proposal. Everything that no item names is denied. A direction `420700->420100` lets certificates of 420700
be shown to 420100: it points the way the answer goes, from the provider to the asker.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from certhub_verifier.errors import Malformed
from certhub_verifier.formats import shapes, strict_json
from certhub_verifier.formats.members import Check, integer, listing, members, one_of, pattern, text

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
    """One version `n` of an agreement; `digest` is the hex SHA-256 of the file that it was read from."""

    id: str
    n: int
    parties: tuple[str, str]
    from_: datetime
    until: datetime
    basis: str
    items: tuple[AgreementItem, ...]
    digest: str | None = field(default=None, compare=False)

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
        if {asker, provider} != set(self.parties):
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
            "id": self.id,
            "n": self.n,
            "parties": list(self.parties),
            "from": shapes.instant(self.from_),
            "until": shapes.instant(self.until),
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
        Agreement.from_bytes(printed)
        return printed

    @classmethod
    def from_bytes(cls, data: bytes) -> "Agreement":
        """Read a file of an agreement.

        Raises:
            Malformed: not strict JSON, an unknown or missing member, a wrong type or shape, a term that ends
                before it begins, one region twice, or a direction between others than the parties.
        """
        found = _AGREEMENT(strict_json.loads(data), "agreement")
        first, second = found["parties"]
        if first == second:
            raise Malformed("agreement.parties: two different regions expected")
        if found["until"] <= found["from"]:
            raise Malformed("agreement.until: not after from")
        directions = {BOTH, f"{first}->{second}", f"{second}->{first}"}
        for i, item in enumerate(found["items"]):
            if item.direction not in directions:
                raise Malformed(f"agreement.items[{i}].direction: between others than the parties")
        return cls(
            id=found["id"],
            n=found["n"],
            parties=(first, second),
            from_=found["from"],
            until=found["until"],
            basis=found["basis"],
            items=found["items"],
            digest=sha256(data).hexdigest(),
        )


def _item(value: Any, where: str) -> AgreementItem:
    return AgreementItem(**_ITEM(value, where))


_ITEM_MEMBERS: Mapping[str, Check] = {
    "kind": shapes.kind,
    "matters": listing(shapes.matter, at_least=1, at_most=_MAX_WORDS),
    "purposes": listing(shapes.word, at_least=1, at_most=_MAX_WORDS),
    "fields": listing(text(64), at_most=_MAX_WORDS),
    "direction": pattern(r"both|[1-9][0-9]{5}->[1-9][0-9]{5}", "both, or <region>-><region>,"),
}
_ITEM = members(_ITEM_MEMBERS)
_AGREEMENT = members(
    {
        "typ": one_of("agreement"),
        "id": pattern(r"[0-9A-Za-z._-]{1,64}", "an id of 1 to 64 plain characters"),
        "n": integer(1, 999_999),
        "parties": listing(shapes.region, at_least=2, at_most=2),
        "from": shapes.moment,
        "until": shapes.moment,
        "basis": text(512),
        "items": listing(_item, at_most=_MAX_ITEMS),
    }
)
