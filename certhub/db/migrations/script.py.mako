"""${message}"""

import sqlalchemy as sa
from alembic import op

from certhub.db.columns import Instant

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None
oldest_code = ${repr(up_revision)}
"""An earlier revision, where code of it may go on beside this one: see docs/decisions/0011."""


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
