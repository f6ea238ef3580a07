"""Decoys: slots that are nobody's, and speak."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from certhub_verifier.formats.status.statuslist import INVALID, MIN_SLOTS, SUSPENDED

from certhub.records.status import rules
from certhub.records.status import store as status
from tests.hub.status.test_slots import owners, small_list


def chance(seed):
    """Randomness that can be had again."""
    return random.Random(seed).randbytes


def test_how_many_decoys_a_list_starts_with_is_drawn():
    """Between 256 and 1,023, every number as likely: who knows the total does not know how many are real."""
    counts = [len(rules.first_values(chance(seed))) for seed in range(400)]

    assert rules.FEWEST <= min(counts) < 300
    assert 980 < max(counts) <= rules.MOST
    assert 590 < sum(counts) / 400 < 690
    assert rules.MOST * 100 < MIN_SLOTS


def test_decoys_say_what_real_ones_say():
    """Three ended for one that is suspended."""
    said = Counter(value for seed in range(40) for value in rules.first_values(chance(seed)))

    assert {INVALID, SUSPENDED} == said.keys()
    assert 2.7 < said[INVALID] / said[SUSPENDED] < 3.3


def test_a_decoy_turns_about_once_an_hour():
    """Twice a second chance is asked; a quarter of the turns are reinstatements, as suspensions end."""
    dice = chance(1)
    turns = [rules.next_value(dice, seconds=3600) for _ in range(2000)]  # an hour at a time: about one each
    often = [rules.next_value(dice, seconds=0.5) for _ in range(200_000)]

    assert all(value is not None for value in turns)
    assert 15 < sum(value is not None for value in often) < 45  # 28 hours
    assert 0.2 < turns.count(0) / 2000 < 0.3


@pytest.mark.parametrize("seed", range(5))
def test_no_certificate_gets_a_decoys_slot(database, seed):
    """Nor does a decoy get a certificate's."""
    small_list(database, size=64)
    with database.writing() as unit:
        drawing = replace(unit, random=chance(seed))
        given = status.allocate(drawing, owners(drawing, 10))
        [one] = status.lists(unit)
        added = status.add_decoys(unit, one, [INVALID] * 20)
        decoys = status.values_of(unit, 1)
        given += status.allocate(unit, owners(unit, 10))

    assert added == len(decoys) <= 20
    assert not {slot.index for slot in given if slot.list_no == 1} & decoys.keys()


def test_a_list_without_decoys_is_found(database):
    """So that one of before gets its own."""
    with database.writing() as unit:
        status.allocate(unit, owners(unit, 3))
        assert status.bare_lists(unit) == {1}
        [one] = status.lists(unit)
        assert 2 == status.add_decoys(unit, one, [INVALID, SUSPENDED])
        assert status.bare_lists(unit) == set()


def test_a_suspended_decoy_is_reinstated_and_a_certificate_never(database):
    """Only what is nobody's turns by chance."""
    with database.writing() as unit:
        [owner] = owners(unit, 1)
        [slot] = status.allocate(unit, [owner])
        status.set_value(unit, slot, SUSPENDED, owner=owner)
        [one] = status.lists(unit)
        assert not status.reinstate_decoy(unit, one)
        status.add_decoys(unit, one, [SUSPENDED, SUSPENDED, INVALID])

        assert [True, True, False] == [status.reinstate_decoy(unit, one) for _ in range(3)]
        assert [INVALID, SUSPENDED] == sorted(status.values_of(unit, 1).values())
        assert SUSPENDED == status.values_of(unit, 1)[slot.index]
