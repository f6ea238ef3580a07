"""Column types and the one mixin that every holder-centred table carries.

`bucket` is the first 12 bits of a keyed hash of the holder, stands first in the primary key, and is all that
a sharding layer needs later (Citus distribution column, YugabyteDB hash key). No rule and no flow knows of it.
A lint (tests/hub/db) refuses a holder-centred table without the mixin and any foreign key between buckets.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, Dialect, SmallInteger, Uuid
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

BUCKETS = 4096


class Instant(TypeDecorator[datetime]):
    """A moment: aware UTC in Python, `timestamptz` on PostgreSQL, naive UTC text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time has no place in the store")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Bucketed(SQLModel):
    """Primary key of a holder-centred table: (bucket, id)."""

    holder_centred: ClassVar[bool] = True
    bucket: int = Field(primary_key=True, sa_type=SmallInteger)
    id: UUID = Field(primary_key=True, sa_type=Uuid)


def table_of(model: type[SQLModel]) -> Any:
    """Return the Core table of a SQLModel class, for statements that need no ORM identity work."""
    return model.__table__  # type: ignore[attr-defined]
