"""What goes on beside the requests: lists are published when they change, fetched from peers, old things forgotten."""

import json
import shutil
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from certhub_schemas.purposes import Purpose
from certhub_verifier.errors import VerifierError
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status.statuslist import MIN_SLOTS, StatusList, parse_statement, status_uri
from sqlalchemy import select

from certhub.db import leases, outbox
from certhub.db.columns import table_of
from certhub.db.leases import Lease
from certhub.errors import NotFound
from certhub.jobs import status_lists
from certhub.jobs.peer_lists import fetch_peer_lists
from certhub.jobs.runner import run
from certhub.jobs.status_lists import TTL_SECONDS, publish, publish_due, turn_decoys
from certhub.jobs.sweeping import sweep
from certhub.records.certificates import store as certificates
from certhub.records.certificates.rules import Transition
from certhub.records.status import rules
from certhub.records.status import store as status
from certhub.records.status.tables import SlotRow
from tests.support.peers import BrokenWire
from tests.support.region import Region
from tests.support.stock import Stock
from tests.support.story import change, food, issued, licence, scan, ticket

_SLOT = table_of(SlotRow)


@pytest.fixture
def stock(unpublished_stock: Stock) -> Stock:
    """Here the worker's first round is looked at."""
    return unpublished_stock


def statement(region: Region, name: str = "status/1"):
    """A published list, its signature checked against the trust set."""
    parsed = jws.parse(region.hub.public_files.get(name), "statuslist+jwt")
    key = region.hub.trust.key(parsed.header.kid)
    assert Purpose.STATUS is key.purpose
    return parse_statement(jws.verify(parsed, key))


def test_a_list_is_signed_by_the_regions_status_key_under_its_own_name(home):
    """sub is the URI in the credentials; ttl and life as agreed."""
    publish(home.hub)
    said = statement(home)

    assert status_uri("420700", 1) == said.sub
    assert TTL_SECONDS == said.ttl
    assert timedelta(hours=24).total_seconds() == said.exp - said.iat


def test_a_list_is_big_and_its_slots_are_drawn_at_random(home):
    """131,072 places, and neighbours in time are not neighbours on the list."""
    places = []
    for n in range(20):
        certificate_id = issued(home, food(f"食-{n}"))
        with home.hub.reading() as unit:
            places.append(certificates.find(unit, certificate_id).list_index)

    assert 131_072 <= MIN_SLOTS
    assert 20 == len(set(places))
    assert sorted(places) != places
    assert MIN_SLOTS // 4 < max(places) - min(places)


def test_every_kind_shares_the_lists(home):
    """A list named after a kind would tell on its holders."""
    business, kitchen = issued(home, licence("营-1")), issued(home, food("食-1"))

    with home.hub.reading() as unit:
        assert 1 == len(
            {certificates.find(unit, certificate_id).list_no for certificate_id in (business, kitchen)}
        )


def test_nothing_is_published_twice_without_a_reason(home, clock):
    """Unchanged and young, a list is left alone; after 15 seconds it is signed anew."""
    assert [1] == publish_due(home.hub)
    assert [] == publish_due(home.hub)
    clock.pass_(seconds=16)
    before = statement(home).iat

    assert [1] == publish_due(home.hub)
    assert before + 16 == statement(home).iat


def test_a_change_is_published_at_once(home, clock):
    """The outbox says which list; the next round of the worker, half a second later, publishes it."""
    publish(home.hub)
    certificate_id = issued(home, licence("营-1"))
    change(home, certificate_id, Transition.SUSPEND)

    clock.pass_(seconds=1)
    publish(home.hub)

    with home.hub.reading() as unit:
        found = certificates.find(unit, certificate_id)
    assert 2 == statement(home).statuses.get(found.list_index)


def said_of(region: Region) -> dict[int, int]:
    """Every slot that does not say 0, as anybody reads it off the published list."""
    statuses = statement(region).statuses
    return {at: value for at in range(statuses.size) if (value := statuses.get(at))}


def test_a_list_is_never_seen_without_its_decoys(home):
    """What the first version says is nobody's; whoever compares it with the next learns nothing of them."""
    issued(home, licence("营-1"))
    publish(home.hub)

    assert rules.FEWEST * 0.9 < len(said_of(home)) <= rules.MOST
    assert {1, 2} == set(said_of(home).values())


def test_a_decoys_turn_leaves_the_word_that_a_change_leaves(home, clock):
    """It is published in the same round, by the same way, and nothing but one slot differs."""
    publish(home.hub)
    before = said_of(home)
    clock.pass_(seconds=1)
    with home.hub.reading() as unit:
        taken = set(unit.sql.scalars(select(_SLOT.c.list_index).where(_SLOT.c.list_no == 1)))
    free = next(at for at in range(MIN_SLOTS) if at not in taken)
    database = replace(home.hub.database, random=lambda count: free.to_bytes(count, "big"))
    decides = {1: b"\x41", 4: bytes(4)}  # that a decoy turns, and that it begins to speak
    turning = replace(home.hub, random=decides.__getitem__, database=database)

    turn_decoys(turning, seconds=0.5, topic=outbox.STATUS_LISTS)
    with home.hub.reading() as unit:
        assert ["1"] == [ref for _, ref in outbox.posted(unit, outbox.STATUS_LISTS)]
    publish(home.hub)

    assert 1 == len(said_of(home).items() ^ before.items())
    assert 1 == len(said_of(home)) - len(before)


def test_a_list_says_one_thing_a_second(home, clock):
    """Two lists of one time that say different things are what peers refuse: the second waits, and is not lost."""
    publish(home.hub)
    change(home, issued(home, licence("营-1")), Transition.SUSPEND)
    said = home.hub.public_files.get("status/1")

    publish(home.hub)
    assert said == home.hub.public_files.get("status/1")
    clock.pass_(seconds=1)
    publish(home.hub)
    assert statement(home).newer_than(
        parse_statement(jws.parse(said, "statuslist+jwt").payload), now=int(clock.now().timestamp())
    )


def test_a_clock_that_is_set_back_stops_no_list(home, clock):
    """What was withdrawn is told here at once, whatever peers make of a time that they have seen before."""
    clock.pass_(hours=2)  # the keys are not older than the story
    publish(home.hub)
    certificate_id = issued(home, licence("营-1"))
    change(home, certificate_id, Transition.REVOKE)
    clock.pass_(hours=-1)
    publish(home.hub)

    with home.hub.reading() as unit:
        assert 1 == statement(home).statuses.get(certificates.find(unit, certificate_id).list_index)


def test_a_change_that_commits_while_a_list_is_being_signed_is_not_lost(home, clock):
    """Its outbox row is still there for the next round."""
    certificate_id = issued(home, licence("营-1"))
    publish(home.hub)
    change(home, issued(home, food("食-1")), Transition.SUSPEND)

    with home.hub.reading() as unit:
        posted = outbox.posted(unit, outbox.STATUS_LISTS)
    clock.pass_(seconds=1)
    assert [1] == publish_due(home.hub, {1})
    change(
        home, certificate_id, Transition.SUSPEND
    )  # commits after the list was read, before the outbox is cleared
    with home.hub.writing() as unit:
        outbox.done(unit, [row for row, _ in posted])
    clock.pass_(seconds=1)
    publish(home.hub)

    with home.hub.reading() as unit:
        found = certificates.find(unit, certificate_id)
    assert 2 == statement(home).statuses.get(found.list_index)


def test_a_peers_list_is_kept_as_it_was_signed(home, other):
    """For the offline bundle, byte for byte."""
    publish(home.hub)

    assert 1 == fetch_peer_lists(other.hub)
    assert home.hub.public_files.get("status/1") == other.hub.public_files.get("peers/420700/status/1")


def test_an_older_list_never_replaces_a_newer_one(home, other, clock, caplog):
    """A peer's server that serves yesterday's file changes nothing, and the log tells of it."""
    publish(home.hub)
    old = home.hub.public_files.get("status/1")
    clock.pass_(seconds=20)
    publish(home.hub)
    fetch_peer_lists(other.hub)
    home.hub.public_files.put("status/1", old)

    assert 0 == fetch_peer_lists(other.hub)
    assert old != other.hub.public_files.get("peers/420700/status/1")
    assert "420700.certhub.example/status/1 is not what its region said before" in caplog.text


def test_two_lists_of_one_second_are_refused(home, other, caplog):
    """A region that says two things of one moment: the first stays, and the log tells of it."""
    publish(home.hub)
    fetch_peer_lists(other.hub)
    held = home.hub.public_files.get("status/1")
    payload = dict(jws.parse(held, "statuslist+jwt").payload) | {"ttl": 60}
    second = jws.sign(payload, typ="statuslist+jwt", key=home.hub.signer(Purpose.STATUS))
    home.hub.public_files.put("status/1", second.encode())

    assert 0 == fetch_peer_lists(other.hub)
    assert held == other.hub.public_files.get("peers/420700/status/1")
    assert "two lists of one second" in caplog.text


def test_the_same_list_again_is_no_news(home, other, caplog):
    """Half the rounds find what is held already."""
    publish(home.hub)

    assert [1, 0] == [fetch_peer_lists(other.hub) for _ in range(2)]
    assert "" == caplog.text


def index(listed: object):
    """A wire that lists something else than the region does."""
    return lambda reply: json.dumps({"status_lists": listed}).encode() if reply.startswith(b"{") else reply


@pytest.mark.parametrize(
    "spoil",
    [
        lambda reply: b"",
        lambda reply: reply[:-6] + b"AAAAAA",
        lambda reply: b"[]" if reply.startswith(b"{") else reply,
        index(7),
        index([7]),
        index(["https://430000.certhub.example/status/1"]),
        index(["https://420700.certhub.example/status/../../certhub.toml"]),
    ],
)
def test_what_a_peer_garbles_is_not_kept(home, other, spoil):
    """Not signed by that region's status key, or not a list: nothing is put among the public files."""
    publish(home.hub)
    deaf = replace(other.hub, network=BrokenWire(home.wire, spoil))

    assert 0 == fetch_peer_lists(deaf)
    with pytest.raises(NotFound):
        other.hub.public_files.get("peers/420700/status/1")


def test_a_list_under_another_name_is_not_kept(home, other):
    """A peer that serves its list 1 as its list 2, or signs it with another key."""
    publish(home.hub)
    payload = dict(jws.parse(home.hub.public_files.get("status/1"), "statuslist+jwt").payload)
    lies = [
        jws.sign(
            payload | {"sub": status_uri("420700", 2)},
            typ="statuslist+jwt",
            key=home.hub.signer(Purpose.STATUS),
        ),
        jws.sign(payload, typ="statuslist+jwt", key=home.hub.signer(Purpose.SHOW)),
        jws.sign(payload, typ="statuslist+jwt", key=other.hub.signer(Purpose.STATUS)),
    ]
    for lie in lies:
        home.hub.public_files.put("status/1", lie.encode())
        assert 0 == fetch_peer_lists(other.hub)


def test_a_peer_that_is_down_leaves_what_we_hold(home, other):
    """And its age."""
    publish(home.hub)
    fetch_peer_lists(other.hub)
    home.wire.down.add("420700")

    assert 0 == fetch_peer_lists(other.hub)
    assert other.hub.public_files.get("peers/420700/status/1")


def test_one_process_publishes_at_a_time(home):
    """A lease of ten seconds; whoever holds it prolongs it, and a dead one loses it."""
    first, second = Lease("worker", "first"), Lease("worker", "second")
    with home.hub.writing() as unit:
        assert first.is_mine(unit, monotonic=100)
        assert first.is_mine(unit, monotonic=105)
        assert not second.is_mine(unit, monotonic=105)
        assert not second.is_mine(unit, monotonic=114)
        assert second.is_mine(unit, monotonic=116)
        assert not first.is_mine(unit, monotonic=116)


def test_a_worker_that_ends_gives_its_lease_back(home):
    """The next one begins at once."""
    stop = threading.Event()
    stop.set()
    run(home.hub, stop)

    with home.hub.writing() as unit:
        assert leases.held(unit, leases.WORKER) is None


def test_the_loop_publishes_and_ends_when_it_is_told(home):
    """One round, then the end; nothing hangs."""
    stop = threading.Event()
    stop.set()

    run(home.hub, stop)

    assert statement(home)


@pytest.mark.disagrees("the public folder is gone at its end")
def test_the_loop_outlives_a_round_that_fails(home, caplog):
    """A folder that cannot be written is told in the log, and the worker goes on."""
    blocked = home.hub.settings.data / "public"
    shutil.rmtree(blocked)
    blocked.write_bytes(b"not a folder")
    stop = threading.Event()
    stop.set()

    run(home.hub, stop)

    assert "worker: publish failed" in caplog.text


def test_the_sweeper_forgets_what_has_had_its_time(home, other, clock):
    """Tickets after ten minutes; uses, replay ids and idempotency keys a day (the largest jump of a clock) later."""
    scan(other, ticket(home, issued(home, licence("营-1"))))
    tables = {"ticket": 1, "spent": 1, "exchange": 1}

    def rows(table: str) -> int:
        with home.hub.reading() as unit:
            return unit.sql.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()

    assert tables == {table: rows(table) for table in tables}
    assert 0 < rows("idempotency_key")
    clock.pass_(minutes=12)
    sweep(home.hub)
    assert {"ticket": 0, "spent": 1, "exchange": 1} == {table: rows(table) for table in tables}
    with home.hub.reading() as unit:
        answers = "SELECT answer FROM spent UNION ALL SELECT answer FROM exchange"
        assert [None, None] == [answer for (answer,) in unit.sql.exec_driver_sql(answers)]
    clock.pass_(hours=24)
    sweep(home.hub)
    assert {"ticket": 0, "spent": 0, "exchange": 0} == {table: rows(table) for table in tables}
    assert 0 < rows("idempotency_key")
    clock.pass_(hours=24)
    sweep(home.hub)
    assert 0 == rows("idempotency_key")


@pytest.mark.disagrees("the published list has one bit changed")
def test_what_we_sign_a_stranger_refuses_when_one_bit_changes(home):
    """The published list is not trusted because it lies there."""
    publish(home.hub)
    token = home.hub.public_files.get("status/1")
    middle = len(token) // 2
    home.hub.public_files.put("status/1", token[:middle] + bytes([token[middle] ^ 1]) + token[middle + 1 :])

    with pytest.raises(VerifierError):
        statement(home)


def test_a_list_of_our_own_is_held_in_memory_as_long_as_it_is_published(home):
    """Byte for byte, under one trust list: another file there, older or nobody's, is read and judged for itself."""
    certificate_id = issued(home, licence("营-1"))
    with home.hub.reading() as unit:
        slot = certificates.find(unit, certificate_id)
        [one] = [one for one in status.lists(unit) if one.list_no == slot.list_no]
    name, uri = f"status/{one.list_no}", status_uri("420700", one.list_no)
    publish(home.hub)
    before = home.hub.public_files.get(name)
    home.clock.pass_(seconds=1)
    change(home, certificate_id, Transition.REVOKE)
    publish(home.hub)
    after, last = home.hub.public_files.get(name), status_lists._LAST[uri]

    assert last.said is status_lists._before(one.list_no, home.hub)
    blank = status_lists._Said(StatusList.blank(one.size), {})
    status_lists._LAST[uri] = replace(last, trust="0" * 64, said=blank)
    assert last.said == status_lists._before(one.list_no, home.hub)
    assert 1 == status_lists._before(one.list_no, home.hub).statuses.get(slot.list_index)
    status_lists._LAST[uri] = last
    home.hub.public_files.put(name, before)
    assert 0 == status_lists._before(one.list_no, home.hub).statuses.get(slot.list_index)
    assert slot.list_index not in status_lists._before(one.list_no, home.hub).values
    home.hub.public_files.put(name, after[:-8] + b"AAAAAAAA")
    assert None is status_lists._before(one.list_no, home.hub)
    home.hub.public_files.put(name, after)
