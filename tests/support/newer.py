"""A database of tomorrow: brought up by migrations that this version's code does not have.

newer(folder, "0009", "9002")   the migrations of today and two more, each with the oldest code that it names
apply(hub, scripts)             that later version's `certhub migrate`, while this hub runs
shape(engine)                   what code relies on, and `breaks(before, after)`: what older code would miss
"""

import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect

from certhub.db import migrate
from certhub.hub import Hub

NEWEST = migrate.newest()
ADDS = """
    op.add_column("certificate", sa.Column("later_{number}", sa.String(length=10), nullable=True))
    op.create_table("later_{number}", sa.Column("id", sa.Integer(), primary_key=True))
"""
SCRIPT = '''"""What a later version changed."""

import sqlalchemy as sa
from alembic import op

revision = "{number}"
down_revision = "{before}"
branch_labels = None
depends_on = None
oldest_code = "{oldest_code}"


def upgrade() -> None:{does}

def downgrade() -> None:
    op.drop_table("later_{number}")
    op.drop_column("certificate", "later_{number}")
'''


def newer(folder: Path, *oldest_codes: str, does: str = ADDS) -> Path:
    """Write the migrations of a later version, 9001 and on for each of `oldest_codes`; return their folder."""
    made, before = folder / "migrations", NEWEST
    shutil.copytree(migrate.MIGRATIONS, made, dirs_exist_ok=True)
    for number, oldest_code in enumerate(oldest_codes, start=9001):
        text = SCRIPT.format(
            number=number, before=before, oldest_code=oldest_code, does=does.format(number=number)
        )
        (made / "versions" / f"{number}_later.py").write_text(text, encoding="utf-8")
        before = str(number)
    return made


def apply(hub: Hub, scripts: Path) -> None:
    """Bring a hub's database up as a later version does, beside this hub."""
    migrate.upgrade(hub.database.engine, schema=hub.settings.database_schema, scripts=scripts)


def shape(engine: Engine, schema: str = "") -> dict[str, Any]:
    """Return what code relies on in each table: its columns, key, unique indexes and checks."""
    found = inspect(engine)
    where = schema or None
    return {
        name: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column.get("default"))
                for column in found.get_columns(name, schema=where)
            },
            "key": found.get_pk_constraint(name, schema=where)["constrained_columns"],
            "unique": {
                tuple(index["column_names"])
                for index in found.get_indexes(name, schema=where)
                if index["unique"]
            },
            "checks": {check["sqltext"] for check in found.get_check_constraints(name, schema=where)},
        }
        for name in found.get_table_names(schema=where)
    }


def breaks(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return what code that knows `before` would miss, or be refused, in `after`; nothing where all was added."""
    found = []
    for name, table in before.items():
        now = after.get(name)
        if now is None:
            found.append(f"{name} is gone")
            continue
        found += [
            f"{name}.{column} is gone or another"
            for column, said in table["columns"].items()
            if said != now["columns"].get(column)
        ]
        found += [
            f"{name}.{column} must be given"
            for column, (_, nullable, default) in now["columns"].items()
            if column not in table["columns"] and not nullable and default is None
        ]
        found += [
            f"{name} has another {what}" for what in ("key", "unique", "checks") if table[what] != now[what]
        ]
    return found
