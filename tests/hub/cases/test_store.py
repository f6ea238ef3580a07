"""Questions that could be guessed by asking often are counted by day, and the count is forgotten with its day."""

import threading

from certhub.db.columns import table_of
from certhub.matters.cases import store as cases
from certhub.matters.cases.store import Counted
from certhub.matters.cases.tables import QuotaRow

CASE, DAY, LATER = b"c" * 32, "2026-11-24", "2026-11-25"
THREE = 3


def asked(unit, day: str = DAY) -> bool:
    """Count one question of the case, of which three a day are allowed."""
    return cases.count(unit, CASE, Counted.HOLDER, day, at_most=THREE)


def test_three_of_a_day_are_counted_and_the_fourth_is_one_too_many(database):
    """The next day begins anew."""
    with database.writing() as unit:
        assert [True, True, True, False] == [asked(unit) for _ in range(4)]
        assert asked(unit, LATER)


def test_two_at_once_of_three_allowed_are_both_counted(database):
    """The second one asks before the first one is committed: it takes the next place, and is not refused."""
    found: list[bool] = []

    def ask_beside() -> None:
        with database.writing() as unit:
            found.append(asked(unit))

    beside = threading.Thread(target=ask_beside)
    with database.writing() as unit:
        found.append(asked(unit))
        beside.start()
        beside.join(timeout=0.5)  # it waits for this unit
    beside.join()

    assert [True, True] == found


def test_a_place_that_is_free_is_taken_wherever_it_is(database):
    """Three are allowed and one is counted, as the last: the other two are still to be had."""
    with database.writing() as unit:
        row = {"found_by": CASE, "what": Counted.HOLDER.value, "day": DAY, "nth": THREE}
        unit.sql.execute(table_of(QuotaRow).insert().values(**row))

        assert [True, True, False] == [asked(unit) for _ in range(3)]


def test_what_was_counted_is_forgotten_with_its_day(database):
    """Of the days before one nothing stays; that day's own count goes on."""
    with database.writing() as unit:
        for day in (DAY, DAY, LATER):
            asked(unit, day)

        assert 2 == cases.forget(unit, LATER)
        assert [True, True, False] == [asked(unit, LATER) for _ in range(3)]
