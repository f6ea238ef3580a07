"""Rows of the looks noun."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, SmallInteger, Uuid
from sqlmodel import Field

from certhub.db.columns import Instant
from certhub.db.grants import Granting


class LookRow(Granting, table=True):
    """One look at a certificate, in the bucket of one of its holders. What it grants is objecting, to this holder."""

    __tablename__ = "look"
    __table_args__ = (Index("ix_look_verification", "region", "verification"),)
    holder_centred: ClassVar[bool] = True
    not_bound: ClassVar[frozenset[str]] = frozenset({"concluded", "ended"})

    bucket: int = Field(primary_key=True, sa_type=SmallInteger)
    holder: bytes = Field(primary_key=True, max_length=16)
    id: UUID = Field(primary_key=True, sa_type=Uuid)
    look_id: str = Field(max_length=26)
    region: str = Field(max_length=6)
    verification: str = Field(max_length=64)
    at: datetime = Field(sa_type=Instant)
    sealed: bytes
    concluded: bytes | None = None
    ended: bytes | None = None


class DisputeRow(Granting, table=True):
    """What a holder objects to: a look of which they say that it was not them. `home` is the holder's region."""

    __tablename__ = "dispute"
    __table_args__ = (
        Index("ix_dispute_place", "state", "due_at", "home", "id"),
        Index("ix_dispute_of_agency", "agency", "state", "due_at", "home", "id"),
        Index("ix_dispute_verification", "verification", "home"),
    )
    not_bound: ClassVar[frozenset[str]] = frozenset({"state", "settled"})

    home: str = Field(primary_key=True, max_length=6)
    id: str = Field(primary_key=True, max_length=64)
    looker: str = Field(max_length=6)
    verification: str = Field(max_length=64)
    agency: str = Field(max_length=18)
    opened_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    state: str = Field(max_length=10)
    sealed: bytes
    settled: bytes | None = None
