"""Rows that say what must still be done."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid
from sqlmodel import Field, SQLModel

from certhub.db.columns import Instant


class OutboxRow(SQLModel, table=True):
    """Something that must still be done because of what was committed with it."""

    __tablename__ = "outbox"

    id: UUID = Field(primary_key=True, sa_type=Uuid)
    topic: str = Field(max_length=20, index=True)
    ref: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=Instant)
