"""Agreements between two regions: what one lets the other ask, and see (trust list, typ "agreement").

    {"typ": "agreement", "format": 2, "id", "n", "parties": [a, b], "from", "until", "basis",
     "rows": [{"matter", "kinds": [{"kind", "fields": […], "predicates": […]}], "modes": ["L1", …],
               "purposes": […], "direction": "both" or "<p>-><q>"}]}

A row speaks of one matter. Of each kind it grants the fields and the predicates that it names, for its purposes, of
what was shown in one of its modes, in its direction; and nothing else. Predicates go by their names. They are those of
one certificate: what compares two certificates of a case is answered by whoever judges the case, and needs no grant.

Format 1 has `items`: `{"kind", "matters": […], "purposes": […], "fields": […], "direction"}`. An item takes every mode,
and grants no predicate: format 1 knows neither.

Both regions publish the same bytes, each in its own part of the trust list; what only one publishes is a
proposal. Everything that no row names is denied. A direction `420700->420100` lets certificates of 420700
be shown to 420100: it points the way the answer goes, from the provider to the asker.

Every format ever written is read for ever (`format`, absent = 1). A row with a member, a mode, a predicate or a
direction of a later release is set aside and grants nothing. A member of the whole agreement that is not known could
narrow every row, so that then no row grants anything; what it replaced stays replaced.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from certhub_schemas.predicates import OF_A_CASE, PREDICATES
from certhub_schemas.requirements import MODES, Mode

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
from certhub_verifier.formats.trust.setaside import (
    SetAside,
    entries,
    sorted_out,
    strange_member,
    strange_words,
    tellable,
)
from certhub_verifier.formats.trust.trustfile import FORMAT, MAX_FORMAT, format_member, newer

BOTH = "both"
NEWEST = 2  # format of an agreement
GRANTABLE = frozenset(PREDICATES) - OF_A_CASE
"""The names of the predicates that a row can grant: those that the hub of one certificate answers."""
_MAX_ROWS = 1024
_MAX_WORDS = 256


@dataclass(frozen=True, slots=True)
class Granted:
    """What may be told of a certificate: the names of its fields, and of the predicates that are answered of it."""

    fields: frozenset[str] = frozenset()
    predicates: frozenset[str] = frozenset()


NOTHING = Granted()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedKind:
    """What a row grants of one kind."""

    kind: str
    fields: tuple[str, ...]
    predicates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRow:
    """One grant of format 2: what may be told for one matter, in these modes, for these purposes, in this direction."""

    matter: str
    kinds: tuple[AgreedKind, ...]
    modes: tuple[Mode, ...]
    purposes: tuple[str, ...]
    direction: str

    def grants(
        self, *, kind: str, matter: str, purpose: str, mode: Mode, asker: str, provider: str
    ) -> Iterator[Granted]:
        """Yield what this row grants to the question."""
        if (
            matter == self.matter
            and mode in self.modes
            and purpose in self.purposes
            and self.direction in {BOTH, f"{provider}->{asker}"}
        ):
            for one in self.kinds:
                if one.kind == kind:
                    yield Granted(frozenset(one.fields), frozenset(one.predicates))


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementItem:
    """One grant of format 1: these fields of this kind, for these matters and purposes, in this direction."""

    kind: str
    matters: tuple[str, ...]
    purposes: tuple[str, ...]
    fields: tuple[str, ...]
    direction: str

    def grants(
        self, *, kind: str, matter: str, purpose: str, mode: Mode, asker: str, provider: str
    ) -> Iterator[Granted]:
        """Yield what this item grants to the question, in whichever mode it is asked."""
        if (
            kind == self.kind
            and matter in self.matters
            and purpose in self.purposes
            and self.direction in {BOTH, f"{provider}->{asker}"}
        ):
            yield Granted(frozenset(self.fields))


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One version `n` of an agreement; `digest` is the hex SHA-256 of the file that it was read from.

    It has `items` in format 1, and `rows` since. `set_aside` are the rows that a reader of this release does not know.
    An agreement that is not `known` has a member that could narrow every row: it grants nothing.
    """

    id: str
    n: int
    parties: tuple[str, str]
    from_: datetime
    until: datetime
    basis: str
    items: tuple[AgreementItem, ...] = ()
    rows: tuple[AgreementRow, ...] = ()
    format: int = FORMAT
    digest: str | None = field(default=None, compare=False)
    set_aside: tuple[SetAside, ...] = field(default=(), compare=False)
    known: bool = field(default=True, compare=False)

    @property
    def reference(self) -> str:
        """What a question quotes: <id>@sha256:<digest>; printed first where it was not read from a file."""
        return f"{self.id}@sha256:{self.digest or sha256(self.to_bytes()).hexdigest()}"

    @property
    def _granting(self) -> tuple["AgreementItem | AgreementRow", ...]:
        return (*self.items, *self.rows)

    def in_term(self, at: datetime) -> bool:
        """Tell whether `at` lies in the term: `from` belongs to it, `until` does not."""
        return self.from_ <= at < self.until

    def covers(
        self, kind: str, matter: str, *, purpose: str, mode: Mode, asker: str, provider: str
    ) -> Granted | None:
        """Return what `asker` may be told, or None: nothing was agreed, so nothing is allowed.

        `mode` is the mode in which the certificate was shown. Nothing granted is an agreement to answer without
        showing a field. Grants of several rows add up.
        """
        if not self.known or {asker, provider} != set(self.parties):
            return None
        granted = [
            one
            for row in self._granting
            for one in row.grants(
                kind=kind, matter=matter, purpose=purpose, mode=mode, asker=asker, provider=provider
            )
        ]
        if not granted:
            return None
        return Granted(
            frozenset[str]().union(*(one.fields for one in granted)),
            frozenset[str]().union(*(one.predicates for one in granted)),
        )

    def to_bytes(self) -> bytes:
        """Return the file.

        Raises:
            Malformed: a value is such that `from_bytes` would refuse it, or is of another format.
        """
        if self.items if self.format > FORMAT else self.rows:
            raise Malformed("agreement: format 1 has items, and every later one rows")
        payload = {
            "typ": "agreement",
            **format_member(self.format),
            "id": self.id,
            "n": self.n,
            "parties": list(self.parties),
            "from": payload_fields.instant(self.from_),
            "until": payload_fields.instant(self.until),
            "basis": self.basis,
            _member(self.format): [_printed(one) for one in self._granting],
        }
        printed = strict_json.dumps(payload)
        if Agreement.from_bytes(printed).set_aside:
            raise Malformed("agreement: something that its own reader would set aside")
        return printed

    @classmethod
    def from_bytes(cls, data: bytes) -> "Agreement":
        """Read a file of an agreement, of format 1 or later.

        Raises:
            Malformed: not strict JSON, a missing member, a wrong type or shape, a term that ends before it
                begins, one region twice, or a direction between others than the parties.
        """
        value = strict_json.loads(data)
        member = _member(value.get("format", FORMAT) if type(value) is dict else FORMAT)
        whole = strange_member(value, _MEMBERS[member]) if type(value) is dict else None
        if whole is not None:
            value = {name: content for name, content in value.items() if name in _MEMBERS[member]}
            value[member] = []
        found = _AGREEMENTS[member](value, "agreement")
        granting, aside = sorted_out(found[member])
        if whole is not None:
            aside = (SetAside("", "agreement", whole),)
        first, second = found["parties"]
        if first == second:
            raise Malformed("agreement.parties: two different regions expected")
        if found["until"] <= found["from"]:
            raise Malformed("agreement.until: not after from")
        directions = {BOTH, f"{first}->{second}", f"{second}->{first}"}
        for i, one in enumerate(granting):
            if one.direction not in directions:
                raise Malformed(f"agreement.{member}[{i}].direction: between others than the parties")
        return cls(
            id=found["id"],
            n=found["n"],
            parties=(first, second),
            from_=found["from"],
            until=found["until"],
            basis=found["basis"],
            items=granting if member == "items" else (),
            rows=granting if member == "rows" else (),
            format=found["format"] or FORMAT,
            digest=sha256(data).hexdigest(),
            set_aside=(*newer(found["format"], NEWEST), *aside),
            known=whole is None,
        )


def _member(number: Any) -> str:
    """Return what the grants are called in a format; a number that is none is refused where it is read."""
    return "items" if number == FORMAT else "rows"


def _printed(granting: AgreementItem | AgreementRow) -> dict[str, Any]:
    if isinstance(granting, AgreementItem):
        return {
            "kind": granting.kind,
            "matters": list(granting.matters),
            "purposes": list(granting.purposes),
            "fields": list(granting.fields),
            "direction": granting.direction,
        }
    return {
        "matter": granting.matter,
        "kinds": [
            {"kind": one.kind, "fields": list(one.fields), "predicates": list(one.predicates)}
            for one in granting.kinds
        ],
        "modes": list(granting.modes),
        "purposes": list(granting.purposes),
        "direction": granting.direction,
    }


def _item(value: Any, where: str) -> AgreementItem:
    return AgreementItem(**_ITEM(value, where))


def _row(value: Any, where: str) -> AgreementRow:
    return AgreementRow(**_ROW(value, where))


def _kind(value: Any, where: str) -> AgreedKind:
    return AgreedKind(**_KIND(value, where))


def _strange_item(value: Mapping[str, Any]) -> str | None:
    return strange_member(value, _ITEM_MEMBERS) or _strange_direction(value)


def _strange_row(value: Mapping[str, Any]) -> str | None:
    """Return why a row is set aside: one word that is not known could narrow all that the row says."""
    kinds = value.get("kinds")
    strange_kinds = (
        strange_member(one, _KIND_MEMBERS) or strange_words(one.get("predicates"), "predicate", GRANTABLE)
        for one in (kinds if type(kinds) is list else ())
        if type(one) is dict
    )
    return (
        strange_member(value, _ROW_MEMBERS)
        or _strange_direction(value)
        or strange_words(value.get("modes"), "mode", MODES)
        or next((why for why in strange_kinds if why is not None), None)
    )


def _strange_direction(value: Mapping[str, Any]) -> str | None:
    direction = value.get("direction")
    strange = type(direction) is str and not _DIRECTION.fullmatch(direction)
    return f"unknown direction {tellable(str(direction))}" if strange else None


_DIRECTION = re.compile(r"both|[1-9][0-9]{5}->[1-9][0-9]{5}")
_PURPOSES = listing(payload_fields.word, at_least=1, at_most=_MAX_WORDS)
_FIELDS = listing(text(64), at_most=_MAX_WORDS)
_IN_DIRECTION = pattern(_DIRECTION.pattern, "both, or <region>-><region>,")
_ITEM_MEMBERS: Mapping[str, Check] = {
    "kind": payload_fields.kind,
    "matters": listing(payload_fields.matter, at_least=1, at_most=_MAX_WORDS),
    "purposes": _PURPOSES,
    "fields": _FIELDS,
    "direction": _IN_DIRECTION,
}
_ITEM = object_of(_ITEM_MEMBERS)
_KIND_MEMBERS: Mapping[str, Check] = {
    "kind": payload_fields.kind,
    "fields": _FIELDS,
    "predicates": listing(one_of(*sorted(GRANTABLE)), at_most=_MAX_WORDS),
}
_KIND = object_of(_KIND_MEMBERS)
_ROW_MEMBERS: Mapping[str, Check] = {
    "matter": payload_fields.matter,
    "kinds": listing(_kind, at_least=1, at_most=_MAX_WORDS),
    "modes": listing(one_of(*MODES), at_least=1, at_most=len(MODES)),
    "purposes": _PURPOSES,
    "direction": _IN_DIRECTION,
}
_ROW = object_of(_ROW_MEMBERS)
_REQUIRED: Mapping[str, Check] = {
    "typ": one_of("agreement"),
    "id": pattern(r"[0-9A-Za-z._-]{1,64}", "an id of 1 to 64 plain characters"),
    "n": integer(1, 999_999),
    "parties": listing(payload_fields.region, at_least=2, at_most=2),
    "from": payload_fields.moment,
    "until": payload_fields.moment,
    "basis": text(512),
}
_OPTIONAL: Mapping[str, Check] = {"format": integer(1, MAX_FORMAT)}
_GRANTING: Mapping[str, Check] = {
    "items": listing(entries(_item, _strange_item, lambda value: ()), at_most=_MAX_ROWS),
    "rows": listing(entries(_row, _strange_row, lambda value: ()), at_most=_MAX_ROWS),
}
_MEMBERS = {member: {*_REQUIRED, *_OPTIONAL, member} for member in _GRANTING}
_AGREEMENTS = {
    member: object_of({**_REQUIRED, member: check}, _OPTIONAL) for member, check in _GRANTING.items()
}
