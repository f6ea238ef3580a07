"""A lease is a number that counts up, not a moment; the newest time on record has a row.

Who has the lease is known again within ten seconds of the next start, so its old row is let go.
"""

import sqlalchemy as sa
from alembic import op

from certhub.db.columns import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("publisher_lease")
    op.create_table(
        "publisher_lease",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "clock_record",
        sa.Column("only", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("doubt_seconds", sa.Float(), nullable=True),
        sa.Column("steady_seconds", sa.Float(), nullable=False),
        sa.Column("jumped_at", Instant(), nullable=True),
        sa.Column("jump_seconds", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("only"),
    )


def downgrade() -> None:
    op.drop_table("clock_record")
    op.drop_table("publisher_lease")
    op.create_table(
        "publisher_lease",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
