"""Rows of the receipts noun."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, Uuid
from sqlmodel import Field, SQLModel

from certhub.db.columns import Instant
from certhub.db.grants import Granting


class VerificationRow(Granting, table=True):
    """One verification: `asked` before anything is sent, `answered` when its report is on record.

    What it grants is reading: its clerk, and nobody else, gets the report and the receipt. These two are sealed to
    the row; the columns that the MAC leaves out tell only how far it got, and are never answered from.
    """

    __tablename__ = "verification"
    __table_args__ = (Index("verification_of_clerk", "clerk", "asked_at"),)
    not_bound: ClassVar[frozenset[str]] = frozenset(
        {"state", "answered_at", "verdict", "code", "sealed", "signed"}
    )

    id: str = Field(primary_key=True, max_length=64)
    clerk: str = Field(max_length=64)
    code_hash: bytes = Field(max_length=32)
    state: str = Field(max_length=10)
    asked_at: datetime = Field(sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    verdict: str | None = Field(default=None, max_length=14)
    code: str | None = Field(default=None, max_length=32)
    sealed: bytes | None = None
    signed: bytes | None = None


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
