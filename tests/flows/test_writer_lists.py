"""What was published as ended stays ended, whatever somebody without keys writes into slots, lists and the outbox.

docs/trust.md says what such a writer still can, and what notices it.
"""

import logging
from typing import Any
from uuid import uuid4

import pytest
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status.statuslist import MIN_SLOTS, StatusList, parse_statement

from certhub.db.columns import table_of
from certhub.db.queue_tables import OutboxRow
from certhub.db.statements import CHUNK
from certhub.jobs import status_lists
from certhub.jobs.peer_lists import fetch_peer_lists
from certhub.jobs.status_lists import publish
from certhub.records.certificates.rules import Transition
from certhub.records.status import store as status
from certhub.records.status.tables import SlotRow
from certhub.setup.health import all_checks
from tests.flows.test_writer import World, slot
from tests.support.region import Region
from tests.support.story import change, food, issued, licence

pytestmark = pytest.mark.disagrees
NEVER, AHEAD = ", published_at = NULL", ", published_at = '2099-01-01 00:00:00'"
SIZES = {"bigger": 2 * MIN_SLOTS, "smaller": MIN_SLOTS // 2, "nothing": 0, "below": -1}
WRITES = {
    "the list as it was": (MIN_SLOTS, ""),
    "never published": (MIN_SLOTS, NEVER),
    "bigger": (2 * MIN_SLOTS, ""),
    "bigger, never published": (2 * MIN_SLOTS, NEVER),
    "bigger, dated ahead": (2 * MIN_SLOTS, AHEAD),
    "smaller": (MIN_SLOTS // 2, ""),
    "smaller, never published": (MIN_SLOTS // 2, NEVER),
    "nothing": (0, NEVER),
    "below": (-1, NEVER),
}


@pytest.fixture
def world(home: Region, other: Region) -> World:
    """Both regions, and a certificate that was revoked in public; `code` is its slot's row of before."""
    made = World(home, other)
    made.certificate_id = issued(home, food("写-1"))
    made.more = made.found(made.certificate_id)
    made.code = made.row(SlotRow, *slot(made))
    assert 0 == made.public()
    change(home, made.certificate_id, Transition.REVOKE)
    assert 1 == made.public()
    fetch_peer_lists(other.hub)
    return made


def take_away(world: World) -> None:
    """Delete the slot's row."""
    where = {"n": world.more.list_no, "i": world.more.list_index}
    assert 1 == world.sql("DELETE FROM status_slot WHERE list_no = :n AND list_index = :i", **where)


def put_back(world: World) -> None:
    """Put the slot's row of before back, MAC and all."""
    old: Any = world.code
    world.set(SlotRow, *slot(world), value=old.value, mac=old.mac)


def put_word(world: World, ref: str) -> None:
    """Leave word for the worker as somebody does who has no key."""
    values = {"id": uuid4(), "topic": "status", "ref": ref, "created_at": world.home.clock.now()}
    with world.home.hub.writing() as unit:
        unit.sql.execute(table_of(OutboxRow).insert().values(**values))


def held_by_the_partner(world: World) -> int:
    """What the other region's copy of the list says once it has fetched."""
    assert 1 <= fetch_peer_lists(world.other.hub)
    token = world.other.hub.public_files.get(f"peers/420700/status/{world.more.list_no}")
    return parse_statement(jws.parse(token, "statuslist+jwt").payload).statuses.get(world.more.list_index)


def published(world: World) -> StatusList:
    """What the list among the public files says."""
    token = world.home.hub.public_files.get(f"status/{world.more.list_no}")
    return parse_statement(jws.parse(token, "statuslist+jwt").payload).statuses


def light(world: World, check: str) -> tuple[bool, str]:
    """One check of the hub's health."""
    [found] = [one for one in all_checks(world.home.hub) if one.check == check]
    return found.ok, found.says


@pytest.mark.parametrize("how", WRITES)
@pytest.mark.parametrize("write", [take_away, put_back])
def test_the_slot_of_an_ended_certificate_that_was_deleted_stays_in_public(world, write, how):
    """Not taken back because a row is gone, nor by the row of before, nor by a list of another size: home or abroad."""
    size, date = WRITES[how]
    write(world)
    world.sql(f"UPDATE status_list SET size = :size{date}", size=size)

    for _ in range(2):
        assert 1 == world.public() == held_by_the_partner(world)
    good, says = light(world, "rows")
    assert (False, size != MIN_SLOTS) == (good or "status_slot" not in says, "status_list" in says)


def test_a_list_never_shrinks_below_what_was_published(world):
    """A bigger one that stands among the public files, however that came about, says in every slot what it said."""
    hub, small = world.home.hub, published(world)
    bigger = StatusList(small.bits, small.data * 2)
    one = next(each for each in world.read(status.lists) if each.list_no == world.more.list_no)
    token = status_lists._signed(one, bigger, int(hub.now().timestamp()), hub)
    hub.public_files.put(f"status/{one.list_no}", token.encode())
    take_away(world)

    assert 1 == world.public()
    assert [] == [at for at in range(bigger.size) if bigger.get(at) == 1 != published(world).get(at)]


@pytest.mark.parametrize("size", SIZES)
def test_a_size_that_is_not_the_lists_is_told_and_put_right(world, size, caplog):
    """At once, in the log and in the hub's health; the light was green before."""
    assert light(world, "rows")[0]
    world.sql("UPDATE status_list SET size = :size", size=SIZES[size])
    world.home.clock.pass_(seconds=1)
    with caplog.at_level(logging.WARNING):
        publish(world.home.hub)

    assert "status list 1: its size was altered" in caplog.text
    assert "status_list 2;" in light(world, "rows")[1]
    assert [False, False] == [one.is_altered for one in world.read(status.lists)]


def test_a_certificate_gets_a_slot_that_its_list_has(world):
    """A size that somebody wrote sends no certificate to a slot that no published list will ever have."""
    world.sql("UPDATE status_list SET size = 1000000000")
    slots = [world.found(issued(world.home, licence(f"写-{n}"))) for n in range(8)]

    assert all(0 <= one.list_index < MIN_SLOTS for one in slots)


def test_a_list_whose_row_was_taken_away_goes_on_being_published(world):
    """What was revoked stays so, what is revoked next is told, and the operator hears of it."""
    certificate_id = issued(world.home, licence("写-2"))
    world.sql("DELETE FROM status_list")
    take_away(world)
    change(world.home, certificate_id, Transition.REVOKE)

    assert 1 == world.public() == held_by_the_partner(world)
    world.more = world.found(certificate_id)
    assert 1 == published(world).get(world.more.list_index)
    assert "status_list 2" in light(world, "rows")[1]


@pytest.mark.parametrize("number", [0, -1, 1_000_000_000])
def test_a_list_that_can_have_no_name_stops_no_other(world, number):
    """Neither is a list published less often for it, nor a certificate issued into it."""
    world.sql(
        "INSERT INTO status_list (list_no, size, changed_at)"
        " SELECT :number, size, changed_at FROM status_list WHERE list_no = 1",
        number=number,
    )
    certificate_id = issued(world.home, licence("写-2"))
    change(world.home, certificate_id, Transition.REVOKE)

    assert 1 == world.public()
    world.more = world.found(certificate_id)
    assert world.more.list_no in {1, 2}
    assert 1 == published(world).get(world.more.list_index)


@pytest.mark.parametrize("ref", ["x", "", "99", "01", "１", "-1", "1.0", "9" * 64])
def test_word_in_the_outbox_that_names_no_list_stops_nothing(world, ref, caplog):
    """It is taken away, told and counted; what was revoked meanwhile is published in the same round."""
    certificate_id = issued(world.home, licence("写-2"))
    world.more = world.found(certificate_id)
    put_word(world, ref)
    change(world.home, certificate_id, Transition.REVOKE)
    world.home.clock.pass_(seconds=1)
    with caplog.at_level(logging.WARNING):
        publish(world.home.hub)

    assert 1 == published(world).get(world.more.list_index)
    assert 0 == world.sql("DELETE FROM outbox")
    assert "1 rows of the outbox name no list" in caplog.text
    assert "outbox 1" in light(world, "rows")[1]


def test_more_word_than_one_statement_takes_is_worked_off(world):
    """Round by round; SQLite takes 32,766 values in a statement, and a writer has as many rows as they like."""
    for n in range(3 * CHUNK // 2):
        put_word(world, f"x{n}")
    publish(world.home.hub)
    publish(world.home.hub)

    assert 0 == world.sql("DELETE FROM outbox")


def test_word_under_an_id_that_is_none_stops_nothing(world):
    """SQLite keeps any text where an id belongs."""
    if world.home.hub.database.engine.dialect.name == "sqlite":
        world.sql("INSERT INTO outbox (id, topic, ref, created_at) VALUES ('?', 'status', '1', 'never')")
    assert 1 == world.public()
    assert 0 == world.sql("DELETE FROM outbox")
