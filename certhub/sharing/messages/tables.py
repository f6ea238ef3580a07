"""Rows of the messages noun."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from certhub.db.columns import Instant
from certhub.db.grants import Granting


class MessageRow(Granting, table=True):
    """A message to somebody. What it grants is being sent; whom it goes to and what it says is sealed.

    `id` is a keyed digest of the template and of what the message is about: nothing is told twice. `sealed` goes when
    the message has ended.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_due", "state", "medium", "not_before", "id"),
        Index("ix_message_expires_at", "state", "expires_at"),
        Index("ix_message_ended_at", "ended_at"),
        Index("ix_message_made_at", "made_at", "id"),
    )
    not_bound: ClassVar[frozenset[str]] = frozenset(
        {"not_before", "attempts", "state", "ended_at", "trouble", "reply", "sealed"}
    )

    id: str = Field(primary_key=True, max_length=26)
    medium: str = Field(max_length=4)
    template: str = Field(max_length=16)
    language: str = Field(max_length=2)
    made_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    not_before: datetime = Field(sa_type=Instant)
    attempts: int
    state: str = Field(max_length=8)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    trouble: str | None = Field(default=None, max_length=20)
    reply: int | None = None
    sealed: bytes | None = None
