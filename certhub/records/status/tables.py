"""Rows of the status noun. A slot is given once and never again, even when its certificate is long gone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Uuid
from sqlmodel import Field, SQLModel

from certhub.db.columns import Instant
from certhub.db.grants import Granting


class StatusListRow(SQLModel, table=True):
    """One list: how big, and whether what is published is what we know."""

    __tablename__ = "status_list"

    list_no: int = Field(primary_key=True)
    size: int
    changed_at: datetime = Field(sa_type=Instant)
    published_at: datetime | None = Field(default=None, sa_type=Instant)


class SlotRow(Granting, table=True):
    """One slot of a list: 0 valid, 1 invalid, 2 suspended. A decoy is nobody's: without certificate and bucket."""

    __tablename__ = "status_slot"

    list_no: int = Field(primary_key=True)
    list_index: int = Field(primary_key=True)
    value: int
    bucket: int | None = None
    certificate: UUID | None = Field(default=None, sa_type=Uuid)


class PublisherLeaseRow(SQLModel, table=True):
    """Who publishes now: one process at a time, so that an older list never replaces a newer one.

    `beat` counts up for as long as the holder lives; no clock is written down (jobs/leases.py).
    """

    __tablename__ = "publisher_lease"

    name: str = Field(primary_key=True, max_length=20)
    holder: str = Field(max_length=40)
    beat: int = Field(sa_type=BigInteger)
