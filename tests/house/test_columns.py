"""Every column of the store is in a class, and docs/trust.md says in which: public, digest, sealed; and under the MAC.

A new column is put into a class on purpose, or this fails. Free text and personal values belong into `sealed`.
"""

import re
from typing import NamedTuple

import pytest
from sqlalchemy import LargeBinary, String
from sqlmodel import SQLModel

import certhub.app  # noqa: F401  every noun's tables are known once the app is
from certhub.db.grants import Granting
from tests.house.source import ROOT

PAGE = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
NAMES = re.compile(r"`(\w+)`")
GRANTING = {model.__tablename__: model for model in Granting.__subclasses__()}
TABLES = {table.name: table for table in SQLModel.metadata.sorted_tables}
WORDS = {
    "account": {"role", "agencies"},
    "agency": {"code", "name", "name_en", "parent", "division", "kinds"},
    "case_quota": {"what", "day"},
    "case_scan": {"case_id", "verification"},
    "certificate": {"cid", "kind", "agency", "state"},
    "certificate_id": {"cid"},
    "certificate_state": {"was", "state", "reason_code", "by"},
    "counter_request": {"request_id", "clerk", "state", "home"},
    "division": {"code", "name", "name_en", "level", "parent"},
    "dispute": {"home", "id", "looker", "verification", "agency", "state"},
    "event": {"type", "actor", "subject"},
    "exchange": {"asker", "jti"},
    "login_session": {"id"},
    "look": {"look_id", "region", "verification"},
    "matter_case": {"case_id"},
    "message": {"id", "medium", "template", "language", "state", "trouble"},
    "notice": {"id", "region", "kind", "verification", "state"},
    "office": {"code", "name", "kind", "agency", "division", "address"},
    "office_window": {"office", "code", "name"},
    "opened_request": {"state"},
    "outbox": {"topic", "ref"},
    "peer_stop": {"region", "by"},
    "publisher_lease": {"name", "holder"},
    "schema_range": {"revision", "oldest_code", "applied_by"},
    "spent": {"region"},
    "taken_notice": {"region", "jti"},
    "verification": {"id", "clerk", "state", "verdict", "code"},
    "verification_outcome": {"verification", "result"},
}
"""Columns of text that are public: each a word of a closed list, a code, an id that the hub or a program made, or the
name and the address of an authority, which stand on its door."""


class Classed(NamedTuple):
    """What the page says of one table."""

    public: set[str]
    digest: set[str]
    sealed: set[str]
    mac: str


def rows() -> dict[str, Classed]:
    """The page's table of columns."""
    _, _, rest = PAGE.partition("<!-- columns:")
    table, _, _ = rest.partition("<!-- end of columns -->")
    found = {}
    for line in table.splitlines():
        if line.startswith("| `"):
            name, public, digest, sealed, mac = (cell.strip() for cell in line.strip("|").split("|"))
            classes = (set(NAMES.findall(cell)) for cell in (public, digest, sealed))
            found[name.strip("`")] = Classed(*classes, mac)
    return found


def test_the_page_lists_every_table():
    """No table of the store is left out, and none is made up."""
    assert sorted(TABLES) == sorted(rows())


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_column_is_in_one_class(name):
    """A column that is in none, or in two, has nobody who thought about it."""
    classed = rows()[name]
    listed = sorted([*classed.public, *classed.digest, *classed.sealed])

    assert sorted(set(TABLES[name].columns.keys()) - {"mac"}) == listed


@pytest.mark.parametrize("name", sorted(TABLES))
def test_what_the_mac_covers_is_what_the_page_says(name):
    """All, all but some, or none: as the class of the table has it."""
    mac = rows()[name].mac
    if name not in GRANTING:
        assert ("–", False) == (mac, "mac" in TABLES[name].columns)
        return
    left_out = set(NAMES.findall(mac)) if "all but" in mac else set()

    assert GRANTING[name].not_bound == left_out
    assert set(TABLES[name].columns.keys()) - {"mac"} - left_out == set(GRANTING[name].bound())


@pytest.mark.parametrize("name", sorted(TABLES))
def test_no_text_is_public_but_words_and_codes(name):
    """Text in clear is a word of a closed list or an id; bytes in clear are digests. What a person writes is sealed."""
    classed = rows()[name]
    text = {c.name for c in TABLES[name].columns if isinstance(_plain(c.type), String)}
    blobs = {c.name for c in TABLES[name].columns if isinstance(_plain(c.type), LargeBinary)} - {"mac"}

    assert WORDS.get(name, set()) == text
    assert blobs == classed.digest | classed.sealed


def _plain(kind: object) -> object:
    """The database's type under one of ours."""
    return getattr(kind, "impl", kind)
