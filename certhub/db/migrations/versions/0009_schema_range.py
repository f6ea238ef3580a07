"""The database says which older code may work with it (certhub/db/schema_range.py)."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
oldest_code = "0009"
"""The first that looks: code of before takes its own revision alone."""


def upgrade() -> None:
    op.create_table(
        "schema_range",
        sa.Column("revision", sa.String(length=32), nullable=False),
        sa.Column("oldest_code", sa.String(length=32), nullable=False),
        sa.Column("applied_by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("revision"),
    )


def downgrade() -> None:
    op.drop_table("schema_range")
