"""Messages to people: those that wait to be sent by mail, SMS or app, and how they ended."""

import sqlalchemy as sa
from alembic import op

from certhub.db.columns import Instant

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
oldest_code = "0012"
"""It adds a table alone. Older code sends no message, and those that wait go on waiting."""

INDEXES = (
    ("ix_message_due", ["state", "medium", "not_before", "id"]),
    ("ix_message_expires_at", ["state", "expires_at"]),
    ("ix_message_ended_at", ["ended_at"]),
    ("ix_message_made_at", ["made_at", "id"]),
)


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("mac", sa.LargeBinary(length=32), nullable=True),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("medium", sa.String(length=4), nullable=False),
        sa.Column("template", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("not_before", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("trouble", sa.String(length=20), nullable=True),
        sa.Column("reply", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    for name, columns in INDEXES:
        op.create_index(name, "message", columns)


def downgrade() -> None:
    op.drop_table("message")
