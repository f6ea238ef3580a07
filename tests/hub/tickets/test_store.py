"""Tickets are minted, found, used once and forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from certhub.adapters.clock import LARGEST_JUMP
from certhub.db.columns import table_of
from certhub.db.sealing import BlobRefused
from certhub.verification.tickets import store as tickets
from certhub.verification.tickets.item import TicketItem
from certhub.verification.tickets.store import REMEMBERED, Redemption
from certhub.verification.tickets.tables import RedemptionRow, TicketRow
from tests.support.rows import resign

HASH, OTHER = b"h" * 32, b"o" * 32
LIFE = timedelta(seconds=60)
ITEMS = (TicketItem("A" * 26), TicketItem("B" * 26, ("名称", "住所")), TicketItem("C" * 26, ()))


def use(unit, vid: str = "v-1") -> Redemption:
    """A use of now."""
    return Redemption(unit.now, "420700", "clerk", "1号窗口", vid)


def put(unit, code_hash, items, matter=None):
    """A ticket, on record."""
    minted = tickets.mint(unit, code_hash, items, matter=matter, life=LIFE)
    tickets.put_ticket(unit, minted)
    return minted.ticket


def test_a_ticket_is_found_as_it_was_minted(database):
    """Certificates, the holder's choice of fields (none is not all), matter and end."""
    with database.writing() as unit:
        minted = put(unit, HASH, ITEMS, matter="M-1")
        assert minted == tickets.find(unit, HASH)
        assert None is tickets.find(unit, OTHER)
    assert (ITEMS, "M-1", minted.minted_at + LIFE) == (minted.items, minted.matter, minted.expires_at)


def test_what_a_ticket_opens_is_sealed_to_its_row(database):
    """Neither a certificate's id nor a field's name lies open, and no row can borrow another's contents."""
    table = table_of(TicketRow)
    with database.writing() as unit:
        put(unit, HASH, ITEMS)
        put(unit, OTHER, ITEMS[:1])
        row = unit.sql.execute(table.select().where(table.c.code_hash == HASH)).one()
        assert b"AAAA" not in row.sealed
        unit.sql.execute(update(table).where(table.c.code_hash == OTHER).values(sealed=row.sealed))
        assert None is tickets.find(unit, OTHER)
        resign(unit, TicketRow)
        with pytest.raises(BlobRefused):
            tickets.find(unit, OTHER)


def test_a_token_is_used_once(database):
    """The first use stands, with all that it says; a second one is told that it came second."""
    with database.writing() as unit:
        first = use(unit)
        assert tickets.redeem(unit, HASH, first, keep_until=unit.now)
        assert not tickets.redeem(unit, HASH, use(unit, "v-2"), keep_until=unit.now)
        assert not tickets.redeem(unit, HASH, first, keep_until=unit.now)
        assert tickets.redeem(unit, OTHER, first, keep_until=unit.now)
    with database.reading() as unit:
        assert first == tickets.redemption_of(unit, HASH)
        assert None is tickets.redemption_of(unit, b"x" * 32)


def test_the_same_question_is_region_clerk_and_id(database):
    """Time and window may differ in a retry; nothing else may."""
    with database.writing() as unit:
        first = use(unit)

    assert first.is_same(replace(first, at=first.at + LIFE, window="9号窗口"))
    for change in ({"region": "420100"}, {"clerk": "another"}, {"verification_id": "v-2"}):
        assert not first.is_same(replace(first, **change))


def test_an_answer_is_kept_sealed_beside_the_use(database):
    """For the retry of another region; nobody else can read it, and it fits no other row."""
    table = table_of(RedemptionRow)
    with database.writing() as unit:
        for token in (HASH, OTHER):
            tickets.redeem(unit, token, use(unit), keep_until=unit.now)
        tickets.keep_answer(unit, HASH, "张演示".encode())
        assert "张演示".encode() == tickets.answer_of(unit, HASH)
        assert None is tickets.answer_of(unit, OTHER)
        row = unit.sql.execute(table.select().where(table.c.token_hash == HASH)).one()
        assert "张演示".encode() not in row.answer
        unit.sql.execute(update(table).where(table.c.token_hash == OTHER).values(answer=row.answer))
        with pytest.raises(BlobRefused):
            tickets.answer_of(unit, OTHER)


def test_tickets_and_uses_stay_ten_minutes_after_their_end(database):
    """So that used, expired and unknown differ; then the ticket goes, and the use after the largest jump of a clock."""
    clock = database.clock
    with database.writing() as unit:
        minted = put(unit, HASH, ITEMS)
        tickets.redeem(unit, HASH, use(unit), keep_until=minted.expires_at)
    clock.pass_(seconds=(LIFE + REMEMBERED).total_seconds())
    with database.writing() as unit:
        assert 0 == tickets.forget(unit, unit.now)
    clock.pass_(seconds=1)
    with database.writing() as unit:
        assert 1 == tickets.forget(unit, unit.now)
    clock.pass_(seconds=LARGEST_JUMP.total_seconds() - 1)
    with database.writing() as unit:
        assert (0, True) == (tickets.forget(unit, unit.now), tickets.redemption_of(unit, HASH) is not None)
    clock.pass_(seconds=1)
    with database.writing() as unit:
        assert 1 == tickets.forget(unit, unit.now)
        assert (None, None) == (tickets.find(unit, HASH), tickets.redemption_of(unit, HASH))
