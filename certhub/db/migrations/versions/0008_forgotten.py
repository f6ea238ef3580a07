"""Up to which end uses of codes were forgotten, and how much of the time on record nobody measured."""

import sqlalchemy as sa
from alembic import op

from certhub.db.columns import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spent_forgotten",
        sa.Column("only", sa.Integer(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("only"),
    )
    op.add_column("clock_record", sa.Column("unwitnessed_seconds", sa.Float(), nullable=True))


def downgrade() -> None:
    op.drop_column("clock_record", "unwitnessed_seconds")
    op.drop_table("spent_forgotten")
