"""Logins of members of staff: who they are, how they prove it, invitations, and sessions."""

import sqlalchemy as sa
from alembic import op

from certhub.db.columns import Instant

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
oldest_code = "0012"
"""It adds tables alone, and older code reads and writes the same rows."""


def mac() -> sa.Column[bytes]:
    return sa.Column("mac", sa.LargeBinary(length=32), nullable=True)


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, Instant(), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "login",
        mac(),
        sa.Column("staff_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        moment("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("staff_index"),
        sa.UniqueConstraint("id"),
    )
    op.create_table(
        "login_account",
        mac(),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("login", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )
    op.create_index("ix_login_account_login", "login_account", ["login"])
    op.create_table(
        "invitation",
        mac(),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("login", sa.Uuid(), nullable=False),
        moment("made_at"),
        moment("expires_at"),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_invitation_login", "invitation", ["login"])
    op.create_table(
        "invitation_use",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        moment("at"),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_table(
        "login_proof",
        mac(),
        sa.Column("login", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        moment("since"),
        sa.PrimaryKeyConstraint("login"),
    )
    op.create_table(
        "login_code_use",
        sa.Column("login", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("login", "step"),
    )
    op.create_table(
        "login_attempt",
        sa.Column("staff_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        moment("free_at"),
        sa.PrimaryKeyConstraint("staff_index"),
    )
    op.create_table(
        "login_session",
        mac(),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("login", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        moment("begun_at"),
        moment("ends_at"),
        moment("proven_at"),
        moment("seen_at"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_login_session_login", "login_session", ["login"])
    op.create_index("ix_login_session_ends_at", "login_session", ["ends_at"])


def downgrade() -> None:
    for table in (
        *("login_session", "login_attempt", "login_code_use", "login_proof"),
        *("invitation_use", "invitation", "login_account", "login"),
    ):
        op.drop_table(table)
