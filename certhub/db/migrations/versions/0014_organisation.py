"""The organisation: divisions, agencies, offices and windows."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
oldest_code = "0012"
"""It adds tables alone, and older code reads and writes the same rows."""

TABLES = (
    (
        "division",
        (("code", 13), ("name", 60), ("name_en", 120), ("level", 8), ("parent", 13)),
        ("code",),
        (("ix_division_parent", ("parent",)),),
    ),
    (
        "agency",
        (("code", 18), ("name", 60), ("name_en", 120), ("parent", 18), ("division", 13), ("kinds", None)),
        ("code",),
        (("ix_agency_parent", ("parent",)), ("ix_agency_of_division", ("division", "code"))),
    ),
    (
        "office",
        (("code", 32), ("name", 60), ("kind", 8), ("agency", 18), ("division", 13), ("address", 120)),
        ("code",),
        (("ix_office_division", ("division",)), ("ix_office_of_agency", ("agency", "code"))),
    ),
    ("office_window", (("office", 32), ("code", 32), ("name", 60)), ("office", "code"), ()),
)


def upgrade() -> None:
    for table, columns, key, indexes in TABLES:
        op.create_table(
            table,
            sa.Column("mac", sa.LargeBinary(length=32), nullable=True),
            *(
                sa.Column(name, sa.Text() if length is None else sa.String(length=length), nullable=False)
                for name, length in columns
            ),
            sa.Column("since", sa.Date(), nullable=False),
            sa.Column("until", sa.Date(), nullable=True),
            sa.PrimaryKeyConstraint(*key),
        )
        for name, indexed in indexes:
            op.create_index(name, table, list(indexed))


def downgrade() -> None:
    for table, _, _, indexes in reversed(TABLES):
        for name, _ in indexes:
            op.drop_index(name, table_name=table)
        op.drop_table(table)
