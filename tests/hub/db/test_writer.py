"""The one writer of a process: together, each whole or not at all, and answered once it is on the disk."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Event, Thread, current_thread
from time import monotonic
from typing import Any

import pytest

from certhub.db.columns import table_of
from certhub.db.engine import Database, Unit
from certhub.db.failures import DatabaseAway, DatabaseFault
from certhub.db.ids import row_id
from certhub.db.statements import insert, insert_new
from certhub.db.writer import MOST_ROWS, Ended, Writer
from certhub.verification.tickets.tables import RedemptionRow
from tests.hub.db.test_prepared import row

SPENT = table_of(RedemptionRow)


class Counted(Writer):
    """The real writer, over units of work that are counted as they begin."""

    def __init__(self, database: Database) -> None:
        self.begun = 0
        super().__init__(lambda: self._counted(database), monotonic)

    def _counted(self, database: Database) -> Any:
        self.begun += 1
        return database.writing()


@pytest.fixture
def writer(database: Database):
    """Give a writer that counts, and end it."""
    made = Counted(database)
    yield made
    made.close()


def names(database: Database) -> set[bytes]:
    """Return the first letters of what is on record."""
    with database.reading() as unit:
        return {one.token_hash[:1] for one in unit.sql.execute(SPENT.select())}


def use(name: bytes) -> Any:
    """Return what puts a use on record."""
    return lambda unit: insert(unit, SPENT, [row(name)])


def held_up(writer: Writer, then: list[tuple[Any, int]]) -> list[Ended]:
    """Let these wait behind one that takes long; return how each ended, in order."""
    first, released, ended, all_ended = Event(), Event(), [], Event()

    def long(unit: Unit) -> None:
        first.set()
        released.wait(10)

    def note(how: Ended) -> None:
        ended.append(how)
        if len(ended) == len(then):
            all_ended.set()

    writer.submit(long, rows=1, done=lambda _: None)
    first.wait(10)
    for write, rows in then:
        writer.submit(write, rows=rows, done=note)
    released.set()
    assert all_ended.wait(10)
    return ended


def test_what_waits_is_written_in_one_unit(database: Database, writer: Counted) -> None:
    """Ten that wait behind a long one share the next unit of work."""
    held_up(writer, [(use(b"%d" % number), 1) for number in range(10)])
    assert (2, {b"%d" % number for number in range(10)}) == (writer.begun, names(database))


def test_one_that_fails_takes_no_other_with_it(database: Database, writer: Counted) -> None:
    """What it wrote before it failed is gone; what stood before and after it is on record."""

    def fails(unit: Unit) -> None:
        insert(unit, SPENT, [row(b"x")])
        raise KeyError("decide again")

    first, second, third = held_up(writer, [(use(b"a"), 1), (fails, 1), (use(b"b"), 1)])
    assert (None, None) == (first.raised, third.raised)
    assert isinstance(second.raised, KeyError)
    assert {b"a", b"b"} == names(database)
    assert 2 == writer.begun


def test_a_statement_that_fails_is_told_as_elsewhere(database: Database, writer: Counted) -> None:
    """The driver's error comes out as the hub's, for that write alone."""
    wrong = (lambda unit: unit.line.run("SELECT nothing FROM nowhere"), 1)
    first, second = held_up(writer, [wrong, (use(b"b"), 1)])
    assert isinstance(first.raised, DatabaseFault)
    assert (None, {b"b"}) == (second.raised, names(database))


def test_a_commit_that_fails_is_told_to_each(database: Database, writer: Counted) -> None:
    """Nobody is told that something is on record which is not."""

    def ends_the_transaction(unit: Unit) -> None:
        unit.line.run("ROLLBACK")

    first, second = held_up(writer, [(use(b"a"), 1), (ends_the_transaction, 1)])
    assert first.raised is not None
    assert second.raised is not None
    assert set() == names(database)
    writer.commit(use(b"c"))
    assert {b"c"} == names(database)


def test_a_unit_takes_no_more_than_five_hundred_rows(writer: Counted) -> None:
    """Three that together are more make two units after the one that they waited for."""
    held_up(writer, [(use(b"a"), MOST_ROWS - 10), (use(b"b"), 20), (use(b"c"), 1)])
    assert 3 == writer.begun


def test_what_is_handed_over_together_is_told_once_and_in_order(database: Database, writer: Counted) -> None:
    """One unit, one word for all of them; the one that fails is told in its place, and takes no other with it."""

    def fails(unit: Unit) -> None:
        insert(unit, SPENT, [row(b"x")])
        raise KeyError("decide again")

    told, is_told = list[list[Ended]](), Event()

    def done(ended: list[Ended]) -> None:
        told.append(ended)
        is_told.set()

    writer.submit_each([(use(b"a"), 1), (fails, 1), (use(b"b"), 1)], done=done)

    assert is_told.wait(10)
    assert [[False, True, False]] == [[one.raised is not None for one in ended] for ended in told]
    assert (1, {b"a", b"b"}) == (writer.begun, names(database))


def test_many_that_are_handed_over_together_take_several_units(database: Database, writer: Counted) -> None:
    """Each of at most five hundred rows, or of one write that has more; all of them are told together."""
    told, is_told = list[list[Ended]](), Event()

    def done(ended: list[Ended]) -> None:
        told.append(ended)
        is_told.set()

    rows = [MOST_ROWS - 10, 20, MOST_ROWS + 1, 1, 1]
    writer.submit_each([(use(b"%d" % at), size) for at, size in enumerate(rows)], done=done)

    assert is_told.wait(10)
    assert ([5], 4) == ([len(ended) for ended in told], writer.begun)
    assert {b"%d" % at for at in range(5)} == names(database)


class Elsewhere:
    """A place of its own: counts how often it is used, and may be broken."""

    def __init__(self, breaks: BaseException | None = None) -> None:
        self.used, self.breaks = 0, breaks

    def __call__(self, do: Callable[[], None]) -> None:
        """Run it in a thread of its own."""
        self.used += 1
        thread = Thread(target=do, name="elsewhere")
        thread.start()
        thread.join()
        if self.breaks is not None:
            raise self.breaks


def noted(where: list[str], name: bytes) -> Any:
    """Return what puts a use on record, and notes the thread that does."""

    def write(unit: Unit) -> None:
        where.append(current_thread().name)
        insert(unit, SPENT, [row(name)])

    return write


def test_inserts_run_where_who_submits_says(database: Database, writer: Counted) -> None:
    """Two that wait go there in one trip, a third one stays with the writer; all are in one unit of work."""
    place, where, first, released, told = Elsewhere(), list[str](), Event(), Event(), Event()

    def long(_: Unit) -> None:
        first.set()
        released.wait(10)

    writer.submit(long, rows=1, done=lambda _: None)
    first.wait(10)
    writer.leave(noted(where, b"a"), place=place)
    writer.submit_each([(noted(where, b"b"), 1)], done=lambda _: None, place=place)
    writer.submit(noted(where, b"c"), rows=1, done=lambda _: told.set())
    released.set()

    assert told.wait(10)
    assert ["elsewhere", "elsewhere", "certhub-writer"] == where
    assert (1, 2, {b"a", b"b", b"c"}) == (place.used, writer.begun, names(database))


def test_a_place_that_fails_leaves_nothing_and_says_so(database: Database, writer: Counted) -> None:
    """Whatever was inserted there is rolled back, and the writer goes on."""
    told, is_told = list[Ended](), Event()

    def done(ended: list[Ended]) -> None:
        told.extend(ended)
        is_told.set()

    writer.submit_each([(use(b"a"), 1), (use(b"b"), 1)], done=done, place=Elsewhere(SystemExit(1)))

    assert is_told.wait(10)
    assert [DatabaseAway, DatabaseAway] == [type(one.raised) for one in told]
    writer.commit(use(b"c"))
    assert {b"c"} == names(database)


def test_a_closed_writer_is_left_nothing_and_says_so(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody waits for it, so that nobody is refused."""
    writer = Writer(database.writing, monotonic)
    writer.close()
    writer.leave(use(b"a"))
    assert "DatabaseAway" in caplog.text
    assert set() == names(database)


def test_of_two_equal_uses_the_first_is_the_one(database: Database, writer: Counted) -> None:
    """Also where both are written in one unit."""

    def once(unit: Unit) -> bool:
        return bool(insert_new(unit, SPENT, [row(b"a")]))

    ended = held_up(writer, [(once, 1)] * 5)
    assert [True, False, False, False, False] == [one.result() for one in ended]


def test_an_answer_comes_after_its_commit(database: Database, writer: Counted) -> None:
    """Whoever is answered finds it on record, from another connection, at that very moment."""
    seen = []
    is_over = Event()

    def done(_: Ended) -> None:
        seen.append(names(database))
        is_over.set()

    writer.submit(use(b"a"), rows=1, done=done)
    assert is_over.wait(10)
    assert [{b"a"}] == seen


def test_many_that_commit_at_once_lose_nothing(database: Database, writer: Counted) -> None:
    """Four hundred by eight threads: each on record, in fewer units than there are writes."""

    def one(number: int) -> None:
        made = row(b"a", token_hash=row_id(database.clock.now(), database.random).bytes + number.to_bytes(16))
        writer.commit(lambda unit: insert(unit, SPENT, [made]))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(400)))
    with database.reading() as unit:
        assert 400 == len(unit.sql.execute(SPENT.select()).all())
    assert writer.begun <= 400


def test_what_waits_when_a_hub_closes_is_written(database: Database) -> None:
    """And nothing is taken afterwards."""
    writer = Writer(database.writing, monotonic)
    writer.leave(use(b"a"))
    writer.close()
    assert {b"a"} == names(database)
    with pytest.raises(DatabaseAway):
        writer.commit(use(b"b"))


def test_what_nobody_waits_for_is_written_with_what_is_committed_next(
    database: Database, writer: Counted
) -> None:
    """One unit for both; and alone it is written soon all the same."""
    writer.leave(use(b"a"))
    writer.commit(use(b"b"))
    assert (1, {b"a", b"b"}) == (writer.begun, names(database))
    writer.leave(use(b"c"))
    writer.close()
    assert {b"a", b"b", b"c"} == names(database)


def test_somebody_who_cannot_be_told_stops_nobody_else(database: Database, writer: Counted) -> None:
    """A loop that has ended takes no answer; the next write is written and answered."""

    def gone(_: Ended) -> None:
        raise RuntimeError("the event loop is closed")

    writer.submit(use(b"a"), rows=1, done=gone)
    writer.commit(use(b"b"))
    assert {b"a", b"b"} == names(database)


def test_what_would_end_a_thread_is_told_to_who_waits(database: Database, writer: Counted) -> None:
    """The write that does so is not on record, and the writer goes on."""

    def ends(_: Unit) -> None:
        raise SystemExit(1)

    with pytest.raises(DatabaseAway):
        writer.commit(ends)
    writer.commit(use(b"b"))
    assert {b"b"} == names(database)


def test_two_processes_whose_batches_cross_lose_no_write(database: Database) -> None:
    """PostgreSQL ends one of two that wait for each other: it is written once more, and each code is used once."""
    crossing, writers = Barrier(2), [Writer(database.writing, monotonic) for _ in range(2)]
    patience = 5.0 if database.engine.dialect.name == "postgresql" else 0.1  # SQLite has one at a time
    ended: list[list[Ended]] = [[], []]
    is_done = [Event(), Event()]

    def redeem(name: bytes, *, crosses: bool = False) -> Any:
        def write(unit: Unit) -> bool:
            is_first = bool(insert_new(unit, SPENT, [row(name)]))
            if crosses:
                with suppress(BrokenBarrierError):
                    crossing.wait(patience)
            return is_first

        return write

    def noted(at: int) -> Any:
        def note(how: list[Ended]) -> None:
            ended[at] += how
            is_done[at].set()

        return note

    try:
        for at, (one, two) in enumerate(((b"X", b"Y"), (b"Y", b"X"))):
            writers[at].submit_each([(redeem(one, crosses=True), 4), (redeem(two), 4)], done=noted(at))
        assert [True, True] == [one.wait(60) for one in is_done]
    finally:
        for writer in writers:
            writer.close()

    assert [None] * 4 == [how.raised for both in ended for how in both]
    assert 2 == sum(how.value for both in ended for how in both)
    assert {b"X", b"Y"} == names(database)
