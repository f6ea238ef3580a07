"""Certificates are found by number, identifier and holder, over everything stored: a blind index.

What fills it for rows of before needs the key store: certhub/setup/adopting.py. An empty store is complete.
"""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    terms = op.create_table(
        "certificate_term",
        sa.Column("term", sa.LargeBinary(length=16), nullable=False),
        sa.Column("certificate", sa.Uuid(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term", "certificate"),
    )
    op.create_index("certificate_of_kind", "certificate", ["agency", "kind", "id"], unique=False)
    op.create_index("certificate_of_state", "certificate", ["agency", "state", "id"], unique=False)
    if op.get_bind().execute(sa.text("SELECT 1 FROM certificate LIMIT 1")).first() is None:
        op.execute(sa.insert(terms).values(term=bytes(16), certificate=UUID(int=0), bucket=-1))


def downgrade() -> None:
    op.drop_index("certificate_of_state", table_name="certificate")
    op.drop_index("certificate_of_kind", table_name="certificate")
    op.drop_table("certificate_term")
