"""Rows of the status noun. A slot is given once and never again, even when its certificate is long gone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Uuid, text
from sqlmodel import Field, SQLModel

from certhub.db.columns import Instant
from certhub.db.grants import Granting


class StatusListRow(SQLModel, table=True):
    """One list: how big, and whether what is published is what we know."""

    __tablename__ = "status_list"

    list_no: int = Field(primary_key=True)
    size: int
    changed_at: datetime = Field(sa_type=Instant)
    published_at: datetime | None = Field(default=None, sa_type=Instant)


class SlotRow(Granting, table=True):
    """One slot of a list: 0 valid, 1 invalid, 2 suspended. A decoy is nobody's: without certificate and bucket."""

    __tablename__ = "status_slot"
    __table_args__ = (
        Index(
            "ix_slot_of_nobody",
            *("list_no", "value", "list_index"),
            sqlite_where=text("certificate IS NULL"),
            postgresql_where=text("certificate IS NULL"),
        ),
        Index(
            "ix_slot_set",
            *("list_no", "list_index", "value"),
            sqlite_where=text("value != 0"),
            postgresql_where=text("value != 0"),
        ),
    )

    list_no: int = Field(primary_key=True)
    list_index: int = Field(primary_key=True)
    value: int
    bucket: int | None = None
    certificate: UUID | None = Field(default=None, sa_type=Uuid)
