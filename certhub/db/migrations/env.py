"""Alembic's way in: run on the connection that db/migrate.py hands over.

With each migration the database is told which older code may run beside it (certhub/db/schema_range.py).
"""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo

from certhub import __version__

RANGE = sa.table("schema_range", sa.column("revision"), sa.column("oldest_code"), sa.column("applied_by"))
FIRST = "0009"


def remember(
    ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]
) -> None:
    """Write what the migration that was just applied states; take it away with a migration that was taken back."""
    script: Any = step.up_revision
    sql: Any = ctx.connection
    if step.is_upgrade and script.revision >= FIRST:
        row = {
            "revision": script.revision,
            "oldest_code": script.module.oldest_code,
            "applied_by": __version__,
        }
        sql.execute(sa.insert(RANGE).values(row))
    elif script.revision > FIRST:  # the first takes the table along
        sql.execute(sa.delete(RANGE).where(RANGE.c.revision == script.revision))


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=None,
    render_as_batch=True,
    transaction_per_migration=False,
    on_version_apply=remember,
)
with context.begin_transaction():
    context.run_migrations()
