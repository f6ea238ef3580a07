"""Slots are drawn at random, given once, and a list that is half full is followed by the next."""

import secrets
from dataclasses import replace

from certhub_verifier.formats.status.statuslist import MIN_SLOTS

from certhub.db.columns import table_of
from certhub.records.status import store as status
from certhub.records.status.store import Slot
from certhub.records.status.tables import StatusListRow

_LIST = table_of(StatusListRow)


def owners(unit, count):
    """So many certificates that want a slot."""
    return [(0, unit.new_id()) for _ in range(count)]


def small_list(database, *, size):
    """Open a list that is much smaller than any real one."""
    with database.writing() as unit:
        row = {"list_no": 1, "size": size, "changed_at": unit.now, "published_at": None}
        unit.sql.execute(_LIST.insert().values(**row))


def test_the_first_slot_opens_the_first_list(database):
    """List 1, with as many slots as the smallest list may have."""
    with database.writing() as unit:
        [slot] = status.allocate(unit, owners(unit, 1))
        [only] = status.lists(unit)
    assert (1, 1, MIN_SLOTS) == (slot.list_no, only.list_no, only.size)
    assert 0 <= slot.index < MIN_SLOTS


def test_five_hundred_slots_are_different_and_in_no_order(database):
    """A neighbour's slot says nothing of when or to whom it was given."""
    with database.writing() as unit:
        given = [slot.index for slot in status.allocate(unit, owners(unit, 500))]
    assert 500 == len(set(given))
    assert given != sorted(given)
    quarters = [sum(index * 4 // MIN_SLOTS == quarter for index in given) for quarter in range(4)]
    assert min(quarters) > 60


def test_no_slot_is_given_twice_across_units(database):
    """Whoever draws what is taken draws again."""
    small_list(database, size=256)
    given = []
    for _ in range(20):
        with database.writing() as unit:
            given += status.allocate(unit, owners(unit, 5))
    assert 100 == len(set(given))


def test_a_list_that_is_half_full_is_followed_by_the_next(database):
    """Sixteen slots, forty certificates: the next list is opened, nothing is given twice, nothing fails."""
    small_list(database, size=16)
    given = []
    for _ in range(40):
        with database.writing() as unit:
            given += status.allocate(unit, owners(unit, 1))
    in_first = [slot for slot in given if slot.list_no == 1]
    assert 40 == len(set(given))
    assert {1, 2} == {slot.list_no for slot in given}
    assert 8 <= len(in_first) <= 16


def test_two_who_draw_the_same_slot_both_get_one(database):
    """Chance that repeats itself: the second draw is another, and each owner keeps its own."""
    small_list(database, size=64)
    with database.writing() as unit:
        three = owners(unit, 3)
        draws = iter([bytes(4), bytes(4), bytes(4)])
        drawing = replace(unit, random=lambda count: next(draws, None) or secrets.token_bytes(count))
        first, second, third = status.allocate(drawing, three)
    assert Slot(1, 0) == first
    assert 3 == len({first, second, third})


def test_what_a_slot_says_is_told_and_zero_is_not(database):
    """Only what does not say 0 is read when a list is signed."""
    with database.writing() as unit:
        three = owners(unit, 3)
        one, two, _ = status.allocate(unit, three)
        status.set_value(unit, one, 1, owner=three[0])
        status.set_value(unit, two, 2, owner=three[1])
        assert {one.index: 1, two.index: 2} == status.values_of(unit, 1)
        status.set_value(unit, two, 0, owner=three[1])
        assert {one.index: 1} == status.values_of(unit, 1)
