"""Every change of a certificate's state has a row, so that its state on any day can be asked.

Rows for changes of before are filled in from the history with the key store open: certhub/setup/state_history.py.
"""

import sqlalchemy as sa
from alembic import op

from certhub.db.columns import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
oldest_code = "0009"
"""It adds a table alone. What older code changes meanwhile is filled in later."""


def upgrade() -> None:
    op.create_table(
        "certificate_state",
        sa.Column("bucket", sa.SmallInteger(), nullable=False),
        sa.Column("certificate", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("was", sa.String(length=16), nullable=True),
        sa.Column("was_since", Instant(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("effective_from", Instant(), nullable=False),
        sa.Column("reason_code", sa.String(length=32), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=True),
        sa.PrimaryKeyConstraint("bucket", "certificate", "id"),
    )


def downgrade() -> None:
    op.drop_table("certificate_state")
