"""A slot may be nobody's: a decoy of its status list."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OWNER = (("bucket", sa.Integer()), ("certificate", sa.Uuid()))


def upgrade() -> None:
    _owner(nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM status_slot WHERE certificate IS NULL")
    _owner(nullable=False)


def _owner(*, nullable: bool) -> None:
    with op.batch_alter_table("status_slot") as table:
        for name, kind in _OWNER:
            table.alter_column(name, existing_type=kind, nullable=nullable)
