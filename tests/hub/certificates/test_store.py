"""Certificates on record: found by id, number, slot, holder and agency; moved on by whoever saw them last."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from certhub.db.columns import table_of
from certhub.db.sealing import BlobRefused
from certhub.demo import people as p
from certhub.flows.records import issue
from certhub.records.certificates import holdings
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import NumberClaim, Place
from certhub.records.certificates.rules import State
from certhub.records.certificates.tables import CertificateRow
from tests.support import named
from tests.support.rows import resign
from tests.support.story import food, issued, licence, marriage

TABLE = table_of(CertificateRow)


def found(home, certificate_id):
    """A certificate by its public id."""
    with home.hub.reading() as unit:
        return certificates.find(unit, certificate_id)


def intended(home, draft):
    """A certificate of which only the intent is on record."""
    with home.hub.writing() as unit:
        read = issue.read(draft, by=home.agency, hub=home.hub)
        [intent], _ = issue.intend(unit, [read], issue.IssuanceInProgress(home.hub.at(None), unit.now))
    return intent


def claim(number: bytes, content: bytes = b"c" * 32) -> NumberClaim:
    """Somebody's wish to own a number."""
    return NumberClaim(number, content, Place(1, uuid4()))


def test_a_certificate_comes_back_as_it_was_put(home):
    """Row and sealed record, by place, public id and slot."""
    intent = intended(home, licence("营-1"))
    with home.hub.reading() as unit:
        assert intent == certificates.find(unit, intent.certificate_id)
        assert intent == certificates.get(unit, Place(intent.bucket, intent.id))
        assert intent == certificates.by_slot(unit, intent.list_no, intent.list_index)
        assert None is certificates.find(unit, "0" * 26)
        assert None is certificates.get(unit, Place(intent.bucket, uuid4()))
        assert None is certificates.by_slot(unit, 99, 1)
        assert [] == certificates.get_many(unit, [])


def test_whoever_claims_a_number_first_has_it(database):
    """The second is shown whose it is; claims of one batch do not disturb each other."""
    first, second, other = claim(b"1" * 32), claim(b"1" * 32, b"d" * 32), claim(b"2" * 32)
    with database.writing() as unit:
        assert {b"1" * 32: first, b"2" * 32: other} == certificates.claim_numbers(unit, [first, other])
        assert {b"1" * 32: first} == certificates.claim_numbers(unit, [second])
        assert {b"1" * 32: first} == certificates.standing_numbers(unit, [b"1" * 32, b"9" * 32])


def test_a_number_moves_with_a_renewal_and_is_freed_by_a_void(database):
    """And freeing an older version's place does not free what moved on."""
    old, new = claim(b"1" * 32), claim(b"1" * 32, b"d" * 32)
    with database.writing() as unit:
        certificates.claim_numbers(unit, [old])
        certificates.move_number(unit, old.number_hash, new.content_hash, new.place)
        certificates.forget_number(unit, old.place)
        assert {b"1" * 32: new} == certificates.standing_numbers(unit, [b"1" * 32])
        certificates.forget_number(unit, new.place)
        assert {} == certificates.standing_numbers(unit, [b"1" * 32])


@pytest.mark.disagrees("the store alone, without the flow that tells the history")
def test_only_what_is_intended_becomes_active(home):
    """Once; whoever comes second made nothing."""
    intent = intended(home, licence("营-1"))
    signed = replace(intent, record=replace(intent.record, signature="c2ln"))
    with home.hub.writing() as unit:
        [active] = certificates.activate(unit, [signed], by="t")
        assert [] == certificates.activate(unit, [signed], by="t")
    assert active == found(home, intent.certificate_id)
    assert (State.ACTIVE, "c2ln", None) == (active.state, active.record.signature, active.lease_until)


@pytest.mark.disagrees("the store alone, without the flow that tells the history")
def test_an_intent_is_taken_over_after_its_lease_by_one(home, clock):
    """Not before it ends; not by two; not when it is active."""
    intent = intended(home, licence("营-1"))
    place = Place(intent.bucket, intent.id)
    clock.pass_(seconds=10)
    with home.hub.writing() as unit:
        assert not certificates.take_over(unit, place, unit.now + timedelta(seconds=10))
    clock.pass_(seconds=1)
    with home.hub.writing() as unit:
        assert certificates.take_over(unit, place, unit.now + timedelta(seconds=10))
        assert not certificates.take_over(unit, place, unit.now + timedelta(seconds=10))
        certificates.activate(unit, [intent], by="t")
    clock.pass_(seconds=60)
    with home.hub.writing() as unit:
        assert not certificates.take_over(unit, place, unit.now + timedelta(seconds=10))


@pytest.mark.disagrees("the store alone, without the flow that tells the history")
def test_a_state_moves_once_from_what_was_seen(home):
    """Compare and swap: whoever read an older state is told."""
    seen = found(home, issued(home, licence("营-1")))
    with home.hub.writing() as unit:
        suspended = certificates.set_state(unit, seen, State.SUSPENDED, by="t", reason="r", decision="d")
        assert None is certificates.set_state(unit, seen, State.REVOKED, by="t")
    assert suspended == found(home, seen.certificate_id)
    assert ("r", "d") == (suspended.record.reason, suspended.record.decision)


def test_a_slot_belongs_to_one_certificate(home):
    """The database itself refuses a second one."""
    first, second = (found(home, issued(home, licence(f"营-{n}"))) for n in range(2))

    with pytest.raises(IntegrityError), home.hub.writing() as unit:
        unit.sql.execute(
            update(TABLE)
            .where(TABLE.c.id == second.id)
            .values(list_no=first.list_no, list_index=first.list_index)
        )


def test_every_holder_holds_it_in_their_own_bucket(home):
    """Found from each holder's index alone; asked together, each is told apart."""
    certificate_id = issued(home, marriage("婚-1"))
    with home.hub.reading() as unit:
        zhang, li = (unit.vault.index(one.id_type, one.id_number) for one in (p.ZHANG, p.LI))
        for holder in (zhang, li):
            assert certificate_id in {c.certificate_id for _, c in holdings.held_by(unit, [holder])}
        both = holdings.held_by(unit, [zhang, li])
        assert {zhang, li} == {holder for holder, c in both if c.certificate_id == certificate_id}
        assert [] == holdings.held_by(unit, [])
        assert [] == holdings.held_by(unit, [b"\x00" * 16])


def test_an_agencys_certificates_come_newest_first_page_by_page(home, clock):
    """Every one once, whatever is issued meanwhile."""
    cids = []
    for n in range(7):
        clock.pass_(seconds=1)
        cids.append(issued(home, food(f"食-{n}")))
    clock.pass_(seconds=1)
    pages, before = [], None
    while True:
        with home.hub.reading() as unit:
            page = certificates.issued_by(unit, [named.MARKET], limit=3, before=before)
        if not page:
            break
        pages.append([c.certificate_id for c in page])
        before = page[-1].id
        issued(home, food(f"食-meanwhile-{len(pages)}"))
        clock.pass_(seconds=1)

    flat = [certificate_id for page in pages for certificate_id in page]
    assert len(flat) == len(set(flat))
    assert cids[::-1] == flat[:7]


def test_one_agency_does_not_see_anothers(home):
    """The list is by agency."""
    certificate_id = issued(home, marriage("婚-1"))
    with home.hub.reading() as unit:
        assert certificate_id not in {
            c.certificate_id for c in certificates.issued_by(unit, [named.MARKET], limit=200)
        }
        assert certificate_id in {
            c.certificate_id for c in certificates.issued_by(unit, [named.CIVIL], limit=200)
        }


def test_a_record_moved_to_another_row_does_not_open(home):
    """Not even with the MAC of the row that it is moved to: blob and MAC are two locks."""
    first, second = (found(home, issued(home, licence(f"营-{n}"))) for n in range(2))
    with home.hub.writing() as unit:
        row = unit.sql.execute(TABLE.select().where(TABLE.c.id == first.id)).one()
        unit.sql.execute(update(TABLE).where(TABLE.c.id == second.id).values(sealed=row.sealed))
    assert None is found(home, second.certificate_id)

    with home.hub.writing() as unit:
        resign(unit, CertificateRow, TABLE.c.id == second.id)
    with pytest.raises(BlobRefused):
        found(home, second.certificate_id)
