"""Rows of the cases noun. A case number is personal data: it is sealed, and found by a blind index."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from certhub.db.columns import Instant
from certhub.db.grants import Granting


class CaseRow(Granting, table=True):
    """One case: an office, a matter and a number. What it grants is reading, to its office."""

    __tablename__ = "matter_case"

    found_by: bytes = Field(primary_key=True, max_length=32)
    case_id: str = Field(max_length=26, unique=True)
    opened_at: datetime = Field(sa_type=Instant)
    sealed: bytes


class CaseScanRow(Granting, table=True):
    """The `nth` verification of a case, from 1 on, with what is needed to judge again what was shown in it."""

    __tablename__ = "case_scan"

    case_id: str = Field(primary_key=True, max_length=26)
    nth: int = Field(primary_key=True)
    verification: str = Field(max_length=64)
    at: datetime = Field(sa_type=Instant)
    sealed: bytes


class QuotaRow(SQLModel, table=True):
    """What a case was asked that could be guessed by asking often, counted by day: `what` is a `Counted`."""

    __tablename__ = "case_quota"

    found_by: bytes = Field(primary_key=True, max_length=32)
    what: str = Field(primary_key=True, max_length=10)
    day: str = Field(primary_key=True, max_length=10, index=True)
    nth: int = Field(primary_key=True)
