"""Rows of the timekeeping noun."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from certhub.db.columns import Instant


class ClockRow(SQLModel, table=True):
    """The one row on which the worker keeps the time: rules.Record says what it holds."""

    __tablename__ = "clock_record"

    only: int = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)
    doubt_seconds: float | None = None
    steady_seconds: float
    jumped_at: datetime | None = Field(default=None, sa_type=Instant)
    jump_seconds: float | None = None
    unwitnessed_seconds: float | None = None
