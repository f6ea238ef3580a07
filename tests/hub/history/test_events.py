"""One history: a deed is written with what it changed, from a closed catalogue, and its leaf is salted."""

from hashlib import sha256

import pytest
from certhub_verifier.formats.jose.strict_json import canonical
from sqlalchemy import delete

from certhub.db.columns import table_of
from certhub.history.events import store as history
from certhub.history.events.bodies import Changed, Issued, Jumped, Look, PeerSwitched
from certhub.history.events.catalogue import (
    CATALOGUE,
    CERTIFICATE_ISSUED,
    CERTIFICATE_LOOKED_AT,
    CERTIFICATE_REVOKED,
    CERTIFICATE_SUSPENDED,
    CLOCK_JUMPED,
    PEER_CERTIFICATE_LOOKED_AT,
    PEER_STOPPED,
    Event,
    EventType,
    Subject,
    names_of,
)
from certhub.history.events.store import append
from certhub.history.events.tables import EventRow, EventSaltRow

EVENT, SALT = table_of(EventRow), table_of(EventSaltRow)
ISSUED = Issued(kind="营业执照", agency="甲", version=1)
CERTIFICATE, OTHER, REGION = "5" * 64, "e" * 64, "420700"


def test_a_deed_is_read_as_it_was_written(database):
    """Who, what, to which subject, and the body."""
    with database.writing() as unit:
        append(unit, Event(CERTIFICATE_ISSUED, "agency", CERTIFICATE, ISSUED))
        [event] = history.events(unit)

    assert ("certificate.issued", "agency", CERTIFICATE, {"kind": "营业执照", "agency": "甲", "version": 1}) == (
        event.type, event.actor, event.subject, event.body,
    )  # fmt: skip
    assert database.clock.now() == event.at


def test_a_leaf_is_the_salted_hash_of_the_canonical_event(database):
    """SHA-256(32-byte salt ‖ canonical event): what the ledger will publish, and nothing else."""
    with database.writing() as unit:
        append(unit, Event(CERTIFICATE_ISSUED, "a", CERTIFICATE, ISSUED))
        row, salt = unit.sql.execute(EVENT.select()).one(), unit.sql.execute(SALT.select()).one()

    body = {"kind": "营业执照", "agency": "甲", "version": 1}
    said = {
        "at": row.at.isoformat(),
        "type": "certificate.issued",
        "actor": "a",
        "subject": CERTIFICATE,
        "body": body,
    }
    assert 32 == len(salt.salt)
    assert sha256(salt.salt + canonical(said)).digest() == row.leaf


def test_two_equal_deeds_have_different_leaves(database):
    """Nobody finds a deed by guessing it."""
    with database.writing() as unit:
        append(unit, *[Event(CLOCK_JUMPED, "a", REGION, Jumped(seconds=1))] * 20)
        assert 20 == len({row.leaf for row in unit.sql.execute(EVENT.select())})


def test_without_its_salt_a_leaf_proves_nothing(database):
    """Deleting the salt is erasure: the event's leaf stays, and can be joined with nothing."""
    with database.writing() as unit:
        append(unit, Event(CLOCK_JUMPED, "a", REGION, Jumped(seconds=1)))
        leaf = unit.sql.execute(EVENT.select()).one().leaf
        unit.sql.execute(delete(SALT))
        assert leaf == unit.sql.execute(EVENT.select()).one().leaf
        assert sha256(canonical({"type": "t"})).digest() != leaf


def test_bodies_are_sealed(database):
    """What a deed was about is for those who hold the key."""
    with database.writing() as unit:
        append(unit, Event(PEER_STOPPED, "a", REGION, PeerSwitched(reason="提交虚假材料")))
        assert "提交虚假材料".encode() not in unit.sql.execute(EVENT.select()).one().sealed


def test_a_deed_goes_with_its_transaction(database):
    """What was not done is not told."""
    with pytest.raises(KeyError), database.writing() as unit:  # noqa: PT012  the unit has to fail after the deed
        append(unit, Event(CLOCK_JUMPED, "a", REGION, Jumped(seconds=1)))
        raise KeyError
    with database.reading() as unit:
        assert [] == history.events(unit)


def test_deeds_are_found_newest_first_by_subject_and_type(database):
    """At most as many as asked for."""
    for n in range(5):
        with database.writing() as unit:
            row = CERTIFICATE_SUSPENDED if n % 2 else CERTIFICATE_REVOKED
            body = Changed(kind="k", agency="a", reason=str(n), decision="d", effective_from=None)
            append(unit, Event(row, "a", CERTIFICATE if n else OTHER, body))
        database.clock.pass_(seconds=1)
    with database.reading() as unit:
        assert ["4", "3", "2"] == [event.body["reason"] for event in history.events(unit, limit=3)]
        found = history.events(unit, subject=CERTIFICATE, type_="certificate.revoked")
        assert ["4", "2"] == [event.body["reason"] for event in found]


@pytest.mark.parametrize(
    ("row", "body"),
    [
        (EventType("certificate.lost", Subject.CREDENTIAL, Issued), ISSUED),
        (EventType("certificate.issued", Subject.CREDENTIAL, Issued), ISSUED),
        (CERTIFICATE_ISSUED, Jumped(seconds=1)),
        (CLOCK_JUMPED, {"seconds": 1}),
    ],
    ids=["a name of nobody", "a row beside the catalogue's", "another row's body", "no body at all"],
)
def test_what_is_not_in_the_catalogue_is_no_event(row, body):
    """The table is closed: name, subject and body are its own, or there is nothing to append."""
    with pytest.raises(TypeError):
        Event(row, "a", REGION if row is CLOCK_JUMPED else CERTIFICATE, body)


def test_a_row_under_a_former_name_is_found_under_todays(database):
    """A leaf keeps the name that it was made with; who reads sees one name for one deed."""
    body = Changed(kind="k", agency="a", reason="r", decision="d", effective_from=None)
    with database.writing() as unit:
        append(unit, Event(CERTIFICATE_SUSPENDED, "a", CERTIFICATE, body))
        unit.sql.execute(EVENT.update().values(type="certificate.active"))
    with database.reading() as unit:
        [found] = history.events(unit, type_="certificate.reinstated")
        assert ["certificate.active"] == [row.type for row in unit.sql.execute(EVENT.select())]

    assert "certificate.reinstated" == found.type


def test_every_name_means_one_deed():
    """No former name is anybody's name today; rows that share one differ in their subject; a name fits its column."""
    names = [name for row in CATALOGUE for name in names_of(row)]
    longest = EVENT.c.type.type.length
    meant = [(former, row.subject) for row in CATALOGUE.values() for former in row.former]

    assert not set(CATALOGUE) & {former for former, _ in meant}
    assert len(set(meant)) == len(meant)
    assert [] == [name for name in names if len(name) > longest]


def test_a_former_name_that_meant_two_deeds_is_told_apart_by_its_subject(database):
    """`certificate.looked` once named a look at our certificate, and at another region's, by its verification."""
    body = Look(
        **dict.fromkeys(("verification", "kind", "purpose", "matter", "region", "office", "window"), "x"),
        asked=(),
        told=(),
        verdict=None,
        code=None,
    )
    with database.writing() as unit:
        append(unit, Event(CERTIFICATE_LOOKED_AT, "a", CERTIFICATE, body))
        append(unit, Event(PEER_CERTIFICATE_LOOKED_AT, "a", "v-1", body))
        unit.sql.execute(EVENT.update().values(type="certificate.looked"))
    with database.reading() as unit:
        ours = history.events(unit, type_="certificate.looked_at", limit=1)
        theirs = history.events(unit, type_="peer_certificate.looked_at", limit=1)
        by_leaf = history.about(unit, ["v-1"], [PEER_CERTIFICATE_LOOKED_AT])

    assert [CERTIFICATE] == [one.subject for one in ours]
    assert ["v-1"] == [one.subject for one in theirs]
    assert {"certificate.looked_at", "peer_certificate.looked_at"} == {one.type for one in ours + theirs}
    assert [] == by_leaf  # its leaf was made with another name: it is not as it was written


@pytest.mark.parametrize("subject", ["", "v-1", "420700", "x" * 64])
def test_an_event_names_a_subject_of_its_type(subject):
    """A credential is named by its hash: an id, a region, and no hash at all are refused."""
    with pytest.raises(TypeError):
        Event(CERTIFICATE_ISSUED, "a", subject, ISSUED)
