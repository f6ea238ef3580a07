"""Rows of the certificates noun.

`certificate` holds no personal value and no free text outside `sealed`; `certificate_number` and `certificate_id`
are the two global indexes, keyed by what they make unique; `holding` lies in each holder's own bucket. They carry a
MAC (certhub/db/grants.py) but for `certificate_id`, which only says where to look: the certificate says whose it is.
"""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, SmallInteger, Uuid
from sqlmodel import Field, SQLModel

from certhub.db.columns import Bucketed, Instant
from certhub.db.grants import Granting


class CertificateRow(Granting, Bucketed, table=True):
    """One version of one certificate; the bucket is its first holder's.

    Its state grants: this hub answers from it. A lease only says who may go on with an intent.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        Index("certificate_of_agency", "agency", "id"),
        Index("certificate_of_kind", "agency", "kind", "id"),
        Index("certificate_of_state", "agency", "state", "id"),
        Index("certificate_of_slot", "list_no", "list_index", unique=True),
    )
    not_bound: ClassVar[frozenset[str]] = frozenset({"lease_until"})

    cid: str = Field(max_length=26)
    kind: str = Field(max_length=21)
    kind_version: int
    agency: str = Field(max_length=18)
    version: int
    state: str = Field(max_length=16)
    state_since: datetime = Field(sa_type=Instant)
    valid_from: date
    valid_to: date | None
    list_no: int
    list_index: int
    ref: bytes = Field(max_length=32)
    sealed: bytes
    created_at: datetime = Field(sa_type=Instant)
    lease_until: datetime | None = Field(default=None, sa_type=Instant, index=True)
    previous: UUID | None = Field(default=None, sa_type=Uuid)


class StateRow(Granting, table=True):
    """One change of a certificate's state: what it was in, since when, and what it came into (changes.py).

    A row is never altered. `was_since` is the `decided_at` of the change before: a row that is missing leaves a gap
    that shows. `reason_code` is NULL until there is a closed list of reasons; it is under the MAC from the start, since
    a column that comes later under a MAC shuts older code out (docs/decisions/0011).
    """

    __tablename__ = "certificate_state"
    holder_centred: ClassVar[bool] = True

    bucket: int = Field(primary_key=True, sa_type=SmallInteger)
    certificate: UUID = Field(primary_key=True, sa_type=Uuid)
    id: UUID = Field(primary_key=True, sa_type=Uuid)
    was: str | None = Field(default=None, max_length=16)
    was_since: datetime | None = Field(default=None, sa_type=Instant)
    state: str = Field(max_length=16)
    decided_at: datetime = Field(sa_type=Instant)
    effective_from: datetime = Field(sa_type=Instant)
    reason_code: str | None = Field(default=None, max_length=32)
    by: str = Field(max_length=64)
    written_at: datetime = Field(sa_type=Instant)
    sealed: bytes


class NumberRow(Granting, table=True):
    """Who holds a certificate number: HMAC(agency, kind, number) → the current version."""

    __tablename__ = "certificate_number"
    __table_args__ = (Index("ix_number_of_certificate", "certificate", "bucket"),)

    number_hash: bytes = Field(primary_key=True, max_length=32)
    content_hash: bytes = Field(max_length=32)
    bucket: int
    certificate: UUID = Field(sa_type=Uuid)


class PublicIdRow(SQLModel, table=True):
    """Public id → where the certificate lies."""

    __tablename__ = "certificate_id"

    cid: str = Field(primary_key=True, max_length=26)
    bucket: int
    certificate: UUID = Field(sa_type=Uuid)


class HoldingRow(Granting, table=True):
    """One holder's share in a certificate, in that holder's bucket."""

    __tablename__ = "holding"
    holder_centred: ClassVar[bool] = True

    bucket: int = Field(primary_key=True, sa_type=SmallInteger)
    holder: bytes = Field(primary_key=True, max_length=16)
    certificate: UUID = Field(primary_key=True, sa_type=Uuid)
    certificate_bucket: int


class TermRow(SQLModel, table=True):
    """A blind index: HMAC(what, agency, value) → the certificates found under it (records/certificates/search.py)."""

    __tablename__ = "certificate_term"

    term: bytes = Field(primary_key=True, max_length=16)
    certificate: UUID = Field(primary_key=True, sa_type=Uuid)
    bucket: int
