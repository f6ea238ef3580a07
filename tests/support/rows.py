"""Rows written as the hub writes them, and as somebody writes them who has the database and no key."""

from typing import Any

from sqlalchemy import update

from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.grants import Granting, signed


def rewrite(unit: Unit, model: type[Granting], *where: Any, **changes: Any) -> None:
    """Change rows of a table as the hub would: with a fresh MAC."""
    table = table_of(model)
    unit.sql.execute(update(table).where(*where).values(**changes))
    resign(unit, model, *where)


def resign(unit: Unit, model: type[Granting], *where: Any) -> None:
    """Give rows the MAC that only the hub can make."""
    table = table_of(model)
    for row in unit.sql.execute(table.select().where(*where)).all():
        whole = signed(unit, model, row._mapping)
        here = [column == row._mapping[column] for column in table.primary_key.columns]
        unit.sql.execute(update(table).where(*here).values(mac=whole["mac"]))
