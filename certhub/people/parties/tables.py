"""Rows of the parties noun. All of them grant something, and carry a MAC over it (certhub/db/grants.py)."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import SmallInteger, Uuid
from sqlmodel import Field

from certhub.db.columns import Bucketed, Instant
from certhub.db.grants import Granting


class PartyRow(Granting, Bucketed, table=True):
    """A person or an organisation that may hold certificates; name and number are sealed."""

    __tablename__ = "party"

    holder: bytes = Field(max_length=16, index=True)
    sealed: bytes


class MandateRow(Granting, table=True):
    """Who acts for whom: a person's index → the organisation's, in the person's bucket; as what is sealed."""

    __tablename__ = "mandate"
    holder_centred: ClassVar[bool] = True

    bucket: int = Field(primary_key=True, sa_type=SmallInteger)
    holder: bytes = Field(primary_key=True, max_length=16)
    principal: bytes = Field(primary_key=True, max_length=16)
    sealed: bytes
    since: datetime = Field(sa_type=Instant)
    until: datetime | None = Field(default=None, sa_type=Instant)


class AccountRow(Granting, table=True):
    """Somebody who signs in: agency staff, clerk, holder or operator; name, office and window are sealed."""

    __tablename__ = "account"

    id: UUID = Field(primary_key=True, sa_type=Uuid)
    role: str = Field(max_length=10)
    agencies: str = Field(default="", max_length=400)
    holder: bytes | None = Field(default=None, max_length=16)
    sealed: bytes
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)


class TokenRow(Granting, table=True):
    """A bearer token: stored as a hash, shown once."""

    __tablename__ = "bearer_token"

    token_hash: bytes = Field(primary_key=True, max_length=32)
    account: UUID = Field(sa_type=Uuid)
    expires_at: datetime = Field(sa_type=Instant)
