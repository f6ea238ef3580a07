"""What a certificate is, opened: the row and the sealed record in one frozen value.

sealed record (one JSON blob per row)
  identifier     GB/T 36904 identifier
  number         证照编号
  holders        [[name, id type, id number], …]
  issued_on      ISO date
  claims         {title: value}
  signing_input  the exact bytes that are signed, as text: committed before a key is used
  disclosures    every disclosure, as sent
  signature      base64url, empty until signed
  reason         why it is in its state, as the agency wrote it; null where nothing was written
  decision       number of the decision behind that
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self
from uuid import UUID

from certhub import plain_json
from certhub.records.certificates.rules import State


@dataclass(frozen=True)
class Place:
    """Where a certificate lies."""

    bucket: int
    id: UUID


@dataclass(frozen=True)
class Holder:
    """Who holds it: name, holder-ID type (GB/T 36903 annex A) and number."""

    name: str
    id_type: str
    id_number: str


@dataclass(frozen=True)
class Record:
    """The sealed part of a certificate row."""

    identifier: str
    number: str
    holders: tuple[Holder, ...]
    issued_on: date
    claims: Mapping[str, str]
    signing_input: str
    disclosures: tuple[str, ...]
    signature: str = ""
    reason: str | None = None
    decision: str | None = None

    def to_bytes(self) -> bytes:
        """Print the record as JSON."""
        plain = {
            "identifier": self.identifier,
            "number": self.number,
            "holders": [[h.name, h.id_type, h.id_number] for h in self.holders],
            "issued_on": self.issued_on.isoformat(),
            "claims": dict(self.claims),
            "signing_input": self.signing_input,
            "disclosures": self.disclosures,
            "signature": self.signature,
            "reason": self.reason,
            "decision": self.decision,
        }
        return plain_json.printed(plain)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` printed."""
        found = plain_json.read(data)
        found["holders"] = tuple(Holder(*holder) for holder in found["holders"])
        found["issued_on"] = date.fromisoformat(found["issued_on"])
        found["disclosures"] = tuple(found["disclosures"])
        return cls(**found)


@dataclass(frozen=True)
class Certificate:
    """One version of one certificate, opened."""

    id: UUID
    bucket: int
    certificate_id: str
    kind: str
    kind_version: int
    agency: str
    version: int
    state: State
    state_since: datetime
    valid_from: date
    valid_to: date | None
    list_no: int
    list_index: int
    ref: bytes
    created_at: datetime
    lease_until: datetime | None
    previous: UUID | None
    record: Record

    @property
    def place(self) -> Place:
        """Where it lies."""
        return Place(self.bucket, self.id)

    @property
    def credential_parts(self) -> tuple[str, tuple[str, ...]]:
        """The issuer-signed JWT and every disclosure; only of a certificate that has been signed."""
        if not self.record.signature:
            raise ValueError("this certificate has not been signed")
        return f"{self.record.signing_input}.{self.record.signature}", self.record.disclosures


@dataclass(frozen=True)
class NumberClaim:
    """One wish to own a certificate number: keyed digests of identity and of content."""

    number_hash: bytes
    content_hash: bytes
    place: Place
