"""Rows of the notices noun."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from certhub.db.columns import Instant
from certhub.db.grants import Granting


class NoticeRow(Granting, table=True):
    """A notice of ours. What it grants is being sent: this body, to this region."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_state", "state", "expires_at", "id"),)
    not_bound: ClassVar[frozenset[str]] = frozenset({"state"})

    id: str = Field(primary_key=True, max_length=26)
    region: str = Field(max_length=6)
    kind: str = Field(max_length=12)
    verification: str = Field(max_length=64)
    made_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    state: str = Field(max_length=8)
    sealed: bytes


class TakenNoticeRow(SQLModel, table=True):
    """A notice of another region that was taken: its id is taken once."""

    __tablename__ = "taken_notice"

    region: str = Field(primary_key=True, max_length=6)
    jti: str = Field(primary_key=True, max_length=64)
    keep_until: datetime = Field(sa_type=Instant, index=True)
