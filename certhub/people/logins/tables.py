"""Rows of the logins noun. Those that let somebody in carry a MAC (certhub/db/grants.py).

A login is one person; each of their roles is an account of its own (certhub/people/parties). What is used once is a row
whose key is what is used: an invitation, a code of thirty seconds.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Uuid
from sqlmodel import Field, SQLModel

from certhub.db.columns import Instant
from certhub.db.grants import Granting


class LoginRow(Granting, table=True):
    """A member of staff, found by the blind index of their staff number; name, telephone and mail are sealed."""

    __tablename__ = "login"

    staff_index: bytes = Field(primary_key=True, max_length=16)
    id: UUID = Field(sa_type=Uuid, unique=True)
    sealed: bytes
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class LoginAccountRow(Granting, table=True):
    """An account in which a login may act."""

    __tablename__ = "login_account"

    account: UUID = Field(primary_key=True, sa_type=Uuid)
    login: UUID = Field(sa_type=Uuid, index=True)


class InvitationRow(Granting, table=True):
    """A link by which a login begins, or begins anew: stored as a hash."""

    __tablename__ = "invitation"

    token_hash: bytes = Field(primary_key=True, max_length=32)
    login: UUID = Field(sa_type=Uuid, index=True)
    made_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)


class InvitationUseRow(SQLModel, table=True):
    """That an invitation was used, or made void by a later one."""

    __tablename__ = "invitation_use"

    token_hash: bytes = Field(primary_key=True, max_length=32)
    at: datetime = Field(sa_type=Instant)


class ProofRow(Granting, table=True):
    """How a login proves who it is: the password's hash (argon2id) and the secret of its codes (RFC 6238), sealed."""

    __tablename__ = "login_proof"

    login: UUID = Field(primary_key=True, sa_type=Uuid)
    sealed: bytes
    since: datetime = Field(sa_type=Instant)


class CodeUseRow(SQLModel, table=True):
    """That the code of a step of thirty seconds was used."""

    __tablename__ = "login_code_use"

    login: UUID = Field(primary_key=True, sa_type=Uuid)
    step: int = Field(primary_key=True)


class AttemptRow(SQLModel, table=True):
    """Attempts to sign in under a number since the last good one: known or not, so that neither shows.

    Nobody may try again before `free_at`.
    """

    __tablename__ = "login_attempt"

    staff_index: bytes = Field(primary_key=True, max_length=16)
    failures: int
    free_at: datetime = Field(sa_type=Instant)


class SessionRow(Granting, table=True):
    """A session: the hash of its token, whose it is, in which account it acts, and where it began."""

    __tablename__ = "login_session"
    not_bound: ClassVar[frozenset[str]] = frozenset({"seen_at"})

    token_hash: bytes = Field(primary_key=True, max_length=32)
    id: str = Field(max_length=26, unique=True)
    login: UUID = Field(sa_type=Uuid, index=True)
    account: UUID = Field(sa_type=Uuid)
    begun_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant, index=True)
    proven_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    sealed: bytes
