"""Rows of the idempotency noun."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from certhub.db.columns import Instant


class IdempotencyRow(SQLModel, table=True):
    """One key of one client on one route."""

    __tablename__ = "idempotency_key"

    key_hash: bytes = Field(primary_key=True, max_length=32)
    request_hash: bytes = Field(max_length=32)
    lease_until: datetime = Field(sa_type=Instant)
    keep_until: datetime = Field(sa_type=Instant, index=True)
    answer: bytes | None = None
