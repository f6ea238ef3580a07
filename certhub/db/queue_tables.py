"""Rows that say what must still be done, and who does it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Uuid
from sqlmodel import Field, SQLModel

from certhub.db.columns import Instant


class OutboxRow(SQLModel, table=True):
    """Something that must still be done because of what was committed with it."""

    __tablename__ = "outbox"

    id: UUID = Field(primary_key=True, sa_type=Uuid)
    topic: str = Field(max_length=20, index=True)
    ref: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=Instant)


class LeaseRow(SQLModel, table=True):
    """Who does the jobs that one process does at a time, so that an older list never replaces a newer one.

    `beat` counts up for as long as the holder lives; no clock is written down (db/leases.py).
    """

    __tablename__ = "publisher_lease"

    name: str = Field(primary_key=True, max_length=20)
    holder: str = Field(max_length=40)
    beat: int = Field(sa_type=BigInteger)
