"""Rows of the history. Nothing here is ever updated; a lint keeps it so."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Uuid
from sqlmodel import Field, SQLModel

from certhub.db.columns import Instant


class EventRow(SQLModel, table=True):
    """One event. `leaf` = SHA-256(salt ‖ canonical event) is all that the ledger will ever publish."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_type_id", "type", "id"),)

    id: UUID = Field(primary_key=True, sa_type=Uuid)
    at: datetime = Field(sa_type=Instant)
    type: str = Field(max_length=40)
    actor: str = Field(max_length=64)
    subject: str = Field(max_length=64, index=True)
    leaf: bytes = Field(max_length=32)
    sealed: bytes


class EventSaltRow(SQLModel, table=True):
    """The salts, apart: deleting one is erasure, and long backups leave this table out."""

    __tablename__ = "event_salt"

    event: UUID = Field(primary_key=True, sa_type=Uuid)
    salt: bytes = Field(max_length=32)
