"""Cases of an office, requests of its counters, and the requests that holders opened."""

import sqlalchemy as sa
from alembic import op

from certhub.db.columns import Instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
oldest_code = "0010"
"""It adds tables alone; older code writes none of them."""


def upgrade() -> None:
    op.create_table(
        "matter_case",
        sa.Column("mac", sa.LargeBinary(length=32), nullable=True),
        sa.Column("found_by", sa.LargeBinary(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("found_by"),
        sa.UniqueConstraint("case_id"),
    )
    op.create_table(
        "case_scan",
        sa.Column("mac", sa.LargeBinary(length=32), nullable=True),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("verification", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "nth"),
    )
    op.create_table(
        "case_quota",
        sa.Column("found_by", sa.LargeBinary(length=32), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("found_by", "what", "day", "nth"),
    )
    op.create_table(
        "counter_request",
        sa.Column("mac", sa.LargeBinary(length=32), nullable=True),
        sa.Column("request_id", sa.String(length=26), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("clerk", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("home", sa.String(length=6), nullable=True),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("checked", sa.LargeBinary(), nullable=True),
        sa.Column("progress", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("request_id"),
        sa.UniqueConstraint("code_hash"),
    )
    op.create_table(
        "opened_request",
        sa.Column("mac", sa.LargeBinary(length=32), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("holder", sa.LargeBinary(length=16), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("code_hash"),
    )


def downgrade() -> None:
    op.drop_table("opened_request")
    op.drop_table("counter_request")
    op.drop_table("case_quota")
    op.drop_table("case_scan")
    op.drop_table("matter_case")
