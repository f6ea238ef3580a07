"""Rows of the receipts noun."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from certhub.db.columns import Instant


class VerificationRow(SQLModel, table=True):
    """One verification: `asked` before anything is sent, `answered` when its report is on record."""

    __tablename__ = "verification"

    id: str = Field(primary_key=True, max_length=64)
    clerk: str = Field(max_length=64, index=True)
    code_hash: bytes = Field(max_length=32)
    state: str = Field(max_length=10)
    asked_at: datetime = Field(sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    verdict: str | None = Field(default=None, max_length=14)
    code: str | None = Field(default=None, max_length=32)
    sealed: bytes | None = None
    receipt: str | None = None
