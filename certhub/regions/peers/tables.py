"""Rows of the peers noun."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from certhub.db.columns import Instant


class ExchangeRow(SQLModel, table=True):
    """One request that another region sent us: its id is used once, its answer kept for a safe retry."""

    __tablename__ = "exchange"
    __table_args__ = (
        Index(
            "ix_exchange_answer",
            "keep_until",
            sqlite_where=text("answer IS NOT NULL"),
            postgresql_where=text("answer IS NOT NULL"),
        ),
    )

    asker: str = Field(primary_key=True, max_length=6)
    jti: str = Field(primary_key=True, max_length=64)
    request_hash: bytes = Field(max_length=32)
    answer: bytes | None = None
    keep_until: datetime = Field(sa_type=Instant, index=True)


class PeerStopRow(SQLModel, table=True):
    """A local stop: this hub neither asks nor answers that region, at once, whatever is published."""

    __tablename__ = "peer_stop"

    region: str = Field(primary_key=True, max_length=6)
    since: datetime = Field(sa_type=Instant)
    by: str = Field(max_length=64)
