"""Rows that grant something get a place for their MAC, and clear text a place where it is sealed.

What fills these places needs the key store: certhub/db/adoption.py, before 0005 takes the clear text away.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_GRANTING = (
    "account",
    "bearer_token",
    "certificate",
    "certificate_number",
    "holding",
    "mandate",
    "party",
    "status_slot",
    "ticket",
    "verification",
)
_SEALED = (("mandate", "sealed"), ("spent", "sealed"), ("verification", "signed"))


def upgrade() -> None:
    for table in _GRANTING:
        op.add_column(table, sa.Column("mac", sa.LargeBinary(), nullable=True))
    for table, column in _SEALED:
        op.add_column(table, sa.Column(column, sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    for table, column in _SEALED:
        op.drop_column(table, column)
    for table in _GRANTING:
        op.drop_column(table, "mac")
