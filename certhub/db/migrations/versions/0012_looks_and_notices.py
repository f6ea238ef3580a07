"""Looks that holders see, their disputes, and the notices between hubs that tell of both."""

import sqlalchemy as sa
from alembic import op

from certhub.db.columns import Instant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
oldest_code = "0010"
"""It adds tables alone. The looks that older code lets happen beside are in the history, and in no holder's list."""


def upgrade() -> None:
    op.create_table(
        "look",
        sa.Column("mac", sa.LargeBinary(length=32), nullable=True),
        sa.Column("bucket", sa.SmallInteger(), nullable=False),
        sa.Column("holder", sa.LargeBinary(length=16), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("look_id", sa.String(length=26), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("verification", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("concluded", sa.LargeBinary(), nullable=True),
        sa.Column("ended", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("bucket", "holder", "id"),
    )
    op.create_index("ix_look_verification", "look", ["region", "verification"])
    op.create_table(
        "dispute",
        sa.Column("mac", sa.LargeBinary(length=32), nullable=True),
        sa.Column("home", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("looker", sa.String(length=6), nullable=False),
        sa.Column("verification", sa.String(length=64), nullable=False),
        sa.Column("agency", sa.String(length=18), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("settled", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("ix_dispute_place", "dispute", ["state", "due_at", "home", "id"])
    op.create_index("ix_dispute_of_agency", "dispute", ["agency", "state", "due_at", "home", "id"])
    op.create_index("ix_dispute_verification", "dispute", ["verification", "home"])
    op.create_table(
        "notice",
        sa.Column("mac", sa.LargeBinary(length=32), nullable=True),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("verification", sa.String(length=64), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_notice_state", "notice", ["state", "expires_at", "id"])
    op.create_table(
        "taken_notice",
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("jti", sa.String(length=64), nullable=False),
        sa.Column("keep_until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("region", "jti"),
    )


def downgrade() -> None:
    op.drop_table("taken_notice")
    op.drop_table("notice")
    op.drop_table("dispute")
    op.drop_table("look")
