"""Lints of the store's tables."""

from typing import Any

import pytest
from sqlalchemy import MetaData, Table
from sqlmodel import SQLModel

from certhub.db import queue_tables
from certhub.db.idempotency import tables as idempotency
from certhub.db.timekeeping import tables as timekeeping
from certhub.history.events import tables as events
from certhub.matters.cases import tables as cases
from certhub.people.logins import tables as logins
from certhub.people.looks import tables as looks
from certhub.people.organisation import tables as organisation
from certhub.people.parties import tables as parties
from certhub.records.certificates import tables as certificates
from certhub.records.status import tables as status
from certhub.regions.notices import tables as notices
from certhub.regions.peers import tables as peers
from certhub.sharing.messages import tables as messages
from certhub.verification.receipts import tables as receipts
from certhub.verification.requests import tables as requests
from certhub.verification.tickets import tables as tickets
from tests.house.source import modules

ROOMS = (
    events,
    queue_tables,
    cases,
    certificates,
    idempotency,
    logins,
    looks,
    messages,
    notices,
    organisation,
    parties,
    peers,
    receipts,
    requests,
    status,
    tickets,
    timekeeping,
)
METADATA: MetaData = SQLModel.metadata
LINKS = {"certificate_id", "certificate_number", "certificate_term", "status_slot"}
"""Global indexes: keyed by what they find; their bucket says where a certificate lies."""


def tables() -> list[Table]:
    """Every table of the store."""
    assert len(ROOMS) <= len(METADATA.tables)
    return sorted(METADATA.tables.values(), key=lambda table: table.name)


def models() -> list[type[Any]]:
    """Every class that is a table."""
    return sorted((m.class_ for m in SQLModel._sa_registry.mappers), key=lambda model: model.__name__)


def test_every_room_with_tables_is_read_here():
    """A noun whose tables this test does not import would escape the other lints."""
    with_tables = {module.path for module in modules("certhub") if module.path.endswith("tables.py")}
    assert with_tables == {f"{room.__name__.replace('.', '/')}.py" for room in ROOMS}


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_a_bucket_stands_first_in_the_primary_key(table):
    """One table that was sharded by an id alone had to be rewritten row by row, with the service down."""
    if "bucket" not in table.columns or table.name in LINKS:
        assert "bucket" not in table.primary_key.columns
        return
    assert "bucket" == next(iter(table.primary_key.columns)).name


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_what_is_holder_centred_says_so(model):
    """What a sharding layer will distribute is told by the class, not guessed from a column's name."""
    table = METADATA.tables[model.__tablename__]
    assert getattr(model, "holder_centred", False) == ("bucket" in table.primary_key.columns)


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_no_table_has_a_foreign_key(table):
    """A foreign key between two buckets cannot be kept once they lie on two machines; erasure trips over it too."""
    assert [] == list(table.foreign_keys)


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_no_column_is_named_after_a_person(table):
    """Personal data is sealed: a column `name` or `id_number` in clear once sat in every backup for years."""
    suspects = {"name", "id_number", "identifier", "number", "claims", "phone", "address"}
    allowed = {
        "publisher_lease": {"name"},  # the lease's own name: `worker`
        **{
            of_authorities: {"name", "address"}
            for of_authorities in ("division", "agency", "office", "office_window")
        },
    }
    assert set() == suspects & set(table.columns.keys()) - allowed.get(table.name, set())
