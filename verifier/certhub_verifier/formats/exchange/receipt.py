"""The receipt: what was checked at a counter, against what, and how old each fact was (typ receipt+jwt).

    format             3; without it the receipt is in format 1
    iss, region        the region that signs          vid, at        which verification, and when
    office, window, operator, case                    where, by whom (a pairwise id), for which case
    matter, purpose, channel                          what it was for, and how the certificate came
    items              one per certificate: kind, cert, fields seen, facts, verdict, code;
                       of one that was shown and may not be told: verdict, code
    policy, trust      digests of the rules and of the trust set that it was judged by
    verdict, code      the worst of the items
    unit               who asked: the region, or a unit of it
    matter_digest, catalogue, agreements      which matter, catalogue and agreements judged, by digest
    mode               {demanded, reached}; identity_check {method, at} where one was recorded, else null
    requirements       [{id, state, cause?, item?, vid?, declared_by?}] of the case, and what that makes of it:
    materials

`cert` is SHA-256 of a 32-byte salt and the identifier run together, so that a receipt shows nobody whose
certificate it was. An `Opening`, filed beside it, proves to whoever holds both which one it was. Names of
fields are told, values never. A receipt never changes and has no end.

An item's `predicates` are [{name, argument, outcome, by}]: what was answered in the place of a value, and by which
region. `argument` is null, but for what was declared (`equals`): there it is a digest as `cert` is. What opens the
two is filed beside (openings.py).

Format 3 says what the matter required. In format 2 there is an item for every certificate that was shown, and
nothing of requirements. Format 1 has items only for those that were told, so that it cannot say whether that was all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from certhub_schemas.predicates import PREDICATES, REQUIREMENT_ID
from certhub_schemas.requirements import MAX_PREDICATES, MAX_REQUIREMENTS, MODES

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.exchange import versions
from certhub_verifier.formats.exchange.openings import SALT_BYTES, Opening, cert_digest
from certhub_verifier.formats.exchange.reported_fact import StatedFact, recorded_facts
from certhub_verifier.formats.jose import fields as payload_fields
from certhub_verifier.formats.jose.object_schema import (
    Check,
    integer,
    kept_text,
    listing,
    nullable,
    object_of,
    one_of,
    pattern,
    printed,
    text,
)

__all__ = [
    "FORMAT",
    "IDENTITY_CHECKS",
    "MATERIALS",
    "REQUIREMENT_STATES",
    "SALT_BYTES",
    "TYP",
    "IdentityCheck",
    "Opening",
    "Receipt",
    "ReceiptItem",
    "ReceiptMode",
    "ReceiptPredicate",
    "ReceiptRequirement",
    "UntoldReceiptItem",
    "cert_digest",
]

TYP = "receipt+jwt"
FORMAT = versions.RECEIPT[-1]
SECOND, THIRD = versions.RECEIPT[1:]
REQUIREMENT_STATES = ("met", "missing", "not_applicable", "undetermined", "deferred")
MATERIALS = ("complete", "incomplete", "undetermined")
IDENTITY_CHECKS = ("id_card_reader", "id_card_seen", "passport_seen")
_MAX_ITEMS = (
    16  # with all facts, predicates and requirements they fill most of the 128 KiB that a receipt may have
)
_MAX_FIELDS = 128
_MAX_AGREEMENTS = 16


@dataclass(frozen=True, slots=True)
class ReceiptPredicate:
    """What was answered in the place of a value; `argument` is the salted digest of what was declared, else None."""

    name: str
    argument: str | None
    outcome: str
    by: str

    def to_payload(self) -> dict[str, Any]:
        """Return the members."""
        return {"name": self.name, "argument": self.argument, "outcome": self.outcome, "by": self.by}


@dataclass(frozen=True, slots=True)
class ReceiptRequirement:
    """How one requirement stood, and what met it: an item of this verification, or of the earlier one `vid`."""

    id: str
    state: str
    cause: str | None = None
    item: int | None = None
    vid: str | None = None
    declared_by: str | None = None

    def to_payload(self) -> dict[str, Any]:
        """Return the members; those that say nothing are left out."""
        said = {"cause": self.cause, "item": self.item, "vid": self.vid, "declared_by": self.declared_by}
        return {"id": self.id, "state": self.state} | {
            name: value for name, value in said.items() if value is not None
        }


@dataclass(frozen=True, slots=True)
class ReceiptMode:
    """The mode that the matter demanded, and the one that was reached."""

    demanded: str
    reached: str

    def to_payload(self) -> dict[str, str]:
        """Return the members."""
        return {"demanded": self.demanded, "reached": self.reached}


@dataclass(frozen=True, slots=True)
class IdentityCheck:
    """That a clerk checked the identity of who stood there: how, and when (aware)."""

    method: str
    at: datetime

    def to_payload(self) -> dict[str, str]:
        """Return the members."""
        return {"method": self.method, "at": payload_fields.instant(self.at)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptItem:
    """One certificate of a verification; `fields` are the names of what was seen."""

    kind: str
    cert: str
    fields: tuple[str, ...]
    facts: tuple[StatedFact, ...]
    verdict: str
    code: str
    predicates: tuple[ReceiptPredicate, ...] = ()

    def to_payload(self, number: int = FORMAT) -> dict[str, Any]:
        """Return the members of one item in format `number`."""
        return {
            "kind": self.kind,
            "cert": self.cert,
            "fields": list(self.fields),
            "facts": [fact.to_payload() for fact in self.facts],
            "verdict": self.verdict,
            "code": self.code,
            **({"predicates": [one.to_payload() for one in self.predicates]} if number >= THIRD else {}),
        }


@dataclass(frozen=True, slots=True)
class UntoldReceiptItem:
    """One certificate that was shown and not told: what that makes of it, and why; nothing of what it was."""

    verdict: str
    code: str

    def to_payload(self, number: int = FORMAT) -> dict[str, Any]:
        """Return the members of the placeholder, the same in every format that has one."""
        return {"verdict": self.verdict, "code": self.code}


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One verification as it is filed; `issued_at` is when it was written, `at` when it was judged.

    The last eight are of format 3: `unit` to `materials` are empty and None in the formats before.
    """

    region: str
    issued_at: int
    vid: str
    at: datetime
    office: str
    window: str
    operator: str
    case: str | None
    matter: str
    purpose: str
    channel: str
    items: tuple[ReceiptItem | UntoldReceiptItem, ...]
    policy: str
    trust: str
    verdict: str
    code: str
    unit: str | None = None
    matter_digest: str | None = None
    catalogue: str | None = None
    agreements: tuple[str, ...] = ()
    mode: ReceiptMode | None = None
    identity_check: IdentityCheck | None = None
    requirements: tuple[ReceiptRequirement, ...] = ()
    materials: str | None = None
    format: int = FORMAT

    def to_payload(self) -> dict[str, Any]:
        """Return the payload to sign.

        Raises:
            Malformed: a value is such that `from_payload` would refuse it.
        """
        payload = {
            **versions.format_member(self.format),
            "iss": self.region,
            "iat": self.issued_at,
            "vid": self.vid,
            "at": payload_fields.instant(self.at),
            "region": self.region,
            "office": self.office,
            "window": self.window,
            "operator": self.operator,
            "case": self.case,
            "matter": self.matter,
            "purpose": self.purpose,
            "channel": self.channel,
            "items": [item.to_payload(self.format) for item in self.items],
            "policy": self.policy,
            "trust": self.trust,
            "verdict": self.verdict,
            "code": self.code,
            **(self._of_the_matter() if self.format >= THIRD else {}),
        }
        return printed(_RECEIPTS[self.format], payload, "receipt")

    def _of_the_matter(self) -> dict[str, Any]:
        return {
            "unit": self.unit,
            "matter_digest": self.matter_digest,
            "catalogue": self.catalogue,
            "agreements": list(self.agreements),
            "mode": None if self.mode is None else self.mode.to_payload(),
            "identity_check": None if self.identity_check is None else self.identity_check.to_payload(),
            "requirements": [one.to_payload() for one in self.requirements],
            "materials": self.materials,
        }

    @classmethod
    def from_payload(cls, payload: Any) -> "Receipt":
        """Read the payload of a receipt.

        Raises:
            Malformed: an unknown or missing member, a wrong type or shape, or two regions in one receipt.
            UpgradeNeeded: it is in a newer format.
        """
        number = versions.format_of(payload, versions.RECEIPT, "receipt")
        found = _RECEIPTS[number](payload, "receipt") | {"format": number}
        if found.pop("iss") != found["region"]:
            raise Malformed("receipt.region: another region than iss")
        return cls(issued_at=found.pop("iat"), **found)


def _first_item(value: Any, where: str) -> ReceiptItem:
    return ReceiptItem(**_FIRST_ITEM(value, where))


def _second_item(value: Any, where: str) -> ReceiptItem | UntoldReceiptItem:
    return _untold(value, where) or ReceiptItem(**_SECOND_ITEM(value, where))


def _item(value: Any, where: str) -> ReceiptItem | UntoldReceiptItem:
    return _untold(value, where) or ReceiptItem(**_ITEM(value, where))


def _untold(value: Any, where: str) -> UntoldReceiptItem | None:
    is_untold = type(value) is dict and value.keys() == {"verdict", "code"}
    return UntoldReceiptItem(**_UNTOLD(value, where)) if is_untold else None


def _predicate(value: Any, where: str) -> ReceiptPredicate:
    return ReceiptPredicate(**_PREDICATE(value, where))


def _requirement(value: Any, where: str) -> ReceiptRequirement:
    return ReceiptRequirement(**_REQUIREMENT(value, where))


def _mode(value: Any, where: str) -> ReceiptMode:
    return ReceiptMode(**_MODE(value, where))


def _identity_check(value: Any, where: str) -> IdentityCheck:
    return IdentityCheck(**_IDENTITY_CHECK(value, where))


_ITEM_MEMBERS: Mapping[str, Check] = {
    "kind": payload_fields.kind,
    "cert": payload_fields.digest,
    "fields": listing(text(64), at_most=_MAX_FIELDS),
    "facts": recorded_facts,
    "verdict": payload_fields.verdict,
    "code": payload_fields.cause,
}
_PREDICATE = object_of(
    {
        "name": one_of(*PREDICATES),
        "argument": nullable(payload_fields.digest),
        "outcome": payload_fields.outcome,
        "by": payload_fields.region,
    }
)
_REQUIREMENT = object_of(
    {"id": pattern(REQUIREMENT_ID, "an id of a requirement"), "state": one_of(*REQUIREMENT_STATES)},
    {
        "cause": payload_fields.cause,
        "item": integer(0, _MAX_ITEMS - 1),
        "vid": payload_fields.verification_id,
        "declared_by": text(64),
    },
)
_MODE = object_of({"demanded": one_of(*MODES), "reached": one_of(*MODES)})
_IDENTITY_CHECK = object_of({"method": one_of(*IDENTITY_CHECKS), "at": payload_fields.moment})
_SECOND_ITEM = object_of(_ITEM_MEMBERS)
_ITEM = object_of({**_ITEM_MEMBERS, "predicates": listing(_predicate, at_most=MAX_PREDICATES)})
_FIRST_ITEM = object_of({**_ITEM_MEMBERS, "fields": listing(kept_text(64), at_most=_MAX_FIELDS)})
_UNTOLD = object_of({"verdict": one_of("undetermined"), "code": payload_fields.cause})
_RECEIPT_MEMBERS: Mapping[str, Check] = {
    "iss": payload_fields.region,
    "iat": payload_fields.numeric_date,
    "vid": payload_fields.verification_id,
    "at": payload_fields.moment,
    "region": payload_fields.region,
    "office": text(64),
    "window": text(20, at_least=0),
    "operator": text(64),
    "case": nullable(text(64)),
    "matter": payload_fields.matter,
    "purpose": payload_fields.word,
    "channel": payload_fields.word,
    "policy": payload_fields.digest,
    "trust": payload_fields.digest,
    "verdict": payload_fields.verdict,
    "code": payload_fields.cause,
}
# A receipt that the first releases signed stays genuine, whatever its window is called.
_FIRST_MEMBERS: Mapping[str, Check] = {
    **_RECEIPT_MEMBERS,
    "office": kept_text(64),
    "window": kept_text(20, at_least=0),
    "operator": kept_text(64),
    "case": nullable(kept_text(64)),
}
_OF_THE_MATTER: Mapping[str, Check] = {
    "unit": payload_fields.unit,
    "matter_digest": payload_fields.digest,
    "catalogue": payload_fields.digest,
    "agreements": listing(payload_fields.agreement, at_most=_MAX_AGREEMENTS),
    "mode": _mode,
    "identity_check": nullable(_identity_check),
    "requirements": listing(_requirement, at_most=MAX_REQUIREMENTS),
    "materials": one_of(*MATERIALS),
}
_RECEIPTS = {
    number: object_of({**versions.member(number), **known, "items": listing(item, at_most=_MAX_ITEMS)})
    for number, known, item in (
        (versions.FIRST, _FIRST_MEMBERS, _first_item),
        (SECOND, _RECEIPT_MEMBERS, _second_item),
        (THIRD, {**_RECEIPT_MEMBERS, **_OF_THE_MATTER}, _item),
    )
}
