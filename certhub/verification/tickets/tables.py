"""Rows of the tickets noun. A ticket's code is stored only as a hash."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Uuid, text
from sqlmodel import Field, SQLModel

from certhub.db.columns import Instant
from certhub.db.grants import Granting


class TicketRow(Granting, table=True):
    """One open code: which certificates and fields it opens, until when."""

    __tablename__ = "ticket"

    code_hash: bytes = Field(primary_key=True, max_length=32)
    id: UUID = Field(sa_type=Uuid)
    sealed: bytes
    minted_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant, index=True)


class RedemptionRow(SQLModel, table=True):
    """The one use of a token. The primary key is what makes it one; by whom, where and for what is sealed to it."""

    __tablename__ = "spent"
    __table_args__ = (
        Index(
            "ix_spent_answer",
            "keep_until",
            sqlite_where=text("answer IS NOT NULL"),
            postgresql_where=text("answer IS NOT NULL"),
        ),
    )

    token_hash: bytes = Field(primary_key=True, max_length=32)
    at: datetime = Field(sa_type=Instant)
    region: str = Field(max_length=6)
    sealed: bytes
    keep_until: datetime = Field(sa_type=Instant, index=True)
    answer: bytes | None = None


class ForgottenRow(SQLModel, table=True):
    """The one row that says up to which end uses were forgotten: a code that ends no later is never good again."""

    __tablename__ = "spent_forgotten"

    only: int = Field(primary_key=True)
    until: datetime = Field(sa_type=Instant)
