"""Rows of the requests noun. A request's code is stored only as a hash."""

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field

from certhub.db.columns import Instant
from certhub.db.grants import Granting


class RequestRow(Granting, table=True):
    """One request of a counter. What it grants is showing: whoever knows its code may consent to it, once."""

    __tablename__ = "counter_request"
    not_bound: ClassVar[frozenset[str]] = frozenset({"state", "home", "checked", "progress"})

    request_id: str = Field(primary_key=True, max_length=26)
    code_hash: bytes = Field(max_length=32, unique=True)
    clerk: str = Field(max_length=64)
    state: str = Field(max_length=10)
    home: str | None = Field(default=None, max_length=6)
    opened_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant, index=True)
    sealed: bytes
    checked: bytes | None = None
    progress: bytes | None = None


class OpenedRequestRow(Granting, table=True):
    """A request that a holder of this hub opened. What it grants is consenting: to this holder, and to nobody else."""

    __tablename__ = "opened_request"
    not_bound: ClassVar[frozenset[str]] = frozenset({"state"})

    code_hash: bytes = Field(primary_key=True, max_length=32)
    holder: bytes = Field(max_length=16)
    state: str = Field(max_length=10)
    opened_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant, index=True)
    sealed: bytes
