"""How a verification ended, entry by entry; a clerk's latest verifications are found by their time."""

import sqlalchemy as sa
from alembic import op

from certhub.db.columns import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verification_outcome",
        sa.Column("verification", sa.String(length=64), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("result", sa.String(length=14), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("verification", "entry"),
    )
    op.create_index("outcome_of_result", "verification_outcome", ["result", "id"], unique=False)
    op.drop_index("ix_verification_clerk", table_name="verification")
    op.create_index("verification_of_clerk", "verification", ["clerk", "asked_at"], unique=False)


def downgrade() -> None:
    op.drop_index("verification_of_clerk", table_name="verification")
    op.create_index("ix_verification_clerk", "verification", ["clerk"], unique=False)
    op.drop_index("outcome_of_result", table_name="verification_outcome")
    op.drop_table("verification_outcome")
