"""Clear text goes, now that it is sealed (certhub/db/adoption.py)."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_CLEAR: dict[str, dict[str, tuple[sa.types.TypeEngine[str], bool]]] = {
    "account": {"office": (sa.String(length=60), False), "window": (sa.String(length=20), False)},
    "certificate": {"reason": (sa.String(length=200), True), "decision": (sa.String(length=100), True)},
    "mandate": {"role": (sa.String(length=20), False)},
    "spent": {
        "clerk": (sa.String(length=64), False),
        "window": (sa.String(length=20), False),
        "verification_id": (sa.String(length=64), False),
    },
    "verification": {"receipt": (sa.String(), True)},
}
"""Table → column → its type, and whether it may be NULL."""
_NOW_REQUIRED = {"mandate", "spent"}


def upgrade() -> None:
    for name, columns in _CLEAR.items():
        with op.batch_alter_table(name) as table:
            for column in columns:
                table.drop_column(column)
            if name in _NOW_REQUIRED:
                table.alter_column("sealed", existing_type=sa.LargeBinary(), nullable=False)


def downgrade() -> None:
    """Go back where nothing is lost by it: in empty tables. What is sealed is not laid open again.

    Raises:
        RuntimeError: there are rows; the way back is the copy that was made before.
    """
    for name in _CLEAR:
        if op.get_bind().execute(sa.text(f'SELECT 1 FROM "{name}" LIMIT 1')).first() is not None:  # noqa: S608
            raise RuntimeError(
                "what is sealed is not laid open again: put back the copy that was made before"
            )
    for name, columns in _CLEAR.items():
        with op.batch_alter_table(name) as table:
            for column, (kind, nullable) in columns.items():
                table.add_column(sa.Column(column, kind, nullable=nullable))
            if name in _NOW_REQUIRED:
                table.alter_column("sealed", existing_type=sa.LargeBinary(), nullable=True)
