"""Rows of the receipts noun."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Uuid
from sqlmodel import Field, SQLModel

from certhub.db.columns import Instant


class VerificationRow(SQLModel, table=True):
    """One verification: `asked` before anything is sent, `answered` when its report is on record."""

    __tablename__ = "verification"
    __table_args__ = (Index("verification_of_clerk", "clerk", "asked_at"),)

    id: str = Field(primary_key=True, max_length=64)
    clerk: str = Field(max_length=64)
    code_hash: bytes = Field(max_length=32)
    state: str = Field(max_length=10)
    asked_at: datetime = Field(sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    verdict: str | None = Field(default=None, max_length=14)
    code: str | None = Field(default=None, max_length=32)
    sealed: bytes | None = None
    receipt: str | None = None


class OutcomeRow(SQLModel, table=True):
    """How a verification ended, as its clerk says. Rows are only added; the highest entry counts."""

    __tablename__ = "verification_outcome"
    __table_args__ = (Index("outcome_of_result", "result", "id"),)

    verification: str = Field(primary_key=True, max_length=64)
    entry: int = Field(primary_key=True)
    id: UUID = Field(sa_type=Uuid)
    result: str = Field(max_length=14)
    at: datetime = Field(sa_type=Instant)
    sealed: bytes
