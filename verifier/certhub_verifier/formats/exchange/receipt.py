"""The receipt: what was checked at a counter, against what, and how old each fact was (typ receipt+jwt).

    format             2; without it the receipt is in format 1
    iss, region        the region that signs          vid, at        which verification, and when
    office, window, operator, case                    where, by whom (a pairwise id), for which case
    matter, purpose, channel                          what it was for, and how the certificate came
    items              one per certificate: kind, cert, fields seen, facts, verdict, code;
                       of one that was shown and may not be told: verdict, code
    policy, trust      digests of the rules and of the trust set that it was judged by
    verdict, code      the worst of the items

`cert` is SHA-256 of a 32-byte salt and the identifier run together, so that a receipt shows nobody whose
certificate it was. An `Opening`, filed beside it, proves to whoever holds both which one it was. Names of
fields are told, values never. A receipt never changes and has no end.

In format 2 there is an item for every certificate that was shown. Format 1 has items only for those that were
told, so that it cannot say whether that was all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.exchange import versions
from certhub_verifier.formats.exchange.reported_fact import StatedFact, recorded_facts
from certhub_verifier.formats.jose import base64url
from certhub_verifier.formats.jose import fields as payload_fields
from certhub_verifier.formats.jose.object_schema import (
    Check,
    kept_text,
    listing,
    nullable,
    object_of,
    one_of,
    text,
)

TYP = "receipt+jwt"
FORMAT = versions.RECEIPT[-1]
SALT_BYTES = 32
_MAX_ITEMS = 16  # with all their facts they fill half of the 128 KiB that a receipt may have
_MAX_FIELDS = 128


def cert_digest(salt: bytes, identifier: str) -> str:
    """Return the hex SHA-256 of `salt` (32 bytes) and `identifier` (UTF-8) run together.

    Raises:
        Malformed: the salt has another length, so that it could swallow a part of the identifier.
    """
    if len(salt) != SALT_BYTES:
        raise Malformed(f"a salt has {SALT_BYTES} bytes")
    return sha256(salt + identifier.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens an item's `cert`: the salt of 32 bytes, and the identifier."""

    salt: bytes
    identifier: str

    def cert_digest(self) -> str:
        """Return the digest that the item of this certificate must carry."""
        return cert_digest(self.salt, self.identifier)

    def to_payload(self) -> dict[str, str]:
        """Return the members, the salt in base64url."""
        return _printed(
            _OPENING, {"salt": base64url.encode(self.salt), "identifier": self.identifier}, "opening"
        )

    @classmethod
    def from_payload(cls, payload: Any) -> "Opening":
        """Read one opening. Raises: Malformed."""
        return cls(**_OPENING(payload, "opening"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptItem:
    """One certificate of a verification; `fields` are the names of what was seen."""

    kind: str
    cert: str
    fields: tuple[str, ...]
    facts: tuple[StatedFact, ...]
    verdict: str
    code: str

    def to_payload(self) -> dict[str, Any]:
        """Return the members of one item."""
        return {
            "kind": self.kind,
            "cert": self.cert,
            "fields": list(self.fields),
            "facts": [fact.to_payload() for fact in self.facts],
            "verdict": self.verdict,
            "code": self.code,
        }


@dataclass(frozen=True, slots=True)
class UntoldReceiptItem:
    """One certificate that was shown and not told: what that makes of it, and why; nothing of what it was."""

    verdict: str
    code: str

    def to_payload(self) -> dict[str, Any]:
        """Return the members of the placeholder."""
        return {"verdict": self.verdict, "code": self.code}


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One verification as it is filed; `issued_at` is when it was written, `at` when it was judged."""

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
            "items": [item.to_payload() for item in self.items],
            "policy": self.policy,
            "trust": self.trust,
            "verdict": self.verdict,
            "code": self.code,
        }
        return _printed(_RECEIPTS[self.format], payload, "receipt")

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


def _printed(check: Check, payload: dict[str, Any], where: str) -> dict[str, Any]:
    check(payload, where)
    return payload


def _salt(value: Any, where: str) -> bytes:
    salt = base64url.decode(value) if type(value) is str else b""
    if len(salt) != SALT_BYTES:
        raise Malformed(f"{where}: {SALT_BYTES} bytes in base64url expected")
    return salt


def _first_item(value: Any, where: str) -> ReceiptItem:
    return ReceiptItem(**_FIRST_ITEM(value, where))


def _item(value: Any, where: str) -> ReceiptItem | UntoldReceiptItem:
    if type(value) is dict and value.keys() == {"verdict", "code"}:
        return UntoldReceiptItem(**_UNTOLD(value, where))
    return ReceiptItem(**_ITEM(value, where))


_OPENING = object_of({"salt": _salt, "identifier": text(128)})
_ITEM_MEMBERS: Mapping[str, Check] = {
    "kind": payload_fields.kind,
    "cert": payload_fields.digest,
    "fields": listing(text(64), at_most=_MAX_FIELDS),
    "facts": recorded_facts,
    "verdict": payload_fields.verdict,
    "code": payload_fields.cause,
}
_ITEM = object_of(_ITEM_MEMBERS)
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
_RECEIPTS = {
    number: object_of({**versions.member(number), **known, "items": listing(item, at_most=_MAX_ITEMS)})
    for number, known, item in (
        (versions.FIRST, _FIRST_MEMBERS, _first_item),
        (FORMAT, _RECEIPT_MEMBERS, _item),
    )
}
