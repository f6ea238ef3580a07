"""Which code may work with a database that is newer than itself: the database says it, since old code cannot know.

    schema_range   a row for each migration: the revision, the oldest code that may run beside it, and who applied it

A migration script states `oldest_code`: the newest revision of the oldest code that may go on reading and writing once
it is applied. Its own number means that no older code may. The row is written with the migration, in its transaction
(migrations/env.py).

This table never changes: code of every version since 0009 reads it.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sqlalchemy import Connection, inspect, select
from sqlmodel import Field, SQLModel

from certhub.db.columns import table_of


class RangeRow(SQLModel, table=True):
    """What one migration says of older code."""

    __tablename__ = "schema_range"

    revision: str = Field(primary_key=True, max_length=32)
    oldest_code: str = Field(max_length=32)
    applied_by: str = Field(max_length=32)


_RANGE = table_of(RangeRow)


@dataclass(frozen=True)
class Range:
    """What one migration says: which code may run beside it, and the version of the program that applied it."""

    revision: str
    oldest_code: str
    applied_by: str


def ranges(sql: Connection) -> list[Range]:
    """Return what the migrations of a database say, oldest first; none for a database of before 0009."""
    if not inspect(sql).has_table(_RANGE.name):
        return []
    return [Range(**row._mapping) for row in sql.execute(select(_RANGE).order_by(_RANGE.c.revision))]


def refusing(ranges: list[Range], revision: str, known: AbstractSet[str]) -> Range | None:
    """Return what refuses code that knows the revisions `known` at a database at `revision`, None where nothing does.

    A revision without a row says nothing of older code, so it refuses.
    """
    said = {one.revision: one for one in ranges if one.revision not in known}
    newest = said.get(revision, Range(revision, revision, ""))
    refused = [one for one in said.values() if one.oldest_code not in known]
    if newest.oldest_code not in known:
        return newest
    return refused[-1] if refused else None
